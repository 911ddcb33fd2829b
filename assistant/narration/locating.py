"""Where the words a model quotes stand in the evidence it was shown, and the sentences they are part of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answering.selecting import is_item
from assistant.language.sentences import sentences
from assistant.narration.drafting import QUOTE_CHARS, Offered

_ALIKE = str.maketrans({"–": "-", "—": "-", "‑": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"',
                        "«": '"', "»": '"', "\u00a0": " ", "\u202f": " "})  # fmt: skip
_LEFT_OUT = "\u00ad\ufffe\u200b"
_AT_ENDS = " \t\n\"'«»“”„.,;:…|"
_PLACES = 3  # where the same words stand several times, so many are looked at
_LABEL_CHARS = 40


@dataclass(frozen=True, slots=True)
class Located:
    """The words of a statement in their place: offsets into the canonical text, of whole sentences.

    `text` is the whole sentences, also where they are too long to be quoted. `label` is a short line
    above them that says whose or what they are ("Stopper ved"), "" for none.
    """

    offered: Offered
    start: int
    end: int
    text: str
    label: str


def locate(words: str, offered: Offered) -> Iterator[Located]:
    """The places of the words in what was shown; none when they are not there.

    Spaces, dashes, quotation marks and capitals may differ; nothing else.
    """
    wanted, _ = _plain(words.strip(_AT_ENDS))
    text, places = _plain(offered.text)
    if not wanted:
        return
    at = -1
    for _ in range(_PLACES):
        at = text.find(wanted, at + 1)
        if at < 0:
            return
        whole = not (text[at - 1 : at].isalnum() and wanted[0].isalnum()) and not (
            wanted[-1].isalnum() and text[at + len(wanted) : at + len(wanted) + 1].isalnum()
        )
        if whole:
            yield _widened(
                offered, offered.start + places[at], offered.start + places[at + len(wanted) - 1] + 1
            )


def _plain(text: str) -> tuple[str, list[int]]:
    """The text for comparing, and for each of its characters the place in the text given."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if letter in _LEFT_OUT:
            continue
        same = " " if letter.isspace() else letter.translate(_ALIKE)
        if same == " " and (not letters or letters[-1] == " "):
            continue
        for each in same.casefold():
            letters.append(each)
            places.append(place)
    return "".join(letters), places


def _widened(offered: Offered, start: int, end: int) -> Located:
    """The words with the rest of their sentences, and with the line that introduces them as a list."""
    passage = offered.evidence.passage
    text = passage.text
    if passage.unit == "row":
        spans: list[tuple[int, int]] = [(0, len(text))]
    else:
        spans = sentences(text)
    inside = [
        at
        for at, (left, right) in enumerate(spans)
        if left < end - passage.start and start - passage.start < right
    ]
    if not inside:
        return Located(offered, start, end, text[start - passage.start : end - passage.start], "")
    first, last = inside[0], inside[-1]
    label = _label(text, spans, first)
    lead = _lead_in(text, spans, first)
    if spans[last][1] - spans[lead][0] <= QUOTE_CHARS:
        first = lead
    left, right = spans[first][0], spans[last][1]
    whole = text[left:right]
    if right - left > QUOTE_CHARS:
        # a very long sentence: the words themselves are quoted
        left, right = start - passage.start, end - passage.start
    return Located(offered, passage.start + left, passage.start + right, whole, label)


def _lead_in(text: str, spans: list[tuple[int, int]], at: int) -> int:
    """The index of the line that introduces the list of which the span is an item, else its own."""
    opening = at
    while opening > 0 and is_item(text, spans, opening):
        opening -= 1
    return opening if text[slice(*spans[opening])].rstrip().endswith(":") else at


def _label(text: str, spans: list[tuple[int, int]], at: int) -> str:
    for left, right in reversed(spans[:at]):
        line = text[left:right].strip()
        if len(line) <= _LABEL_CHARS and not re.search(r"[.!?;]$", line):
            return line
    return ""
