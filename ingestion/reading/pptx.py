"""PowerPoint presentations (.pptx, .pptm, .ppsx, .potx): each shown slide's text, tables and notes.

Our own walk over the XML: python-pptx passes over diagrams (SmartArt) and alternative content, and
would open the package a second time without our checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from assistant.errors import DamagedFile, NoTextFound
from ingestion.reading.diagram import diagram_texts
from ingestion.reading.grid import MAX_COLUMNS, Cover, GridCell, GridRow
from ingestion.reading.office_numbers import format_number
from ingestion.reading.office_pieces import Piece, Table, Text, cell_of, without_typed_bullet
from ingestion.reading.office_properties import read_properties
from ingestion.reading.office_text import tidy
from ingestion.reading.package import MC, Package, chosen, open_package
from ingestion.reading.reading import BlockKind, Reading, ReadingBuilder
from ingestion.reading.slides import Frame, Shape, Slide, in_reading_order, write_slides

_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TITLES = {"title", "ctrTitle"}
_FURNITURE = {"dt", "ftr", "sldNum", "hdr"}
_NUMBERS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_AFTER_NUMBER = {"Period": ".", "ParenR": ")", "ParenBoth": ")", "Plain": "", "Minus": "-"}


def read(data: bytes) -> Reading:
    """A presentation as blocks, each at its slide; hidden slides are left out with a warning.

    Raises:
        DamagedFile, EncryptedFile, TooLarge: as `package.open_package`, or not a presentation.
        NoTextFound: no shown slide has any text.
    """
    package = open_package(data)
    part = package.related("", "officeDocument")
    root = package.xml(part) if part else None
    if root is None or root.tag != f"{_P}presentation":
        raise DamagedFile(
            "The package holds no presentation; give the file the extension of what it is "
            "(.docx, .xlsx, .odp), or save it again from PowerPoint"
        )
    builder = ReadingBuilder()
    builder.properties.update(read_properties(package, package.related("", "core-properties")))
    size = root.find(f"{_P}sldSz")
    extent = (max(_integer(size, "cx", 12_192_000), 1), max(_integer(size, "cy", 6_858_000), 1))
    relations = package.relations(part)
    slides: list[Slide] = []
    layouts: dict[str, dict[_Placeholder, Frame]] = {}
    for number, entry in enumerate(root.findall(f"{_P}sldIdLst/{_P}sldId"), start=1):
        relation = relations.pop(entry.get(f"{_RELATION}id", ""), None)
        if relation is None or relation.target not in package.names:
            builder.warnings.append(f"Slide {number} is missing from the file and was not read")
            continue
        slide = package.xml(relation.target)
        if slide.get("show") in ("0", "false"):
            builder.warnings.append(f"Slide {number} is hidden and was not read")
            continue
        slides.append(_SlideReader(package, relation.target, extent, layouts).read(slide, number))
    reading = write_slides(builder, slides)
    if not reading.text:
        raise NoTextFound(
            "The presentation has no text; if its slides are pictures, save it as PDF to have it recognised"
        )
    return reading


@dataclass(frozen=True, slots=True)
class _Placeholder:
    kind: str
    index: str


class _SlideReader:
    def __init__(
        self,
        package: Package,
        part: str,
        extent: tuple[int, int],
        layouts: dict[str, dict[_Placeholder, Frame]],
    ) -> None:
        self._package, self._extent = package, extent
        self._relations = package.relations(part)
        layout = package.related(part, "slideLayout")
        if layout not in layouts:  # a presentation has far fewer layouts than slides
            layouts[layout] = self._layout_frames(layout)
        self._inherited = layouts[layout]

    def read(self, slide: etree._Element, number: int) -> Slide:
        """The shapes that are shown, and the speaker's notes."""
        tree = slide.find(f"{_P}cSld/{_P}spTree")
        shapes = tuple(self._shapes(tree)) if tree is not None else ()
        return Slide(number, shapes, tuple(self._notes()))

    def _layout_frames(self, layout: str) -> dict[_Placeholder, Frame]:
        """Where the slide's layout, and behind it the master, puts each placeholder."""
        master = self._package.related(layout, "slideMaster") if layout else ""
        behind = {found.kind: frame for found, frame in self._placed(master) if frame is not None}
        frames: dict[_Placeholder, Frame] = {}
        for placeholder, stated in self._placed(layout):
            kind = "title" if placeholder.kind in _TITLES else placeholder.kind
            frame = stated or behind.get(kind) or behind.get("body")
            if frame is not None:
                frames[placeholder] = frame
                frames.setdefault(_Placeholder("", placeholder.index), frame)
        return frames

    def _placed(self, part: str) -> Iterator[tuple[_Placeholder, Frame | None]]:
        tree = self._package.xml(part).find(f"{_P}cSld/{_P}spTree") if part else None
        for element in tree if tree is not None else ():
            placeholder = _placeholder(element)
            if placeholder is not None:
                yield placeholder, self._frame(element)

    def _shapes(self, tree: etree._Element, grouped: bool = False) -> Iterator[Shape]:
        for element in tree:
            if element.tag == f"{MC}AlternateContent":
                branch = chosen(element)
                if branch is not None:
                    yield from self._shapes(branch, grouped)
                continue
            placeholder = _placeholder(element)
            if _is_hidden(element) or (placeholder is not None and placeholder.kind in _FURNITURE):
                continue
            frame = self._frame(element)
            if frame is None and placeholder is not None:
                frame = self._inherited.get(placeholder) or self._inherited.get(
                    _Placeholder("", placeholder.index)
                )
            if frame is not None and not grouped and _is_beside_slide(frame):
                continue  # where an author keeps remarks that nobody is shown
            pieces = tuple(self._pieces(element, placeholder))
            if pieces:
                titled = placeholder is not None and placeholder.kind in _TITLES
                yield Shape(pieces, frame, titled, placeholder is not None)

    def _pieces(self, element: etree._Element, placeholder: _Placeholder | None) -> Iterator[Piece]:
        if element.tag == f"{_P}grpSp":
            for shape in in_reading_order(list(self._shapes(element, grouped=True))):
                yield from shape.pieces
        elif element.tag == f"{_P}graphicFrame":
            yield from self._graphic(element)
        else:
            body = element.find(f"{_P}txBody")
            listed = placeholder is not None and placeholder.kind not in ("subTitle", *_TITLES)
            yield from _paragraphs(body, listed) if body is not None else ()

    def _graphic(self, element: etree._Element) -> Iterator[Piece]:
        for found in element.iter(f"{_A}tbl", f"{_DIAGRAM}relIds", f"{_C}chart"):
            if found.tag == f"{_A}tbl":
                yield Table(tuple(_table_rows(found)))
                continue
            chart = found.tag == f"{_C}chart"
            relation = self._relations.pop(found.get(f"{_RELATION}{'id' if chart else 'dm'}", ""), None)
            if relation is None or relation.target not in self._package.names:
                continue
            root = self._package.xml(relation.target)
            if chart:
                title = root.find(f".//{_C}title")
                lines = title.iter(f"{_A}p") if title is not None else ()
                yield from (Text(BlockKind.PARAGRAPH, text) for line in lines if (text := _line(line)))
            else:
                yield from (Text(BlockKind.ITEM, text, level) for level, text in diagram_texts(root))

    def _notes(self) -> Iterator[str]:
        for relation in self._relations.values():
            if relation.kind == "notesSlide" and relation.target in self._package.names:
                for element in self._package.xml(relation.target).iter(f"{_P}sp"):
                    placeholder = _placeholder(element)
                    if placeholder is not None and placeholder.kind == "body":
                        yield from filter(None, (_line(line) for line in element.iter(f"{_A}p")))

    def _frame(self, element: etree._Element) -> Frame | None:
        transform = next(element.iter(f"{_A}xfrm", f"{_P}xfrm"), None)
        offset = transform.find(f"{_A}off") if transform is not None else None
        size = transform.find(f"{_A}ext") if transform is not None else None
        if offset is None:
            return None
        width, height = self._extent
        left, top = _integer(offset, "x", 0) / width, _integer(offset, "y", 0) / height
        return Frame(
            left, top, left + _integer(size, "cx", 0) / width, top + _integer(size, "cy", 0) / height
        )


