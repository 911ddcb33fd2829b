"""One name for whatever goes wrong inside an index engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.errors import IndexUnavailable

REMEDY = "run `mandat check --repair`, or ingest again, to build a new generation"


@contextmanager
def engine_faults(part: str) -> Iterator[None]:
    """Turn any failure of the engine behind `part` ("words" or "vectors") into IndexUnavailable.

    Raises:
        IndexUnavailable: the engine failed; the cause is chained.
    """
    try:
        yield
    except IndexUnavailable:
        raise
    except BaseException as error:
        # A panic in a Rust engine arrives as a BaseException of a class that cannot be imported.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise IndexUnavailable(
            f"the {part} index failed ({type(error).__name__}: {error}); {REMEDY}"
        ) from error
