"""What an Office or OpenDocument file states of itself: title, author and dates."""

from __future__ import annotations

import re

from assistant.errors import DamagedFile
from ingestion.reading.package import Package

# Titles that a program or a template filled in, not a person.
_NOT_A_TITLE = re.compile(
    r"^(?:microsoft (?:word|powerpoint) - .*|(?:power\s?point|word)[- ]\w+|(?:slide|lysbilde|slaid|bild) ?\d*"
    r"|(?:untitled|uten navn|namnlös|unavngivet|document|dokument|presentation|presentasjon) ?\d*"
    r"|.*\.(?:docx?|dotx?|pptx?|odt|odp))$",
    re.IGNORECASE,
)
_KEYS = {
    "title": "title",
    "creator": "author",
    "initial-creator": "author",
    "created": "created",
    "creation-date": "created",
    "modified": "modified",
    "date": "modified",
}


def read_properties(package: Package, part: str) -> dict[str, str]:
    """The properties in docProps/core.xml or meta.xml (`part`); empty when it is missing or damaged.

    Keys: title, author, created, modified (ISO dates without the hour). The language is left out: it is
    what the writing program was set to, not what the text is in.
    """
    try:
        root = package.xml(part)
    except DamagedFile:  # a document is not lost for its metadata
        return {}
    found: dict[str, str] = {}
    for element in root.iter("{*}*"):
        key = _KEYS.get(str(element.tag).rsplit("}", 1)[-1], "")
        value = " ".join((element.text or "").split())
        if not key or not value or key in found:
            continue
        if key in ("created", "modified"):
            value = value[:10]
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                continue
        if key == "title" and _NOT_A_TITLE.match(value):
            continue
        found[key] = value
    return found
