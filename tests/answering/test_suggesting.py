"""Questions to begin with are about what the library knows, and each has an answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.answering.assistant import Assistant
from assistant.answering.suggesting import QUESTIONS, Suggestions
from assistant.domain.question import Question
from assistant.domain.reply import Exchange, Outcome
from assistant.library.library import Library

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def library(corpus_home: Path) -> Iterator[Library]:
    library = Library(corpus_home)
    yield library
    library.close()


@pytest.mark.parametrize("language", ["nb", "nn", "da", "sv", "en"])
@pytest.mark.parametrize("place", ["", "granvik", "strandlev", "ekangs"])
def test_what_is_suggested_is_answered_from_public_documents(
    library: Library, place: str, language: str
) -> None:
    assistant = Assistant(library, today=lambda: TODAY)
    suggested = Suggestions(library, assistant.ask, lambda: TODAY)(place, language)
    assert 3 <= len(suggested) <= QUESTIONS
    assert len(set(suggested)) == len(suggested)
    for text in suggested:
        reply = assistant.ask(Question(text, organisation=place, language=language)).reply
        assert reply.outcome is Outcome.ANSWERED


def test_questions_to_all_say_whose_body_they_are_about(library: Library) -> None:
    suggested = Suggestions(library, Assistant(library).ask, lambda: TODAY)("", "nb")
    places = {text.rpartition("(")[2].rstrip(")") for text in suggested}
    assert places == {"Granvik kommune", "Strandlev Kommune", "Ekängs kommun"}


def test_they_are_made_once_for_a_generation_and_never_where_nothing_is(
    library: Library, tmp_path: Path
) -> None:
    asked: list[Question] = []

    def ask(question: Question) -> Exchange:
        asked.append(question)
        return Assistant(library).ask(question)

    suggestions = Suggestions(library, ask, lambda: TODAY)
    first = suggestions("granvik", "nb")
    count = len(asked)
    assert suggestions("granvik", "nb") == first
    assert len(asked) == count > 0
    assert all(not question.groups for question in asked)
    assert suggestions("no", "nb") == ()
    empty = Library(tmp_path / "none")
    assert Suggestions(empty, ask, lambda: TODAY)("", "nb") == ()
    empty.close()
