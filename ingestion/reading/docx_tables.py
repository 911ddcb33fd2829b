"""Word tables laid on one column grid, merged cells and header rows made out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from lxml import etree

from ingestion.reading.docx_numbering import W
from ingestion.reading.docx_styles import Styles, switch, value
from ingestion.reading.grid import MAX_COLUMNS, Cover, GridCell
from ingestion.reading.office_pieces import Piece, cell_of

_WRAPPERS = {f"{W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}


def table_rows(table: etree._Element) -> Iterator[etree._Element]:
    """The rows a person sees: those in content controls too, without those a tracked change deleted."""
    for row in _within(table, f"{W}tr"):
        properties = row.find(f"{W}trPr")
        if properties is None or properties.find(f"{W}del") is None:
            yield row


def row_cells(row: etree._Element) -> list[etree._Element]:
    """The cells of a row that no tracked change deleted, at most `MAX_COLUMNS`."""
    shown = (cell for cell in _within(row, f"{W}tc") if cell.find(f"{W}tcPr/{W}cellDel") is None)
    return list(islice(shown, MAX_COLUMNS))


def is_header_row(row: etree._Element) -> bool:
    """Whether the row is marked to be repeated at the top of each page."""
    return switch(row.find(f"{W}trPr"), "tblHeader") is True


def columns_before(row: etree._Element) -> int:
    """How many grid columns the row leaves empty at its start."""
    stated = value(row.find(f"{W}trPr"), "gridBefore")
    return min(int(stated), MAX_COLUMNS) if stated.isdecimal() else 0


def style_marks_header(table: etree._Element, styles: Styles) -> bool:
    """Whether the table's style shows its first row as a header, and the table lets it."""
    properties = table.find(f"{W}tblPr")
    look = properties.find(f"{W}tblLook") if properties is not None else None
    if look is None:
        return False
    flag = look.get(f"{W}firstRow")
    if flag is None:
        try:
            shown = bool(int(look.get(f"{W}val", "0"), 16) & 0x20)
        except ValueError:
            shown = False
    else:
        shown = flag in ("1", "true", "on")
    return shown and styles.get(value(properties, "tblStyle")).first_row


def grid_cells(cell: etree._Element, pieces: Sequence[Piece], room: int) -> list[GridCell | Cover]:
    """The grid positions a cell takes, at most `room`."""
    if room <= 0:
        return []
    properties = cell.find(f"{W}tcPr")
    stated = value(properties, "gridSpan")
    span = min(int(stated), room) if stated.isdecimal() and int(stated) > 0 else 1
    if _continues(properties, "vMerge"):
        return [Cover.ABOVE] * span
    if _continues(properties, "hMerge"):
        return [Cover.LEFT] * span
    first: list[GridCell | Cover] = [cell_of(pieces, _is_shaded(properties))]
    return first + [Cover.LEFT] * (span - 1)


def _within(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _within(child, tag)


def _continues(properties: etree._Element | None, name: str) -> bool:
    merge = properties.find(f"{W}{name}") if properties is not None else None
    return merge is not None and merge.get(f"{W}val", "continue") != "restart"


def _is_shaded(properties: etree._Element | None) -> bool:
    shading = properties.find(f"{W}shd") if properties is not None else None
    return shading is not None and shading.get(f"{W}fill", "auto").lower() not in ("auto", "ffffff", "none")
