"""The rows of a table as the records need them."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.domain.document import Passage


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the records need it: the cells' texts, and the span it is quoted by."""

    cells: tuple[str, ...]
    start: int
    end: int
    passage: Passage


def cell(line: Line, at: int) -> str:
    """The text of a row's cell, "" where it has none at that place."""
    return line.cells[at] if 0 <= at < len(line.cells) else ""


def is_title(line: Line) -> bool:
    """A row whose one text stands across all columns, or alone in the first."""
    return len({text for text in line.cells if text}) < 2


def last_part(name: str) -> str:
    """The last line of a header of several."""
    return name.rsplit(" / ", 1)[-1].strip()
