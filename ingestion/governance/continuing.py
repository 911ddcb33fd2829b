"""Sentences that go on from the one before: "Krav over denne grensen avgjøres av formannskapet"."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from assistant.domain.document import Passage
from assistant.domain.governance import Act, DecisionRight, Further, Limit
from ingestion.data import load
from ingestion.governance.patterns import OPENING, actor, compiled, is_actor, is_name, limits

_SPAN_CHARS = 600
_MATTER_CHARS = 300


def continues(
    passage: Passage, before: DecisionRight, start: int, end: int, currency: str
) -> DecisionRight | None:
    """The right of the sentence at [start:end), whose matter and amount stand in the one before.

    It rests on both sentences. None where the sentence does not go on from `before`, or not by an amount
    or a time that `before` has.
    """
    if before.act is not Act.DECIDES or passage.start + end - before.start > _SPAN_CHARS:
        return None
    text = passage.text[start:end].strip()
    match = _put_to().match(text)
    if match is None or not is_actor(match["actor"]) or not is_name(match["actor"]):
        return None
    above, below = compiled("beyond_that").search(match["rest"]), compiled("below_that").search(match["rest"])
    if above is None and below is None:
        return None
    ends = [limit.up_to for limit in before.limits if limit.up_to is not None]
    begins = [limit.above for limit in before.limits if limit.above]
    own = limits(match["rest"], currency, stated=False)
    if own:
        bounds = own
    elif above is not None:
        bounds = (Limit(max(ends), None, currency),) if ends else ()
    else:
        bounds = (Limit(0, min(begins), currency),) if begins else ()
    return replace(
        before,
        matter=f"{match['rest'].strip(' .:;,')} – {before.matter}"[:_MATTER_CHARS],
        decider=match["actor"],
        end=passage.start + end,
        limits=bounds,
        conditions="",
        further=Further.UNSTATED,
        further_to="",
    )


@cache
def _put_to() -> re.Pattern[str]:
    """A matter, and who decides it: by a verb with "by", by whose yes it needs, by whom it is put to."""
    words = load("governance")
    passive = words["acts"]["decides"]["passive"]
    return re.compile(
        rf"{OPENING}(?P<rest>.{{3,160}}?)\s(?:(?:{words['modal']})\s)?(?:"
        rf"(?:{passive}|{words['requires']})\b.{{0,40}}?\s{words['approval_by']}"
        rf"|(?:{words['requires']})\s{words['approval']}\s{words['approval_by']}"
        rf"|{words['put_to']}"
        rf")\s(?P<actor>{actor()})",
        re.IGNORECASE | re.DOTALL,
    )
