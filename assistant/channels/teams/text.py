"""Text as Teams shows it: Markdown in which nothing of a document, a question or a model is markup."""

from __future__ import annotations

import re

from assistant.channels.presentation import Presentation, Source

NAME_CHARS = 80
EXCERPT_CHARS = 160

# Only what can become markup: a mark that Teams left in place would stand in every "§ 5-1 (2)".
_MARKUP = re.compile(r"([\\`*_\[\]~|])")
_LINE_START = re.compile(r"^(#|[-+=])", re.MULTILINE)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)", re.MULTILINE)
_ADDRESS = re.compile(r"\b(https?|ftp|mailto|tel)(?=:)|\b(www)(?=\.)", re.IGNORECASE)
_POINTER = re.compile(r"\\\[(\d{1,3})\\\]")
_AFTER_POINTER = re.compile(r"(?<=\])(?=[(:])")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def escaped(text: str) -> str:
    """Text that shows letter for letter: no link, image, mention, emphasis, list or HTML can come of it."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MARKUP.sub(r"\\\1", _INDENT.sub("", text))
    text = _NUMBERED.sub(r"\1\\\2", _LINE_START.sub(r"\\\1", text))
    # a bare address would become a link
    return _ADDRESS.sub(lambda match: f"{match[0]}\\", text)


def body(shown: Presentation, numbers: frozenset[int]) -> str:
    """The text, escaped, with the pointers to the sources of these numbers kept."""
    return _with_pointers(shown.text, {str(number) for number in numbers})


def _with_pointers(text: str, known: set[str]) -> str:
    text = _POINTER.sub(lambda match: f"[{match[1]}]" if match[1] in known else match[0], escaped(text))
    # "[1](…" and "[1]: …" of a document would make a link of our pointer
    return _AFTER_POINTER.sub(r"\\", text).replace("\n", "  \n")


def source_line(source: Source, *, linked: bool = True) -> str:
    """A source after its number: where the words stand, with a link that opens them there."""
    line = escaped(" ".join(source.line.split()))
    return (
        f"[{source.number}] [{line}]({source.url})" if source.url and linked else f"[{source.number}] {line}"
    )


def named(source: Source) -> str:
    """The source in at most `NAME_CHARS`: its title is cut first, for its § is what a clerk looks up."""
    line = " ".join(source.line.split())
    title, dot, rest = line.partition(" · ")
    room = NAME_CHARS - len(dot) - len(rest)
    return cut(f"{cut(title, max(room, 20))}{dot}{rest}", NAME_CHARS)


def excerpt(source: Source) -> str:
    """The quote, or its beginning up to a word's end, in at most `EXCERPT_CHARS`."""
    quote = source.quote.strip() or source.line
    if len(quote) <= EXCERPT_CHARS:
        return quote
    begun = quote[: EXCERPT_CHARS - 1]
    at = max(begun.rfind(" "), begun.rfind("\n"))
    return (begun[:at] if at > EXCERPT_CHARS // 2 else begun).rstrip() + "…"


def cut(text: str, limit: int) -> str:
    """The text in at most so many characters, with a mark where some were left out."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"
