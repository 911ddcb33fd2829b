"""What a model is offered and what it gives back: evidence under keys that mean nothing, and a draft."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.domain.governance import DecisionRight
from assistant.domain.reply import Ended
from assistant.errors import ModelFailed
from assistant.retrieval.evidence import Evidence

STATEMENTS = 4
TEXT_CHARS = 900  # of all statements together
QUOTE_CHARS = 700
_QUOTES = 4  # a statement
_KEY_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels: a key is never a word
_KEY_CHARS = 6
_HEAD = re.compile(r'[^{]*\{\s*"answered"\s*:\s*true\s*,\s*"statements"\s*:\s*\[')
_GAP = re.compile(r"[\s,]*(?=\{)")


def new_key() -> str:
    """A key that nobody can guess: made anew for each request, so that no document can name one."""
    return "".join(secrets.choice(_KEY_LETTERS) for _ in range(_KEY_CHARS))


@dataclass(frozen=True, slots=True)
class Offered:
    """A piece of evidence as the model is shown it: the canonical text of its document at [start:end).

    `organisation` is the owner's name. `right` is the decision right that the piece is the source of,
    where there is one; `is_chosen` tells that the extractive answer quotes it.
    """

    key: str
    evidence: Evidence
    start: int
    end: int
    organisation: str
    right: DecisionRight | None = None
    is_chosen: bool = False

    @property
    def text(self) -> str:
        """The words shown."""
        passage = self.evidence.passage
        return passage.text[self.start - passage.start : self.end - passage.start]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class DraftQuote(_Strict):
    """The exact words of one piece of evidence."""

    key: str = Field(max_length=40, description="The key of the piece of evidence.")
    words: str = Field(
        min_length=3, max_length=QUOTE_CHARS, description="Its exact words that the statement rests on."
    )


class DraftStatement(_Strict):
    """One claim and what it rests on."""

    text: str = Field(min_length=3, max_length=TEXT_CHARS, description="One sentence, without marks or keys.")
    quotes: tuple[DraftQuote, ...] = Field(min_length=1, max_length=_QUOTES)


class Draft(_Strict):
    """What a model gives back. `answered` is false when the evidence does not answer the question."""

    answered: bool
    statements: tuple[DraftStatement, ...] = Field(default=(), max_length=STATEMENTS)

    @model_validator(mode="after")
    def _within_limits(self) -> Draft:
        if sum(len(statement.text) for statement in self.statements) > TEXT_CHARS:
            raise ValueError("the statements are too long together")
        if self.answered and not self.statements:
            raise ValueError("answered without a statement")
        return self


DRAFT_SCHEMA: Mapping[str, Any] = {
    **Draft.model_json_schema(),
    "title": "Draft",
    "description": "An answer from the evidence.",
}


def read_draft(text: str) -> Draft:
    """The draft in what a model said: a JSON object, alone or among other words.

    Raises:
        ModelFailed: there is none of that form.
    """
    try:
        return Draft.model_validate(json_object(text))
    except ValidationError:
        raise ModelFailed(Ended.MALFORMED) from None


def begun(text: str) -> tuple[DraftStatement, ...]:
    """The statements that stand whole in a draft that is being written.

    None before it has said that it answers, and none after the first that no draft may have.
    """
    head = _HEAD.match(text)
    found: list[DraftStatement] = []
    at = head.end() if head else len(text)
    while len(found) < STATEMENTS and (gap := _GAP.match(text, at)):
        try:
            value, at = json.JSONDecoder().raw_decode(text, gap.end())
            found.append(DraftStatement.model_validate(value))
        except (json.JSONDecodeError, RecursionError, ValidationError):
            break
        if sum(len(statement.text) for statement in found) > TEXT_CHARS:
            return tuple(found[:-1])
    return tuple(found)


def json_object(text: str) -> dict[str, Any]:
    """The first JSON object in a text.

    Raises:
        ModelFailed: there is none.
    """
    decoder = json.JSONDecoder()
    for match in re.finditer(r"\{", text):
        try:
            found, _ = decoder.raw_decode(text, match.start())
        except (json.JSONDecodeError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    raise ModelFailed(Ended.MALFORMED)


def keyed(
    pieces: Sequence[tuple[Evidence, int, int, str, DecisionRight | None, bool]],
    make_key: Callable[[], str] = new_key,
) -> tuple[Offered, ...]:
    """The pieces under keys that differ."""
    keys: dict[str, None] = {}
    while len(keys) < len(pieces):
        keys[make_key()] = None
    return tuple(Offered(key, *piece) for key, piece in zip(keys, pieces, strict=True))
