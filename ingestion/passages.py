"""Passages along the document's own structure, each a verbatim span with a locator.

A statute is cut by its sections, a deck by its slides, a table by its rows, and prose by its
headings; what is too long for one passage is cut between paragraphs, else between sentences.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from assistant.domain.document import Passage
from assistant.language.sentences import sentences
from ingestion.data import load
from ingestion.legal import subsections
from ingestion.reading.reading import Block, BlockKind, Place, Reading
from ingestion.rows import ROW_CHARS, TableRow, row_pieces, table_rows
from ingestion.sections import Section, sections

_PASSAGE_CHARS = 1200  # prose longer than this is cut …
_PIECE_CHARS = 900  # … into pieces of about this size
_SECTION_CHARS = 2400  # a statute section or slide stays whole up to this size
_FOREIGN = re.compile(r"\d|[^\W_]{4,}")
# what goes on with a list or a sentence begins no piece
_GOES_ON = re.compile(r"[a-zæøåäö]|[-–•*]\s|\d{1,2}[.)]\s|[a-zæøå][.)]\s")

_Marks = tuple[tuple[int, str], ...]


def cut_passages(reading: Reading, document_id: str, version: str, language: str) -> tuple[Passage, ...]:
    """The passages of a cleaned and structured reading, in order; furniture is in none of them."""
    cutter = _Cutter(
        reading, document_id, version, language if language in ("nb", "nn", "da", "sv", "en") else "nb"
    )
    for section in sections(reading):
        cutter.cut(section)
    return tuple(cutter.passages)


class _Cutter:
    def __init__(self, reading: Reading, document_id: str, version: str, language: str) -> None:
        self._reading = reading
        self._text = reading.text
        self._document_id = document_id
        self._version = version
        self._language = language
        self._words = {name: words for name, words in load("structure").items() if isinstance(words, dict)}
        self._headings = Counter(
            reading.text[block.start : block.end]
            for block in reading.blocks
            if block.kind is BlockKind.HEADING
        )
        self._paragraphs = 0
        self.passages: list[Passage] = []

    def cut(self, section: Section) -> None:
        if not section.blocks:
            if section.heading is not None and not section.has_parts:
                heading = section.heading
                self._add(section, heading.start, heading.end, "title", self._name(section, section.place))
            return
        run: list[Block] = []
        rows = table_rows(self._reading, section.blocks) if section.unit != "slide" else {}
        for block in section.blocks:
            if block in rows or (block.kind is BlockKind.ROW and section.unit != "slide"):
                self._cut_run(section, run)
                run = []
                if block in rows:
                    self._add_row(section, block, rows[block])
            else:
                run.append(block)
        self._cut_run(section, run)

    def _cut_run(self, section: Section, blocks: list[Block]) -> None:
        run: list[Block] = []
        for block in blocks:
            # a page number or footer between two blocks belongs to neither
            if run and _FOREIGN.search(self._text[run[-1].end : block.start]):
                self._cut_whole(section, run)
                run = []
            run.append(block)
        self._cut_whole(section, run)

    def _cut_whole(self, section: Section, blocks: list[Block]) -> None:
        if not blocks:
            return
        start = blocks[0].start
        if section.heading is not None and blocks[0] is section.blocks[0] and not section.parted:
            start = section.heading.start
        limit = _SECTION_CHARS if section.address or section.unit == "slide" else _PASSAGE_CHARS
        marks = self._marks(section, blocks)
        if blocks[-1].end - start <= limit:
            locator = self._name(section, blocks[0].place or section.place)
            self._add(section, start, blocks[-1].end, section.unit, locator, marks=marks)
            return
        subsection_starts = {offset for offset, _ in marks} if section.address else set()
        for piece_start, piece_end in self._pieces(blocks, subsection_starts):
            begin = start if piece_start == blocks[0].start else piece_start
            locator = self._name(section, self._place_at(blocks, piece_start) or section.place)
            self._add(section, begin, piece_end, section.unit, locator, marks=marks)

    def _pieces(self, blocks: list[Block], subsection_starts: set[int]) -> Iterator[tuple[int, int]]:
        spans: list[tuple[int, int, bool]] = []  # start, end, may a piece begin here
        for block in blocks:
            parts = [(block.start, block.end)]
            if block.end - block.start > _PASSAGE_CHARS:
                found = sentences(self._text[block.start : block.end])
                parts = [(block.start + start, block.start + end) for start, end in found] or parts
            for start, end in parts:
                tied = block.kind is BlockKind.ITEM or _GOES_ON.match(self._text, start) is not None
                spans.append((start, end, not tied and (not subsection_starts or start in subsection_starts)))
        begin, end = spans[0][0], spans[0][1]
        for start, stop, free in spans[1:]:
            too_long = stop - begin > _PIECE_CHARS
            if too_long and (free or stop - begin > 2 * _PIECE_CHARS):
                yield begin, end
                begin = start
            end = stop
        yield begin, end

    def _marks(self, section: Section, blocks: list[Block]) -> _Marks:
        if section.address:
            return self._subsection_marks(section, blocks)
        marks: list[tuple[int, str]] = []
        place = section.place
        for block in blocks:
            if block.place is not None and place is not None and block.place.number != place.number:
                place = block.place
                marks.append((block.start, self._name(section, place)))
            elif place is None and not section.path:
                self._paragraphs += block.kind is BlockKind.PARAGRAPH or not self._paragraphs
                marks.append((block.start, f"{self._word('paragraph')} {self._paragraphs}"))
        return tuple(marks)

    def _subsection_marks(self, section: Section, blocks: list[Block]) -> _Marks:
        start, end = blocks[0].start, blocks[-1].end
        paragraphs = [
            (block.start - start, block.end - start)
            for block in blocks
            # a reader gives level 1 to what goes on after a list in the same ledd
            if block.kind is BlockKind.PARAGRAPH and block.level == 0
        ]
        # under a heading of its own inside the section, paragraphs are not the section's first, second …
        counted = "" if section.part else self._language
        found = subsections(self._text[start:end], section.address, counted, paragraphs)
        whole = f"{section.address} · {section.part}" if section.part else section.address
        names = {start + offset: name for offset, name in found}
        if found:  # a note on changes belongs to the section, not to its last ledd
            names |= {block.start: whole for block in blocks if block.kind is BlockKind.NOTE}
        # where the page turns, what is under way goes on there
        place = section.place
        for block in blocks:
            if block.place is not None and place is not None and block.place.number != place.number:
                before = [offset for offset in names if offset < block.start]
                names.setdefault(block.start, names[max(before)] if before else whole)
                place = block.place
        return tuple(
            (offset, self._placed(name, self._place_at(blocks, offset), address=True))
            for offset, name in sorted(names.items())
        )

    def _place_at(self, blocks: list[Block], offset: int) -> Place | None:
        return next((block.place for block in blocks if block.start <= offset < block.end), None)

    def _add_row(self, section: Section, block: Block, row: TableRow) -> None:
        path = (*section.path, *(name for name in (row.table, row.title) if name not in ("", *section.path)))
        context = " ".join(dict.fromkeys(name for name in (*row.above, *row.header) if name))
        number = f"{self._word('row')} {row.number}"
        if row.table_number:
            number = f"{self._word('table')} {row.table_number}, {number}"
        if block.place is not None and block.place.kind == "sheet":
            locator = self._placed(row.key or number, block.place)
        else:
            name = section.address or row.table or _last(section.path)
            label = row.key if row.is_keyed else number
            locator = self._placed(
                f"{name}, {label}" if name else label, block.place, address=bool(section.address)
            )
        pieces = [(block.start, block.end)]
        if block.end - block.start > ROW_CHARS:
            pieces = row_pieces(self._text, block, row.cells)
        for start, end in pieces:
            self._add(section, start, end, "row", locator, path=path, context=context)

    def _add(
        self,
        section: Section,
        start: int,
        end: int,
        unit: str,
        locator: str,
        *,
        path: tuple[str, ...] = (),
        context: str = "",
        marks: _Marks = (),
    ) -> None:
        ordinal = len(self.passages)
        earlier = [name for offset, name in marks if offset <= start]
        # a piece that begins inside a ledd or on a later page says so
        inside = (
            *((start, name) for name in earlier[-1:]),
            *(mark for mark in marks if start < mark[0] < end),
        )
        if not section.address:
            locator = self._span_locator(earlier, inside) or locator
        self.passages.append(
            Passage(
                id=f"{self._document_id}@{self._version}#{ordinal}",
                document_id=self._document_id,
                version=self._version,
                ordinal=ordinal,
                start=start,
                end=end,
                text=self._text[start:end],
                heading_path=path or section.path,
                locator=locator,
                unit=unit,
                context=context,
                marks=inside,
            )
        )

    def _span_locator(self, earlier: list[str], inside: _Marks) -> str:
        """The locator of a passage without a heading: "avsnitt 5–7"; "" where the heading's holds."""
        if not earlier:
            return ""
        first, last = inside[0][1], inside[-1][1]
        word = f"{self._word('paragraph')} "
        if first != last and first.startswith(word) and last.startswith(word):
            return f"{first}–{last.removeprefix(word)}"
        return first

    def _name(self, section: Section, place: Place | None) -> str:
        """What a clerk would call the section: its address, else its heading, with the place."""
        name = _last(section.path)
        if len(section.path) > 1 and self._headings[name] > 1:
            name = f"{section.path[-2]}, {name}"  # "Enhetsleder, Svarer for": the same label stands elsewhere
        if section.address:
            name = f"{section.address} · {section.part}" if section.part else section.address
        return self._placed(name, place, address=bool(section.address)) or self._word("paragraph")

    def _placed(self, name: str, place: Place | None, *, address: bool = False) -> str:
        if place is None:
            return name
        label = place.name if place.kind == "sheet" and place.name else str(place.number)
        where = f"{self._word(place.kind)} {label}"
        if address:
            return f"{name} ({where})"
        return f"{where} · {name}" if name and name != place.name else where

    def _word(self, name: str) -> str:
        return str(self._words[name][self._language])


def _last(path: tuple[str, ...]) -> str:
    return path[-1] if path else ""
