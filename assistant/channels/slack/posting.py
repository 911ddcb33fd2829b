"""Putting a message before people: posted, answered to a command, or told to one person alone.

Slack may refuse blocks, ask us to wait, or lose a connection: each way here ends in the words being
shown, or in an error that leaves the event in the inbox.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from assistant.channels.slack.blocks import Block, Message
from assistant.channels.slack.values import Place

RATE_LIMIT_RETRIES = 3
REPLY_EVENT = "mandat_reply"

_BLOCKS_REFUSED = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long")
_THREAD_MESSAGES = 200

_log = logging.getLogger(__name__)


def metadata_of(event_id: str, outcome: str) -> dict[str, Any]:
    """What tells our reply to an event from other messages of its thread."""
    return {"event_type": REPLY_EVENT, "event_payload": {"event_id": event_id, "outcome": outcome}}


async def post(
    client: AsyncWebClient, channel: str, thread: str, message: Message, metadata: dict[str, Any]
) -> None:
    """Post in the thread ("": on its own), once; raises when Slack takes none of it."""

    async def send(blocks: tuple[Block, ...]) -> None:
        await client.chat_postMessage(
            channel=channel,
            thread_ts=thread or None,
            text=message.text,
            blocks=list(blocks) or None,
            metadata=metadata,
            parse="none",
            link_names=False,
            unfurl_links=False,
            unfurl_media=False,
        )

    try:
        await _with_fewer_blocks(message, send)
    except (ClientError, TimeoutError):
        # The connection was lost, and nobody knows whether Slack had taken it.
        if not await is_told(client, channel, thread, metadata):
            await _with_fewer_blocks(message, send)


async def put_instead(
    client: AsyncWebClient, channel: str, ts: str, message: Message, metadata: dict[str, Any]
) -> None:
    """Put a message in the place of one of ours; raises when Slack takes none of it."""

    async def send(blocks: tuple[Block, ...]) -> None:
        await client.chat_update(
            channel=channel,
            ts=ts,
            text=message.text,
            blocks=list(blocks),
            metadata=metadata,
            parse="none",
            link_names=False,
        )

    await _with_fewer_blocks(message, send)


async def is_told(client: AsyncWebClient, channel: str, thread: str, metadata: dict[str, Any]) -> bool:
    """Whether the thread already has our reply to the event; False where we may not look."""
    if not thread:
        return False
    try:
        found = await client.conversations_replies(
            channel=channel, ts=thread, include_all_metadata=True, limit=_THREAD_MESSAGES
        )
    except (SlackClientError, ClientError, TimeoutError):
        return False
    event = metadata["event_payload"]["event_id"]
    messages: list[dict[str, Any]] = found.get("messages") or []
    noted = [each.get("metadata") or {} for each in messages]
    return any(
        each.get("event_type") == REPLY_EVENT and each.get("event_payload", {}).get("event_id") == event
        for each in noted
    )


async def respond(response_url: str, message: Message, *, in_channel: bool) -> bool:
    """Answer where a command was given or a button clicked; whether Slack took it."""
    waiting = AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_RETRIES)
    hook = AsyncWebhookClient(response_url, retry_handlers=[waiting])
    for blocks in (message.blocks, ()):
        answer = {
            "text": message.text,
            "blocks": list(blocks),
            "response_type": "in_channel" if in_channel else "ephemeral",
            "replace_original": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            told = await hook.send_dict(answer)
        except (ClientError, TimeoutError):
            return False
        if told.status_code == 200:
            return True
        _log.warning("Slack refused a reply (%s); sending less of it", told.status_code)
        if not message.blocks:
            break
    return False


async def tell(client: AsyncWebClient, place: Place, message: Message, *, here: bool = False) -> None:
    """Tell one person; `here` where a command was given or an unseen message stands, else in the thread.

    Raises:
        SlackApiError: neither way was taken.
    """
    if here and place.response_url and await respond(place.response_url, message, in_channel=False):
        return
    try:
        await client.chat_postEphemeral(
            channel=place.channel,
            thread_ts=place.thread or None,
            user=place.user,
            text=message.text,
            blocks=list(message.blocks) or None,
            parse="none",
        )
    except SlackApiError:
        # not a member of the channel, for instance
        if here or not place.response_url:
            raise
        if not await respond(place.response_url, message, in_channel=False):
            raise


async def quickly(call: Awaitable[object], timeout_s: float = 2.0) -> bool:
    """Whether something that is nice to have was done in time; nothing is lost without it."""
    try:
        await asyncio.wait_for(call, timeout_s)
    except Exception as error:  # noqa: BLE001 - whatever failed, the answer is what counts
        _log.info("Slack did not take a nicety: %s", code_of(error))
        return False
    return True


def code_of(error: BaseException) -> str:
    """What went wrong in a word: Slack's code, or the kind of error where Slack gave none."""
    answer = error.response.data if isinstance(error, SlackApiError) else None
    return str(answer.get("error")) if isinstance(answer, dict) else type(error).__name__


async def _with_fewer_blocks(message: Message, send: Callable[[tuple[Block, ...]], Awaitable[None]]) -> None:
    """Send; with fewer blocks, at last with none, when Slack does not take them."""
    without_thumbs = tuple(block for block in message.blocks if block["type"] != "context_actions")
    for blocks in (message.blocks, without_thumbs, ()):
        try:
            await send(blocks)
        except SlackApiError as error:
            if code_of(error) not in _BLOCKS_REFUSED or not blocks:
                raise
            _log.warning("Slack refused blocks (%s); sending fewer", code_of(error))
        else:
            return
