"""A model inside the process that says what it is told to, or fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from assistant.errors import ModelFailed
from assistant.narration.chat import Said
from assistant.narration.prompts import Prompt


class PlayedModel:
    """Answers each prompt with what `answer` makes of it: words, or a failure to raise."""

    name = "played:model"

    def __init__(self, answer: Callable[[Prompt], str | Exception]) -> None:
        self._answer = answer
        self.prompts: list[Prompt] = []

    def say(
        self, prompt: Prompt, schema: Mapping[str, Any], stopped: threading.Event, hear: Callable[[str], None]
    ) -> Said:
        self.prompts.append(prompt)
        answer = self._answer(prompt)
        if isinstance(answer, Exception):
            raise answer
        return Said(answer, 100, 20)


def failing(why: str, wait_s: float = 0.0) -> PlayedModel:
    return PlayedModel(lambda _: ModelFailed(why, wait_s))


def drafted(*statements: tuple[str, str, str]) -> str:
    """A draft of (text, key, words)."""
    quotes = [{"text": t, "quotes": [{"key": k, "words": w}]} for t, k, w in statements]
    return json.dumps({"answered": True, "statements": quotes}, ensure_ascii=False)
