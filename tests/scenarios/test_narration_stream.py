"""A draft that a model's server writes slowly: its statements reach the reader while it is being written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from canned import served
from mock_model import MockModel, Payload, Play, Script, playing
from test_narration import ASKS, SAYS, draft, model_settings, pieces
from test_parity import compared

from assistant.app import create_server

SECOND = "Ordføreren er møteleder i formannskapet."
PAUSE_S = 0.12


@dataclass
class Heard:
    """What came of one question over the stream: each event with the time it came at."""

    events: list[tuple[str, Any, float]]

    def of(self, name: str) -> list[Any]:
        return [data for event, data, _ in self.events if event == name]

    @property
    def first_statement_at(self) -> float:
        return next(at for event, _, at in self.events if event == "statement")


def heard(url: str, question: str = ASKS) -> Heard:
    events = []
    name = ""
    with httpx.stream("POST", f"{url}/v1/ask/stream", json={"question": question}, timeout=30) as response:
        for line in response.iter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                events.append((name, json.loads(value), monotonic()))
    return Heard(events)


def written(**how: Any) -> Script:
    """Two statements that hold; `how` they are sent."""
    after = how.pop("after", "")
    cut = how.pop("cut", 0)

    def script(body: Payload) -> Play:
        key = next(piece.key for piece in pieces(body) if SAYS in piece.text)
        text = draft((SAYS, key, SAYS), (SECOND, key, SAYS))
        return Play((text[:-cut] if cut else text) + after, **how)

    return script


@pytest.fixture
def asking(corpus_copy: Path) -> Callable[[Script], Iterator[tuple[MockModel, str]]]:
    from contextlib import contextmanager

    @contextmanager
    def serving(script: Script) -> Iterator[tuple[MockModel, str]]:
        with playing(script) as mock, served(create_server(model_settings(corpus_copy, mock))) as url:
            yield mock, url

    return serving  # type: ignore[return-value]


def test_the_first_statement_comes_before_the_last_word_is_written(asking: Any) -> None:
    with asking(written(pause_s=PAUSE_S)) as (mock, url):
        came = heard(url)
        whole = httpx.post(f"{url}/v1/ask", json={"question": ASKS}, timeout=30).json()
    sent_at = mock.sent_at[: len(mock.sent_at) // 2]
    assert came.first_statement_at < sent_at[-1] - PAUSE_S
    (reply,) = came.of("reply")
    assert [each["text"] for each in came.of("statement")] == [SAYS, SECOND]
    assert came.of("statement") == reply["statements"]
    assert compared(reply) == compared(whole)
    assert reply["mode"] == "openai:played"


@pytest.mark.parametrize(
    "how",
    [
        {"part": 0.7},
        {"cut": 90, "after": "}}]] beklager, jeg mente"},
        {"cut": 60, "finish": "length"},
        {"cut": 60, "finish": "content_filter"},
    ],
    ids=["half a stream", "garbage midway", "out of tokens", "filtered midway"],
)  # fmt: skip
def test_what_was_told_stands_whatever_becomes_of_the_rest(asking: Any, how: dict[str, Any]) -> None:
    with asking(written(pause_s=0.01, **how)) as (mock, url):
        came = heard(url)
        calls = len(mock.requests)
        whole = httpx.post(f"{url}/v1/ask", json={"question": ASKS}, timeout=30).json()
    (reply,) = came.of("reply")
    assert came.of("statement") == reply["statements"] == whole["statements"]
    assert reply["text"] == whole["text"] == f"{SAYS} [1]"
    assert calls == 1


def test_a_stream_that_stands_still_ends_at_the_deadline_with_what_was_told(asking: Any) -> None:
    def script(body: Payload) -> Play:
        play = written(pause_s=0.05)(body)
        return Play(play.content[: play.content.index(SECOND)] + " " * 8_000, pause_s=0.05)

    with asking(script) as (_, url):
        began = monotonic()
        came = heard(url)
    assert monotonic() - began < 6
    (reply,) = came.of("reply")
    assert [each["text"] for each in came.of("statement")] == [SAYS]
    assert reply["text"] == f"{SAYS} [1]"


def test_an_attempt_that_told_nothing_is_made_again_and_told_once(asking: Any) -> None:
    plays = iter([{"part": 0.2}, {"status": 500}, {}])

    def script(body: Payload) -> Play:
        return written(**next(plays))(body)

    with asking(script) as (mock, url):
        came = heard(url)
    assert len(mock.requests) == 3
    assert [each["text"] for each in came.of("statement")] == [SAYS, SECOND]
    assert came.of("statement") == came.of("reply")[0]["statements"]


def test_a_statement_that_does_not_hold_is_never_sent(asking: Any) -> None:
    def script(body: Payload) -> Play:
        key = next(piece.key for piece in pieces(body) if SAYS in piece.text)
        false = "Varaordføreren er møteleder i kommunestyret."
        return Play(draft((false, key, SAYS), (SAYS, key, SAYS)), pause_s=0.01)

    with asking(script) as (_, url):
        came = heard(url)
    assert [each["text"] for each in came.of("statement")] == [SAYS]


def test_an_extractive_reply_has_sent_only_its_own_statements(asking: Any) -> None:
    with asking(lambda _: Play("no draft", pause_s=0.01)) as (_, url):
        came = heard(url)
    (reply,) = came.of("reply")
    assert reply["mode"] == "extractive"
    assert came.of("statement") == reply["statements"]
