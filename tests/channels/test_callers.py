"""API keys: who calls, what they may read, how often; nothing in a body can widen it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from canned import SECRET, Running, running

from assistant.channels.http.callers import Caller, Gate, digest, new_key, read_callers
from assistant.errors import SettingError

KEY = "mandat-test-key"
(GROUP,) = SECRET.audience


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running({digest(KEY): Caller("intranett", frozenset({GROUP}))}) as server:
        yield server


@pytest.fixture
def http(server: Running) -> Iterator[httpx.Client]:
    server.reset()
    with httpx.Client(base_url=server.url) as http:
        yield http


BEARER = {"authorization": f"Bearer {KEY}"}


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/ask/stream", "/v1/chat/completions"])
def test_a_key_brings_its_groups_and_no_body_does(server: Running, http: httpx.Client, path: str) -> None:
    body: dict[str, Any] = {"question": "Hvem?", "groups": [GROUP], "audience": [GROUP]}
    if path.endswith("completions"):
        body |= {"model": "mandat", "messages": [{"role": "user", "content": "Hvem?"}]}
    assert http.post(path, json=body, headers=BEARER).status_code == 200
    assert http.post(path, json=body).status_code == 200
    assert [question.groups for question in server.assistant.asked] == [frozenset({GROUP}), frozenset()]


def test_a_restricted_document_is_there_with_the_key_alone(http: httpx.Client) -> None:
    assert http.get(f"/v1/documents/{SECRET.id}", headers=BEARER).json()["id"] == SECRET.id
    assert http.get(f"/v1/documents/{SECRET.id}/text", headers=BEARER).status_code == 200
    assert http.get(f"/v1/documents/{SECRET.id}").status_code == 404
    assert SECRET.id not in {each["id"] for each in http.get("/v1/documents").json()}
    assert SECRET.id in {each["id"] for each in http.get("/v1/documents", headers=BEARER).json()}


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer mandat-test-key2", f"Basic {KEY}", f"Bearer  x{KEY}", "Bearer \x00"]
)
@pytest.mark.parametrize("path", ["/v1/ask", "/v1/documents", "/mcp"])
def test_an_unknown_key_is_refused(http: httpx.Client, header: str, path: str) -> None:
    refused = http.get(path, headers={"authorization": header.replace("\x00", "é").encode()})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["error"]["code"] == "unknown_key"


def test_the_page_and_its_health_need_no_key(http: httpx.Client) -> None:
    assert http.get("/", headers={"authorization": "Bearer wrong"}).status_code == 200
    assert http.get("/healthz", headers={"authorization": "Bearer wrong"}).status_code == 200


def test_where_there_are_no_keys_a_key_is_passed_over() -> None:
    with running() as server:
        answered = httpx.post(f"{server.url}/v1/ask", json={"question": "Hvem?"}, headers=BEARER)
        assert answered.status_code == 200
        assert server.assistant.asked[0].groups == frozenset()


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    keys = {digest(KEY): Caller("intranett", per_minute=1000)}
    with running(keys, per_minute=2) as server, httpx.Client(base_url=server.url) as http:
        statuses = [http.post("/v1/ask", json={"question": "Hvem?"}).status_code for _ in range(3)]
        refused = http.post("/v1/ask", json={"question": "Hvem?"})
        assert statuses == [200, 200, 429]
        assert 1 <= int(refused.headers["retry-after"]) <= 30
        assert refused.json()["error"]["code"] == "too_many_requests"
        assert http.post("/v1/ask", json={"question": "Hvem?"}, headers=BEARER).status_code == 200
        assert http.get("/healthz").status_code == 200


def test_a_limit_fills_again_with_time() -> None:
    now = [0.0]
    seen: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(1)

    gate = Gate(app, {}, per_minute=60, clock=lambda: now[0])

    async def ask() -> None:
        async def send(message: Any) -> None:
            pass

        scope = {"type": "http", "path": "/v1/ask", "method": "POST", "headers": [], "client": ("1.2.3.4", 1)}
        await gate(scope, lambda: None, send)  # type: ignore[arg-type, return-value]

    for _ in range(70):
        asyncio.run(ask())
    assert len(seen) == 60
    now[0] = 5.0
    for _ in range(10):
        asyncio.run(ask())
    assert len(seen) == 65


def test_keys_are_read_from_a_file_that_has_only_their_digests(tmp_path: Path) -> None:
    key, kept = new_key()
    assert kept == digest(key)
    assert key not in kept
    file = tmp_path / "keys.yaml"
    file.write_text(f"- {{name: intranett, sha256: {kept}, groups: [ledere], per_minute: 60}}\n")
    assert read_callers(file) == {kept: Caller("intranett", frozenset({"ledere"}), 60)}
    assert read_callers(None) == {}


def entry(name: str, digit: str, more: str = "") -> str:
    return f"- {{name: {name}, sha256: '{digit * 64}'{more}}}"


@pytest.mark.parametrize(
    "content",
    [
        "- {name: a}", "- {name: a, sha256: short}", "- {name: a, key: secret}", "name: a", "[1, 2",
        entry("a", "0", ", per_minute: -1"),
        f"{entry('a', '0')}\n{entry('a', '1')}",
        f"{entry('a', '0')}\n{entry('b', '0')}",
    ],
)  # fmt: skip
def test_a_file_of_another_form_names_the_setting(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys.yaml"
    file.write_text(content)
    with pytest.raises(SettingError, match="MANDAT_API_KEYS"):
        read_callers(file)
    with pytest.raises(SettingError, match="MANDAT_API_KEYS"):
        read_callers(tmp_path / "missing.yaml")
