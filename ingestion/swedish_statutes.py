"""Swedish statutes as the register publishes them, a section a paragraph, rubrics run together with it.

The rubric of a section stands at the end of the section before it, and a list of references that
was broken over two lines ("17 och / 43 §§") looks like a section of its own and hides those after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingestion.legal import rubric_at_end, section_address, sections_inside
from ingestion.reading.reading import Block, BlockKind, Reading
from ingestion.slide_structure import begins_anew, trimmed

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
    for index, block in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if block.kind is BlockKind.HEADING:
            named = section_address(text[block.start : block.end])
            if named and following is not None and text[following.start] == "§":
                yield replace(block, kind=BlockKind.ITEM)  # half of a reference: the section goes on
                continue
            address = named or address
            level = _SECTION if named else block.level if block.level == 1 else _CHAPTER
            yield replace(block, level=level)
        elif block.kind is BlockKind.PARAGRAPH and address:
            yield from _paragraph(text, block, address, following)
        else:
            yield block


def _paragraph(text: str, block: Block, address: str, following: Block | None) -> Iterator[Block]:
    body = text[block.start : block.end]
    at = 0
    for rubric, number in sections_inside(body, address):
        yield from _spans(text, block, at, rubric)
        if rubric < number:
            yield from _heading(text, block, rubric, number, _RUBRIC)
        at = number
    end = rubric_at_end(body) if following is not None and following.kind is BlockKind.HEADING else -1
    if end <= at or following is None or not begins_anew(body, len(body)):
        yield from _spans(text, block, at, len(body))
        return
    yield from _spans(text, block, at, end)
    over_section = section_address(text[following.start : following.end])
    yield from _heading(text, block, end, len(body), _RUBRIC if over_section else _DIVISION)


def _spans(text: str, block: Block, start: int, end: int) -> Iterator[Block]:
    part = trimmed(text, block, block.start + start, block.start + end)
    if part is not None:
        yield part


def _heading(text: str, block: Block, start: int, end: int, level: int) -> Iterator[Block]:
    for part in _spans(text, block, start, end):
        yield replace(part, kind=BlockKind.HEADING, level=level)
