"""An app behind its route with a made-up assistant and library, and the Slack it talks to."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from mock_slack import SECRET, MockSlack, mock_slack, signed
from pydantic import SecretStr

from assistant.channels.http.metrics import ReplyCounts
from assistant.channels.replying import replying
from assistant.channels.slack.app import SlackApp, create_slack, slack_routes
from assistant.channels.slack.parts import Keeps
from assistant.domain.document import Document, Kind, Organisation, Passage
from assistant.domain.governance import Recorded
from assistant.domain.question import Question
from assistant.domain.reply import (
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
from assistant.errors import DocumentNotFound
from assistant.settings import Settings
from assistant.transcripts.transcripts import Transcripts

GREVE = Organisation("greve", "Greve Kommune", "dk", "da", ("Greve",))
SOLROD = Organisation("solrod", "Solrød Kommune", "dk", "da", ("Solrød",))
DENMARK = Organisation("dk", "Danmark", "dk", "da")
PASSAGE = Passage(
    "p1", "greve/plan", "1", 0, 0, 58,
    "§ 4 stk. 2 Direktøren afgør ansættelser. Andet står i § 5.", ("§ 4",), "§ 4 stk. 2",
)  # fmt: skip
QUOTE = "Direktøren afgør ansættelser."
START = PASSAGE.text.index(QUOTE)
DOCUMENT = Document("greve/plan", "1", "Styringsplan", "greve", Kind.DELEGATION, "da", "0" * 64, "plan.pdf")
SECRET_DOCUMENT = Document(
    "greve/hemmelig", "1", "Lukket", "greve", Kind.OTHER, "da", "1" * 64, "x.pdf", audience=frozenset({"led"})
)
CITATION = Citation(1, DOCUMENT, "Greve Kommune", "§ 4 stk. 2", QUOTE, START, START + len(QUOTE), "p1")
ANSWER = Answer(
    Outcome.ANSWERED,
    "da",
    "Direktøren afgør ansættelser. [1]",
    (Statement("Direktøren afgør ansættelser.", (1,)),),
    (CITATION,),
)
LONGER = Answer(
    Outcome.ANSWERED,
    "da",
    "Direktøren afgør ansættelser. [1] Andet står i § 5. [1]\n– og mere [1]",
    (Statement("Direktøren afgør ansættelser.", (1,)), Statement("Andet står i § 5.", (1,))),
    (CITATION,),
)
WHICH = Clarification(
    "da", "Hvilken kommune?", (Option("Greve Kommune", "greve"), Option("Solrød Kommune", "solrod"))
)
ASKED = "Hvem afgør ansættelser i kommunen, og hvad står der om det?"
THREAD = "1700000000.000100"


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
        assert self.gate.wait(40)
        return Exchange(
            f"x{next(self._numbers)}", self.reply(question), "extractive", {}, (), question.conversation_id
        )


@dataclass
class FakeLibrary:
    """Two municipalities with one document that everyone may read, and one that they may not."""

    readable: bool = True

    def generation(self) -> int:
        return 1

    def organisations(self) -> tuple[Organisation, ...]:
        return (DENMARK, GREVE, SOLROD)

    def documents(self, scope: Scope, ids: Collection[str] | None = None) -> tuple[Document, ...]:
        held = (DOCUMENT, SECRET_DOCUMENT)
        return tuple(each for each in held if self.readable and scope.may_read(each.audience))

    def records(self, scope: Scope, passage_ids: Collection[str] | None = None) -> tuple[Recorded, ...]:
        return ()

    def passages(self, scope: Scope, ids: Sequence[str]) -> dict[str, Passage]:
        assert scope.groups == frozenset()
        return {"p1": PASSAGE} if self.readable and "p1" in ids else {}

    def document(self, scope: Scope, document_id: str, version: str = "") -> Document:
        raise DocumentNotFound(document_id)

    def text(self, scope: Scope, document_id: str, version: str = "") -> str:
        raise DocumentNotFound(document_id)

    def furniture(self, scope: Scope, document_id: str, version: str = "") -> tuple[tuple[int, int], ...]:
        return ()

    def document_passages(self, scope: Scope, document_id: str, version: str = "") -> tuple[Passage, ...]:
        return ()


def suggestions(organisation: str, language: str) -> list[str]:
    """Questions about an organisation, more than there is room for."""
    return [f"Hvem leder forum {number} i {organisation or 'kommunen'} ({language})?" for number in range(6)]


def make_app(settings: Settings, assistant: FakeAssistant, transcripts: Keeps, **more: Any) -> SlackApp:
    """An app as the composition root makes it."""
    library = more.pop("library", FakeLibrary())
    replies = replying(assistant, transcripts, ReplyCounts())  # type: ignore[arg-type]
    app = create_slack(settings, replies, transcripts, library, suggestions=suggestions, **more)
    assert app is not None
    return app


@dataclass
class World:
    """An app behind its route, and the Slack it talks to."""

    slack: MockSlack
    assistant: FakeAssistant
    transcripts: Transcripts
    library: FakeLibrary
    settings: Settings
    app: SlackApp
    http: httpx.AsyncClient

    async def post(self, body: bytes | dict[str, Any], **headers: str) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.post("/slack/events", content=raw, headers=signed(raw) | headers)

    async def settle(self) -> None:
        """Until nothing is under way (tasks just made get to start)."""
        await asyncio.sleep(0.05)
        await self.app.desk.finish()


def settings_for(slack: MockSlack, tmp_path: Path, **fields: Any) -> Settings:
    given = {"slack_bot_token": SecretStr("xoxb-1"), "slack_signing_secret": SecretStr(SECRET)}
    return Settings(home=tmp_path, slack_api_url=slack.url, **(given | fields))


@asynccontextmanager
async def serving(app: SlackApp) -> AsyncIterator[httpx.AsyncClient]:
    server = FastAPI()
    if app.signing_secret:
        server.include_router(slack_routes(app))
    transport = httpx.ASGITransport(server, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://mandat") as client:
        yield client


@asynccontextmanager
async def slack_world(home: Path, **fields: Any) -> AsyncIterator[World]:
    """A running world whose state lies in a folder."""
    async with mock_slack() as slack:
        settings, assistant, library = settings_for(slack, home, **fields), FakeAssistant(), FakeLibrary()
        transcripts = Transcripts(home)
        app = make_app(settings, assistant, transcripts, library=library)
        async with serving(app) as client:
            yield World(slack, assistant, transcripts, library, settings, app, client)
        assistant.gate.set()
        await app.desk.finish()
        app.desk.close()
        transcripts.close()


def elements(posted: dict[str, Any], kind: str = "actions") -> list[dict[str, Any]]:
    """The elements of a message's or view's blocks of a kind."""
    return [element for block in posted["blocks"] if block["type"] == kind for element in block["elements"]]


def element(posted: dict[str, Any], action_id: str) -> dict[str, Any]:
    """The one element with that id, wherever it stands."""
    found = [
        each
        for block in posted["blocks"]
        for each in (*block.get("elements", []), block.get("accessory") or {}, block.get("element") or {})
        if each.get("action_id") == action_id
    ]
    (one,) = found
    return one
