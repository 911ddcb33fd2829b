"""From lines in reading order to the blocks a person sees: paragraphs, list items, headings and notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ingestion.reading.pdf_furniture import Page, split_notes, without_furniture
from ingestion.reading.pdf_join import join_lines, known_words
from ingestion.reading.pdf_order import Line
from ingestion.reading.reading import BlockKind

_BULLET = re.compile(r"([•◦▪▫●○■□‣⁃∙·➢➤►✓✔\uf000-\uf0ff]|[-–—*o](?=\s))\s*")
_SAFE_BULLET = re.compile(r"[•◦▪▫●○■□‣⁃∙➢➤►✓✔\uf000-\uf0ff]")
_MONTH = (
    r"(?:januari?|februari?|marts?|mars|april|ma[ij]|jun[ie]|jul[iy]|august[i]?|september|oktober|november|"
    r"de[cs]ember|january|february|march|may|october)\b"
)
_NUMBERED = re.compile(
    rf"(?:(\d{{1,3}})(?:\)|\.(?!\s*{_MONTH}))|([a-zæøå]|[ivx]{{2,4}})[.)]|\(([a-zæøå])\))\s+(?=\S)"
)
_CLAUSE = re.compile(r"Stk\.\s*\d|\(\d{1,2}\)\s|(?!\d+\.\d{3}\b)\d{1,2}(?:[.-]\d{1,3})+\.?\s")
_SECTION = re.compile(r"§+\s*\d|\d+\s*(?:[a-z]\s*)?§(?:\s|$)|paragraf\s+\d", re.IGNORECASE)
_HEADING = (  # patterns in falling rank
    re.compile(r"(?:del|avdeling|avd\.?|afdeling|avdelning|part)\s+(?:\d+|[ivx]+|[a-z])\b", re.IGNORECASE),
    re.compile(
        r"(?:kapit(?:tel|el|let)|kap\.|chapter)\s*(?:\d+|[ivx]+)\b|\d+\s*(?:[a-z]\s*)?kap\.", re.IGNORECASE
    ),
    re.compile(
        r"(?:vedlegg|bilag|bilaga|artikkel|artikel|annex|appendix)\s+(?:\d+|[ivx]+|[a-z])\b", re.IGNORECASE
    ),
    _SECTION,
)
_BARE = re.compile(r"§+\s*[\d-]+\s*[a-z]?\s*\.?|\d+\s*[a-z]?\s*§")
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2})+)\.?\s+[^\W\d_a-zæøåäö]")
_FEW_LETTERS = 400
_DANGLING = re.compile(r"(?:§+|\b(?:jf|jfr|jmf|nr|stk|kap|pkt|art)\.)$", re.IGNORECASE)
_LEADERS = re.compile(r"(?:\.\s?){4,}\s*\d+$|…{2,}\s*\d+$")
_SENTENCE_END = (".", ":", ";", "?", "!", ".»", ".”", ".)", "!»", "?»")
_ABBREVIATION = re.compile(
    r"(?:^|\s)(?:jf|jfr|jmf|nr|stk|kap|pkt|kl|art|jf\s*lov|f\.eks|bl\.a|m\.m|s)\.$", re.I
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A block before it is written: `page` is where it begins; `table` is (page, number) for a table."""

    kind: BlockKind
    text: str
    page: int
    level: int = 0
    size: float = 0.0
    table: int = -1


@dataclass(slots=True)
class _Draft:
    """A block being collected."""

    lines: list[Line]
    kind: BlockKind
    hang: float | None = None  # x where the lines after the first begin, once known
    heading: tuple[float, int, int] | None = None
    number: int = 0
    depth: int = 0
    pieces: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Measures:
    """What is usual in the document, in points."""

    body: float
    bold_body: bool
    pitch: float
    rights: dict[tuple[int, int], float]
    indented: bool  # whether paragraphs begin with an indent


def lay_out(pages: Sequence[Page]) -> list[Piece]:
    """The blocks of all pages in reading order, without furniture; footnotes follow their page's text."""
    pages = without_furniture(pages)
    known = known_words(line.text for page in pages for line in page.lines)
    measures = _measure(pages)
    drafts: list[_Draft] = []
    notes: dict[int, list[list[Line]]] = {}
    for whole in pages:
        page, found = split_notes(whole, measures.body)
        if found:
            notes[page.number] = found
        for line in page.lines:
            _take(line, drafts, measures)
    for draft in drafts:
        _settle(draft, measures)
    levels = _levels(drafts)
    pieces: list[Piece] = []
    waiting = sorted(notes)
    for draft in drafts:
        while waiting and draft.lines[0].page > waiting[0]:
            pieces += _notes(notes[waiting.pop(0)], known)
        pieces.append(_piece(draft, levels, known))
    for number in waiting:
        pieces += _notes(notes[number], known)
    return pieces


