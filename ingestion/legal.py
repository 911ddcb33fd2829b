"""How statutes and regulations number themselves: §, ledd, stk., kap."""

from __future__ import annotations

import re

from ingestion.data import load

# "§ 5-6.", "§ 62 a", "§ 3", "§ 3.1", "§ 12 A-1", "§§ 22-29"; a letter counts only before a stop, a
# title or the end: "§ 5 i kraft" is section 5
_SECTION_SIGN_FIRST = re.compile(
    r"(?P<sign>§(?:\s?§)?)\s*(?P<number>\d+(?:\s?[A-ZÆØÅ](?=[-–]\d))?(?:[-–.]\d+)*)"
    r"(?:\s?(?P<letter>[a-zæøå])(?=\s*[.:]|\s*$|(?<![iå])\s+[A-ZÆØÅÄÖ(]))?(?=[\s.:]|$)"
)
# "1 kap. 4 §", "4 a §"
_SECTION_SIGN_LAST = re.compile(
    r"(?:(?P<chapter>\d+\s?[a-z]?)\s+kap\.\s+)?(?P<number>\d+(?:\s?[a-z])?)\s+§(?=[\s.:]|$)"
)
# What follows the address where a section begins; "§ 14 gjelder likevel …" only refers to one.
_BEGINS = re.compile(r"\s*(?:[.:(«]|$|[A-ZÆØÅÄÖ])")
_STK = re.compile(r"(?:(?<=[.!?:)]\s)|(?<=\n)|^)Stk\.\s(\d+)\.?(?=\s)")
_NUMBERED = re.compile(r"\((\d{1,2})\)\s")
# "Beslut: …", as the paragraphs of a matter in the minutes begin
_LABELLED = re.compile(r"([A-ZÆØÅÄÖ][\w ]{2,40}):\s")
# Where a sentence of a Swedish section has ended: "… län. ", "… Lag (2019:835). "
_SENTENCE_OVER = r"(?:(?<=[^\d\s]\.)|(?<=^\.)|(?<=\d\))|(?<=\d\)\.))\s+"
_RUBRIC = r"[A-ZÅÄÖ][^.;:()\d§]{2,140}?"
_RUBRIC_AT_END = re.compile(rf"{_SENTENCE_OVER}(?P<rubric>{_RUBRIC})\s*$")
_SECTION_INSIDE = re.compile(
    rf"{_SENTENCE_OVER}(?:(?P<rubric>{_RUBRIC})\s+)?(?P<number>(?P<count>\d+)(?:\s[a-z])?)\s§\s(?=[A-ZÅÄÖ])"
)
_MOST_SKIPPED = 2  # repealed sections between one section and the next in running text


def section_address(text: str) -> str:
    """The section a heading is about: "§ 5-6", "§ 62 a", "§§ 22-29", "1 kap. 4 §"; "" when none."""
    match = _SECTION_SIGN_FIRST.match(text)
    if match:
        sign = "§§" if match["sign"].count("§") > 1 else "§"
        number = re.sub(r"(\d)\s?([A-ZÆØÅ])", r"\1 \2", match["number"].replace("–", "-"))
        return f"{sign} {number}{' ' + match['letter'] if match['letter'] else ''}"
    match = _SECTION_SIGN_LAST.match(text)
    if match:
        chapter = f"{match['chapter']} kap. " if match["chapter"] else ""
        return f"{chapter}{match['number']} §"
    return ""


def opened_section(text: str) -> str:
    """The section that a paragraph opens, "" for one that only begins with a reference to a section."""
    match = _SECTION_SIGN_FIRST.match(text) or _SECTION_SIGN_LAST.match(text)
    return section_address(text) if match and _BEGINS.match(text, match.end()) else ""


def subsections(
    text: str, address: str, language: str, paragraphs: list[tuple[int, int]]
) -> list[tuple[int, str]]:
    """(offset in `text`, locator) of each ledd, stycke or stk. of a section, in order.

    `paragraphs` are the spans of the section's own paragraphs in `text`. Danish sections name
    their stk.; Norwegian and Swedish paragraphs are counted, save one that goes on in small
    letters after a list. One alone is the section itself. In minutes, where a § is a matter,
    paragraphs are known by their labels ("§ 112 · Beslut").
    """
    numbered = [(match.start(), int(match[1])) for match in _STK.finditer(text)]
    if numbered:
        first = paragraphs[0][0] if paragraphs else 0
        head = [(first, f"{address}, stk. 1")] if numbered[0][1] == 2 else []
        return head + [(offset, f"{address}, stk. {number}") for offset, number in numbered]
    labels = [(start, _LABELLED.match(text[start:end])) for start, end in paragraphs]
    if len(labels) > 1 and 2 * sum(label is not None for _, label in labels) > len(labels):
        return [(start, f"{address} · {label[1]}") for start, label in labels if label]
    paragraphs = [
        span
        for at, span in enumerate(paragraphs)
        if at == 0 or not text[span[0]].islower() or not text[paragraphs[at - 1][1] : span[0]].strip()
    ]
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


def rubric_at_end(text: str) -> int:
    """Where the next section's rubric begins, run together with the end of this section; -1 if nowhere."""
    match = _RUBRIC_AT_END.search(text)
    return match.start("rubric") if match else -1


def sections_inside(text: str, address: str) -> list[tuple[int, int]]:
    """(start of its rubric, start of its number) of each later section run together with section `address`.

    The two are the same where it has no rubric. Only the numbers that come next count, so that a
    sentence that begins with a reference opens nothing.
    """
    own = re.search(r"(\d+)(?:\s?[a-z])? §$", address)
    last = int(own[1]) if own else 0
    found: list[tuple[int, int]] = []
    for match in _SECTION_INSIDE.finditer(text):
        lettered = match["number"] != match["count"]
        if last + (not lettered) <= int(match["count"]) <= last + 1 + _MOST_SKIPPED:
            rubric = match.start("rubric") if match["rubric"] else match.start("number")
            found.append((rubric, match.start("number")))
            last = int(match["count"])
    return found
