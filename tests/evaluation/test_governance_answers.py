"""Who decides, what a forum is for, what a role may do: questions written from the corpus alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.assistant import Assistant
from assistant.domain.question import Question
from assistant.domain.reply import Abstention, Answer, Outcome
from assistant.domain.scope import Scope
from assistant.evaluation.questions import read_cases
from assistant.evaluation.report import Report, evaluate
from assistant.library.library import Library
from assistant.retrieval.scoping import named_in

QUESTIONS = Path(__file__).parent / "governance.jsonl"


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


def reply(library: Library, text: str, **given: object) -> Answer | Abstention:
    found = Assistant(library).ask(Question(text, **given)).reply  # type: ignore[arg-type]
    assert isinstance(found, Answer | Abstention)
    return found


def test_the_golden_questions_are_answered_right(report: Report) -> None:
    values = report.metrics()
    assert len(report.scores) >= 120
    assert values["right"] >= 0.95
    assert values["verbatim"] == 1.0
    assert values["errors"] == 0


def test_nothing_outdated_or_only_proposed_is_shown_as_current(report: Report) -> None:
    assert [score.case.id for score in report.scores if score.shows_never] == []


def test_no_answer_cites_another_municipality(report: Report, library: Library) -> None:
    checked = 0
    for score in report.scores:
        named = named_in(score.case.question.text, library.organisations())
        if len(named) != 1 or score.exchange is None:
            continue
        for citation in getattr(score.exchange.reply, "citations", ()):
            assert citation.document.organisation in (named[0].id, named[0].country), score.case.id
            checked += 1
    assert checked > 150


def test_the_lowest_role_whose_limit_has_the_amount_comes_first(library: Library) -> None:
    answer = reply(library, "Hvem må indgå en kontrakt på 400.000 kr. i Strandlev?")
    assert isinstance(answer, Answer)
    assert answer.decision is not None
    assert answer.decision.decider == "Centerchef"
    assert answer.text.startswith("Centerchef afgør")


def test_a_chain_goes_from_who_gave_the_power_to_who_may_receive_it(library: Library) -> None:
    answer = reply(library, "Kan kommunedirektøren i Granvik delegere avskrivning av krav videre?")
    assert isinstance(answer, Answer)
    assert answer.decision is not None
    assert [(link.actor, link.act) for link in answer.decision.chain] == [
        ("kommunestyret", "delegates"),
        ("Kommunedirektøren", "decides"),
        ("økonomisjefen", "may receive"),
    ]
    numbers = {citation.number: citation.quote for citation in answer.citations}
    assert "Vedtatt av kommunestyret" in numbers[answer.decision.chain[0].citation]


def test_documents_that_disagree_are_both_quoted_the_more_binding_first(library: Library) -> None:
    answer = reply(library, "Hvor ofte møtes HR-forum i Granvik?")
    assert isinstance(answer, Answer)
    assert answer.outcome is Outcome.CONFLICTING
    assert [citation.document.title for citation in answer.citations] == [
        "Mandat for HR-forum",
        "Lederfora i Granvik kommune",
    ]


def test_silence_says_what_holds_for_matters_that_are_not_listed(library: Library) -> None:
    found = reply(library, "Hvem bestemmer over beboerparkering i Granvik?")
    assert isinstance(found, Abstention)
    assert found.outcome is Outcome.SILENT
    assert "alle saker som ikke er delegert" in found.text
    assert "alle saker som ikke er delegert" in found.nearest[0].quote


def test_what_no_longer_holds_is_named_so(library: Library) -> None:
    answer = reply(library, "Hvor meget kunne en centerchef i Strandlev købe ind for i 2024?")
    assert "Gjaldt 2023-03-01 til 2026-02-01, ikke længere" in answer.text


def test_a_municipality_the_library_does_not_have_is_said_to_be_unknown(library: Library) -> None:
    found = reply(library, "Hvem leder HR-forum i Sandvika kommune?")
    assert isinstance(found, Abstention)
    assert (found.outcome, found.reason) == (Outcome.NOT_FOUND, "unknown_organisation")
    assert "Sandvika kommune" in found.text


def test_the_rule_for_what_is_not_listed_is_the_answer_when_asked_for(library: Library) -> None:
    answer = reply(library, "Hvem avgjør saker i Granvik som ikke er nevnt i delegeringsreglementet?")
    assert isinstance(answer, Answer)
    assert "alle saker som ikke er delegert" in answer.citations[0].quote