def _measure(pages: Sequence[Page]) -> _Measures:
    sizes: Counter[float] = Counter()
    bold: Counter[bool] = Counter()
    pitches: Counter[float] = Counter()
    reach: dict[tuple[int, int], list[float]] = {}
    indents = 0
    for page in pages:
        for before, line in zip((None, *page.lines), page.lines, strict=False):
            sizes[line.size] += len(line.text)
            bold[line.bold] += len(line.text)
            reach.setdefault((line.columns, line.column), []).append(line.x1)
            if before is not None and before.column == line.column and before.size == line.size:
                pitch = round((line.base - before.base) * 2) / 2
                if 0 < pitch < 3 * line.size:
                    pitches[pitch] += 1
                    # A first line stands further in than the next, which is at the margin.
                    indents += (
                        0.7 * line.size < before.x0 - line.x0 < 4 * line.size and line.x0 < line.left + 2
                    )
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    if sum(sizes.values()) < _FEW_LETTERS:  # a title may outweigh the one line under it
        body = min((size for size, weight in sizes.items() if weight * 2 >= sizes[body]), default=body)
    # The tightest common distance: in a list of short paragraphs the gap between them is as common.
    often = max(pitches.values(), default=0)
    pitch = min((p for p, n in pitches.items() if n * 3 >= often), default=1.2 * body)
    rights = {key: sorted(found)[-min(3, len(found))] for key, found in reach.items()}
    indented = indents >= max(5, 0.05 * sum(pitches.values()))
    return _Measures(body, bold[True] > bold[False], pitch, rights, indented)


def _take(line: Line, drafts: list[_Draft], measures: _Measures) -> None:
    """Add the line to the block under way, or begin another."""
    last = drafts[-1] if drafts else None
    if line.table >= 0:
        drafts.append(_Draft([line], BlockKind.ROW))
        return
    heading = _heading_style(line, measures)
    if last is not None and heading is None and _reads_on_after(last, line, measures):
        last.kind, last.heading = BlockKind.PARAGRAPH, None
    if last is None or last.kind is BlockKind.ROW:
        drafts.append(_begin(line, heading, drafts))
        return
    if last.kind is BlockKind.HEADING or heading is not None:
        if last.heading is not None and heading is not None and _same_heading(last, line, heading):
            last.lines.append(line)
            return
        if not (heading is not None and _runs_on(last, line, heading, measures)):
            drafts.append(_begin(line, heading, drafts))
            return
    if _continues(last, line, measures):
        if last.hang is None:
            last.hang = line.x0
        last.lines.append(line)
        return
    drafts.append(_begin(line, heading, drafts))


def _begin(line: Line, heading: tuple[float, int, int] | None, drafts: Sequence[_Draft]) -> _Draft:
    if _LEADERS.search(line.text):
        return _Draft([line], BlockKind.FURNITURE)
    if heading is not None:
        return _Draft([line], BlockKind.HEADING, heading=heading)
    bullet, numbered = _BULLET.match(line.text), _NUMBERED.match(line.text)
    if bullet or numbered:
        number = int(numbered.group(1)) if numbered and numbered.group(1) else 0
        draft = _Draft([line], BlockKind.ITEM, number=number)
        draft.depth = _depth(line, drafts)
        # Where the text after the marker begins, when that can be told: its continuation hangs there.
        return draft
    return _Draft([line], BlockKind.PARAGRAPH)


def _depth(line: Line, drafts: Sequence[_Draft]) -> int:
    """Nesting by indent: the items before it in the same list that begin further left, level by level."""
    depth = 0
    edge = line.x0
    levels: list[float] = []
    for draft in reversed(drafts):
        if draft.kind is not BlockKind.ITEM:
            break
        if draft.lines[0].column != line.column:
            continue
        levels.append(draft.lines[0].x0)
    for x0 in levels:
        if x0 < edge - 4:
            depth += 1
            edge = x0
    return depth


