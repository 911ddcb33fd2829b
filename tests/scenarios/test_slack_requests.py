"""What comes in: signatures over HTTP, garbage, and envelopes over a socket."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mock_slack import mention, signed
from pydantic import SecretStr
from slack_world import ASKED, THREAD, World, slack_world

from assistant.channels.slack.app import MAX_BODY_BYTES, running

pytestmark = pytest.mark.anyio

BODY = json.dumps(mention(ASKED)).encode()


def stamp(later_s: int) -> str:
    return str(int(time.time()) + later_s)


@pytest.mark.parametrize(
    "headers",
    [
        dict,
        lambda: {"content-type": b"application/json"},
        lambda: signed(BODY, secret="another"),
        lambda: signed(BODY, secret=" "),
        lambda: signed(b"another body"),
        lambda: signed(BODY, timestamp=stamp(-310)),
        lambda: signed(BODY, timestamp=stamp(330)),
        lambda: signed(BODY, timestamp="soon"),
        lambda: signed(BODY, timestamp="²"),
        lambda: signed(BODY, timestamp="-1"),
        lambda: signed(BODY, timestamp="9" * 5000),
        lambda: signed(BODY) | {"x-slack-signature": "v0=é".encode()},
        lambda: signed(BODY) | {"x-slack-signature": b"\xff\xfe"},
        lambda: signed(BODY) | {"x-slack-signature": b""},
        lambda: {"x-slack-signature": signed(BODY)["x-slack-signature"]},
    ],
)
async def test_what_slack_did_not_sign_is_refused(
    world: World, headers: Callable[[], dict[str, bytes]]
) -> None:
    answer = await world.http.post("/slack/events", content=BODY, headers=headers())
    assert answer.status_code == 401
    await world.settle()
    assert world.assistant.asked == []
    assert world.slack.calls == {}


async def test_a_signature_holds_for_five_minutes(world: World) -> None:
    headers = signed(BODY, timestamp=stamp(-280))
    assert (await world.http.post("/slack/events", content=BODY, headers=headers)).status_code == 200
    await world.slack.wait_for("chat.postMessage")


@pytest.mark.parametrize(
    "body",
    [
        b'{"type": "event_callback", "text": "\xff\xfe"}',
        b"{",
        b'{"type": "event_callback"}',
        b'{"type": "event_callback", "event": "text"}',
        b'{"type": "event_callback", "event": []}',
        b'{"type": "event_callback", "event": {"type": 5}}',
        b'{"a":' * 20_000,
        b"payload=%7B",
        b"payload=5",
        b"payload=%5B%5D",
        b"payload=%FF",
    ],
    ids=lambda body: repr(body[:45]),
)
async def test_signed_garbage_is_refused_without_a_fault(world: World, body: bytes) -> None:
    assert (await world.post(body)).status_code == 400
    unsigned = await world.http.post("/slack/events", content=body, headers=signed(body, secret="another"))
    assert unsigned.status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"a=b", b"{}", b'{"type": "block_actions"}', b"payload=%7B%22type%22%3A%22x%22%7D"]
)
async def test_signed_requests_of_no_use_are_no_fault(world: World, body: bytes) -> None:
    assert (await world.post(body)).status_code < 500


async def test_a_body_over_the_limit_is_refused(world: World) -> None:
    assert (await world.post(b"a" * (MAX_BODY_BYTES + 1))).status_code == 413


async def test_slack_verifies_the_address(world: World) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "t"}).encode()
    answer = await world.post(body)
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1a"})
    refused = await world.http.post("/slack/events", content=body, headers=signed(body, secret="another"))
    assert refused.status_code == 401


def socket_envelope(payload: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        "type": "events_api",
        "envelope_id": f"envelope-{number}",
        "accepts_response_payload": False,
        "retry_attempt": number,
        "payload": payload,
    }


async def test_socket_mode_acknowledges_and_answers_once(tmp_path: Path, no_proxy: None) -> None:
    async with slack_world(
        tmp_path, slack_app_token=SecretStr("xapp-1"), slack_signing_secret=SecretStr("")
    ) as world:
        slack = world.slack
        world.assistant.gate.clear()
        async with running(world.app):
            for number in range(3):
                await slack.send(socket_envelope(mention(ASKED), number))
            async with asyncio.timeout(10):
                while len(slack.acknowledged) < 3:
                    await asyncio.sleep(0.005)
            posted_before = len(slack.posted)
            world.assistant.gate.set()
            await slack.wait_for("chat.postMessage")
    assert {sent["envelope_id"] for sent in slack.acknowledged} == {f"envelope-{n}" for n in range(3)}
    assert posted_before == 0
    (posted,) = slack.posted
    assert posted["thread_ts"] == THREAD
    assert "Bearer xapp-1" in slack.tokens


async def test_socket_mode_finishes_its_replies_when_stopped(tmp_path: Path, no_proxy: None) -> None:
    async with slack_world(tmp_path, slack_app_token=SecretStr("xapp-1")) as world:
        world.assistant.gate.clear()
        async with running(world.app):
            await world.slack.send(socket_envelope(mention(ASKED), 0))
            async with asyncio.timeout(10):
                while not world.assistant.asked:
                    await asyncio.sleep(0.005)
            threading.Timer(0.2, world.assistant.gate.set).start()
        assert len(world.slack.posted) == 1
