"""Words that mean the same across the Nordic languages and English, as a value passed around."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib import resources

from assistant.language.tokens import stems
from assistant.language.wordlists import read_yaml

# How an English word may differ from the form a dictionary lists (WordNet's morphy rules).
_ENDINGS = (
    ("ies", "y"), ("es", "e"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", "e"), ("ed", ""),
    ("ing", "e"), ("ing", ""), ("er", ""), ("er", "e"), ("est", ""),
)  # fmt: skip
_LONGEST_PHRASE = 4  # words
_SHORTEST = 3  # letters left of a word without its ending
_FIRST_PART = 6  # letters of the first part of a compound


@dataclass(frozen=True, slots=True)
class Glossary:
    """What is known of the meaning of words.

    `same` maps a stem to the stems that mean the same; `frame` are stems that say little; `english`
    is a dictionary from English words to Nordic ones, for English words that stand in no group;
    `wider` maps a stem to more general ones, under which a rule about it may stand; `phrases` maps
    the stems of words that mean something else together ("safety representative") to what they mean;
    `unlike` maps a stem to those that look like it and mean something else. `written` maps a stem of
    everyday speech to the words that documents have for it, and `sayings` maps the first stem of a
    saying of several words to the others and those words.
    """

    same: Mapping[str, frozenset[str]]
    frame: frozenset[str]
    english: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wider: Mapping[str, frozenset[str]] = field(default_factory=dict)
    phrases: Mapping[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    unlike: Mapping[str, frozenset[str]] = field(default_factory=dict)
    written: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    sayings: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = field(default_factory=dict)

    def with_words(self, lines: tuple[tuple[str, ...], ...]) -> Glossary:
        """The same with lines of words that mean the same in one organisation."""
        return _with_words(self, lines) if lines else self

    def __hash__(self) -> int:
        return id(self)

    def synonyms(self, word: str, language: str = "") -> frozenset[str]:
        """The stems that mean the same as a word in lower case, its own left out."""
        own = stems(word)[-1:]
        known = frozenset[str]().union(*(self.same.get(stem, frozenset()) for stem in own))
        if not known and language == "en":
            known = frozenset(stem for nordic in self._nordic(word) for stem in stems(nordic)[-1:])
        spoken = (_stemmed(meant) for stem in own for meant in self.written.get(stem, ()))
        return known.union(*spoken) - set(own)

    def same_as(self, word: str, language: str = "") -> frozenset[str]:
        """The stems that mean the very same as a word: synonyms without everyday speech."""
        known = frozenset[str]().union(*(self.same.get(stem, frozenset()) for stem in stems(word)[-1:]))
        if not known and language == "en":
            known = frozenset(stem for nordic in self._nordic(word) for stem in stems(nordic)[-1:])
        return known

    def more_general(self, word: str) -> frozenset[str]:
        """The stems of words for what this word's thing is one of: "organ" for "kommunestyre"."""
        own = stems(word)[-1:]
        kin = {*own, *(other for stem in own for other in self.same.get(stem, ()))}
        known = frozenset[str]().union(*(self.wider.get(stem, frozenset()) for stem in kin))
        return (known | self._of_first_part(word)) - kin

    def _of_first_part(self, word: str) -> frozenset[str]:
        """What the first part of a compound in no group means: "sjukeheim" in "sjukeheimsplass"."""
        for stem in stems(word)[-1:]:
            if stem in self.same:
                break
            for end in range(len(stem) - _SHORTEST, _FIRST_PART - 1, -1):
                if stem[:end] in self.same:
                    return self.same[stem[:end]]
        return frozenset()

    def phrase_at(self, asked: Sequence[str], start: int) -> tuple[int, frozenset[str]]:
        """How many of the stems from `start` on are a phrase, the longest there is, and what it means."""
        for length in range(min(_LONGEST_PHRASE, len(asked) - start), 1, -1):
            meaning = self.phrases.get(tuple(asked[start : start + length]))
            if meaning:
                return length, meaning
        return 0, frozenset()

    def written_for(self, asked: Sequence[str]) -> dict[int, frozenset[str]]:
        """What documents have for the sayings among the stems, by the place of each stem of a saying.

        One other word may stand inside a saying. Stems that only frame a question get nothing.
        """
        found: dict[int, frozenset[str]] = {}
        for start, first in enumerate(asked):
            for others, meaning in self.sayings.get(first, ()):
                places = [start]
                for stem in others:
                    window = asked[places[-1] + 1 : start + len(others) + 2]
                    if stem not in window:
                        break
                    places.append(places[-1] + 1 + window.index(stem))
                else:
                    for place in places:
                        if asked[place] not in self.frame:
                            found[place] = found.get(place, frozenset()) | _stemmed(meaning)
        return found

    def _nordic(self, word: str) -> tuple[str, ...]:
        return next((self.english[form] for form in _base_forms(word) if form in self.english), ())


