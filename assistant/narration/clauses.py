"""Sentences and clauses of a statement and its evidence, and what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.language.sentences import sentences
from assistant.language.tokens import fold, stems, stop_words, words
from assistant.narration.cues import act_patterns, clause_end, compared_words, is_actor, small_words
from assistant.narration.locating import Located

_SHORT = 2  # letters of a word that is rather a part of a name: "HR"


def heading_over(located: Located) -> str:
    """The line or heading that the words stand under."""
    path = located.offered.evidence.passage.heading_path
    return located.label or (path[-1] if path else "")


def parts_of(text: str, negation: re.Pattern[str]) -> Iterator[str]:
    """The clauses; one that ends by denying goes on in the next: "må ikke, som leder, avgjøre"."""
    held = ""
    for part in clause_end().split(text):
        held = f"{held} {part or ''}".strip()
        if held and not re.search(rf"(?:{negation.pattern})\s*$", held, re.IGNORECASE):
            yield held
            held = ""
    if held:
        yield held


def content_of(text: str) -> list[str]:
    """The stems of the words of a text that are no grammar, in order."""
    return [stem for word in words(text) if fold(word) not in stop_words() for stem in stems(word)[-1:]]


def acts_in(text: str) -> set[str]:
    """What is done in a text: names of the acts in `guards.yaml`."""
    return {name for name, pattern in act_patterns() if pattern.search(text)}


def likest_clauses(text: str, located: Located, leave_out: frozenset[str] = frozenset()) -> list[str]:
    """The clauses of the evidence that share most with a text, posts, bodies and verbs left out; or none."""
    telling = objects_of(text) - leave_out or objects_of(text)
    shared = [(len(telling & objects_of(part)), part) for part in clauses_of(located)]
    most = max((count for count, _ in shared), default=0)
    return [part for count, part in shared if count == most] if most else []


@lru_cache(maxsize=1 << 10)
def objects_of(text: str) -> frozenset[str]:
    """The stems of what a text is about: no grammar, no posts or bodies, no verbs of doing."""
    return frozenset(
        stem
        for word in words(text)
        if len(word) > _SHORT and is_content(word) and not is_actor(word) and not acts_in(word)
        for stem in stems(word)[-1:]
    )


def clauses_of(located: Located) -> tuple[str, ...]:
    """The clauses of the evidence."""
    negation = small_words("negation", located.offered.evidence.document.language)
    return tuple(parts_of(located.text, negation))


def is_content(word: str) -> bool:
    """Whether a word is no grammar, no number, and nothing that is compared by itself."""
    return word[0].isalpha() and fold(word) not in stop_words() and not compared_words().fullmatch(word)


@lru_cache(maxsize=1 << 10)
def _split(text: str) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in sentences(text)) or (text,)


def sentences_of(located: Located) -> tuple[str, ...]:
    """The sentences of the evidence; a row of a table is one."""
    if located.offered.evidence.passage.unit == "row":
        return (located.text,)
    return _split(located.text)
