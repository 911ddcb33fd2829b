"""Mandat in Slack: a mention or a direct message is answered in its thread, once.

This is the one door to slack_bolt, which takes half a second to import: import this module only
where a bot token is set. What Slack shows is made in `slack_blocks`.

In Slack everyone sees public documents only (a `Question` from here has no groups): a reply in a
channel is read by all its members, whoever asked.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any, Protocol

from fastapi import APIRouter, Request, Response
from slack_bolt import BoltResponse
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncBoltRequest, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from assistant.channels.ports import Asks
from assistant.channels.slack.blocks import (
    CHOICE_ACTION,
    FALLBACK_LANGUAGE,
    FEEDBACK_ACTION,
    SHARE_ACTION,
    Message,
    plain_message,
    read_choice,
    read_message,
    read_share,
    read_verdict,
    render,
    words,
)
from assistant.channels.slack.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, is_from_slack
from assistant.domain.question import Question
from assistant.domain.reply import Exchange
from assistant.errors import MandatError, SettingError
from assistant.language.identify import identify
from assistant.settings import Settings
from assistant.transcripts.transcripts import Asked

MAX_BODY_BYTES = 1_000_000
FINISH_S = 20.0
"""How long a stopping server waits for replies under way: Slack has been told that we have them."""

_CHANNEL = "slack"
_OK = 200
_RATE_LIMIT_RETRIES = 3
_FROM_PEOPLE = (None, "file_share", "thread_broadcast")
_BLOCKS_REFUSED = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long")
_NOT_AUTHORISED = "the bot token was not accepted"

_log = logging.getLogger(__name__)


class Remembers(Protocol):
    """What this channel needs of the transcripts store (blocking)."""

    def claim(self, event_id: str, channel: str) -> bool:
        """True exactly once per event id, across processes."""
        ...

    def record(self, question: Question, exchange: Exchange) -> None:
        """Note an exchange."""
        ...

    def exchange(self, exchange_id: str) -> Asked | None:
        """A noted exchange."""
        ...

    def feedback(self, exchange_id: str, helpful: bool, comment: str) -> bool:
        """Note a reader's verdict; False when the exchange is not stored."""
        ...


