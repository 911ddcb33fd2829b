"""Signed requests in at our route, or envelopes over a socket; calls out to a Slack of our own."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from mock_slack import (
    BOT_ID,
    BOT_USER,
    SECRET,
    MockSlack,
    click,
    command,
    direct,
    mention,
    mock_slack,
    signed,
)
from pydantic import SecretStr

from assistant.channels.http.api import create_api
from assistant.channels.slack.app import (
    MAX_BODY_BYTES,
    SlackApp,
    create_slack,
    run_socket_mode,
    slack_routes,
)
from assistant.channels.slack.blocks import words
from assistant.domain.document import Document, Kind, Organisation, Passage
from assistant.domain.question import Question
from assistant.domain.reply import (
    Abstention,
    Answer,
    Citation,
    Clarification,
    Exchange,
    Option,
    Outcome,
    Reply,
    Statement,
)
from assistant.domain.scope import Scope
from assistant.errors import DocumentNotFound, SettingError
from assistant.settings import Settings
from assistant.transcripts.transcripts import Transcripts

pytestmark = pytest.mark.anyio

DOCUMENT = Document("greve/plan", "1", "Styringsplan", "greve", Kind.DELEGATION, "da", "0" * 64, "plan.pdf")
CITATION = Citation(1, DOCUMENT, "Greve Kommune", "§ 4 stk. 2", "Direktøren afgør ansættelser.", 10, 39, "p1")
ANSWER = Answer(
    Outcome.ANSWERED,
    "da",
    "Direktøren afgør ansættelser. [1]",
    (Statement("Direktøren afgør ansættelser.", (1,)),),
    (CITATION,),
)
WHICH = Clarification(
    "da", "Hvilken kommune?", (Option("Greve Kommune", "greve"), Option("Solrød Kommune", "solrod"))
)
ASKED = "Hvem afgør ansættelser i kommunen, og hvad står der om det?"


@dataclass
class FakeAssistant:
    """Answers by a function of the question, and keeps what it was asked; waits while `hold` is set."""

    reply: Callable[[Question], Reply] = lambda question: ANSWER
    asked: list[Question] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.gate.set()

    def find(self, question: Question, limit: int) -> tuple[()]:
        return ()

    def ask(self, question: Question) -> Exchange:
        self.asked.append(question)
        assert self.gate.wait(20)
        return Exchange(
            f"x{next(self._numbers)}", self.reply(question), "extractive", {}, (), question.conversation_id
        )


@dataclass
class World:
    """An app behind its route, and the Slack it talks to."""

    slack: MockSlack
    assistant: FakeAssistant
    transcripts: Transcripts
    settings: Settings
    app: SlackApp
    http: httpx.AsyncClient

    async def post(self, body: bytes | dict[str, Any], **headers: str) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.post("/slack/events", content=raw, headers=signed(raw) | headers)

    async def settle(self) -> None:
        """Until nothing is under way (tasks just made get to start)."""
        await asyncio.sleep(0.05)
        await self.app.finish()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def settings_for(slack: MockSlack, tmp_path: Path, **fields: Any) -> Settings:
    given = {"slack_bot_token": SecretStr("xoxb-1"), "slack_signing_secret": SecretStr(SECRET)}
    return Settings(home=tmp_path, slack_api_url=slack.url, **(given | fields))


@asynccontextmanager
async def serving(app: SlackApp) -> AsyncIterator[httpx.AsyncClient]:
    server = FastAPI()
    server.include_router(slack_routes(app))
    transport = httpx.ASGITransport(server, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://mandat") as client:
        yield client


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with mock_slack() as slack:
        settings, assistant, transcripts = (
            settings_for(slack, tmp_path),
            FakeAssistant(),
            Transcripts(tmp_path),
        )
        app = create_slack(settings, assistant, transcripts)
        assert app is not None
        async with serving(app) as client:
            yield World(slack, assistant, transcripts, settings, app, client)
        assistant.gate.set()
        await app.finish()
        transcripts.close()


async def test_a_mention_and_its_retries_get_one_answer_in_the_thread(world: World) -> None:
    body = mention(f"<@{BOT_USER}> {ASKED}")
    for attempt in range(4):
        retry = {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": "http_timeout"} if attempt else {}
        assert (await world.post(body, **retry)).status_code == 200
    await world.slack.wait_for("chat.postMessage")
    await world.settle()
    (posted,) = world.slack.posted
    assert (posted["channel"], posted["thread_ts"]) == ("C1", "1700000000.000100")
    assert posted["text"] == ANSWER.text
    assert [block["type"] for block in posted["blocks"]] == [
        "section",
        "context",
        "context",
        "rich_text",
        "context_actions",
    ]
    assert CITATION.quote in json.dumps(posted["blocks"], ensure_ascii=False)
    assert world.assistant.asked == [
        Question(ASKED, conversation_id="slack:T0TEAM:C1:1700000000.000100", channel="slack")
    ]
    assert world.slack.tokens[-1] == "Bearer xoxb-1"
    assert [
        asked.question.text for asked in world.transcripts.recent("slack:T0TEAM:C1:1700000000.000100")
    ] == [ASKED]


async def test_slack_is_answered_before_the_assistant_has(world: World) -> None:
    world.assistant.gate.clear()
    began = time.monotonic()
    assert (await world.post(mention(ASKED))).status_code == 200
    assert time.monotonic() - began < 3
    assert world.slack.posted == []
    world.assistant.gate.set()
    await world.slack.wait_for("chat.postMessage")


async def test_two_replicas_answer_one_event_once(world: World, tmp_path: Path) -> None:
    other_store = Transcripts(tmp_path)
    other = create_slack(world.settings, world.assistant, other_store)
    assert other is not None
    body = json.dumps(mention(ASKED)).encode()
    async with serving(other) as client:
        answers = await asyncio.gather(
            world.post(body), client.post("/slack/events", content=body, headers=signed(body))
        )
        await world.slack.wait_for("chat.postMessage")
        await world.settle()
        await other.finish()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(world.slack.posted) == 1
    other_store.close()


@pytest.mark.parametrize(
    ("fields", "thread"),
    [
        ({}, "1700000000.000200"),
        ({"thread_ts": "1690000000.000001"}, "1690000000.000001"),
        ({"subtype": "file_share"}, "1700000000.000200"),
    ],
)
async def test_a_direct_message_is_answered_in_its_thread(
    world: World, fields: dict[str, str], thread: str
) -> None:
    assert (await world.post(direct(ASKED, **fields))).status_code == 200
    (posted,) = await world.slack.wait_for("chat.postMessage")
    assert (posted["channel"], posted["thread_ts"]) == ("D1", thread)
    (asked,) = world.assistant.asked
    assert asked.conversation_id == f"slack:T0TEAM:D1:{thread}"
    assert asked.groups == frozenset()


@pytest.mark.parametrize(
    "body",
    [
        direct("our own words", user=BOT_USER),
        direct("our own words", bot_id=BOT_ID, user=BOT_USER),
        direct("another bot", bot_id="B9"),
        direct("another bot", subtype="bot_message", bot_id="B9"),
        direct("", subtype="message_changed", message={"text": ASKED, "user": "U1"}),
        direct("", subtype="message_deleted"),
        direct("from Slack itself", user="USLACKBOT"),
        direct("a channel's talk", channel_type="channel", channel="C1"),
        mention("mentioned by an edit", edited={"user": "U1", "ts": "1"}),
        mention("a bot mentions us", bot_id="B9"),
        mention("also sent as a direct message", channel="D1"),
        mention("not subscribed to", type="reaction_added"),
    ],
)
async def test_what_no_person_asked_us_is_acknowledged_and_left(world: World, body: dict[str, Any]) -> None:
    assert (await world.post(body)).status_code == 200
    await world.settle()
    assert world.assistant.asked == []
    assert world.slack.posted == []


async def test_a_mention_alone_gets_a_hint(world: World) -> None:
    await world.post(mention(f"<@{BOT_USER}>  "))
    (posted,) = await world.slack.wait_for("chat.postMessage")
    assert posted["text"] == words("en")["empty"]
    assert world.assistant.asked == []


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


def buttons(posted: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [element for block in posted["blocks"] if block["type"] == kind for element in block["elements"]]


async def test_a_question_back_is_settled_by_a_click(world: World) -> None:
    world.assistant.reply = lambda question: ANSWER if question.organisation else WHICH
    await world.post(mention(ASKED))
    (asked_back,) = await world.slack.wait_for("chat.postMessage")
    options = buttons(asked_back, "actions")
    assert [option["text"]["text"] for option in options] == ["Greve Kommune", "Solrød Kommune"]
    for _ in range(2):  # a double click
        assert (await world.post(click(options[1]))).status_code == 200
    await world.slack.wait_for("chat.postMessage", 2)
    await world.settle()
    first, second = world.assistant.asked
    assert second == replace(first, organisation="solrod", language="da")
    assert len(world.slack.posted) == 2
    assert world.slack.posted[1]["text"] == ANSWER.text
    assert world.slack.posted[1]["thread_ts"] == "1700000000.000100"
    assert world.transcripts.gaps() == ()


async def test_a_click_after_the_question_was_forgotten_says_so(world: World) -> None:
    world.assistant.reply = lambda question: WHICH
    await world.post(mention(ASKED))
    (asked_back,) = await world.slack.wait_for("chat.postMessage")
    (noted,) = world.transcripts.recent("slack:T0TEAM:C1:1700000000.000100")
    assert world.transcripts.forget(noted.asked_at.replace(year=noted.asked_at.year + 1)) == 1
    await world.post(click(buttons(asked_back, "actions")[0]))
    posted = await world.slack.wait_for("chat.postMessage", 2)
    assert posted[1]["text"] == words("da")["expired"]
    assert len(world.assistant.asked) == 1


@pytest.mark.parametrize("value", ["", "x", "[]", '{"exchange": 5}', '{"exchange": "x0"}'])
async def test_clicks_with_values_not_ours_are_left(world: World, value: str) -> None:
    for action_id in ("choice:0", "feedback", "someone else's"):
        answer = await world.post(click({"type": "button", "action_id": action_id}, value=value))
        assert answer.status_code == 200
    await world.settle()
    assert world.slack.posted == []
    assert world.assistant.asked == []


@pytest.mark.parametrize(("button", "helpful"), [("positive_button", True), ("negative_button", False)])
async def test_feedback_is_kept_and_thanked_for(world: World, button: str, helpful: bool) -> None:
    await world.post(mention(ASKED))
    (posted,) = await world.slack.wait_for("chat.postMessage")
    (element,) = buttons(posted, "context_actions")
    await world.post(click(element, value=element[button]["value"]))
    (thanks,) = await world.slack.wait_for("chat.postEphemeral")
    assert (thanks["user"], thanks["channel"], thanks["text"]) == ("U2", "C1", words("da")["thanks"])
    (noted,) = world.transcripts.recent("slack:T0TEAM:C1:1700000000.000100")
    assert noted.helpful is helpful
    assert len(world.transcripts.gaps()) == (0 if helpful else 1)


async def test_neither_people_nor_documents_can_make_slack_call_a_channel(world: World) -> None:
    hostile = "<!channel> <@U9> <https://evil.example|click> & *so* on"
    document = replace(DOCUMENT, title=hostile)
    citation = replace(CITATION, quote=hostile, document=document, locator=hostile)
    world.assistant.reply = lambda question: Abstention(
        Outcome.SILENT, "da", f"{hostile} [1]", "no_rule", (citation,), ask=f"ask {hostile}"
    )
    await world.post(
        mention(f"<@{BOT_USER}> hvem &lt;!channel&gt; <!here> &amp; <https://a.dk|a.dk> <@U9> <#C2|drift>?")
    )
    (posted,) = await world.slack.wait_for("chat.postMessage")
    assert world.assistant.asked[0].text == "hvem <!channel> & a.dk #drift?"
    quotes = [block for block in posted["blocks"] if block["type"] == "rich_text"]
    others = [block for block in posted["blocks"] if block["type"] != "rich_text"]
    assert "<" not in json.dumps(others) + posted["text"]
    assert "&lt;!channel&gt; &lt;@U9&gt;" in posted["text"]
    # In rich text only elements of other types are mentions or links: text is shown letter for letter.
    (element,) = (part for block in quotes for quote in block["elements"] for part in quote["elements"])
    assert element == {"type": "text", "text": hostile}
    assert posted["unfurl_links"] is False


async def test_told_to_wait_it_waits_and_posts(world: World) -> None:
    world.slack.refuse("chat.postMessage", "ratelimited", status=429, Retry_After="0")
    await world.post(mention(ASKED))
    posted = await world.slack.wait_for("chat.postMessage", 2)
    await world.settle()
    assert len(posted) == 2
    assert len(world.assistant.asked) == 1


async def test_blocks_that_slack_refuses_do_not_cost_the_answer(world: World) -> None:
    for _ in range(2):
        world.slack.refuse("chat.postMessage", "invalid_blocks")
    await world.post(mention(ASKED))
    first, second, third = await world.slack.wait_for("chat.postMessage", 3)
    assert [block["type"] for block in second["blocks"]] == [block["type"] for block in first["blocks"]][:-1]
    assert "blocks" not in third
    assert third["text"] == ANSWER.text


async def test_a_failing_assistant_apologises_once_and_keeps_the_question_out_of_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(question: Question) -> Reply:
        raise RuntimeError(f"could not parse {question.text}")

    world.assistant.reply = fail
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            await world.post(mention(ASKED))
        await world.slack.wait_for("chat.postMessage")
        await world.settle()
    (posted,) = world.slack.posted
    assert posted["text"] == words("da")["apology"]
    assert "RuntimeError in fail:" in caplog.text
    assert ASKED not in caplog.text


@dataclass
class FailingOnce:
    """Transcripts whose disk is full for a moment."""

    transcripts: Transcripts
    claims: int = 0

    def claim(self, event_id: str, channel: str) -> bool:
        self.claims += 1
        if self.claims == 1:
            raise OSError("disk full")
        return self.transcripts.claim(event_id, channel)

    def record(self, question: Question, exchange: Exchange) -> None:
        raise OSError("disk full")

    def exchange(self, exchange_id: str) -> None:
        return None

    def feedback(self, exchange_id: str, helpful: bool, comment: str) -> bool:
        return False


async def test_an_inbox_that_fails_makes_slack_send_again_and_a_full_disk_costs_no_reply(
    world: World,
) -> None:
    app = create_slack(world.settings, world.assistant, FailingOnce(world.transcripts))
    assert app is not None
    body = json.dumps(mention(ASKED)).encode()
    async with serving(app) as client:
        answers = [await client.post("/slack/events", content=body, headers=signed(body)) for _ in range(3)]
        await world.slack.wait_for("chat.postMessage")
        await app.finish()
    assert [answer.status_code for answer in answers] == [500, 200, 200]
    assert [posted["text"] for posted in world.slack.posted] == [ANSWER.text]


async def test_a_token_slack_does_not_accept_makes_it_send_again(world: World) -> None:
    world.slack.refuse("auth.test", "invalid_auth")
    assert (await world.post(mention(ASKED))).status_code == 503
    assert (await world.post(mention(ASKED))).status_code == 200
    await world.slack.wait_for("chat.postMessage")


async def test_a_stopping_server_finishes_its_replies(world: World) -> None:
    server = FastAPI()
    server.include_router(slack_routes(world.app))
    async with server.router.lifespan_context(server):
        world.assistant.gate.clear()
        await world.post(mention(ASKED))
        while not world.assistant.asked:
            await asyncio.sleep(0.005)
        threading.Timer(0.2, world.assistant.gate.set).start()
    assert len(world.slack.posted) == 1


async def test_citations_link_to_the_web_page_where_there_is_one(world: World) -> None:
    app = create_slack(
        world.settings, world.assistant, world.transcripts, public_url="https://mandat.example.org/"
    )
    assert app is not None
    body = json.dumps(mention(ASKED)).encode()
    async with serving(app) as client:
        await client.post("/slack/events", content=body, headers=signed(body))
        (posted,) = await world.slack.wait_for("chat.postMessage")
    address = "https://mandat.example.org/documents/greve%2Fplan?version=1#c10-39"
    assert (
        posted["blocks"][2]["elements"][0]["text"]
        == f"[1] Styringsplan · § 4 stk. 2 · <{address}|Åbn dokumentet>"
    )


class EmptyLibrary:
    """What the API's other routes would read from."""

    def generation(self) -> int:
        return 0

    def organisations(self) -> tuple[Organisation, ...]:
        return ()

    def documents(self, scope: Scope) -> tuple[Document, ...]:
        return ()

    def document(self, scope: Scope, document_id: str, version: str = "") -> Document:
        raise DocumentNotFound(document_id)

    def text(self, scope: Scope, document_id: str, version: str = "") -> str:
        raise DocumentNotFound(document_id)

    def furniture(self, scope: Scope, document_id: str, version: str = "") -> tuple[tuple[int, int], ...]:
        return ()

    def document_passages(self, scope: Scope, document_id: str, version: str = "") -> tuple[Passage, ...]:
        return ()


