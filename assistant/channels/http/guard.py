"""What holds for every request and response: a size limit, headers a browser obeys, a last resort."""

from __future__ import annotations

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.channels.http.refusals import failure_of, refusal

_log = logging.getLogger(__name__)

MAX_BODY_BYTES = 1_000_000

SECURITY_HEADERS = {
    # Everything the page needs is served from here: no inline script or style, no other address.
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}

_TOO_LARGE = f"the request body is over {MAX_BODY_BYTES:,} bytes; send a shorter one"


class Guard:
    """ASGI middleware: refuses bodies over `MAX_BODY_BYTES` (413) and adds `SECURITY_HEADERS`.

    Responses are never cached unless a route says otherwise: replies depend on who asks and when.
    An unforeseen error is logged and answered here, inside the headers, in the documented form.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        received = 0
        started = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise HTTPException(413, _TOO_LARGE)
            return message

        async def guarded(message: Message) -> None:
            nonlocal started
            started = True
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and (len(declared) > 15 or int(declared) > MAX_BODY_BYTES):
            await refusal(413, "too_large", _TOO_LARGE)(scope, receive, guarded)
            return
        try:
            await self.app(scope, counted, guarded)
        except Exception as error:
            if started:
                raise
            _log.exception("%s %r failed", scope["method"], scope["path"])
            status, failure = failure_of(error)
            await refusal(status, failure.code, failure.message)(scope, receive, guarded)
