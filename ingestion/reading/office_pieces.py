"""The pieces an office document is made of to the eye, and how they are written as a reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingestion.reading.grid import GridCell, GridRow, TableWriter
from ingestion.reading.reading import BlockKind, Place, Reading, ReadingBuilder

# Longer than this a "heading" is a clause that was given a heading's style for its number.
LONGEST_HEADING = 200
_LONGEST_BOLD_HEADING = 90
_TYPED_BULLET = re.compile(r"(?:[•◦▪●○■□‣·➢][ \n]?|[-–—*] )(?=\S)")
_WORDED = re.compile(r"§|[^\W\d_]{4}")


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph with its number; `strong` when all of it is bold, `bullet` when a mark is left out."""

    kind: BlockKind
    text: str
    level: int = 0
    strong: bool = False
    bullet: bool = False
    caption: bool = False
    title: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table on one column grid."""

    rows: tuple[GridRow, ...]
    place: Place | None = None


Piece = Text | Table


def counts_items(number: str) -> bool:
    """Whether an automatic number counts items ("1.", "b)"), not units of the text ("§ 3", "Kapittel 2")."""
    return bool(number) and not _WORDED.search(number)


def without_typed_bullet(text: str) -> str:
    """The text after a bullet typed by hand; the same text when there is none."""
    typed = _TYPED_BULLET.match(text)
    return text[typed.end() :] if typed else text


def write_pieces(builder: ReadingBuilder, pieces: Sequence[Piece]) -> Reading:
    """The reading of the pieces in order; a caption above a table is its name."""
    tables = TableWriter(builder)
    caption = ""
    for piece in pieces:
        if isinstance(piece, Table):
            tables.add(piece.rows, place=piece.place, name=caption)
            caption = ""
        else:
            builder.add(piece.kind, piece.text, level=piece.level, place=piece.place)
            caption = " ".join(piece.text.split()) if piece.caption else ""
    return tables.build()


def cell_of(pieces: Sequence[Piece], shaded: bool) -> GridCell:
    """A table cell of what stands in it, bullets kept where there are several lines."""
    texts = [piece for piece in pieces if isinstance(piece, Text) and belongs_in_cell(piece)]
    marks = len(texts) > 1
    text = "\n".join(f"• {piece.text}" if piece.bullet and marks else piece.text for piece in texts)
    return GridCell(text, shaded or (bool(texts) and all(piece.strong for piece in texts)))


def belongs_in_cell(piece: Piece) -> bool:
    """Whether a piece is the cell's own text; tables and notes in it follow the table instead."""
    return isinstance(piece, Text) and piece.kind is not BlockKind.NOTE


def is_layout(cells: Sequence[Sequence[Piece]]) -> bool:
    """Whether a table only places text on the page: a heading stands above other text in a cell."""
    for pieces in cells:
        kinds = [piece.kind if isinstance(piece, Text) else None for piece in pieces]
        if BlockKind.HEADING in kinds[:-1] and any(kind is not BlockKind.HEADING for kind in kinds):
            return True
    return False


def with_bold_headings(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, a short bold line above text made the heading it is to the eye.

    Of several such lines in a row only the last is one; bold words that end a document head nothing.
    """
    marked: list[Piece] = []
    level = 0
    for at, piece in enumerate(pieces):
        below = pieces[at + 1] if at + 1 < len(pieces) else None
        if isinstance(piece, Text) and piece.kind is BlockKind.HEADING:
            level = piece.level
        if isinstance(piece, Text) and _stands_as_heading(piece) and _is_headed(below):
            text = " ".join(piece.text.split())
            marked.append(replace(piece, kind=BlockKind.HEADING, text=text, level=min(level + 1, 6)))
        else:
            marked.append(piece)
    return marked


def _is_headed(below: Piece | None) -> bool:
    if isinstance(below, Text):
        return below.kind is not BlockKind.HEADING and not _stands_as_heading(below)
    return below is not None


def _stands_as_heading(piece: Text) -> bool:
    return (
        piece.strong
        and piece.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM)
        and not piece.bullet
        and not piece.caption
        and len(piece.text) <= _LONGEST_BOLD_HEADING
        and piece.text[-1] not in ".,;!?"
    )
