"""The same question in every channel: the same statements, citations and outcome."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from canned import served
from markdown_it import MarkdownIt
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mock_slack import SECRET, TEAM, mention, mock_slack, signed
from mock_teams import MockTeams, teams_in_a_thread
from pydantic import SecretStr

from assistant.app import create_server
from assistant.channels.presentation import present, words
from assistant.channels.wire import WireReply
from assistant.domain.reply import Outcome
from assistant.evaluation.questions import Case, read_cases
from assistant.settings import Settings
from assistant.transcripts.transcripts import Transcripts

SETS = Path(__file__).parents[1] / "evaluation"
ADDRESS = "https://mandat.example.org"
EVERY = 4  # a quarter of the questions, evenly taken: each is asked four times
SAME = (
    "outcome", "language", "text", "statements", "citations", "abstention", "clarification", "decision", "profile",
)  # fmt: skip


def cases() -> list[Case]:
    """Questions that every channel can ask: no channel but the command line has groups."""
    every = read_cases([SETS / "corpus-questions.jsonl", SETS / "governance.jsonl"])
    return [case for case in every if case.question.as_of is None and not case.question.groups][::EVERY]


@pytest.fixture(scope="module")
def url(corpus_copy_of_module: Path) -> Iterator[str]:
    with served(create_server(Settings(home=corpus_copy_of_module))) as url:
        yield url


@pytest.fixture(scope="module")
def corpus_copy_of_module(corpus_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("parity") / "home"
    return Path(shutil.copytree(corpus_home, home, ignore=shutil.ignore_patterns("transcripts*")))


def compared(reply: dict[str, Any]) -> dict[str, Any]:
    return {name: reply[name] for name in SAME}


def streamed(http: httpx.Client, body: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The statements as they came one by one, and the reply at the end."""
    events = http.post("/v1/ask/stream", json=body).text.replace("\r\n", "\n").strip().split("\n\n")
    read = [dict(line.split(": ", 1) for line in event.splitlines() if ": " in line) for event in events]
    statements = [json.loads(event["data"]) for event in read if event["event"] == "statement"]
    (reply,) = (json.loads(event["data"]) for event in read if event["event"] == "reply")
    return statements, reply


