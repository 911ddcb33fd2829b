"""A draft as it is being written: what is told early is in the reply, in order, whatever comes after."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence

import pytest
from invented_library import two_municipalities
from played import drafted
from test_narrator import QUESTION, SAYS, key_of

from assistant.answering.assistant import Assistant, Stage
from assistant.domain.question import Question
from assistant.domain.reply import Answer, Ended, Exchange, Statement
from assistant.errors import ModelFailed
from assistant.narration.chat import Said
from assistant.narration.drafting import begun
from assistant.narration.narrator import Narrator
from assistant.narration.patience import PatientModel
from assistant.narration.prompts import Prompt

FIRST, SECOND = "HR-forum møtes annenhver uke.", "HR-forum ledes av HR-sjefen."
FALSE = "HR-forum møtes hver uke."


class Writing:
    """A model that says each attempt's text in pieces, then fails or ends."""

    name = "writing:model"

    def __init__(self, *attempts: Callable[[Prompt], tuple[str, str]], chars: int = 7) -> None:
        self._attempts = iter(attempts)
        self._chars = chars
        self.calls = 0

    def say(self, prompt: Prompt, schema: object, stopped: object, hear: Callable[[str], None]) -> Said:
        self.calls += 1
        text, failure = next(self._attempts)(prompt)
        for end in range(self._chars, len(text) + self._chars, self._chars):
            hear(text[:end])
        if failure:
            raise ModelFailed(failure)
        return Said(text)


def writes(
    *texts: str, failure: str = "", cut: int = 0, after: str = ""
) -> Callable[[Prompt], tuple[str, str]]:
    def attempt(prompt: Prompt) -> tuple[str, str]:
        text = drafted(*((each, key_of(prompt, SAYS), SAYS) for each in texts))
        return (text[:-cut] if cut else text) + after, failure

    return attempt


def told(
    model: Writing, question: str = QUESTION, *, listening: bool = True
) -> tuple[Exchange, list[Statement]]:
    narrator = Narrator(PatientModel(model, 5, first_wait_s=0.001))  # type: ignore[arg-type]
    heard: list[Stage | Statement] = []
    assistant = Assistant(two_municipalities(), narrator=narrator)
    exchange = (
        assistant.ask(Question(question), heard.append) if listening else assistant.ask(Question(question))
    )
    return exchange, [each for each in heard if isinstance(each, Statement)]


PLAYS: dict[str, Sequence[Callable[[Prompt], tuple[str, str]]]] = {
    "whole": [writes(FIRST, SECOND)],
    "one holds": [writes(FALSE, SECOND)],
    "none holds": [writes(FALSE)],
    "repeated": [writes(FIRST, FIRST, SECOND)],
    "half, then gone": [writes(FIRST, SECOND, failure=Ended.TRUNCATED, cut=40)],
    "nothing whole, then again": [writes(FIRST, failure=Ended.TRUNCATED, cut=40), writes(SECOND, FIRST)],
    "what does not hold, then again": [
        writes(FALSE, FIRST, failure=Ended.UNREACHABLE, cut=40), writes(FIRST, SECOND),
    ],
    "garbage midway": [writes(FIRST, SECOND, cut=60, after="}}}] I think")],
    "too many": [writes(FIRST, SECOND, *(f"{SECOND[:-1]} {n} ganger." for n in range(9)))],
    "refused midway": [writes(FIRST, SECOND, failure=Ended.REFUSED, cut=30)],
    "out of time": [writes(FIRST, SECOND, failure=Ended.TIMEOUT, cut=30)],
    "takes it back": [writes(FIRST, after='x'), ],
}  # fmt: skip


