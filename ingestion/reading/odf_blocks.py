"""What stands in an OpenDocument text, cell, note or text box, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from ingestion.reading.grid import MAX_COLUMNS, Cover, GridCell, GridRow
from ingestion.reading.odf_lists import OdfLists, OpenList
from ingestion.reading.odf_styles import DRAW, FO, OFFICE, SVG, TABLE, TEXT, OdfStyles
from ingestion.reading.odf_text import OdfLine, read_odf_line
from ingestion.reading.office_pieces import (
    LONGEST_HEADING,
    Piece,
    Table,
    Text,
    belongs_in_cell,
    cell_of,
    counts_items,
    is_layout,
    without_typed_bullet,
)
from ingestion.reading.reading import BlockKind

_SKIPPED = {
    f"{OFFICE}forms",
    f"{OFFICE}annotation",
    f"{TEXT}tracked-changes",
    f"{TEXT}sequence-decls",
    f"{TEXT}variable-decls",
    f"{TEXT}user-field-decls",
    f"{DRAW}object",
    f"{DRAW}object-ole",
    f"{SVG}title",
    f"{SVG}desc",
}
_ROW_GROUPS = {f"{TABLE}table-rows", f"{TABLE}table-row-group"}
_INDEX_BODY = f"{TEXT}index-body"


class OdfBlocks:
    """One pass over a document, in order, because automatic numbers count as it goes."""

    def __init__(self, styles: OdfStyles) -> None:
        self._styles = styles
        self._lists = OdfLists(styles)

    def pieces(self, container: etree._Element) -> Iterator[Piece]:
        """The pieces of a container: headings, paragraphs, lists, tables, sections, text boxes."""
        for child in container:
            tag = str(child.tag)
            if tag in (f"{TEXT}p", f"{TEXT}h"):
                yield from self._paragraph(child)
            elif tag == f"{TEXT}list":
                yield from self._list(child, None)
            elif tag == f"{TABLE}table":
                yield from self._table(child)
            elif tag == _INDEX_BODY:  # a table of contents or another list made from the headings
                yield from (
                    replace(piece, kind=BlockKind.FURNITURE)
                    for piece in self.pieces(child)
                    if isinstance(piece, Text)
                )
            elif tag not in _SKIPPED and child.get(f"{TEXT}display") != "none":
                yield from self.pieces(child)

    def _paragraph(self, element: etree._Element) -> Iterator[Piece]:
        line = read_odf_line(element, self._styles)
        style = element.get(f"{TEXT}style-name", "")
        if line.text and self._styles.is_named("paragraph", style, "Title"):
            yield Text(BlockKind.HEADING, " ".join(line.text.split()), 1, line.bold, title=True)
        elif element.tag == f"{TEXT}h":
            level = _whole(element.get(f"{TEXT}outline-level"), 1)
            if line.text:
                yield _heading(line, level, self._lists.heading(element, level))
        elif line.text:
            plain = without_typed_bullet(line.text)
            if plain != line.text:
                yield Text(BlockKind.ITEM, plain, 0, line.bold, bullet=True)
            else:
                caption = self._styles.is_named("paragraph", style, "Caption")
                yield Text(BlockKind.PARAGRAPH, line.text, 0, line.bold, caption=caption)
        yield from self._anchored(line)

    def _anchored(self, line: OdfLine) -> Iterator[Piece]:
        for shape in line.shapes:
            yield from self.pieces(shape)
        for note in line.notes:
            citation, body = note.find(f"{TEXT}note-citation"), note.find(f"{TEXT}note-body")
            number = "".join(map(str, citation.itertext())) if citation is not None else ""
            inner = list(self.pieces(body)) if body is not None else []
            words = "\n".join(piece.text for piece in inner if isinstance(piece, Text))
            yield Text(BlockKind.NOTE, f"{number.strip()} {words}".strip())
            yield from (piece for piece in inner if isinstance(piece, Table))

    def _list(self, element: etree._Element, within: OpenList | None) -> Iterator[Piece]:
        opened = self._lists.open(element, within)
        for item in element:
            label: tuple[str, bool] | None = None
            if item.tag == f"{TEXT}list-item":
                label = self._lists.label(opened, item)
                stored = item.findtext(f"{TEXT}number")
                label = (f"{stored.strip()} ", False) if stored else label
            for child in item:
                if child.tag == f"{TEXT}list":
                    yield from self._list(child, opened)
                elif child.tag in (f"{TEXT}p", f"{TEXT}h"):
                    line = read_odf_line(child, self._styles)
                    if line.text:
                        yield _listed(child, line, opened.depth, label)
                        label = None  # the rest of the item stands below its first line
                    yield from self._anchored(line)

    def _table(self, table: etree._Element) -> Iterator[Piece]:
        covered: dict[int, tuple[int, int]] = {}
        grid: list[GridRow] = []
        contents: list[list[Piece]] = []
        for row, header in _rows(table, header=False):
            line: list[GridCell | Cover] = []
            for cell in row:
                line.extend(self._cells(cell, (len(grid), len(line)), covered, contents))
            grid.append(GridRow(tuple(line), header))
        if all(len(row.cells) <= 1 for row in grid) or is_layout(contents):
            for pieces in contents:  # a frame around text, not a table
                yield from pieces
            return
        yield Table(tuple(grid))
        for pieces in contents:
            yield from (piece for piece in pieces if not belongs_in_cell(piece))

    def _cells(
        self,
        cell: etree._Element,
        at: tuple[int, int],
        covered: dict[int, tuple[int, int]],
        contents: list[list[Piece]],
    ) -> list[GridCell | Cover]:
        """The grid positions of a cell at (row, column).

        `covered`: by column, the row of the last merged cell there and the last row it reaches.
        """
        row, column = at
        times = min(_whole(cell.get(f"{TABLE}number-columns-repeated"), 1), MAX_COLUMNS - column)
        if cell.tag == f"{TABLE}covered-table-cell":
            spans = (covered.get(each, (row, row)) for each in range(column, column + times))
            return [Cover.ABOVE if first < row <= last else Cover.LEFT for first, last in spans]
        if cell.tag != f"{TABLE}table-cell":
            return []
        pieces = list(self.pieces(cell))
        contents.append(pieces)
        reach = row + _whole(cell.get(f"{TABLE}number-rows-spanned"), 1) - 1
        across = min(_whole(cell.get(f"{TABLE}number-columns-spanned"), 1), MAX_COLUMNS - column)
        covered.update(dict.fromkeys(range(column, column + across), (row, reach)))
        style = cell.get(f"{TABLE}style-name", "")
        ground = self._styles.property("table-cell", style, f"{FO}background-color").lower()
        found = cell_of(pieces, ground not in ("", "transparent", "#ffffff"))
        return [found] * times


def _rows(element: etree._Element, header: bool) -> Iterator[tuple[etree._Element, bool]]:
    for child in element:
        if child.tag == f"{TABLE}table-row":
            if child.get(f"{TABLE}visibility", "visible") == "visible":
                yield child, header
        elif child.tag == f"{TABLE}table-header-rows":
            yield from _rows(child, header=True)
        elif child.tag in _ROW_GROUPS:
            yield from _rows(child, header)


def _listed(element: etree._Element, line: OdfLine, depth: int, label: tuple[str, bool] | None) -> Text:
    """A paragraph or heading in a list item; `label` is None below the item's first line."""
    number, bullet = label or ("", False)
    if element.tag == f"{TEXT}h":
        return _heading(line, _whole(element.get(f"{TEXT}outline-level"), 1), number)
    if bullet or counts_items(number):
        return Text(BlockKind.ITEM, number + line.text, depth, line.bold, bullet)
    return Text(BlockKind.PARAGRAPH, number + line.text, 0, line.bold)


def _heading(line: OdfLine, level: int, number: str) -> Text:
    number = f"{line.number} " if line.number else number
    text = " ".join(line.text.split())
    if len(text) > LONGEST_HEADING:
        return Text(BlockKind.PARAGRAPH, number + line.text, 0, line.bold)
    return Text(BlockKind.HEADING, number + text, min(level, 6), line.bold)


def _whole(text: str | None, otherwise: int) -> int:
    try:
        return max(1, min(int(text or ""), 1_000_000))
    except ValueError:
        return otherwise