async def test_in_the_real_server_beside_the_api(world: World) -> None:
    api = create_api(world.assistant, EmptyLibrary(), world.transcripts)
    api.include_router(slack_routes(world.app))
    server = uvicorn.Server(uvicorn.Config(api, host="127.0.0.1", port=0, log_config=None))
    serving_it = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    body = json.dumps(mention(ASKED)).encode()
    large = b"a" * (MAX_BODY_BYTES + 1)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        unsigned = await client.post("/slack/events", content=body)
        too_large = await client.post("/slack/events", content=large, headers=signed(large))
        taken = await client.post("/slack/events", content=body, headers=signed(body))
        (posted,) = await world.slack.wait_for("chat.postMessage")
        page = await client.get("/slack/events")
    assert [answer.status_code for answer in (unsigned, too_large, taken, page)] == [401, 413, 200, 405]
    assert posted["text"] == ANSWER.text
    server.should_exit = True
    await serving_it


def socket_envelope(payload: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        "type": "events_api",
        "envelope_id": f"envelope-{number}",
        "accepts_response_payload": False,
        "retry_attempt": number,
        "payload": payload,
    }


async def test_socket_mode_acknowledges_and_answers_once(tmp_path: Path) -> None:
    assistant, transcripts = FakeAssistant(), Transcripts(tmp_path)
    assistant.gate.clear()
    async with mock_slack() as slack:
        settings = settings_for(
            slack, tmp_path, slack_app_token=SecretStr("xapp-1"), slack_signing_secret=SecretStr("")
        )
        running = asyncio.create_task(run_socket_mode(settings, assistant, transcripts))
        try:
            for number in range(3):
                await slack.send(socket_envelope(mention(ASKED), number))
            async with asyncio.timeout(10):
                while len(slack.acknowledged) < 3:
                    await asyncio.sleep(0.005)
            posted_before = len(slack.posted)
            assistant.gate.set()
            await slack.wait_for("chat.postMessage")
        finally:
            assistant.gate.set()
            running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert {sent["envelope_id"] for sent in slack.acknowledged} == {f"envelope-{n}" for n in range(3)}
    assert posted_before == 0
    (posted,) = slack.posted
    assert posted["thread_ts"] == "1700000000.000100"
    assert "Bearer xapp-1" in slack.tokens
    transcripts.close()


