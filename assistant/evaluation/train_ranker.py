"""Learns the weights in `assistant/answering/data/ranker.yaml` from question sets.

    python -m assistant.evaluation.train_ranker HOME=FILE[,FILE…][:WEIGHT] … [--folds 5] [--write]

HOME is a library (a `MANDAT_HOME`), each FILE a question set about its documents. Every question
that has evidence, and one sentence with it among those found, teaches: the weights maximise the
likelihood of the answering sentences against all others found for the same question (a conditional
logit), with a penalty on large weights. Two figures are printed for the learned and the hand-set
weights: how often the best sentence answers, by cross-validation over questions. `--write` stores
the learned ones, fitted to all questions. They are figures: no document can be read out of them.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.answering.marks import candidates
from assistant.answering.ranker import Ranker, plain_ranker
from assistant.answering.records import of_the_matter, records_beside
from assistant.answering.selecting import quote_of, widened
from assistant.answering.understanding import settle_language, understand
from assistant.answering.wanted import wanted
from assistant.evaluation.metrics import has_answer, has_evidence
from assistant.evaluation.questions import Case, read_cases
from assistant.library.habits import adjustments
from assistant.library.library import Library
from assistant.retrieval.evidence import find_evidence
from assistant.retrieval.glossary import nordic_glossary
from assistant.retrieval.scoping import find_scope
from assistant.settings import load_settings

_PENALTY = 5.0
_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Lesson:
    """The candidates of one question: their marks, which of them answer, and how much it counts."""

    marks: tuple[dict[str, float], ...]
    answers: NDArray[np.bool_]
    weight: float


def main() -> None:
    """Read the arguments, learn, compare, and write if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sets", nargs="+", metavar="HOME=FILE[,FILE…][:WEIGHT]")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="store the learned weights")
    arguments = parser.parse_args()
    lessons = [lesson for given in arguments.sets for lesson in lessons_of(given)]
    shuffled = random.Random(0).sample(lessons, len(lessons))  # noqa: S311 - the same folds every time
    learned: list[float] = []
    for fold in range(arguments.folds):
        held = shuffled[fold :: arguments.folds]
        rest = [lesson for at, lesson in enumerate(shuffled) if at % arguments.folds != fold]
        learned += _hits(fit(rest), held)
    by_hand = _hits(plain_ranker(), lessons)
    print(  # noqa: T201 - the command's output
        f"{len(lessons)} questions; the best sentence answers: learned {np.mean(learned):.3f} "
        f"(cross-validated), by hand {np.mean(by_hand):.3f}"
    )
    if arguments.write:
        write(fit(lessons))


def lessons_of(given: str) -> Iterator[Lesson]:
    """The lessons of one HOME=FILE,FILE:WEIGHT."""
    home, _, rest = given.partition("=")
    files, _, weight = rest.partition(":")
    settings = load_settings()
    library = Library(
        Path(home),
        encoder=settings.encoder,
        adjusted=adjustments(settings),
        database_url=settings.database_url,
        chroma_url=settings.chroma_url,
    )
    try:
        for case in read_cases([Path(file) for file in files.split(",")]):
            lesson = _lesson(library, case, float(weight or 1))
            if lesson is not None:
                yield lesson
    finally:
        library.close()


def _lesson(library: Library, case: Case, weight: float) -> Lesson | None:
    today = datetime.now(UTC).date()
    understanding = understand(case.question)
    subject = find_scope(case.question, library.organisations(), "", today)
    understanding = settle_language(understanding, subject.named)
    if understanding.refusal or not case.answerable or not case.evidence:
        return None
    found = find_evidence(
        library,
        subject.scope,
        understanding.text,
        glossary=nordic_glossary(),
        language=understanding.language,
        leave_out=subject.name_words,
    )
    marks, answers = [], []
    asked = wanted(understanding.text)
    beside = records_beside(library, subject.scope, asked, found.evidence)
    for each in candidates(understanding, found.evidence, of_the_matter(found.terms, asked), recorded=beside):
        quote = quote_of(widened(each, understanding))
        shown = f"{quote}\n{each.evidence.document.title}\n{each.evidence.passage.locator}"
        marks.append(each.marks)
        answers.append(has_evidence(case.evidence, quote) and has_answer(case.answer_contains, shown))
    if not any(answers) or all(answers):
        return None
    return Lesson(tuple(marks), np.array(answers), weight)


def fit(lessons: Sequence[Lesson]) -> Ranker:
    """The weights under which the answering candidates are most likely."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    names = sorted({name for lesson in lessons for marks in lesson.marks for name in marks})
    rows = np.array(
        [[marks.get(name, 0.0) for name in names] for lesson in lessons for marks in lesson.marks]
    )
    spread = rows.std(axis=0)
    spread[spread < 1e-6] = np.inf  # a mark that all have alike tells nothing
    rows = rows / spread
    sizes = [len(lesson.marks) for lesson in lessons]
    starts = np.cumsum([0, *sizes])[:-1]
    owner = np.repeat(np.arange(len(lessons)), sizes)
    right = np.concatenate([lesson.answers for lesson in lessons])
    counts = np.array([lesson.weight for lesson in lessons])

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = rows @ weights
        powers = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        total, good = np.add.reduceat(powers, starts), np.add.reduceat(powers * right, starts)
        likelihood = counts @ (np.log(total) - np.log(good))
        slope = rows.T @ (counts[owner] * powers * (1 / total[owner] - right / good[owner]))
        return likelihood + _PENALTY * weights @ weights, slope + 2 * _PENALTY * weights

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return Ranker(dict(zip(names, (found / spread).tolist(), strict=True)))


def _hits(ranker: Ranker, lessons: Sequence[Lesson]) -> list[float]:
    return [
        float(lesson.answers[int(np.argmax([ranker.score(marks) for marks in lesson.marks]))])
        for lesson in lessons
    ]


def write(ranker: Ranker) -> None:
    """Store the weights beside those set by hand."""
    path = Path(str(resources.files("assistant.answering.data").joinpath("ranker.yaml")))
    remark = path.read_text(encoding="utf-8").partition("by_hand:")[0]
    weights = {name: round(value, _DECIMALS) for name, value in ranker.weights.items()}
    content = {
        "by_hand": dict(plain_ranker().weights),
        "learned": {name: value for name, value in weights.items() if value},
    }
    path.write_text(remark + yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
