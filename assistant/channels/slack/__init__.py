"""Slack: what it sends as questions, replies as its messages."""
