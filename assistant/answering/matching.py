"""How far the words of a question are met by a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.language.tokens import grams, stems
from assistant.retrieval.evidence import Term

# How far a question's word is met by a word that means the same, is part of it, or is spelled alike.
_SAME = 0.95
_PART = 0.85  # the text is more special: "styringsrolle" for "rolle"
_SAME_PART = 0.7  # "indkøbspolitik" for "policy"
_WIDER = 0.5  # the text is more general, and a rule for all of the kind is one for this: "organ"
_HEAD = 0.1  # only the head of the compound: "udvalg" for "børneudvalg"
_ALIKE = 0.8
_ALIKE_SHARE = 0.5
_FIRST_CHARS = 5  # letters of the first part of a compound
_ALIKE_CHARS = 6  # letters of words that may be alike,
_ALIKE_BEGIN = 3  # and how many of them are the same
_TEXTS = 1 << 13  # sentences and passages whose words are kept at hand
_HEAD_CHARS = 3  # letters of the head of a compound, which has lost its ending: "rol" for "rolle"


@dataclass(frozen=True, slots=True)
class _Words:
    """The stems of a text; joined by blanks; those long enough to be a head; and by how they begin."""

    present: frozenset[str]
    joined: str
    longer: tuple[str, ...]
    begin: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=_TEXTS)
def _words(text: str) -> _Words:
    present = frozenset(stems(text))
    longer = tuple(stem for stem in present if len(stem) >= _HEAD_CHARS)
    begin: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for stem in longer:
        if len(stem) >= _ALIKE_CHARS:
            begin[stem[:_ALIKE_BEGIN]] += (stem,)
    return _Words(present, f" {' '.join(present)} ", longer, dict(begin))


def matches(text: str, terms: Sequence[Term]) -> dict[str, float]:
    """How far each question stem is met by the text: 1 by itself, less by a likeness, else absent."""
    there = _words(text)
    found: dict[str, float] = {}
    for term in terms:
        if term.stem in there.present:
            found[term.stem] = 1.0
        elif not term.same.isdisjoint(there.present):
            found[term.stem] = _SAME
        elif _is_in_compound(term.stem, there.joined):
            found[term.stem] = _PART
        elif any(_is_in_compound(same, there.joined) for same in term.same):
            found[term.stem] = _SAME_PART
        elif any(
            stem not in term.unlike and _alike(stem, term.stem)
            for stem in there.begin.get(term.stem[:_ALIKE_BEGIN], ())
        ):
            found[term.stem] = _ALIKE
        elif not term.wider.isdisjoint(there.present):
            found[term.stem] = _WIDER
        elif term.stem.endswith(there.longer):
            found[term.stem] = _HEAD
    return found


def degree(term: Term, stem: str) -> float:
    """How far one question stem is met by one stem of a text, as `matches` has it for many."""
    if stem == term.stem:
        return 1.0
    if stem in term.same:
        return _SAME
    joined = f" {stem} "
    if _is_in_compound(term.stem, joined):
        return _PART
    if any(_is_in_compound(same, joined) for same in term.same):
        return _SAME_PART
    if len(stem) >= _HEAD_CHARS and stem not in term.unlike and _alike(stem, term.stem):
        return _ALIKE
    if stem in term.wider:
        return _WIDER
    return _HEAD if len(stem) >= _HEAD_CHARS and term.stem.endswith(stem) else 0.0


def union(*found: Mapping[str, float]) -> dict[str, float]:
    """How far each stem is met by the texts together."""
    together: dict[str, float] = {}
    for one in found:
        for stem, degree in one.items():
            if degree > together.get(stem, 0.0):
                together[stem] = degree
    return together


def share(found: Mapping[str, float], terms: Sequence[Term]) -> float:
    """The part of what the question's words tell that is met (0–1)."""
    total = sum(term.weight for term in terms)
    return sum(term.weight * found.get(term.stem, 0.0) for term in terms) / total if total else 0.0


def _is_in_compound(part: str, joined: str) -> bool:
    """Whether one of the words, joined by blanks, ends or begins with it: "rolle" in "styringsrolle"."""
    if len(part) < _HEAD_CHARS:
        return False
    return f"{part} " in joined or (len(part) >= _FIRST_CHARS and f" {part}" in joined)


def _alike(one: str, other: str) -> bool:
    """Whether two words are likely one word spelled in two languages (arbeidsgivar, arbeidsgiver)."""
    if min(len(one), len(other)) < _ALIKE_CHARS or one[:_ALIKE_BEGIN] != other[:_ALIKE_BEGIN]:
        return False
    left, right = grams_of(one), grams_of(other)
    return bool(left) and len(left & right) >= _ALIKE_SHARE * max(len(left), len(right))


@lru_cache(maxsize=_TEXTS)
def grams_of(text: str) -> frozenset[str]:
    """The different character grams of a text."""
    return frozenset(grams(text))
