"""From a question to ordered evidence: scope, word and vector search, fusion."""
