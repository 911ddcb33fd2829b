"""The weights of the vectors that questions find best, and what is kept of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from invented_library import GRANVIK, SmallLibrary

from assistant.answering.assistant import Assistant
from assistant.domain.fusion import Calibration, Fusion
from assistant.domain.question import Question
from assistant.domain.reply import Answer
from assistant.domain.scope import Scope
from assistant.errors import UsageError
from assistant.evaluation.calibrating import FEWEST, WEIGHTS, Found, Reread, calibrate
from assistant.evaluation.metrics import Score
from assistant.evaluation.questions import Case


def cases(count: int) -> list[Case]:
    return [Case(str(at), "nb", "forum", Question("Hvem?"), (f"span {at}",)) for at in range(count)]


def replies(is_right: Callable[[Case, Fusion], bool]) -> Callable[[Case, Fusion], Score]:
    return lambda case, fusion: Score(case, None, 0.1, rank=int(is_right(case, fusion)))


def test_the_weights_that_answer_most_are_kept() -> None:
    found = calibrate(cases(40), replies(lambda _, at: at.within == 0.5 and at.across == 0.3))
    # one weight at a time is changed: the better `across` is seen once `within` is found
    assert found.found == Fusion(0.1, 0.1)
    found = calibrate(
        cases(40), replies(lambda case, at: (at.within if int(case.id) % 2 else at.across) == 0.8)
    )
    assert found.chosen == Calibration(Fusion(0.8, 0.8), 40)
    assert found.held_out.value == found.tried[Fusion(0.8, 0.8)].value == 1
    assert found.tried[Fusion()].value == 0


def test_of_equal_weights_the_smaller_is_taken_and_the_default_where_none_tells() -> None:
    found = calibrate(cases(40), replies(lambda _, at: at.within >= 0.2)).found
    assert found == Fusion(0.2, Fusion().across)
    assert calibrate(cases(40), replies(lambda _, at: at.across < 0.1)).found == Fusion(Fusion().within, 0.0)


def test_what_only_fits_the_questions_it_was_found_by_is_not_kept() -> None:
    """Two evidences, each asked about in many ways, like different weights: neither tells of the other."""
    twins = [Case(str(at), "nb", "forum", Question("Hvem?"), ("a" if at < 25 else "b",)) for at in range(40)]
    found = calibrate(twins, replies(lambda case, at: at.within == (1.2 if case.evidence == ("a",) else 0.1)))
    assert found.found.within == 1.2
    assert found.held_out.first == 0
    assert found.chosen == Calibration(Fusion(), 40)


def test_each_question_is_asked_once_for_each_pair_of_weights() -> None:
    asked: list[tuple[str, Fusion]] = []
    told: list[tuple[int, int, str]] = []

    def ask(case: Case, fusion: Fusion) -> Score:
        asked.append((case.id, fusion))
        return Score(case, None, 0.1, rank=1)

    found = calibrate(cases(30), ask, lambda *step: told.append(step))
    assert len(asked) == len(set(asked)) == 30 * len(found.tried)
    assert len(found.tried) == 2 * len(WEIGHTS) - 1
    assert told[-1][:2] == (29, 30)


def test_too_few_questions_are_refused() -> None:
    unanswerable = [Case(str(at), "nb", "none", Question("Hvem?")) for at in range(50)]
    with pytest.raises(UsageError, match=f"needs {FEWEST} questions .* here are 29 .of 79"):
        calibrate([*cases(29), *unanswerable], replies(lambda *_: True))


def test_a_reranker_reads_nothing_twice() -> None:
    read: list[str] = []

    class Lengths:
        def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
            read.extend(texts)
            return [float(len(text)) for text in texts]

    reread = Reread(Lengths())
    assert reread.relevance("q", ["a", "bbb", "a"]) == [1, 3, 1]
    assert reread.relevance("q", ["bbb", "cc"]) == [3, 2]
    assert read == ["a", "bbb", "cc"]
    assert reread.relevance("other", ["a"]) == [1]
    assert read[3:] == ["a"]


def test_vectors_are_searched_once_for_a_question() -> None:
    searched: list[str] = []

    class Noted(SmallLibrary):
        def search_vectors(self, scope: Scope, text: str, limit: int) -> list[Any]:
            searched.append(text)
            return []

    library = Noted()
    library.add(GRANVIK, "Reglement", "HR-forum\nHR-forum ledes av HR-sjefen.")
    found = Found(library)
    replies = [
        Assistant(found, fusion=Fusion(weight, 0)).ask(Question("Hvem leder HR-forum i Granvik?")).reply
        for weight in (0.1, 0.8)
    ]
    assert len(searched) == 1
    assert all(isinstance(reply, Answer) for reply in replies)


def test_the_command_keeps_the_weights_with_the_library(corpus_copy: Path, run: Any, tmp_path: Path) -> None:
    lines = (Path(__file__).parent / "corpus-questions.jsonl").read_text(encoding="utf-8").splitlines()
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(lines[:8]), encoding="utf-8")
    refused = run(corpus_copy, "eval", few, "--calibrate")
    assert refused.status == 2
    assert "add questions" in refused.err
    assert run(corpus_copy, "check", "--json").json["calibrated"] is None

    enough = tmp_path / "enough.jsonl"
    answerable = [line for line in lines if json.loads(line).get("evidence")][::6][:FEWEST]
    enough.write_text("\n".join(answerable), encoding="utf-8")
    found = run(corpus_copy, "eval", enough, "--calibrate", "--json").json
    assert found["questions"] == FEWEST
    assert set(found["held_out"]) == {"evidence@1", "evidence@3", "answer_accuracy", "mean"}
    kept = run(corpus_copy, "check", "--json").json["calibrated"]
    assert kept == {"fusion": found["chosen"], "questions": FEWEST}
    assert "calibrated by 30 questions" in run(corpus_copy, "check").out
