"""Signed activities in at our route; calls out to a Teams of our own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from aiohttp import web
from canned import APPOINTMENTS, REPLIES, CannedAssistant
from fastapi import FastAPI
from mock_teams import (
    APP_ID,
    BOT,
    GROUP,
    PERSONAL,
    SENDER,
    TENANT,
    THREAD,
    USER,
    MockTeams,
    Payload,
    mock_teams,
    private_key,
)

from assistant.channels.http.metrics import ReplyCounts
from assistant.channels.presentation import words as shared_words
from assistant.channels.replying import replying
from assistant.channels.teams.activity import read_activity
from assistant.channels.teams.app import MAX_BODY_BYTES, Teams, teams_routes
from assistant.channels.teams.message import words
from assistant.domain.reply import Answer, Clarification, Option
from assistant.errors import SettingError
from assistant.settings import Settings
from assistant.transcripts.transcripts import Transcripts

pytestmark = pytest.mark.anyio

CLARIFY = "Vem bestämmer?"
SILENT = "Hvem er formand for Chefforum?"
LEADERS = "12121212-3434-5656-7878-909090909090"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class Clock:
    """The store's clock, put forward by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def later(self, by: timedelta) -> None:
        self.ahead += by + timedelta(seconds=1)


@dataclass
class World:
    """The channel behind its route, and the Teams it talks to."""

    clock: Clock
    mock: MockTeams
    assistant: CannedAssistant
    transcripts: Transcripts
    settings: Settings
    teams: Teams
    http: httpx.AsyncClient

    async def post(self, body: Payload | bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.post(
            "/teams/messages", content=raw, headers=self.mock.signed() if headers is None else headers
        )

    async def ask(self, body: Payload, count: int = 1) -> Payload:
        """The last of so many messages that Teams has got once the activity has been answered."""
        assert (await self.post(body)).status_code == 202
        return (await self.mock.wait_for(count))[-1]

    async def settle(self) -> None:
        await asyncio.sleep(0.05)
        await self.teams.finish()


def channel(
    settings: Settings, assistant: CannedAssistant, transcripts: Transcripts, **options: Any
) -> Teams:
    replies = replying(assistant, transcripts, ReplyCounts())
    return Teams(settings, replies, transcripts, pause_s=0.01, **{"timeout_s": 2.0, **options})


@asynccontextmanager
async def serving(teams: Teams) -> AsyncIterator[httpx.AsyncClient]:
    server = FastAPI()
    server.include_router(teams_routes(teams))
    transport = httpx.ASGITransport(server, raise_app_exceptions=False)
    async with (
        server.router.lifespan_context(server),
        httpx.AsyncClient(transport=transport, base_url="http://mandat") as client,
    ):
        yield client


@asynccontextmanager
async def a_world(tmp_path: Path, mock: MockTeams, **options: Any) -> AsyncIterator[World]:
    fields = options.pop("settings", {})
    settings = Settings(home=tmp_path, public_url="https://mandat.example.org", **(mock.settings() | fields))
    clock = Clock()
    assistant, transcripts = CannedAssistant(), Transcripts(tmp_path, clock=clock)
    teams = channel(settings, assistant, transcripts, **options)
    async with serving(teams) as client:
        yield World(clock, mock, assistant, transcripts, settings, teams, client)
    transcripts.close()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with mock_teams() as mock, a_world(tmp_path, mock) as made:
        yield made


def claims(message: Payload) -> list[Payload]:
    (entity,) = message["entities"]
    return list(entity.get("citation", ()))


# Questions and answers


async def test_a_personal_message_is_answered_with_its_citations(world: World) -> None:
    message = await world.ask(world.mock.message(APPOINTMENTS))
    reply = REPLIES[APPOINTMENTS]
    assert isinstance(reply, Answer)
    assert message["text"] == reply.text
    assert message["type"] == "message"
    assert message["replyToId"] == "1"
    assert world.mock.conversations == [PERSONAL]
    (entity,) = message["entities"]
    assert entity["type"] == "https://schema.org/Message"
    assert entity["additionalType"] == ["AIGeneratedContent"]
    assert [claim["position"] for claim in claims(message)] == [1, 2]
    first, second = (claim["appearance"] for claim in claims(message))
    assert first["abstract"] == reply.citations[0].quote
    assert first["url"].startswith("https://mandat.example.org/documents/nordvik%2Fdelegeringsreglement?")
    assert "usageInfo" not in first
    assert second["usageInfo"]["name"] == "Veiledning, ikke bindende"
    assert entity["usageInfo"] == second["usageInfo"]
    assert message["channelData"]["feedbackLoop"] == {"type": "custom"}
    (asked,) = world.assistant.asked
    assert asked.conversation_id == f"teams:{TENANT}:{PERSONAL}"
    assert (asked.channel, asked.groups) == ("teams", frozenset())
    assert world.mock.logins[0]["tenant"] == TENANT
    assert world.mock.logins[0]["scope"] == "https://api.botframework.com/.default"
    assert world.mock.authorizations[-1].startswith("Bearer ey")


@pytest.mark.parametrize(("group", "place"), [(False, THREAD), (True, GROUP)])
async def test_a_mention_is_answered_where_it_was_written(world: World, group: bool, place: str) -> None:
    message = await world.ask(world.mock.mention(f"{APPOINTMENTS}<br>", group=group))
    assert world.mock.conversations == [place]
    assert message["conversation"]["id"] == place
    (asked,) = world.assistant.asked
    assert asked.text == APPOINTMENTS
    assert asked.conversation_id == f"teams:{TENANT}:{place}"


async def test_four_deliveries_get_one_answer(world: World) -> None:
    for _ in range(4):
        assert (await world.post(world.mock.message(APPOINTMENTS))).status_code == 202
    await world.settle()
    assert len(world.mock.posted) == 1
    assert len(world.assistant.asked) == 1
    await world.ask(world.mock.message(APPOINTMENTS, "2"), 2)


async def test_two_replicas_answer_one_activity_once(world: World, tmp_path: Path) -> None:
    store = Transcripts(tmp_path)
    other = channel(world.settings, world.assistant, store)
    body = json.dumps(world.mock.message(APPOINTMENTS)).encode()
    async with serving(other) as client:
        answers = await asyncio.gather(
            world.post(body), client.post("/teams/messages", content=body, headers=world.mock.signed())
        )
        await world.mock.wait_for()
        await world.settle()
    store.close()
    assert [answer.status_code for answer in answers] == [202, 202]
    assert len(world.mock.posted) == 1


async def test_teams_is_answered_before_the_assistant_has_and_shown_that_we_type(world: World) -> None:
    world.assistant.waits_for = threading.Event()
    began = time.monotonic()
    assert (await world.post(world.mock.message(APPOINTMENTS))).status_code == 202
    assert time.monotonic() - began < 2
    async with asyncio.timeout(5):
        while not world.mock.typing:
            await asyncio.sleep(0.01)
    assert world.mock.posted == []
    world.assistant.waits_for.set()
    await world.mock.wait_for()


async def test_a_stopping_server_waits_for_the_answer(tmp_path: Path) -> None:
    async with mock_teams() as mock:
        async with a_world(tmp_path, mock) as world:
            world.assistant.waits_for = threading.Event()
            await world.post(mock.message(APPOINTMENTS))
            threading.Timer(0.3, world.assistant.waits_for.set).start()
        assert len(mock.posted) == 1


async def test_what_a_killed_process_left_is_answered_once_by_another(world: World, tmp_path: Path) -> None:
    # a process that died while it answered: claimed, kept, and nothing sent
    left = read_activity(world.mock.message(APPOINTMENTS))
    assert left is not None
    assert world.transcripts.claim(left.event, "teams", left.to_json())
    for _ in range(4):  # Teams sends it again to the new process
        assert (await world.post(world.mock.message(APPOINTMENTS))).status_code == 202
    await world.settle()
    assert world.mock.posted == []
    await world.teams.sweep()
    await world.settle()
    assert world.mock.posted == []  # it may still be at it
    world.clock.later(world.teams.lease)
    await asyncio.gather(*(world.teams.sweep() for _ in range(3)))
    await world.mock.wait_for()
    await world.settle()
    world.clock.later(world.teams.lease)
    await world.teams.sweep()
    await world.settle()
    assert len(world.mock.posted) == 1


# A server that never comes to answer: it is killed while it tries.
STUCK = """
import asyncio, json, sys, threading
from pathlib import Path
sys.path[:0] = ["tests/scenarios", "tests/channels", "tests"]
import uvicorn
from fastapi import FastAPI
from canned import CannedAssistant
from test_teams import channel, teams_routes, Settings, Transcripts
home, given = Path(sys.argv[1]), json.loads(sys.argv[2])
assistant = CannedAssistant(waits_for=threading.Event())
app = FastAPI()
app.include_router(teams_routes(channel(Settings(home=home, **given), assistant, Transcripts(home))))
server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, ws="none"))

async def main():
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await serving

asyncio.run(main())
"""


async def test_what_a_server_was_at_when_it_was_killed_is_answered_once_after(tmp_path: Path) -> None:
    async with mock_teams() as mock:
        root = Path(__file__).parents[2]
        command = [sys.executable, "-c", STUCK, str(tmp_path), json.dumps(mock.settings())]
        process = await asyncio.create_subprocess_exec(*command, cwd=root, stdout=subprocess.PIPE)
        assert process.stdout is not None
        port = int(await asyncio.wait_for(process.stdout.readline(), 60))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            for _ in range(2):
                answer = await client.post(
                    "/teams/messages", json=mock.message(APPOINTMENTS), headers=mock.signed()
                )
                assert answer.status_code == 202
        process.kill()
        await process.wait()
        assert mock.posted == []
        async with a_world(tmp_path, mock) as world:
            for _ in range(2):  # Teams sends it once more
                assert (await world.post(mock.message(APPOINTMENTS))).status_code == 202
            await world.settle()
            assert mock.posted == []
            world.clock.later(world.teams.lease)
            await world.teams.sweep()
            await mock.wait_for()
            await world.settle()
            assert len(mock.posted) == 1


async def test_an_activity_kept_by_another_version_is_left(world: World) -> None:
    for number, kept in enumerate(("{}", "[", "[]", '{"type": "message", "new": 1}')):
        world.transcripts.claim(f"e{number}", "teams", kept)
    world.clock.later(world.teams.lease)
    await world.teams.sweep()
    await world.settle()
    assert world.mock.posted == []


async def test_a_failure_ends_in_an_apology_in_the_askers_language(world: World) -> None:
    world.assistant.fails_with = RuntimeError("boom")
    message = await world.ask(world.mock.message("Hvem beslutter ansættelser i kommunen, og hvornår?"))
    assert message["text"] == shared_words("da")["apology"]
    assert "entities" not in message


async def test_silence_shows_what_came_closest_and_whom_to_ask(world: World) -> None:
    message = await world.ask(world.mock.message(SILENT))
    assert message["text"].startswith("**Dokumenterne siger det ikke**\n\n")
    assert "Spørg Direktionssekretariatet" in message["text"]
    assert "**Nærmeste passager – ikke et svar**  \n[1] [" in message["text"]
    assert [claim["position"] for claim in claims(message)] == [1]


@pytest.mark.parametrize("text", ["", "<at>Mandat</at>", "   ", "<p>&nbsp;</p>"])
async def test_a_message_without_words_gets_a_hint_with_questions(tmp_path: Path, text: str) -> None:
    asked: list[tuple[str, str]] = []

    def suggest(organisation: str, language: str) -> list[str]:
        asked.append((organisation, language))
        return ["Hvem leder HR-forum?", "To", "Tre", "Fire"]

    fields = {"organisation": "granvik"}
    async with mock_teams() as mock, a_world(tmp_path, mock, suggestions=suggest, settings=fields) as world:
        message = await world.ask(mock.message(text))
        assert message["text"] == words("nb")["empty"]
        actions = message["suggestedActions"]["actions"]
        assert [action["value"] for action in actions] == ["Hvem leder HR-forum?", "To", "Tre"]
        assert {action["type"] for action in actions} == {"imBack"}
        assert asked == [("granvik", "nb")]
        assert world.assistant.asked == []


async def test_an_installation_is_welcomed_with_questions_once(tmp_path: Path) -> None:
    async with mock_teams() as mock, a_world(tmp_path, mock, suggestions=lambda *_: ("Vem?",)) as world:
        installed = mock.message("", type="installationUpdate", action="add", locale="sv-SE")
        message = await world.ask(installed)
        await world.post(installed)
        await world.settle()
        assert len(mock.posted) == 1
        assert message["text"].startswith("Hej! Jag svarar")
        assert message["suggestedActions"]["actions"][0]["title"] == "Vem?"


async def test_suggestions_that_fail_leave_the_welcome(tmp_path: Path) -> None:
    def fail(_organisation: str, _language: str) -> list[str]:
        raise RuntimeError("no")

    async with mock_teams() as mock, a_world(tmp_path, mock, suggestions=fail) as world:
        message = await world.ask(mock.message("", type="installationUpdate", action="add"))
        assert "suggestedActions" not in message


@pytest.mark.parametrize(
    "change",
    [
        {"from": {"id": BOT}},
        {"from": {"id": "28:another-bot"}},
        {"type": "messageUpdate"},
        {"type": "messageReaction"},
        {"type": "conversationUpdate", "membersAdded": [{"id": BOT}]},
        {"type": "installationUpdate", "action": "remove"},
        {"type": "event"},
        {"type": "typing"},
        {"conversation": {"id": GROUP, "conversationType": "groupChat", "tenantId": TENANT}},
        {"conversation": {"id": GROUP, "tenantId": TENANT}},
    ],
)
async def test_what_no_person_asked_us_is_left(world: World, change: Payload) -> None:
    assert (await world.post(world.mock.message(APPOINTMENTS, **change))).status_code == 200
    await world.settle()
    assert world.mock.posted == []
    assert world.assistant.asked == []


# Who asks


AUDIENCE = f"""
- user: {USER.upper()}
  groups: [direktion]
- entra_group: {LEADERS}
  groups: [ledere, sjefer]
- entra_group: 00000000-0000-0000-0000-000000000001
  groups: [andre]
"""


@pytest.fixture
def audience(tmp_path: Path) -> Path:
    path = tmp_path / "audience.yaml"
    path.write_text(AUDIENCE, encoding="utf-8")
    return path


async def test_groups_count_in_a_personal_chat_only(tmp_path: Path, audience: Path) -> None:
    async with mock_teams() as mock, a_world(tmp_path, mock, settings={"teams_audience": audience}) as world:
        mock.member_of = {USER: {LEADERS}}
        await world.ask(mock.message(APPOINTMENTS))
        await world.ask(mock.mention(APPOINTMENTS, "2"), 2)
        await world.ask(mock.mention(APPOINTMENTS, "3", group=True), 3)
        await world.ask(mock.message(APPOINTMENTS, "4"), 4)
        everyone = frozenset[str]()
        mine = frozenset({"direktion", "ledere", "sjefer"})
        assert [asked.groups for asked in world.assistant.asked] == [mine, everyone, everyone, mine]
        assert mock.memberships == [(USER, sorted([LEADERS, "00000000-0000-0000-0000-000000000001"]))]
        assert {login["scope"] for login in mock.logins} == {
            "https://api.botframework.com/.default",
            "https://graph.microsoft.com/.default",
        }


@pytest.mark.parametrize(
    ("sender", "status", "groups"),
    [
        ({"id": SENDER}, 200, set()),
        ({"id": SENDER, "aadObjectId": ""}, 200, set()),
        ({"id": SENDER, "aadObjectId": "../groups"}, 200, set()),
        ({"id": SENDER, "aadObjectId": [USER]}, 200, set()),
        ({"id": SENDER, "aadObjectId": LEADERS}, 200, set()),
        ({"id": SENDER, "aadObjectId": USER}, 403, {"direktion"}),
        ({"id": SENDER, "aadObjectId": USER}, 500, {"direktion"}),
    ],
)
async def test_who_is_not_known_reads_what_is_public(
    tmp_path: Path, audience: Path, sender: Payload, status: int, groups: set[str]
) -> None:
    async with mock_teams() as mock, a_world(tmp_path, mock, settings={"teams_audience": audience}) as world:
        mock.graph_status = status
        await world.ask(mock.message(APPOINTMENTS, **{"from": sender}))
        assert [asked.groups for asked in world.assistant.asked] == [frozenset(groups)]


# Questions back, and feedback


async def test_a_question_back_is_settled_by_a_suggested_action(world: World) -> None:
    asked_back = await world.ask(world.mock.message(CLARIFY))
    actions = asked_back["suggestedActions"]["actions"]
    assert [action["title"] for action in actions] == ["Björkhaga kommun", "Nordvik kommune"]
    answer = await world.ask(world.mock.message(actions[1]["value"], "2"), 2)
    assert answer["text"] == REPLIES[APPOINTMENTS].text
    first, second = world.assistant.asked
    assert (second.text, second.organisation, second.language) == (first.text, "nordvik", "sv")
    assert world.transcripts.gaps() == ()


async def test_in_a_channel_the_action_comes_back_without_a_mention(world: World) -> None:
    await world.ask(world.mock.mention(CLARIFY))
    chosen = world.mock.mention("", "2") | {"text": "nordvik kommune", "entities": []}
    await world.ask(chosen, 2)
    assert world.assistant.asked[1].organisation == "nordvik"


async def test_a_reply_noted_by_another_version_takes_nothing_from_the_next_question(world: World) -> None:
    await world.ask(world.mock.message(CLARIFY))
    (noted,) = world.transcripts.recent(f"teams:{TENANT}:{PERSONAL}")
    exchange = world.assistant.ask(noted.question)
    world.transcripts.record(noted.question, exchange, '{"of": "another form"}')
    answer = await world.ask(world.mock.message(APPOINTMENTS, "2"), 2)
    assert answer["text"] == REPLIES[APPOINTMENTS].text


MANY = Clarification("nb", "Hvilken?", tuple(Option(f"Kommune {n}", f"k{n}") for n in range(7)))


async def test_many_options_are_buttons_and_each_is_chosen_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REPLIES, "Hvem?", MANY)
    asked_back = await world.ask(world.mock.mention("Hvem?"))
    assert "suggestedActions" not in asked_back
    (card,) = (attached["content"] for attached in asked_back["attachments"])
    buttons = [button for line in card["body"] for button in line["actions"]]
    assert [button["title"] for button in buttons] == [f"Kommune {n}" for n in range(7)]
    chosen = buttons[3]["data"]["msteams"]["value"]
    for number in range(3):
        click = world.mock.mention("", f"c{number}") | {"text": "Kommune 3", "entities": [], "value": chosen}
        assert (await world.post(click)).status_code == 202
    await world.mock.wait_for(2)
    await world.settle()
    assert len(world.mock.posted) == 2
    assert world.assistant.asked[1].organisation == "k3"
    elsewhere = world.mock.message("x", "d", value={**chosen, "organisation": "k4"})
    expired = await world.ask(elsewhere, 3)
    assert expired["text"] == shared_words("nb")["expired"]
    assert len(world.assistant.asked) == 2


