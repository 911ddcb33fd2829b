"""Mandat in Slack: what is asked there is answered there, once, from public documents only.

This package is the door to slack_bolt, which takes half a second to import: import this module only
where a bot token is set. A reply in a channel is read by all its members, whoever asked, so no
`Question` from here has groups.

    written, values     what Slack sends, read
    questions, clicks   listeners: what people ask, and what they click under a reply
    choosing, pane      listeners: choices and the home page; the agent pane
    errands             a question on its way to an answer: the inbox, answering, taking up again
    posting, streaming  putting a message before people
    blocks, views       messages and windows, made of a presentation
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from assistant.channels.ports import Reads, Suggests
from assistant.channels.replying import Replies
from assistant.channels.slack.choosing import listen_for_choices
from assistant.channels.slack.clicks import listen_for_clicks, listen_for_feedback, listen_for_sources
from assistant.channels.slack.errands import Desk
from assistant.channels.slack.pane import listen_in_the_pane
from assistant.channels.slack.parts import Keeps, Parts, log_failure
from assistant.channels.slack.posting import RATE_LIMIT_RETRIES
from assistant.channels.slack.questions import ignore_the_rest, listen_for_commands, listen_for_questions
from assistant.channels.slack.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, is_from_slack
from assistant.errors import SettingError
from assistant.settings import Settings

MAX_BODY_BYTES = 1_000_000
RECONNECT_S = 30.0

_NOT_AUTHORISED = "the bot token was not accepted"


class SlackApp(AsyncApp):
    """A Bolt app that knows the secret its route checks, the token of its socket, and its desk."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self.signing_secret = settings.slack_signing_secret.get_secret_value()
        self.socket_token = settings.slack_app_token.get_secret_value()
        token = settings.slack_bot_token.get_secret_value()
        address = settings.slack_api_url.rstrip("/") + "/"
        # A lost connection is not tried again blindly: a message would be posted twice.
        waiting = AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_RETRIES)
        client = AsyncWebClient(token=token, base_url=address, retry_handlers=[waiting])
        hasty = AsyncWebClient(token=token, base_url=address, retry_handlers=[])
        super().__init__(
            name="mandat",
            client=client,
            signing_secret=self.signing_secret,
            user_facing_authorize_error_message=_NOT_AUTHORISED,
        )
        self.desk = Desk(parts, client, hasty)


def create_slack(
    settings: Settings,
    replies: Replies,
    transcripts: Keeps,
    library: Reads,
    *,
    suggestions: Suggests = lambda organisation, language: (),
) -> SlackApp | None:
    """The Slack app; None when no bot token is set.

    Links to documents lead to `settings.public_url`, where people reach the web page ("" = no links).

    Raises:
        SettingError: neither a signing secret (HTTP) nor an app token (Socket Mode) is set.
    """
    if not settings.slack_bot_token.get_secret_value():
        return None
    if not (settings.slack_signing_secret.get_secret_value() or settings.slack_app_token.get_secret_value()):
        raise SettingError(
            "MANDAT_SLACK_BOT_TOKEN is set, but no way for Slack to reach us: set "
            "MANDAT_SLACK_APP_TOKEN (Socket Mode) or MANDAT_SLACK_SIGNING_SECRET (events over HTTP)"
        )
    parts = Parts(replies, transcripts, library, settings.public_url, settings.organisation, suggestions)
    app = SlackApp(settings, parts)
    listen_for_questions(app, app.desk)
    listen_for_commands(app, app.desk)
    listen_for_clicks(app, app.desk)
    listen_for_feedback(app, app.desk)
    listen_for_sources(app, app.desk)
    listen_for_choices(app, app.desk)
    listen_in_the_pane(app, app.desk)
    ignore_the_rest(app)
    return app


@asynccontextmanager
async def running(app: SlackApp) -> AsyncIterator[None]:
    """While it lasts the inbox is looked after and, with an app token, the socket is open.

    At the end replies under way are finished first.
    """
    tasks = [asyncio.create_task(app.desk.keep_resuming())]
    if app.socket_token:
        tasks.append(asyncio.create_task(_keep_connected(app)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await app.desk.finish()
        app.desk.close()


async def _keep_connected(app: SlackApp) -> None:
    """Take events over a connection that we open to Slack; once open it reconnects by itself."""
    while True:
        handler = AsyncSocketModeHandler(app, app.socket_token)
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
            await asyncio.Event().wait()
        except Exception as error:  # noqa: BLE001 - no network yet, or a wrong token: said, and tried again
            log_failure(f"the socket did not open; trying again in {RECONNECT_S:.0f} s", error)
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]
        await asyncio.sleep(RECONNECT_S)


def slack_routes(app: SlackApp) -> APIRouter:
    """`POST /slack/events`: events, commands, clicks and the challenge, for the request URLs of the app.

    401 for what Slack did not sign within five minutes, 413 over `MAX_BODY_BYTES`, 400 for a signed
    body we cannot read, 503 while Slack does not accept our token (Slack sends the event again).

    Raises:
        SettingError: no signing secret is set.
    """
    if not app.signing_secret:
        raise SettingError("MANDAT_SLACK_SIGNING_SECRET is empty; set it to take events over HTTP")
    routes = APIRouter()

    @routes.post("/slack/events", include_in_schema=False)
    async def events(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > MAX_BODY_BYTES:
                return _refusal(413, "the body is too large")
        if not is_from_slack(app.signing_secret, request.headers, bytes(body), time.time()):
            return _refusal(401, "not signed by Slack, or too long ago")
        taken = _bolt_request(request, bytes(body))
        if taken is None:
            return _refusal(400, "not a request of the documented form")
        answer = await app.async_dispatch(taken)
        if answer.body == _NOT_AUTHORISED:
            return _refusal(503, _NOT_AUTHORISED)
        return to_starlette_response(answer)

    return routes


def _bolt_request(request: Request, body: bytes) -> AsyncBoltRequest | None:
    """The request as Bolt takes it; None when it is not of the form that Slack documents."""
    # Only these: Bolt obeys some headers of its own, which the signature does not cover.
    names = ("content-type", TIMESTAMP_HEADER, SIGNATURE_HEADER)
    headers: dict[str, Any] = {name: request.headers[name] for name in names if name in request.headers}
    try:
        taken = AsyncBoltRequest(body=body.decode("utf-8"), headers=headers)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None
    if taken.body.get("type") == "event_callback":
        event = taken.body.get("event")
        if not (isinstance(event, dict) and isinstance(event.get("type"), str)):
            return None
    return taken


def _refusal(status: int, reason: str) -> Response:
    return Response(reason, status_code=status, media_type="text/plain")
