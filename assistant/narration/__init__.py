"""A language model words what code has found: draft → checks → reply; else the extractive answer stands."""
