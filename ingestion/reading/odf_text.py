"""The text a person sees in one OpenDocument paragraph, and what is anchored in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from ingestion.reading.odf_styles import DRAW, OFFICE, PRESENTATION, SVG, TEXT, OdfStyles
from ingestion.reading.office_text import tidy

_NEVER_SHOWN = {
    f"{OFFICE}annotation",
    f"{OFFICE}annotation-end",
    f"{OFFICE}event-listeners",
    f"{TEXT}number",
    f"{TEXT}placeholder",
    f"{TEXT}ruby-text",
    f"{TEXT}script",
    f"{TEXT}tracked-changes",
    f"{PRESENTATION}header",
    f"{PRESENTATION}footer",
    f"{PRESENTATION}date-time",
    f"{SVG}title",
    f"{SVG}desc",
}
_MAYBE_HIDDEN = {f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph"}


@dataclass(slots=True)
class OdfLine:
    """`text` with line breaks as newlines; `bold` when every visible letter is.

    `number` is the label the writing program stored, "" when none; `notes` and `shapes` are what
    is anchored in the paragraph, in order.
    """

    text: str = ""
    bold: bool = False
    number: str = ""
    notes: list[etree._Element] = field(default_factory=list)
    shapes: list[etree._Element] = field(default_factory=list)


def read_odf_line(paragraph: etree._Element, styles: OdfStyles) -> OdfLine:
    """The visible line(s) of a text:p or text:h, without its automatic number."""
    return _Reader(styles).read(paragraph)


class _Reader:
    def __init__(self, styles: OdfStyles) -> None:
        self._styles = styles
        self._parts: list[str] = []
        self._letters = self._bold_letters = 0
        self._line = OdfLine()

    def read(self, paragraph: etree._Element) -> OdfLine:
        style = paragraph.get(f"{TEXT}style-name", "")
        number = paragraph.find(f"{TEXT}number")
        self._line.number = tidy(number.text or "") if number is not None else ""
        if not self._styles.is_hidden("paragraph", style):
            self._inside(paragraph, self._styles.is_bold("paragraph", style) is True)
        self._line.text = tidy("".join(self._parts))
        self._line.bold = 0 < self._letters == self._bold_letters
        return self._line

    def _inside(self, element: etree._Element, bold: bool) -> None:
        self._write(element.text, bold)
        for child in element:
            self._visit(child, bold)
            self._write(child.tail, bold)

    def _visit(self, element: etree._Element, bold: bool) -> None:
        tag = str(element.tag)
        if tag in (f"{TEXT}s", f"{TEXT}tab"):
            self._write(" ", bold)
        elif tag == f"{TEXT}line-break":
            self._parts.append("\n")
        elif tag == f"{TEXT}note":
            self._line.notes.append(element)
        elif tag.startswith(DRAW):
            self._line.shapes.append(element)
        elif tag in _NEVER_SHOWN or (
            tag in _MAYBE_HIDDEN and element.get(f"{TEXT}is-hidden", "true") == "true"
        ):
            return
        else:
            style = element.get(f"{TEXT}style-name", "") if tag == f"{TEXT}span" else ""
            if not self._styles.is_hidden("text", style):
                own = self._styles.is_bold("text", style)
                self._inside(element, bold if own is None else own)

    def _write(self, text: str | None, bold: bool) -> None:
        if text:
            self._parts.append(text.replace("\n", " "))
            letters = sum(map(str.isalnum, text))
            self._letters += letters
            self._bold_letters += letters if bold else 0
