"""What a table row needs beside itself to be understood and cited: header, section title, key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.sentences import sentences
from ingestion.reading.reading import Block, BlockKind, Reading, Row, Table

ROW_CHARS = 700  # a longer row is cut: a quote may not be longer
_TITLE_CHARS = 120
_KEY_CHARS = 60
_COUNTED = re.compile(r"[A-ZÆØÅÄÖ]?\.?\d+(?:\.\d+)*[a-z]?\.?")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row's surroundings.

    `table` is the table's name; `title` the row over it that stands across all columns; `above`
    the merged cells it shares with rows over it. `number` counts the table's rows from 1, the
    header excluded; `table_number` counts nameless tables of a section from 1, 0 for a single one.
    `key` names the row by its first cell, `is_keyed` when that is how it would be cited: "nr 1.1".
    """

    header: tuple[str, ...]
    table: str
    title: str
    above: tuple[str, ...]
    number: int
    table_number: int
    key: str
    is_keyed: bool
    cells: tuple[tuple[int, int], ...]


def table_rows(reading: Reading, blocks: Sequence[Block]) -> dict[Block, TableRow]:
    """The rows among `blocks` that are passages: header rows and section titles are not."""
    found: dict[Block, TableRow] = {}
    titles: dict[int, str] = {}
    rows = [block for block in blocks if block.kind is BlockKind.ROW and block.row >= 0]
    tables = list(dict.fromkeys(block.table for block in rows))
    for block in rows:
        table = reading.tables[block.table]
        row = table.rows[block.row]
        title = _section_title(reading.text, table, block.row)
        if title:
            titles[block.table] = title
            continue
        key, is_keyed = _key(reading.text, table, row)
        found[block] = TableRow(
            header=table.header,
            table=table.name,
            title=titles.get(block.table, ""),
            above=tuple(
                reading.text[start:end] for start, end in dict.fromkeys(row.cells) if start < row.start
            ),
            number=block.row + 1,
            table_number=tables.index(block.table) + 1 if len(tables) > 1 and not table.name else 0,
            key=key,
            is_keyed=is_keyed,
            cells=tuple(dict.fromkeys(span for span in row.cells if row.start <= span[0] < span[1])),
        )
    return found


def row_pieces(text: str, block: Block, cells: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """A long row cut between its cells, and a long cell between its sentences."""
    spans: list[tuple[int, int]] = []
    for start, end in cells or [(block.start, block.end)]:
        whole = end - start <= ROW_CHARS
        parts = [(0, end - start)] if whole else sentences(text[start:end]) or [(0, end - start)]
        spans.extend((start + left, start + right) for left, right in parts)
    pieces = [spans[0]]
    for start, end in spans[1:]:
        if end - pieces[-1][0] <= ROW_CHARS:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    return pieces


def _section_title(text: str, table: Table, at: int) -> str:
    """The text of a row that is a title over the rows after it, "" for any other row."""
    row = table.rows[at]
    filled = [span for span in row.cells if span[0] < span[1]]
    across = len(row.cells) > 1 and len(filled) == len(row.cells) and len(set(filled)) == 1
    only_first = len(row.cells) > 2 and len(filled) == 1 and row.cells[0] == filled[0]
    if not (across or only_first) or at + 1 == len(table.rows):
        return ""
    title = text[filled[0][0] : filled[0][1]]
    return title if len(title) <= _TITLE_CHARS and not title.endswith((".", ";", "!")) else ""


def _key(text: str, table: Table, row: Row) -> tuple[str, bool]:
    cells = [text[start:end] for start, end in dict.fromkeys(row.cells) if start < end]
    first = text[slice(*row.cells[0])] if row.cells else ""
    if not first or len(first) > _KEY_CHARS:
        return "", False
    if _COUNTED.fullmatch(first):
        name = table.header[0].strip().rstrip(".").lower() if table.header else ""
        return f"{name} {first}" if name and len(name) < 12 else first, bool(name)
    if row.cells[0][0] < row.start and len(cells) > 1 and len(cells[1]) <= _KEY_CHARS:
        return f"{first}, {cells[1]}", False  # a cell merged over several rows names none of them
    return first.rstrip(":"), len(row.cells) == 2 and not any(table.header)
