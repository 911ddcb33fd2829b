"""Slack's side, on 127.0.0.1: its Web API, its Socket Mode, and requests signed as Slack signs them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BOT_USER, BOT_ID, TEAM = "U0BOT", "B0BOT", "T0TEAM"

Payload = dict[str, Any]


class MockSlack:
    """Records every call by method; answers `ok` unless told to refuse."""

    def __init__(self) -> None:
        self.calls: dict[str, list[Payload]] = defaultdict(list)
        self.tokens: list[str] = []
        self.url = ""
        self.acknowledged: list[Payload] = []
        self._refusals: dict[str, deque[tuple[int, Payload, dict[str, str]]]] = defaultdict(deque)
        self._socket: asyncio.Future[web.WebSocketResponse] = asyncio.get_running_loop().create_future()

    def refuse(self, method: str, error: str, status: int = 200, **headers: str) -> None:
        """The next call of the method not yet spoken for fails so."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._refusals[method].append((status, {"ok": False, "error": error}, named))

    @property
    def posted(self) -> list[Payload]:
        return self.calls["chat.postMessage"]

    async def wait_for(self, method: str, count: int = 1, timeout_s: float = 10) -> list[Payload]:
        """The method's calls, once there are `count` of them."""
        async with asyncio.timeout(timeout_s):
            while len(self.calls[method]) < count:
                await asyncio.sleep(0.005)
        return self.calls[method]

    async def send(self, envelope: Payload) -> None:
        """Send over the socket that the app opened."""
        socket = await asyncio.wait_for(asyncio.shield(self._socket), 10)
        await socket.send_json(envelope)

    async def call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.tokens.append(request.headers.get("authorization", ""))
        is_json = request.content_type == "application/json"
        self.calls[method].append(await request.json() if is_json else dict(await request.post()))
        if self._refusals[method]:
            status, body, headers = self._refusals[method].popleft()
            return web.json_response(body, status=status, headers=headers)
        body = {"ok": True, "channel": "C1", "ts": f"1700000000.{len(self.posted):06}"}
        if method == "auth.test":
            body |= {"user_id": BOT_USER, "bot_id": BOT_ID, "team_id": TEAM, "url": "https://x.slack.com/"}
        elif method == "apps.connections.open":
            body["url"] = self.url.replace("http://", "ws://").replace("/api/", "/link")
        return web.json_response(body)

    @property
    def response_url(self) -> str:
        """Where a command's or a click's answer goes."""
        return self.url.replace("/api/", "/response")

    async def respond(self, request: web.Request) -> web.Response:
        self.calls["response_url"].append(await request.json())
        if self._refusals["response_url"]:
            status, _, headers = self._refusals["response_url"].popleft()
            return web.Response(text="invalid_blocks", status=status, headers=headers)
        return web.Response(text="ok")

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._socket.set_result(socket)
        async for message in socket:
            self.acknowledged.append(json.loads(message.data))
        return socket


@asynccontextmanager
async def mock_slack() -> AsyncIterator[MockSlack]:
    """A running Slack at `.url`."""
    slack = MockSlack()
    server = web.Application()
    server.router.add_post("/api/{method}", slack.call)
    server.router.add_post("/response", slack.respond)
    server.router.add_get("/link", slack.link)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    slack.url = f"http://{host}:{port}/api/"
    try:
        yield slack
    finally:
        await runner.cleanup()


def signed(body: bytes, *, secret: str = SECRET, timestamp: str = "") -> dict[str, bytes]:
    """The headers Slack would send with a body."""
    stamp = (timestamp or str(int(time.time()))).encode()
    digest = hmac.new(secret.encode(), b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest()
    kind = b"application/json" if body.startswith(b"{") else b"application/x-www-form-urlencoded"
    return {
        "content-type": kind,
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={digest}".encode(),
    }


def mention(text: str, event_id: str = "Ev1", **fields: Any) -> Payload:
    """A mention in a public channel."""
    event = {
        "type": "app_mention",
        "user": "U1",
        "text": text,
        "ts": "1700000000.000100",
        "channel": "C1",
        "event_ts": "1700000000.000100",
    }
    return envelope(event | fields, event_id)


def direct(text: str, event_id: str = "Ev1", **fields: Any) -> Payload:
    """A direct message."""
    event = {"type": "message", "channel_type": "im", "channel": "D1", "text": text, "user": "U1"}
    return envelope(event | {"ts": "1700000000.000200"} | fields, event_id)


def envelope(event: Payload, event_id: str = "Ev1") -> Payload:
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A1",
        "event_id": event_id,
        "event_time": 1700000000,
        "event": event,
        "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
    }


def command(text: str, response_url: str, *, trigger: str = "T1") -> bytes:
    """`/mandat` in a channel, as the form that Slack posts."""
    return urlencode(
        {
            "command": "/mandat",
            "text": text,
            "team_id": TEAM,
            "channel_id": "C1",
            "user_id": "U1",
            "trigger_id": trigger,
            "response_url": response_url,
        }
    ).encode()


def click(
    element: Payload,
    *,
    thread: str = "1700000000.000100",
    value: str = "",
    response_url: str = "",
    ephemeral: bool = False,
) -> bytes:
    """A click on a button of a message in a thread, as the form that Slack posts."""
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": "U2", "team_id": TEAM},
        "channel": {"id": "C1"},
        "container": {
            "type": "message",
            "message_ts": "1700000001.000000",
            "channel_id": "C1",
            "is_ephemeral": ephemeral,
        },
        "response_url": response_url,
        "message": {"ts": "1700000001.000000", "thread_ts": thread},
        "actions": [
            {
                "type": element["type"],
                "action_id": element["action_id"],
                "block_id": "b",
                "value": value or element.get("value", ""),
                "action_ts": "1700000002.000000",
            }
        ],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()
