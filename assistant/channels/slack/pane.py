"""The agent pane, and the assistant pane before it: a greeting, and questions to begin with.

Under `agent_view` opening it is `app_home_opened` with the tab "messages", and what people write are
direct messages without a thread; under `assistant_view` it is `assistant_thread_started`, in a thread.
"""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from assistant.channels.slack.blocks import cut, plain_message, words
from assistant.channels.slack.errands import Desk
from assistant.channels.slack.parts import CHANNEL, Parts, log_failure
from assistant.channels.slack.posting import metadata_of, post, quickly
from assistant.channels.slack.views import EXAMPLES
from assistant.channels.slack.written import team_of

Body = dict[str, Any]


def listen_in_the_pane(app: AsyncApp, desk: Desk) -> None:
    """Greets, and suggests questions about the organisation that a person or their channel has chosen."""

    async def is_messages(event: Body) -> bool:
        return event.get("tab") == "messages"

    async def opened(event: Body, body: Body) -> None:
        await suggest(desk, str(event.get("channel")), "", team_of(body), str(event.get("user")))

    async def started(event: Body, body: Body, client: AsyncWebClient) -> None:
        channel, thread, user, seen = _thread(event)
        language = await suggest(desk, channel, thread, team_of(body), user, seen)
        try:
            if await desk.note(desk.parts.transcripts.claim, str(body.get("event_id")), CHANNEL):
                greeting = plain_message(words(language)["greeting"])
                await post(client, channel, thread, greeting, metadata_of(str(body.get("event_id")), ""))
        except Exception as error:  # noqa: BLE001 - nobody has asked anything yet
            log_failure("a greeting was not taken", error)

    async def moved(event: Body, body: Body) -> None:
        channel, thread, user, seen = _thread(event)
        await suggest(desk, channel, thread, team_of(body), user, seen)

    app.event("app_home_opened", matchers=[is_messages])(opened)
    app.event("assistant_thread_started")(started)
    app.event("assistant_thread_context_changed")(moved)


async def suggest(desk: Desk, channel: str, thread: str, team: str, user: str, seen: str = "") -> str:
    """Suggest questions in a pane; `seen` is the channel beside it. The language they are in."""
    try:
        language, questions = await desk.note(_suggested, desk.parts, team, user, seen)
    except Exception as error:  # noqa: BLE001 - a pane without suggestions is still one to ask in
        log_failure("no questions could be suggested", error)
        return ""
    prompts = [{"title": cut(each, 75), "message": each} for each in questions]
    if prompts:
        await quickly(
            desk.hasty.assistant_threads_setSuggestedPrompts(
                channel_id=channel, thread_ts=thread or None, title=words(language)["try"], prompts=prompts
            )
        )
    return language


def _suggested(parts: Parts, team: str, user: str, seen: str) -> tuple[str, list[str]]:
    chosen = parts.chosen(team, user, seen)
    language = parts.language(chosen)
    return language, list(parts.suggestions(chosen.organisation or parts.organisation, language))[:EXAMPLES]


def _thread(event: Body) -> tuple[str, str, str, str]:
    """Channel, thread and person of a pane, and the channel seen beside it."""
    pane = event.get("assistant_thread") or {}
    seen = str((pane.get("context") or {}).get("channel_id") or "")
    return str(pane.get("channel_id")), str(pane.get("thread_ts")), str(pane.get("user_id")), seen
