"""What OpenDocument styles say of how a paragraph, a cell or a slide looks (ODF 1.3, part 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE = f"{{{_NS}office:1.0}}"
STYLE = f"{{{_NS}style:1.0}}"
TEXT = f"{{{_NS}text:1.0}}"
TABLE = f"{{{_NS}table:1.0}}"
DRAW = f"{{{_NS}drawing:1.0}}"
PRESENTATION = f"{{{_NS}presentation:1.0}}"
SVG = f"{{{_NS}svg-compatible:1.0}}"
FO = f"{{{_NS}xsl-fo-compatible:1.0}}"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_MAX_ANCESTORS = 30


class OdfStyles:
    """The styles of content.xml and styles.xml by family and name."""

    def __init__(self, roots: list[etree._Element]) -> None:
        self._styles: dict[tuple[str, str], etree._Element] = {}
        self.lists: dict[str, etree._Element] = {}
        self.outline: etree._Element | None = None
        for root in roots:
            for group in root.iter(f"{OFFICE}styles", f"{OFFICE}automatic-styles"):
                for element in group:
                    name = element.get(f"{STYLE}name", "")
                    if element.tag == f"{STYLE}style":
                        self._styles[element.get(f"{STYLE}family", ""), name] = element
                    elif element.tag == f"{TEXT}list-style":
                        self.lists[name] = element
                    elif element.tag == f"{TEXT}outline-style":
                        self.outline = element
        self._known: dict[tuple[str, str, str], str] = {}

    def lineage(self, family: str, name: str) -> Iterator[tuple[str, etree._Element]]:
        """The style's name and element, then what it inherits from."""
        seen: set[str] = set()
        while (family, name) in self._styles and name not in seen and len(seen) < _MAX_ANCESTORS:
            seen.add(name)
            element = self._styles[family, name]
            yield name, element
            name = element.get(f"{STYLE}parent-style-name", "")

    def is_named(self, family: str, name: str, wanted: str) -> bool:
        """Whether the style or one it inherits from has that name."""
        return any(each == wanted for each, _ in self.lineage(family, name))

    def attribute(self, family: str, name: str, attribute: str) -> str | None:
        """An attribute of the style itself, inherited; None when nothing states it."""
        for _, element in self.lineage(family, name):
            stated = element.get(attribute)
            if stated is not None:
                return stated
        return None

    def property(self, family: str, name: str, attribute: str) -> str:
        """A formatting property of the style, inherited; "" when nothing states it."""
        key = family, name, attribute
        if key not in self._known:
            stated = (
                group.get(attribute)
                for _, element in self.lineage(family, name)
                for group in element
                if group.get(attribute) is not None
            )
            self._known[key] = next(stated, None) or ""
        return self._known[key]

    def is_hidden(self, family: str, name: str) -> bool:
        """Whether text in this style is not shown."""
        return self.property(family, name, f"{TEXT}display") == "none"

    def is_bold(self, family: str, name: str) -> bool | None:
        """Whether text in this style is bold; None when the style does not say."""
        weight = self.property(family, name, f"{FO}font-weight")
        if not weight:
            return None
        return weight == "bold" or (weight.isdecimal() and int(weight) >= 600)


def length_cm(stated: str | None) -> float | None:
    """A length such as "2.5cm" or "1in" in centimetres; None when it is not one."""
    match = re.fullmatch(r"(-?[\d.]+)(cm|mm|in|pt|pc|px)", stated or "")
    if not match:
        return None
    per_unit = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6, "px": 2.54 / 96}
    try:
        return float(match[1]) * per_unit[match[2]]
    except ValueError:
        return None
