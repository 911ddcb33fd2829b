"""What a Word paragraph or character style means to the eye, inheritance resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ingestion.reading.docx_numbering import W

_MAX_ANCESTORS = 30
_MAX_STYLES = 4_079  # as many as Word itself keeps in a document
# Word keeps its own English names in the file; other programs write the names their users see.
_HEADING = re.compile(r"(?:heading|overskrift|rubrik|otsikko) ?([1-9])")
_TITLES = {"title", "tittel", "titel", "rubrik"}
_CONTENTS = re.compile(r"(?:toc|contents|innhold|indhold|indholdsfortegnelse|innehåll) ?(?:[1-9]|heading)")
_CAPTIONS = {"caption", "bildetekst", "billedtekst", "beskrivning"}
_LIST_DEPTH = re.compile(r"list .*?([2-9])")


@dataclass(frozen=True, slots=True)
class Style:
    """`heading` 1 to 6, 0 when it is none; `lineage` the style's id, then what it is based on.

    `list_id` and `list_level` are the numbering the style carries ("" and None when none);
    `contents` marks a line of a table of contents; `depth` is the nesting a list style's name says;
    `first_row` is a table style that makes the first row bold or shaded.
    """

    lineage: tuple[str, ...] = ()
    heading: int = 0
    title: bool = False
    contents: bool = False
    caption: bool = False
    hidden: bool = False
    bold: bool = False
    list_id: str = ""
    list_level: int | None = None
    depth: int = 0
    first_row: bool = False


class Styles:
    """The styles of one document by id."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._default = ""
        for element in root.findall(f"{W}style")[:_MAX_STYLES] if root is not None else ():
            style_id = element.get(f"{W}styleId", "")
            self._elements[style_id] = element
            if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default") in ("1", "true", "on"):
                self._default = style_id
        self._known: dict[str, Style] = {}

    def get(self, style_id: str) -> Style:
        """The style of that id; an unknown id is a style that says nothing."""
        if style_id not in self._known:
            self._known[style_id] = self._resolve(style_id)
        return self._known[style_id]

    def of_paragraph(self, properties: etree._Element | None) -> Style:
        """The style a paragraph's properties name, else the document's default."""
        named = value(properties, "pStyle")
        return self.get(named if named in self._elements else self._default)

    def list_of(self, style_id: str) -> str:
        """The numId of a numbering style, "" when it has none."""
        return self.get(style_id).list_id

    def _resolve(self, style_id: str) -> Style:
        chain: list[etree._Element] = []
        lineage: list[str] = []
        while style_id in self._elements and style_id not in lineage and len(lineage) < _MAX_ANCESTORS:
            lineage.append(style_id)
            chain.append(self._elements[style_id])
            style_id = value(chain[-1], "basedOn")
        names = [value(element, "name").strip().lower() for element in chain]
        own = names[0] if names else ""
        depth = _LIST_DEPTH.fullmatch(own)
        list_id, list_level = _list_of(chain)
        return Style(
            lineage=tuple(lineage),
            heading=_heading(chain, names),
            title=own in _TITLES,
            contents=_CONTENTS.fullmatch(own) is not None,
            caption=own in _CAPTIONS,
            hidden=_first_switch(chain, "vanish"),
            bold=_first_switch(chain, "b"),
            list_id=list_id,
            list_level=list_level,
            depth=int(depth[1]) - 1 if depth else 0,
            first_row=any(_sets_off_first_row(element) for element in chain),
        )


def value(element: etree._Element | None, name: str) -> str:
    """The w:val of a direct child, "" when there is none."""
    child = element.find(f"{W}{name}") if element is not None else None
    return child.get(f"{W}val", "") if child is not None else ""


def switch(properties: etree._Element | None, name: str) -> bool | None:
    """An on/off property: True, False, or None when it is not stated."""
    child = properties.find(f"{W}{name}") if properties is not None else None
    return None if child is None else child.get(f"{W}val", "1") not in ("0", "false", "off", "none")


def outline_level(properties: etree._Element | None) -> int | None:
    """A stated outline level as a heading level (1 to 6, 0 for body text); None when not stated."""
    stated = value(properties, "outlineLvl")
    if not stated.isdecimal():
        return None
    return min(int(stated) + 1, 6) if int(stated) < 9 else 0


def _heading(chain: list[etree._Element], names: list[str]) -> int:
    for element, name in zip(chain, names, strict=True):
        stated = outline_level(element.find(f"{W}pPr"))
        if stated is not None:
            return stated
        named = _HEADING.fullmatch(name)
        if named:
            return min(int(named[1]), 6)
    return 0


def _list_of(chain: list[etree._Element]) -> tuple[str, int | None]:
    list_id, level = "", None
    for element in chain:
        numbering = element.find(f"{W}pPr/{W}numPr")
        stated = value(numbering, "ilvl")
        if level is None and stated.isdecimal():
            level = int(stated)
        list_id = list_id or value(numbering, "numId")
    return ("" if list_id == "0" else list_id), level


def _first_switch(chain: list[etree._Element], name: str) -> bool:
    for element in chain:
        stated = switch(element.find(f"{W}rPr"), name)
        if stated is not None:
            return stated
    return False


def _sets_off_first_row(style: etree._Element) -> bool:
    for part in style.findall(f"{W}tblStylePr"):
        if part.get(f"{W}type") == "firstRow":
            shading = part.find(f"{W}tcPr/{W}shd")
            return switch(part.find(f"{W}rPr"), "b") is True or shading is not None
    return False
