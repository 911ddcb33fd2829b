"""The nouns every layer shares: frozen values without input or output."""
