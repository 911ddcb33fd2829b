"""A question as a channel hands it over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, by whom, about whom.

    `organisation` is an id or name the caller gave ("" when none: it may be named in the text);
    `language` one of nb, nn, da, sv, en ("" = identify); `groups` come from authentication,
    never from the message; `earlier` are the questions asked before in the conversation, oldest
    first; `channel` is where it came from ("cli", "http", "web", "slack", "teams").
    """

    text: str
    organisation: str = ""
    as_of: date | None = None
    language: str = ""
    groups: frozenset[str] = frozenset()
    asker_role: str = ""
    conversation_id: str = ""
    earlier: tuple[str, ...] = ()
    channel: str = "cli"
