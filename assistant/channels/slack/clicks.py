"""Clicks under a reply: an option of a question back, feedback, "share to channel", "show source"."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from aiohttp import ClientError
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from assistant.channels.presentation import present
from assistant.channels.slack.blocks import plain_message, words
from assistant.channels.slack.errands import Desk, Errand
from assistant.channels.slack.parts import CHANNEL, Parts, log_failure, public_scope
from assistant.channels.slack.values import (
    CHOICE_ACTION,
    EXAMPLE_ACTION,
    FEEDBACK_ACTION,
    SHARE_ACTION,
    SOURCE_ACTION,
    Choice,
    Example,
    Place,
    Share,
    Show,
    Verdict,
    read,
)
from assistant.channels.slack.views import (
    COMMENT_CHARS,
    WHY_VIEW,
    InPlace,
    read_why,
    source_message,
    source_view,
    why_view,
)
from assistant.channels.slack.written import is_unseen, team_of, thread_of
from assistant.channels.wire import WireReply

Body = dict[str, Any]


def listen_for_clicks(app: AsyncApp, desk: Desk) -> None:
    """Settles questions back, shares, and answers examples."""

    async def choose(ack: AsyncAck, action: Body, body: Body) -> None:
        await ack()
        choice = read(Choice, str(action.get("value")))
        if choice is None:
            return
        # In a channel several people may click, and one person twice: an option is answered once.
        event = f"choice:{choice.exchange}:{choice.organisation}"
        to = "asker" if is_unseen(body) else "thread"
        await _ask_again(desk, body, choice.exchange, event, choice.language, to, choice.organisation)

    async def share(ack: AsyncAck, action: Body, body: Body) -> None:
        await ack()
        shared = read(Share, str(action.get("value")))
        if shared is not None:
            # asked anew: what the channel reads is verified now, for everyone in it
            await _ask_again(
                desk, body, shared.share, f"share:{shared.share}", shared.language, "everyone", ""
            )

    async def ask_example(ack: AsyncAck, action: Body, body: Body) -> None:
        await ack()
        example = read(Example, str(action.get("value")))
        if example is None:
            return
        user = str(body["user"]["id"])
        await desk.take_and_carry_out(
            Errand(
                event_id=f"example:{user}:{action.get('action_ts')}",
                text=example.ask,
                team=team_of(body),
                channel=user,
                user=user,
                conversation="",
                to="page",
            )
        )

    app.action(re.compile(rf"^{CHOICE_ACTION}:\d+$"))(choose)
    app.action(SHARE_ACTION)(share)
    app.action(re.compile(rf"^{EXAMPLE_ACTION}:\d+$"))(ask_example)


def listen_for_feedback(app: AsyncApp, desk: Desk) -> None:
    """Keeps what readers thought, and asks why where it did not help."""

    async def take_feedback(ack: AsyncAck, action: Body, body: Body, client: AsyncWebClient) -> None:
        await ack()
        verdict = read(Verdict, str(action.get("value")))
        if verdict is None:
            return
        place = _place(body, verdict.language, verdict.exchange)
        said = words(verdict.language)
        keeping = _keep(desk, verdict.exchange, verdict.helpful)
        # The verdict is kept also where the window does not open in time.
        asking = asyncio.sleep(0, False) if verdict.helpful else _open(client, body, why_view(place))
        word, asked = await asyncio.gather(keeping, asking)
        if not asked or word != "thanks":
            await desk.told(place, plain_message(said[word]), here=is_unseen(body))

    async def take_why(ack: AsyncAck, view: Body) -> None:
        await ack()
        place = read(Place, str(view.get("private_metadata")))
        if place is None:
            return
        complaint, comment = read_why(view)
        word = await _keep(desk, place.about, False, comment[:COMMENT_CHARS], complaint)
        await desk.told(place, plain_message(words(place.language)[word]))

    app.action(FEEDBACK_ACTION)(take_feedback)
    app.view(WHY_VIEW)(take_why)


def listen_for_sources(app: AsyncApp, desk: Desk) -> None:
    """Shows a source in its place: the quote with the text around it."""

    async def show_source(ack: AsyncAck, action: Body, body: Body, client: AsyncWebClient) -> None:
        await ack()
        wanted = read(Show, str(action.get("value")))
        if wanted is None:
            return
        place = _place(body, wanted.language)
        try:
            found = await desk.note(find_source, desk.parts, wanted)
        except Exception as error:  # noqa: BLE001 - whatever failed, who clicked is told that something did
            log_failure("a source could not be read", error)
            await desk.told(place, plain_message(words(wanted.language)["apology"]), here=is_unseen(body))
            return
        if not await _open(client, body, source_view(found, wanted.language)):
            await desk.told(place, source_message(found, wanted.language), here=is_unseen(body))

    app.action(re.compile(rf"^{SOURCE_ACTION}:\d+$"))(show_source)


def find_source(parts: Parts, wanted: Show) -> InPlace | None:
    """A source of a noted reply as everyone may read it now; None when they may not, or it is gone."""
    asked = parts.transcripts.exchange(wanted.source_of)
    if asked is None or not asked.reply_json or asked.question.channel != CHANNEL:
        return None
    reply = WireReply.model_validate_json(asked.reply_json)
    cited = reply.abstention.nearest if reply.abstention else reply.citations
    citation = next((each for each in cited if each.number == wanted.number), None)
    shown = {each.number: each for each in present(reply, parts.public_url).sources}
    if citation is None:
        return None
    passage = parts.library.passages(public_scope(), [citation.passage_id]).get(citation.passage_id)
    if passage is None:
        return None
    start, end = citation.start - passage.start, citation.end - passage.start
    if passage.text[start:end] != citation.quote:
        return None
    return InPlace(
        source=shown[wanted.number],
        version=citation.version,
        before=passage.text[:start],
        after=passage.text[end:],
    )


async def _ask_again(
    desk: Desk, body: Body, exchange: str, event_id: str, language: str, to: Any, organisation: str
) -> None:
    """Ask a noted question again, about the organisation that was chosen or for everyone to see."""
    place = _place(body, language)
    try:
        asked = await desk.note(desk.parts.transcripts.exchange, exchange)
    except Exception as error:  # noqa: BLE001 - whatever failed, who clicked is told that something did
        log_failure("a noted question could not be read", error)
        await desk.told(place, plain_message(words(language)["apology"]), here=is_unseen(body))
        return
    if asked is None:
        await desk.told(place, plain_message(words(language)["expired"]), here=is_unseen(body))
        return
    await desk.take_and_carry_out(
        Errand(
            event_id=event_id,
            text=asked.question.text,
            team=team_of(body),
            channel=place.channel,
            user=place.user,
            conversation=asked.question.conversation_id,
            thread=place.thread,
            response_url=place.response_url,
            organisation=organisation or asked.question.organisation,
            language=asked.language if organisation else asked.question.language,
            to=to,
        )
    )


async def _keep(desk: Desk, exchange: str, helpful: bool, *more: Any) -> str:
    """Keep a verdict; what to say to it: thanks, that the exchange is not known, or an apology."""
    try:
        kept = await desk.note(desk.parts.transcripts.feedback, exchange, helpful, *more)
    except Exception as error:  # noqa: BLE001 - whatever failed, who clicked is told that something did
        log_failure("feedback could not be kept", error)
        return "apology"
    return "thanks" if kept else "expired"


async def _open(client: AsyncWebClient, body: Body, view: Body) -> bool:
    """Whether a window opened for who clicked; Slack gives us three seconds."""
    try:
        await client.views_open(trigger_id=str(body.get("trigger_id")), view=view)
    except (SlackClientError, ClientError, TimeoutError) as error:
        log_failure("a window did not open", error)
        return False
    return True


def _place(body: Body, language: str, about: str = "") -> Place:
    channel, thread = thread_of(body)
    return Place(
        channel, thread, str(body["user"]["id"]), language, str(body.get("response_url") or ""), about
    )
