"""Makes the PDFs that the tests read: text is set with reportlab, a scan is a picture of such a page."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    LongTable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=14, spaceAfter=6)
JUSTIFIED = ParagraphStyle("justified", BODY, alignment=4)
INDENTED = ParagraphStyle("indented", BODY, firstLineIndent=14, spaceAfter=0)
TITLE = ParagraphStyle("title", BODY, fontName="Helvetica-Bold", fontSize=20, leading=25, spaceAfter=12)
CHAPTER = ParagraphStyle("chapter", BODY, fontName="Helvetica-Bold", fontSize=14, leading=18, spaceBefore=10)
SECTION = ParagraphStyle("section", BODY, fontName="Helvetica-Bold", spaceBefore=6, spaceAfter=3)
BULLET = ParagraphStyle("bullet", BODY, leftIndent=24, bulletIndent=12, spaceAfter=2)
DEEPER = ParagraphStyle("deeper", BULLET, leftIndent=40, bulletIndent=28)
CELL = ParagraphStyle("cell", BODY, fontSize=9, leading=11, spaceAfter=0)
HEADER_CELL = ParagraphStyle("header cell", CELL, fontName="Helvetica-Bold")

Furniture = Callable[[Canvas, int], None]


def set_pages(story: Sequence[Flowable], furniture: Furniture | None = None, **metadata: str) -> bytes:
    """A one-column A4 PDF; `furniture` draws the header and footer of a page, given its number."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=25 * mm,
        rightMargin=25 * mm,
        topMargin=28 * mm,
        bottomMargin=30 * mm,
        **metadata,
    )

    def draw(canvas: Canvas, template: SimpleDocTemplate) -> None:
        if furniture is not None:
            furniture(canvas, template.page)

    document.build(list(story), onFirstPage=draw, onLaterPages=draw)
    return out.getvalue()


def paragraphs(texts: Sequence[str], style: ParagraphStyle = BODY) -> list[Flowable]:
    """Each text as a paragraph."""
    return [Paragraph(text, style) for text in texts]


def new_page() -> Flowable:
    """A page break."""
    return PageBreak()


def gap() -> Flowable:
    """A little air."""
    return Spacer(1, 8)


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths_mm: Sequence[float],
    *spans: tuple[int, int, int, int],
) -> Flowable:
    """A ruled table whose header repeats on each page; a span is (column, row, last column, last row)."""
    data = [[Paragraph(name, HEADER_CELL) for name in header]]
    data += [[Paragraph(cell, CELL) for cell in row] for row in rows]
    style: list[tuple[object, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
    ]
    style += [("SPAN", span[:2], span[2:]) for span in spans]
    return LongTable(
        data, colWidths=[width * mm for width in widths_mm], repeatRows=1, style=TableStyle(style)
    )


def two_columns(
    title: str, left: Sequence[str], right: Sequence[str], *, interleaved: bool = False, size: float = 10
) -> bytes:
    """A page with a heading over two columns of ready lines, drawn column by column or line by line."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(60, 760, title)
    canvas.setFont("Helvetica", size)
    placed = [(60, number, line) for number, line in enumerate(left)]
    placed += [(310, number, line) for number, line in enumerate(right)]
    if interleaved:
        placed.sort(key=lambda place: (place[1], place[0]))
    for x, number, line in placed:
        canvas.drawString(x, 720 - number * 1.3 * size, line)
    canvas.save()
    return out.getvalue()


def lines_of(text: str, width: int) -> list[str]:
    """The text wrapped at `width` characters; words of nine letters or more are broken with a hyphen."""
    lines = [""]
    for word in text.split():
        room = width - len(lines[-1]) - 1
        if len(word) <= room or not lines[-1]:
            lines[-1] = f"{lines[-1]} {word}".strip()
        elif len(word) >= 9 and word.isalpha() and room >= 5:
            cut = min(room - 1, len(word) - 3)
            lines[-1] += f" {word[:cut]}-"
            lines.append(word[cut:])
        else:
            lines.append(word)
    return lines


def written(draw: Callable[[Canvas], None], pages: int = 1, size: tuple[float, float] = A4) -> bytes:
    """A PDF whose every page is drawn by `draw`."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    for _ in range(pages):
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def encrypted(password: str) -> bytes:
    """A page that needs a password."""
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=password)
    canvas.drawString(72, 700, "Hemmelig reglement")
    canvas.save()
    return out.getvalue()


def scanned(pdf: bytes, *, dpi: int = 200) -> bytes:
    """The same pages as pictures, without a text layer."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for picture, width, height in pictures(pdf, dpi):
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(picture), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def pictures(pdf: bytes, dpi: int) -> list[tuple[io.BytesIO, float, float]]:
    """Each page as a grey PNG, with its width and height in points."""
    import pypdfium2 as pdfium

    made: list[tuple[io.BytesIO, float, float]] = []
    document = pdfium.PdfDocument(pdf)
    for page in document:
        width, height = page.get_size()
        picture = io.BytesIO()
        page.render(scale=dpi / 72, grayscale=True).to_pil().save(picture, format="PNG")
        picture.seek(0)
        made.append((picture, width, height))
        page.close()
    document.close()
    return made


def joined(*files: bytes) -> bytes:
    """One PDF with the pages of all."""
    import pypdfium2 as pdfium

    whole = pdfium.PdfDocument.new()
    for data in files:
        part = pdfium.PdfDocument(data)
        whole.import_pages(part)
        part.close()
    out = io.BytesIO()
    whole.save(out)
    whole.close()
    return out.getvalue()