class SlackApp(AsyncApp):
    """A Bolt app that knows the secret its route checks and the replies it has under way."""

    def __init__(self, client: AsyncWebClient, signing_secret: str) -> None:
        super().__init__(
            name="mandat",
            client=client,
            signing_secret=signing_secret,
            user_facing_authorize_error_message=_NOT_AUTHORISED,
        )
        self.signing_secret = signing_secret
        self._replying: set[asyncio.Task[Any]] = set()

    @contextmanager
    def replying(self) -> Iterator[None]:
        """Marks the current task as a reply under way."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a reply is made in a task of an event loop")
        self._replying.add(task)
        try:
            yield
        finally:
            self._replying.discard(task)

    async def finish(self, timeout_s: float = FINISH_S) -> None:
        """Wait until no reply is under way, at most `timeout_s`."""
        if self._replying:
            await asyncio.wait(set(self._replying), timeout=timeout_s)


def create_slack(
    settings: Settings, assistant: Asks, transcripts: Remembers, *, public_url: str = ""
) -> SlackApp | None:
    """The Slack app; None when no bot token is set.

    `public_url` is where people reach the web page, for links to the documents ("" = no links).

    Raises:
        SettingError: neither a signing secret (HTTP) nor an app token (Socket Mode) is set.
    """
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        return None
    secret = settings.slack_signing_secret.get_secret_value()
    if not secret and not settings.slack_app_token.get_secret_value():
        raise SettingError(
            "MANDAT_SLACK_BOT_TOKEN is set, but no way for Slack to reach us: set "
            "MANDAT_SLACK_SIGNING_SECRET (events over HTTP) or MANDAT_SLACK_APP_TOKEN (Socket Mode)"
        )
    client = AsyncWebClient(token=token, base_url=settings.slack_api_url.rstrip("/") + "/")
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES))
    app = SlackApp(client, secret)
    _listen_for_questions(app, assistant, transcripts, public_url)
    _listen_for_clicks(app, assistant, transcripts, public_url)
    _listen_for_commands(app, assistant, transcripts, public_url)
    _ignore_the_rest(app)
    return app


def slack_routes(app: SlackApp) -> APIRouter:
    """`POST /slack/events`: events, clicks and the challenge, for the request URLs of the Slack app.

    401 for what Slack did not sign within five minutes, 413 over `MAX_BODY_BYTES`, 400 for a signed
    body we cannot read, 503 while Slack does not accept our token (Slack sends the event again).

    Raises:
        SettingError: no signing secret is set.
    """
    if not app.signing_secret:
        raise SettingError("MANDAT_SLACK_SIGNING_SECRET is empty; set it to take events over HTTP")

    @asynccontextmanager
    async def finish_at_end(_: object) -> AsyncIterator[None]:
        yield
        await app.finish()

    routes = APIRouter(lifespan=finish_at_end)

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


async def run_socket_mode(
    settings: Settings, assistant: Asks, transcripts: Remembers, *, public_url: str = ""
) -> None:
    """Take events over a connection that we open to Slack, until cancelled; reconnects by itself.

    Raises:
        SettingError: the bot token or the app token is not set.
    """
    app_token = settings.slack_app_token.get_secret_value()
    app = create_slack(settings, assistant, transcripts, public_url=public_url)
    if app is None or not app_token:
        raise SettingError("Socket Mode needs both MANDAT_SLACK_BOT_TOKEN and MANDAT_SLACK_APP_TOKEN")
    handler = AsyncSocketModeHandler(app, app_token)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await asyncio.Event().wait()
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
        await app.finish()


def _listen_for_questions(app: SlackApp, assistant: Asks, transcripts: Remembers, public_url: str) -> None:
    async def once(
        body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        # Before the acknowledgement: should the inbox fail, Slack sends the event again.
        event = body["event"]
        event_id = body.get("event_id") or f"{event.get('channel')}:{event.get('ts')}"
        if await asyncio.to_thread(transcripts.claim, str(event_id), _CHANNEL):
            await next_()
            return None
        return await context.ack()

    async def take_question(event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient) -> None:
        channel, thread = str(event["channel"]), str(event.get("thread_ts") or event["ts"])
        question = _question(event, context, f"{channel}:{thread}")
        with app.replying():
            message = await asyncio.to_thread(_reply, question, assistant, transcripts, public_url)
            await _post(client, channel, thread, message)

    # Bolt acknowledges an event first and runs its listener as a task.
    for kind in ("app_mention", "message"):
        app.event(kind, matchers=[_is_question], middleware=[once])(take_question)


def _listen_for_clicks(app: SlackApp, assistant: Asks, transcripts: Remembers, public_url: str) -> None:
    async def choose(
        ack: AsyncAck,
        action: dict[str, Any],
        body: dict[str, Any],
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        await ack()
        choice = read_choice(str(action.get("value")))
        if choice is None:
            return
        with app.replying():
            quietly = bool((body.get("container") or {}).get("is_ephemeral"))
            # In a channel several people may click, and one person twice: an option is answered once.
            click = f"choice:{choice.exchange_id}:{choice.organisation}"
            if not await asyncio.to_thread(transcripts.claim, click, _CHANNEL):
                return
            asked = await asyncio.to_thread(transcripts.exchange, choice.exchange_id)
            if asked is None:
                message = plain_message(words(choice.language)["expired"])
            else:
                question = replace(
                    asked.question,
                    organisation=choice.organisation,
                    language=asked.language,
                    groups=frozenset(),
                    channel=_CHANNEL,
                )
                message = await asyncio.to_thread(
                    _reply, question, assistant, transcripts, public_url, shareable=quietly
                )
            if quietly:
                await _respond(respond, message, in_channel=False)
            else:
                await _post(client, *_place(body), message)

    async def take_feedback(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        await ack()
        verdict = read_verdict(str(action.get("value")))
        if verdict is None:
            return
        with app.replying():
            kept = await asyncio.to_thread(transcripts.feedback, verdict.exchange_id, verdict.helpful, "")
            if kept:
                channel, thread = _place(body)
                await client.chat_postEphemeral(
                    channel=channel,
                    thread_ts=thread,
                    user=str(body["user"]["id"]),
                    text=plain_message(words(verdict.language)["thanks"]).text,
                )

    app.action(re.compile(rf"^{CHOICE_ACTION}:\d+$"))(choose)
    app.action(FEEDBACK_ACTION)(take_feedback)


def _listen_for_commands(app: SlackApp, assistant: Asks, transcripts: Remembers, public_url: str) -> None:
    async def answer_quietly(
        ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        await ack()
        place = f"{command.get('channel_id')}:{command.get('user_id')}"
        question = _question(command, context, place)
        with app.replying():
            event = f"command:{command.get('trigger_id')}"
            if await asyncio.to_thread(transcripts.claim, event, _CHANNEL):
                message = await asyncio.to_thread(
                    _reply, question, assistant, transcripts, public_url, shareable=True
                )
                await _respond(respond, message, in_channel=False)

    async def share(ack: AsyncAck, action: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        shared = read_share(str(action.get("value")))
        if shared is None:
            return
        with app.replying():
            event = f"share:{shared.exchange_id}"
            if not await asyncio.to_thread(transcripts.claim, event, _CHANNEL):
                return
            asked = await asyncio.to_thread(transcripts.exchange, shared.exchange_id)
            if asked is None:
                await _respond(respond, plain_message(words(shared.language)["expired"]), in_channel=False)
                return
            # asked anew: what the channel reads is verified now, for everyone in it
            question = replace(asked.question, groups=frozenset(), channel=_CHANNEL)
            message = await asyncio.to_thread(_reply, question, assistant, transcripts, public_url)
            await _respond(respond, message, in_channel=True)

    app.command("/mandat")(answer_quietly)
    app.action(SHARE_ACTION)(share)


def _question(written: dict[str, Any], context: AsyncBoltContext, place: str) -> Question:
    """The question in an event or command; `place` tells its conversation from the team's others."""
    return Question(
        text=read_message(str(written.get("text") or ""), context.bot_user_id or ""),
        groups=frozenset(),
        conversation_id=f"slack:{context.team_id or context.enterprise_id}:{place}",
        channel=_CHANNEL,
    )


