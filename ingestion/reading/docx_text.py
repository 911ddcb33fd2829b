"""The text a person sees in one Word paragraph, and what is anchored in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from ingestion.reading.docx_numbering import W
from ingestion.reading.docx_styles import Style, Styles, switch, value
from ingestion.reading.office_text import tidy
from ingestion.reading.package import MC, chosen

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_GONE = {f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rt", "pPr", "rPr", "sdtPr")}
_SPACES = {f"{W}tab", f"{W}ptab"}
_BREAKS = {f"{W}br", f"{W}cr"}
_DRAWN = {f"{W}drawing", f"{W}pict", f"{W}object"}


@dataclass(slots=True)
class Line:
    """`text` with line breaks as newlines; `bold` when every visible letter is.

    `notes` are ("footnote" | "endnote", id) in order; `boxes` the contents of anchored text boxes;
    `diagrams` relationship ids of anchored diagrams.
    """

    text: str = ""
    bold: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    diagrams: list[str] = field(default_factory=list)


def read_line(paragraph: etree._Element, style: Style, styles: Styles) -> Line:
    """The visible line(s) of a paragraph in that style, without its automatic number."""
    return _Reader(style, styles).read(paragraph)


class _Reader:
    def __init__(self, style: Style, styles: Styles) -> None:
        self._style, self._styles = style, styles
        self._parts: list[str] = []
        self._letters = self._bold_letters = 0
        # One entry an open field: whether its result has begun. An instruction is never shown.
        self._fields: list[bool] = []
        self._line = Line()

    def read(self, paragraph: etree._Element) -> Line:
        for child in paragraph:
            self._visit(child)
        self._line.text = tidy("".join(self._parts))
        self._line.bold = 0 < self._letters == self._bold_letters
        return self._line

    def _visit(self, element: etree._Element) -> None:
        tag = element.tag
        if tag == f"{W}r":
            self._run(element)
        elif tag == f"{MC}AlternateContent":
            branch = chosen(element)
            for child in branch if branch is not None else ():
                self._visit(child)
        elif tag in _DRAWN:
            self._drawn(element)
        elif tag == f"{_MATH}t":
            self._write(element.text or "", bold=False)
        elif tag not in _GONE and not (tag == f"{W}sdt" and is_placeholder(element)):
            for child in element:
                self._visit(child)

    def _run(self, run: etree._Element) -> None:
        properties = run.find(f"{W}rPr")
        named = self._styles.get(value(properties, "rStyle")) if properties is not None else Style()
        hidden = switch(properties, "vanish")
        if hidden if hidden is not None else named.hidden or self._style.hidden:
            self._hidden_run(run)
            return
        bold = switch(properties, "b")
        self._content(run, bold if bold is not None else named.bold or self._style.bold)

    def _hidden_run(self, run: etree._Element) -> None:
        for child in run.findall(f"{W}fldChar"):  # a hidden run can still open or close a field
            self._field(child, show=False)

    def _content(self, run: etree._Element, bold: bool) -> None:
        for child in run:
            tag = child.tag
            if tag == f"{W}t":
                self._write(child.text or "", bold)
            elif tag in _SPACES:
                self._write(" ", bold)
            elif tag in _BREAKS:
                self._write("\n", bold)
            elif tag == f"{W}noBreakHyphen":
                self._write("-", bold)
            elif tag == f"{W}sym":
                self._write(_sign(child.get(f"{W}char", "")), bold)
            elif tag == f"{W}fldChar":
                self._field(child, show=True)
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                self._line.notes.append((str(tag)[len(W) : -len("Reference")], child.get(f"{W}id", "")))
            elif tag == f"{MC}AlternateContent":
                branch = chosen(child)
                if branch is not None:
                    self._content(branch, bold)
            elif tag in _DRAWN:
                self._drawn(child)
            elif tag == f"{W}ruby":
                self._visit(child)

    def _field(self, mark: etree._Element, show: bool) -> None:
        kind = mark.get(f"{W}fldCharType")
        if kind == "begin":
            if show:
                self._write(_form_field(mark.find(f"{W}ffData")), bold=False)
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _drawn(self, drawing: etree._Element) -> None:
        for found in _walk_drawing(drawing):
            if found.tag == f"{W}txbxContent":
                self._line.boxes.append(found)
            else:
                self._line.diagrams.append(found.get(f"{_RELATION}dm", ""))

    def _write(self, text: str, bold: bool) -> None:
        if not all(self._fields):
            return
        self._parts.append(text)
        letters = sum(map(str.isalnum, text))
        self._letters += letters
        self._bold_letters += letters if bold else 0


def _walk_drawing(element: etree._Element) -> Iterator[etree._Element]:
    """Text boxes and diagrams in a drawing, outermost ones, each alternative once."""
    for child in element:
        if child.tag in (f"{W}txbxContent", f"{_DIAGRAM}relIds"):
            yield child
        elif child.tag == f"{MC}AlternateContent":
            branch = chosen(child)
            if branch is not None:
                yield from _walk_drawing(branch)
        else:
            yield from _walk_drawing(child)


def is_placeholder(control: etree._Element) -> bool:
    """Whether a content control still shows its prompt ("Click here to enter text")."""
    return switch(control.find(f"{W}sdtPr"), "showingPlcHdr") is True


def _sign(code: str) -> str:
    try:
        point = int(code, 16)
    except ValueError:
        return ""
    return chr(point) if 0x20 <= point < 0xD800 or 0xE000 <= point <= 0xF8FF else ""


def _form_field(data: etree._Element | None) -> str:
    """What a legacy form field shows: a box with or without its cross, or the entry chosen."""
    box = data.find(f"{W}checkBox") if data is not None else None
    if box is not None:
        ticked = switch(box, "checked")
        return "☒" if (switch(box, "default") if ticked is None else ticked) else "☐"
    choices = data.find(f"{W}ddList") if data is not None else None
    if choices is None:
        return ""
    entries = [entry.get(f"{W}val", "") for entry in choices.findall(f"{W}listEntry")]
    picked = value(choices, "result") or value(choices, "default") or "0"
    return entries[int(picked)] if picked.isdecimal() and int(picked) < len(entries) else ""