@pytest.mark.parametrize(
    ("reaction", "entered", "helpful", "comment", "complaint"),
    [
        ("like", {"comment": "Bra"}, True, "Bra", ""),
        (
            "dislike",
            {"complaint": "outdated", "comment": "Nytt reglement"},
            False,
            "Nytt reglement",
            "outdated",
        ),
        ("dislike", {"feedbackText": "Feil"}, False, "Feil", ""),
        ("dislike", {"complaint": "made up", "comment": 5}, False, "", ""),
        ("like", {"complaint": "wrong"}, True, "", ""),
    ],
)
async def test_feedback_is_kept_with_its_reason(
    world: World, reaction: str, entered: Payload, helpful: bool, comment: str, complaint: str
) -> None:
    await world.ask(world.mock.mention(APPOINTMENTS))
    await world.settle()
    place = {"id": THREAD.partition(";")[0], "conversationType": "channel", "tenantId": TENANT}
    for value in (
        {"actionName": "feedback", "actionValue": {"reaction": reaction}},
        {"data": {"actionName": "feedback", "actionValue": {"reaction": reaction}}},
    ):
        form = await world.post(
            world.mock.thumb("1700000000001", "message/fetchTask", value, conversation=place)
        )
        assert form.status_code == 200
        task = form.json()["task"]
        card = task["value"]["card"]["content"]
        assert task["type"] == "continue"
        assert [element["id"] for element in card["body"]] == (
            ["comment"] if helpful else ["complaint", "comment"]
        )
    value = {"actionName": "feedback", "actionValue": {"reaction": reaction, "feedback": json.dumps(entered)}}
    sent = await world.post(
        world.mock.thumb("1700000000001", "message/submitAction", value, conversation=place)
    )
    assert (sent.status_code, sent.json()) == (200, {})
    (noted,) = world.transcripts.recent(f"teams:{TENANT}:{THREAD}")
    assert (noted.helpful, noted.comment, noted.complaint) == (helpful, comment, complaint)