@pytest.mark.parametrize("chars", [1, 7, 90, 10_000])
@pytest.mark.parametrize("play", PLAYS)
def test_what_is_told_leads_the_reply_and_the_reply_is_the_same_unheard(play: str, chars: int) -> None:
    exchange, statements = told(Writing(*PLAYS[play], chars=chars))
    alone, _ = told(Writing(*PLAYS[play], chars=chars), listening=False)
    reply = exchange.reply
    assert isinstance(reply, Answer)
    assert reply == alone.reply
    assert exchange.narration == alone.narration
    assert tuple(statements) == reply.statements[: len(statements)]
    if exchange.mode == "extractive":
        assert statements == []


def test_a_statement_is_told_before_the_draft_is_whole() -> None:
    order: list[str] = []
    first = threading.Event()

    class Waiting(Writing):
        def say(self, prompt: Prompt, schema: object, stopped: object, hear: Callable[[str], None]) -> Said:
            text, _ = writes(FIRST, SECOND)(prompt)
            hear(text[: text.index("}]}") + 3])
            assert first.wait(5)
            order.append("whole")
            return Said(text)

    def listen(news: Stage | Statement) -> None:
        if isinstance(news, Statement):
            order.append(news.text)
            first.set()

    narrator = Narrator(PatientModel(Waiting(), 8))  # type: ignore[arg-type]
    Assistant(two_municipalities(), narrator=narrator).ask(Question(QUESTION), listen)
    assert order == [FIRST, "whole", SECOND]


def test_half_a_draft_that_answers_stands_and_is_not_asked_for_again() -> None:
    model = Writing(writes(FIRST, SECOND, failure=Ended.TRUNCATED, cut=40), writes(SECOND))
    exchange, statements = told(model)
    assert [each.text for each in statements] == [FIRST]
    assert exchange.reply.text == f"{FIRST} [1]"
    assert model.calls == 1
    assert exchange.narration is not None
    assert (exchange.narration.ended, exchange.narration.dropped) == (Ended.NARRATED, ("unfinished",))


def test_a_draft_that_does_not_answer_yet_is_asked_for_again_and_told_once() -> None:
    model = Writing(writes(FALSE, FIRST, failure=Ended.TRUNCATED, cut=40), writes(SECOND, FIRST))
    exchange, statements = told(model)
    assert [each.text for each in statements] == [SECOND, FIRST]
    assert model.calls == 2
    assert exchange.narration is not None
    assert exchange.narration.dropped == ()


def test_nothing_is_told_early_of_a_message_in_parts() -> None:
    def attempt(prompt: Prompt) -> tuple[str, str]:
        return drafted((FIRST, key_of(prompt, SAYS), SAYS)), ""

    model = Writing(attempt, lambda _: ("no draft", ""))
    exchange, statements = told(model, "Når møtes HR-forum i Granvik? Hvem sitter i ledergruppen?")
    assert FIRST in exchange.reply.text
    assert statements == []


WHOLE = json.dumps(
    {"answered": True, "statements": [{"text": text, "quotes": [{"key": "K", "words": "abc {}[]\"}"}]} for text in (FIRST, SECOND)]}
)  # fmt: skip


def test_the_statements_of_a_draft_are_those_that_stand_whole() -> None:
    counts = [len(begun(WHOLE[:end])) for end in range(len(WHOLE) + 1)]
    assert counts == sorted(counts)
    assert counts[-1] == 2
    assert counts.index(1) == WHOLE.index("}]}") + 3
    assert [each.text for each in begun(f"```json\n{WHOLE}")] == [FIRST, SECOND]


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"statements": [{"text": "abc", "quotes": [{"key": "K", "words": "abc"}]}], "answered": true}',
        '{"answered": false, "statements": [{"text": "abc", "quotes": [{"key": "K", "words": "abc"}]}',
        f'{{"thought": {{}}}} {WHOLE}',
        '{"answered": true, "statements": [{"text": "abc"}',
        '{"answered": true, "statements": "none"}',
    ],
)
def test_a_draft_that_is_not_sure_to_be_one_is_awaited_whole(text: str) -> None:
    assert begun(text) == ()
