"""Passages along the document's own structure, each a verbatim span with a locator.

A statute is cut by its sections, a deck by its slides, a table by its rows, and prose by its
headings; what is too long for one passage is cut between paragraphs, else between sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.domain.document import Passage
from assistant.language.sentences import sentences
from ingestion.data import load
from ingestion.legal import section_address, subsections
from ingestion.reading.reading import Block, BlockKind, Place, Reading

_PASSAGE_CHARS = 1200  # prose longer than this is cut …
_PIECE_CHARS = 900  # … into pieces of about this size
_FOREIGN = re.compile(r"\d|[^\W_]{4,}")
_SECTION_CHARS = 2400  # a statute section or slide stays whole up to this size


@dataclass(slots=True)
class _Section:
    """A heading (perhaps none) with the blocks under it, up to the next heading."""

    path: tuple[str, ...]
    heading: Block | None
    place: Place | None
    address: str = ""
    unit: str = "section"
    blocks: list[Block] = field(default_factory=list)
    parted: bool = False  # furniture stands between the heading and the first block
    has_parts: bool = False  # deeper headings follow: the heading alone is no passage


def cut_passages(reading: Reading, document_id: str, version: str, language: str) -> tuple[Passage, ...]:
    """The passages of a cleaned and structured reading, in order; furniture is in none of them."""
    cutter = _Cutter(
        reading, document_id, version, language if language in ("nb", "nn", "da", "sv", "en") else "nb"
    )
    for section in _sections(reading):
        cutter.cut(section)
    return tuple(cutter.passages)


def _sections(reading: Reading) -> Iterator[_Section]:
    path: list[tuple[int, str]] = []
    current = _Section((), None, None)
    for block in reading.blocks:
        text = reading.text[block.start : block.end]
        if block.kind is BlockKind.FURNITURE:
            if current.blocks:
                yield current
                current = _Section(current.path, None, current.place, current.address, current.unit)
            current.parted = True
            continue
        slide = block.place if block.place is not None and block.place.kind == "slide" else None
        if slide is not None:
            if current.unit != "slide" or current.place is None or current.place.number != slide.number:
                yield current
                title = text if block.kind is BlockKind.HEADING else ""
                current = _Section((title,) if title else (), None, slide, unit="slide")
            if block.kind is BlockKind.HEADING and not current.blocks:
                current.heading = block
            else:
                current.blocks.append(block)
            continue
        if block.kind is BlockKind.HEADING:
            current.has_parts = current.heading is not None and block.level > current.heading.level
            yield current
            while path and path[-1][0] >= block.level:
                path.pop()
            path.append((block.level, text))
            current = _Section(tuple(name for _, name in path), block, block.place, section_address(text))
            continue
        opens = section_address(text) if block.kind is BlockKind.PARAGRAPH else ""
        if opens and opens != current.address:
            yield current
            current = _Section(tuple(name for _, name in path), None, block.place, opens)
        if current.place is None:
            current.place = block.place
        current.blocks.append(block)
    yield current


class _Cutter:
    def __init__(self, reading: Reading, document_id: str, version: str, language: str) -> None:
        self._reading = reading
        self._text = reading.text
        self._document_id = document_id
        self._version = version
        self._language = language
        self._words = load("structure")
        self._paragraphs = 0
        self.passages: list[Passage] = []

    def cut(self, section: _Section) -> None:
        if not section.blocks:
            if section.heading is not None and not section.has_parts:
                self._add(section, section.heading.start, section.heading.end, unit="title")
            return
        run: list[Block] = []
        for block in section.blocks:
            if block.kind is BlockKind.ROW and section.unit != "slide":
                self._cut_run(section, run)
                run = []
                self._add_row(section, block)
            else:
                run.append(block)
        self._cut_run(section, run)

    def _cut_run(self, section: _Section, blocks: list[Block]) -> None:
        run: list[Block] = []
        for block in blocks:
            # a page number or footer between two blocks belongs to neither
            if run and _FOREIGN.search(self._text[run[-1].end : block.start]):
                self._cut_whole(section, run)
                run = []
            run.append(block)
        self._cut_whole(section, run)

    def _cut_whole(self, section: _Section, blocks: list[Block]) -> None:
        if not blocks:
            return
        start = blocks[0].start
        if section.heading is not None and blocks[0] is section.blocks[0] and not section.parted:
            start = section.heading.start
        limit = _SECTION_CHARS if section.address or section.unit == "slide" else _PASSAGE_CHARS
        marks = self._marks(section, blocks)
        if blocks[-1].end - start <= limit:
            self._add(section, start, blocks[-1].end, marks=marks)
            return
        for piece_start, piece_end in self._pieces(blocks, section.address):
            begin = start if piece_start == blocks[0].start else piece_start
            self._add(section, begin, piece_end, marks=marks)

    def _pieces(self, blocks: list[Block], address: str) -> Iterator[tuple[int, int]]:
        spans: list[tuple[int, int, bool]] = []  # start, end, may a piece begin here
        for block in blocks:
            tied = block.kind is BlockKind.ITEM and bool(spans)
            if block.end - block.start > _PASSAGE_CHARS:
                parts = sentences(self._text[block.start : block.end])
                spans.extend((block.start + start, block.start + end, True) for start, end in parts)
            else:
                spans.append((block.start, block.end, not tied))
        begin, end = spans[0][0], spans[0][1]
        for start, stop, free in spans[1:]:
            too_long = stop - begin > _PIECE_CHARS
            if too_long and (free or stop - begin > 2 * _PIECE_CHARS):
                yield begin, end
                begin = start
            end = stop
        yield begin, end

    def _marks(self, section: _Section, blocks: list[Block]) -> tuple[tuple[int, str], ...]:
        if section.address:
            start, end = blocks[0].start, blocks[-1].end
            paragraphs = [
                (block.start - start, block.end - start)
                for block in blocks
                if block.kind is BlockKind.PARAGRAPH
            ]
            found = subsections(self._text[start:end], section.address, self._language, paragraphs)
            return tuple(
                (start + offset, self._placed(self._place_at(blocks, start + offset), name))
                for offset, name in found
            )
        marks: list[tuple[int, str]] = []
        place = section.place
        for block in blocks:
            if block.place is not None and place is not None and block.place.number != place.number:
                marks.append((block.start, self._placed(block.place, _last(section.path))))
                place = block.place
        return tuple(marks)

    def _place_at(self, blocks: list[Block], offset: int) -> Place | None:
        return next((block.place for block in blocks if block.start <= offset < block.end), None)

    def _add_row(self, section: _Section, block: Block) -> None:
        if block.row < 0:
            return
        table = self._reading.tables[block.table]
        word = self._words["row"][self._language]
        name = _last(section.path) or table.name
        locator = self._placed(
            block.place, f"{name}, {word} {block.row + 1}" if name else f"{word} {block.row + 1}"
        )
        context = " ".join(dict.fromkeys([*([table.name] if table.name else []), *table.header]))
        self._add(section, block.start, block.end, unit="row", locator=locator, context=context)

    def _add(
        self,
        section: _Section,
        start: int,
        end: int,
        *,
        unit: str = "",
        locator: str = "",
        context: str = "",
        marks: tuple[tuple[int, str], ...] = (),
    ) -> None:
        ordinal = len(self.passages)
        if not section.path and not section.address and section.place is None:
            self._paragraphs += 1
        inside = tuple(mark for mark in marks if start <= mark[0] < end)
        self.passages.append(
            Passage(
                id=f"{self._document_id}@{self._version}#{ordinal}",
                document_id=self._document_id,
                version=self._version,
                ordinal=ordinal,
                start=start,
                end=end,
                text=self._text[start:end],
                heading_path=section.path,
                locator=locator or self._locator(section, start, marks),
                unit=unit or section.unit,
                context=context,
                marks=inside,
            )
        )

    def _locator(self, section: _Section, start: int, marks: tuple[tuple[int, str], ...]) -> str:
        name = section.address or _last(section.path)
        earlier = [locator for offset, locator in marks if offset <= start]
        if earlier and not section.address:
            return earlier[-1]
        located = self._placed(section.place, name)
        return located or f"{self._words['paragraph'][self._language]} {self._paragraphs}"

    def _placed(self, place: Place | None, name: str) -> str:
        if place is None:
            return name
        label = place.name if place.kind == "sheet" and place.name else str(place.number)
        where = f"{self._words[place.kind][self._language]} {label}"
        return f"{where} · {name}" if name and name != place.name else where


def _last(path: tuple[str, ...]) -> str:
    return path[-1] if path else ""