async def test_feedback_names_a_reply_of_its_own_conversation_only(world: World) -> None:
    await world.ask(world.mock.message(APPOINTMENTS))
    await world.settle()
    value = {"actionName": "feedback", "actionValue": {"reaction": "dislike", "feedback": "{}"}}
    other = {"id": "a:another", "conversationType": "personal", "tenantId": TENANT}
    for thumb in (
        world.mock.thumb("1700000000001", "message/submitAction", value, conversation=other),
        world.mock.thumb("", "message/submitAction", value),
        world.mock.thumb("1700000000099", "message/submitAction", value),
    ):
        answer = await world.post(thumb)
        assert (answer.status_code, answer.json()) == (200, {})
    (noted,) = world.transcripts.recent(f"teams:{TENANT}:{PERSONAL}")
    assert noted.helpful is None


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("message/fetchTask", {}, 400),
        ("message/fetchTask", "x", 400),
        ("message/fetchTask", {"actionValue": {"reaction": "love"}}, 400),
        ("message/submitAction", {"actionValue": []}, 400),
        ("message/submitAction", {"actionValue": {"reaction": "like", "feedback": "{"}}, 200),
        ("message/submitAction", {"actionValue": {"reaction": "like", "feedback": "[1]"}}, 200),
        ("message/submitAction", {"actionValue": {"reaction": "like", "feedback": 7}}, 200),
        ("message/submitAction", {"actionValue": {"reaction": "like"}}, 200),
        ("composeExtension/query", {}, 501),
        (5, {}, 501),
    ],
)
async def test_clicks_of_no_form_we_know_are_no_fault(
    world: World, name: Any, value: Any, status: int
) -> None:
    assert (await world.post(world.mock.thumb("1", name, value))).status_code == status


