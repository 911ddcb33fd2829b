"""The automatic numbers of OpenDocument lists and headings (ODF 1.3, part 3, 16.30 and 16.34)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from ingestion.reading.odf_styles import STYLE, TEXT, XML_ID, OdfStyles
from ingestion.reading.office_numbers import format_number

LEVELS = 10
_FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_LIST_FORMAT = (
    f"{STYLE}num-list-format",
    "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}num-list-format",
)


@dataclass(slots=True)
class OpenList:
    """A list while its items are read: its style, how deep it is, and the counts it shares."""

    style: str
    depth: int
    counts: list[int | None] = field(default_factory=lambda: [None] * LEVELS)


class OdfLists:
    """The counts of one document's lists and headings; call in document order."""

    def __init__(self, styles: OdfStyles) -> None:
        self._styles = styles
        self._levels: dict[str, dict[int, etree._Element]] = {}
        self._by_id: dict[str, OpenList] = {}
        self._latest: dict[str, OpenList] = {}
        self._headings: list[int | None] = [None] * LEVELS

    def open(self, element: etree._Element, within: OpenList | None) -> OpenList:
        """Begin a text:list, continuing an earlier one when it says so."""
        style = element.get(f"{TEXT}style-name", "") or (within.style if within else "")
        if within is not None:
            depth = min(within.depth + 1, LEVELS - 1)
            opened = OpenList(style, depth, within.counts)
            if element.get(f"{TEXT}continue-numbering") != "true":
                opened.counts[depth:] = [None] * (LEVELS - depth)
            return opened
        opened = OpenList(style, 0)
        earlier = self._by_id.get(element.get(f"{TEXT}continue-list", ""))
        if earlier is None and element.get(f"{TEXT}continue-numbering") == "true":
            earlier = self._latest.get(style)
        if earlier is not None:
            opened.counts = earlier.counts
        self._latest[style] = opened
        name = element.get(XML_ID)
        if name:
            self._by_id[name] = opened
        return opened

    def label(self, opened: OpenList, item: etree._Element) -> tuple[str, bool]:
        """Count a text:list-item: what stands in front of it with its space, and whether it is a bullet."""
        style = item.get(f"{TEXT}style-override", "") or opened.style
        levels = self._of_style(style)
        own = levels.get(opened.depth)
        _count(opened.counts, opened.depth, item.get(f"{TEXT}start-value"), own)
        if own is None:
            return "", True  # a list without a style still looks like one
        if own.tag != f"{TEXT}list-level-style-number":
            return "", True
        return _written(levels, opened.depth, opened.counts), False

    def heading(self, element: etree._Element, level: int) -> str:
        """Count a heading (level from 1) in the outline; its number with its space, "" when it has none."""
        if self._styles.outline is None or element.get(f"{TEXT}is-list-header") == "true":
            return ""
        style = element.get(f"{TEXT}style-name", "")
        if self._styles.attribute("paragraph", style, f"{STYLE}list-style-name") == "":
            return ""  # the style takes its headings out of the outline's numbering
        levels = _levels_of(self._styles.outline)
        depth = min(level, LEVELS) - 1
        start = element.get(f"{TEXT}start-value") or None
        if element.get(f"{TEXT}restart-numbering") == "true" and start is None:
            start = "1"
        _count(self._headings, depth, start, levels.get(depth))
        return _written(levels, depth, self._headings)

    def _of_style(self, name: str) -> dict[int, etree._Element]:
        if name not in self._levels:
            style = self._styles.lists.get(name)
            self._levels[name] = _levels_of(style) if style is not None else {}
        return self._levels[name]


def _levels_of(style: etree._Element) -> dict[int, etree._Element]:
    return {_integer(element.get(f"{TEXT}level"), 1) - 1: element for element in style}


def _count(counts: list[int | None], depth: int, start: str | None, level: etree._Element | None) -> None:
    present = counts[depth]
    first = _integer(level.get(f"{TEXT}start-value"), 1) if level is not None else 1
    if start is not None:
        counts[depth] = _integer(start, first)
    else:
        counts[depth] = first if present is None else present + 1
    counts[depth + 1 :] = [None] * (LEVELS - depth - 1)


def _written(levels: dict[int, etree._Element], depth: int, counts: list[int | None]) -> str:
    own = levels.get(depth)
    if own is None or not own.get(f"{STYLE}num-format"):
        return ""

    def number(at: int) -> str:
        level = levels.get(at)
        kind = level.get(f"{STYLE}num-format", "") if level is not None else ""
        value = counts[at]
        start = level.get(f"{TEXT}start-value") if level is not None else None
        value = _integer(start, 1) if value is None else value
        return format_number(value, _FORMATS.get(kind, "decimal")) if kind else ""

    pattern = next((stated for name in _LIST_FORMAT if (stated := own.get(name))), "")
    if pattern:
        text = re.sub(r"%(10|[1-9])%", lambda match: number(int(match[1]) - 1), pattern)
    else:
        shown = min(max(_integer(own.get(f"{TEXT}display-levels"), 1), 1), depth + 1)
        numbers = filter(None, (number(at) for at in range(depth + 1 - shown, depth + 1)))
        text = own.get(f"{STYLE}num-prefix", "") + ".".join(numbers) + own.get(f"{STYLE}num-suffix", "")
    text = " ".join(text.split())
    return f"{text} " if text else ""


def _integer(text: str | None, otherwise: int) -> int:
    try:
        return max(0, min(int(text or ""), 1_000_000))
    except ValueError:
        return otherwise