async def test_socket_mode_finishes_its_replies_when_stopped(tmp_path: Path) -> None:
    assistant, transcripts = FakeAssistant(), Transcripts(tmp_path)
    assistant.gate.clear()
    async with mock_slack() as slack:
        settings = settings_for(slack, tmp_path, slack_app_token=SecretStr("xapp-1"))
        running = asyncio.create_task(run_socket_mode(settings, assistant, transcripts))
        await slack.send(socket_envelope(mention(ASKED), 0))
        async with asyncio.timeout(10):
            while not assistant.asked:
                await asyncio.sleep(0.005)
        running.cancel()
        threading.Timer(0.2, assistant.gate.set).start()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert len(slack.posted) == 1
    transcripts.close()


async def test_what_is_not_set_up_is_named(tmp_path: Path) -> None:
    assistant, transcripts = FakeAssistant(), Transcripts(tmp_path)
    bare = Settings(home=tmp_path)
    assert create_slack(bare, assistant, transcripts) is None
    with pytest.raises(SettingError, match="MANDAT_SLACK_APP_TOKEN"):
        await run_socket_mode(bare, assistant, transcripts)
    token_only = Settings(home=tmp_path, slack_bot_token=SecretStr("xoxb-1"))
    with pytest.raises(SettingError, match="MANDAT_SLACK_SIGNING_SECRET"):
        create_slack(token_only, assistant, transcripts)
    socket_only = Settings(
        home=tmp_path, slack_bot_token=SecretStr("xoxb-1"), slack_app_token=SecretStr("xapp-1")
    )
    app = create_slack(socket_only, assistant, transcripts)
    assert app is not None
    with pytest.raises(SettingError, match="MANDAT_SLACK_SIGNING_SECRET"):
        slack_routes(app)
    transcripts.close()


