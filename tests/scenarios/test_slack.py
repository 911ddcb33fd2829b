"""Questions in Slack: signed requests in at our route, calls out to a Slack of our own."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from mock_slack import BOT_ID, BOT_USER, direct, mention, signed
from pydantic import SecretStr
from slack_world import (
    ANSWER,
    ASKED,
    CITATION,
    DOCUMENT,
    QUOTE,
    START,
    THREAD,
    FakeLibrary,
    World,
    make_app,
    serving,
)

from assistant.app import create_server
from assistant.channels.http.api import create_api
from assistant.channels.slack.app import MAX_BODY_BYTES, SlackApp, create_slack, running, slack_routes
from assistant.channels.slack.blocks import words
from assistant.domain.question import Question
from assistant.domain.reply import Abstention, Outcome, Reply
from assistant.errors import SettingError
from assistant.settings import Settings
from assistant.transcripts.transcripts import Transcripts

pytestmark = pytest.mark.anyio

CONVERSATION = f"slack:T0TEAM:C1:{THREAD}"


async def test_a_mention_and_its_retries_get_one_answer_in_the_thread(world: World) -> None:
    body = mention(f"<@{BOT_USER}> {ASKED}")
    for attempt in range(4):
        retry = {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": "http_timeout"} if attempt else {}
        assert (await world.post(body, **retry)).status_code == 200
    await world.slack.wait_for("chat.postMessage")
    await world.settle()
    (posted,) = world.slack.posted
    assert (posted["channel"], posted["thread_ts"]) == ("C1", THREAD)
    assert posted["text"] == ANSWER.text
    assert [block["type"] for block in posted["blocks"]] == [
        "section",
        "context",
        "context",
        "rich_text",
        "actions",
        "context_actions",
    ]
    assert CITATION.quote in json.dumps(posted["blocks"], ensure_ascii=False)
    assert world.assistant.asked == [Question(ASKED, conversation_id=CONVERSATION, channel="slack")]
    assert world.slack.tokens[-1] == "Bearer xoxb-1"
    assert [asked.question.text for asked in world.transcripts.recent(CONVERSATION)] == [ASKED]


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
    other = make_app(world.settings, world.assistant, other_store)
    body = json.dumps(mention(ASKED)).encode()
    async with serving(other) as client:
        answers = await asyncio.gather(
            world.post(body), client.post("/slack/events", content=body, headers=signed(body))
        )
        await world.slack.wait_for("chat.postMessage")
        await world.settle()
        await other.desk.finish()
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
    assert posted["text"] == words("da")["empty"]
    assert world.assistant.asked == []


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
    (shown,) = (part for block in quotes for quote in block["elements"] for part in quote["elements"])
    assert shown == {"type": "text", "text": hostile}
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
    """Transcripts whose disk is full: for a moment when an event is claimed, for good otherwise."""

    transcripts: Transcripts
    claims: int = 0

    def claim(self, event_id: str, channel: str, payload: str = "") -> bool:
        self.claims += 1
        if self.claims == 1:
            raise OSError("disk full")
        return self.transcripts.claim(event_id, channel, payload)

    def __getattr__(self, name: str) -> Any:
        def fail(*_: object) -> None:
            raise OSError("disk full")

        return fail


async def test_an_inbox_that_fails_makes_slack_send_again_and_a_full_disk_costs_no_reply(
    world: World,
) -> None:
    app = make_app(world.settings, world.assistant, FailingOnce(world.transcripts))
    body = json.dumps(mention(ASKED)).encode()
    async with serving(app) as client:
        answers = [await client.post("/slack/events", content=body, headers=signed(body)) for _ in range(3)]
        await world.slack.wait_for("chat.postMessage")
        await app.desk.finish()
    assert [answer.status_code for answer in answers] == [500, 200, 200]
    assert [posted["text"] for posted in world.slack.posted] == [ANSWER.text]


async def test_a_token_slack_does_not_accept_makes_it_send_again(world: World) -> None:
    world.slack.refuse("auth.test", "invalid_auth")
    assert (await world.post(mention(ASKED))).status_code == 503
    assert (await world.post(mention(ASKED))).status_code == 200
    await world.slack.wait_for("chat.postMessage")


async def test_a_stopping_server_finishes_its_replies(world: World) -> None:
    async with running(world.app):
        world.assistant.gate.clear()
        await world.post(mention(ASKED))
        while not world.assistant.asked:
            await asyncio.sleep(0.005)
        threading.Timer(0.2, world.assistant.gate.set).start()
    assert len(world.slack.posted) == 1


async def test_citations_link_to_the_web_page_where_there_is_one(world: World) -> None:
    settings = world.settings.model_copy(update={"public_url": "https://mandat.example.org/"})
    app = make_app(settings, world.assistant, world.transcripts)
    body = json.dumps(mention(ASKED)).encode()
    async with serving(app) as client:
        await client.post("/slack/events", content=body, headers=signed(body))
        (posted,) = await world.slack.wait_for("chat.postMessage")
    address = f"https://mandat.example.org/documents/greve%2Fplan?version=1#c{START}-{START + len(QUOTE)}"
    assert (
        posted["blocks"][2]["elements"][0]["text"]
        == f"[1] Styringsplan · § 4 stk. 2 · Greve Kommune · <{address}|Åbn dokumentet>"
    )


async def test_in_the_real_server_beside_the_api(world: World) -> None:
    api = create_api(world.assistant, world.library, world.transcripts)
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


def test_what_is_not_set_up_is_named(tmp_path: Path) -> None:
    transcripts, library = Transcripts(tmp_path), FakeLibrary()

    def made(**fields: str) -> SlackApp | None:
        settings = Settings(home=tmp_path, **{name: SecretStr(value) for name, value in fields.items()})
        return create_slack(settings, lambda _: None, transcripts, library)  # type: ignore[arg-type, return-value]

    assert made() is None
    with pytest.raises(SettingError, match="MANDAT_SLACK_APP_TOKEN"):
        made(slack_bot_token="xoxb-1")
    app = made(slack_bot_token="xoxb-1", slack_app_token="xapp-1")
    assert app is not None
    with pytest.raises(SettingError, match="MANDAT_SLACK_SIGNING_SECRET"):
        slack_routes(app)
    transcripts.close()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"MANDAT_SLACK_BOT_TOKEN": "xoxb-1"}, "MANDAT_SLACK_APP_TOKEN"),
        ({"MANDAT_SLACK_APP_TOKEN": "xapp-1"}, "MANDAT_SLACK_BOT_TOKEN"),
        ({"MANDAT_SLACK_SIGNING_SECRET": "s"}, "MANDAT_SLACK_BOT_TOKEN"),
    ],
)
def test_a_server_with_half_of_slack_does_not_start(
    given: dict[str, str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=named):
        create_server(Settings(home=tmp_path))


def test_a_server_without_slack_says_so_and_does_not_import_it(tmp_path: Path) -> None:
    script = (
        "import sys, logging, pathlib; logging.basicConfig(level=logging.INFO, format='%(message)s')\n"
        "from assistant.app import create_server\nfrom assistant.settings import Settings\n"
        "create_server(Settings(home=pathlib.Path(sys.argv[1])))\n"
        "sys.exit('slack_bolt' in sys.modules or 'slack_sdk' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Slack is off: MANDAT_SLACK_BOT_TOKEN is not set\n" in ran.stderr


def test_rendering_does_not_import_slack() -> None:
    script = "import sys, assistant.channels.slack.blocks; sys.exit('slack_bolt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
