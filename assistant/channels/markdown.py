"""A reply as Markdown: the text with its sources as numbered notes, for chat clients that show it."""

from __future__ import annotations

import re

from assistant.channels.presentation import Presentation, Source

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~@])")
_ADDRESS = re.compile(r"\b(https?|ftp|mailto)(?=:)|\b(www)(?=\.)", re.IGNORECASE)
_POINTER = re.compile(r"\\\[(\d+)\\\](:?)")


def escaped(text: str) -> str:
    """Text that Markdown shows letter for letter: no link, image, mention or emphasis can come of it."""
    # a bare address would become a link: its colon or dot is escaped too
    return _ADDRESS.sub(lambda match: f"{match[0]}\\", _MARKUP.sub(r"\\\1", text))


def source_line(source: Source) -> str:
    """A numbered note: where the words stand, with a link that opens them there."""
    said = f"[{escaped(source.line)}]({source.url})" if source.url else escaped(source.line)
    return f"[{source.number}] {said}"


def marked(shown: Presentation) -> str:
    """The text, escaped, its pointers kept."""
    known = {str(source.number) for source in shown.sources}
    text = escaped(shown.text).replace("\n", "  \n")

    def pointer(match: re.Match[str]) -> str:
        # our own pointers stay pointers; "[7]" in a document's words stays text
        if match[1] not in known:
            return match[0]
        # a colon after one would make it a definition, and the others links
        return f"[{match[1]}]" + ("\\:" if match[2] else "")

    return _POINTER.sub(pointer, text)


def markdown(shown: Presentation) -> str:
    """The reply with its sources, or its nearest passages or options, and its notes.

    `[n]` in the text points to the note [n]; every citation has its note.
    """
    parts = [marked(shown), escaped(shown.ask)]
    if shown.options:
        parts.append("\n".join(f"- {escaped(option.label)}" for option in shown.options))
    if notes := [source_line(source) for source in shown.sources]:
        parts.append("  \n".join(notes))
    parts += [escaped(remark) for remark in shown.remarks]
    return "\n\n".join(part for part in parts if part)
