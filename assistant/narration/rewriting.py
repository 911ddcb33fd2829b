"""A follow-up as a question that can be understood alone, by a model where the rules could not say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.domain.question import Question
from assistant.language.tokens import fold, stems, stop_words, words
from assistant.narration.chat import Said
from assistant.narration.drafting import json_object
from assistant.narration.guards import speaks
from assistant.narration.prompts import Prompt, render

QUESTION_CHARS = 300
_REMEMBERED = 6  # questions back


class Rewritten(BaseModel):
    """A question that can be understood alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    question: str = Field(default="", max_length=QUESTION_CHARS, description="The question, or empty.")


_SCHEMA: Mapping[str, Any] = {
    **Rewritten.model_json_schema(),
    "title": "Rewritten",
    "description": "The last question, so that it can be understood alone.",
}


def rewrite(
    question: Question, language: str, mark: str, say: Callable[[Prompt, Mapping[str, Any]], Said]
) -> str:
    """The question in full; "" when the model cannot, or puts in what nobody said.

    Raises:
        ModelFailed: the model gave nothing to use.
    """
    asked = [" ".join(text.split()) for text in (*question.earlier[-_REMEMBERED:], question.text)]
    lines = "\n".join(f"{number}. {text}" for number, text in enumerate(asked, 1))
    prompt = render(f"rewrite.{language}", mark=mark, conversation=f"<<<{mark}\n{lines}\n{mark}>>>")
    try:
        text = " ".join(Rewritten.model_validate(json_object(say(prompt, _SCHEMA).text)).question.split())
    except ValidationError:
        return ""
    return text if text and _adds_nothing(text, asked) and speaks(text, language) else ""


def _adds_nothing(text: str, asked: list[str]) -> bool:
    """Whether each word that tells something was said in the conversation."""
    said = {stem for each in asked for word in words(each) for stem in stems(word)}
    return all(said.issuperset(stems(word)) for word in words(text) if fold(word) not in stop_words())
