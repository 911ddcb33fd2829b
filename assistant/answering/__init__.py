"""From a question to a verified reply."""
