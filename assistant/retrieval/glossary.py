"""Words that mean the same across the Nordic languages and English, as a value passed around."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from assistant.language.tokens import stems
from assistant.language.wordlists import read_yaml


@dataclass(frozen=True, slots=True)
class Glossary:
    """`same` maps a stem to the stems that mean the same; `frame` are stems that say little."""

    same: Mapping[str, frozenset[str]]
    frame: frozenset[str]

    def synonyms(self, stem: str) -> frozenset[str]:
        """The stems that mean the same as this one, itself left out; empty when none are known."""
        return self.same.get(stem, frozenset()) - {stem}


def read_glossary(same: Iterable[Iterable[str]], frame: Iterable[str]) -> Glossary:
    """A glossary from lines of words; a stem that stands in several lines has them all."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for line in same:
        group = {stem for word in line for stem in stems(word)[-1:]}
        for stem in group:
            meanings[stem] |= group
    return Glossary(
        {stem: frozenset(group) for stem, group in meanings.items()},
        frozenset(stem for word in frame for stem in stems(word)),
    )


@cache
def nordic_glossary() -> Glossary:
    """The glossary that comes with the product, `glossary.yaml` in this folder."""
    data = read_yaml("assistant.retrieval", "glossary")
    return read_glossary(data["same"], data["frame"])
