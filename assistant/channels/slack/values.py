"""What the buttons of our messages carry, and reading it back: JSON that only we wrote."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

CHOICE_ACTION = "choice"
FEEDBACK_ACTION = "feedback"
SHARE_ACTION = "share"
SOURCE_ACTION = "source"
EXAMPLE_ACTION = "example"
PREFER_ACTION = "prefer"


@dataclass(frozen=True, slots=True)
class Choice:
    """A click on an option of a question back, which was in `language`."""

    exchange: str
    organisation: str
    language: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A click on a feedback button; `language` is that of the reply."""

    exchange: str
    helpful: bool
    language: str


@dataclass(frozen=True, slots=True)
class Share:
    """A click on "share to channel" under a reply in `language` that only the asker saw."""

    share: str
    language: str


@dataclass(frozen=True, slots=True)
class Show:
    """A click that asks to see source `number` of an exchange in its place."""

    source_of: str
    number: int
    language: str


@dataclass(frozen=True, slots=True)
class Example:
    """A click on a question that we suggested."""

    ask: str
    language: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where to tell a person something that only they see; `response_url` is theirs for half an hour.

    `about` is what a form is about: an exchange, or the key of settings.
    """

    channel: str
    thread: str
    user: str
    language: str
    response_url: str = ""
    about: str = ""


_Value = TypeVar("_Value", Choice, Verdict, Share, Show, Example, Place)


def written(value: Choice | Verdict | Share | Show | Example | Place) -> str:
    """The value as a button or a form carries it."""
    return json.dumps(asdict(value), ensure_ascii=False)


def read(kind: type[_Value], value: str) -> _Value | None:
    """What a button of ours stands for; None when the value is not one of that kind."""
    try:
        given: Any = json.loads(value)
    except ValueError:
        return None
    if not isinstance(given, dict) or set(given) != {field.name for field in fields(kind)}:
        return None
    types = {"helpful": bool, "number": int}
    if any(type(part) is not types.get(name, str) for name, part in given.items()):
        return None
    return kind(**given)
