"""A question set put to the assistant, and what came of it: for a terminal, for a file, for a gate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.domain.question import Question
from assistant.domain.reply import Abstention, Answer, Citation, Exchange
from assistant.errors import MandatError, UsageError
from assistant.evaluation.metrics import LOWER_IS_BETTER, METRICS, Score, TextOf, score, summarise
from assistant.evaluation.questions import Case

if TYPE_CHECKING:
    from rich.console import RenderableType

WORST = 10  # cases shown in a terminal
SHOWN_CITATIONS = 5
SHOWN_CHARS = 160
# The columns of the table in a terminal, and what they are headed with; JSON has all metrics.
_COLUMNS = {
    "questions": "n",
    "evidence@1": "ev@1",
    "evidence@3": "ev@3",
    "answer_accuracy": "answer",
    "verbatim": "verb.",
    "correct_abstention": "abst.",
    "wrong_abstention": "wrong",
    "expected_outcome": "outc.",
    "p95_ms": "p95",
}


@dataclass(frozen=True, slots=True)
class Report:
    """The scores of a run in the order asked."""

    scores: tuple[Score, ...]

    def metrics(self) -> dict[str, float]:
        """Metric → value over all cases (see `metrics.summarise`)."""
        return summarise(self.scores)

    def with_count(self) -> dict[str, float]:
        """The metrics with `questions`, the number of cases."""
        return {"questions": float(len(self.scores)), **self.metrics()}

    def by_language(self) -> dict[str, dict[str, float]]:
        """The metrics for each language of the questions, in alphabetical order."""
        return self._by(lambda one: one.case.language)

    def by_kind(self) -> dict[str, dict[str, float]]:
        """The metrics for each kind of question, in alphabetical order."""
        return self._by(lambda one: one.case.kind)

    def worst(self) -> tuple[Score, ...]:
        """The cases with something to be faulted, the gravest first.

        Failures, then answers where there is none, then abstentions where there is an answer, then
        answers without the evidence, then those with it but without the words asked for.
        """
        return tuple(sorted((one for one in self.scores if not one.right), key=_gravity))

    def as_dict(self) -> dict[str, object]:
        """The report as JSON-ready values."""
        return {
            "questions": len(self.scores),
            "metrics": _rounded(self.metrics()),
            "by_language": {name: _rounded(values) for name, values in self.by_language().items()},
            "by_kind": {name: _rounded(values) for name, values in self.by_kind().items()},
            "worst": [_case_as_dict(one) for one in self.worst()],
        }

    def _by(self, name_of: Callable[[Score], str]) -> dict[str, dict[str, float]]:
        groups: dict[str, list[Score]] = {}
        for one in self.scores:
            groups.setdefault(name_of(one), []).append(one)
        return {
            name: {"questions": len(groups[name]), **summarise(groups[name])}
            for name in sorted(groups)
            if name
        }


def evaluate(
    questions: Iterable[Case], ask: Callable[[Question], Exchange], text_of: TextOf | None = None
) -> Report:
    """Ask every question once, in order, and score the replies.

    `text_of` (document id, version → canonical text) has quotes checked against the stored text.
    A question that ends in one of our errors is counted as such and does not stop the run.
    """
    return Report(tuple(_asked(case, ask, text_of) for case in questions))


def _asked(case: Case, ask: Callable[[Question], Exchange], text_of: TextOf | None) -> Score:
    started = time.perf_counter()
    try:
        exchange = ask(case.question)
    except MandatError as error:
        return score(case, None, time.perf_counter() - started, error=error.code)
    return score(case, exchange, time.perf_counter() - started, text_of)


def gates(minimums: Sequence[str], report: Report) -> list[str]:
    """One line for each minimum ("evidence@3=0.85") that the report does not reach; empty when all hold.

    Raises:
        UsageError: a minimum is not of that form, or names no metric that has a minimum.
    """
    values = report.metrics()
    failures: list[str] = []
    for given in minimums:
        name, minimum = _minimum(given)
        if name not in values:
            failures.append(f"{name}: not measured, no question of the set bears on it")
        elif values[name] < minimum:
            failures.append(f"{name}: {values[name]:.3f} is under {minimum:g}")
    return failures


def _minimum(given: str) -> tuple[str, float]:
    name, _, value = (part.strip() for part in given.partition("="))
    known = [metric for metric in METRICS if metric not in LOWER_IS_BETTER]
    if name not in known:
        raise UsageError(f"got the minimum {given!r}; give metric=value with one of {', '.join(known)}")
    try:
        minimum = float(value)
    except ValueError:
        minimum = -1
    if not 0 <= minimum <= 1:
        raise UsageError(f"got the minimum {given!r}; give a number from 0 to 1 after =, as in {name}=0.85")
    return name, minimum


def render(report: Report, worst: int = WORST) -> RenderableType:
    """The report for a terminal: metrics over all, by language and by kind, then the worst cases."""
    from rich.console import Group
    from rich.markup import escape
    from rich.table import Table

    groups = {"all": report.with_count(), **report.by_language(), **report.by_kind()}
    table = _table(f"{len(report.scores)} questions", groups)
    cases = Table(title="Worst cases", show_lines=True)
    for heading in ("case", "question", "reply", "what was cited"):
        cases.add_column(heading, overflow="fold")
    for one in report.worst()[:worst]:
        shown = "\n".join(f"{c.document.title}, {c.locator}: {_cut(c.quote)}" for c in _retrieved(one))
        cells = (one.case.id, one.case.question.text, f"{one.outcome}: {_reply_text(one)}", shown)
        cases.add_row(*(escape(cell) for cell in cells))
    return Group(table, cases) if cases.row_count else table


def render_ablation(report: Report, without: Mapping[str, Report]) -> RenderableType:
    """What is reached with everything, and without each part, for a terminal."""
    groups = {"everything": report.with_count()}
    groups |= {f"no {part}": each.with_count() for part, each in without.items()}
    return _table("Ablation", groups)


def _table(title: str, groups: Mapping[str, Mapping[str, float]]) -> RenderableType:
    from rich.box import SIMPLE
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, box=SIMPLE, padding=(0, 0, 0, 1))
    table.add_column("", no_wrap=True)
    for heading in _COLUMNS.values():
        table.add_column(heading, justify="right", no_wrap=True)
    for name, values in groups.items():
        table.add_row(escape(name), *(_number(metric, values) for metric in _COLUMNS))
    return table


def _number(metric: str, values: Mapping[str, float]) -> str:
    if metric not in values:
        return "–"
    return (
        f"{values[metric]:.0f}"
        if metric == "questions" or metric.endswith("_ms")
        else f"{values[metric]:.2f}"
    )


def _gravity(one: Score) -> tuple[int, int, float]:
    if one.exchange is None:
        order = 0
    elif one.answered and not one.case.answerable:
        order = 1
    elif not one.answered and one.case.answerable:
        order = 2
    else:
        order = 3 if one.case.evidence and not one.rank else 4
    return order, -one.rank, -one.seconds


def _case_as_dict(one: Score) -> dict[str, object]:
    return {
        "id": one.case.id,
        "language": one.case.language,
        "kind": one.case.kind,
        "question": one.case.question.text,
        "evidence": list(one.case.evidence),
        "answer_contains": [list(group) for group in one.case.answer_contains],
        "outcome": one.outcome,
        "error": one.error,
        "rank": one.rank,
        "accurate": one.accurate,
        "text": _reply_text(one),
        "retrieved": [_citation_as_dict(citation) for citation in _retrieved(one)],
        "ms": round(1000 * one.seconds, 1),
    }


def _reply_text(one: Score) -> str:
    return _cut(one.exchange.reply.text) if one.exchange else one.error


def _retrieved(one: Score) -> tuple[Citation, ...]:
    """The first of what an answer cites, or of what an abstention names as nearest."""
    reply = one.exchange.reply if one.exchange else None
    nearest = reply.nearest if isinstance(reply, Abstention) else ()
    return (reply.citations if isinstance(reply, Answer) else nearest)[:SHOWN_CITATIONS]


def _citation_as_dict(citation: Citation) -> dict[str, str]:
    return {
        "title": citation.document.title,
        "locator": citation.locator,
        "quote": _cut(citation.quote),
        "passage_id": citation.passage_id,
    }


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}
