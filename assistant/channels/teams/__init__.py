"""Microsoft Teams: what it sends as questions, replies as its messages, and the app package."""
