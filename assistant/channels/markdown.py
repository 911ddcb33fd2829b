"""A reply as Markdown: the text with its sources as numbered notes, for chat clients that show it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.channels.wire import WireCitation, WireReply, whole_address

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~@])")
_ADDRESS = re.compile(r"\b(https?|ftp|mailto)(?=:)|\b(www)(?=\.)", re.IGNORECASE)
_POINTER = re.compile(r"\\\[(\d+)\\\]")


def escaped(text: str) -> str:
    """Text that Markdown shows letter for letter: no link, image, mention or emphasis can come of it."""
    # a bare address would become a link: its colon or dot is escaped too
    return _ADDRESS.sub(lambda match: f"{match[0]}\\", _MARKUP.sub(r"\\\1", text))


def source_line(citation: WireCitation, base_url: str) -> str:
    """A numbered note: where the words stand, with a link that opens them there."""
    said = escaped(f"{citation.title}, {citation.locator} ({citation.organisation})")
    return f"[{citation.number}] [{said}]({link(citation, base_url)})"


def link(citation: WireCitation, base_url: str) -> str:
    """The address of the quote in its place; `base_url` is where people reach the server."""
    return whole_address(base_url, citation.url)


def markdown(reply: WireReply, base_url: str) -> str:
    """The reply with its sources, or its nearest passages or options, and its notes.

    `[n]` in the text points to the note [n]; every citation has its note.
    """
    known = {str(citation.number) for citation in _shown(reply)}
    text = escaped(reply.text).replace("\n", "  \n")
    # our own pointers stay pointers; "[7]" in a document's words stays text
    text = _POINTER.sub(lambda match: f"[{match[1]}]" if match[1] in known else match[0], text)
    parts = [text]
    if reply.clarification is not None:
        parts.append("\n".join(f"- {escaped(option.label)}" for option in reply.clarification.options))
    if notes := [source_line(citation, base_url) for citation in _shown(reply)]:
        parts.append("  \n".join(notes))
    parts += [escaped(note) for note in reply.notes]
    return "\n\n".join(part for part in parts if part)


def _shown(reply: WireReply) -> Sequence[WireCitation]:
    return reply.abstention.nearest if reply.abstention else reply.citations
