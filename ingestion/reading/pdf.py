"""Reads PDF: text with its layout, ruled tables, and scanned pages through text recognition.

pdfium is not thread-safe: never read two documents on two threads of one process.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

from assistant.errors import DamagedFile, EncryptedFile, NoTextFound, OcrUnavailable, TooLarge
from ingestion.reading import ocr
from ingestion.reading.pdf_furniture import Page
from ingestion.reading.pdf_join import known_words
from ingestion.reading.pdf_layout import Piece, lay_out
from ingestion.reading.pdf_order import order_lines
from ingestion.reading.pdf_tables import (
    PageTable,
    find_tables,
    has_own_header,
    has_rules,
    same_columns,
    starts_with_header,
    table_text,
)
from ingestion.reading.pdf_words import Word, read_words
from ingestion.reading.reading import BlockKind, Place, Reading, ReadingBuilder

MOST_PAGES = 2_000
_MOST_PIXELS = 25_000_000  # of a picture for text recognition; an A4 page at 300 dpi has 8.7 million
_PASSWORD, _DATA_FORMAT = 4, 3
_NOBODY = ("(anonymous)", "anonymous", "unknown", "Ukjent")
_NO_TITLE = re.compile(
    r"microsoft (word|powerpoint|excel)|untitled|uten (navn|tittel)|unavngivet|ikke[- ]navngivet|namnlös|"
    r"\(?anonymous\)?$|(document|dokument|presentation|presentasjon|præsentation)\s*\d*$|"
    r"powerpoint|slide \d|.*\.(docx?|pdf|indd|odt|pptx?|xlsx?|rtf|tex|dvi|qxd|html?)$|[\W\d_]*$",
    re.IGNORECASE,
)


def read(data: bytes) -> Reading:
    """The text, blocks and tables of a PDF; places are pages counted from 1.

    Raises:
        EncryptedFile: it needs a password.
        DamagedFile: truncated, or no PDF.
        TooLarge: over 2,000 pages.
        OcrUnavailable: no page has a text layer, and text recognition is not installed.
        NoTextFound: nothing to read on any page.
    """
    with closing(_open(data)) as document:
        if len(document) > MOST_PAGES:
            raise TooLarge(f"The PDF has {len(document)} pages; at most {MOST_PAGES} are read; split it")
        builder = ReadingBuilder()
        pages, tables = _read_pages(document, data, builder.warnings)
        properties = document.get_metadata_dict()
    pieces = lay_out(pages)
    labels = {page.number: page.label for page in pages}
    row_pages = _write(pieces, tables, pages, labels, builder)
    builder.properties.update(_properties(properties, pieces))
    reading = builder.build()
    if not reading.text:
        raise NoTextFound("No text was found on any page of the PDF; a scan should be at 300 dpi and upright")
    blocks = tuple(
        replace(block, place=_place(row_pages[block.table][block.row], labels))
        if block.table >= 0 and block.row >= 0
        else block
        for block in reading.blocks
    )
    return replace(reading, blocks=blocks)


def _open(data: bytes) -> Any:
    import pypdfium2 as pdfium

    if b"%PDF-" not in data[:1024]:
        raise DamagedFile(
            "The file does not begin as a PDF does (%PDF-); check that it is one, or save it again"
        )
    tail = data.rstrip(b"\x00\r\n\t ")[-2048:]
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise DamagedFile("The PDF is cut off: its end is missing; fetch or save it again")
    try:
        document = pdfium.PdfDocument(data)
        pages = len(document)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise EncryptedFile("The PDF needs a password; save a copy without one") from error
        raise DamagedFile(f"The PDF cannot be opened ({error}); save it again") from error
    if not pages:
        document.close()
        raise DamagedFile("The PDF has no pages that can be read; save it again")
    return document


def _read_pages(
    document: Any, data: bytes, warnings: list[str]
) -> tuple[list[Page], dict[int, list[PageTable]]]:
    import pypdfium2 as pdfium

    pages: list[Page] = []
    tables: dict[int, list[PageTable]] = {}
    unread: list[int] = []
    broken: list[int] = []
    refusal: OcrUnavailable | DamagedFile | None = None
    ruled = _Ruled(data, warnings)
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
        except pdfium.PdfiumError:
            broken.append(number)
            continue
        with closing(page):
            width, height = page.get_size()
            with closing(page.get_textpage()) as textpage:
                words = read_words(page, textpage)
            found: list[PageTable] = []
            if _is_scan(page, words, width * height):
                try:
                    words = _recognise(page, width, height)
                except (OcrUnavailable, DamagedFile) as error:
                    unread.append(number)
                    refusal = error
            elif has_rules(page):
                found, words = ruled.find(number, words)
        tables[number] = found
        lines = order_lines(words, number, [table.box for table in found])
        label = (document.get_page_label(number - 1) or "").strip()
        pages.append(Page(number, height, tuple(lines), label))
    if broken:
        if len(broken) == len(document):
            raise DamagedFile("No page of the PDF can be opened; save it again")
        warnings.append(f"damaged, not read: {_listed(broken)}")
    if refusal is not None:
        if not any(page.lines for page in pages):
            raise refusal
        warnings.append(f"scanned, not read: {_listed(unread)}: {refusal}")
    return pages, tables


class _Ruled:
    """pdfplumber, opened for the first page that has rules."""

    def __init__(self, data: bytes, warnings: list[str]) -> None:
        self._data = data
        self._document: Any = None
        self._refused = False
        self._warnings = warnings

    def find(self, number: int, words: list[Word]) -> tuple[list[PageTable], list[Word]]:
        """The tables of a page and the words outside them."""
        if self._refused:
            return [], words
        import pdfplumber
        from pdfminer.psexceptions import PSException
        from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

        logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it writes a line for every odd object
        try:
            if self._document is None:
                self._document = pdfplumber.open(io.BytesIO(self._data))
            page = self._document.pages[number - 1]
            try:
                return find_tables(page, words, number)
            finally:
                page.close()
        except (PSException, PdfminerException, MalformedPDFException, LookupError, ValueError) as error:
            self._refuse(number, error)
        except (TypeError, AttributeError, AssertionError, RecursionError) as error:
            self._refuse(number, error)
        return [], words

    def _refuse(self, number: int, error: Exception) -> None:
        # pdfminer is stricter than pdfium: the words are there, only their grid is not.
        self._refused = True
        self._warnings.append(f"tables from page {number} on are read as text ({type(error).__name__})")


def _is_scan(page: Any, words: Sequence[Word], area: float) -> bool:
    """Whether the page is a picture: an image and no text, or no more text than a stamp's."""
    import pypdfium2.raw as raw

    letters = sum(len(word.text) for word in words)
    if letters >= 100 or area <= 0:
        return False
    largest = 0.0
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        x0, y0, x1, y1 = picture.get_bounds()
        largest = max(largest, (x1 - x0) * (y1 - y0) / area)
    return largest >= (0.6 if letters else 0.1)


