"""The ranker learns what tells an answer, and only that."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from assistant.answering.ranker import Ranker
from assistant.evaluation import train_ranker
from assistant.evaluation.train_ranker import Lesson, fit, lessons_of, main

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


def test_a_mark_that_tells_against_an_answer_gets_a_negative_weight() -> None:
    lessons = [
        Lesson(({"proposal": 1.0}, {"noise": float(at % 2)}, {}), np.array([False, True, True]), 1.0)
        for at in range(20)
    ]
    assert fit(lessons).weights["proposal"] < -1


def test_a_figure_of_any_size_is_weighed_alike() -> None:
    small, large = (
        fit(
            [
                Lesson(({"length": size * (at + 2)}, {"length": size * at}), np.array([True, False]), 1.0)
                for at in range(20)
            ]
        )
        for size in (0.001, 1000.0)
    )
    marks = ({"length": 3 * size} for size in (0.001, 1000.0))
    one, other = (ranker.score(each) for ranker, each in zip((small, large), marks, strict=True))
    assert one == pytest.approx(other, rel=0.01)
    assert one > 0


def test_any_of_several_answers_will_do() -> None:
    lessons = [
        Lesson(({"a": 1.0}, {"b": 1.0}, {"c": 1.0}), np.array([True, True, False]), 1.0) for _ in range(20)
    ]
    weights = fit(lessons).weights
    assert weights["a"] == pytest.approx(weights["b"], abs=0.01)
    assert weights["c"] < 0 < weights["a"]


def test_the_order_of_the_lessons_changes_nothing() -> None:
    lessons = [lesson(seed) for seed in range(20)]
    assert fit(lessons).weights == pytest.approx(dict(fit(lessons[::-1]).weights), abs=0.01)


GOOD = {
    "question": "Hvor ofte møtes Strategisk lederforum i Granvik?",
    "evidence": ["eks ganger i året"],
    "answer_contains": [["eks ganger"]],
}


@pytest.mark.parametrize(
    "changed",
    [
        {"evidence": []},
        {"evidence": ["dette står ingen steder"]},
        {"answer_contains": [["hver natt"]]},
        {"expect": "not_found"},
        {"question": "Wie oft trifft sich das Führungsforum der Gemeinde, und wer leitet die Sitzung?"},
    ],
)
def test_a_question_without_an_answer_among_what_is_found_teaches_nothing(
    corpus_home: Path, tmp_path: Path, changed: dict[str, object]
) -> None:
    file = tmp_path / "two.jsonl"
    file.write_text("\n".join(json.dumps(each) for each in (GOOD | changed, GOOD)), encoding="utf-8")
    (only,) = lessons_of(f"{corpus_home}={file}:0.5")
    assert only.weight == 0.5
    assert len(only.marks) == len(only.answers)
    assert 0 < only.answers.sum() < len(only.answers)
    assert all("own" in marks for marks in only.marks)


def test_several_files_teach_together_and_count_in_full_unless_told_otherwise(
    corpus_home: Path, tmp_path: Path
) -> None:
    files = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for file in files:
        file.write_text(json.dumps(GOOD | {"id": file.name}), encoding="utf-8")
    lessons = list(lessons_of(f"{corpus_home}={files[0]},{files[1]}"))
    assert [each.weight for each in lessons] == [1, 1]


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
    out = capsys.readouterr().out
    count, *shares = re.findall(r"\d+(?:\.\d+)?", out)
    assert int(count) > 10
    assert len(shares) == 2
    assert all(0 < float(share) <= 1 for share in shares)
    assert "learned" in out
    assert "by hand" in out
    text = (data / "ranker.yaml").read_text(encoding="utf-8")
    after = yaml.safe_load(text)
    assert text.startswith("# What each mark")
    assert after["by_hand"] == before["by_hand"]
    assert after["learned"] != before["learned"]
    assert all(after["learned"].values())
    main()
    assert capsys.readouterr().out == out
    assert (data / "ranker.yaml").read_text(encoding="utf-8") == text


def test_a_mark_without_a_weight_counts_nothing() -> None:
    assert Ranker({"own": 2.0}).score({"own": 0.5, "unheard": 9.0}) == 1.0
