"""Questions to begin with: about the library's own bodies, roles and powers, and answered by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import chain, islice, zip_longest
from typing import Protocol

from assistant.answering.composing import phrase
from assistant.domain.document import Organisation
from assistant.domain.governance import Act, Facet
from assistant.domain.question import Question
from assistant.domain.reply import Exchange, Outcome
from assistant.governance.map import GovernanceMap, HoldsPassages, Node, draw_map

QUESTIONS = 4
_TRIED = 10
# Of a row: those of sentences begin with a small letter, and clauses ("Att varan …") make no question.
_MATTER = re.compile(r"(?!(?:Att|At|Å) )[A-ZÆØÅÄÖ][^:;–]{8,55}")
_NAME = re.compile(r"[^\d(]+")
_KEPT = 64  # lists at hand
_ABOUT = ((Facet.MEETS, "when"), (Facet.MEMBERS, "members"), (Facet.PURPOSE, "purpose"))


class Library(HoldsPassages, Protocol):
    """What is read to find what there is to ask about."""

    def organisations(self) -> Sequence[Organisation]: ...
    def generation(self) -> int: ...


class Suggestions:
    """Up to `QUESTIONS` questions for an organisation ("": for all) in a language, from public documents.

    Each has been asked and answered. A library without municipalities, or none ingested, suggests none.
    """

    def __init__(
        self, library: Library, ask: Callable[[Question], Exchange], today: Callable[[], date]
    ) -> None:
        self._library = library
        self._ask = ask
        self._today = today
        self._made: dict[tuple[int, date, str, str], tuple[str, ...]] = {}

    def __call__(self, organisation: str, language: str) -> tuple[str, ...]:
        """The questions, in the reader's language; blocking."""
        key = (self._library.generation(), self._today(), organisation, language)
        made = self._made.get(key)
        if made is None:
            made = tuple(islice(self._answered(organisation, language), QUESTIONS)) if key[0] else ()
            if len(self._made) >= _KEPT:
                self._made.clear()
            self._made[key] = made
        return made

    def _answered(self, organisation: str, language: str) -> Iterator[str]:
        places = [each for each in self._library.organisations() if not each.is_country]
        chosen = [each for each in places if not organisation or each.id == organisation]
        named = len(places) > 1 and not organisation
        lists = [
            questions_about(draw_map(self._library, each, self._today()), language, named) for each in chosen
        ]
        # one of each municipality in turn
        turns = dict.fromkeys(text for text in chain.from_iterable(zip_longest(*lists)) if text)
        for text in islice(turns, _TRIED):
            asked = Question(text, organisation=organisation, language=language, channel="suggestion")
            if self._ask(asked).reply.outcome is Outcome.ANSWERED:
                yield text


def questions_about(drawn: GovernanceMap, language: str, named: bool) -> Iterator[str]:
    """Questions that the map should answer, of different kinds in turn; `named` says whose they are."""

    def said(key: str, about: str) -> str:
        text = phrase(f"suggest_{key}", language, about=about)
        return phrase("suggest_in", language, question=text, place=drawn.organisation.name) if named else text

    def about_bodies(key: str, facet: Facet) -> Iterator[str]:
        told = [node for node in drawn.bodies if node.told(facet) and _NAME.fullmatch(node.name)]
        # a body of which much is said is one that people meet
        for node in sorted(told, key=lambda node: -len({fact.facet for fact in node.facts})):
            yield said(key, node.name)

    bodies = [about_bodies(key, facet) for facet, key in _ABOUT]
    # no two questions in a row about the same body
    for skipped, questions in enumerate(bodies):
        bodies[skipped] = islice(questions, skipped, None)
    roles = (said("role", _definite(node)) for node in drawn.roles if node.told(Facet.ANSWERS_FOR))
    matters = (
        said("decides", right.matter[:1].lower() + right.matter[1:])
        for right in drawn.rights
        if right.act is Act.DECIDES and right.limits and _MATTER.fullmatch(right.matter)
    )
    turns = zip_longest(bodies[0], roles, matters, bodies[1], bodies[2])
    return (text for turn in turns for text in turn if text)


def _definite(node: Node) -> str:
    """ "kommunedirektøren" where the documents have it, as a sentence has it."""
    form = next((alias for alias in node.aliases if alias.startswith(node.name)), node.name)
    return form if form[1:2].isupper() else form[:1].lower() + form[1:]
