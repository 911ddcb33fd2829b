"""The same question in every channel over HTTP: the same statements, citations and outcome."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from canned import served
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from assistant.app import create_server
from assistant.evaluation.questions import Case, read_cases
from assistant.settings import Settings

SETS = Path(__file__).parents[1] / "evaluation"
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