async def _respond(respond: AsyncRespond, message: Message, *, in_channel: bool) -> None:
    """Answer where a command was given or a button clicked; with no blocks when Slack does not take them."""
    kind = "in_channel" if in_channel else "ephemeral"
    for blocks in (message.blocks, ()):
        told = await respond(
            text=message.text,
            blocks=list(blocks),
            response_type=kind,
            replace_original=False,
            unfurl_links=False,
            unfurl_media=False,
        )
        if told.status_code == _OK:
            return
        _log.warning("Slack refused a reply (%s); sending less of it", told.status_code)


def _ignore_the_rest(app: SlackApp) -> None:
    """Acknowledge what we do not act on: Slack takes an error for trouble, and sends it again."""

    async def ignore_event() -> None:
        return

    async def ignore_click(ack: AsyncAck) -> None:
        await ack()

    app.event(re.compile(".*"))(ignore_event)
    app.action(re.compile(".*"))(ignore_click)


async def _is_question(event: dict[str, Any]) -> bool:
    """Whether a person mentioned us or wrote to us; edits, joins, and what bots (we too) write are not."""
    from_person = bool(event.get("user")) and event.get("user") != "USLACKBOT" and not event.get("bot_id")
    if not from_person or event.get("subtype") not in _FROM_PEOPLE or "edited" in event:
        return False
    direct = event.get("channel_type") == "im" or str(event.get("channel")).startswith("D")
    # A direct message is one event, whether it mentions us or not.
    return direct if event["type"] == "message" else not direct


def _reply(
    question: Question,
    assistant: Asks,
    transcripts: Remembers,
    public_url: str,
    *,
    shareable: bool = False,
) -> Message:
    """The message for a question, its exchange noted; an apology when the assistant fails. Blocking."""
    if not question.text:
        return plain_message(words(FALLBACK_LANGUAGE)["empty"])
    began = time.monotonic()
    try:
        exchange = assistant.ask(question)
        message = render(exchange, public_url, shareable=shareable)
    except Exception as error:  # noqa: BLE001 - whatever failed, the asker is told that something did
        _log_failure(error)
        language = question.language or identify(question.text)
        return plain_message(words(language)["apology"])
    try:
        transcripts.record(question, exchange)
    except Exception:  # noqa: BLE001 - a full disk there must not take the reply from the reader
        _log.exception("exchange %s was answered but could not be recorded", exchange.id)
    seconds = time.monotonic() - began
    _log.info("exchange %s in Slack: %s, %.2f s", exchange.id, exchange.reply.outcome, seconds)
    return message


def _log_failure(error: Exception) -> None:
    """Where it failed and how, without the message, which may quote the question."""
    code = error.code if isinstance(error, MandatError) else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    _log.error("a question in Slack got no reply: %s in %s", code, where)


async def _post(client: AsyncWebClient, channel: str, thread: str, message: Message) -> None:
    """Post in the thread; with fewer blocks, at last with none, when Slack does not take them."""
    without_buttons = tuple(block for block in message.blocks if block["type"] != "context_actions")
    for blocks in (message.blocks, without_buttons, ()):
        try:
            await client.chat_postMessage(
                channel=channel,
                thread_ts=thread,
                text=message.text,
                blocks=list(blocks) or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackApiError as error:
            if not blocks or error.response.get("error") not in _BLOCKS_REFUSED:
                raise
            _log.warning("Slack refused a reply: %s; sending less of it", error.response.get("error"))
        else:
            return


def _place(body: dict[str, Any]) -> tuple[str, str]:
    """The channel and the thread of the message that was clicked in."""
    message = body.get("message") or {}
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    thread = message.get("thread_ts") or container.get("thread_ts") or container.get("message_ts")
    return str(channel), str(thread or message.get("ts"))


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
