"""The document's own structure, found where the file format lost it.

Slides and pages saved from the web arrive as one long line each: titles, headings and bullets are
still there, run together. They become blocks of their own again, as spans of the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from assistant.language.folding import fold
from assistant.language.sentences import sentences
from assistant.language.tokens import stop_words
from ingestion.data import load
from ingestion.reading.reading import Block, BlockKind, Reading
from ingestion.slide_structure import (
    CAPITAL,
    CAPITALS,
    GLYPH,
    RUN_ON,
    SMALL,
    begins_anew,
    slide_blocks,
    trimmed,
)
from ingestion.swedish_statutes import is_swedish_statute, part_sections

_TITLE_CHARS = 90
_SENTENCE_CHARS = 40
_PROSE_CHARS = 500  # a paragraph shorter than this is left as it is
_HEADING_LEVEL = 3
_REPEATED = re.compile(rf"([{CAPITAL}][^.!?,;:]{{2,60}}?)\s+(?=\1[\s,])")
# present tense in Danish, Norwegian and Swedish; nouns in -er are taken for verbs, which costs a heading
_VERB = re.compile(r"\w{2,}(?:er|es|ar|as|år)")


def restore_structure(reading: Reading) -> Reading:
    """The same text with run-together slides, headings and bullets as blocks of their own."""
    if is_swedish_statute(reading):
        return part_sections(reading)
    blocks: list[Block] = []
    # where the file states its headings, none are looked for inside its paragraphs
    has_headings = any(block.kind is BlockKind.HEADING for block in reading.blocks)
    shouted = any(
        _shouted_headings(reading.text[block.start : block.end])
        for block in reading.blocks
        if block.kind is BlockKind.PARAGRAPH
    )
    common = frozenset() if has_headings else frozenset(re.findall(rf"\b[{SMALL}]{{3,}}\b", reading.text))
    glyphs = any(GLYPH.search(reading.text[block.start : block.end]) for block in reading.blocks)
    for block in reading.blocks:
        if block.kind is not BlockKind.PARAGRAPH:
            blocks.append(block)
        elif block.place is not None and block.place.kind == "slide":
            blocks.extend(slide_blocks(reading.text, block, glyphs))
        elif (
            not has_headings
            and block.end - block.start >= _PROSE_CHARS
            and "\n" not in reading.text[block.start : block.end]
        ):
            blocks.extend(_prose_blocks(reading.text, block, shouted, common))
        else:
            blocks.append(block)
    return replace(reading, blocks=tuple(_with_labels(reading.text, blocks)))


def _with_labels(text: str, blocks: list[Block]) -> Iterator[Block]:
    """Labels that stand alone over their text in minutes ("Indstilling", "Beslutning") as headings."""
    labelled = [_label_end(text, block) for block in blocks]
    several = sum(end > 0 for end in labelled) > 1
    level = 1
    for block, end in zip(blocks, labelled, strict=True):
        if block.kind is BlockKind.HEADING and not end:
            level = block.level
        if not several or not end:
            yield block
            continue
        yield replace(block, end=end, kind=BlockKind.HEADING, level=min(6, level + 1))
        rest = trimmed(text, block, end, block.end)
        if rest is not None:
            yield rest


def _label_end(text: str, block: Block) -> int:
    """Where the label ends that is the first line of a block, 0 when it is none."""
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.HEADING):
        return 0
    line = text[block.start : block.end].split("\n", 1)[0]
    return block.start + len(line) if line.strip().rstrip(":").lower() in _minute_labels() else 0


def _prose_blocks(text: str, block: Block, shouted: bool, common: frozenset[str]) -> list[Block]:
    body = text[block.start : block.end]
    headings = _shouted_headings(body)
    # a document that shouts its headings has no others
    if not shouted:
        headings.extend(_quiet_headings(body, common))
    parts: list[Block] = []
    at = 0
    for start, end, level in headings:
        before = trimmed(text, block, block.start + at, block.start + start)
        heading = trimmed(text, block, block.start + start, block.start + end)
        parts.extend([before] if before else [])
        if heading is not None:
            parts.append(replace(heading, kind=BlockKind.HEADING, level=level))
        at = end
    rest = trimmed(text, block, block.start + at, block.end)
    parts.extend([rest] if rest else [])
    return parts or [block]


def _shouted_headings(body: str) -> list[tuple[int, int, int]]:
    return [(match.start(1), match.end(1), 2) for match in CAPITALS.finditer(body) if _is_shouted(match[1])]


def _is_shouted(heading: str) -> bool:
    return sum(len(word) > 2 for word in heading.split()) >= 1 and heading == heading.upper()


def _quiet_headings(body: str, common: frozenset[str]) -> Iterable[tuple[int, int, int]]:
    spans = sentences(body)
    for index, (start, end) in enumerate(spans):
        before = body[:start].rstrip()
        if before.endswith(("-", "–")):
            continue
        following = body[slice(*spans[index + 1])] if index + 1 < len(spans) else ""
        if _stands_alone(body[start:end], following) or (
            index == 0 and end - start <= _TITLE_CHARS and body[end - 1] == "?" and following
        ):
            yield start, end, _HEADING_LEVEL
        else:
            fresh = not before or before.endswith((".", "?", "!"))
            yield from _run_in_headings(body[start:end], start, common if fresh else frozenset())


def _stands_alone(sentence: str, following: str) -> bool:
    """Whether a short sentence without an end is the heading of the full one after it."""
    return (
        len(sentence) <= _TITLE_CHARS
        and len(sentence.split()) <= 8
        and re.match(rf"[{CAPITAL}]", sentence) is not None
        and not re.search(r"[.!:;,]", sentence)
        and _is_phrase(sentence)
        and len(following) >= _SENTENCE_CHARS
        and following.rstrip().endswith((".", ":", "?"))
    )


def _run_in_headings(sentence: str, offset: int, common: frozenset[str]) -> list[tuple[int, int, int]]:
    """Headings at the start of a sentence: "Chefforum Chefforum består af …" has one.

    Of two in a row the first is the outer one. `common` is the words the document writes without
    a capital: such a word with one begins the sentence.
    """
    if not re.match(rf"[{CAPITAL}]", sentence):  # a list item is no heading
        return []
    question = re.match(rf"([{CAPITAL}][^.!?]{{8,70}}\?)\s+(?=[{CAPITAL}])", sentence)
    if question:
        return [(offset, offset + question.end(1), _HEADING_LEVEL)]
    found: list[tuple[int, int]] = []
    at = 0
    for _ in range(3):
        rest = sentence[at:]
        repeated = _REPEATED.match(rest)
        if repeated:
            return _nested([*found, (offset + at, offset + at + repeated.end(1))])
        cut = RUN_ON.search(rest[:_TITLE_CHARS])
        if cut is None or not _could_be_heading(rest[: cut.start()]):
            break
        found.append((offset + at, offset + at + cut.start()))
        at += cut.end()
        if re.match(rf"({'|'.join(_starters())})\s", sentence[at:]):
            return _nested(found)
    heading_chars = _before_common_word(sentence, common)
    return [(offset, offset + heading_chars, _HEADING_LEVEL)] if heading_chars else []


def _nested(found: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    return [
        (start, end, _HEADING_LEVEL if (start, end) == found[-1] else _HEADING_LEVEL - 1)
        for start, end in found
    ]


def _before_common_word(sentence: str, common: frozenset[str]) -> int:
    """Length of a heading of two words or more before a common word with a capital, 0 for none."""
    cut = RUN_ON.search(sentence[:_TITLE_CHARS])
    if cut is None or not _could_be_heading(sentence[: cut.start()]):
        return 0
    heading, rest = sentence[: cut.start()].split(), sentence[cut.end() :]
    if len(heading) < 2 or not heading[-1][0].islower():  # "Granvik Kommune", "i Granvik Kommune"
        return 0
    word = re.match(r"\w+", rest)
    begins = word is not None and word[0].lower() in common and len(rest) >= _SENTENCE_CHARS
    return cut.start() if begins else 0


def _could_be_heading(words: str) -> bool:
    """Whether these words before a capital can stand alone: a phrase, not the beginning of a clause."""
    each = words.split()
    return (
        len(each) <= 8
        and not re.search(r"[,;:]", words)
        and _is_phrase(words)
        and not any(_VERB.fullmatch(word) or word in _finite_verbs() for word in each[1:])
    )


def _is_phrase(words: str) -> bool:
    """Whether neither the first nor the last word is one that only a clause begins or breaks off with."""
    first = words.split(maxsplit=1)[0]
    opens = fold(first) not in stop_words() or first in _heading_openers() or words.endswith("?")
    return opens and begins_anew(words, len(words))


@cache
def _starters() -> tuple[str, ...]:
    return tuple(load("structure")["sentence_starters"])


@cache
def _heading_openers() -> frozenset[str]:
    return frozenset(load("structure")["heading_openers"])


@cache
def _finite_verbs() -> frozenset[str]:
    return frozenset(load("structure")["finite_verbs"])


@cache
def _minute_labels() -> frozenset[str]:
    return frozenset(load("structure")["minute_labels"])
