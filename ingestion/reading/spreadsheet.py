"""Excel workbooks and CSV files: each sheet's titles, tables and remarks."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.errors import TooLarge
from ingestion.reading.encoding import clean, decode, visible
from ingestion.reading.grid import Cover, GridCell, GridRow, TableWriter
from ingestion.reading.reading import BlockKind, Place, Reading, ReadingBuilder
from ingestion.reading.spreadsheet_values import shown

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAX_CELLS = 200_000  # with something in them
# One cell far out makes every position before it a cell; these bound the work and the memory.
_MAX_POSITIONS = 4_000_000
_MAX_TITLE_CHARS = 90
_BOLD_ROWS = 30
_DELIMITERS = ";\t,|"
_SNIFFED_LINES = 50
_FIELD_CHARS = 1_000_000


@dataclass(slots=True)
class _Sheet:
    """What a person sees: row number → column → text; `bold` cells and merged ranges by position.

    A merge is (first row, first column, last row, last column); all count from 1.
    """

    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    bold: set[tuple[int, int]] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def read(data: bytes) -> Reading:
    """The visible sheets of a workbook, formulas by their last calculated values.

    Raises:
        TooLarge: more than `MAX_CELLS` cells with content, or cells too far apart.
        DamagedFile, EncryptedFile: as `check_package`.
    """
    from openpyxl import load_workbook

    from ingestion.reading.package import check_package

    check_package(data)
    builder = ReadingBuilder()
    tables = TableWriter(builder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts of the file that hold no text
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        _properties(book, builder)
        visible_sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
        if hidden:
            builder.warnings.append(f"hidden sheet(s) left out: {', '.join(hidden)}")
        cells = 0
        for number, source in enumerate(visible_sheets, start=1):
            sheet = _layout(data, source)
            cells += _fill(sheet, source, MAX_CELLS - cells)
            place = Place("sheet", number, source.title)
            if len(visible_sheets) > 1 and sheet.rows:
                builder.add(BlockKind.HEADING, source.title, level=1, place=place)
            if sheet.hidden_rows or sheet.hidden_columns:
                builder.warnings.append(
                    f"sheet {source.title!r}: {len(sheet.hidden_rows)} hidden row(s) and "
                    f"{len(sheet.hidden_columns)} hidden column(s) left out"
                )
            _write(sheet, builder, tables, place, level=2 if len(visible_sheets) > 1 else 1)
        book.close()
    return tables.build()


def read_csv(data: bytes) -> Reading:
    """A table in text: cells between semicolons, tabs, commas or bars, whichever fits best.

    Raises:
        TooLarge: more than `MAX_CELLS` cells with content.
    """
    decoded = decode(data)
    text = visible(decoded.text).strip("\n")
    delimiter = ""
    if text.lower().startswith("sep=") and len(text) > 4:  # Excel's own mark
        delimiter, text = text[4], text.partition("\n")[2]
    sheet = _Sheet()
    cells = 0
    csv.field_size_limit(_FIELD_CHARS)
    for number, row in enumerate(
        csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text)), start=1
    ):
        found = {column: cell.strip() for column, cell in enumerate(row, start=1) if cell.strip()}
        cells += len(found)
        _check(cells, MAX_CELLS)
        if found:
            sheet.rows[number] = found
    builder = ReadingBuilder()
    builder.warnings.extend(decoded.warnings)
    tables = TableWriter(builder)
    _write(sheet, builder, tables, None, level=1)
    return tables.build()


def _delimiter(text: str) -> str:
    """The delimiter that gives most lines the same number of cells, and more than one."""
    lines = text.splitlines()[:_SNIFFED_LINES]

    def fit(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
        commonest = max(set(widths), key=widths.count, default=0)
        return widths.count(commonest), commonest

    return max(_DELIMITERS, key=fit)


def _properties(book: Workbook, builder: ReadingBuilder) -> None:
    stated = book.properties
    for key, value in (
        ("title", stated.title),
        ("author", stated.creator),
        ("created", stated.created.date().isoformat() if stated.created else ""),
        ("modified", stated.modified.date().isoformat() if stated.modified else ""),
        ("language", stated.language),
    ):
        if value:
            builder.properties[key] = str(value)


def _layout(data: bytes, source: Any) -> _Sheet:
    """Merged ranges and hidden rows and columns, which openpyxl's fast mode does not tell."""
    from lxml import etree
    from openpyxl.utils import range_boundaries

    sheet = _Sheet()
    with zipfile.ZipFile(io.BytesIO(data)) as package, package.open(source._worksheet_path) as part:
        for _, element in etree.iterparse(part, resolve_entities=False, no_network=True, load_dtd=False):
            name = str(element.tag).rpartition("}")[2]
            hidden = element.get("hidden") in {"1", "true"}
            if name == "row" and hidden and (element.get("r") or "").isdigit():
                sheet.hidden_rows.add(int(element.get("r") or 0))
            elif name == "col" and hidden:
                first, last = int(element.get("min") or 0), int(element.get("max") or 0)
                # A sheet often hides all columns to the right of its content: not worth a remark.
                sheet.hidden_columns.update(range(first, min(last, 16_384) + 1))
            elif name == "mergeCell":
                left, top, right, bottom = range_boundaries(element.get("ref") or "")
                if left and top and right and bottom:
                    sheet.merges.append((top, left, bottom, right))
            if name in {"row", "mergeCell"}:
                element.clear()
    return sheet


