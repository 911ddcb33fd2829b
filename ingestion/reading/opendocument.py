"""OpenDocument texts (.odt, .ott) and presentations (.odp, .otp), as LibreOffice writes them.

Read from the XML like Word files, and for the same reason: automatic numbers, tracked deletions
and merged cells are in it, but not in what odfpy makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from assistant.errors import DamagedFile, NoTextFound
from ingestion.reading.odf_blocks import OdfBlocks
from ingestion.reading.odf_styles import DRAW, FO, OFFICE, PRESENTATION, STYLE, SVG, OdfStyles, length_cm
from ingestion.reading.office_pieces import Piece, Text, with_bold_headings, write_pieces
from ingestion.reading.office_properties import read_properties
from ingestion.reading.package import open_package
from ingestion.reading.reading import BlockKind, Reading, ReadingBuilder
from ingestion.reading.slides import Frame, Shape, Slide, in_reading_order, write_slides

_TITLES = {"title"}
_FURNITURE = {"header", "footer", "date-time", "page-number", "page"}
_USUAL_PAGE_CM = (28.0, 15.75)


def read(data: bytes) -> Reading:
    """An OpenDocument text or presentation as blocks; slides are places, hidden ones left out.

    Raises:
        DamagedFile, EncryptedFile, TooLarge: as `package.open_package`, or neither text nor slides.
        NoTextFound: pictures only, or empty.
    """
    package = open_package(data)
    content = package.xml("content.xml")
    roots = [package.xml("styles.xml")] if "styles.xml" in package.names else []
    styles = OdfStyles([*roots, content])
    builder = ReadingBuilder()
    if "meta.xml" in package.names:
        builder.properties.update(read_properties(package, "meta.xml"))
    body = content.find(f"{OFFICE}body")
    text = body.find(f"{OFFICE}text") if body is not None else None
    slides = body.find(f"{OFFICE}presentation") if body is not None else None
    if text is not None:
        reading = _read_text(text, styles, builder)
    elif slides is not None:
        reading = _read_slides(slides, styles, _page_size([*roots, content]), builder)
    else:
        raise DamagedFile(
            "The package holds no OpenDocument text or presentation; give the file the extension of "
            "what it is, or save it again as .odt or .odp"
        )
    if not reading.text:
        raise NoTextFound("The OpenDocument file has no text; if it holds pictures of pages, save it as PDF")
    return reading


def _read_text(text: etree._Element, styles: OdfStyles, builder: ReadingBuilder) -> Reading:
    pieces = with_bold_headings(list(OdfBlocks(styles).pieces(text)))
    title = next((piece.text for piece in pieces if isinstance(piece, Text) and piece.title), "")
    if title:
        builder.properties["title"] = title
    return write_pieces(builder, pieces)


def _read_slides(
    presentation: etree._Element, styles: OdfStyles, size: tuple[float, float], builder: ReadingBuilder
) -> Reading:
    blocks = OdfBlocks(styles)
    slides: list[Slide] = []
    for number, page in enumerate(presentation.findall(f"{DRAW}page"), start=1):
        style = page.get(f"{DRAW}style-name", "")
        if styles.property("drawing-page", style, f"{PRESENTATION}visibility") == "hidden":
            builder.warnings.append(f"Slide {number} is hidden and was not read")
            continue
        notes = page.find(f"{PRESENTATION}notes")
        spoken = [
            piece.text
            for frame in (notes if notes is not None else ())
            if frame.get(f"{PRESENTATION}class") == "notes" and not _is_prompt(frame)
            for piece in blocks.pieces(frame)
            if isinstance(piece, Text)
        ]
        slides.append(Slide(number, tuple(_shapes(page, blocks, size)), tuple(spoken)))
    return write_slides(builder, slides)


def _shapes(container: etree._Element, blocks: OdfBlocks, size: tuple[float, float]) -> Iterator[Shape]:
    for element in container:
        kind = element.get(f"{PRESENTATION}class", "")
        if not str(element.tag).startswith(DRAW) or kind in _FURNITURE or _is_prompt(element):
            continue
        pieces: list[Piece] = []
        if element.tag == f"{DRAW}g":
            inner = list(_shapes(element, blocks, size))
            frames = [shape.frame for shape in inner if shape.frame is not None]
            for shape in in_reading_order(inner):
                pieces.extend(shape.pieces)
            frame = min(frames, key=lambda one: (one.top, one.left)) if frames else None
        else:
            pieces.extend(_outlined(list(blocks.pieces(element)), kind))
            frame = _frame(element, size)
        if pieces:
            yield Shape(tuple(pieces), frame, kind in _TITLES, bool(kind))


def _outlined(pieces: list[Piece], kind: str) -> Iterator[Piece]:
    """A slide has no headings but its title; the lines of its outline are items."""
    for piece in pieces:
        if isinstance(piece, Text) and piece.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING):
            listed = kind == "outline"
            yield Text(BlockKind.ITEM if listed else BlockKind.PARAGRAPH, piece.text, 0, piece.strong)
        else:
            yield piece


def _is_prompt(element: etree._Element) -> bool:
    """Whether a placeholder still shows only its prompt ("Click to add text")."""
    return element.get(f"{PRESENTATION}placeholder") == "true"


def _frame(element: etree._Element, size: tuple[float, float]) -> Frame | None:
    left, top = length_cm(element.get(f"{SVG}x")), length_cm(element.get(f"{SVG}y"))
    if left is None or top is None:
        return None
    right = left + (length_cm(element.get(f"{SVG}width")) or 0)
    bottom = top + (length_cm(element.get(f"{SVG}height")) or 0)
    width, height = size
    return Frame(left / width, top / height, right / width, bottom / height)


def _page_size(roots: list[etree._Element]) -> tuple[float, float]:
    for root in roots:
        for properties in root.iter(f"{STYLE}page-layout-properties"):
            width = length_cm(properties.get(f"{FO}page-width"))
            height = length_cm(properties.get(f"{FO}page-height"))
            if width and height and width > height:  # the notes page stands upright
                return width, height
    return _USUAL_PAGE_CM
