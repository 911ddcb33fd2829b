"""The automatic numbers of a Word document, as Word shows them: "§ 1-2", "1.1.3", "b)".

Numbers are not in a document's text: each paragraph names a list and a level, and numbering.xml
says how that level counts and is written (ISO/IEC 29500-1, 17.9).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree

from ingestion.reading.office_numbers import format_number

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LEVELS = 9


@dataclass(frozen=True, slots=True)
class Label:
    """What stands in front of a paragraph, with its space; `bullet` when that is only a mark."""

    text: str
    bullet: bool = False


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    number_format: str
    pattern: str
    suffix: str
    restart_after: int
    legal: bool
    style: str


_PLAIN = _Level(1, "none", "", "", 0, False, "")


class Numbering:
    """The lists of one document; `label` counts, so call it once a paragraph, in order."""

    def __init__(self, root: etree._Element | None, list_of_style: Callable[[str], str]) -> None:
        """`list_of_style` gives the numId a numbering style points to ("" when none)."""
        self._list_of_style = list_of_style
        self._abstracts: dict[str, etree._Element] = {}
        self._lists: dict[str, etree._Element] = {}
        for element in root if root is not None else ():
            if element.tag == f"{W}abstractNum":
                self._abstracts[element.get(f"{W}abstractNumId", "")] = element
            elif element.tag == f"{W}num":
                self._lists[element.get(f"{W}numId", "")] = element
        self._levels: dict[str, tuple[str, tuple[_Level, ...], dict[int, int]]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._overridden: set[tuple[str, int]] = set()

    def level_of(self, list_id: str, style_ids: Sequence[str]) -> int | None:
        """The level that one of these paragraph styles is tied to in a list, the first that is."""
        levels = self._resolve(list_id)[1]
        for style_id in style_ids:
            for index, level in enumerate(levels):
                if level.style == style_id:
                    return index
        return None

    def label(self, list_id: str, level: int) -> Label | None:
        """The next number of a list at a level (from 0); None when there is no such list."""
        if list_id not in self._lists:
            return None
        level = max(0, min(level, LEVELS - 1))
        abstract, levels, starts = self._resolve(list_id)
        counts = self._counts.setdefault(abstract, [None] * LEVELS)
        present = counts[level]
        if level in starts and (list_id, level) not in self._overridden:
            # Word restarts a list at the override once: on its first paragraph at that level.
            self._overridden.add((list_id, level))
            counts[level] = starts[level]
        else:
            counts[level] = levels[level].start if present is None else present + 1
        for deeper in range(level + 1, LEVELS):
            if level < levels[deeper].restart_after:
                counts[deeper] = None
        for above in range(level):  # a level never used stands at its start, and counts on from there
            if counts[above] is None and f"%{above + 1}" in levels[level].pattern:
                counts[above] = starts.get(above, levels[above].start)
        return self._written(levels, level, counts)

    @staticmethod
    def _written(levels: Sequence[_Level], level: int, counts: Sequence[int | None]) -> Label:
        own = levels[level]
        if own.number_format == "bullet":
            return Label("", bullet=bool(own.pattern))

        def number(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            value = counts[at]
            if value is None:
                return ""
            plain = own.legal and levels[at].number_format != "decimalZero"
            return format_number(value, "decimal" if plain else levels[at].number_format)

        text = re.sub(r"%([1-9])", number, own.pattern).strip()
        return Label(text + ("" if own.suffix == "nothing" or not text else " "))

    def _resolve(self, list_id: str) -> tuple[str, tuple[_Level, ...], dict[int, int]]:
        """A list's abstract definition, its levels with overrides, and its start overrides."""
        if list_id not in self._levels:
            abstract = self._abstract_of(list_id, hops=8)
            levels = [_PLAIN] * LEVELS
            if abstract in self._abstracts:
                for element in self._abstracts[abstract].findall(f"{W}lvl"):
                    _place_level(levels, element, _integer(element.get(f"{W}ilvl"), -1))
            starts: dict[int, int] = {}
            number = self._lists.get(list_id)
            for override in number.findall(f"{W}lvlOverride") if number is not None else ():
                index = _integer(override.get(f"{W}ilvl"), -1)
                start = override.find(f"{W}startOverride")
                if start is not None:
                    starts[index] = _integer(start.get(f"{W}val"), 0)
                changed = override.find(f"{W}lvl")
                if changed is not None:
                    _place_level(levels, changed, index)
            self._levels[list_id] = (abstract, tuple(levels), starts)
        return self._levels[list_id]

    def _abstract_of(self, list_id: str, hops: int) -> str:
        number = self._lists.get(list_id)
        abstract = _value(number, "abstractNumId") if number is not None else ""
        definition = self._abstracts.get(abstract)
        link = _value(definition, "numStyleLink") if definition is not None else ""
        target = self._list_of_style(link) if link and hops else ""
        return self._abstract_of(target, hops - 1) if target and target != list_id else abstract


def _place_level(levels: list[_Level], element: etree._Element, index: int) -> None:
    if not 0 <= index < LEVELS:
        return
    formats = element.find(f".//{W}numFmt")  # newer formats are wrapped in alternative content
    legal = element.find(f"{W}isLgl")
    restart = element.find(f"{W}lvlRestart")
    levels[index] = _Level(
        start=_integer(_value(element, "start"), 0),
        number_format=formats.get(f"{W}val", "decimal") if formats is not None else "decimal",
        pattern=_value(element, "lvlText"),
        suffix=_value(element, "suff"),
        restart_after=_integer(restart.get(f"{W}val"), index) if restart is not None else index,
        legal=legal is not None and legal.get(f"{W}val") not in ("0", "false", "off"),
        style=_value(element, "pStyle"),
    )


def _value(element: etree._Element, name: str) -> str:
    child = element.find(f"{W}{name}")
    return child.get(f"{W}val", "") if child is not None else ""


def _integer(text: str | None, otherwise: int) -> int:
    try:
        return max(-1, min(int(text or ""), 1_000_000))
    except ValueError:
        return otherwise
