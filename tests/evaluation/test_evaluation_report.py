"""What counts as found, accurate, abstained; and what the report and the gates make of it."""

import json
from io import StringIO

import pytest
from rich.console import Console

from assistant.domain.document import Document, Kind
from assistant.domain.question import Question
from assistant.domain.reply import (
    Abstention,
    Answer,
    Citation,
    Clarification,
    Exchange,
    Option,
    Outcome,
    Reply,
    Statement,
)
from assistant.errors import IndexUnavailable, UsageError
from assistant.evaluation.metrics import has_evidence, is_accurate, percentile
from assistant.evaluation.questions import Case
from assistant.evaluation.report import Report, evaluate, gates, render

TEXT = "Direktionen mødes hver uge. Chefforum mødes hver måned. Byrådet vælger borgmesteren."
DOCUMENT = Document(
    id="grundlag", version="1", title="Grundlag for ledelse", organisation="by", kind=Kind.LEADERSHIP,
    language="da", sha256="0", origin="grundlag.txt",
)  # fmt: skip


def citation(quote: str, number: int = 1) -> Citation:
    start = TEXT.find(quote)
    return Citation(number, DOCUMENT, "By", "s. 4", quote, start, start + len(quote), f"p{number}")


def answer(text: str, *quotes: str) -> Answer:
    citations = tuple(citation(quote, number) for number, quote in enumerate(quotes, start=1))
    statements = tuple(Statement(c.quote, (c.number,)) for c in citations)
    return Answer(Outcome.ANSWERED, "da", text, statements, citations)


def abstention(*nearest: str) -> Abstention:
    return Abstention(
        Outcome.NOT_FOUND, "da", "Intet fundet.", "nothing", tuple(citation(q) for q in nearest)
    )


def case(name: str, *evidence: str, contains: tuple[tuple[str, ...], ...] = (), **more: object) -> Case:
    return Case(name, "da", "forum", Question(name), evidence, contains, **more)  # type: ignore[arg-type]


def ask_from(replies: dict[str, Reply]):  # type: ignore[no-untyped-def]
    def ask(question: Question) -> Exchange:
        return Exchange("x", replies[question.text], "extractive", {})

    return ask


def run(*pairs: tuple[Case, Reply]) -> Report:
    return evaluate([one for one, _ in pairs], ask_from({one.id: reply for one, reply in pairs}))


FIRST, SECOND, THIRD = (
    "Direktionen mødes hver uge.",
    "Chefforum mødes hver måned.",
    "Byrådet vælger borgmesteren.",
)


@pytest.mark.parametrize(
    ("evidence", "quote", "found"),
    [
        ("mødes hver uge", FIRST, True),
        ("mødes  hver\nuge", FIRST, True),
        ("Direktionen mødes hver uge. Chefforum mødes hver måned.", FIRST, False),
        ("Direktionen mødes hver uge. Chefforum", FIRST, True),
        ("hver dag", FIRST, False),
        ("mødes hver uge", "", False),
    ],
)
def test_evidence_in_the_quote_or_half_of_it(evidence: str, quote: str, found: bool) -> None:
    assert has_evidence([evidence], quote) is found


def test_any_of_several_spans_is_enough() -> None:
    assert has_evidence(["hver dag", "hver uge"], FIRST)


def test_accuracy_needs_every_group_in_text_and_in_what_is_cited() -> None:
    reply = answer("Direktionen MØDES hver  uge [1].", FIRST)
    assert is_accurate([["dagligt", "hver uge"], ["direktion"]], reply)
    assert not is_accurate([["hver uge"], ["borgmester"]], reply)
    assert not is_accurate([["hver uge"]], answer("Se kilden [1].", FIRST))
    assert not is_accurate([["hver uge"]], answer("De mødes hver uge [1].", SECOND))


def test_accuracy_counts_titles_and_locators_but_not_what_nobody_sees() -> None:
    assert is_accurate([["grundlag for ledelse"]], answer("Se Grundlag for ledelse [1].", FIRST))
    assert is_accurate([["s. 4"]], answer("Se s. 4 [1].", FIRST))
    assert not is_accurate([["hver uge"]], answer("x" * 900 + " hver uge", FIRST))


def test_rank_gives_evidence_at_k_and_mrr() -> None:
    report = run(
        (case("1", "hver uge"), answer("a", FIRST)),
        (case("2", "hver uge"), answer("a", SECOND, FIRST)),
        (case("4", "hver uge"), answer("a", SECOND, THIRD, SECOND, FIRST)),
        (case("0", "hver uge"), answer("a", SECOND)),
    )
    metrics = report.metrics()
    assert [metrics[f"evidence@{k}"] for k in (1, 3, 5)] == [0.25, 0.5, 0.75]
    assert metrics["mrr"] == pytest.approx((1 + 1 / 2 + 1 / 4) / 4)
    assert metrics["citation_precision"] == pytest.approx(3 / 8)


