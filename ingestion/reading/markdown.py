"""Markdown as a person sees it: no marks, the front matter as properties."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from assistant.errors import TooLarge
from ingestion.reading.encoding import decode, visible
from ingestion.reading.reading import BlockKind, Reading, ReadingBuilder

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_MATTER_CHARS = 65_536
# "Id: 2026:13  Dato: 2026-01-05  Kilde: https://…": two or more pairs, two blanks apart.
_PAIR = re.compile(r"([A-ZÆØÅÄÖ][a-zæøåäö]{1,30}): (\S.*?)(?: {2,}|$)")
_PAIRS = re.compile(rf"(?:{_PAIR.pattern}){{2,}}")
_TAG = re.compile(r"<[^>]*>")
_LABELLED = re.compile(r"\**[A-ZÆØÅÄÖ][\w/-]*(?: [\w/-]+){0,3}:\**\s\S")
_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MAX_NESTING = 100
_STATED_WITHIN_BLOCKS = 3


def read(data: bytes) -> Reading:
    """The text of a CommonMark file (tables and strike-through as GitHub has them).

    A paragraph that is emphasised from end to end is a NOTE.

    Raises:
        TooLarge: lists or quotes nested beyond all reason.
    """
    decoded = decode(data)
    builder = ReadingBuilder()
    builder.warnings.extend(decoded.warnings)
    body = _take_front_matter(visible(decoded.text), builder)
    _Walk(builder).blocks(_parse(body))
    _take_stated_pairs(builder)
    return builder.build()


def _parse(text: str) -> list[Token]:
    from markdown_it import MarkdownIt

    # Text indented by four blanks is a layout in office documents, never program code.
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING})
    tokens = parser.enable(["table", "strikethrough"]).disable("code").parse(text)
    # Beyond its limit the parser drops what follows without a word.
    if max((token.level for token in tokens), default=0) >= _MAX_NESTING - 2:
        raise TooLarge(f"lists or quotes more than {_MAX_NESTING // 2} deep; write it with fewer levels")
    return tokens


def _take_front_matter(text: str, builder: ReadingBuilder) -> str:
    match = _FRONT_MATTER.match(text, 0, _FRONT_MATTER_CHARS)
    if match is None:
        return text
    import yaml

    try:
        stated = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        builder.warnings.append(f"front matter left out, not valid YAML: {str(error).splitlines()[0]}")
        return text[match.end() :]
    if not isinstance(stated, dict):
        return text  # two rulers with text between them
    for key, value in stated.items():
        if value is not None:
            builder.properties[str(key).lower()] = _as_text(value)
    return text[match.end() :]


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_as_text(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def _take_stated_pairs(builder: ReadingBuilder) -> None:
    reading = builder.build()
    for block in reading.blocks[:_STATED_WITHIN_BLOCKS]:
        line = reading.text[block.start : block.end]
        if block.kind is BlockKind.PARAGRAPH and _PAIRS.fullmatch(line):
            for key, value in _PAIR.findall(line):
                builder.properties.setdefault(key.lower(), value)


@dataclass(slots=True)
class _List:
    ordered: bool
    label: str = ""  # of the item under way, until its first text is written


@dataclass(slots=True)
class _Walk:
    """Goes through the tokens in order; `lists` are those the present token is inside of."""

    builder: ReadingBuilder
    lists: list[_List] = field(default_factory=list)
    heading: int = 0

    def blocks(self, tokens: list[Token]) -> None:
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.type == "table_open":
                end = next(i for i in range(position, len(tokens)) if tokens[i].type == "table_close")
                self._table(tokens[position:end])
                position = end
            else:
                self._block(token)
            position += 1

    def _block(self, token: Token) -> None:
        if token.type == "heading_open":
            self.heading = int(token.tag[1])
        elif token.type == "heading_close":
            self.heading = 0
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            self.lists.append(_List(token.type.startswith("ordered")))
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self.lists.pop()
        elif token.type == "list_item_open" and self.lists[-1].ordered:
            self.lists[-1].label = f"{token.info}{token.markup} "
        elif token.type == "inline":
            self._text(_inline_text(token), _is_note(token))
        elif token.type == "fence":
            self._text(token.content, False)
        elif token.type == "html_block":
            self._text(unescape(_TAG.sub(" ", _COMMENT.sub("", token.content))), False)

    def _text(self, text: str, note: bool) -> None:
        if not text.strip():
            return
        if self.heading:
            self.builder.add(BlockKind.HEADING, " ".join(text.split("\n")), level=self.heading)
        elif self.lists:
            label, self.lists[-1].label = self.lists[-1].label, ""
            self.builder.add(BlockKind.ITEM, label + text.strip(), level=len(self.lists) - 1)
        else:
            self.builder.add(BlockKind.NOTE if note else BlockKind.PARAGRAPH, text)

    def _table(self, tokens: list[Token]) -> None:
        rows: list[list[str | None]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(_inline_text(token))
        self.builder.add_table([cell or "" for cell in rows[0]], rows[1:])


def _inline_text(token: Token) -> str:
    # "Leder: …" and below it "Møter: …" are lines that were meant, though a blank line would say so
    labelled = sum(1 for line in token.content.split("\n") if _LABELLED.match(line))
    soft = "\n" if labelled > 1 else " "
    parts: list[str] = []
    struck = 0
    for child in token.children or []:
        if child.type in {"s_open", "s_close"}:
            struck += 1 if child.type == "s_open" else -1
        elif struck:
            continue
        elif child.type in {"text", "code_inline"}:
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(soft)
        elif child.type == "hardbreak" or (child.type == "html_inline" and _BREAK.match(child.content)):
            parts.append("\n")
    return "".join(parts)


def _is_note(token: Token) -> bool:
    """Whether all of a paragraph stands in one emphasis: how law texts set their change notes."""
    children = token.children or []
    kinds = [child.type for child in children if child.type != "text" or child.content.strip()]
    return (
        len(kinds) > 2 and kinds[0] == "em_open" and kinds[-1] == "em_close" and kinds.count("em_open") == 1
    )
