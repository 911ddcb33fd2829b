"""What answering hands to whoever puts an answer into words, and what it needs of them.

The extractive answer comes first and always; `assistant.narration` lies above this layer, so that it
cannot lean on a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from assistant.answering.selecting import Selection
from assistant.answering.understanding import Understanding
from assistant.domain.document import Organisation
from assistant.domain.question import Question
from assistant.domain.reply import Abstention, Answer, Narration, Reply, Statement
from assistant.retrieval.evidence import Term
from assistant.retrieval.glossary import Glossary


@dataclass(frozen=True, slots=True)
class Basis:
    """An extractive answer and what it rests on.

    `chosen` are the spans it quotes, in the order of its citations; `others` the next best of what was
    found in the same scope. `is_settled` tells that records settled it (an amount picks one row): then
    the first of `chosen` must stay what the answer rests on, and nothing else is offered. `floor` is how
    much of the question's `terms` a span that answers has.
    """

    question: Question
    understanding: Understanding
    answer: Answer
    chosen: tuple[Selection, ...]
    others: tuple[Selection, ...]
    organisations: Mapping[str, Organisation]
    as_of: date
    glossary: Glossary
    terms: tuple[Term, ...] = ()
    floor: float = 0.0
    is_settled: bool = False
    statements: int = 4


Tell = Callable[[Statement], None]
"""Told of a statement that will be in the reply, after those told before it."""


class Narrating(Protocol):
    """Puts one question and its answer into words, within one deadline; never fails."""

    def stand_alone(self, question: Question, language: str) -> str:
        """The last question of a conversation as one that can be understood alone; "" when it cannot be."""
        ...

    def narrate(
        self, basis: Basis, verify: Callable[[Reply], None], tell: Tell
    ) -> Answer | Abstention | None:
        """The answer in other words; an abstention when the evidence does not answer; None: it stands.

        `verify` is the check that every reply has to pass; it raises `VerificationFailed`. `tell` is told of
        statements of the answer as soon as it is certain that they will be in it; it may not be.
        """
        ...

    def note(self, language: str) -> str:
        """What a reader is told of how it went, "" for nothing."""
        ...

    @property
    def narration(self) -> Narration | None:
        """What came of it; None when no model was asked."""
        ...


class Narrates(Protocol):
    """Begins to put a reply into words."""

    def begin(self) -> Narrating: ...