# The connector fails


async def test_an_environment_that_is_not_ours_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "TENANT_ID", "MANAGED_IDENTITY_CLIENT_ID"):
        monkeypatch.setenv(name, "of another program")
    monkeypatch.setenv("SERVICE_URL", "https://evil.example")
    monkeypatch.setenv("CLOUD", "China")
    monkeypatch.setenv("DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS", "true")
    async with mock_teams() as mock, a_world(tmp_path, mock) as world:
        assert (await world.post(mock.message(APPOINTMENTS), {})).status_code == 401
        await world.ask(mock.message(APPOINTMENTS))
        assert [login["client_id"] for login in mock.logins] == [APP_ID]


async def test_a_busy_connector_is_waited_for(world: World) -> None:
    world.mock.fail(429, 502, retry_after="0")
    await world.ask(world.mock.message(APPOINTMENTS))


async def test_a_connector_that_does_not_answer_in_time_is_asked_again(tmp_path: Path) -> None:
    async with mock_teams() as mock, a_world(tmp_path, mock, timeout_s=0.3) as world:
        mock.fail(1.0)
        await world.ask(mock.message(APPOINTMENTS))


@pytest.mark.parametrize(("refusals", "kept"), [(1, "**Kilder**"), (2, "Kilder:")])
async def test_a_message_that_teams_does_not_take_is_sent_with_less(
    world: World, refusals: int, kept: str
) -> None:
    world.mock.fail(*[400] * refusals)
    message = await world.ask(world.mock.message(APPOINTMENTS))
    assert kept in message["text"]
    assert all(f"[{number}]" in message["text"].partition("Kilder")[2] for number in (1, 2))


