"""The subject index of an act: what people ask in words of their own, and the section that answers.

Each file in `subjects/` is of one act; a line is `section | part | question`, where the part is the
ledd, stk. or stycke that answers, counted from 1, and 0 the whole section. As an index in a printed
edition it leads to the act's own words and is never shown itself; an act without one is found by its
words alone.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Protocol

from assistant.language.tokens import grams, stems
from assistant.language.wordlists import read_yaml

_SAME = 0.8  # of a word that means the same
_GRAM_SHARE = 0.4  # of the likeness that is told by parts of words; the rest by whole ones
_CHANCE = 0.3  # likeness that any two questions may have
_SECTIONS = 8  # the nearest sections


class Weighed(Protocol):
    """A stem of the question, how much it tells, and the stems that mean the same."""

    @property
    def stem(self) -> str: ...
    @property
    def weight(self) -> float: ...
    @property
    def same(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of an index: the section that answers, the part of it (0: the whole), the words."""

    section: str
    part: int
    question: str


class SubjectIndex:
    """The questions of one act, ready to be compared with what somebody asks."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        stemmed = [stems(entry.question) for entry in self._entries]
        spelled = [grams(entry.question) for entry in self._entries]
        self._stems, self._grams = _Postings(stemmed), _Postings(spelled)
        self._whole = [sum(map(self._stems.rarity, set(each))) or 1.0 for each in stemmed]
        self._length = [_length(self._grams, each) for each in spelled]

    def sections(self, text: str, terms: Sequence[Weighed]) -> dict[str, dict[int, float]]:
        """Section → part → how alike the question nearest to it is (0–1), of the nearest sections."""
        best: dict[str, dict[int, float]] = {}
        for at, likeness in self._likeness(text, terms):
            entry = self._entries[at]
            parts = best.setdefault(entry.section, {})
            parts[entry.part] = max(likeness, parts.get(entry.part, 0.0))
        nearest = sorted(best, key=lambda section: (-max(best[section].values()), section))
        return {section: best[section] for section in nearest[:_SECTIONS]}

    def _likeness(self, text: str, terms: Sequence[Weighed]) -> Iterator[tuple[int, float]]:
        asked: dict[int, float] = defaultdict(float)  # the part of the question that the entry has,
        held: dict[int, float] = defaultdict(float)  # and of the entry that the question has
        total = sum(term.weight for term in terms) or 1.0
        for term in terms:
            met: dict[int, tuple[float, str]] = {}
            for stem, degree in ((term.stem, 1.0), *((same, _SAME) for same in sorted(term.same))):
                for at in self._stems.places(stem):
                    if degree > met.get(at, (0.0, ""))[0]:
                        met[at] = (degree, stem)
            for at, (degree, stem) in met.items():
                asked[at] += term.weight * degree / total
                held[at] += self._stems.rarity(stem) * degree / self._whole[at]
        spelled: dict[int, float] = defaultdict(float)
        parts = grams(text)
        length = _length(self._grams, parts)
        for gram in set(parts):
            for at in self._grams.places(gram):
                spelled[at] += self._grams.rarity(gram) ** 2 / (length * self._length[at])
        for at in {*asked, *spelled}:
            both = asked[at] + held[at]
            whole = 2 * asked[at] * held[at] / both if both else 0.0
            likeness = (1 - _GRAM_SHARE) * whole + _GRAM_SHARE * spelled[at]
            if likeness > _CHANCE:
                yield at, (likeness - _CHANCE) / (1 - _CHANCE)


class _Postings:
    """In which entries each token stands, and how rare it is among them."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self._places: dict[str, list[int]] = defaultdict(list)
        for at, tokens in enumerate(texts):
            for token in dict.fromkeys(tokens):
                self._places[token].append(at)
        self._count = len(texts)

    def places(self, token: str) -> Sequence[int]:
        return self._places.get(token, ())

    def rarity(self, token: str) -> float:
        return math.log((1 + self._count) / max(1, len(self.places(token))))


def _length(postings: _Postings, tokens: Iterable[str]) -> float:
    return math.sqrt(sum(postings.rarity(token) ** 2 for token in set(tokens))) or 1.0


def indexed_titles() -> Mapping[str, str]:
    """How the titles of the acts that have an index begin → the index's name."""
    return {
        begin: name
        for name, titles in read_yaml("assistant.retrieval", "data")["subjects"].items()
        for begin in titles
    }


@cache
def subject_index(name: str) -> SubjectIndex:
    """The index of one act, by the name of its file."""
    text = (
        resources.files("assistant.retrieval").joinpath("subjects", f"{name}.txt").read_text(encoding="utf-8")
    )
    return SubjectIndex(read_entries(text))


def read_entries(text: str) -> Iterator[Entry]:
    """The entries of an index file; what begins with # is a remark."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            section, part, question = (each.strip() for each in line.split("|"))
            yield Entry(section, int(part), question)


@lru_cache(maxsize=1 << 12)
def part_of(locator: str) -> int:
    """Which ledd, stk. or stycke a locator names, counted from 1; 0 for none."""
    numbered = re.search(r"stk\. (\d+)", locator)
    if numbered:
        return int(numbered[1])
    for number, words in enumerate(read_yaml("assistant.retrieval", "data")["ordinals"], 1):
        if re.search(rf"\b(?:{'|'.join(words)}) (?:ledd|stycket)\b", locator):
            return number
    return 0
