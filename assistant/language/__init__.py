"""Pure text: which language, which words, which sentences."""
