"""Who decides what, what each body is for, what each role answers for: governance as data.

Every record rests on a span of a passage, and its own words stand in that span, in what the passage
was given of its table (the merged cells and headers over a row) or in the headings above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What an actor does with a matter."""

    DECIDES = "decides"
    RECOMMENDS = "recommends"
    IS_CONSULTED = "is consulted"
    IS_INFORMED = "is informed"
    CARRIES_OUT = "carries out"
    MAY_NOT = "may not"


class Further(StrEnum):
    """Whether a power may be delegated further."""

    YES = "yes"
    NO = "no"
    UNSTATED = "unstated"


class Facet(StrEnum):
    """What a statement tells of a body or role."""

    PURPOSE = "purpose"
    MEMBERS = "members"
    CHAIR = "chair"
    MEETS = "meets"
    LENGTH = "length"
    COMPULSORY = "compulsory"
    SECRETARIAT = "secretariat"
    DECIDES = "decides"
    ADVISES = "advises"
    ANSWERS_FOR = "answers for"
    STOPS = "stops at"
    REPORTS_TO = "reports to"
    LEADS = "leads"
    APPOINTED_BY = "appointed by"
    ATTENDS = "attends"
    RIGHTS = "rights"
    DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class Limit:
    """Amounts in whole units of a currency ("NOK", "DKK", "SEK", "" unstated) that a power is for.

    From `above` (not included, 0 when there is no lower bound) up to `up_to` (included, None when
    there is no upper bound).
    """

    above: int = 0
    up_to: int | None = None
    currency: str = ""

    def contains(self, amount: int) -> bool:
        """Whether the amount is within."""
        return self.above < amount and (self.up_to is None or amount <= self.up_to)


@dataclass(frozen=True, slots=True)
class DecisionRight:
    """Who does what with a matter, as a row of a table or a sentence states it.

    `passage` is the passage's ordinal in its document, [start:end) the span of the canonical text.
    `limits` is what is stated of amounts: several where one row has several columns of them.
    `further_to` names to whom it may be delegated further, `delegated_from` who gave the power.
    `is_row` tells a row of a table from a sentence; `is_default` is a rule for every matter that is
    not listed; `is_adoption` says who adopted the document, its title being the matter.
    """

    matter: str
    decider: str
    act: Act
    passage: int
    start: int
    end: int
    limits: tuple[Limit, ...] = ()
    conditions: str = ""
    legal_basis: str = ""
    further: Further = Further.UNSTATED
    further_to: str = ""
    delegated_from: str = ""
    is_row: bool = False
    is_default: bool = False
    is_adoption: bool = False


@dataclass(frozen=True, slots=True)
class FacetStatement:
    """What a span states of a body or role; `is_role` tells one person's post from a body of several.

    `value` is the words that tell it, where they are fewer than the span (a cell of a row), else "".
    """

    subject: str
    is_role: bool
    facet: Facet
    passage: int
    start: int
    end: int
    value: str = ""


Record = DecisionRight | FacetStatement


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record as the library gives it out: with the version of the work and the passage it rests on."""

    record: Record
    document_id: str
    version: str
    passage_id: str