def _heading_style(line: Line, measures: _Measures) -> tuple[float, int, int] | None:
    """(size, rank of its pattern, 1 when only the pattern speaks for it), or None for running text."""
    text = line.text
    if not any(c.isalnum() for c in text) or _LEADERS.search(text) or _SAFE_BULLET.match(text):
        return None
    size = line.size
    rank = next((n for n, pattern in enumerate(_HEADING) if pattern.match(text)), None)
    decimal = _DECIMAL.match(text)
    if rank is None:
        rank = 4 + decimal.group(1).count(".") if decimal else 4
    if size >= 1.1 * measures.body + 0.1:
        return (size, rank, 0)
    if line.bold and not measures.bold_body and size >= 0.95 * measures.body:
        return (size, rank, 0)
    short = (
        len(text) <= 90 and not text.endswith((".", ",", ";", ":", "-")) and line.x1 < line.right - 2 * size
    )
    bare = _BARE.fullmatch(text)
    if (rank < 4 or decimal) and size >= 0.95 * measures.body and (short or bare):
        rest = re.sub(r"^\D*[\d.-]+\s*(?:[a-z]\b)?\s*[.:§–-]?\s*(?:kap\.)?\s*", "", text)
        if not rest or (not rest[0].islower() and not _reads_on(rest)):
            return (size, rank, 1)
    return None


def _reads_on(rest: str) -> bool:
    """Whether words after a § number are a sentence rather than a title."""
    return len(rest.split()) > 9 or bool(re.search(r"[.;,]\s+\S+\s+\S+", rest))


def _reads_on_after(last: _Draft, line: Line, measures: _Measures) -> bool:
    """Whether a § line taken for a heading by its pattern alone was the first line of a paragraph."""
    if last.heading is None or not last.heading[2] or _marked(line.text, last):
        return False
    before = last.lines[-1]
    near = before.page == line.page and 0 < line.base - before.base <= 1.25 * measures.pitch
    bare = _BARE.fullmatch(before.text)
    return not bare and near and (line.text[:1].islower() or _full(before, line, measures))


def _same_heading(last: _Draft, line: Line, heading: tuple[float, int, int]) -> bool:
    before = last.lines[-1]
    if last.heading is None or last.heading[0] != heading[0] or before.bold != line.bold:
        return False
    marked = heading[1] < 4 or bool(_DECIMAL.match(line.text)) or bool(_NUMBERED.match(line.text))
    near = before.page == line.page and 0 < line.base - before.base <= 1.45 * heading[0] + 2
    return near and not marked and heading[2] == 0 and last.heading[2] == 0


def _runs_on(last: _Draft, line: Line, heading: tuple[float, int, int], measures: _Measures) -> bool:
    """Whether a line that looks like a heading is the rest of the running text before it."""
    before = last.lines[-1]
    if last.kind is BlockKind.HEADING:
        return False
    alike = before.size == line.size and before.bold == line.bold
    if not heading[2]:  # larger or bold: only what goes on in the same style
        return alike and _continues(last, line, measures)
    gap = line.base - before.base
    level = before.page == line.page and before.column == line.column and gap <= 1.25 * measures.pitch
    return level and not _closed(before.text) and _full(before, line, measures)


def _full(before: Line, line: Line, measures: _Measures) -> bool:
    """Whether the line before was wrapped because the next word did not fit."""
    if not line.words:
        return False
    right = max(before.right, measures.rights.get((before.columns, before.column), 0.0))
    first = line.words[0]
    return before.x1 + (first.x1 - first.x0) + 0.2 * before.size > right - 0.5 * before.size


def _continues(last: _Draft, line: Line, measures: _Measures) -> bool:
    before = last.lines[-1]
    text, text_before = line.text, before.text
    if last.kind is BlockKind.FURNITURE or _LEADERS.search(text):
        return False
    full = _full(before, line, measures)
    closed = _closed(text_before)
    open_end = full and not closed
    if abs(line.size - before.size) > 0.12 * before.size:
        return False
    jump = before.page != line.page or before.column != line.column or line.base < before.base - line.size
    if jump:
        if _DANGLING.search(text_before):
            return True
        if _SAFE_BULLET.match(text) or _marked(text, last):
            return False
        goes_on = text[:1].islower() and last.kind is BlockKind.PARAGRAPH and not text_before.endswith(".")
        return (not closed and (full or text[:1].islower())) or goes_on
    if line.base - before.base > 1.25 * max(measures.pitch, 1.05 * line.size):
        return False
    if _SAFE_BULLET.match(text):
        return False
    if _DANGLING.search(text_before):
        return True
    if _marked(text, last) or _BULLET.match(text):
        list_goes_on = last.kind is BlockKind.ITEM and text_before.endswith((",", " og", " eller", " och"))
        return open_end and not _follows(text, last) and not list_goes_on
    alone = len(last.lines) == 1 and last.kind is BlockKind.PARAGRAPH
    if measures.indented and alone and closed and line.x0 > line.left + 0.7 * line.size:
        return False
    return _aligned(last, line, full=full, closed=closed)


