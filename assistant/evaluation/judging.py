"""A language model's opinion of the answers, and how far it agrees with what is measured mechanically.

Two questions are put about each answer: is it right, and is all of it supported by what it cites. The judge
is given all of that evidence in full. Its verdicts gate nothing: they show where the mechanical metrics,
which compare words, and a reader, who compares meanings, would differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.domain.reply import Answer
from assistant.errors import ModelFailed
from assistant.evaluation.metrics import Score
from assistant.narration.drafting import json_object, new_key
from assistant.narration.patience import PatientModel
from assistant.narration.prompts import Prompt, render

CORRECT, SUPPORT = "judge_correct", "judge_support"


class _Right(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    right: bool
    why: str = Field(default="", max_length=1_000)


class _Supported(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    supported: bool
    why: str = Field(default="", max_length=1_000)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge said of one answer; None where it said nothing to use.

    `right` and `supported` stand beside what was measured: `measured_right` (the words asked for are in the
    answer) and `measured_supported` (every citation has the evidence).
    """

    id: str
    right: bool | None
    supported: bool | None
    measured_right: bool
    measured_supported: bool
    why: str = ""


def judge(
    scores: Iterable[Score], model: PatientModel, make_mark: Callable[[], str] = new_key
) -> tuple[Verdict, ...]:
    """The verdicts on the answers among the scores that have something to compare with, in order."""
    verdicts = []
    for score in scores:
        reply = score.exchange.reply if score.exchange else None
        if not isinstance(reply, Answer) or not score.case.evidence:
            continue
        right = _asked(correct_prompt(score, reply, make_mark()), _Right, model)
        supported = _asked(support_prompt(score, reply, make_mark()), _Supported, model)
        verdicts.append(
            Verdict(
                score.case.id,
                right.right if isinstance(right, _Right) else None,
                supported.supported if isinstance(supported, _Supported) else None,
                score.accurate,
                score.citations > 0 and score.supporting == score.citations,
                " / ".join(each.why for each in (right, supported) if each is not None and each.why),
            )
        )
    return tuple(verdicts)


def correct_prompt(score: Score, reply: Answer, mark: str) -> Prompt:
    """What the judge of correctness is told."""
    contains = "; ".join(" or ".join(group) for group in score.case.answer_contains) or "not stated"
    return render(
        CORRECT,
        mark=mark,
        question=_fenced(score.case.question.text, mark),
        expected=_fenced("\n".join(score.case.evidence), mark),
        contains=_fenced(contains, mark),
        answer=_fenced(reply.text, mark),
    )


def support_prompt(score: Score, reply: Answer, mark: str) -> Prompt:
    """What the judge of support is told: all evidence of the answer, whole."""
    evidence = "\n\n".join(
        f"[{each.number}] {each.document.title} ({each.organisation_name}), {each.locator}\n{each.quote}"
        for each in reply.citations
    )
    return render(
        SUPPORT,
        mark=mark,
        question=_fenced(score.case.question.text, mark),
        answer=_fenced(reply.text, mark),
        evidence=_fenced(evidence, mark),
    )


def agreement(verdicts: Sequence[Verdict]) -> dict[str, float]:
    """How far judge and measurement agree: the share, and Cohen's kappa (0 is what chance gives).

    J. Cohen, "A coefficient of agreement for nominal scales", 1960. What nothing bears on is left out.
    """
    found: dict[str, float] = {"judged": float(len(verdicts))}
    pairs = {
        "correct": [(each.right, each.measured_right) for each in verdicts if each.right is not None],
        "support": [
            (each.supported, each.measured_supported) for each in verdicts if each.supported is not None
        ],
    }
    for name, both in pairs.items():
        if not both:
            continue
        found[f"judged_{name}"] = sum(judged for judged, _ in both) / len(both)
        found[f"agreement_{name}"] = sum(judged == measured for judged, measured in both) / len(both)
        found[f"kappa_{name}"] = kappa(both)
    return found


def kappa(pairs: Sequence[tuple[bool | None, bool]]) -> float:
    """Cohen's kappa of two raters' verdicts; 1.0 where both always say the same one thing."""
    count = len(pairs)
    observed = sum(one == other for one, other in pairs) / count
    first, second = (sum(bool(pair[at]) for pair in pairs) / count for at in (0, 1))
    chance = first * second + (1 - first) * (1 - second)
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)


def _asked(
    prompt: Prompt, form: type[_Right] | type[_Supported], model: PatientModel
) -> _Right | _Supported | None:
    schema: Mapping[str, Any] = {**form.model_json_schema(), "title": "Verdict", "description": "A verdict."}
    try:
        return form.model_validate(json_object(model.say(prompt, schema, model.begin()).text))
    except (ModelFailed, ValidationError):
        return None


def _fenced(text: str, mark: str) -> str:
    return f"<<<{mark}\n{text}\n{mark}>>>"