def _fill(sheet: _Sheet, source: Any, allowed: int) -> int:
    """Read the cells into `sheet`; gives how many have content."""
    source.reset_dimensions()  # what the file says of its extent may be wrong, in either direction
    cells = positions = 0
    seen_hidden_rows: set[int] = set()
    seen_hidden_columns: set[int] = set()
    for number, row in enumerate(source.iter_rows(), start=1):
        positions += len(row) + 1
        if positions > _MAX_POSITIONS:
            raise TooLarge("cells too far apart in a sheet; delete what stands far out and save it again")
        for column, cell in enumerate(row, start=1):
            if cell.value is None:
                continue
            text = visible(clean(shown(cell.value, cell.number_format or "General"))).strip()
            if not text:
                continue
            if number in sheet.hidden_rows:
                seen_hidden_rows.add(number)
                continue
            if column in sheet.hidden_columns:
                seen_hidden_columns.add(column)
                continue
            cells += 1
            _check(cells, allowed)
            sheet.rows.setdefault(number, {})[column] = text
            if len(sheet.rows) <= _BOLD_ROWS and cell.font is not None and cell.font.b:
                sheet.bold.add((number, column))
    sheet.hidden_rows, sheet.hidden_columns = seen_hidden_rows, seen_hidden_columns
    return cells


def _check(cells: int, allowed: int) -> None:
    if cells > allowed:
        raise TooLarge(f"more than {MAX_CELLS} cells with content; split it, or leave out raw data")


def _write(
    sheet: _Sheet, builder: ReadingBuilder, tables: TableWriter, place: Place | None, *, level: int
) -> None:
    """Append the sheet's text. A blank row ends a table where a title follows, else it is only air."""
    columns = sorted({column for row in sheet.rows.values() for column in row})
    if len(sheet.rows) * len(columns) > _MAX_POSITIONS:
        raise TooLarge("cells too far apart in a sheet; delete what stands far out and save it again")
    covers = _covers(sheet)
    pending: list[int] = []
    header: list[int] = []

    def finish() -> list[int]:
        """Write the table under way; gives the numbers of its header rows, or those of the last table."""
        own = _header(sheet, pending, header)
        rows = _grid_rows(sheet, [*header, *pending] if own is header else pending, columns, covers)
        tables.add([replace(row, header=at < len(own)) for at, row in enumerate(rows)], place=place)
        return own

    for group in _groups(sheet):
        titles = _titles(sheet, group)
        if titles and pending:
            header = finish()
            pending = []
        for number in titles:
            (column, text), *_ = sheet.rows[number].items()
            heading = (number, column) in sheet.bold or (number == min(sheet.rows) and _titular(text))
            kind = BlockKind.HEADING if heading and len(text) <= _MAX_TITLE_CHARS else BlockKind.PARAGRAPH
            builder.add(kind, text, level=level if kind is BlockKind.HEADING else 0, place=place)
        pending.extend(group[len(titles) :])
    if pending:
        finish()


