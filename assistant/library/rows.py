"""What the two indexes hold of a passage, and the filter that a scope becomes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date

from assistant.domain.document import Status

OPEN_FROM = 0
OPEN_TO = 99_999_999


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage an index found; a higher score is better, and comparable within one search only."""

    passage_id: str
    score: float


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One passage as an index knows it. `key` is unique where one file came by two sources.

    `valid_from` and `valid_to` are yyyymmdd (0 and 99999999 when open); `standing` is 1 when the
    version can be in force on some date (see `standing`). `body` and `context` are text to
    analyse, empty where only the scope is asked for.
    """

    key: str
    passage_id: str
    organisation: str
    audience: str
    valid_from: int
    valid_to: int
    standing: int
    body: str = ""
    context: str = ""

    @property
    def scope(self) -> tuple[str, str, str, int, int, int]:
        """Everything but the text: what must be equal in catalogue, words and vectors."""
        return (
            self.passage_id,
            self.organisation,
            self.audience,
            self.valid_from,
            self.valid_to,
            self.standing,
        )


@dataclass(frozen=True, slots=True)
class Filter:
    """A scope in the indexes' own terms.

    `organisations` None is all; `audiences` are the audience keys the caller may read (the empty
    key is everyone's); `day` is yyyymmdd, None is every version. `known` remembers which documents
    were found inside it or not, for as long as the catalogue does not change.
    """

    organisations: tuple[str, ...] | None
    audiences: tuple[str, ...]
    day: int | None
    known: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    def admits(self, row: IndexRow) -> bool:
        """Whether the row is inside: what the indexes and the catalogue's SQL must agree with."""
        return (
            (self.organisations is None or row.organisation in self.organisations)
            and row.audience in self.audiences
            and (
                self.day is None
                or (row.standing == 1 and row.valid_from <= self.day and row.valid_to > self.day)
            )
        )


def audience_key(audience: frozenset[str]) -> str:
    """A short key that is equal for equal audiences; "" for everyone."""
    if not audience:
        return ""
    return hashlib.sha256(json.dumps(sorted(audience)).encode()).hexdigest()[:32]


def day_number(day: date) -> int:
    """The date as yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day


def number_day(number: int) -> date:
    """The date of a yyyymmdd."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def standing(status: Status, valid_to: date | None) -> int:
    """1 when the version can be in force on some date, else 0.

    A draft never is; a repealed or superseded version without an end date might have ended at any
    time, so it is shown on no date.
    """
    if status is Status.DRAFT:
        return 0
    return int(status is Status.IN_FORCE or valid_to is not None)