async def test_what_could_not_be_sent_is_sent_later(world: World) -> None:
    world.mock.fail(*[500] * 4)
    assert (await world.post(world.mock.message(APPOINTMENTS))).status_code == 202
    await world.settle()
    assert world.mock.posted == []
    world.clock.later(world.teams.lease)
    await world.teams.sweep()
    await world.mock.wait_for()


async def test_a_login_that_fails_is_tried_again_later(world: World) -> None:
    world.mock.login_status = 401
    assert (await world.post(world.mock.message(APPOINTMENTS))).status_code == 202
    await world.settle()
    assert world.mock.posted == []
    assert world.mock.authorizations == []
    world.mock.login_status = 200
    world.clock.later(world.teams.lease)
    await world.teams.sweep()
    await world.mock.wait_for()


async def test_an_inbox_that_fails_accepts_nothing(world: World, tmp_path: Path) -> None:
    class Broken(Transcripts):
        def claim(self, event_id: str, channel: str, payload: str = "") -> bool:
            raise OSError("disk full")

    store = Broken(tmp_path)
    async with serving(channel(world.settings, world.assistant, store)) as client:
        answer = await client.post(
            "/teams/messages", json=world.mock.message(APPOINTMENTS), headers=world.mock.signed()
        )
    store.close()
    assert answer.status_code == 503
    assert world.mock.posted == []