def by_mcp(url: str, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    async def asking() -> list[dict[str, Any]]:
        async with (
            streamable_http_client(f"{url}/mcp") as streams,
            ClientSession(streams[0], streams[1]) as session,
        ):
            await session.initialize()
            results = [await session.call_tool("ask", body) for body in asked]
            return [result.structured_content for result in results]  # type: ignore[union-attr, misc]

    return asyncio.run(asking())


async def by_slack(home: Path, chosen: list[Case], ids: dict[str, str]) -> list[dict[str, Any]]:
    """The messages that a workspace shows in the end: a thread a question, a channel a municipality."""
    async with mock_slack() as slack:
        settings = Settings(
            home=home,
            public_url=ADDRESS,
            slack_bot_token=SecretStr("xoxb-1"),
            slack_signing_secret=SecretStr(SECRET),
            slack_api_url=slack.url,
        )
        transcripts = Transcripts(home)
        for case in chosen:
            if place := case.question.organisation:
                transcripts.prefer(f"slack:{TEAM}:C-{place}", {"organisation": ids[place]})
        transcripts.close()
        app = create_server(settings)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://slack") as http:
                for at, case in enumerate(chosen):
                    body = mention(case.question.text, f"EvP{at}")
                    body["event"] |= {"ts": f"{at}.1", "channel": f"C-{case.question.organisation}"}
                    raw = json.dumps(body).encode()
                    taken = await http.post("/slack/events", content=raw, headers=signed(raw))
                    assert taken.status_code == 200
                async with asyncio.timeout(60):
                    while sum("metadata" in each for each in slack.messages.values()) < len(chosen):
                        await asyncio.sleep(0.05)
        return [slack.thread(f"{at}.1")[-1] for at in range(len(chosen))]


def shown_in(message: dict[str, Any]) -> tuple[str, str, list[tuple[str, str, str]]]:
    """(outcome, text, [(number, address, quote)]) of a message in Slack, read from its blocks."""
    blocks = message["blocks"] if isinstance(message["blocks"], list) else json.loads(message["blocks"])
    said = [unescape(block["text"]["text"]) for block in blocks if block["type"] == "section"]
    sources: list[tuple[str, str, str]] = []
    number, address = "", ""
    for block in blocks:
        if block["type"] == "context":
            line = block["elements"][0]["text"]
            found = re.match(r"\[(\d+)\] .*<([^|>]+)\|", line)
            if found:
                number, address = found[1], unescape(found[2])
        elif block["type"] == "rich_text" and number:
            quote = "".join(part["text"] for part in block["elements"][0]["elements"])
            sources.append((number, address, quote))
            number = ""
    metadata = message["metadata"]
    metadata = metadata if isinstance(metadata, dict) else json.loads(metadata)
    return metadata["event_payload"]["outcome"], "".join(said), sources


def test_slack_shows_the_same_reply(url: str, corpus_copy_of_module: Path) -> None:
    chosen = cases()
    with httpx.Client(base_url=url, timeout=30) as http:
        ids = {
            each[key]: each["id"] for each in http.get("/v1/organisations").json() for key in ("id", "name")
        }
        messages = asyncio.run(by_slack(corpus_copy_of_module, chosen, ids))
        for case, message in zip(chosen, messages, strict=True):
            body = {"question": case.question.text, "organisation": case.question.organisation or None}
            whole = http.post("/v1/ask", json=body).json()
            outcome, text, sources = shown_in(message)
            shown = (whole["abstention"] or {}).get("nearest") or whole["citations"]
            assert outcome == whole["outcome"], body
            assert text == whole["text"], body
            expected = [(str(each["number"]), ADDRESS + each["url"], each["quote"]) for each in shown]
            # a message has room for so many blocks: what is left out is told, and stands in the others' order
            assert sources == expected[: len(sources)], body
            assert len(sources) >= min(len(expected), 4), body


def test_every_channel_gives_the_same_reply(url: str) -> None:
    chosen = cases()
    assert len(chosen) >= 80
    bodies = [
        {"question": case.question.text}
        | ({"organisation": case.question.organisation} if case.question.organisation else {})
        for case in chosen
    ]
    outcomes = set()
    with httpx.Client(base_url=url, timeout=30) as http:
        by_tool = by_mcp(url, bodies)
        for body, told in zip(bodies, by_tool, strict=True):
            whole = http.post("/v1/ask", json=body).json()
            statements, reply = streamed(http, body)
            model = f"mandat:{body['organisation']}" if "organisation" in body else "mandat"
            messages = [{"role": "user", "content": body["question"]}]
            chat = http.post("/v1/chat/completions", json={"model": model, "messages": messages}).json()
            expected = compared(whole)
            assert compared(reply) == expected, body
            assert statements == whole["statements"], body
            assert compared(chat["mandat"]) == expected, body
            assert compared(told) == expected, body
            content = chat["choices"][0]["message"]["content"]
            assert all(f"{url}{citation['url']}" in content for citation in whole["citations"]), body
            outcomes.add(whole["outcome"])
    assert {"answered", "conflicting", "clarify", "silent", "not_found"} <= outcomes


PAGE = "https://mandat.example.org"


@pytest.fixture(scope="module")
def teams(corpus_copy_of_module: Path) -> Iterator[tuple[MockTeams, str]]:
    with teams_in_a_thread() as mock:
        settings = Settings(home=corpus_copy_of_module, public_url=PAGE, **mock.settings())
        with served(create_server(settings)) as url:
            yield mock, url


def by_teams(mock: MockTeams, http: httpx.Client, question: str, number: int) -> dict[str, Any]:
    """The message that Teams got for a question in a conversation of its own."""
    asked = mock.message(question, str(number))
    asked["conversation"]["id"] = f"a:{number}"
    answer = http.post(
        "/teams/messages", json=asked, headers={"authorization": mock.signed()["authorization"]}
    )
    assert answer.status_code == 202
    until = time.monotonic() + 20
    while len(mock.posted) <= number:
        assert time.monotonic() < until, question
        time.sleep(0.002)
    assert mock.conversations[number] == f"a:{number}"
    return mock.posted[number]


def read_by_a_person(markdown: str) -> str:
    """A message as a client shows it."""
    paragraphs = [
        block.children or [] for block in MarkdownIt("commonmark").parse(markdown) if block.type == "inline"
    ]
    return "\n\n".join(
        "".join("\n" if token.type.endswith("break") else token.content for token in tokens)
        for tokens in paragraphs
    )


def recovered(message: dict[str, Any]) -> dict[str, Any]:
    """What stands in a message: outcome, text from its beginning, citations with their quotes in full."""
    text = read_by_a_person(message["text"])
    labels = {
        words(language)[f"outcome_{outcome}"]: outcome
        for language in ("nb", "nn", "da", "sv", "en")
        for outcome in Outcome
        if outcome is not Outcome.ANSWERED
    }
    label, _, rest = text.partition("\n\n")
    outcome = labels.get(label, Outcome.ANSWERED) if message["text"].startswith("**") else Outcome.ANSWERED
    citations = []
    for claim in message["entities"][0].get("citation", []):
        shown = claim["appearance"]
        quote = shown["abstract"]
        if "text" in shown:
            assert json.loads(shown["text"])["body"][0]["inlines"][0]["text"].startswith(
                quote.removesuffix("…")
            )
            quote = json.loads(shown["text"])["body"][0]["inlines"][0]["text"]
        citations.append((claim["position"], shown["url"], quote, "usageInfo" in shown))
    actions = [action["title"] for action in message.get("suggestedActions", {}).get("actions", [])]
    return {
        "outcome": outcome,
        "text": text if outcome is Outcome.ANSWERED else rest,
        "citations": citations,
        "options": actions,
        "cards": [attached["content"] for attached in message.get("attachments", [])],
    }


def runs(card: object) -> str:
    """All text runs of a card, one after the other."""
    if isinstance(card, dict):
        own = card["text"] if card.get("type") == "TextRun" else ""
        return own + "".join(runs(each) for each in card.values())
    return "".join(runs(each) for each in card) if isinstance(card, list) else ""


def test_teams_shows_the_same_statements_citations_and_outcomes(teams: tuple[MockTeams, str]) -> None:
    mock, url = teams
    chosen = [case for case in cases() if not case.question.organisation]  # Teams has no field for one
    assert len(chosen) >= 80
    outcomes, kinds = set(), set()
    with httpx.Client(base_url=url, timeout=30) as http:
        for number, case in enumerate(chosen):
            question = case.question.text
            whole = http.post("/v1/ask", json={"question": question}).json()
            message = recovered(by_teams(mock, http, question, number))
            reply = WireReply.model_validate(whole)
            shown = present(reply, PAGE)
            assert message["outcome"] == whole["outcome"], question
            assert message["text"].startswith(whole["text"].strip()), question
            cited = whole["abstention"]["nearest"] if whole["abstention"] else whole["citations"]
            assert message["citations"] == [
                (each["number"], f"{PAGE}{each['url']}", each["quote"].strip(), each["kind"] == "guidance")
                for each in cited
            ], question
            # every statement that stands in the text stands with its citations
            for statement in whole["statements"]:
                if statement["text"] in whole["text"]:
                    after = message["text"].partition(statement["text"])[2]
                    assert all(f"[{n}]" in after for n in statement["citations"]), question
            assert message["options"] == [option.label for option in shown.options], question
            assert bool(message["cards"]) == bool(shown.card), question
            if shown.card:
                told = runs(message["cards"][0])
                assert all(row.text in told for row in (*shown.card.rows, *shown.card.chain)), question
                kinds.add(shown.card.kind)
            outcomes.add(whole["outcome"])
    assert {"answered", "conflicting", "clarify", "silent", "not_found"} <= outcomes
    assert kinds == {"decision", "body", "role"}
