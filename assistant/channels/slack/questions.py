"""What people ask in Slack: by a mention, a direct message, `/mandat`, or "find the rule for this"."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from assistant.channels.presentation import FALLBACK_LANGUAGE
from assistant.channels.slack.choosing import is_settings_word, open_settings
from assistant.channels.slack.errands import Desk, Errand
from assistant.channels.slack.parts import CHANNEL
from assistant.channels.slack.values import Place
from assistant.channels.slack.written import is_direct, is_question, read_message, team_of

COMMAND = "/mandat"
SHORTCUT = "find_rule"

_CLAIM_S = 2.0  # of the three seconds that Slack waits


def listen_for_questions(app: AsyncApp, desk: Desk) -> None:
    """Answers mentions and direct messages in their threads."""

    def errand_of(body: dict[str, Any], context: AsyncBoltContext) -> Errand:
        event = body["event"]
        channel, thread = str(event["channel"]), str(event.get("thread_ts") or event["ts"])
        team = team_of(body)
        return Errand(
            event_id=str(body.get("event_id") or f"{channel}:{event['ts']}"),
            text=read_message(str(event.get("text") or ""), context.bot_user_id or ""),
            team=team,
            channel=channel,
            user=str(event["user"]),
            conversation=f"{CHANNEL}:{team}:{channel}:{thread}",
            thread=thread,
            live=is_direct(event),
        )

    async def once(
        body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        # Before the acknowledgement: should the inbox fail, Slack sends the event again. Should it be
        # slow, the event may have been taken all the same: then it is found in the inbox.
        context["errand"] = errand_of(body, context)
        if await asyncio.wait_for(desk.take(context["errand"]), _CLAIM_S):
            await next_()
            return None
        return await context.ack()

    async def answer(context: AsyncBoltContext) -> None:
        await desk.carry_out(context["errand"])

    # Bolt acknowledges an event first and runs its listener as a task.
    for kind in ("app_mention", "message"):
        app.event(kind, matchers=[is_question], middleware=[once])(answer)


def listen_for_commands(app: AsyncApp, desk: Desk) -> None:
    """Answers `/mandat` and the message shortcut to the asker alone."""

    async def answer_quietly(ack: AsyncAck, command: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        text = read_message(str(command.get("text") or ""), "")
        channel, user = str(command.get("channel_id")), str(command.get("user_id"))
        response_url = str(command.get("response_url") or "")
        team = team_of(command)
        if is_settings_word(text):
            place = Place(channel, "", user, FALLBACK_LANGUAGE, response_url)
            await open_settings(client, desk, place, team, str(command.get("trigger_id")))
            return
        await desk.take_and_carry_out(
            Errand(
                event_id=f"command:{command.get('trigger_id')}",
                text=text,
                team=team,
                channel=channel,
                user=user,
                conversation=f"{CHANNEL}:{team}:{channel}:{user}",
                response_url=response_url,
                to="asker",
            )
        )

    async def find_rule(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        message = body.get("message") or {}
        channel, team = str((body.get("channel") or {}).get("id")), team_of(body)
        thread = str(message.get("thread_ts") or message.get("ts"))
        await desk.take_and_carry_out(
            Errand(
                event_id=f"shortcut:{body.get('trigger_id')}",
                text=read_message(str(message.get("text") or ""), context.bot_user_id or ""),
                team=team,
                channel=channel,
                user=str(body["user"]["id"]),
                conversation=f"{CHANNEL}:{team}:{channel}:{thread}",
                response_url=str(body.get("response_url") or ""),
                to="asker",
            )
        )

    app.command(COMMAND)(answer_quietly)
    app.shortcut({"type": "message_action", "callback_id": SHORTCUT})(find_rule)


def ignore_the_rest(app: AsyncApp) -> None:
    """Acknowledges what we do not act on: Slack takes an error for trouble, and sends it again."""

    async def ignore_event() -> None:
        return

    async def ignore_request(ack: AsyncAck) -> None:
        await ack()

    every = re.compile(".*")
    app.event(every)(ignore_event)
    app.action(every)(ignore_request)
    app.shortcut(every)(ignore_request)
    app.view(every)(ignore_request)
    app.view_closed(every)(ignore_request)
