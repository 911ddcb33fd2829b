"""Question sets are read as documented, and what is wrong in one is named by file and line."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from assistant.domain.reply import Outcome
from assistant.errors import QuestionSetError
from assistant.evaluation.questions import read_cases

FULL = {
    "id": "a1",
    "lang": "da",
    "kind": "forum",
    "question": "Hvem leder mødet?",
    "organisation": "Eksempelby",
    "as_of": "2024-05-01",
    "evidence": ["Formanden leder mødet"],
    "answer_contains": [["formand", "leder"], ["møde"]],
    "expect": "conflicting",
    "about": "a key of somebody else's",
}


def write(folder: Path, *lines: str) -> Path:
    path = folder / "set.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_full_line(tmp_path: Path) -> None:
    (case,) = read_cases([write(tmp_path, json.dumps(FULL))])
    assert (case.id, case.language, case.kind) == ("a1", "da", "forum")
    assert case.question.text == "Hvem leder mødet?"
    assert case.question.organisation == "Eksempelby"
    assert case.question.as_of == date(2024, 5, 1)
    assert case.question.language == ""
    assert case.evidence == ("Formanden leder mødet",)
    assert case.answer_contains == (("formand", "leder"), ("møde",))
    assert case.expect is Outcome.CONFLICTING
    assert case.answerable


def test_the_least_line_asks_for_an_abstention(tmp_path: Path) -> None:
    (case,) = read_cases([write(tmp_path, "", '{"question": "Hva koster det?"}')])
    assert case.id == "set.jsonl:2"
    assert not case.answerable


def test_an_expected_outcome_outweighs_the_evidence(tmp_path: Path) -> None:
    (case,) = read_cases([write(tmp_path, json.dumps({**FULL, "expect": "clarify"}))])
    assert not case.answerable


def test_compressed_sets_and_several_files_in_order(tmp_path: Path) -> None:
    packed = tmp_path / "packed.jsonl.gz"
    packed.write_bytes(gzip.compress(json.dumps({**FULL, "id": "z"}).encode()))
    assert [case.id for case in read_cases([packed, write(tmp_path, json.dumps(FULL))])] == ["z", "a1"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{", "not JSON"),
        ("[1]", "got list"),
        ('{"id": "x"}', "no `question`"),
        ('{"question": 3}', "`question` is 3"),
        ('{"question": "q", "evidence": "a span"}', "`evidence`"),
        ('{"question": "q", "evidence": [""]}', "`evidence`"),
        ('{"question": "q", "answer_contains": ["a"]}', "`answer_contains`"),
        ('{"question": "q", "answer_contains": [[]]}', "`answer_contains`"),
        ('{"question": "q", "as_of": "1/5 2024"}', "`as_of`"),
        ('{"question": "q", "expect": "maybe"}', "answered, conflicting"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, named: str) -> None:
    path = write(tmp_path, '{"question": "a good one"}', line)
    with pytest.raises(QuestionSetError) as caught:
        read_cases([path])
    assert f"{path}, line 2" in str(caught.value)
    assert named in str(caught.value)


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="line 2: id 'a1'"):
        read_cases([write(tmp_path, json.dumps(FULL), json.dumps(FULL))])


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="nowhere"):
        read_cases([tmp_path / "nowhere.jsonl"])
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"question": "møde"}'.encode("latin-1"))
    with pytest.raises(QuestionSetError, match="latin"):
        read_cases([latin])
