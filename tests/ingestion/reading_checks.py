"""What holds for every reading, and short forms of one for assertions."""

from __future__ import annotations

from itertools import pairwise

from ingestion.reading.reading import BlockKind, Reading


def check(reading: Reading) -> Reading:
    """The reading, after the invariants of its offsets."""
    for before, after in pairwise(reading.blocks):
        assert before.end <= after.start
    for block in reading.blocks:
        assert reading.text[block.start : block.end].strip() == reading.text[block.start : block.end] != ""
    for table in reading.tables:
        for row in table.rows:
            assert len(row.cells) == len(table.header)
            for start, end in row.cells:
                assert 0 <= start <= end <= len(reading.text)
                assert "|" not in reading.text[start:end]
    return reading


def texts(reading: Reading) -> list[str]:
    """The text of each block."""
    return [reading.text[block.start : block.end] for block in reading.blocks]


def kinds(reading: Reading) -> list[tuple[BlockKind, str]]:
    """(kind, text) of each block."""
    return [(block.kind, text) for block, text in zip(reading.blocks, texts(reading), strict=True)]


def headings(reading: Reading) -> list[tuple[int, str]]:
    """(level, text) of each heading."""
    return [
        (block.level, text)
        for block, text in zip(reading.blocks, texts(reading), strict=True)
        if block.kind is BlockKind.HEADING
    ]
