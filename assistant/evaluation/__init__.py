"""Question sets, metrics and the report of `mandat eval`."""
