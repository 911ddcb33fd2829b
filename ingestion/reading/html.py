"""Web pages: the document in the page, without the page around it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.errors import TooLarge
from ingestion.reading.encoding import clean, decode, visible
from ingestion.reading.grid import TableWriter
from ingestion.reading.html_blocks import write_blocks
from ingestion.reading.html_landmarks import document_root
from ingestion.reading.html_nesting import nesting
from ingestion.reading.reading import Reading, ReadingBuilder

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

# The parser takes time quadratic in the depth: 30,000 nested elements took 11.6 s.
MAX_NESTING = 1_000
_DECLARED = re.compile(
    rb"""(?:<\?xml[^>]{0,200}encoding|<meta[^>]{0,200}charset)\s*=\s*["']?\s*([\w.:-]+)""", re.I
)
_HEAD_BYTES = 4096
_WORTH_A_REMARK_CHARS = 200
# Property → the names of meta elements that state it, the most telling first.
_META = {
    "title": ("og:title", "dcterms.title", "dc.title"),
    "author": ("author", "dcterms.creator", "dc.creator"),
    "created": ("dcterms.created", "dcterms.issued", "article:published_time", "dc.date"),
    "modified": ("dcterms.modified", "article:modified_time", "og:updated_time", "last-modified"),
    "language": ("dcterms.language", "dc.language", "content-language"),
    "description": ("description", "og:description"),
}


def read(data: bytes) -> Reading:
    """The document in a web page, as a person reads it.

    Navigation, headers, footers, forms, scripts and hidden elements are left out; where the page
    names no main part, everything else in its body is the document.

    Raises:
        TooLarge: more than `MAX_NESTING` elements inside one another.
    """
    declared = _DECLARED.search(data[:_HEAD_BYTES])
    decoded = decode(data, declared[1].decode("ascii", "replace") if declared else "")
    reading = read_markup(decoded.text)
    return replace(reading, warnings=decoded.warnings + reading.warnings)


def read_markup(text: str) -> Reading:
    """The reading of HTML that is already text.

    Raises:
        TooLarge: as `read`.
    """
    if nesting(text, MAX_NESTING) >= MAX_NESTING:
        raise TooLarge(
            f"more than {MAX_NESTING} elements inside one another; save the page as plain HTML or PDF"
        )
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        page = LexborHTMLParser(text)
    except SelectolaxError as error:  # any text is a page to the parser: it can only run out of memory
        raise MemoryError from error
    builder = ReadingBuilder()
    tables = TableWriter(builder)
    builder.properties.update(_properties(page))
    if page.body is not None:
        hidden = write_blocks(document_root(page.body), builder, tables)
        if hidden > _WORTH_A_REMARK_CHARS:
            builder.warnings.append(f"{hidden} characters of hidden text left out")
    return tables.build()


def _properties(page: LexborHTMLParser) -> dict[str, str]:
    stated: dict[str, str] = {}
    for meta in page.css("meta"):
        name = (
            meta.attributes.get("property")
            or meta.attributes.get("name")
            or meta.attributes.get("http-equiv")
        )
        content = _tidy(meta.attributes.get("content") or "")
        if name and content:
            stated.setdefault(name.lower(), content)
    properties = {
        key: next(stated[name] for name in names if name in stated)
        for key, names in _META.items()
        if any(name in stated for name in names)
    }
    title = page.css_first("head title")
    if title is not None and "title" not in properties and _tidy(title.text(deep=True)):
        properties["title"] = _tidy(title.text(deep=True))
    language = _tidy((page.root.attributes.get("lang") or "") if page.root is not None else "")
    if language:
        properties["language"] = language
    return properties


def _tidy(text: str) -> str:
    return " ".join(visible(clean(text)).split())
