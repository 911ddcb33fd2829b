"""A reply written out piece by piece, where one person reads along; it ends as the message it would be.

A stream can be refused, or expire after some minutes: then the whole message is put in its place, or
posted where nothing can be put.
"""

from __future__ import annotations

import logging
import re
from itertools import pairwise
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from assistant.channels.markdown import escaped
from assistant.channels.presentation import Presentation
from assistant.channels.slack.blocks import Message
from assistant.channels.slack.posting import code_of, post, put_instead, quickly

_FAILURES = (SlackClientError, ClientError, TimeoutError)
_STREAM_CHARS = 10_000
_ENDS = re.compile(r"(?<=\])[ ](?=[^\[])|\n")

_log = logging.getLogger(__name__)


def shown_as_is(text: str) -> str:
    """Text that Slack's Markdown shows letter for letter: no mention, link or emphasis can come of it.

    What begins a mention or link in Slack's own markup is written as an entity, which both read as text.
    """
    marked = escaped(text.replace("&", "\0"))
    for mark, entity in (("\\<", "&lt;"), ("\\>", "&gt;"), ("\0", "&amp;")):
        marked = marked.replace(mark, entity)
    return marked.replace("\n", "  \n")


def pieces(shown: Presentation) -> list[str]:
    """What the reply says as Markdown, a statement at a time; joined they are the whole."""
    ends = [end.end() for end in _ENDS.finditer(shown.text)]
    parts = [shown.text[begin:end] for begin, end in pairwise([0, *ends, len(shown.text)])]
    marked = [shown_as_is(part) for part in parts if part]
    return [f"**{shown_as_is(shown.label)}**  \n{marked[0]}", *marked[1:]] if shown.label else marked


async def stream(
    client: AsyncWebClient,
    hasty: AsyncWebClient,
    channel: str,
    thread: str,
    user: tuple[str, str],
    shown: Presentation,
    message: Message,
    metadata: dict[str, Any],
) -> None:
    """Write the reply out; `user` is team and person. `hasty` is a client that does not wait when told to."""
    parts = pieces(shown)
    if len(parts) < 2 or sum(map(len, parts)) > _STREAM_CHARS:
        await post(client, channel, thread, message, metadata)
        return
    writing = await hasty.chat_stream(
        channel=channel,
        thread_ts=thread,
        recipient_team_id=user[0],
        recipient_user_id=user[1],
        buffer_size=1,
    )
    try:
        for part in parts:
            await writing.append(markdown_text=part)
        await writing.stop(blocks=list(message.tail), metadata=metadata)
    except _FAILURES as error:
        _log.info("a stream in Slack ended early (%s); the whole message takes its place", code_of(error))
    else:
        return
    if not writing.ts:
        await post(client, channel, thread, message, metadata)
        return
    await quickly(hasty.chat_stopStream(channel=channel, ts=writing.ts))
    try:
        await put_instead(client, channel, writing.ts, message, metadata)
    except _FAILURES:
        await quickly(client.chat_delete(channel=channel, ts=writing.ts))
        await post(client, channel, thread, message, metadata)
