"""How well the sample corpus is answered: gates a little under the figures in the README."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.assistant import Assistant
from assistant.domain.scope import Scope
from assistant.evaluation.questions import read_cases
from assistant.evaluation.report import Report, evaluate, gates
from assistant.library.library import Library

QUESTIONS = Path(__file__).parent / "corpus-questions.jsonl"


@pytest.fixture(scope="module")
def library(corpus_home: Path) -> Iterator[Library]:
    library = Library(corpus_home)
    yield library
    library.close()


@pytest.fixture(scope="module")
def report(library: Library) -> Report:
    everything = Scope(None, None, library.groups())
    return evaluate(
        read_cases([QUESTIONS]),
        Assistant(library).ask,
        text_of=lambda document, version: library.text(everything, document, version),
    )


def test_the_golden_set_is_answered_as_well_as_it_was(report: Report) -> None:
    assert (
        gates(["evidence@3=0.85", "answer_accuracy=0.85", "correct_abstention=0.8", "verbatim=1.0"], report)
        == []
    )
    assert report.metrics()["wrong_abstention"] <= 0.08
    assert report.metrics()["errors"] == 0


def test_no_language_is_left_behind(report: Report) -> None:
    for language, values in report.by_language().items():
        assert values["answer_accuracy"] >= 0.7, language


def test_no_answer_cites_another_municipality_than_the_one_asked_about(
    report: Report, library: Library
) -> None:
    names = {organisation.id: organisation for organisation in library.organisations()}
    checked = 0
    for score in report.scores:
        named = [
            each.id
            for each in names.values()
            if any(
                alias in f"{score.case.question.organisation} {score.case.question.text}"
                for alias in (each.name, *each.aliases)
            )
        ]
        if score.exchange is None or len(named) != 1:
            continue
        for citation in getattr(score.exchange.reply, "citations", ()):
            assert citation.document.organisation in (named[0], names[named[0]].country)
            checked += 1
    assert checked > 150
