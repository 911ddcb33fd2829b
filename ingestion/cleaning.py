"""Page furniture told from the document: marked, never deleted, and never a passage.

Documents saved from slide- and document-sharing sites carry the page's own text: lists of other
organisations' documents, download links, "similar presentations", and on every slide the same
footer. The canonical text keeps all of it, so that nothing is lost; the blocks say what it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from ingestion.data import load
from ingestion.reading.reading import Block, BlockKind, Place, Reading

_CARD_CHARS = 400  # an entry in a list of other documents is shorter than this; prose is longer
# A full sentence or a numbered heading is the document's own again, where no sharing site is known
# by its transcript: there the titles of other decks look like sentences too.
_OWN_TEXT = re.compile(
    r".{80,}[.!?]$|§ ?\d|\d+(?:\.\d+)*\.?\s+\w|(?:kap\.|kapit\w+) \d", re.DOTALL | re.IGNORECASE
)
_FOOTER_SHARE = 0.6  # a slide footer stands on at least this share of the slides
_FOOTER_WINDOW = 90  # … and ends within this many characters of the slide's start


def mark_furniture(reading: Reading) -> Reading:
    """The same text, with furniture blocks marked and slide or page numbers turned into places."""
    texts = [reading.text[block.start : block.end].strip() for block in reading.blocks]
    begins, kind = _transcript(texts)
    keep = _kept(texts, begins)
    blocks = [
        block if kept else replace(block, kind=BlockKind.FURNITURE)
        for block, kept in zip(reading.blocks, keep, strict=True)
    ]
    if begins:
        blocks = _number_places(reading.text, blocks, begins, kind)
    return replace(reading, blocks=tuple(blocks))


def _transcript(texts: list[str]) -> tuple[int, str]:
    """Index of the first block of the transcript, 0 when there is none, and what its parts are."""
    for index, text in enumerate(texts):
        for kind, patterns in _patterns("transcript_begins").items():
            if _any(patterns, text):
                return index + 1, kind
    return 0, ""


def _kept(texts: list[str], begins: int) -> list[bool]:
    keep = [index >= begins for index in range(len(texts))]
    lines = _patterns("lines")[""]
    others = _patterns("others_begin")[""]
    in_others = False
    for index, text in enumerate(texts):
        if index < begins:
            continue
        if _any(others, text):
            in_others = True
        elif in_others and (len(text) > _CARD_CHARS or (not begins and _OWN_TEXT.match(text))):
            in_others = False
        if in_others or _any(lines, text):
            keep[index] = False
    for index in _cards(texts, begins):
        keep[index] = False
    return keep


def _cards(texts: list[str], begins: int) -> Iterable[int]:
    """Blocks of a list of cards: title, teaser that begins with the title, "read more"."""
    ends = [i for i, text in enumerate(texts) if i >= begins and _any(_patterns("card_ends")[""], text)]
    if len(ends) < 3:
        return ()
    first = ends[0]
    start = first
    while start > begins and first - start < 3 and _is_card_part(texts[start - 1], texts[first - 1]):
        start -= 1
    return range(start, len(texts)) if len(texts) - ends[-1] <= 3 else range(start, ends[-1] + 1)


def _is_card_part(text: str, teaser: str) -> bool:
    return text == teaser or (len(text) < _CARD_CHARS and _opening(text) == _opening(teaser))


def _opening(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())[:3]


def _number_places(text: str, blocks: list[Block], begins: int, kind: str) -> list[Block]:
    """Blocks of a transcript get their slide or page; the running number and footer leave the span."""
    numbered: list[tuple[int, int]] = []
    expected = 1
    for index in range(begins, len(blocks)):
        block = blocks[index]
        if block.kind is BlockKind.FURNITURE:
            continue
        match = re.match(r"(\d{1,4})(\s|$)", text[block.start : block.end])
        if match and expected <= int(match[1]) <= expected + 2:
            numbered.append((index, int(match[1])))
            expected = int(match[1]) + 1
    if len(numbered) < 2:
        return blocks
    footer = _repeated_footer([_after_number(text, blocks[index]) for index, _ in numbered])
    placed = list(blocks)
    numbers = dict(numbered)
    place: Place | None = None
    for index in range(begins, len(blocks)):
        block = blocks[index]
        if block.kind is BlockKind.FURNITURE:
            continue
        if index in numbers:
            place = Place(kind, numbers[index])
            placed[index] = _without_number(text, block, place, footer)
        else:
            placed[index] = replace(block, place=place)
    return placed


def _after_number(text: str, block: Block) -> str:
    return re.sub(r"^\d{1,4}\s*", "", text[block.start : block.end])


def _without_number(text: str, block: Block, place: Place, footer: str) -> Block:
    start, end = block.start, block.end
    number = re.match(r"\d{1,4}\s*", text[start:end])
    start += number.end() if number else 0
    if footer:
        window = text[start : min(end, start + _FOOTER_WINDOW + len(footer))]
        match = re.match(rf".{{0,40}}?{re.escape(footer)}\s*{place.number}\b\s*", window) or re.match(
            rf".{{0,40}}?{re.escape(footer)}\s*{place.number}(?=\D)\s*", window
        )
        start += match.end() if match else 0
    tail = re.search(rf"(?<=\s){place.number}\s*$", text[start:end])
    if tail and place.kind == "page":
        end = start + tail.start()
    end = start + len(text[start:end].rstrip())
    if start >= end:
        return replace(block, kind=BlockKind.FURNITURE, place=place)
    kind = BlockKind.PARAGRAPH if block.kind is BlockKind.HEADING else block.kind
    return replace(block, start=start, end=end, kind=kind, place=place)


def _repeated_footer(openings: list[str]) -> str:
    """The words before the slide number that most slides share ("" when there are none)."""
    counts: Counter[str] = Counter()
    for opening in openings:
        match = re.match(r"(?:\d{1,2}\.\d{1,2}\.\d{2,4})?\s*(\D{6,80}?)\s*\d{1,4}(?=\D|$)", opening)
        if match:
            counts[match[1].strip()] += 1
    if not counts:
        return ""
    footer, count = counts.most_common(1)[0]
    return footer if count >= 3 and count >= _FOOTER_SHARE * len(openings) else ""


def _any(patterns: tuple[re.Pattern[str], ...], text: str) -> bool:
    return len(text) <= _CARD_CHARS and any(pattern.fullmatch(text) for pattern in patterns)


@cache
def _patterns(name: str) -> dict[str, tuple[re.Pattern[str], ...]]:
    data = load("furniture")[name]
    groups = data if isinstance(data, dict) else {"": data}
    return {
        key: tuple(re.compile(entry, re.IGNORECASE | re.DOTALL) for entry in entries)
        for key, entries in groups.items()
    }
