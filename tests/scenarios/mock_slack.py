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
from local_server import served_locally

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BOT_USER, BOT_ID, TEAM = "U0BOT", "B0BOT", "T0TEAM"

Payload = dict[str, Any]


class MockSlack:
    """Records every call by method, and what people see in the end; answers `ok` unless told to refuse."""

    def __init__(self) -> None:
        self.messages: dict[str, Payload] = {}
        self.calls: dict[str, list[Payload]] = defaultdict(list)
        self.tokens: list[str] = []
        self.url = ""
        self.acknowledged: list[Payload] = []
        self._refusals: dict[str, deque[tuple[int, Payload, dict[str, str]]]] = defaultdict(deque)
        self._lost: dict[str, deque[bool]] = defaultdict(deque)
        self._socket: asyncio.Future[web.WebSocketResponse] = asyncio.get_running_loop().create_future()

    def refuse(self, method: str, error: str, status: int = 200, **headers: str) -> None:
        """The next call of the method not yet spoken for fails so."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._refusals[method].append((status, {"ok": False, "error": error}, named))

    def lose(self, method: str, *, taken: bool = True) -> None:
        """The next call's connection is cut, after Slack has acted on it or before."""
        self._lost[method].append(taken)

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
        given: Payload = await request.json() if is_json else dict(await request.post())
        given |= dict(request.query)
        self.calls[method].append(given)
        if self._refusals[method]:
            status, body, headers = self._refusals[method].popleft()
            return web.json_response(body, status=status, headers=headers)
        lost = self._lost[method].popleft() if self._lost[method] else None
        if lost is False and request.transport:
            request.transport.abort()
        body: Payload = {"ok": True}
        if method == "auth.test":
            body |= {"user_id": BOT_USER, "bot_id": BOT_ID, "team_id": TEAM, "url": "https://x.slack.com/"}
        elif method == "apps.connections.open":
            body["url"] = self.url.replace("http://", "ws://").replace("/api/", "/link")
        elif method == "conversations.replies":
            body["messages"] = [
                each for each in self.messages.values() if each.get("thread_ts") == given["ts"]
            ]
        elif method.startswith("chat.") and method != "chat.postEphemeral":
            body |= self._write(method, given) if lost is not False else {}
        if lost and request.transport:
            request.transport.abort()
        return web.json_response(body)

    def _write(self, method: str, given: Payload) -> Payload:
        """What people see changes as Slack would change it."""
        if method in ("chat.postMessage", "chat.startStream"):
            ts = f"1700000000.{len(self.messages) + 1:06}"
            channel = given["channel"]
            channel = f"D{channel[1:]}" if channel.startswith("U") else channel
            self.messages[ts] = {**given, "ts": ts, "channel": channel}
            self._stream(self.messages[ts], given)
        else:
            ts, channel = given["ts"], given["channel"]
            if ts not in self.messages:
                return {"ok": False, "error": "message_not_found"}
            if method == "chat.delete":
                del self.messages[ts]
            elif method == "chat.update":
                self.messages[ts] = {"thread_ts": self.messages[ts].get("thread_ts"), **given}
            else:
                self._stream(self.messages[ts], given)
        return {"channel": channel, "ts": ts}

    @staticmethod
    def _stream(message: Payload, given: Payload) -> None:
        chunks = given.get("chunks") or []
        message["streamed"] = message.get("streamed", "") + "".join(each["text"] for each in chunks)
        message.update({name: given[name] for name in ("blocks", "metadata") if name in given})

    def thread(self, ts: str) -> list[Payload]:
        """What stands in a thread in the end, in order."""
        return [each for each in self.messages.values() if each.get("thread_ts") == ts]

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
    server.router.add_get("/api/{method}", slack.call)
    server.router.add_post("/response", slack.respond)
    server.router.add_get("/link", slack.link)
    async with served_locally(server) as url:
        slack.url = f"{url}/api/"
        yield slack


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


def command(text: str, response_url: str, *, trigger: str = "T1", channel: str = "C1") -> bytes:
    """`/mandat` in a channel, as the form that Slack posts."""
    return urlencode(
        {
            "command": "/mandat",
            "text": text,
            "team_id": TEAM,
            "channel_id": channel,
            "user_id": "U1",
            "trigger_id": trigger,
            "response_url": response_url,
        }
    ).encode()


def interaction(payload: Payload) -> bytes:
    """Anything that a person did to an element of ours, as the form that Slack posts."""
    return urlencode({"payload": json.dumps({"team": {"id": TEAM}, "user": {"id": "U2"}} | payload)}).encode()


def click(
    element: Payload,
    *,
    thread: str = "1700000000.000100",
    value: str = "",
    response_url: str = "",
    ephemeral: bool = False,
    channel: str = "C1",
    **fields: Any,
) -> bytes:
    """A click on an element of a message in a thread."""
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": "b",
        "value": value or element.get("value", ""),
        "action_ts": "1700000002.000000",
    }
    return interaction(
        {
            "type": "block_actions",
            "channel": {"id": channel},
            "container": {
                "type": "message",
                "message_ts": "1700000001.000000",
                "channel_id": channel,
                "is_ephemeral": ephemeral,
            },
            "trigger_id": "trigger-1",
            "response_url": response_url,
            "message": {"ts": "1700000001.000000", "thread_ts": thread},
            "actions": [action | fields],
        }
    )


def on_home(element: Payload, **fields: Any) -> bytes:
    """A click on an element of a person's home page."""
    action = {"action_id": element["action_id"], "type": element["type"], "action_ts": "1700000003.000000"}
    action |= {"value": element["value"]} if "value" in element else {}
    return interaction(
        {
            "type": "block_actions",
            "container": {"type": "view", "view_id": "V1"},
            "view": {"type": "home", "id": "V1"},
            "trigger_id": "trigger-2",
            "actions": [{"block_id": "b", **action, **fields}],
        }
    )


def submission(view: Payload, **values: Payload) -> bytes:
    """A window of ours, sent with these states of its inputs (by block, whose only element is named so)."""
    return interaction(
        {
            "type": "view_submission",
            "trigger_id": "trigger-3",
            "view": {
                **view,
                "id": "V2",
                "state": {"values": {name: {name: v} for name, v in values.items()}},
            },
        }
    )


def shortcut(text: str, response_url: str, *, trigger: str = "T9", **fields: Any) -> bytes:
    """The message shortcut of that name, on a message of a channel."""
    message = {"type": "message", "user": "U7", "ts": "1700000000.000900", "text": text} | fields
    return interaction(
        {
            "type": "message_action",
            "callback_id": "find_rule",
            "trigger_id": trigger,
            "message_ts": message["ts"],
            "response_url": response_url,
            "channel": {"id": "C1", "name": "drift"},
            "message": message,
        }
    )


def pane(kind: str, event_id: str = "Ev1", seen: str = "C1") -> Payload:
    """An assistant thread that was started, or whose person looks at another channel."""
    thread = {
        "user_id": "U1",
        "channel_id": "D1",
        "thread_ts": "1700000000.000500",
        "context": {"channel_id": seen, "team_id": TEAM},
    }
    return envelope({"type": kind, "assistant_thread": thread, "event_ts": "1"}, event_id)


def opened(tab: str, event_id: str = "Ev1") -> Payload:
    """A person opened our page: the tab "home", or "messages" for the agent pane."""
    event = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": tab, "event_ts": "1"}
    return envelope(event, event_id)