def test_rendering_does_not_import_slack() -> None:
    script = "import sys, assistant.channels.slack.blocks; sys.exit('slack_bolt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


# ---- /mandat, which only the asker sees


def button(blocks: list[dict[str, Any]], action_id: str) -> dict[str, Any]:
    (found,) = (
        element
        for block in blocks
        for element in block.get("elements", [])
        if element.get("action_id") == action_id
    )
    return found


async def test_a_command_is_answered_to_the_asker_alone_and_once(world: World) -> None:
    body = command(ASKED, world.slack.response_url)
    for _ in range(3):
        assert (await world.post(body)).status_code == 200
    (answer,) = await world.slack.wait_for("response_url")
    await world.settle()
    assert len(world.slack.calls["response_url"]) == 1
    assert world.slack.posted == []
    assert (answer["response_type"], answer["text"]) == ("ephemeral", ANSWER.text)
    assert CITATION.quote in json.dumps(answer["blocks"], ensure_ascii=False)
    assert world.assistant.asked == [Question(ASKED, conversation_id="slack:T0TEAM:C1:U1", channel="slack")]


async def test_what_only_the_asker_saw_is_shared_by_a_button_once(world: World) -> None:
    await world.post(command(ASKED, world.slack.response_url))
    (answer,) = await world.slack.wait_for("response_url")
    share = button(answer["blocks"], "share")
    for _ in range(2):
        await world.post(click(share, response_url=world.slack.response_url, ephemeral=True))
    await world.slack.wait_for("response_url", 2)
    await world.settle()
    _, shared = world.slack.calls["response_url"]
    assert (shared["response_type"], shared["text"]) == ("in_channel", ANSWER.text)
    assert not shared["replace_original"]
    assert "share" not in json.dumps(shared["blocks"])
    assert [question.text for question in world.assistant.asked] == [ASKED, ASKED]


