"""The weights of the vectors that questions find best, and what they are worth on other questions.

Weights are tried one after the other, first for documents in the question's language, then for those
in another; of equal ones the smaller is taken, and the default where all are equal, for then no question
bears on it. What they are worth is measured by cross-validation:
each part of the questions is asked with the weights that the other parts found. Questions with the same
evidence, as translations of one have, are always in one part.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

from assistant.answering.assistant import Reads
from assistant.domain.fusion import Calibration, Fusion
from assistant.errors import UsageError
from assistant.evaluation.metrics import Score
from assistant.evaluation.questions import Case
from assistant.retrieval.evidence import Reranks

if TYPE_CHECKING:
    from rich.console import RenderableType

WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2)
FEWEST = 30
_FOLDS = 5
_LOOKED_AT = (1, 3)

Ask = Callable[[Case, Fusion], Score]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Worth:
    """How right the replies to some questions are, each share from 0 to 1.

    `accurate` is of those questions whose answer the set states.
    """

    first: float
    among_three: float
    accurate: float

    @property
    def value(self) -> float:
        """All in one number: their mean."""
        return round((self.first + self.among_three + self.accurate) / 3, 9)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What came of calibrating.

    `tried` has every pair of weights with its worth on all questions, `found` the best of them, and
    `held_out` what weights found in this way are worth on questions that had no say in them.
    """

    tried: dict[Fusion, Worth]
    found: Fusion
    held_out: Worth
    questions: int

    @property
    def chosen(self) -> Calibration:
        """What to keep: what was found, if on other questions it is worth more than the default."""
        better = self.held_out.value > self.tried[Fusion()].value
        return Calibration(self.found if better else Fusion(), self.questions)

    def as_dict(self) -> dict[str, object]:
        """The calibration as JSON-ready values."""
        return {
            "questions": self.questions,
            "chosen": _weights(self.chosen.fusion),
            "found": _weights(self.found),
            "held_out": _figures(self.held_out),
            "uncalibrated": _figures(self.tried[Fusion()]),
            "tried": [{**_weights(fusion), **_figures(worth)} for fusion, worth in self.tried.items()],
        }


def calibrate(cases: Sequence[Case], ask: Ask, progress: Progress | None = None) -> Calibrated:
    """Ask the questions that have an answer with one pair of weights after another.

    Raises:
        UsageError: there are too few of them.
    """
    asked = [case for case in cases if case.answerable and case.evidence]
    if len(asked) < FEWEST:
        raise UsageError(
            f"--calibrate needs {FEWEST} questions with an answer and its evidence, and here are "
            f"{len(asked)} (of {len(cases)}); add questions, or leave the weights as they are"
        )
    scores: dict[Fusion, list[Score]] = {}

    def worth(fusion: Fusion, places: Sequence[int]) -> Worth:
        if fusion not in scores:
            what = f"trying {fusion.within:g} within, {fusion.across:g} across languages"
            scores[fusion] = []
            for done, case in enumerate(asked):
                if progress:
                    progress(done, len(asked), what)
                scores[fusion].append(ask(case, fusion))
        return _worth([scores[fusion][place] for place in places])

    everything = range(len(asked))
    worth(Fusion(), everything)
    found = _best(partial(worth, places=everything))
    part = [zlib.crc32("\n".join(case.evidence).encode()) % _FOLDS for case in asked]
    held: list[Score] = []
    for fold in sorted(set(part)):
        here = [place for place in everything if part[place] == fold]
        others = [place for place in everything if part[place] != fold]
        of_others = _best(partial(worth, places=others)) if others else Fusion()
        held += [scores[of_others][place] for place in here]
    tried = {fusion: worth(fusion, everything) for fusion in sorted(scores, key=_in_order)}
    return Calibrated(tried, found, _worth(held), len(asked))


def _best(worth: Callable[[Fusion], Worth]) -> Fusion:
    def settle(default: Fusion, candidates: Sequence[Fusion]) -> Fusion:
        values = [worth(fusion).value for fusion in candidates]
        # `index` gives the first of equal ones, and they are in rising order
        return candidates[values.index(max(values))] if len(set(values)) > 1 else default

    found = settle(Fusion(), [replace(Fusion(), within=weight) for weight in WEIGHTS])
    return settle(found, [replace(found, across=weight) for weight in WEIGHTS])


def _worth(scores: Sequence[Score]) -> Worth:
    first, among_three = (sum(1 <= one.rank <= most for one in scores) / len(scores) for most in _LOOKED_AT)
    stated = [one.accurate for one in scores if one.case.answer_contains]
    return Worth(first, among_three, sum(stated) / len(stated) if stated else first)


def _in_order(fusion: Fusion) -> tuple[float, float]:
    return fusion.within, fusion.across


class Found:
    """A library that looks for no question's nearest passages twice: they do not hang on the weights."""

    def __init__(self, library: Reads) -> None:
        self.search_vectors = cache(library.search_vectors)
        self.search_words = library.search_words
        self.passages = library.passages
        self.titled = library.titled
        self.sections = library.sections
        self.documents = library.documents
        self.frequencies = library.frequencies
        self.fusion = library.fusion
        self.organisations = library.organisations
        self.generation = library.generation
        self.records = library.records
        self.text = library.text


class Reread:
    """A reranker that reads no question and passage twice, for the same reason."""

    def __init__(self, reranker: Reranks) -> None:
        self._reranker = reranker
        self._known: dict[tuple[str, str], float] = {}

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        """See `Reranks`."""
        new = [text for text in dict.fromkeys(texts) if (question, text) not in self._known]
        for text, score in zip(new, self._reranker.relevance(question, new), strict=True):
            self._known[question, text] = score
        return [self._known[question, text] for text in texts]


def render_calibration(calibrated: Calibrated) -> RenderableType:
    """What was tried and what is kept, for a terminal."""
    from rich.box import SIMPLE
    from rich.console import Group
    from rich.table import Table

    table = Table(
        title=f"Weights of the vectors, {calibrated.questions} questions", box=SIMPLE, padding=(0, 0, 0, 1)
    )
    for heading in ("within", "across", "ev@1", "ev@3", "answer", "mean", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    kept = calibrated.chosen.fusion
    for fusion, worth in calibrated.tried.items():
        marks = [name for name, at in (("default", Fusion()), ("kept", kept)) if fusion == at]
        table.add_row(f"{fusion.within:g}", f"{fusion.across:g}", *_cells(worth), ", ".join(marks))
    table.add_section()
    table.add_row("found so, asked of others", "", *_cells(calibrated.held_out), "")
    lines = [f"kept: {kept.within:g} within a language, {kept.across:g} across languages"]
    if kept != calibrated.found:
        lines.append("what was found is worth no more than the default on questions that had no say in it")
    return Group(table, *lines)


def _cells(worth: Worth) -> list[str]:
    return [f"{share:.3f}" for share in (worth.first, worth.among_three, worth.accurate, worth.value)]


def _weights(fusion: Fusion) -> dict[str, float]:
    return {"within": fusion.within, "across": fusion.across}


def _figures(worth: Worth) -> dict[str, float]:
    return {
        "evidence@1": round(worth.first, 4),
        "evidence@3": round(worth.among_three, 4),
        "answer_accuracy": round(worth.accurate, 4),
        "mean": round(worth.value, 4),
    }