# Who sends


def by_other_key(mock: MockTeams) -> str:
    return mock.token(key="forged", headers={"kid": "one"})


def public_pem() -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signed_by_public_key(mock: MockTeams) -> str:
    """HS256 with the public key as the secret: what a verifier that trusts `alg` would take."""
    import base64
    import hashlib
    import hmac

    def part(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    header = part(json.dumps({"alg": "HS256", "kid": "one", "typ": "JWT"}).encode())
    payload = mock.token().split(".")[1]
    signature = hmac.new(public_pem(), f"{header}.{payload}".encode(), hashlib.sha256).digest()
    return f"{header}.{payload}.{part(signature)}"


def tampered(mock: MockTeams) -> str:
    head, _, tail = mock.token().split(".")
    return f"{head}.{mock.token(aud='someone else').split('.')[1]}.{tail}"


FORGED: dict[str, Callable[[MockTeams], str]] = {
    "no header": lambda mock: "",
    "no token": lambda mock: "Bearer ",
    "another scheme": lambda mock: f"Basic {mock.token()}",
    "bare": lambda mock: mock.token(),
    "no dots": lambda mock: "Bearer abc",
    "two dots": lambda mock: "Bearer a.b.c",
    "not ascii": lambda mock: "Bearer é.é.é",
    "huge": lambda mock: f"Bearer {mock.token(padding='x' * 20_000)}",
    "unsigned": lambda mock: f"Bearer {jwt.encode({'iss': 'https://api.botframework.com', 'aud': APP_ID}, None, algorithm='none')}",
    "signature cut": lambda mock: f"Bearer {mock.token().rsplit('.', 1)[0]}.",
    "signature changed": lambda mock: f"Bearer {mock.token()[:-8]}AAAAAAAA",
    "claims changed": lambda mock: f"Bearer {tampered(mock)}",
    "another key under a known name": lambda mock: f"Bearer {by_other_key(mock)}",
    "a key nobody knows": lambda mock: f"Bearer {mock.token(key='forged')}",
    "no key named": lambda mock: f"Bearer {mock.token(headers={'kid': ''})}",
    "a key of another type": lambda mock: f"Bearer {mock.token(headers={'kid': '../../one'})}",
    "keys of its own": lambda mock: f"Bearer {mock.token(key='forged', headers={'jku': f'{mock.url}/keys', 'kid': 'forged'})}",
    "symmetric": lambda mock: f"Bearer {jwt.encode({'iss': 'https://api.botframework.com', 'aud': APP_ID}, 'k' * 32, headers={'kid': 'one'})}",
    "symmetric, by the public key": lambda mock: f"Bearer {signed_by_public_key(mock)}",
    "another algorithm": lambda mock: f"Bearer {jwt.encode({'iss': 'https://api.botframework.com', 'aud': APP_ID}, private_key(), algorithm='RS512', headers={'kid': 'one'})}",
    "issuer of Entra ID": lambda mock: f"Bearer {mock.token(iss=f'https://login.microsoftonline.com/{TENANT}/v2.0')}",
    "issuer of Entra ID, version 1": lambda mock: f"Bearer {mock.token(iss=f'https://sts.windows.net/{TENANT}/')}",
    "issuer with a slash": lambda mock: f"Bearer {mock.token(iss='https://api.botframework.com/')}",
    "issuer that begins so": lambda mock: f"Bearer {mock.token(iss='https://api.botframework.com.evil.example')}",
    "issuer of the government's cloud": lambda mock: f"Bearer {mock.token(iss='https://api.botframework.us')}",
    "no issuer": lambda mock: f"Bearer {mock.token(without='iss')}",
    "another audience": lambda mock: f"Bearer {mock.token(aud='22222222-2222-3333-4444-555555555555')}",
    "audience among others": lambda mock: f"Bearer {mock.token(aud=[APP_ID, 'another'])}",
    "audience as an address": lambda mock: f"Bearer {mock.token(aud=f'api://{APP_ID}')}",
    "no audience": lambda mock: f"Bearer {mock.token(without='aud')}",
    "expired": lambda mock: f"Bearer {mock.token(exp=int(time.time()) - 90)}",
    "never expires": lambda mock: f"Bearer {mock.token(without='exp')}",
    "expires at a word": lambda mock: f"Bearer {mock.token(exp='soon')}",
    "not yet": lambda mock: f"Bearer {mock.token(nbf=int(time.time()) + 90)}",
    "issued tomorrow": lambda mock: f"Bearer {mock.token(iat=int(time.time()) + 86_400)}",
    "no service": lambda mock: f"Bearer {mock.token(without='serviceurl')}",
    "service of another type": lambda mock: f"Bearer {mock.token(serviceurl=[mock.service_url])}",
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_token_is_refused(world: World, name: str) -> None:
    made = FORGED[name](world.mock)
    body = json.dumps(world.mock.message(APPOINTMENTS)).encode()
    headers = {b"authorization": made.encode()} if made else {}
    answer = await world.http.post("/teams/messages", content=body, headers=headers)
    assert answer.status_code == 401
    await world.settle()
    assert world.assistant.asked == []
    assert world.mock.posted == []
    assert world.mock.authorizations == []
    assert len(FORGED) >= 20


async def test_a_key_that_is_not_for_teams_or_too_short_is_refused(tmp_path: Path) -> None:
    async with mock_teams() as mock:
        mock.keys = {"one": {}, "web": {"endorsements": ["webchat"]}, "short": {"bits": 1024}}
        async with a_world(tmp_path, mock) as world:
            for key, status in (("web", 401), ("short", 401), ("one", 202)):
                headers = mock.signed(key=key, bits=1024 if key == "short" else 2048)
                assert (await world.post(mock.message(APPOINTMENTS), headers)).status_code == status, key


@pytest.mark.parametrize(
    "change",
    [
        {"serviceUrl": "https://smba.trafficmanager.net/emea/"},
        {"serviceUrl": ""},
        {"serviceUrl": None},
        {"channelId": "webchat"},
        {"channelId": ["msteams"]},
        {"conversation": {"id": PERSONAL, "conversationType": "personal", "tenantId": USER}},
        {"channelData": {"tenant": {"id": USER}}},
        {"conversation": {"id": PERSONAL, "conversationType": "personal"}, "channelData": {}},
    ],
)
async def test_an_activity_of_another_service_channel_or_tenant_is_refused(
    world: World, change: Payload
) -> None:
    assert (await world.post(world.mock.message(APPOINTMENTS, **change))).status_code == 403
    await world.settle()
    assert world.mock.posted == []


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/emea/",
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://evil.example/?smba.trafficmanager.net",
        "ftp://smba.trafficmanager.net/",
        "//smba.trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/",
        "https://[::1",
        "",
    ],
)
async def test_nothing_is_sent_to_a_host_that_is_not_allowed(world: World, address: str) -> None:
    """Even where a signed token names it."""
    headers = world.mock.signed(serviceurl=address)
    answer = await world.post(world.mock.message(APPOINTMENTS, serviceUrl=address), headers)
    assert answer.status_code in (401, 403)
    await world.settle()
    assert world.mock.logins == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"5",
        b'{"a":' * 20_000,
        b"\xff\xfe",
        b'{"type": "message"}',
        b'{"type": "message", "conversation": "x", "from": 5}',
        b'{"type": 5, "conversation": {"id": "a"}, "from": {"id": "b"}}',
        b'{"type": "message", "conversation": {"id": {}}, "from": {"id": "b"}}',
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_signed_garbage_is_refused_without_a_fault(world: World, body: bytes) -> None:
    assert (await world.post(body)).status_code == 400
    assert (await world.post(body, {"authorization": "Bearer x.y.z"})).status_code == 401