async def test_a_question_back_to_a_command_is_settled_unseen_too(world: World) -> None:
    world.assistant.reply = lambda question: ANSWER if question.organisation else WHICH
    await world.post(command(ASKED, world.slack.response_url))
    (asked_back,) = await world.slack.wait_for("response_url")
    choice = button(asked_back["blocks"], "choice:0")
    await world.post(click(choice, response_url=world.slack.response_url, ephemeral=True))
    _, answer = await world.slack.wait_for("response_url", 2)
    assert answer["response_type"] == "ephemeral"
    assert button(answer["blocks"], "share")
    assert world.slack.posted == []
    assert world.assistant.asked[-1].organisation == "greve"


async def test_an_empty_command_and_a_failing_assistant_are_answered(world: World) -> None:
    await world.post(command("  ", world.slack.response_url, trigger="T1"))
    (empty,) = await world.slack.wait_for("response_url")
    assert empty["text"] == words("en")["empty"]

    def fail(_: Question) -> Reply:
        raise DocumentNotFound("gone")

    world.assistant.reply = fail
    await world.post(command(ASKED, world.slack.response_url, trigger="T2"))
    _, apology = await world.slack.wait_for("response_url", 2)
    assert apology["text"] == words("da")["apology"]


async def test_blocks_that_slack_refuses_leave_the_words(world: World) -> None:
    world.slack.refuse("response_url", "invalid_blocks", status=500)
    await world.post(command(ASKED, world.slack.response_url))
    refused, answer = await world.slack.wait_for("response_url", 2)
    assert refused["blocks"]
    assert not answer.get("blocks")
    assert answer["text"] == ANSWER.text


async def test_a_share_of_a_reply_that_is_gone_says_so(world: World) -> None:
    gone = {"type": "button", "action_id": "share", "value": json.dumps({"share": "x", "language": "sv"})}
    await world.post(click(gone, response_url=world.slack.response_url, ephemeral=True))
    (told,) = await world.slack.wait_for("response_url")
    assert (told["response_type"], told["text"]) == ("ephemeral", words("sv")["expired"])


@pytest.mark.parametrize("value", ["", "no json", "{}", '{"share": 7, "language": "nb"}'])
async def test_a_share_that_is_not_ours_is_passed_over(world: World, value: str) -> None:
    strange = {"type": "button", "action_id": "share", "value": "x"}
    assert (await world.post(click(strange, value=value or " ", ephemeral=True))).status_code == 200
    await world.settle()
    assert world.slack.calls["response_url"] == []