def _placeholder(element: etree._Element) -> _Placeholder | None:
    for properties in ("nvSpPr", "nvGraphicFramePr", "nvPicPr"):
        found = element.find(f"{_P}{properties}/{_P}nvPr/{_P}ph")
        if found is not None:
            return _Placeholder(found.get("type", "obj"), found.get("idx", "0"))
    return None


def _is_beside_slide(frame: Frame) -> bool:
    return frame.left >= 1 or frame.top >= 1 or frame.right < 0 or frame.bottom < 0


def _is_hidden(element: etree._Element) -> bool:
    properties = next(element.iter(f"{_P}cNvPr"), None)
    return properties is not None and properties.get("hidden") in ("1", "true")


def _integer(element: etree._Element | None, name: str, otherwise: int) -> int:
    try:
        return int(element.get(name, "")) if element is not None else otherwise
    except ValueError:
        return otherwise


def _line(paragraph: etree._Element) -> str:
    """A paragraph's text: runs, line breaks and fields, without the slide number and the date."""
    parts: list[str] = []
    for child in paragraph:
        field = child.tag == f"{_A}fld" and child.get("type", "").startswith(("slidenum", "datetime"))
        if child.tag == f"{_A}br":
            parts.append("\n")
        elif not field:
            parts.extend(text.text or "" for text in child.iter(f"{_A}t"))
    return tidy("".join(parts).replace("\v", "\n"))