@pytest.mark.parametrize(
    "fields",
    [
        {"entities": "x"},
        {"entities": [1, None, {"type": "mention"}, {"type": "mention", "mentioned": []}]},
        {"text": None},
        {"text": ["a"]},
        {"value": "x"},
        {"value": {"exchange": 5, "organisation": []}},
        {"locale": 7},
        {"recipient": None},
        {"text": "\ud800 hva?"},
        {"text": "<at>" * 20_000},
        {"text": "<" * 50_000},
        {"id": ""},
        {"id": {"a": 1}},
    ],
    ids=lambda fields: repr(fields)[:40],
)
async def test_signed_activities_of_odd_forms_are_no_fault(world: World, fields: Payload) -> None:
    began = time.monotonic()
    assert (await world.post(world.mock.message("Hva?") | fields)).status_code in (200, 202)
    await world.mock.wait_for()
    assert time.monotonic() - began < 3


async def test_a_body_over_the_limit_is_refused(world: World) -> None:
    assert (await world.post(b"a" * (MAX_BODY_BYTES + 1))).status_code == 413


# The key host


async def test_the_keys_are_fetched_once_before_anybody_asks(world: World) -> None:
    async with asyncio.timeout(5):
        while world.mock.fetched != ["metadata", "keys"]:
            await asyncio.sleep(0.01)
    for number in range(3):
        await world.ask(world.mock.message(APPOINTMENTS, str(number)), number + 1)
    for _ in range(5):
        assert (await world.post(world.mock.message("x"), world.mock.signed(key="forged"))).status_code == 401
    assert len(world.mock.fetched) <= 4


