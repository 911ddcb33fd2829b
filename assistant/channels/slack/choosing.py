"""What a channel or a person chooses: organisation and language; and each person's own page."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import replace
from typing import Any

from aiohttp import ClientError
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from assistant.channels.slack.blocks import plain_message, words
from assistant.channels.slack.errands import Desk
from assistant.channels.slack.parts import Chosen, Parts, in_force, log_failure, place_of
from assistant.channels.slack.values import PREFER_ACTION, Place, read
from assistant.channels.slack.views import (
    EXAMPLES,
    SETTINGS_VIEW,
    Known,
    View,
    home_view,
    picked,
    read_settings,
    settings_view,
)
from assistant.channels.slack.written import team_of
from assistant.errors import LibraryEmpty
from assistant.language.identify import LANGUAGES

Body = dict[str, Any]


def is_settings_word(text: str) -> bool:
    """Whether what follows the command asks to choose for the channel, in any language."""
    return text.casefold() in {words(language)["settings_command"] for language in LANGUAGES}


async def open_settings(client: AsyncWebClient, desk: Desk, place: Place, team: str, trigger: str) -> None:
    """Open the window that chooses for a channel, or for a person who asks alone with us."""
    try:
        # Slack gives us three seconds.
        view = await asyncio.wait_for(desk.note(_settings_of, desk.parts, place, team), 2.5)
        await client.views_open(trigger_id=trigger, view=view)
    except (SlackClientError, ClientError, TimeoutError) as error:
        log_failure("a window did not open", error)
        await desk.told(place, plain_message(words(place.language)["not_opened"]), here=True)
    except Exception as error:  # noqa: BLE001 - whatever failed, the asker is told that something did
        log_failure("choices could not be read", error)
        await desk.told(place, plain_message(words(place.language)["apology"]), here=True)


def listen_for_choices(app: AsyncApp, desk: Desk) -> None:
    """Keeps what is chosen in the window and on the home page."""

    async def save(ack: AsyncAck, view: Body) -> None:
        await ack()
        place = read(Place, str(view.get("private_metadata")))
        if place is None:
            return
        chosen = read_settings(view)
        said = words(chosen.language or place.language)
        try:
            await desk.note(_prefer, desk.parts, place.about, chosen)
        except Exception as error:  # noqa: BLE001 - whatever failed, who saved is told that something did
            log_failure("choices could not be kept", error)
            await desk.told(place, plain_message(said["apology"]), here=True)
        else:
            await desk.told(place, plain_message(said["saved"]), here=True)

    async def prefer(ack: AsyncAck, action: Body, body: Body, client: AsyncWebClient) -> None:
        await ack()
        user, team = str(body["user"]["id"]), team_of(body)
        what = str(action["action_id"]).removeprefix(f"{PREFER_ACTION}:")
        value = picked(str((action.get("selected_option") or {}).get("value") or ""))
        try:
            chosen = await desk.note(desk.parts.chosen, team, user)
            chosen = replace(chosen, **{what: value})
            await desk.note(_prefer, desk.parts, place_of(team, user), chosen)
        except Exception as error:  # noqa: BLE001 - the page shows what is kept
            log_failure("a choice could not be kept", error)
        await publish_home(client, desk, team, user)

    async def show_home(event: Body, body: Body, client: AsyncWebClient) -> None:
        if event.get("tab") == "home":
            await publish_home(client, desk, team_of(body), str(event.get("user")))

    async def is_home(event: Body) -> bool:
        return event.get("tab") == "home"

    app.view(SETTINGS_VIEW)(save)
    app.action(re.compile(rf"^{PREFER_ACTION}:(organisation|language)$"))(prefer)
    app.event("app_home_opened", matchers=[is_home])(show_home)


async def publish_home(client: AsyncWebClient, desk: Desk, team: str, user: str) -> None:
    """Put a person's own page before them as it is now."""
    try:
        await client.views_publish(user_id=user, view=await desk.note(_home_of, desk.parts, team, user))
    except Exception as error:  # noqa: BLE001 - a page has no one to tell but its reader, who opens it anew
        log_failure("a home page was not published", error)


def _settings_of(parts: Parts, place: Place, team: str) -> View:
    mine = place.channel.startswith("D")
    where = place.user if mine else place.channel
    chosen = parts.chosen(team, where)
    language = parts.language(parts.chosen(team, where, place.user))
    place = replace(place, about=place_of(team, where), language=language)
    return settings_view(place, parts.municipalities(), chosen, language)


def _home_of(parts: Parts, team: str, user: str) -> View:
    chosen = parts.chosen(team, user)
    language = parts.language(chosen)
    examples = list(parts.suggestions(chosen.organisation or parts.organisation, language))[:EXAMPLES]
    return home_view(_known(parts), parts.municipalities(), examples, chosen, language)


def _known(parts: Parts) -> list[Known]:
    """Who has documents that everyone may read, and how many works each; municipalities first."""
    try:
        documents = parts.library.documents(in_force())
    except LibraryEmpty:
        return []
    counts = Counter(each.organisation for each in documents)
    everyone = sorted(parts.library.organisations(), key=lambda each: (each.is_country, each.name.casefold()))
    return [Known(each.name, counts[each.id]) for each in everyone if counts[each.id]]


def _prefer(parts: Parts, place: str, chosen: Chosen) -> None:
    made = {"organisation": chosen.organisation, "language": chosen.language}
    parts.transcripts.prefer(place, {name: value for name, value in made.items() if value})
