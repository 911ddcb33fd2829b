"""The ranker learns what tells an answer, and only that."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from assistant.answering.ranker import Ranker
from assistant.evaluation import train_ranker
from assistant.evaluation.train_ranker import Lesson, fit, main

CORPUS_QUESTIONS = Path(__file__).parent / "corpus-questions.jsonl"


def lesson(seed: int) -> Lesson:
    draw = np.random.default_rng(seed)
    marks = tuple(
        {"telling": float(at == 1), "noise": float(draw.random()), "always": 1.0} for at in range(4)
    )
    return Lesson(marks, np.array([False, True, False, False]), 1.0)


def test_the_mark_that_tells_gets_the_weight_and_a_constant_one_none() -> None:
    weights = fit([lesson(seed) for seed in range(40)]).weights
    assert weights["telling"] > 2
    assert abs(weights["noise"]) < weights["telling"] / 3
    assert weights["always"] == 0.0


def test_a_weightier_lesson_decides_where_two_contradict() -> None:
    marks = ({"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 1.0})
    first, second = np.array([True, False]), np.array([False, True])
    ranker = fit([Lesson(marks, first, 5.0), Lesson(marks, second, 1.0)])
    assert ranker.score(marks[0]) > ranker.score(marks[1])


def test_the_command_compares_and_writes(
    corpus_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "some.jsonl"
    lines = CORPUS_QUESTIONS.read_text(encoding="utf-8").splitlines()[:24]
    questions.write_text("\n".join(lines), encoding="utf-8")
    data = tmp_path / "data"
    shutil.copytree(Path(train_ranker.__file__).parents[1] / "answering" / "data", data)
    monkeypatch.setattr(train_ranker.resources, "files", lambda _: data)
    monkeypatch.setattr(
        "sys.argv", ["train_ranker", f"{corpus_home}={questions}:0.5", "--folds", "2", "--write"]
    )
    before = yaml.safe_load((data / "ranker.yaml").read_text(encoding="utf-8"))
    main()
    assert "by hand" in capsys.readouterr().out
    text = (data / "ranker.yaml").read_text(encoding="utf-8")
    after = yaml.safe_load(text)
    assert text.startswith("# What each mark")
    assert after["by_hand"] == before["by_hand"]
    assert after["learned"] != before["learned"]


def test_a_mark_without_a_weight_counts_nothing() -> None:
    assert Ranker({"own": 2.0}).score({"own": 0.5, "unheard": 9.0}) == 1.0
