"""Tables with merged cells and header rows, from any office format, written as `Reading` tables.

A reader describes each table as rows of `GridCell` and `Cover` on one column grid. Which rows are
the header is decided here: the rows the file marks, else a first row that looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from assistant.errors import TooLarge
from ingestion.reading.reading import BlockKind, Place, Reading, ReadingBuilder, Row

# Word allows 63 columns; a wider claim is an attempt to exhaust the machine.
MAX_COLUMNS = 64
_MAX_POSITIONS = 1_000_000
_MAX_HEADER_ROWS = 4
_SHORT_NAME_CHARS = 45
_NUMERIC = re.compile(r"^[\d\s.,:%/+\-–kr]*$", re.IGNORECASE)


class Cover(Enum):
    """A grid position that a merged cell covers, and the side that cell lies on."""

    LEFT = "left"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell's text; `strong` when all of it is bold or the cell is shaded."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row; `header` when the file itself marks it as a header row."""

    cells: tuple[GridCell | Cover, ...]
    header: bool = False


class TableWriter:
    """Adds tables to a builder and, at the end, gives covered positions the span of their cell."""

    def __init__(self, builder: ReadingBuilder) -> None:
        self._builder = builder
        self._covered: list[list[tuple[int, int, int, int]]] = []

    def add(self, rows: Sequence[GridRow], *, place: Place | None = None, name: str = "") -> None:
        """Append a table; a first row that is one cell across all columns becomes its name.

        Raises:
            TooLarge: over a million grid positions.
        """
        if len(rows) * max((len(row.cells) for row in rows), default=0) > _MAX_POSITIONS:
            raise TooLarge(f"A table has {len(rows)} rows; split it, or keep it as a spreadsheet")
        rows = _even(rows)
        if not rows:
            return
        title = _title(rows)
        if title:
            self._builder.add(BlockKind.PARAGRAPH, title, place=place)
            rows, name = rows[1:], name or title
        texts = _texts(rows)
        count = _header_rows(rows, texts)
        header = [
            " / ".join(dict.fromkeys(filter(None, column))) for column in zip(*texts[:count], strict=True)
        ]
        header = header or [""] * len(rows[0].cells)
        repeated = {tuple(line) for line in texts[:count]}
        body = [index for index in range(count, len(rows)) if tuple(texts[index]) not in repeated]
        cells = [
            [cell.text if isinstance(cell, GridCell) else "" for cell in rows[index].cells] for index in body
        ]
        written = [index for index, line in zip(body, cells, strict=True) if any(t.strip() for t in line)]
        self._builder.add_table(header, list(map(list, cells)), place=place, name=name)
        position = {index: at for at, index in enumerate(written)}
        self._covered.append(
            [
                (position[at], column, position[origin[0]], origin[1])
                for at, origins in enumerate(_origins(rows))
                for column, origin in enumerate(origins)
                if origin != (at, column) and at in position and origin[0] in position
            ]
        )

    def build(self) -> Reading:
        """The builder's reading, merged cells having the same span in each of their positions."""
        reading = self._builder.build()
        tables = []
        for table, covered in zip(reading.tables, self._covered, strict=True):
            spans = [list(row.cells) for row in table.rows]
            for row, column, from_row, from_column in covered:
                spans[row][column] = spans[from_row][from_column]
            rows = tuple(
                Row(row.start, row.end, tuple(cells)) for row, cells in zip(table.rows, spans, strict=True)
            )
            tables.append(replace(table, rows=rows))
        return replace(reading, tables=tuple(tables))


def _even(rows: Sequence[GridRow]) -> list[GridRow]:
    """Rows of one width, without blank rows and without columns that hold nothing of their own."""
    rows = [row for row in rows if any(isinstance(c, Cover) or c.text.strip() for c in row.cells)]
    width = max((len(row.cells) for row in rows), default=0)
    blank = GridCell("")
    padded = [row.cells + (blank,) * (width - len(row.cells)) for row in rows]
    kept = [
        column
        for column in range(width)
        if any(isinstance(cells[column], GridCell) and cells[column] != blank for cells in padded)
    ]
    return [
        replace(row, cells=tuple(cells[column] for column in kept))
        for row, cells in zip(rows, padded, strict=True)
        if kept
    ]


def _origins(rows: Sequence[GridRow]) -> Iterator[list[tuple[int, int]]]:
    """Row by row, where the cell stands that is seen at each position."""
    above: list[tuple[int, int]] = []
    for at, row in enumerate(rows):
        line: list[tuple[int, int]] = []
        for column, cell in enumerate(row.cells):
            if cell is Cover.LEFT and line:
                line.append(line[-1])
            elif cell is Cover.ABOVE and above:
                line.append(above[column])
            else:
                line.append((at, column))
        yield line
        above = line


def _texts(rows: Sequence[GridRow]) -> list[list[str]]:
    """The text seen at every position, covered ones included, each on one line."""
    seen: list[list[str]] = []
    for row in rows:
        line: list[str] = []
        for column, cell in enumerate(row.cells):
            if isinstance(cell, GridCell):
                line.append(" ".join(cell.text.split()))
            elif cell is Cover.LEFT:
                line.append(line[-1] if line else "")
            else:
                line.append(seen[-1][column] if seen else "")
        seen.append(line)
    return seen


def _title(rows: Sequence[GridRow]) -> str:
    first = rows[0].cells
    across = len(first) > 1 and all(cell is Cover.LEFT for cell in first[1:])
    if len(rows) < 3 or not across or not isinstance(first[0], GridCell):
        return ""
    return " ".join(first[0].text.split())


def _header_rows(rows: Sequence[GridRow], texts: Sequence[Sequence[str]]) -> int:
    """How many leading rows are the header, 0 when the table has none."""
    marked = 0
    while marked < len(rows) and rows[marked].header:
        marked += 1
    if marked == len(rows):
        marked = min(1, len(rows) - 1)
    count = marked or int(_looks_like_header(rows, texts))
    # A header cell merged downwards takes the next row into the header; so does one split below.
    while 0 < count < min(len(rows) - 1, _MAX_HEADER_ROWS) and Cover.LEFT in rows[count - 1].cells:
        below = rows[count].cells
        if Cover.ABOVE not in below and (marked or not _all_strong(rows[count])):
            break
        count += 1
    return count


def _looks_like_header(rows: Sequence[GridRow], texts: Sequence[Sequence[str]]) -> bool:
    if len(rows) < 2 or len(texts[0]) < 2:
        return False
    if _all_strong(rows[0]):
        return not all(_all_strong(row) for row in rows[1:])
    names = list(texts[0])
    if not names[0] and len(names) > 2:
        names = names[1:]  # a matrix often leaves its corner empty
    first_column = [row.cells[0] for row in rows]
    return (
        all(names)
        and len(set(names)) == len(names)
        and not any(_NUMERIC.match(name) for name in names)
        and all(len(name) <= _SHORT_NAME_CHARS and name[-1] not in ".:;," for name in names)
        # A bold or colon-ended first column is a list of keys: its first pair is no header.
        and not all(isinstance(cell, GridCell) and cell.strong for cell in first_column)
        and not any(line[0].endswith(":") for line in texts)
    )


def _all_strong(row: GridRow) -> bool:
    cells = [cell for cell in row.cells if isinstance(cell, GridCell) and cell.text.strip()]
    return len(cells) > 1 and all(cell.strong for cell in cells)
