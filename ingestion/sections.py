"""The sections of a document: each heading, slide or § with the blocks under it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingestion.legal import opened_section, section_address
from ingestion.reading.reading import Block, BlockKind, Place, Reading


@dataclass(slots=True)
class Section:
    """A heading (perhaps none) with the blocks under it, up to the next heading.

    `address` is the § it is or stands in ("" for none), `part` its own heading when it is only
    a part of that §; `unit` is "section" or "slide".
    """

    path: tuple[str, ...]
    heading: Block | None
    place: Place | None
    address: str = ""
    part: str = ""
    unit: str = "section"
    blocks: list[Block] = field(default_factory=list)
    parted: bool = False  # furniture stands between the heading and the first block
    has_parts: bool = False  # deeper headings follow: the heading alone is no passage


def sections(reading: Reading) -> Iterator[Section]:
    """The sections in order, empty ones included; furniture parts them and is in none."""
    titles = _slide_titles(reading)
    path: list[tuple[int, str]] = []
    current = Section((), None, None)
    latest = ""  # the last § opened, whose chapter holds for "5 §" alone
    for block in reading.blocks:
        text = reading.text[block.start : block.end]
        if block.kind is BlockKind.FURNITURE:
            if current.blocks:
                yield current
                current = _continued(current)
            current.parted = True
        elif block.place is not None and block.place.kind == "slide":
            if current.unit != "slide" or current.place is None or current.place.number != block.place.number:
                yield current
                title = titles.get(block.place.number, "")
                current = Section((title,) if title else (), None, block.place, unit="slide")
            if block.kind is BlockKind.HEADING and current.heading is None and not current.blocks:
                current.heading = block
            else:
                current.blocks.append(block)
        elif block.kind is BlockKind.HEADING:
            current.has_parts = current.heading is not None and block.level > current.heading.level
            yield current
            while path and path[-1][0] >= block.level:
                path.pop()
            current = _headed(path, block, text)
            path.append((block.level, text))
            latest = section_address(text) or latest
        else:
            address = _opened(block, text, current.address, latest)
            if address:
                latest = address
                current.has_parts = True  # a rubric over a § has its words in the path
                yield current
                while path and section_address(path[-1][1]):
                    path.pop()
                current = Section(tuple(name for _, name in path), None, block.place, address)
            if current.place is None:
                current.place = block.place
            current.blocks.append(block)
    yield current


def _slide_titles(reading: Reading) -> dict[int, str]:
    titles: dict[int, str] = {}
    for block in reading.blocks:
        if block.kind is BlockKind.HEADING and block.place is not None and block.place.kind == "slide":
            titles.setdefault(block.place.number, reading.text[block.start : block.end])
    return titles


def _headed(path: list[tuple[int, str]], block: Block, text: str) -> Section:
    own = section_address(text)
    outer = next((found for _, name in reversed(path) if (found := section_address(name))), "")
    names = (*(name for _, name in path), text)
    return Section(names, block, block.place, own or outer, part=text if outer and not own else "")


def _continued(section: Section) -> Section:
    return Section(section.path, None, section.place, section.address, section.part, section.unit)


def _opened(block: Block, text: str, address: str, latest: str) -> str:
    """The address of the § that a paragraph opens, "" when it goes on with the present one."""
    found = opened_section(text) if block.kind is BlockKind.PARAGRAPH else ""
    if not found:
        return ""
    if found.endswith("§") and " kap. " in latest and " kap. " not in found:
        found = f"{latest.partition(' kap. ')[0]} kap. {found}"
    # "§ 22-29" over "§§ 22-29. (Ophævet)" is one section
    return found if found.lstrip("§ ") != address.lstrip("§ ") else ""