def _closed(text: str) -> bool:
    """Whether the text ends as a sentence does."""
    return text.endswith(_SENTENCE_END) and not _ABBREVIATION.search(text)


def _marked(text: str, last: _Draft) -> bool:
    return bool(_NUMBERED.match(text) or _CLAUSE.match(text) or _SECTION.match(text)) or _follows(text, last)


def _follows(text: str, last: _Draft) -> bool:
    """Whether the line carries the number after that of the item under way."""
    numbered = _NUMBERED.match(text)
    return bool(numbered and numbered.group(1) and last.number and int(numbered.group(1)) == last.number + 1)


def _aligned(last: _Draft, line: Line, *, full: bool, closed: bool) -> bool:
    """Whether the line stands where the next line of the block would, and the one before asks for it."""
    shift = line.x0 - (last.hang if last.hang is not None else last.lines[0].x0)
    step = 0.7 * line.size
    if not full and closed:
        return False
    if last.hang is not None and len(last.lines) > 1:
        if last.lines[-1].page != line.page or last.lines[-1].column != line.column:
            return True
        if last.lines[-1].page != last.lines[1].page or last.lines[-1].column != last.lines[1].column:
            shift = line.x0 - last.lines[-1].x0
        if abs(shift) > step:
            return full and not closed
    elif last.kind is BlockKind.ITEM:
        if shift < -step:
            return False
    elif shift > step:
        return full and not closed
    return full or (not closed and (line.text[:1].islower() or not _starts_anew(line.text)))


def _starts_anew(text: str) -> bool:
    return text[:1].isupper() or text[:1].isdigit() or text[:1] in "§«“”\"'‘"


def _settle(draft: _Draft, measures: _Measures) -> None:
    """A heading that reads like running text is a paragraph after all."""
    if draft.kind is not BlockKind.HEADING or draft.heading is None:
        return
    length = sum(len(line.text) + 1 for line in draft.lines)
    ends = draft.lines[-1].text.endswith((".", ",", ";"))
    larger = draft.heading[0] >= 1.25 * measures.body
    if (
        length > 240
        or (ends and length > 90 and not larger)
        or (ends and length > 60 and len(draft.lines) > 1)
    ):
        draft.kind, draft.heading = BlockKind.PARAGRAPH, None


def _levels(drafts: Sequence[_Draft]) -> dict[tuple[float, int], int]:
    """Levels of the heading styles: larger is further out, and at one size a chapter before a §."""
    styles = sorted(
        {(draft.heading[0], draft.heading[1]) for draft in drafts if draft.heading is not None},
        key=lambda style: (-style[0], style[1]),
    )
    return {style: min(6, number) for number, style in enumerate(styles, 1)}


def _piece(draft: _Draft, levels: dict[tuple[float, int], int], known: Collection[str]) -> Piece:
    first = draft.lines[0]
    if draft.kind is BlockKind.ROW:
        return Piece(draft.kind, "", first.page, table=first.table)
    text = ""
    for line in draft.lines:
        text = join_lines(text, line.text, known)
    if draft.kind is BlockKind.ITEM:
        bullet = _BULLET.match(text)
        text = text[bullet.end() :] if bullet else text
    level = draft.depth
    if draft.heading is not None:
        level = levels[draft.heading[0], draft.heading[1]]
    return Piece(draft.kind, text, first.page, level, first.size)


def _notes(notes: Sequence[Sequence[Line]], known: Collection[str]) -> list[Piece]:
    pieces: list[Piece] = []
    for lines in notes:
        text = ""
        for line in lines:
            text = join_lines(text, line.text, known)
        text = re.sub(r"^(\d{1,3}|\*{1,3})(?=[^\W\d_]|[§«\"”])", r"\1 ", text)
        pieces.append(Piece(BlockKind.NOTE, text, lines[0].page))
    return pieces
