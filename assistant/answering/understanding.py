"""What a question is: its language, what kind of answer it asks for, or why it cannot be asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.answering.data import load
from assistant.domain.document import Organisation
from assistant.domain.question import Question
from assistant.language.identify import LANGUAGES, bokmaal_lead, identify, is_nordic_or_english

_SEARCHED_CHARS = 600  # what stands after this in a very long question is not searched for


@dataclass(frozen=True, slots=True)
class Understanding:
    """`text` is what is searched for; `answer_type` a name in answer_types.yaml ("" unknown).

    `refusal` is "" or the key of the phrase that says why the question cannot be answered.
    """

    text: str
    language: str
    answer_type: str
    refusal: str


def understand(question: Question) -> Understanding:
    """The question, read: never fails, whatever was typed."""
    text = " ".join(question.text.split())
    if not re.search(r"[^\W\d_]{2}", text):
        return Understanding(text, question.language or "nb", "", "empty_question")
    head = text[:_SEARCHED_CHARS]
    language = question.language or identify(head)
    if not question.language and not is_nordic_or_english(head):
        return Understanding(head, "en", "", "foreign_language")
    if language not in LANGUAGES:
        language = "nb"
    return Understanding(head, language, answer_type(head), "")


def settle_language(understanding: Understanding, organisations: Sequence[Organisation]) -> Understanding:
    """The same, in the language of the one municipality asked about where the words settle nothing.

    Many questions are the same in bokmål and Danish: who asks about a Danish municipality in such
    words is answered in Danish.
    """
    homes = {organisation.language for organisation in organisations} & {"nb", "da"}
    if len(homes) != 1 or understanding.language not in ("nb", "da") or bokmaal_lead(understanding.text):
        return understanding
    return replace(understanding, language=homes.pop())


def answer_type(text: str) -> str:
    """The name of the first answer type whose cue stands in the question, "" when none does.

    What is asked often comes last ("I have been elected. How long …?", "If …, may I …?"): the last
    sentence is looked at first, then what follows its last comma, then the whole.
    """
    whole = text.strip()
    sentence = re.split(r"[.!?:]\s+(?=\S+\s+\S)", whole)[-1]
    clause = re.split(r",\s+", sentence)[-1]
    for part in dict.fromkeys((sentence, clause, whole)):
        for each in _types():
            if each.asks.search(part):
                return each.name
    return ""


def answers_type(sentence: str, name: str) -> bool:
    """Whether the sentence has in it what that type of question asks for."""
    return any(each.name == name and each.answers.search(sentence) is not None for each in _types())


def requires_type(name: str) -> bool:
    """Whether a sentence without what that type of question asks for is no answer at all."""
    return any(each.name == name and each.required for each in _types())


def same_country(one: str, other: str) -> bool:
    """Whether two languages are written in one country: bokmål and nynorsk are."""
    return one == other or {one, other} == {"nb", "nn"}


@dataclass(frozen=True, slots=True)
class _AnswerType:
    name: str
    asks: re.Pattern[str]
    answers: re.Pattern[str]
    required: bool


@cache
def _types() -> tuple[_AnswerType, ...]:
    return tuple(
        _AnswerType(
            entry["name"],
            re.compile(entry["asks"], re.IGNORECASE),
            re.compile(entry["answers"], re.IGNORECASE),
            bool(entry.get("required")),
        )
        for entry in load("answer_types")
    )
