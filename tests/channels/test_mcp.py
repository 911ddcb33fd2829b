"""The SDK's own client asks over `/mcp`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from canned import APPOINTMENTS, REPLIES, RULES, RULES_TEXT, SECRET, Running, running
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from assistant.errors import LibraryEmpty


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture(autouse=True)
def fresh(server: Running) -> None:
    server.reset()


def call(server: Running, tool: str, **arguments: Any) -> CallToolResult:
    async def calling() -> CallToolResult:
        async with (
            streamable_http_client(f"{server.url}/mcp") as streams,
            ClientSession(streams[0], streams[1]) as session,
        ):
            await session.initialize()
            result = await session.call_tool(tool, arguments)
            assert isinstance(result, CallToolResult)
            return result

    return asyncio.run(calling())


def test_the_tools_and_that_they_only_read(server: Running) -> None:
    async def listing() -> Any:
        async with (
            streamable_http_client(f"{server.url}/mcp") as streams,
            ClientSession(streams[0], streams[1]) as session,
        ):
            greeting = await session.initialize()
            return greeting, (await session.list_tools()).tools

    greeting, tools = asyncio.run(listing())
    assert "verbatim" in greeting.instructions
    assert {tool.name for tool in tools} == {"ask", "find_passages", "read_document", "governance_map"}
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert all(tool.description and tool.output_schema for tool in tools)


def test_ask_gives_the_reply_of_the_contract(server: Running) -> None:
    told = call(server, "ask", question=APPOINTMENTS, asker_role="rektor").structured_content
    assert told is not None
    assert (told["outcome"], told["text"]) == ("answered", REPLIES[APPOINTMENTS].text)
    (question,) = server.assistant.asked
    assert (question.channel, question.asker_role, question.groups) == ("mcp", "rektor", frozenset())
    assert len(server.transcripts.recorded) == 1


def test_find_passages_gives_them_whole(server: Running) -> None:
    told = call(server, "find_passages", query="tilsetting", limit=2).structured_content
    assert told is not None
    assert len(told["passages"]) == 2
    for each in told["passages"]:
        assert RULES_TEXT[each["start"] : each["end"]] == each["text"]
        assert each["url"].endswith(f"#c{each['start']}-{each['end']}")


def test_read_document_reads_on_from_where_it_stopped(server: Running) -> None:
    told = call(server, "read_document", document_id=RULES.id, start=10).structured_content
    assert told is not None
    assert told["text"] == RULES_TEXT[10:]
    assert (told["total_chars"], told["next_start"]) == (len(RULES_TEXT), None)


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("read_document", {"document_id": SECRET.id}, "document_not_found"),
        ("read_document", {"document_id": "nope"}, "document_not_found"),
        ("governance_map", {"organisation": "nope"}, "organisation_not_found"),
        ("governance_map", {}, "organisation_not_found"),
        ("ask", {"question": "Hvem?", "language": "fr"}, "language"),
        ("find_passages", {"query": "x", "limit": 1000}, "limit"),
    ],
)
def test_what_cannot_be_done_is_said(
    server: Running, tool: str, arguments: dict[str, Any], says: str
) -> None:
    result = call(server, tool, **arguments)
    assert result.is_error
    assert says in result.content[0].text  # type: ignore[union-attr]


def test_an_empty_library_is_an_error_the_caller_can_read(server: Running) -> None:
    server.assistant.fails_with = LibraryEmpty("nothing has been ingested yet")
    result = call(server, "ask", question="Hvem?")
    assert result.is_error
    assert "nothing has been ingested" in result.content[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"origin": "https://evil.example"}], ids=["host", "origin"]
)
def test_a_foreign_page_cannot_reach_it(server: Running, headers: dict[str, str]) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accept = {"accept": "application/json, text/event-stream"}
    refused = httpx.post(f"{server.url}/mcp", json=body, headers={**accept, **headers})
    assert refused.status_code in (403, 421)
