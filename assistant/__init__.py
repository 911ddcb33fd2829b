"""Mandat answers governance questions from a municipality's own documents, with verbatim quotes."""

__version__ = "0.1.0"