def _groups(sheet: _Sheet) -> list[list[int]]:
    """Row numbers between blank rows; hidden rows are not blank."""
    groups: list[list[int]] = []
    for number in sorted(sheet.rows):
        before = number - 1
        while before in sheet.hidden_rows:
            before -= 1
        if groups and groups[-1][-1] >= before:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def _titles(sheet: _Sheet, group: list[int]) -> list[int]:
    """The group's first rows that have one cell only: titles over a table, or lines of text."""
    count = 0
    while count < len(group) and len(sheet.rows[group[count]]) == 1:
        count += 1
    return group[:count]


def _titular(text: str) -> bool:
    return len(text) <= _MAX_TITLE_CHARS and not text.endswith((".", ":", ";", ","))


def _covers(sheet: _Sheet) -> dict[tuple[int, int], Cover]:
    """Positions under merged cells whose own cell is seen, among the rows and columns in use."""
    if not sheet.rows:
        return {}
    last_row = max(sheet.rows)
    last_column = max(max(row) for row in sheet.rows.values())
    covers: dict[tuple[int, int], Cover] = {}
    for top, left, bottom, right in sheet.merges:
        if left not in sheet.rows.get(top, {}):
            continue
        for row in range(top, min(bottom, last_row) + 1):
            for column in range(left, min(right, last_column) + 1):
                covers[row, column] = Cover.LEFT if column > left else Cover.ABOVE
            if len(covers) > _MAX_POSITIONS:
                raise TooLarge("merged cells of enormous extent; unmerge them and save it again")
        covers.pop((top, left), None)
    return covers


def _grid_rows(
    sheet: _Sheet, numbers: list[int], columns: list[int], covers: dict[tuple[int, int], Cover]
) -> list[GridRow]:
    return [
        GridRow(
            tuple(
                covers.get((number, column))
                or GridCell(sheet.rows[number].get(column, ""), (number, column) in sheet.bold)
                for column in columns
            )
        )
        for number in numbers
    ]


def _header(sheet: _Sheet, numbers: list[int], earlier: list[int]) -> list[int]:
    """The header rows of a table: its first row of names, with the row below one that is split.

    `earlier` is the header of the table before it on the sheet, which stands for this one too when
    it has none of its own: a list is often cut into parts by titles.
    """
    if len(numbers) < 2 or not _names(sheet, numbers[0]):
        return earlier
    if earlier and not _begins_anew(sheet, numbers[0], earlier[0]):
        return earlier
    first = sheet.rows[numbers[0]]
    split = any(top == numbers[0] and right > left for top, left, _, right in sheet.merges if left in first)
    return numbers[:2] if split and len(numbers) > 2 and _names(sheet, numbers[1]) else numbers[:1]


def _names(sheet: _Sheet, number: int) -> bool:
    texts = sheet.rows[number].values()
    return len(texts) > 1 and not any(text[:1].isdigit() for text in texts)


def _begins_anew(sheet: _Sheet, number: int, earlier: int) -> bool:
    """Whether a row is a header like the earlier one: as bold, or with a name or other columns of its own."""
    row, before = sheet.rows[number], sheet.rows[earlier]
    if all((earlier, column) in sheet.bold for column in before):
        return all((number, column) in sheet.bold for column in row)
    return row.keys() != before.keys() or not set(row.values()).isdisjoint(before.values())
