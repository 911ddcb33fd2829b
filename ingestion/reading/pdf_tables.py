"""Ruled tables on a PDF page: pdfplumber finds the cells, the page's own words fill them.

pdfplumber is slow (a few pages a second), so only pages with rules are given to it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.reading.pdf_join import join_wrapped
from ingestion.reading.pdf_order import Line, order_lines
from ingestion.reading.pdf_words import Word

_MOST_PATHS = 4_000  # beyond that it is a map or a drawing, and the search for cells does not end
_LETTER = 0.62  # of the font size: a line with less room than that was broken inside a word
_BULLETS = str.maketrans({chr(code): "•" for code in range(0xF000, 0xF100)})

Box = tuple[float, float, float, float]  # x0, top, x1, bottom in points


@dataclass(frozen=True, slots=True)
class Cell:
    """The lines of a cell from `left` to `right`; `covered` is "" or where its content stands."""

    lines: tuple[Line, ...] = ()
    left: float = 0.0
    right: float = 0.0
    covered: str = ""  # "above" or "left"

    @property
    def bold(self) -> bool:
        """Whether all its letters are bold."""
        return bool(self.lines) and all(line.bold for line in self.lines)


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table on one page: `edges` are the left edges of its columns; every row has a cell for each."""

    page: int
    box: Box
    edges: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class TableText:
    """A table ready to be written. A None cell is covered by the one above; `pages` has one number a row."""

    header: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    pages: tuple[int, ...]


