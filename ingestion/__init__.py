"""From documents to passages in the library."""
