"""What a question wants of the governance records: who decides, what is said of a body or role."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from assistant.answering.data import load
from assistant.domain.governance import Facet, Limit
from assistant.language.amounts import Amount, amounts

_CUE_CHARS = 20
_SUM = 1000  # a smaller number without a currency is no sum of money


@dataclass(frozen=True, slots=True)
class Wanted:
    """`facet` is what is asked of a body or role; `who` asks for a decider and `may` what one may do.

    `much` asks for an amount, `further` whether or to whom a power may be delegated further.
    `amount` is the sum named in the question, in whole units; `count` is how many people it names:
    "Vi er 7 200 innbyggere". `unlisted` asks for the rule on what the regulations do not list.
    """

    facet: Facet | None = None
    who: bool = False
    may: bool = False
    much: bool = False
    further: bool = False
    amount: int | None = None
    count: int | None = None
    unlisted: bool = False

    @property
    def decision(self) -> bool:
        """Whether a decision right answers it."""
        return self.who or self.may or self.much or self.further


def wanted(text: str) -> Wanted:
    """What the words of a question ask for."""
    sums = [
        each.value
        for each in amounts(text)
        if each.is_money or (each.value >= _SUM and not _is_count(text, each))
    ]
    amount = sums[0] if sums else None
    counts = [
        # "more than 100 000" is one more at the least
        each.value + bool(_cue("count_above").search(text[: each.start]))
        for each in amounts(text)
        if _is_count(text, each)
    ]
    further = _cue("further").search(text) is not None
    much = _cue("much").search(text) is not None
    may = _cue("may").search(text) is not None
    facet = None if further or amount is not None else _facet(text)
    chain = _cue("chain").search(text) is not None
    further = further or chain
    who = chain or (
        facet is None
        and not may
        and _cue("who").search(text) is not None
        and (amount is not None or _cue("is_someone").search(text) is None)
    )
    count = counts[0] if counts else None
    return Wanted(facet, who, may, much, further, amount, count, _cue("unlisted").search(text) is not None)


def _is_count(text: str, number: Amount) -> bool:
    return not number.is_money and _cue("counted").match(text[number.end :]) is not None


def range_of(sentence: str) -> Limit | None:
    """How many people a sentence is about ("over 5 000, men ikke over 10 000 innbyggere"), None unsaid."""
    above, up_to = 0, None
    for each in amounts(sentence):
        before = sentence[max(0, each.start - _CUE_CHARS) : each.start]
        if each.is_money:
            continue
        if _cue("count_up_to").search(before):
            up_to = each.value
        elif _cue("count_above").search(before):
            above = each.value
    return Limit(above, up_to) if above or up_to is not None else None


def _facet(text: str) -> Facet | None:
    for name in load("governance")["facets"]:
        if _cue("facets", name).search(text):
            return Facet(name)
    return None


@cache
def _cue(*path: str) -> re.Pattern[str]:
    found = load("governance")
    for name in path:
        found = found[name]
    return re.compile(str(found), re.IGNORECASE)


def past_date(text: str, today: date) -> date | None:
    """The last day of the past year that a question asks of ("Hva gjaldt i 2020?"), None for today."""
    years = [int(each) for each in re.findall(r"\b(?:19|20)\d\d\b", text)]
    if len(years) != 1 or years[0] >= today.year or _cue("past").search(text) is None:
        return None
    return date(years[0], 12, 31)
