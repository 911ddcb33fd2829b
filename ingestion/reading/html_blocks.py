"""The blocks of a part of a web page: headings, paragraphs, list items, tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from ingestion.reading.encoding import clean, visible
from ingestion.reading.grid import Cover, GridCell, GridRow, TableWriter
from ingestion.reading.html_landmarks import is_landmark, is_machinery
from ingestion.reading.html_nesting import names
from ingestion.reading.reading import BlockKind, ReadingBuilder

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_INLINE = names(
    "a abbr acronym b bdi bdo big button cite code data del dfn em font i ins kbd label mark nobr output "
    "q rp rt ruby s samp small span strike strong sub sup time tt u var wbr img picture source br"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Lovdata's names for change notes and footnotes.
_NOTE_CLASSES = frozenset({"changesToParent", "footnote", "footnotes"})
# … and for a ledd, which may hold a list with text after it.
_LEDD_CLASS = "legalP"
_NEVER_TEXT = frozenset({"nav", "menu", "form", "search"})
# Control characters that stand for struck-out text and superscripts until a block is settled.
_MARKED = {"del": "\x02\x03", "s": "\x02\x03", "strike": "\x02\x03", "sup": "\x04\x05"}
_RAISED = re.compile("\x04([^\x05]*)\x05")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_MAX_SPAN = 200


class _Step(Enum):
    ENTER = "enter"
    LEAVE = "leave"
    LEAVE_FURNITURE = "leave furniture"


@dataclass(slots=True)
class _List:
    ordered: bool
    style: str
    next_number: int
    label: str = ""


@dataclass(slots=True)
class _State:
    """What the walk is inside of. `furniture` and `notes` count the open elements of that kind."""

    heading: int = 0
    notes: int = 0
    furniture: int = 0
    verbatim: int = 0
    lists: list[_List] = field(default_factory=list)
    definitions: int = 0
    ledd: int = -1  # paragraphs written of the ledd under way; -1 outside
    text: list[str] = field(default_factory=list)


def write_blocks(root: LexborNode, builder: ReadingBuilder, tables: TableWriter) -> int:
    """Append what a person reads under `root`; gives the number of hidden characters left out.

    What goes on after a list in the same ledd of a statute is a PARAGRAPH of level 1.

    Landmarks inside a main or article element are kept as FURNITURE; elsewhere they are dropped.
    """
    return _Walk(builder, tables, keeps_landmarks=root.tag in {"main", "article"}).run(root)


class _Walk:
    def __init__(self, builder: ReadingBuilder, tables: TableWriter, *, keeps_landmarks: bool) -> None:
        self._builder = builder
        self._tables = tables
        self._keeps_landmarks = keeps_landmarks
        self._state = _State()

    def run(self, root: LexborNode) -> int:
        left_out = 0
        steps: list[tuple[LexborNode, _Step]] = [(root, _Step.ENTER)]
        while steps:  # not recursion: pages nest deeper than Python's stack
            node, step = steps.pop()
            if step is not _Step.ENTER:
                self._leave(node)
                self._state.furniture -= step is _Step.LEAVE_FURNITURE
                continue
            tag = node.tag
            if tag == "-text":
                self._state.text.append(node.text_content or "")
                continue
            if tag is None or tag.startswith(("-", "_", "!")):
                continue
            if node is not root and is_machinery(node):
                left_out += _hidden_chars(node)
                continue
            leave = _Step.LEAVE
            if node is not root and is_landmark(node):
                if not self._keeps_landmarks or tag in _NEVER_TEXT:
                    continue
                # A header inside the document is its own; so are footnotes.
                if tag != "header" and not _is_note(node):
                    leave = _Step.LEAVE_FURNITURE
            if tag == "table" and leave is _Step.LEAVE and _is_data_table(node):
                self._flush()
                self._table(node)
                continue
            self._enter(node)
            self._state.furniture += leave is _Step.LEAVE_FURNITURE
            steps.append((node, leave))
            steps.extend((child, _Step.ENTER) for child in reversed(list(node.iter(include_text=True))))
        self._flush()
        return left_out

    def _enter(self, node: LexborNode) -> None:
        state, tag = self._state, node.tag or ""
        if tag == "br":
            state.text.append("\v")  # stands for a line break until the blanks are settled
            return
        if tag in _MARKED:
            state.text.append(_MARKED[tag][0])
            return
        if tag in _INLINE:
            return
        self._flush()
        if tag in _HEADINGS:
            state.heading = _HEADINGS[tag]
        elif tag in {"ul", "ol", "dir"}:
            state.lists.append(_new_list(node))
        elif tag == "li" and state.lists:
            _number(state.lists[-1], node)
        elif tag in {"dd", "dt"}:
            state.definitions = 2 if tag == "dd" else 1
        elif tag == "pre":
            state.verbatim += 1
        elif _is_ledd(node) and not state.lists:
            state.ledd = 0
        if _is_note(node):
            state.notes += 1

    def _leave(self, node: LexborNode) -> None:
        state, tag = self._state, node.tag or ""
        if tag in _MARKED:
            state.text.append(_MARKED[tag][1])
            return
        if tag not in _INLINE:
            self._flush()
        if tag in _HEADINGS:
            state.heading = 0
        elif tag in {"ul", "ol", "dir"} and state.lists:
            state.lists.pop()
        elif tag in {"dd", "dt"}:
            state.definitions = 0
        elif tag == "pre":
            state.verbatim -= 1
        elif _is_ledd(node) and not state.lists:
            state.ledd = -1
        if tag not in _INLINE and _is_note(node):
            state.notes -= 1

    def _flush(self) -> None:
        state = self._state
        if not state.text:
            return
        text = "".join(state.text)
        state.text.clear()
        text = _settled(text, verbatim=state.verbatim > 0)
        if not text:
            return
        if state.furniture:
            self._builder.add(BlockKind.FURNITURE, text)
        elif state.heading:
            self._builder.add(BlockKind.HEADING, " ".join(text.split("\n")), level=state.heading)
        elif state.notes:
            self._builder.add(BlockKind.NOTE, text)
        elif state.lists:
            label, state.lists[-1].label = state.lists[-1].label, ""
            self._builder.add(BlockKind.ITEM, label + text, level=len(state.lists) - 1)
        elif state.definitions:
            self._builder.add(BlockKind.ITEM, text, level=state.definitions - 1)
        else:
            self._builder.add(BlockKind.PARAGRAPH, text, level=int(state.ledd > 0))
            state.ledd += state.ledd >= 0

    def _table(self, node: LexborNode) -> None:
        caption = node.css_first("caption")
        name = _settled(caption.text(deep=True)) if caption is not None else ""
        if name:
            self._builder.add(BlockKind.PARAGRAPH, name)
        self._tables.add(_grid(node), name=name)


def _settled(text: str, *, verbatim: bool = False) -> str:
    """Blanks as a browser shows them, line breaks kept, struck-out text left out."""
    if "\x02" in text or "\x03" in text:
        text = _without_struck(text)
    text = _RAISED.sub(lambda raised: raised[1].translate(_SUPERSCRIPTS), text)
    if not verbatim:
        text = "\n".join(_BLANKS.sub(" ", line).strip(" ") for line in text.split("\v"))
    return visible(clean(text.replace("\v", "\n"))).strip()


def _without_struck(text: str) -> str:
    kept: list[str] = []
    depth = 0
    for part in re.split("([\x02\x03])", text):
        if part == "\x02":
            depth += 1
        elif part == "\x03":
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(part)
    return "".join(kept)


def _hidden_chars(node: LexborNode) -> int:
    if node.tag in {"script", "style", "noscript", "template", "svg", "select", "textarea", "button", "head"}:
        return 0
    return len(" ".join(node.text(deep=True).split()))


def _is_note(node: LexborNode) -> bool:
    return not _NOTE_CLASSES.isdisjoint((node.attributes.get("class") or "").split())


def _is_ledd(node: LexborNode) -> bool:
    return _LEDD_CLASS in (node.attributes.get("class") or "").split()


def _new_list(node: LexborNode) -> _List:
    return _List(node.tag == "ol", node.attributes.get("type") or "1", _integer(node, "start", 1))


def _number(inside: _List, node: LexborNode) -> None:
    """Give the item the label a reader sees: "1.", "b." or what the source itself calls it."""
    if not inside.ordered:
        return
    number = _integer(node, "value", inside.next_number)
    inside.next_number = number + 1
    named = (node.attributes.get("data-name") or "").strip()
    inside.label = f"{named or _numeral(number, inside.style) + '.'} "


def _numeral(number: int, style: str) -> str:
    if style in {"a", "A"} and 1 <= number <= len(_ALPHABET):
        letter = _ALPHABET[number - 1]
        return letter if style == "a" else letter.upper()
    if style in {"i", "I"} and 1 <= number < 40:
        roman = (
            "x" * (number // 10) + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[number % 10]
        )
        return roman if style == "i" else roman.upper()
    return str(number)


def _is_data_table(node: LexborNode) -> bool:
    """Whether a table holds data; one used for layout is walked through like any other element."""
    if (node.attributes.get("role") or "").lower() in {"presentation", "none"}:
        return False
    if node.css_first("th") is not None:
        return True
    if node.css_first("table table, h1, h2, h3, h4, h5, h6") is not None:
        return False
    rows = node.css("tr")
    return len(rows) > 1 and any(len(_cells(row)) > 1 for row in rows)


def _cells(row: LexborNode) -> list[LexborNode]:
    return [cell for cell in row.iter() if cell.tag in {"td", "th"}]


def _grid(table: LexborNode) -> list[GridRow]:
    rows: list[GridRow] = []
    below: dict[int, tuple[int, Cover]] = {}  # column → rows still covered from above, and from where
    for row in _rows(table):
        cells: list[GridCell | Cover] = []
        found = _cells(row)
        for cell in found:
            _fill_covered(cells, below)
            across = min(_integer(cell, "colspan", 1), _MAX_SPAN)
            down = min(_integer(cell, "rowspan", 1), _MAX_SPAN)
            for offset in range(max(1, across)):
                if down > 1:
                    below[len(cells)] = (down - 1, Cover.LEFT if offset else Cover.ABOVE)
                cells.append(Cover.LEFT if offset else _cell(cell))
        _fill_covered(cells, below)
        if found:
            heads = all(cell.tag == "th" for cell in found)
            parent = row.parent
            rows.append(GridRow(tuple(cells), heads or (parent is not None and parent.tag == "thead")))
    return rows


def _fill_covered(cells: list[GridCell | Cover], below: dict[int, tuple[int, Cover]]) -> None:
    while len(cells) in below:
        left, cover = below.pop(len(cells))
        if left > 1:
            below[len(cells)] = (left - 1, cover)
        cells.append(cover)


def _rows(table: LexborNode) -> list[LexborNode]:
    """The rows of this table, not those of a table inside one of its cells."""
    return [
        row
        for part in table.iter()
        for row in (
            [part] if part.tag == "tr" else part.iter() if part.tag in {"thead", "tbody", "tfoot"} else []
        )
        if row.tag == "tr"
    ]


def _cell(node: LexborNode) -> GridCell:
    parts: list[str] = []
    steps = [(node, False)]
    while steps:
        part, leaving = steps.pop()
        tag = part.tag or ""
        if leaving:
            parts.append(_MARKED[tag][1] if tag in _MARKED else "" if tag in _INLINE else " ")
        elif tag == "-text":
            parts.append(part.text_content or "")
        elif not tag.startswith(("-", "_", "!")) and (part is node or not is_machinery(part)):
            mark = " " if tag == "br" or tag not in _INLINE else ""
            parts.append(_MARKED[tag][0] if tag in _MARKED else mark)
            steps.append((part, True))
            steps.extend((child, False) for child in reversed(list(part.iter(include_text=True))))
    text = _settled("".join(parts))
    strong = node.tag == "th" or any(
        _settled(bold.text(deep=True)) == text for bold in node.css("b, strong")[:1] if text
    )
    return GridCell(text, strong)


def _integer(node: LexborNode, name: str, default: int) -> int:
    value = (node.attributes.get(name) or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default
