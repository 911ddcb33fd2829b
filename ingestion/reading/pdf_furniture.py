"""What belongs to the page: running headers, footers and page numbers, which go, and footnotes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingestion.reading.pdf_order import Line
from ingestion.reading.pdf_words import Word

_BAND = 0.16  # share of the page's height, above and below, in which furniture stands
_OUTER = 6  # lines from the edge that may be furniture
_NEAR_PT = 8.0  # the same header stands at the same height; scans lie a little askew
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:[-–—|]\s*)?(?:(?:side|sidan?|sid|s|page|p|pag)\b\.?\s*(?:nr\.?\s*)?)"
    r"\d{1,4}\s*(?:(?:av|af|of|/|:)\s*\d{1,4}|\(\s*\d{1,4}\s*\))?\s*[-–—|]?"
    r"|[-–—|]\s*\d{1,4}\s*[-–—|]"
    r"|\d{1,4}\s*(?:(?:av|af|of|/)\s*\d{1,4}|\(\s*\d{1,4}\s*\))",
    re.IGNORECASE,
)
_ENDS_IN_PAGE_NUMBER = re.compile(rf"\s+(?:{_PAGE_NUMBER.pattern})$", re.IGNORECASE)
_NOTE = re.compile(r"(\d{1,3}|\*{1,3})\)?\s*(?=[^\W\d_]|§|«|\"|”|‘|http)")


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one page in reading order. `number` counts from 1; `label` is what is printed on it."""

    number: int
    height: float
    lines: tuple[Line, ...]
    label: str = ""


def without_furniture(pages: Sequence[Page]) -> list[Page]:
    """The pages without running headers, footers and page numbers.

    A line goes when it repeats at its height on three pages or on more than half of them: as it
    is, or with one number that counts along with the pages. So "§ 12" that happens to stand
    first on several pages stays.
    """
    seen: dict[str, list[tuple[int, float]]] = defaultdict(list)
    edges = {page.number: _edge_lines(page) for page in pages}
    for page in pages:
        for line in edges[page.number]:
            for key in _keys(line, page.number):
                seen[key].append((page.number, line.base))
    enough = min(3, len(pages) // 2 + 1)
    kept: list[Page] = []
    for page in pages:
        gone = {
            line
            for line in edges[page.number]
            if _is_page_number(line, page)
            or any(
                len({number for number, base in seen[key] if abs(base - line.base) <= _NEAR_PT})
                >= max(2, enough)
                for key in _keys(line, page.number)
            )
        }
        kept.append(replace(page, lines=tuple(line for line in page.lines if line not in gone)))
    return kept


def _edge_lines(page: Page) -> list[Line]:
    lines = sorted((line for line in page.lines if line.table < 0), key=lambda line: line.base)
    top = [line for line in lines[:_OUTER] if line.base < _BAND * page.height]
    bottom = [line for line in lines[-_OUTER:] if line.base > (1 - _BAND) * page.height]
    return top + [line for line in bottom if line not in top]


def _keys(line: Line, number: int) -> list[str]:
    text = line.text.casefold()
    keys = [text] if not _NUMBER.fullmatch(text) else []
    # "Vedtatt 13. juni 2024  Side 2": on some pages the number is told apart, on others it is not
    numbered = _ENDS_IN_PAGE_NUMBER.search(text)
    if numbered and numbered.start():
        keys.append(text[: numbered.start()])
    for match in _NUMBER.finditer(text):
        offset = int(match.group()[:9]) - number
        keys.append(f"{text[: match.start()]}<{offset}>{text[match.end() :]}")
    return keys


def _is_page_number(line: Line, page: Page) -> bool:
    text = line.text.strip()
    if not 0.1 * page.height < line.base < 0.9 * page.height:
        if _PAGE_NUMBER.fullmatch(text):
            return True
        return text in (str(page.number), page.label)
    return False


def split_notes(page: Page, body: float) -> tuple[Page, list[list[Line]]]:
    """The page without its footnotes, and the lines of each note.

    A footnote is set smaller than `body` (points), stands below all the text of its column, in
    the lower two thirds of the page, and begins with a number or an asterisk.
    """

    def small(line: Line) -> bool:
        return line.table < 0 and 0 < line.size <= 0.92 * body

    def at_the_foot(line: Line) -> bool:
        return not any(
            not small(other) and other.base > line.base and other.x0 < line.x1 and other.x1 > line.x0
            for other in page.lines
        )

    notes: list[list[Line]] = []
    rest: list[Line] = []
    for line in page.lines:
        if small(line) and line.base > page.height / 3 and at_the_foot(line):
            if _NOTE.match(line.text) and _begins_note(line, notes):
                notes.append([line])
                continue
            if notes and 0 < line.base - notes[-1][-1].base < 2.2 * line.size:
                notes[-1].append(line)
                continue
        rest.append(line)
    marks = {match.group(1) for note in notes if (match := _NOTE.match(note[0].text))}
    cleaned = tuple(_without_marks(line, marks) for line in rest)
    return replace(page, lines=cleaned), notes


def _begins_note(line: Line, notes: list[list[Line]]) -> bool:
    """A wrapped line that happens to begin with a number does not begin a note: notes count upwards."""
    number = re.match(r"\d+", line.text)
    if number is None or not notes:
        return True
    before = re.match(r"\d+", notes[-1][0].text)
    return before is None or int(number.group()) == int(before.group()) + 1


def _without_marks(line: Line, marks: set[str]) -> Line:
    """The line without the raised numbers that point to `marks`: they are no part of its words."""
    size = line.size
    kept: list[Word] = []
    marked = False
    for word in line.words:
        raised = word.size < 0.85 * size and word.base < line.base - 0.1 * size
        if kept and word.text in marks and raised:
            marked = True
            continue
        after = marked and word.text[0] in ",.;:)"
        kept.append(replace(word, glued=True) if after else word)
        marked = False
    return replace(line, words=tuple(kept))
