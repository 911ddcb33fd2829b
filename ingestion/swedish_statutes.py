"""Swedish statutes as the register publishes them, a section a paragraph, rubrics run together with it.

The rubric of a section stands at the end of the section before it, and a list of references that
was broken over two lines ("17 och / 43 §§") looks like a section of its own and hides those after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ingestion.legal import rubric_at_end, section_address, sections_inside
from ingestion.reading.reading import Block, BlockKind, Reading
from ingestion.slide_structure import begins_anew, trimmed

# what follows the last section: "Övergångsbestämmelser 2017:725 1. Denna lag träder i kraft …"
_TRANSITION = re.compile(r"(?<=\s)Övergångsbestämmelser(?=\s\d{4}:\d)")
# a section begins with a capital; "### 3 kap. 43 §" over "§, 10. hur ärendena …" is half of a reference
_GOES_ON = re.compile(r"[§.,;:)a-zåäö]|\d+ [a-zåäö]")
_DIVISION, _CHAPTER, _RUBRIC, _SECTION = 2, 3, 4, 5  # levels of headings once rubrics are among them


def is_swedish_statute(reading: Reading) -> bool:
    """Whether the sections' headings have the number first: "4 §", "2 kap. 4 a §"."""
    return any(
        block.kind is BlockKind.HEADING
        and section_address(reading.text[block.start : block.end]).endswith("§")
        for block in reading.blocks
    )


def part_sections(reading: Reading) -> Reading:
    """The same text, with rubrics as headings over their sections and every section where it begins."""
    return replace(reading, blocks=tuple(_parted(reading)))


def _parted(reading: Reading) -> Iterator[Block]:
    text, blocks = reading.text, reading.blocks
    address = ""
    broken = False  # the last heading was half of a reference
    for index, block in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if block.kind is BlockKind.HEADING:
            named = section_address(text[block.start : block.end])
            if named and following is not None and _GOES_ON.match(text, following.start):
                yield replace(block, kind=BlockKind.ITEM)
                broken = True
                continue
            address = named or address
            level = _SECTION if named else block.level if block.level == 1 else _CHAPTER
            yield replace(block, level=level)
        elif block.kind is BlockKind.PARAGRAPH and address:
            # level 1: what follows half of a reference is no stycke of its own
            yield from _paragraph(text, replace(block, level=int(broken)), address, following)
            broken = False
        else:
            yield block


def _paragraph(text: str, block: Block, address: str, following: Block | None) -> Iterator[Block]:
    body = text[block.start : block.end]
    transition = _TRANSITION.search(body)
    if transition:
        law = replace(block, end=block.start + transition.start())
        yield from _paragraph(text, law, address, None)
        yield from _heading(text, block, transition.start(), transition.end(), _DIVISION)
        yield from _spans(text, block, transition.end(), len(body))
        return
    at = 0
    for rubric, number in sections_inside(body, address):
        yield from _spans(text, block, at, rubric)
        if rubric < number:
            yield from _heading(text, block, rubric, number, _RUBRIC)
        at = number
    end = rubric_at_end(body)
    level = _rubric_level(text, following)
    if end <= at or not level or not begins_anew(body, len(body)):
        yield from _spans(text, block, at, len(body))
        return
    yield from _spans(text, block, at, end)
    yield from _heading(text, block, end, len(body), level)


def _rubric_level(text: str, following: Block | None) -> int:
    """The level of a rubric over the next heading, 0 where that has a title of its own."""
    if following is None or following.kind is not BlockKind.HEADING:
        return 0
    name = text[following.start : following.end].strip()
    address = section_address(name)
    if address:
        return _RUBRIC if name == address else 0
    return _DIVISION


def _spans(text: str, block: Block, start: int, end: int) -> Iterator[Block]:
    part = trimmed(text, block, block.start + start, block.start + end)
    if part is not None:
        yield part


def _heading(text: str, block: Block, start: int, end: int, level: int) -> Iterator[Block]:
    for part in _spans(text, block, start, end):
        yield replace(part, kind=BlockKind.HEADING, level=level)
