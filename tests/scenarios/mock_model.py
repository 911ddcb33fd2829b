"""A language model's side, on 127.0.0.1: an OpenAI-compatible server that plays what it is told.

A `Play` says how one request is answered: with words, with an error, in part, slowly or not at all.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

Payload = dict[str, Any]
PIECE_CHARS = 40


@dataclass(frozen=True)
class Play:
    """How a request is answered.

    `part` is the share of the answer that is sent before the connection is closed; `hold_s` is how
    long nothing is sent first; `pause_s` how long between two pieces of a stream.
    """

    content: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    finish: str = "stop"
    refusal: str = ""
    part: float = 1.0
    hold_s: float = 0.0
    pause_s: float = 0.0


Script = Callable[[Payload], Play]


class MockModel:
    """Records every request; answers each as `script` says. `sent_at` tells when each piece was sent."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[Payload] = []
        self.keys: list[str] = []
        self.url = ""
        self.released = threading.Event()
        self.sent_at: list[float] = []

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        self.requests.append(body)
        self.keys.append(handler.headers.get("authorization", ""))
        play = self.script(body)
        if play.hold_s:
            self.released.wait(play.hold_s)
        if play.status != 200:
            _send(handler, play.status, {"error": {"message": "played", "type": "played"}}, play.headers)
        elif body.get("stream"):
            self._stream(handler, body, play)
        else:
            _send(handler, 200, _completion(body, play), play.headers)

    def _stream(self, handler: BaseHTTPRequestHandler, body: Payload, play: Play) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("connection", "close")
        handler.end_headers()
        pieces = list(_chunks(body, play))
        for piece in pieces[: int(len(pieces) * play.part)] if play.part < 1 else pieces:
            if play.pause_s:
                self.released.wait(play.pause_s)
            handler.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
            handler.wfile.flush()
            self.sent_at.append(monotonic())
        if play.part == 1:
            handler.wfile.write(b"data: [DONE]\n\n")
        handler.close_connection = True


def _about(body: Payload, kind: str) -> Payload:
    return {"id": "chatcmpl-1", "object": kind, "created": 0, "model": body["model"]}


def _usage(body: Payload, content: str) -> Payload:
    asked = sum(len(message["content"]) for message in body["messages"]) // 4
    return {
        "prompt_tokens": asked,
        "completion_tokens": len(content) // 4,
        "total_tokens": asked + len(content) // 4,
    }


def _completion(body: Payload, play: Play) -> Payload:
    message: Payload = {"role": "assistant", "content": play.content, "refusal": play.refusal or None}
    return {
        **_about(body, "chat.completion"),
        "choices": [{"index": 0, "message": message, "finish_reason": play.finish}],
        "usage": _usage(body, play.content),
    }


def _chunks(body: Payload, play: Play) -> Iterator[Payload]:
    about = _about(body, "chat.completion.chunk")

    def chunk(delta: Payload, finish: str | None = None) -> Payload:
        return {**about, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    yield chunk({"role": "assistant", "content": ""})
    for start in range(0, len(play.content), PIECE_CHARS):
        yield chunk({"content": play.content[start : start + PIECE_CHARS]})
    if play.refusal:
        yield chunk({"refusal": play.refusal})
    yield chunk({}, play.finish)
    yield {**about, "choices": [], "usage": _usage(body, play.content)}


def _send(handler: BaseHTTPRequestHandler, status: int, value: Payload, headers: dict[str, str]) -> None:
    content = json.dumps(value).encode()
    handler.send_response(status)
    for name, text in {"content-type": "application/json", **headers}.items():
        handler.send_header(name, text)
    handler.send_header("content-length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has hung up is part of the play."""


@contextmanager
def playing(script: Script) -> Iterator[MockModel]:
    """The server, for as long as the block runs."""
    mock = MockModel(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            mock.answer(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    mock.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield mock
    finally:
        mock.released.set()
        server.shutdown()
        server.server_close()
