"""What statements about a body come to, so that two documents can be told to disagree."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from assistant.language.wordlists import read_yaml


def load() -> Any:
    """The content of `data.yaml` in this folder."""
    return read_yaml("assistant.governance", "data")


def times_a_year(text: str) -> float | None:
    """How often a year something is said to be held, None when it is not said."""
    for pattern, times in _frequencies():
        if pattern.search(text):
            return times
    return None


@cache
def _frequencies() -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple(
        (re.compile(pattern, re.IGNORECASE), float(times)) for pattern, times in load()["frequencies"]
    )


def is_compulsory(text: str) -> bool | None:
    """Whether attendance is said to be compulsory; None when unsaid, or when it is for some only."""
    compulsory, voluntary = (
        re.search(load()[name], text, re.IGNORECASE) is not None for name in ("compulsory", "voluntary")
    )
    return compulsory if compulsory != voluntary else None
