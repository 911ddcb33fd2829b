"""Whether a statement says may, must and should, and what is done, as its evidence does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.domain.document import Document
from assistant.narration.clauses import (
    acts_in,
    clauses_of,
    content_of,
    heading_over,
    likest_clauses,
    objects_of,
    sentences_of,
)
from assistant.narration.cues import condition_words, deciding_words, modal_words, power_words
from assistant.narration.data import load
from assistant.narration.locating import Located

_DONE = frozenset({"decides", "recommends", "consulted", "informed", "dismisses", "hires"})


def wrong_modality(
    statement: str, evidence: str, documents: Sequence[Document], language: str, is_row: bool
) -> str:
    """ "modal" where a statement says may, must or should and its evidence does not, or drops "should"."""
    plain = _without_denied(statement, language)
    there = {
        kind
        for each in sorted({document.language for document in documents})
        for kind in ("may", "must", "should")
        if modal_words(each, kind).search(_without_denied(evidence, each))
    }
    said = {kind for kind in ("may", "must", "should") if modal_words(language, kind).search(plain)}
    power = is_row or power_words().search(evidence) is not None
    if "may" in said - there and not power:
        return "modal"
    if said & {"must", "should"} - there:
        return "modal"
    if "should" in there and "should" not in said:
        return "modal"
    if there == {"may"} and not said and not power:
        return "modal"
    return ""


def _without_denied(text: str, language: str) -> str:
    """The text without a "may" or "must" that is denied: "kan ikke" and "må ikke" forbid alike."""
    guards = load("guards")
    kinds = guards["modals"].get(language, guards["modals"]["nb"])
    negation = guards["negations"].get(language, guards["negations"]["nb"])
    denied = rf"\b(?:{kinds['may']}|{kinds['must']}|må)\s+(?:\w+\s+)?(?:{negation})(?!\w)"
    return re.sub(denied, " ", text, flags=re.IGNORECASE)


def acts_of_evidence(text: str, evidence: str, is_row: bool) -> set[str]:
    """What is done in the evidence and under its headings; a row says that somebody decides."""
    found = acts_in(text)
    by_noun = deciding_words().search(evidence) and not found & {"recommends", "consulted", "informed"}
    return found | {"decides"} if is_row or by_noun else found


def does_it_to_the_same(statement: str, located: Located) -> bool:
    """Whether what a statement says is done is done to the same in its evidence.

    Of "fastsetter kriterier og uttaler seg om avtaler" nobody learns that agreements are decided.
    """
    done = acts_in(statement) & _DONE
    if not done or located.offered.evidence.passage.unit == "row":
        return True
    likest = likest_clauses(statement, located, leave_out=objects_of(heading_over(located)))
    if not _as_verbs(statement) <= _as_verbs(located.text):
        return False
    told: dict[str, set[str]] = {}
    acts: set[str] = set()
    for part in clauses_of(located):
        # a clause without a verb of its own goes on with the last: "uttaler seg | om avtaler"
        acts = acts_in(part) & _DONE or acts
        told[part] = acts
    return not likest or any(not told[part] or told[part] & done for part in likest)


def _as_verbs(text: str) -> set[str]:
    """Whom a text has hired or dismissed: rules on "ansettelse" hire nobody."""
    plain = re.sub(rf"\b{load('guards')['nouns']}\b", " ", text, flags=re.IGNORECASE)
    return acts_in(plain) & {"hires", "dismisses"}


def drops_condition(statement: str, grounds: Sequence[Located], language: str) -> bool:
    """Whether what a statement is taken from holds only sometimes, and it does not say so."""
    if condition_words(language).search(statement):
        return False
    telling = frozenset(content_of(statement))
    for each in grounds:
        sentences_told = sentences_of(each)
        most = max(len(telling.intersection(content_of(sentence))) for sentence in sentences_told)
        pattern = condition_words(each.offered.evidence.document.language)
        likest = [s for s in sentences_told if len(telling.intersection(content_of(s))) == most]
        if all(pattern.search(sentence) for sentence in likest):
            return True
    return False