def test_nearest_passages_of_an_abstention_are_no_citations() -> None:
    metrics = run((case("1", "hver uge"), abstention(FIRST))).metrics()
    assert metrics["evidence@5"] == 0
    assert metrics["wrong_abstention"] == 1
    assert "citation_precision" not in metrics


def test_without_evidence_an_abstention_or_a_question_back_is_right() -> None:
    back = Clarification("da", "Hvilken?", (Option("By", "by"),))
    report = run((case("1"), abstention()), (case("2"), back), (case("3"), answer("a", FIRST)))
    assert report.metrics()["correct_abstention"] == pytest.approx(2 / 3)
    assert [one.case.id for one in report.worst()] == ["3"]


def test_an_expected_outcome_is_honoured() -> None:
    report = run(
        (case("1", expect=Outcome.CLARIFY), abstention()),
        (case("2", expect=Outcome.NOT_FOUND), abstention()),
        (case("3", "hver uge", expect=Outcome.CONFLICTING), answer("a", FIRST)),
    )
    metrics = report.metrics()
    assert metrics["correct_abstention"] == 0.5
    assert metrics["expected_outcome"] == pytest.approx(1 / 3)
    assert metrics["evidence@1"] == 1
    assert metrics["wrong_abstention"] == 0


def test_verbatim_is_checked_against_the_stored_text() -> None:
    altered = answer("a", FIRST, SECOND)
    report = evaluate([case("1", "hver uge")], ask_from({"1": altered}), lambda document, version: TEXT)
    assert report.metrics()["verbatim"] == 1
    other = TEXT.replace("Chefforum", "Ledelsen")
    report = evaluate([case("1", "hver uge")], ask_from({"1": altered}), lambda document, version: other)
    assert report.metrics()["verbatim"] == 0.5
    assert "verbatim" not in run((case("1", "hver uge"), altered)).metrics()


def test_a_failure_is_counted_and_does_not_stop_the_run() -> None:
    def ask(question: Question) -> Exchange:
        if question.text == "bad":
            raise IndexUnavailable("gone")
        return Exchange("x", answer("a", FIRST), "extractive", {})

    report = evaluate([case("bad", "hver uge"), case("good", "hver uge")], ask)
    assert report.metrics()["errors"] == 0.5
    assert report.metrics()["evidence@1"] == 0.5
    assert report.metrics()["wrong_abstention"] == 0
    assert report.worst()[0].error == IndexUnavailable.code


def test_our_own_mistakes_are_not_swallowed() -> None:
    with pytest.raises(KeyError):
        evaluate([case("1")], ask_from({}))


def test_figures_by_language_and_kind() -> None:
    one, other = case("1", "hver uge"), Case("2", "nb", "role", Question("2"), ("hver uge",))
    report = run((one, answer("a", FIRST)), (other, abstention()))
    assert list(report.by_language()) == ["da", "nb"]
    assert report.by_language()["nb"]["evidence@1"] == 0
    assert report.by_kind()["forum"]["evidence@1"] == 1
    assert report.metrics()["reply_language"] == 0.5


def test_percentiles_are_of_the_values_themselves() -> None:
    assert percentile([5, 1, 3], 50) == 3
    assert percentile([float(n) for n in range(1, 101)], 95) == 95
    assert percentile([7], 95) == 7


def test_gates_name_what_falls_short() -> None:
    report = run((case("1", "hver uge"), answer("a", SECOND, FIRST)))
    assert gates(["evidence@3=1.0", "mrr = 0.5"], report) == []
    assert gates(["evidence@1=0.85", "evidence@3=0.85"], report) == ["evidence@1: 0.000 is under 0.85"]
    assert gates(["correct_abstention=0.5"], report) == [
        "correct_abstention: not measured, no question of the set bears on it"
    ]


@pytest.mark.parametrize(
    "given",
    ["evidence@3", "evidence@3=high", "mrr=nan", "mrr=85", "beauty=1", "wrong_abstention=0.1", "=", ""],
)
def test_a_gate_that_cannot_be_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="minimum"):
        gates([given], Report(()))


def test_the_report_is_json_and_shows_what_was_retrieved() -> None:
    report = run(
        (case("good", "hver uge", contains=(("uge",),)), answer("Hver uge [1].", FIRST)),
        (case("lost", "hver uge"), abstention(THIRD)),
    )
    described = json.loads(json.dumps(report.as_dict(), ensure_ascii=False))
    assert described["questions"] == 2
    assert described["metrics"]["evidence@1"] == 0.5
    (worst,) = described["worst"]
    assert worst["id"] == "lost"
    assert worst["retrieved"][0]["quote"] == THIRD


def test_the_report_for_a_terminal_shows_markup_as_text() -> None:
    console = Console(file=StringIO(), width=160)
    console.print(render(run((case("[red]1[/red]"), answer("Hvem [1]?", FIRST)))))
    assert isinstance(console.file, StringIO)
    shown = console.file.getvalue()
    assert "abst." in shown
    assert "[red]1[/red]" in shown
    assert FIRST in shown


def test_a_report_of_nothing() -> None:
    assert Report(()).metrics() == {}
    Console(file=StringIO()).print(render(Report(())))
