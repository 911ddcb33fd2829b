"""Words and cues of the checks on what a model writes, as data a secretary can read and correct."""

from __future__ import annotations

from typing import Any

from assistant.language.wordlists import read_yaml


def load(name: str) -> Any:
    """The content of `<name>.yaml` in this folder."""
    return read_yaml(__name__, name)