def _paragraphs(body: etree._Element, listed: bool) -> Iterator[Text]:
    """The paragraphs of a shape; `listed` when its lines are items unless they say otherwise."""
    counts: dict[int, tuple[str, int]] = {}
    for paragraph in body.findall(f"{_A}p"):
        text = _line(paragraph)
        properties = paragraph.find(f"{_A}pPr")
        level = min(max(_integer(properties, "lvl", 0), 0), 8)
        if not text:
            continue
        numbered = properties.find(f"{_A}buAutoNum") if properties is not None else None
        marked = properties is not None and (
            properties.find(f"{_A}buChar") is not None or properties.find(f"{_A}buBlip") is not None
        )
        strong = _is_bold(paragraph)
        counts = {at: count for at, count in counts.items() if at <= level}
        if numbered is not None:
            kind, value = counts.get(level, ("", 0))
            scheme = numbered.get("type", "arabicPeriod")
            value = value + 1 if kind == scheme else max(_integer(numbered, "startAt", 1), 1)
            counts[level] = scheme, value
            yield Text(BlockKind.ITEM, f"{_number(value, scheme)} {text}", level, strong)
            continue
        counts.pop(level, None)
        plain = without_typed_bullet(text)
        if marked or listed or plain != text:
            yield Text(BlockKind.ITEM, plain, level, strong, bullet=True)
        else:
            yield Text(BlockKind.PARAGRAPH, text, 0, strong)


def _number(value: int, scheme: str) -> str:
    for start, name in _NUMBERS.items():
        if scheme.startswith(start):
            after = _AFTER_NUMBER.get(scheme[len(start) :], ".")
            before = "(" if scheme.endswith("ParenBoth") else ""
            return before + format_number(value, name) + after
    return f"{value}."


def _is_bold(paragraph: etree._Element) -> bool:
    runs = [run for run in paragraph.findall(f"{_A}r") if (run.findtext(f"{_A}t") or "").strip()]
    bold = (run.find(f"{_A}rPr") for run in runs)
    return bool(runs) and all(one is not None and one.get("b") in ("1", "true") for one in bold)


def _table_rows(table: etree._Element) -> Iterator[GridRow]:
    properties = table.find(f"{_A}tblPr")
    headed = properties is not None and properties.get("firstRow") in ("1", "true")
    rows = table.findall(f"{_A}tr")
    for at, row in enumerate(rows):
        cells = [_cell(cell) for cell in row.findall(f"{_A}tc")[:MAX_COLUMNS]]
        yield GridRow(tuple(cells), headed and at == 0 and len(rows) > 1)


def _cell(cell: etree._Element) -> GridCell | Cover:
    if cell.get("vMerge") in ("1", "true"):
        return Cover.ABOVE
    if cell.get("hMerge") in ("1", "true"):
        return Cover.LEFT
    body = cell.find(f"{_A}txBody")
    pieces: Sequence[Text] = list(_paragraphs(body, listed=False)) if body is not None else []
    return cell_of(pieces, shaded=False)