def _recognise(page: Any, width: float, height: float) -> list[Word]:
    ocr.require()  # before the page is drawn, which costs memory
    scale = min(ocr.DPI / 72, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    with closing(page.render(scale=scale, grayscale=True)) as bitmap:
        picture = io.BytesIO()
        bitmap.to_pil().save(picture, format="PPM")
    return ocr.recognise(picture.getvalue(), scale)


def _write(
    pieces: Sequence[Piece],
    tables: dict[int, list[PageTable]],
    pages: Sequence[Page],
    labels: dict[int, str],
    builder: ReadingBuilder,
) -> list[tuple[int, ...]]:
    """Write the pieces; tables that run on over pages become one. The pages of each table's rows."""
    known = known_words(
        (line.text for page in pages for line in page.lines),
        cells=(
            [line.text for line in cell.lines]
            for found in tables.values()
            for table in found
            for row in table.rows
            for cell in row
        ),
    )
    row_pages: list[tuple[int, ...]] = []
    done: set[int] = set()
    for at, piece in enumerate(pieces):
        if at in done:
            continue
        place = _place(piece.page, labels)
        if piece.kind is not BlockKind.ROW:
            builder.add(piece.kind, piece.text, level=piece.level, place=place)
            continue
        parts = [tables[piece.page][piece.table]]
        for later in range(at + 1, len(pieces)):
            if pieces[later].kind is BlockKind.NOTE:
                continue
            if pieces[later].kind is not BlockKind.ROW:
                break
            part = tables[pieces[later].page][pieces[later].table]
            runs_on = part.page == parts[-1].page + 1 and same_columns(parts[-1], part)
            if not runs_on or (has_own_header(part) and not starts_with_header(parts[0], part, known)):
                break
            parts.append(part)
            done.add(later)
        table = table_text(parts, known)
        builder.add_table(list(table.header), [list(row) for row in table.rows], place=place)
        row_pages.append(table.pages)
    return row_pages


def _place(number: int, labels: dict[int, str]) -> Place:
    label = labels.get(number, "")
    return Place("page", number, "" if label == str(number) else label)


def _listed(numbers: Sequence[int]) -> str:
    return ("page " if len(numbers) == 1 else "pages ") + ", ".join(map(str, numbers))


def _properties(stated: dict[str, str], pieces: Sequence[Piece]) -> dict[str, str]:
    """Title, author and ISO dates as the file states them; a title that says nothing is taken from page 1."""
    properties: dict[str, str] = {}
    title = " ".join(stated.get("Title", "").split())
    if not title or _NO_TITLE.match(title):
        first = [piece for piece in pieces if piece.page == 1 and piece.kind is BlockKind.HEADING]
        title = max(first, key=lambda piece: piece.size).text if first else ""
    for key, value in (("title", title), ("author", stated.get("Author", "").strip())):
        if value and value not in _NOBODY:
            properties[key] = value
    for key, name in (("created", "CreationDate"), ("modified", "ModDate")):
        match = re.match(r"(?:D:)?(\d{4})(\d{2})(\d{2})", stated.get(name, ""))
        if match:
            try:
                properties[key] = date(*map(int, match.groups())).isoformat()
            except ValueError:
                continue
    return properties
