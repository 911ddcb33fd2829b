"""What people write in Slack, read: pure functions over what Slack sends; nothing here calls Slack."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

QUESTION_CHARS = 4_000
"""Of a longer text the rest is left out: a message of that length is no question."""

_FROM_PEOPLE = (None, "file_share", "thread_broadcast")


def read_message(text: str, bot_user_id: str) -> str:
    """What a person wrote: without the mention of us, Slack's markup undone, spaces around it trimmed.

    A mention of someone else is left out too: an id says nothing to the documents.
    """
    if bot_user_id:
        text = re.sub(rf"<@{re.escape(bot_user_id)}(\|[^<>]*)?>", " ", text)
    text = re.sub(r"<([^<>]*)>", _read_token, text)
    lines = (" ".join(line.split()) for line in html.unescape(text).splitlines())
    return "\n".join(line for line in lines if line)[:QUESTION_CHARS]


def _read_token(token: re.Match[str]) -> str:
    target, _, label = token[1].partition("|")
    if label:
        return f"#{label}" if target.startswith("#") else label
    return " " if target[:1] in "@#!" else target.removeprefix("mailto:")


def is_direct(event: Mapping[str, Any]) -> bool:
    """Whether an event is of a conversation between one person and us."""
    return event.get("channel_type") == "im" or str(event.get("channel")).startswith("D")


async def is_question(event: dict[str, Any]) -> bool:
    """Whether a person mentioned us or wrote to us; edits, joins, and what bots (we too) write are not."""
    from_person = bool(event.get("user")) and event.get("user") != "USLACKBOT" and not event.get("bot_id")
    if not from_person or event.get("subtype") not in _FROM_PEOPLE or "edited" in event:
        return False
    if not (event.get("channel") and event.get("ts")):
        return False
    # A direct message is one event, whether it mentions us or not.
    return is_direct(event) if event["type"] == "message" else not is_direct(event)


def thread_of(body: Mapping[str, Any]) -> tuple[str, str]:
    """The channel and thread of the message that a click was on; "" for what the click does not tell."""
    container = body.get("container") or {}
    message = body.get("message") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    thread = message.get("thread_ts") or container.get("thread_ts") or container.get("message_ts")
    return str(channel), str(thread or message.get("ts") or "")


def is_unseen(body: Mapping[str, Any]) -> bool:
    """Whether a click was on a message that only the clicker sees."""
    return bool((body.get("container") or {}).get("is_ephemeral"))


def team_of(body: Mapping[str, Any]) -> str:
    """The id of the workspace (or organisation of workspaces) that a body came from."""
    team = body.get("team") or {}
    enterprise = body.get("enterprise") or {}
    return str(body.get("team_id") or team.get("id") or enterprise.get("id") or body.get("enterprise_id"))
