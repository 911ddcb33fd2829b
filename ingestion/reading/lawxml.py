"""Law in XML as Lovdata publishes it: XHTML with a key-information list and marked articles."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.errors import DamagedFile, UnsupportedFormat
from ingestion.reading.encoding import decode
from ingestion.reading.html import read_markup
from ingestion.reading.reading import Reading

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.:-]+)""")
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)([^>]*)>")
_DTD_SUBSET = re.compile(r"<!DOCTYPE[^>\[]*\[")
_EMPTY_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]*)((?:\s[^<>]*)?)/>")
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_HEAD_CHARS = 4096
# Lovdata's names → the keys that the same laws have in front matter.
_KEYS = {
    "title": "tittel",
    "titleShort": "korttittel",
    "refid": "refid",
    "ministry": "departement",
    "legalArea": "rettsomrade",
    "dateInForce": "ikrafttredelse",
    "lastChangedBy": "sist-endret",
    "lastChangeInForce": "sist-endret-ikrafttredelse",
    "dateOfPublication": "kunngjort",
    "appliesTo": "gjelder-for",
    "basedOn": "hjemmel",
    "legacyID": "datokode",
    "dokid": "dokumentid",
}
_DATES = re.compile(r"\d{4}-\d{2}-\d{2}(?:, ?\d{4}-\d{2}-\d{2})*")


def read(data: bytes) -> Reading:
    """The law's headings, paragraphs (ledd), list items and change notes (NOTE).

    List items keep their letter or number, which other provisions refer to. XHTML of any other
    kind is read as a web page.

    Raises:
        UnsupportedFormat: XML of another vocabulary, or XML that declares entities.
        DamagedFile: no XML at all.
        TooLarge: nested too deeply.
    """
    declared = _DECLARED.match(data[:_HEAD_CHARS].lstrip(b"\xef\xbb\xbf \r\n\t"))
    decoded = decode(data, declared[1].decode("ascii") if declared else "")
    text = decoded.text
    if "<!ENTITY" in text or _DTD_SUBSET.search(text[:_HEAD_CHARS]):
        raise UnsupportedFormat("XML that declares entities of its own; save it without a DTD")
    root = _ROOT.search(text, 0, _HEAD_CHARS * 4)
    if root is None:
        raise DamagedFile("no XML element in it; download the file again")
    if root[1].lower() not in {"html", "body", "main", "article"}:
        raise UnsupportedFormat(
            f"XML with root element <{root[1]}>; we read law XML as Lovdata publishes it, and XHTML"
        )
    markup = _EMPTY_ELEMENT.sub(_opened_and_closed, text)
    reading = read_markup(markup)
    properties = {**reading.properties, **_key_information(markup)}
    return replace(reading, properties=properties, warnings=decoded.warnings + reading.warnings)


def _opened_and_closed(match: re.Match[str]) -> str:
    """An empty element as HTML writes it: to its parser "<a/>" would be open to the end."""
    name, attributes = match[1], match[2]
    return match[0] if name.lower() in _VOID else f"<{name}{attributes}></{name}>"


def _key_information(markup: str) -> dict[str, str]:
    start = markup.find("data-document-key-info")
    if start < 0:
        return {}
    from selectolax.lexbor import LexborHTMLParser

    end = markup.find("</dl>", start)
    listed = LexborHTMLParser("<dl " + markup[start : end if end > 0 else len(markup)] + "</dl>")
    stated: dict[str, str] = {}
    for entry in listed.css("dd[class]"):
        name = (entry.attributes.get("class") or "").split()[0]
        value = _value(entry, name)
        if name in _KEYS and value:
            stated[_KEYS[name]] = value
    return stated


def _value(entry: LexborNode, name: str) -> str:
    items = entry.css("li") or [entry]
    if name == "lastChangedBy":
        # "lov/2023-06-16-62 fra 2024-05-01": the date stands in a key of its own.
        items = entry.css("a")[:1] or items
    lines = [" ".join(item.text(deep=True).split()) for item in items]
    if name == "legalArea":
        lines = [re.sub(r"\s*>\s*", ">", line) for line in lines]
        return "\n".join(lines)
    value = ", ".join(line for line in lines if line)
    if name == "dateOfPublication" and _DATES.match(value):
        return value[:10]
    return value
