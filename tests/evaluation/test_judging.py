"""A model judges answers: what it is given, what it says, and how far that agrees with what is measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mock_model import Payload, Play, playing

from assistant.evaluation.judging import Verdict, agreement, kappa

QUESTIONS = [
    {"id": "a", "lang": "nb", "question": "Hvem er møteleder i kommunestyret i Granvik?",
     "evidence": ["Ordføreren er møteleder i kommunestyret og formannskapet."], "answer_contains": [["Ordføreren"]]},
    {"id": "b", "lang": "nb", "question": "Hvor mange medlemmer har formannskapet i Granvik?",
     "evidence": ["Formannskapet har sju medlemmer"], "answer_contains": [["sju"], ["medlemmer"]]},
    {"id": "c", "lang": "nb", "question": "Hva koster parkering ved rådhuset i Granvik?", "evidence": []},
]  # fmt: skip


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in QUESTIONS), encoding="utf-8")
    return path


def script(body: Payload) -> Play:
    system = body["messages"][0]["content"]
    if "You judge whether an answer to a question" in system:
        return Play('{"right": true, "why": "It says so."}')
    if "supported by the evidence" in system:
        return Play('{"supported": false, "why": "Not quite."}')
    return Play("", finish="content_filter")  # no answer is worded here


def test_the_judge_is_given_all_of_the_evidence(mandat: Any, questions: Path) -> None:
    with playing(script) as mock:
        settings = {
            "MANDAT_MODEL": "openai:judge",
            "MANDAT_MODEL_URL": mock.url,
            "MANDAT_MODEL_TIMEOUT_S": "2",
        }
        ran = mandat("eval", questions, "--judge", "--json", **settings)
        asked = [body["messages"][1]["content"] for body in mock.requests]
    assert ran.status == 0, ran.err
    judged = ran.json["judge"]
    assert judged["judged"] == 2
    assert judged["judged_correct"] == 1.0
    assert judged["judged_support"] == 0.0
    assert {"agreement_correct", "kappa_correct", "agreement_support", "kappa_support"} <= set(judged)
    plain = {question["id"]: mandat("ask", question["question"], "--json").json for question in QUESTIONS[:2]}
    for question in QUESTIONS[:2]:
        reply = plain[question["id"]]  # type: ignore[index]
        correct = next(
            text for text in asked if "A right answer contains" in text and question["question"] in text
        )
        assert question["evidence"][0] in correct  # type: ignore[index]
        assert " or ".join(question["answer_contains"][0]) in correct  # type: ignore[index]
        assert reply["text"] in correct
        support = next(
            text for text in asked if "Evidence, all that" in text and question["question"] in text
        )
        assert reply["text"] in support
        assert all(citation["quote"] in support for citation in reply["citations"])
        assert all(
            f"[{citation['number']}] {citation['title']}" in support for citation in reply["citations"]
        )
    assert not any(QUESTIONS[2]["question"] in text for text in asked if "judge" in text)


def test_a_judge_that_says_nothing_to_use_is_left_out() -> None:
    verdicts = (
        Verdict("a", True, None, True, True),
        Verdict("b", False, None, True, True),
        Verdict("c", None, None, True, False),
    )
    found = agreement(verdicts)
    assert found["judged"] == 3
    assert found["agreement_correct"] == 0.5
    assert "kappa_support" not in found


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(True, True), (False, False)], 1.0),
        ([(True, False), (False, True)], -1.0),
        ([(True, True), (True, False), (False, True), (False, False)], 0.0),
        ([(True, True)] * 3, 1.0),
        # Cohen 1960, as in most textbooks: 20 and 15 of 50 agreed
        ([(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15, 0.4),
    ],
)
def test_kappa_is_cohen_s(pairs: list[tuple[bool, bool]], expected: float) -> None:
    assert kappa(pairs) == pytest.approx(expected)


def test_without_a_model_there_is_no_judge(mandat: Any, questions: Path) -> None:
    ran = mandat("eval", questions, "--judge")
    assert ran.status == 2
    assert "MANDAT_MODEL" in ran.err
