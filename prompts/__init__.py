"""What a language model is told, one file a task and language."""
