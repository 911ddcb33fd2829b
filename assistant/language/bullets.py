"""Items that stand in the middle of a line, as transcripts of slides and flattened pages have them.

"Fokus i arbeidet l Samordning lFokus på førstelinjen  Fullt ansvar o Delta i møter": the marks
are letters of a symbol font read as text. A mark counts only where the text around it shows that
it is one, so that a litre, a dash or an Italian "o" is left alone.
"""

from __future__ import annotations

import re
from itertools import pairwise

Span = tuple[int, int]

# Bullets that are nothing else; U+F000 to U+F0FF is where symbol fonts put theirs
PLAIN = "•●▪■◦‣►➢✓∙\uf000-\uf0ff"
_PLAIN = re.compile(rf"[{PLAIN}]\s*")
# Wingdings "l" and Courier "o" that lost their font; "lFokus" has lost its space too
_LETTER_L = re.compile(r"(?<!\S)(?<!\d )l\s*(?=[A-ZÆØÅÄÖ0-9«”\"])|(?<!\S)(?<!\d )l\s+(?=\w)")
_LETTER_O = re.compile(r"(?<=\s)o\s+(?=[A-ZÆØÅÄÖ])")
_DASH = re.compile(r"(?:(?<=\s)|\A)[-–—]\s+(?!(?:og|eller|samt|och|and|or)\b)")
_NUMBER = re.compile(r"(?<!\S)(\d{1,2})\.\s+(?=[A-ZÆØÅÄÖ])")
_SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-ZÆØÅÄÖ])")
_COUNTED = re.compile(r"(?:§|\b(?:stk|nr|kap|pkt|artikkel|artikel|punkt|ledd|den))\.?\s*\Z", re.IGNORECASE)

PAIR = 2  # two marks make a list
DASHES = 3  # spaced dashes without a colon before them: two are a parenthesis, three a list


def bullets(text: str) -> list[Span]:
    """Spans of the items and of what leads into them, in order; empty when `text` has no such items.

    The marks themselves are outside the spans, numbers ("1. ") inside.
    """
    marks = _marks(text)
    if not marks:
        return []
    edges = [(0, 0), *marks, (len(text), len(text))]
    spans = [(left[1], right[0]) for left, right in pairwise(edges)]
    return [(start, end) for start, end in spans if text[start:end].strip()]


def _marks(text: str) -> list[Span]:
    """Spans of the marks in order: what is between two of them is one item."""
    marks = [match.span() for match in _PLAIN.finditer(text)]
    transcript = bool(marks)
    letters = [match.span() for match in _LETTER_L.finditer(text)]
    if len(letters) >= PAIR or (transcript and letters):
        marks += letters
        transcript = True
    rings = [match.span() for match in _LETTER_O.finditer(text)]
    if len(rings) >= PAIR or (transcript and rings):
        marks += rings
        transcript = True
    if not transcript:
        marks = _dashes(text) + _numbers(text)
    return sorted(marks)


def _dashes(text: str) -> list[Span]:
    """Dashes of a list: after a colon, at the start, or three and more in one sentence."""
    marks: list[Span] = []
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    for start, end in pairwise(starts):
        found = [match.span() for match in _DASH.finditer(text, start, end)]
        for at, mark in enumerate(found):
            before = text[start : mark[0]].rstrip()
            goes_on = at > 0 and marks[-1:] == [found[at - 1]]
            if goes_on or before[-1:] in ("", ":", ";", "."):
                marks.append(mark)
        # so many are a list without a colon; but after commas a statute writes one sentence
        commas = any(text[start : mark[0]].rstrip().endswith((",", ";")) for mark in found)
        if len(found) >= DASHES and not commas and not set(found) & set(marks):
            marks += found
    return marks


def _numbers(text: str) -> list[Span]:
    """Empty spans before "1. ", "2. ", "3. " where they count up; the number stays in the item."""
    marks: list[Span] = []
    run: list[Span] = []
    for match in _NUMBER.finditer(text):
        if _COUNTED.search(text[max(0, match.start() - 20) : match.start()]):
            continue
        number = int(match.group(1))
        if number == len(run) + 1:
            run.append((match.start(), match.start()))
        elif number == 1:
            marks += run if len(run) >= PAIR else []
            run = [(match.start(), match.start())]
    return marks + (run if len(run) >= PAIR else [])
