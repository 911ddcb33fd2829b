"""The words and cues of the checks as patterns, from `data/guards.yaml` and `data/claims.yaml`."""

from __future__ import annotations

import re
from functools import cache

from assistant.language.identify import LANGUAGES
from assistant.language.tokens import fold, stems
from assistant.language.wordlists import read_words
from assistant.narration.data import load


def _words(listed: str) -> re.Pattern[str]:
    """Any of the words that a pattern lists, whole."""
    return re.compile(rf"\b(?:{listed})(?!\w)", re.IGNORECASE)


@cache
def other_small_words(language: str) -> frozenset[str]:
    """Small words that only other languages have."""
    own = frozenset(read_words(f"stopwords/{language}.txt"))
    every = frozenset[str]().union(*(read_words(f"stopwords/{other}.txt") for other in LANGUAGES))
    listed = frozenset(load("guards")["free"][language].split())
    return every - own - listed


@cache
def small_words(kind: str, language: str) -> re.Pattern[str]:
    """The words of a language that deny, except or narrow."""
    data = load("guards")
    listed = {
        "negation": data["negations"].get(language, data["negations"]["nb"]),
        "exception": data["exceptions"],
        "restriction": data["restrictions"],
    }[kind]
    return _words(listed)


@cache
def modal_words(language: str, kind: str) -> re.Pattern[str]:
    """The words of a language for may, must or should."""
    modals = load("guards")["modals"]
    return _words(modals.get(language, modals["nb"])[kind])


@cache
def power_words() -> re.Pattern[str]:
    """Words that give somebody a power."""
    return re.compile(rf"\b(?:{load('guards')['powers']})", re.IGNORECASE)


@cache
def denying_headings() -> re.Pattern[str]:
    """Headings over what somebody may not do."""
    return re.compile(rf"^\W*(?:{load('guards')['denied']})\b", re.IGNORECASE)


@cache
def act_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The name and the words of each act."""
    return tuple((name, _words(listed)) for name, listed in load("guards")["acts"].items())


@cache
def clause_end() -> re.Pattern[str]:
    """What ends a clause."""
    openers = load("guards")["clauses"]
    return re.compile(rf"[,;:.!?|\n]+\s*|\s+[–-]\s+|\s(?=(?:{openers})\s)", re.IGNORECASE)


@cache
def _actor() -> re.Pattern[str]:
    return re.compile(rf"[\w-]*?{load('guards')['actors']}s?", re.IGNORECASE)


@cache
def free_words(language: str) -> frozenset[str]:
    """Words a statement may use of its own."""
    return frozenset(fold(word) for word in load("guards")["free"][language].split())


@cache
def is_actor(word: str) -> bool:
    """Whether a word names a post or a body."""
    return _actor().fullmatch(word) is not None


@cache
def listed_same() -> dict[str, frozenset[str]]:
    """Stem → the stems that say the same in a statement."""
    groups = [
        frozenset(stem for word in line for stem in stems(word)[-1:]) for line in load("guards")["same"]
    ]
    return {stem: frozenset().union(*(each for each in groups if stem in each)) for g in groups for stem in g}


@cache
def endings() -> frozenset[str]:
    """How forms of one word may end, "" among them."""
    return frozenset({"", *load("guards")["endings"].split()})


@cache
def condition_words(language: str) -> re.Pattern[str]:
    """Words of a language that make a rule hold only sometimes."""
    conditions = load("guards")["conditions"]
    return _words(conditions.get(language, conditions["nb"]))


@cache
def relation_words() -> tuple[re.Pattern[str], ...]:
    """Words between things: before, after, all."""
    return tuple(_words(listed) for listed in load("guards")["relations"].values())


@cache
def instruction_words() -> re.Pattern[str]:
    """Words that are meant for a language model."""
    return re.compile(load("guards")["instructions"], re.IGNORECASE)


@cache
def deciding_words() -> re.Pattern[str]:
    """Verbs and nouns of deciding."""
    return re.compile(rf"\b{load('guards')['deciding']}", re.IGNORECASE)


@cache
def denying_cells() -> re.Pattern[str]:
    """What denies in a cell of a table."""
    return re.compile(rf"(?:{load('guards')['cell_denies']})(?!\w)", re.IGNORECASE)


@cache
def before_agent() -> re.Pattern[str]:
    """What stands before one who acts in the passive."""
    return re.compile(rf"\b{load('guards')['agent']}$", re.IGNORECASE)


@cache
def before_others() -> re.Pattern[str]:
    """What stands before one who does not act."""
    return re.compile(rf"\b{load('guards')['not_agent']}$", re.IGNORECASE)


@cache
def copula_words() -> re.Pattern[str]:
    """Words that say that two are the same."""
    return _words(load("guards")["copula"])


@cache
def compared_words() -> re.Pattern[str]:
    """Words that are compared elsewhere: numbers, months, how often, bounds, small words."""
    data, guards = load("claims"), load("guards")
    parts = [
        *(words for words in data["numbers"].values() if words),
        *data["ordinals"].values(),
        *data["months"].values(),
        *data["periods"].values(),
        *data["bounds"].values(),
        data["scales"],
        data["other"],
        data["sections"],
        data["subsections"],
        guards["exceptions"],
        guards["restrictions"],
        *guards["negations"].values(),
        *(pattern for kinds in guards["modals"].values() for pattern in kinds.values()),
        guards["acts"]["decides"],
    ]
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE)
