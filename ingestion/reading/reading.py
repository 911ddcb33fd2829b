"""What every reader yields: canonical text and the blocks a person sees in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block is to the eye. FURNITURE is text of the page, not of the document."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    NOTE = "note"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands for a clerk: kind "page", "slide" or "sheet", counted from 1, and its name."""

    kind: str
    number: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A span [start:end) of `Reading.text`. Blocks are in order and do not overlap.

    `level`: for a heading 1 (outermost) to 6; for an item its nesting depth from 0;
    for a paragraph of a statute 1 where it goes on in the same ledd after a list.
    `table` and `row` point into `Reading.tables` for a ROW block (-1 elsewhere).
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    place: Place | None = None
    table: int = -1
    row: int = -1


@dataclass(frozen=True, slots=True)
class Row:
    """A table row: `block` is its span's [start, end) in the text, `cells` one span per column.

    A cell merged over several columns or rows has the same span in each of them; an empty cell
    is an empty span (start == end).
    """

    start: int
    end: int
    cells: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`header` is one (possibly empty) name per column; `rows` excludes the header row."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as read. `properties` holds what the file itself states of itself.

    Keys used when known: title, author, created, modified (ISO dates), language, and every key
    of a front matter or key-information list, lower-cased.
    `warnings` are one-line remarks for the ingestion report (what was skipped and why).
    """

    text: str
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class ReadingBuilder:
    """Collects blocks and writes the canonical text, so that offsets are right by construction."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._tables: list[Table] = []
        self.properties: dict[str, str] = {}
        self.warnings: list[str] = []

    def add(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int = 0,
        place: Place | None = None,
        separator: str | None = None,
    ) -> Block | None:
        """Append a block; blank text is skipped (None). `separator` precedes it (default by kind)."""
        text = text.strip()
        if not text:
            return None
        start = self._begin(separator if separator is not None else self._separator(kind))
        self._write(text)
        block = Block(start, self._length, kind, level, place)
        self._blocks.append(block)
        return block

    def add_table(
        self,
        header: list[str],
        rows: list[list[str | None]],
        *,
        place: Place | None = None,
        name: str = "",
    ) -> None:
        """Append a table, a line a row, cells joined by " | ".

        A None cell is covered by the merged cell above it (same column, previous row) or, in the
        first row or where that is None too, by the cell to its left: its span is that cell's.
        The header row is written as text (a ROW block with row -1) when it has any name.
        """
        index = len(self._tables)
        if any(cell.strip() for cell in header):
            start = self._begin("\n\n" if self._length else "")
            names = " | ".join(_one_line(cell) for cell in dict.fromkeys(header) if cell.strip())
            self._write(names)
            self._blocks.append(Block(start, self._length, BlockKind.ROW, 0, place, index, -1))
        written: list[Row] = []
        for cells in rows:
            row = self._add_row(cells, written[-1] if written else None, index, len(written), place)
            if row is not None:
                written.append(row)
        self._tables.append(Table(tuple(_one_line(cell) for cell in header), tuple(written), name))

    def _add_row(
        self, cells: list[str | None], above: Row | None, table: int, index: int, place: Place | None
    ) -> Row | None:
        if not any(cell and cell.strip() for cell in cells):
            return None
        start = self._begin("\n" if self._length else "")
        spans: list[tuple[int, int]] = []
        for column, cell in enumerate(cells):
            if cell is None:
                if (
                    above is not None
                    and column < len(above.cells)
                    and above.cells[column][0] < above.cells[column][1]
                ):
                    spans.append(above.cells[column])
                else:
                    spans.append(spans[-1] if spans else (start, start))
                continue
            value = _one_line(cell)
            if not value:
                spans.append((self._length, self._length))
                continue
            if self._length > start:
                self._write(" | ")
            at = self._length
            self._write(value)
            spans.append((at, self._length))
        self._blocks.append(Block(start, self._length, BlockKind.ROW, 0, place, table, index))
        return Row(start, self._length, tuple(spans))

    def build(self) -> Reading:
        """The reading so far."""
        return Reading(
            "".join(self._parts),
            tuple(self._blocks),
            tuple(self._tables),
            dict(self.properties),
            tuple(self.warnings),
        )

    def _separator(self, kind: BlockKind) -> str:
        if not self._length:
            return ""
        tight = kind is BlockKind.ITEM and self._blocks[-1].kind is BlockKind.ITEM
        return "\n" if tight else "\n\n"

    def _begin(self, separator: str) -> int:
        self._write(separator if self._length else "")
        return self._length

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def _one_line(cell: str) -> str:
    return " ".join(cell.split())
