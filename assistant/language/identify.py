"""Which of the five languages a short text is in.

Function words (the stop-word lists) and letter groups with weights learnt beforehand
(`train_identify`); the weights are in `data/identify.tsv`: a feature, then its weight for each of
`LANGUAGES`. Use the answer for the language of a reply, never to filter documents: many questions
are the same in bokmål and Danish.

Trained on three quarters of 4,000 Tatoeba sentences and on pieces of statutes, the share right on the
other quarter: bokmål .88, nynorsk .88, Danish .89, Swedish .98, English 1.00. On 279 governance
questions, not trained on but looked at when choosing the settings: .96, nine in ten of bokmål; what
fails is mostly bokmål taken for Danish, in part the same in both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources

from assistant.language.wordlists import read_words

LANGUAGES = ("nb", "nn", "da", "sv", "en")
LONGEST_GROUP = 4  # letters, word ends ("_") counted
FUNCTION_WORD = 60  # on the scale of the learnt weights, where 20 is one nat
ENOUGH = 400  # characters: more text does not change the answer

_WORD = re.compile(r"[^\W\d_]+")
_FOREIGN = ("de", "nl", "fr", "es", "it", "pt", "fi", "et", "pl", "cs", "is", "lt", "tr")


def features(text: str) -> list[str]:
    """Whole words and letter groups of one to four in lower case, word ends marked with "_"."""
    found: list[str] = []
    for word in _words(text):
        framed = f"_{word}_"
        found.append(framed)
        for size in range(1, LONGEST_GROUP + 1):
            found.extend(framed[at : at + size] for at in range(len(framed) - size + 1))
    return found


def identify(text: str, among: Collection[str] = LANGUAGES) -> str:
    """The most likely language of `among`; "" when the text has no letters to go on."""
    guess = identify_with(_weights(), text, among)
    return _among_neighbours(guess, text) if {"nb", "da"} <= set(among) else guess


def _among_neighbours(guess: str, text: str) -> str:
    if guess not in ("nb", "da"):
        return guess
    lead = bokmaal_lead(text)
    return guess if lead == 0 else ("nb" if lead > 0 else "da")


def bokmaal_lead(text: str) -> int:
    """How many more words of the text only bokmål spells so than only Danish does; 0 settles nothing."""
    present = set(_WORD.findall(unicodedata.normalize("NFC", text[:ENOUGH]).lower()))
    return len(present & _neighbour_words("nb")) - len(present & _neighbour_words("da"))


def lead_over(text: str, one: str, other: str) -> int:
    """How much likelier one language is than another, on the scale where 20 is one nat; may be negative."""
    weights = _weights()
    rows = [weights[feature] for feature in set(features(text)) if feature in weights]
    rows += [listed for word in _words(text) if (listed := _listed().get(word))]
    left, right = LANGUAGES.index(one), LANGUAGES.index(other)
    return sum(row[left] - row[right] for row in rows)


@cache
def _neighbour_words(language: str) -> frozenset[str]:
    return frozenset(read_words(f"neighbours/{language}.txt"))


def identify_with(weights: Mapping[str, tuple[int, ...]], text: str, among: Collection[str]) -> str:
    """As `identify`, by the weights given: feature → one weight for each of `LANGUAGES`."""
    candidates = [at for at, language in enumerate(LANGUAGES) if language in among]
    found = [weights[feature] for feature in set(features(text)) if feature in weights]
    found += [listed for word in _words(text) if (listed := _listed().get(word))]
    if not found or not candidates:
        return ""
    return LANGUAGES[max(candidates, key=lambda at: sum(row[at] for row in found))]


def is_nordic_or_english(text: str) -> bool:
    """False when the text is clearly in another language or has nothing to read in it.

    In doubt it is True: names, numbers and single words are asked about in any language.
    """
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        return any(letter.isdigit() for letter in text)
    if sum(_is_latin(letter) for letter in letters) * 2 < len(letters):
        return False
    listed = _words(text)
    home, foreign = _function_words()
    ours = sum(word in home for word in listed)
    theirs = sum(word in foreign for word in listed)
    return theirs <= ours


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text[:ENOUGH]).lower())


@cache
def _listed() -> dict[str, tuple[int, ...]]:
    """Function word → weight for each language that has it in its list."""
    lists = [frozenset(read_words(f"stopwords/{language}.txt")) for language in LANGUAGES]
    return {
        word: tuple(FUNCTION_WORD if word in listed else 0 for listed in lists)
        for word in frozenset().union(*lists)
    }


@cache
def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN", "FULLWIDTH LATIN"))


@cache
def _weights() -> dict[str, tuple[int, ...]]:
    text = resources.files(__package__).joinpath("data", "identify.tsv").read_text(encoding="utf-8")
    table: dict[str, tuple[int, ...]] = {}
    for line in text.splitlines():
        feature, _, numbers = line.partition("\t")
        table[feature] = tuple(map(int, numbers.split()))
    return table


@cache
def _function_words() -> tuple[frozenset[str], frozenset[str]]:
    """Small words only of our languages, and those only of others: those of both tell nothing."""
    home = {word for language in LANGUAGES for word in read_words(f"stopwords/{language}.txt")}
    foreign = {word for language in _FOREIGN for word in read_words(f"foreign/{language}.txt")}
    known = {feature[1:-1] for feature in _weights() if len(feature) > 2 and feature[0] == feature[-1] == "_"}
    return frozenset(home - foreign), frozenset(foreign - home - known)
