"""A reading, or the named error there is instead of one, as JSON bytes.

JSON, not pickle: a child process that a hostile file has taken over can then send its parent
nothing but text and numbers.
"""

from __future__ import annotations

import json
from typing import Any

from assistant.errors import (
    AddressRefused,
    DamagedFile,
    EncryptedFile,
    NoTextFound,
    OcrUnavailable,
    ReadingError,
    TooLarge,
    UnsupportedFormat,
)
from ingestion.reading.reading import Block, BlockKind, Place, Reading, Row, Table

_ERRORS = {
    error.code: error
    for error in (
        AddressRefused,
        DamagedFile,
        EncryptedFile,
        NoTextFound,
        OcrUnavailable,
        TooLarge,
        UnsupportedFormat,
    )
}


def pack(outcome: Reading | ReadingError) -> bytes:
    """The outcome of reading one file."""
    if isinstance(outcome, ReadingError):
        return json.dumps({"error": outcome.code, "message": str(outcome)}).encode()
    places: dict[Place | None, int] = {}
    blocks = [
        (
            block.start,
            block.end,
            block.kind.value,
            block.level,
            places.setdefault(block.place, len(places)),
            block.table,
            block.row,
        )
        for block in outcome.blocks
    ]
    return json.dumps(
        {
            "text": outcome.text,
            "blocks": blocks,
            "places": [place and (place.kind, place.number, place.name) for place in places],
            "tables": [
                (table.header, [(row.start, row.end, row.cells) for row in table.rows], table.name)
                for table in outcome.tables
            ],
            "properties": outcome.properties,
            "warnings": outcome.warnings,
        }
    ).encode()


def unpack(packed: bytes) -> Reading | ReadingError:
    """What `pack` packed.

    Raises:
        ValueError: anything else, spans outside the text included.
    """
    try:
        stated: dict[str, Any] = json.loads(packed)
        if "error" in stated:
            return _ERRORS.get(stated["error"], ReadingError)(str(stated["message"]))
        return _reading(stated)
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a reading: {error}") from error


def _reading(stated: dict[str, Any]) -> Reading:
    text = _string(stated["text"])
    length = len(text)
    places = [
        place and Place(_string(place[0]), int(place[1]), _string(place[2])) for place in stated["places"]
    ]
    blocks = []
    for start, end, kind, level, place, table, row in stated["blocks"]:
        _check_span(start, end, length)
        blocks.append(Block(start, end, BlockKind(kind), int(level), places[place], int(table), int(row)))
    tables = []
    for header, rows, name in stated["tables"]:
        found = []
        for start, end, cells in rows:
            for first, last in ((start, end), *cells):
                _check_span(first, last, length)
            found.append(Row(start, end, tuple((first, last) for first, last in cells)))
        tables.append(Table(tuple(map(_string, header)), tuple(found), _string(name)))
    return Reading(
        text,
        tuple(blocks),
        tuple(tables),
        {_string(key): _string(value) for key, value in stated["properties"].items()},
        tuple(map(_string, stated["warnings"])),
    )


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where text belongs")
    return value


def _check_span(start: object, end: object, length: int) -> None:
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= length):
        raise ValueError(f"span {start}..{end} outside a text of {length}")
