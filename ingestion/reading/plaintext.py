"""Plain text: the file's own text is the canonical text, and blocks are spans into it."""

from __future__ import annotations

import re
from dataclasses import replace

from ingestion.reading.encoding import decode
from ingestion.reading.reading import Block, BlockKind, Reading

_CHAPTER = re.compile(
    r"(?:(?:kapittel|kapitel|kap\.|del|bilag|vedlegg|bilaga|avsnitt) (?:\d+|[IVXLC]+)\b|\d+ kap\.)",
    re.IGNORECASE,
)
_PARAGRAPH_SIGN = re.compile(r"(?:§ ?\d|\d+ (?:kap\. \d+ )?§(?:\s|$))")
_NUMBERED = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)(\.?)\s+\S")
_BULLET = re.compile(r"(?:[-*•·‣◦▪●○–—\uf0b7\uf0a7\uf02d\uf0d8]|o(?= {2}|\t))[ \t]+(?=\S)")
_LABEL = re.compile(r"(?:\(?[a-zæøåA-ZÆØÅ]\)|\(?\d{1,3}\)|\d{1,3}\.)[ \t]+(?=\S)")
_SENTENCE_ENDS = (".", ":", ";", "!", "?", "…")
_HEADING_CHARS = 90
_HEADING_WORDS = 12
# A longer line that begins with a dash is running text (a transcript), not an item.
_ITEM_CHARS = 600
# Headings with nothing under them are a list of links or names, not headings.
_LONGEST_RUN = 2

_Line = tuple[int, int]


def read(data: bytes) -> Reading:
    """The text and its paragraphs, headings and list items.

    Raises nothing: any bytes give some text; what could not be decoded is in the warnings.
    """
    decoded = decode(data)
    return Reading(decoded.text, split_blocks(decoded.text), warnings=decoded.warnings)


def split_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of `text`, in order: paragraphs at blank lines, headings and items by their looks."""
    blocks: list[Block] = []
    weak: list[int] = []  # indexes of blocks that are headings only if something follows them
    for group in _groups(text):
        if len(group) == 1 and _short_title(text[group[0][0] : group[0][1]]):
            weak.append(len(blocks))
        blocks.extend(_group_blocks(text, group))
    return _with_titles(blocks, weak)


def _groups(text: str) -> list[list[_Line]]:
    """Spans of the lines without their outer blanks, grouped at blank lines."""
    groups: list[list[_Line]] = [[]]
    at = 0
    for line in text.split("\n"):
        bare = line.strip()
        if bare:
            start = at + line.index(bare)
            groups[-1].append((start, start + len(bare)))
        elif groups[-1]:
            groups.append([])
        at += len(line) + 1
    return [group for group in groups if group]


def _group_blocks(text: str, lines: list[_Line]) -> list[Block]:
    blocks: list[Block] = []
    numbered_list = sum(1 for start, end in lines if _LABEL.match(text[start:end])) > 1
    indents: list[int] = []
    fresh = True  # a heading or a "1." begins only where no sentence is under way
    for start, end in lines:
        line = text[start:end]
        level = _heading_level(line) if fresh else 0
        short = end - start <= _ITEM_CHARS
        bullet = _BULLET.match(line) if short else None
        label = _LABEL.match(line) if short and fresh and not bullet else None
        if bullet or (label and (numbered_list or ")" in label[0])):
            begin = start + (bullet.end() if bullet else 0)
            depth = _depth(indents, start - text.rfind("\n", 0, start) - 1)
            blocks.append(Block(begin, end, BlockKind.ITEM, depth))
        elif level:
            blocks.append(Block(start, end, BlockKind.HEADING, level))
        elif blocks and blocks[-1].kind is not BlockKind.HEADING:
            blocks[-1] = replace(blocks[-1], end=end)
        else:
            blocks.append(Block(start, end, BlockKind.PARAGRAPH))
        fresh = blocks[-1].kind is not BlockKind.PARAGRAPH or line.endswith(_SENTENCE_ENDS)
    return blocks


def _depth(indents: list[int], indent: int) -> int:
    """The nesting depth of an item at `indent`, given the indents of the items it may be inside."""
    while indents and indents[-1] > indent:
        indents.pop()
    if not indents or indents[-1] < indent:
        indents.append(indent)
    return len(indents) - 1


def _heading_level(line: str) -> int:
    """2 to 6 for a line that says it is a heading (chapter, §, number, capitals); 0 for others."""
    if not _could_be_title(line):
        return 0
    if _CHAPTER.match(line):
        return 2
    if _PARAGRAPH_SIGN.match(line):
        return 3
    numbered = _NUMBERED.match(line)
    if numbered and ("." in numbered[1] or numbered[2]):
        return min(6, 2 + numbered[1].count(".")) if line[numbered.end() - 1].isupper() else 0
    return 2 if line.isupper() and sum(map(str.isalpha, line)) > 3 and not line[0].isdigit() else 0


def _short_title(line: str) -> bool:
    """A line that is a heading if it stands alone over a text."""
    return _could_be_title(line) and line[0].isupper() and line[-1] not in ",-–"


def _could_be_title(line: str) -> bool:
    if len(line) > _HEADING_CHARS or len(line.split()) > _HEADING_WORDS:
        return False
    if line.endswith((":", ";", "!", "…", ",")):
        return False
    # "§ 5-6." and "3 kap." may end in a full stop; a sentence may not.
    return not line.endswith(".") or len(line.split()) <= 2


def _with_titles(blocks: list[Block], weak: list[int]) -> tuple[Block, ...]:
    """Single short lines made headings where a text follows within two of them."""
    candidates = set(weak)
    for index in weak:
        if blocks[index].kind is not BlockKind.PARAGRAPH:
            continue
        before = after = index
        while before - 1 in candidates and blocks[before - 1].kind is not BlockKind.ITEM:
            before -= 1
        while after + 1 in candidates and blocks[after + 1].kind is not BlockKind.ITEM:
            after += 1
        if after - before < _LONGEST_RUN and after + 1 < len(blocks):
            blocks[index] = replace(blocks[index], kind=BlockKind.HEADING, level=1 if index == 0 else 3)
    return tuple(blocks)