@lru_cache(maxsize=4096)
def _stemmed(meant: tuple[str, ...]) -> frozenset[str]:
    """The stems of words; worked out when a question needs them: there are ten thousand in all."""
    return frozenset(stem for word in meant for stem in stems(word)[-1:])


@lru_cache(maxsize=64)
def _with_words(glossary: Glossary, lines: tuple[tuple[str, ...], ...]) -> Glossary:
    same = dict(glossary.same)
    for line in lines:
        single = frozenset(stem for word in line if " " not in word.strip() for stem in stems(word)[-1:])
        known = single.union(*(same.get(stem, frozenset()) for stem in single))
        for stem in single:
            same[stem] = known
    return replace(glossary, same=same)


def in_full(text: str, lines: Iterable[Sequence[str]]) -> str:
    """A text with an organisation's abbreviations written out: "SLF" as "strategisk lederforum"."""
    for line in lines:
        longest = max(line, key=len)
        for word in line:
            if word != longest and " " in longest:
                text = longest.join(re.split(rf"\b{re.escape(word)}\b", text))
    return text


def _base_forms(word: str) -> Iterator[str]:
    """The word and what it may be an inflection of; a doubled consonant is taken apart (stopped, stop)."""
    yield word
    for ending, base in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            left = word.removesuffix(ending)
            yield left + base
            if not base and left[-1] == left[-2]:
                yield left[:-1]


def read_glossary(
    same: Iterable[Iterable[str]],
    frame: Iterable[str],
    english: Mapping[str, tuple[str, ...]] | None = None,
    wider: Iterable[Mapping[str, Iterable[str]]] = (),
    phrases: Mapping[str, Iterable[str]] | None = None,
    unlike: Iterable[Iterable[Iterable[str]]] = (),
    everyday: Iterable[tuple[Sequence[str], Sequence[str]]] = (),
) -> Glossary:
    """A glossary from lines of words; a stem that stands in several lines has them all.

    Each of `wider` has the words `of` some things and the words they are all `in`. `phrases` maps
    several words to single ones. Each of `unlike` has two groups of words that look alike and differ.
    Each of `everyday` has words and sayings as people have them, and the words written for them.
    """
    meanings: dict[str, set[str]] = defaultdict(set)
    for line in same:
        group = {stem for word in line for stem in stems(word)[-1:]}
        for stem in group:
            meanings[stem] |= group
    general: dict[str, set[str]] = defaultdict(set)
    for entry in wider:
        group = {stem for word in entry["in"] for stem in stems(word)[-1:]}
        for word in entry["of"]:
            for stem in stems(word)[-1:]:
                general[stem] |= group
    apart: dict[str, set[str]] = defaultdict(set)
    for groups in unlike:
        one, other = ({stem for word in group for stem in stems(word)[-1:]} for group in groups)
        for stem in one:
            apart[stem] |= other
        for stem in other:
            apart[stem] |= one
    written: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    sayings: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = defaultdict(list)
    for said, meant in everyday:
        meaning = tuple(meant)
        for each in said:
            first, *others = stems(each)
            if others:
                sayings[first].append((tuple(others), meaning))
            elif " " not in each:  # of "ta over" only the grammar would be left
                written[first].append(meaning)
    return Glossary(
        {stem: frozenset(group) for stem, group in meanings.items()},
        frozenset(stem for word in frame for stem in stems(word)),
        english or {},
        {stem: frozenset(group) for stem, group in general.items()},
        {
            tuple(stems(several)): frozenset(stem for word in single for stem in stems(word)[-1:])
            for several, single in (phrases or {}).items()
        },
        {stem: frozenset(group - {stem}) for stem, group in apart.items()},
        {stem: tuple(several) for stem, several in written.items()},
        {first: tuple(several) for first, several in sayings.items()},
    )


def _everyday(text: str) -> Iterator[tuple[list[str], list[str]]]:
    for line in text.splitlines():
        said, divided, written = line.partition(" = ")
        if divided and not line.startswith("#"):
            yield said.split(", "), written.split(", ")


@cache
def nordic_glossary() -> Glossary:
    """The glossary that comes with the product: `glossary.yaml`, `everyday.txt` and `english.tsv` here."""
    data = read_yaml("assistant.retrieval", "glossary")
    spoken = resources.files("assistant.retrieval").joinpath("everyday.txt").read_text(encoding="utf-8")
    dictionary = resources.files("assistant.retrieval").joinpath("english.tsv").read_text(encoding="utf-8")
    entries = (line.split("\t") for line in dictionary.splitlines() if not line.startswith("#"))
    english = {word: tuple(nordic.split()) for word, nordic in entries}
    return read_glossary(
        data["same"],
        data["frame"],
        english,
        data["wider"],
        data["phrases"],
        data["unlike"],
        _everyday(spoken),
    )