async def test_tokens_of_others_cause_no_fetch(tmp_path: Path) -> None:
    async with mock_teams() as mock, a_world(tmp_path, mock) as world:
        await world.ask(mock.message(APPOINTMENTS))
        fetched = len(mock.fetched)
        for issuer in ("https://sts.windows.net/x/", "https://evil.example", ""):
            headers = mock.signed(key="forged", iss=issuer)
            assert (await world.post(mock.message("x"), headers)).status_code == 401
        assert len(mock.fetched) == fetched


KEYS_ANSWERS: dict[str, Callable[[], web.Response]] = {
    "fault": lambda: web.Response(status=500),
    "gone": lambda: web.Response(status=404),
    "not json": lambda: web.Response(text="<html>"),
    "a list": lambda: web.json_response([]),
    "no address": lambda: web.json_response({"issuer": "x"}),
    "elsewhere": lambda: web.json_response({"jwks_uri": "https://evil.example/keys"}),
    "leads on": lambda: web.Response(status=302, headers={"location": "/keys"}),
}


@pytest.mark.parametrize("name", KEYS_ANSWERS)
async def test_without_keys_nothing_is_accepted(tmp_path: Path, name: str) -> None:
    async with mock_teams() as mock:
        mock.keys_answer = KEYS_ANSWERS[name]()
        async with a_world(tmp_path, mock) as world:
            for _ in range(2):
                answer = await world.post(mock.message(APPOINTMENTS))
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            await world.settle()
            assert world.assistant.asked == []


@pytest.mark.parametrize("keys", [{}, {"one": {"kty": "EC"}}, {"one": {"use": "enc"}}, {"one": {"n": "?"}}])
async def test_a_key_set_without_a_usable_key_is_none(tmp_path: Path, keys: Payload) -> None:
    async with mock_teams() as mock:
        mock.keys = keys
        async with a_world(tmp_path, mock) as world:
            assert (await world.post(mock.message(APPOINTMENTS))).status_code == 503


async def test_a_key_host_that_hangs_stops_nothing_else(tmp_path: Path) -> None:
    async with mock_teams() as mock:
        mock.hold_keys.clear()
        async with a_world(tmp_path, mock) as world:
            waiting = asyncio.create_task(world.post(mock.message(APPOINTMENTS)))
            beats = 0
            for _ in range(20):
                await asyncio.sleep(0.02)
                beats += 1
            assert beats == 20
            assert not waiting.done()
            forged = await world.post(mock.message("x"), mock.signed(iss="https://evil.example"))
            assert forged.status_code == 401
            mock.hold_keys.set()
            assert (await waiting).status_code == 202
            await mock.wait_for()


async def test_known_keys_serve_while_the_host_is_away(world: World) -> None:
    await world.ask(world.mock.message(APPOINTMENTS))
    world.mock.keys_answer = web.Response(status=500)
    await world.ask(world.mock.message(APPOINTMENTS, "2"), 2)


# Settings


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"teams_app_id": "mandat"}, "MANDAT_TEAMS_APP_ID"),
        ({"teams_tenant_id": ""}, "MANDAT_TEAMS_TENANT_ID"),
        ({"teams_tenant_id": "common"}, "MANDAT_TEAMS_TENANT_ID"),
        ({"teams_app_password": ""}, "MANDAT_TEAMS_APP_PASSWORD"),
    ],
)
def test_a_half_configured_app_is_refused(tmp_path: Path, fields: dict[str, str], named: str) -> None:
    given = {"teams_app_id": APP_ID, "teams_app_password": "x", "teams_tenant_id": TENANT}
    settings = Settings(home=tmp_path, **(given | fields))  # type: ignore[arg-type]
    store = Transcripts(tmp_path)
    with pytest.raises(SettingError, match=named):
        Teams(settings, replying(CannedAssistant(), store, ReplyCounts()), store)
    store.close()


def test_the_sdk_is_loaded_only_where_teams_is_configured_and_reads_no_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MANDAT_ORGANISATION=surprise\n", encoding="utf-8")
    code = (
        "import os, sys; from pathlib import Path\n"
        "from assistant.app import create_server; from assistant.settings import Settings\n"
        "create_server(Settings(home=Path('home')))\n"
        "assert not [name for name in sys.modules if name.startswith('microsoft_teams')]\n"
        f"create_server(Settings(home=Path('home'), teams_app_id='{APP_ID}', teams_app_password='x', "
        f"teams_tenant_id='{TENANT}'))\n"
        "assert 'microsoft_teams.apps' in sys.modules\n"
        "assert 'MANDAT_ORGANISATION' not in os.environ\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