def has_rules(page: Any) -> bool:
    """Whether a pypdfium2 page has upright and level rules, or boxes, enough for a table."""
    import pypdfium2.raw as raw

    upright = level = boxes = 0
    for number, path in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4)):
        if number > _MOST_PATHS:
            return False
        x0, y0, x1, y1 = path.get_bounds()
        if x1 - x0 < 3 and y1 - y0 > 6:
            upright += 1
        elif y1 - y0 < 3 and x1 - x0 > 12:
            level += 1
        elif x1 - x0 > 12 and y1 - y0 > 6:
            boxes += max(1, raw.FPDFPath_CountSegments(path.raw) // 5)
    return (upright >= 2 and level >= 2) or boxes >= 3 or (boxes >= 1 and upright + level >= 2)


def find_tables(page: Any, words: Sequence[Word], number: int) -> tuple[list[PageTable], list[Word]]:
    """The tables on a pdfplumber page, and the words that stand in none of their cells."""
    tables: list[PageTable] = []
    left = list(words)
    for found in page.find_tables():
        grid = _grid(found, page.bbox)
        table, rest = _filled(grid, left, number)
        columns = sum(any(row[i].lines for row in table.rows) for i in range(len(table.edges)))
        if len(table.rows) >= 2 and columns >= 2:
            tables.append(table)
            left = rest
    return tables, left


_Grid = tuple[Box, tuple[float, ...], list[tuple[tuple[float, float], list[Box | None]]]]


def _grid(found: Any, origin: Box) -> _Grid:
    def moved(box: Box) -> Box:
        return (box[0] - origin[0], box[1] - origin[1], box[2] - origin[0], box[3] - origin[1])

    rows: list[tuple[tuple[float, float], list[Box | None]]] = []
    for row in found.rows:
        box = moved(row.bbox)
        rows.append(((box[1], box[3]), [moved(cell) if cell else None for cell in row.cells]))
    edges = tuple(sorted({cell[0] for _, cells in rows for cell in cells if cell}))
    return moved(found.bbox), edges, rows


def _filled(grid: _Grid, words: Sequence[Word], page: int) -> tuple[PageTable, list[Word]]:
    box, edges, rows = grid
    boxes = [cell for _, cells in rows for cell in cells if cell]
    inside: dict[Box, list[Word]] = {cell: [] for cell in boxes}
    rest: list[Word] = []
    for word in words:
        x, y = (word.x0 + word.x1) / 2, word.base - 0.3 * word.size
        cell = next((b for b in boxes if b[0] <= x <= b[2] and b[1] <= y <= b[3]), None)
        if cell is None:
            rest.append(word)
        else:
            inside[cell].append(word)
    filled: list[tuple[Cell, ...]] = []
    for (top, bottom), cells in rows:
        row: list[Cell] = []
        for number, edge in enumerate(edges):
            own = cells[number] if number < len(cells) else None
            if own is not None:
                row.append(Cell(_cell_lines(inside[own], page), own[0], own[2]))
                continue
            x, y = edge + 1, min(top + 3, (top + bottom) / 2)
            cover = next((b for b in boxes if b[0] <= x <= b[2] and b[1] <= y <= b[3]), None)
            row.append(Cell(covered="above" if cover and cover[1] < top - 1 and inside[cover] else "left"))
        filled.append(tuple(row))
    kept = tuple(row for row in filled if any(cell.lines for cell in row))
    return PageTable(page, box, edges, kept), rest


def _cell_lines(words: Sequence[Word], page: int) -> tuple[Line, ...]:
    """Lines of a cell; words written up or down it are taken in the order they were drawn."""
    lines = order_lines(words, page)
    turned = tuple(word for word in words if word.turned)
    if turned:
        lines.append(Line(turned, page, turned[0].x0, turned[-1].x1, turned[0].base))
    return tuple(lines)


def cell_text(cell: Cell, known: Collection[str]) -> str:
    """The text of a cell on one line, with words mended that were broken at its edge."""
    text = ""
    padding = min((line.x0 for line in cell.lines), default=0.0) - cell.left
    before: Line | None = None
    for line in cell.lines:
        room = cell.right - padding - before.x1 if before is not None else 0.0
        full = before is not None and room < _LETTER * before.size
        text = join_wrapped(text, line.text, known, full=full) if before is not None else line.text
        before = line
    return text.translate(_BULLETS)


def same_columns(first: PageTable, second: PageTable) -> bool:
    """Whether the second table has the first one's columns, as its continuation on the next page would."""
    return len(first.edges) == len(second.edges) and all(
        abs(a - b) <= 4 for a, b in zip(first.edges, second.edges, strict=True)
    )


def table_text(parts: Sequence[PageTable], known: Collection[str]) -> TableText:
    """One table of parts on consecutive pages; a header that is repeated on a later page is dropped."""
    header, deep = _header(parts[0], known)
    opening = [_texts(row, known) for row in parts[0].rows[:deep]]
    rows: list[tuple[str | None, ...]] = []
    pages: list[int] = []
    for part in parts:
        texts = [_texts(row, known) for row in part.rows]
        skip = deep if part is parts[0] or (deep and texts[:deep] == opening) else 0
        for row in texts[skip:]:
            # The first row after a header or a page break has nothing above it in the text.
            alone = not rows
            rows.append(tuple("" if alone and cell is None else cell for cell in row))
            pages.append(part.page)
    return TableText(header, tuple(rows), tuple(pages))


def starts_with_header(first: PageTable, second: PageTable, known: Collection[str]) -> bool:
    """Whether the second part repeats the header of the first."""
    _, deep = _header(first, known)
    return deep > 0 and [_texts(row, known) for row in second.rows[:deep]] == [
        _texts(row, known) for row in first.rows[:deep]
    ]


def has_own_header(table: PageTable) -> bool:
    """Whether the first row is set in bold and the next is not: a table of its own, not a continuation."""
    return len(table.rows) > 1 and _all_bold(table.rows[0]) and not _all_bold(table.rows[1])


def _texts(row: Sequence[Cell], known: Collection[str]) -> tuple[str | None, ...]:
    return tuple(None if cell.covered == "above" else cell_text(cell, known) for cell in row)


def _all_bold(row: Sequence[Cell]) -> bool:
    filled = [cell for cell in row if cell.lines]
    return bool(filled) and all(cell.bold for cell in filled)


def _header(table: PageTable, known: Collection[str]) -> tuple[tuple[str, ...], int]:
    """The names of the columns and how many rows they take (0: the table has no header row)."""
    columns = len(table.edges)
    first = table.rows[0]
    names = [cell_text(cell, known) for cell in first]
    labels = [row[0] for row in table.rows if row[0].lines]
    labelled = columns == 2 and (
        all(cell_text(cell, known).endswith(":") for cell in labels)
        or (all(cell.bold for cell in labels) and not first[1].bold)
    )
    if labelled or not (_all_bold(first) or all(name and len(name) <= 60 for name in names)):
        return ("",) * columns, 0
    if sum(bool(name) for name in names) == 1 and columns > 2 and first[0].lines:
        return ("",) * columns, 0  # a line across the whole table is a caption
    deep = 1
    merged = any(cell.covered == "left" for cell in first)
    if (
        merged
        and len(table.rows) > 2
        and (any(cell.covered == "above" for cell in table.rows[1]) or _all_bold(table.rows[1]))
    ):
        deep = 2
        upper = [names[0]]
        for name, cell in zip(names[1:], first[1:], strict=True):
            upper.append(upper[-1] if cell.covered == "left" else name)
        lower = [cell_text(cell, known) for cell in table.rows[1]]
        names = [" ".join(part for part in pair if part) for pair in zip(upper, lower, strict=True)]
    return tuple(names), deep
