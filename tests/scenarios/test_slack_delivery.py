"""Each event is acknowledged at once and answered exactly once: retries, late ones, restarts, kills, stalls."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from mock_slack import BOT_USER, MockSlack, command, direct, mention, mock_slack, signed
from slack_world import ANSWER, ASKED, LONGER, FakeAssistant, World, make_app, serving, settings_for

from assistant.channels.slack.app import SlackApp
from assistant.channels.slack.blocks import words
from assistant.channels.slack.errands import Errand
from assistant.domain.question import Question
from assistant.domain.reply import Reply
from assistant.transcripts.transcripts import Transcripts

pytestmark = pytest.mark.anyio

EVENTS, DELIVERIES = 300, 4
AT_ONCE = timedelta(0)
LEASE = timedelta(seconds=2)


def events() -> list[dict[str, Any]]:
    """Mentions and direct messages, each in its own thread."""
    made = []
    for number in range(EVENTS):
        ts = f"17000{number:05}.000100"
        if number % 3:
            body = mention(f"<@{BOT_USER}> {ASKED}", f"Ev{number}", ts=ts, channel=f"C{number % 7}")
        else:
            body = direct(ASKED, f"Ev{number}", ts=ts)
        made.append(body)
    return made


async def deliver(http: httpx.AsyncClient, body: dict[str, Any], attempt: int) -> float:
    """Send an event as Slack does; the seconds until it was acknowledged."""
    raw = json.dumps(body).encode()
    again = {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": "http_timeout"} if attempt else {}
    began = time.perf_counter()
    answer = await http.post("/slack/events", content=raw, headers=signed(raw) | again)
    took = time.perf_counter() - began
    assert (answer.status_code, answer.text) == (200, "")
    return took


async def until_answered(slack: MockSlack, count: int, timeout_s: float = 60) -> None:
    async with asyncio.timeout(timeout_s):
        while len(slack.messages) < count:
            await asyncio.sleep(0.02)


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


async def test_three_hundred_events_four_times_each_have_three_hundred_answers(
    tmp_path: Path, no_proxy: None
) -> None:
    order = random.Random(7)  # noqa: S311 - a shuffle, not a secret
    assistant = FakeAssistant()
    assistant.reply = lambda question: LONGER if "D1" in question.conversation_id else ANSWER
    bodies = events()
    async with mock_slack() as slack:
        settings = settings_for(slack, tmp_path)
        stores = [Transcripts(tmp_path), Transcripts(tmp_path)]
        first, second = (make_app(settings, assistant, store) for store in stores)
        async with serving(first) as http:
            # at once: two deliveries of the first half side by side, out of order
            early = [(body, attempt) for body in bodies[: EVENTS // 2] for attempt in range(2)]
            order.shuffle(early)
            for at in range(0, len(early), 50):
                await asyncio.gather(*(deliver(http, body, attempt) for body, attempt in early[at : at + 50]))
        await first.desk.finish()
        # a restart: what is late, and what the first process never saw, comes to the second
        async with serving(second) as http:
            late = [(body, attempt) for body in bodies[: EVENTS // 2] for attempt in (2, 3)]
            late += [(body, attempt) for body in bodies[EVENTS // 2 :] for attempt in range(DELIVERIES)]
            order.shuffle(late)
            for at in range(0, len(late), 50):
                await asyncio.gather(*(deliver(http, body, attempt) for body, attempt in late[at : at + 50]))
        await until_answered(slack, EVENTS)
        await second.desk.finish()
        for app, store in zip((first, second), stores, strict=True):
            await app.desk.resume(AT_ONCE)
            app.desk.close()
            store.close()
    assert len(early) + len(late) == EVENTS * DELIVERIES
    threads = sorted(message["thread_ts"] for message in slack.messages.values())
    assert threads == sorted(body["event"]["ts"] for body in bodies)
    assert all(message["metadata"]["event_payload"]["event_id"] for message in slack.messages.values())
    assert len(assistant.asked) == EVENTS


async def test_answers_that_stall_delay_no_acknowledgement(world: World) -> None:
    world.assistant.gate.clear()
    bodies = events()[:200]
    took = []
    for body in bodies:
        took.append(await deliver(world.http, body, 0))
    together = await asyncio.gather(*(deliver(world.http, body, 1) for body in bodies[:20]))
    assert world.slack.messages == {}
    assert p99(took) <= 0.5
    assert max(together) < 3
    world.assistant.gate.set()
    await until_answered(world.slack, len(bodies))
    await world.settle()
    assert len(world.slack.messages) == len(bodies)


def left_behind(app: SlackApp, event_id: str = "Ev1", **fields: Any) -> Errand:
    """What a process took and was killed over."""
    given = {"text": ASKED, "team": "T0TEAM", "channel": "C1", "user": "U1", "thread": "1700000000.000100"}
    errand = Errand(**{"event_id": event_id, "conversation": "slack:T0TEAM:C1:1", **given, **fields})
    assert app.desk.parts.transcripts.claim(event_id, "slack", json.dumps(asdict(errand)))
    return errand


async def test_what_a_killed_process_had_taken_is_answered_by_the_next_one(
    world: World, tmp_path: Path
) -> None:
    left_behind(world.app)
    left_behind(world.app, "command:1", to="asker", response_url=world.slack.response_url)
    assert world.transcripts.claim("Ev3", "slack", "of an older version")
    await world.app.desk.resume()  # too early: another process may be at it
    assert world.assistant.asked == []
    others = Transcripts(tmp_path)
    other = make_app(world.settings, world.assistant, others)
    # a lease that lasts: two processes that look at the same time share what is left
    await asyncio.sleep(LEASE.total_seconds())
    await asyncio.gather(world.app.desk.resume(LEASE), other.desk.resume(LEASE))
    await world.app.desk.resume(LEASE)
    (posted,) = world.slack.posted
    assert (posted["thread_ts"], posted["text"]) == ("1700000000.000100", ANSWER.text)
    (told,) = world.slack.calls["response_url"]
    assert told["text"] == ANSWER.text
    # Slack's own retry of it changes nothing
    await deliver(world.http, mention(ASKED, "Ev1"), 3)
    await world.settle()
    assert len(world.slack.posted) == 1
    assert len(world.assistant.asked) == 2
    other.desk.close()
    others.close()


@pytest.mark.parametrize("may_look", [True, False])
async def test_killed_after_posting_it_looks_before_it_posts_again(world: World, may_look: bool) -> None:
    left_behind(world.app)
    metadata = {"event_type": "mandat_reply", "event_payload": {"event_id": "Ev1"}}
    world.slack.messages["9"] = {"thread_ts": "1700000000.000100", "metadata": metadata}
    if not may_look:
        world.slack.refuse("conversations.replies", "missing_scope")
    for _ in range(2):
        await world.app.desk.resume(AT_ONCE)
    (looked,) = world.slack.calls["conversations.replies"]
    assert (looked["channel"], looked["ts"]) == ("C1", "1700000000.000100")
    assert looked["include_all_metadata"] == "1"
    assert len(world.slack.posted) == (0 if may_look else 1)


async def test_what_is_under_way_here_is_not_taken_up_again(world: World) -> None:
    world.assistant.gate.clear()
    await deliver(world.http, mention(ASKED), 0)
    while not world.assistant.asked:
        await asyncio.sleep(0.005)
    await world.app.desk.resume(AT_ONCE)
    world.assistant.gate.set()
    await world.settle()
    assert len(world.assistant.asked) == len(world.slack.posted) == 1


async def test_what_slack_does_not_take_stays_in_the_inbox(world: World) -> None:
    world.slack.refuse("chat.postMessage", "internal_error", status=500)
    await deliver(world.http, mention(ASKED), 0)
    await world.settle()
    assert world.slack.messages == {}
    await world.app.desk.resume(AT_ONCE)
    assert len(world.slack.messages) == 1
    await world.app.desk.resume(AT_ONCE)
    assert len(world.slack.posted) == 2


async def test_a_connection_lost_after_slack_had_the_message_does_not_post_it_twice(world: World) -> None:
    world.slack.lose("chat.postMessage")
    await deliver(world.http, mention(ASKED), 0)
    await world.settle()
    assert len(world.slack.posted) == len(world.slack.messages) == 1
    world.slack.lose("chat.postMessage", taken=False)
    await deliver(world.http, mention(ASKED, "Ev2"), 0)
    await world.settle()
    assert len(world.slack.messages) == 2


async def test_told_to_wait_it_waits_as_long_as_it_was_told(world: World) -> None:
    world.slack.refuse("chat.postMessage", "ratelimited", status=429, Retry_After="1")
    began = time.monotonic()
    await deliver(world.http, mention(ASKED), 0)
    await world.slack.wait_for("chat.postMessage", 2)
    assert time.monotonic() - began >= 1
    await world.settle()
    assert len(world.slack.messages) == 1
    world.slack.refuse("response_url", "ratelimited", status=429, Retry_After="1")
    await world.post(command(ASKED, world.slack.response_url))
    await world.slack.wait_for("response_url", 2)


async def test_an_answer_that_never_comes_is_said(world: World) -> None:
    world.app.desk.answer_s = 0.2
    world.assistant.gate.clear()
    await deliver(world.http, mention(ASKED), 0)
    (told,) = await world.slack.wait_for("chat.postMessage")
    assert told["text"] == words("da")["apology"]
    world.assistant.gate.set()
    await world.settle()
    assert len(world.slack.messages) == 1


FAILURES: list[Exception] = [
    RuntimeError("x"),
    MemoryError(),
    KeyError("x"),
    TimeoutError(),
    OSError("disk full"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("way", ["mention", "direct", "command"])
async def test_every_failure_ends_in_one_message(world: World, failure: Exception, way: str) -> None:
    def fail(_: Question) -> Reply:
        raise failure

    world.assistant.reply = fail
    bodies: dict[str, Any] = {
        "mention": mention(ASKED),
        "direct": direct(ASKED),
        "command": command(ASKED, world.slack.response_url),
    }
    await world.post(bodies[way])
    await world.settle()
    told = world.slack.calls["response_url"] if way == "command" else list(world.slack.messages.values())
    assert [message["text"] for message in told] == [words("da")["apology"]]
