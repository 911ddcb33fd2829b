"""The document's own structure, found where the file format lost it.

Slides and pages saved from the web arrive as one long line each: titles, headings and bullets are
still there, run together. They become blocks of their own again, as spans of the same text.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from assistant.language.sentences import sentences
from ingestion.data import load
from ingestion.reading.reading import Block, BlockKind, Reading

_TITLE_CHARS = 90
_SENTENCE_CHARS = 40
_PROSE_CHARS = 500  # a paragraph shorter than this is left as it is
_CAPITAL = "A-ZÆØÅÄÖÉ"
_SMALL = "a-zæøåäöéü"
_GLYPH = re.compile(r"[\uf000-\uf0ff•▪●◦‣]")
_BULLET = re.compile(
    rf"(?P<l>(?<=\s)l(?=\s?[{_CAPITAL}0-9]))|(?P<glyph>[\uf000-\uf0ff•▪●◦‣])"
    rf"|(?P<o>(?<=\s)o(?=\s[{_CAPITAL}]))|(?P<dash>(?<=\s)[–-](?=\s))"
)
_LEVELS = {"l": 0, "glyph": 1, "o": 2, "dash": 2}
_RUN_ON = re.compile(rf"(?<=[{_SMALL}0-9)”»:])\s+(?=[{_CAPITAL}][{_SMALL}])")
_CAPITALS = re.compile(
    rf"(?:(?<=^)|(?<=\s))([{_CAPITAL}][{_CAPITAL}0-9/ –-]{{10,80}}[{_CAPITAL}])"
    rf"\s+(?=[{_CAPITAL}][{_SMALL}]|[IÅ]\s)"
)
_REPEATED = re.compile(rf"([{_CAPITAL}][^.!?,;:]{{2,60}}?)\s+(?=\1[\s,])")


def restore_structure(reading: Reading) -> Reading:
    """The same text with run-together slides, headings and bullets as blocks of their own."""
    blocks: list[Block] = []
    # where the file states its headings, none are looked for inside its paragraphs
    has_headings = any(block.kind is BlockKind.HEADING for block in reading.blocks)
    shouted = any(
        _shouted_headings(reading.text[block.start : block.end])
        for block in reading.blocks
        if block.kind is BlockKind.PARAGRAPH
    )
    glyphs = sum(1 for block in reading.blocks if _GLYPH.search(reading.text[block.start : block.end]))
    for block in reading.blocks:
        if block.kind is not BlockKind.PARAGRAPH:
            blocks.append(block)
        elif block.place is not None and block.place.kind == "slide":
            blocks.extend(_slide_blocks(reading.text, block, glyphs > 0))
        elif (
            not has_headings
            and block.end - block.start >= _PROSE_CHARS
            and "\n" not in reading.text[block.start : block.end]
        ):
            blocks.extend(_prose_blocks(reading.text, block, shouted))
        else:
            blocks.append(block)
    return replace(reading, blocks=tuple(blocks))


def _slide_blocks(text: str, block: Block, with_glyphs: bool) -> list[Block]:
    body = text[block.start : block.end]
    cuts: list[tuple[int, int, int]] = []  # end of the part before, start of the part after, its level
    if with_glyphs:
        cuts = [
            (match.start(), match.end(), _LEVELS[str(match.lastgroup)])
            for match in _BULLET.finditer(body)
            if match.lastgroup != "dash" or not _GLYPH.search(body)
        ]
    if not cuts:
        shouted = _CAPITALS.match(body)
        if shouted:
            cuts.append((shouted.end(1), shouted.end(), 0))
        cuts += [(match.start(), match.end(), 0) for match in re.finditer(r"(?<=\s)[–-]\s", body)] + [
            (match.start(), match.end(), 0) for match in _RUN_ON.finditer(body)
        ]
        cuts += [(match.end(), match.end(), 0) for match in re.finditer(r"[?!.](?=\s)", body)]
        cuts.sort()
    parts: list[Block] = []
    start, level = 0, 0
    for end, after, next_level in [*cuts, (len(body), len(body), 0)]:
        part = _trimmed(text, block, block.start + start, block.start + end)
        if part is not None:
            parts.append(replace(part, kind=BlockKind.ITEM, level=level))
        start, level = after, next_level
    if not parts:
        return [block]
    first = parts[0]
    if (
        first.end - first.start <= _TITLE_CHARS
        and text[first.end - 1] not in ".,;"
        and first.start == block.start
    ):
        parts[0] = replace(first, kind=BlockKind.HEADING, level=2)
    return parts


def _prose_blocks(text: str, block: Block, shouted: bool) -> list[Block]:
    body = text[block.start : block.end]
    headings = _shouted_headings(body)
    # a document that shouts its headings has no others
    if not shouted:
        spans = sentences(body)
        for index, (start, end) in enumerate(spans):
            if body[:start].rstrip().endswith(("-", "–")):
                continue
            following = body[slice(*spans[index + 1])] if index + 1 < len(spans) else ""
            if _stands_alone(body[start:end], following):
                headings.append((start, end, 3))
            else:
                headings.extend(_run_in_headings(body[start:end], start))
    parts: list[Block] = []
    at = 0
    for start, end, level in headings:
        before = _trimmed(text, block, block.start + at, block.start + start)
        heading = _trimmed(text, block, block.start + start, block.start + end)
        parts.extend([before] if before else [])
        if heading is not None:
            parts.append(replace(heading, kind=BlockKind.HEADING, level=level))
        at = end
    rest = _trimmed(text, block, block.start + at, block.end)
    parts.extend([rest] if rest else [])
    return parts or [block]


def _shouted_headings(body: str) -> list[tuple[int, int, int]]:
    return [(match.start(1), match.end(1), 2) for match in _CAPITALS.finditer(body) if _is_shouted(match[1])]


def _is_shouted(heading: str) -> bool:
    return sum(len(word) > 2 for word in heading.split()) >= 1 and heading == heading.upper()


def _stands_alone(sentence: str, following: str) -> bool:
    """Whether a short sentence without an end is the heading of the full one after it."""
    return (
        len(sentence) <= _TITLE_CHARS
        and len(sentence.split()) <= 8
        and re.match(rf"[{_CAPITAL}]", sentence) is not None
        and not re.search(r"[.!:;,]", sentence)
        and len(following) >= _SENTENCE_CHARS
        and following.rstrip().endswith((".", ":", "?"))
    )


def _run_in_headings(sentence: str, offset: int) -> list[tuple[int, int, int]]:
    """Headings at the start of a sentence: "Chefforum Chefforum består af …" has one."""
    found: list[tuple[int, int, int]] = []
    at = 0
    if not re.match(rf"[{_CAPITAL}]", sentence):  # a list item is no heading
        return []
    question = re.match(rf"([{_CAPITAL}][^.!?]{{8,70}}\?)\s+(?=[{_CAPITAL}])", sentence)
    if question:
        return [(offset, offset + question.end(1), 3)]
    for _ in range(3):
        rest = sentence[at:]
        repeated = _REPEATED.match(rest)
        if repeated:
            found.append((offset + at, offset + at + repeated.end(1), 3))
            return found
        cut = _RUN_ON.search(rest[:_TITLE_CHARS])
        if cut is None or len(rest[: cut.start()].split()) > 8 or re.search(r"[,;:]", rest[: cut.start()]):
            return []
        found.append((offset + at, offset + at + cut.start(), 3))
        at += cut.end()
        if re.match(rf"({'|'.join(_starters())})\s", sentence[at:]):
            return found
    return []


@cache
def _starters() -> tuple[str, ...]:
    return tuple(load("structure")["sentence_starters"])


def _trimmed(text: str, block: Block, start: int, end: int) -> Block | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return replace(block, start=start, end=end) if start < end else None
