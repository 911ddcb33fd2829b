"""Dates as Nordic documents write them."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from ingestion.data import load

_SENTENCE_CHARS = 400


@cache
def _pattern() -> re.Pattern[str]:
    months = "|".join(sorted(load("metadata")["months"], key=len, reverse=True))
    return re.compile(
        r"(?P<iso>\b(?:19|20)\d{2}-\d{2}-\d{2}\b)"
        r"|\b(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>(?:19|20)\d{2})\b"
        rf"|\b(?P<nday>\d{{1,2}})\.?\s+(?P<name>{months})\.?\s+(?P<nyear>(?:19|20)\d{{2}})\b",
        re.IGNORECASE,
    )


def find_dates(text: str) -> list[tuple[int, date]]:
    """(offset, date) of every whole date in the text, in order; impossible ones are left out."""
    found: list[tuple[int, date]] = []
    for match in _pattern().finditer(text):
        value = _value(match)
        if value is not None:
            found.append((match.start(), value))
    return found


def parse_date(text: str) -> date | None:
    """The first date in a metadata value, or None ("Kongen bestemmer" states none)."""
    found = find_dates(text)
    return found[0][1] if found else None


def date_after(text: str, cues: tuple[str, ...], within_chars: int = 40) -> date | None:
    """The first date that stands shortly after one of the cues (regular expressions)."""
    for match in re.finditer("|".join(f"(?:{cue})" for cue in cues), text, re.IGNORECASE):
        found = find_dates(text[match.end() : match.end() + within_chars])
        if found:
            return found[0][1]
    return None


def latest_after(text: str, cues: tuple[str, ...]) -> date | None:
    """The latest date in the sentences that hold a cue: "vedtaget 1974 og ændret 1998, senest 2012"."""
    found: list[date] = []
    for match in re.finditer("|".join(f"(?:{cue})" for cue in cues), text, re.IGNORECASE):
        rest = text[match.end() : match.end() + _SENTENCE_CHARS]
        end = re.search(r"\.\s+[A-ZÆØÅÄÖ]|\n\s*\n", rest)
        found.extend(value for _, value in find_dates(rest[: end.start() + 1] if end else rest))
    return max(found, default=None)


def _value(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["day"]:
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
        month = load("metadata")["months"][match["name"].lower()]
        return date(int(match["nyear"]), month, int(match["nday"]))
    except ValueError:
        return None
