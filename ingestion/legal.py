"""How statutes and regulations number themselves: §, ledd, stk., kap."""

from __future__ import annotations

import re

from ingestion.data import load

# "§ 5-6.", "§ 62 a", "§ 3"; a letter counts only when a full stop or the end follows it
_SECTION_SIGN_FIRST = re.compile(
    r"§\s*(?P<number>\d+(?:[-–]\d+)?)(?:\s?(?P<letter>[a-zæøå])(?=\s*[.:]|\s*$))?(?=[\s.:]|$)"
)
# "1 kap. 4 §", "4 a §"
_SECTION_SIGN_LAST = re.compile(
    r"(?:(?P<chapter>\d+\s?[a-z]?)\s+kap\.\s+)?(?P<number>\d+(?:\s?[a-z])?)\s+§(?=[\s.:]|$)"
)
_STK = re.compile(r"(?:(?<=[.!?:)]\s)|(?<=\n)|^)Stk\.\s(\d+)\.?(?=\s)")
_NUMBERED = re.compile(r"\((\d{1,2})\)\s")


def section_address(text: str) -> str:
    """The section a heading or paragraph opens: "§ 5-6", "§ 62 a", "1 kap. 4 §"; "" when none."""
    match = _SECTION_SIGN_FIRST.match(text)
    if match:
        letter = f" {match['letter']}" if match["letter"] else ""
        return f"§ {match['number'].replace('–', '-')}{letter}"
    match = _SECTION_SIGN_LAST.match(text)
    if match:
        chapter = f"{match['chapter']} kap. " if match["chapter"] else ""
        return f"{chapter}{match['number']} §"
    return ""


def subsections(
    text: str, address: str, language: str, paragraphs: list[tuple[int, int]]
) -> list[tuple[int, str]]:
    """(offset in `text`, locator) of each ledd, stycke or stk. of a section, in order.

    `paragraphs` are the spans of the section's own paragraphs in `text`. Danish sections name
    their stk.; Norwegian and Swedish paragraphs are counted. One alone is the section itself.
    """
    numbered = [(match.start(), int(match[1])) for match in _STK.finditer(text)]
    if numbered:
        first = paragraphs[0][0] if paragraphs else 0
        head = [(first, f"{address}, stk. 1")] if numbered[0][1] == 2 else []
        return head + [(offset, f"{address}, stk. {number}") for offset, number in numbered]
    if language not in load("structure")["ledd"] or len(paragraphs) < 2:
        return []
    words = load("structure")["ledd"][language]
    found: list[tuple[int, str]] = []
    for count, (start, end) in enumerate(paragraphs, 1):
        stated = _NUMBERED.match(text[start:end])
        number = int(stated[1]) if stated else count
        if number <= len(words["ordinals"]):
            found.append((start, f"{address} {words['ordinals'][number - 1]} {words['word']}"))
        else:
            found.append((start, f"{address} {number}. {words['word']}"))
    return found
