"""What is chosen for a channel holds there, where a question does not say otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from mock_slack import BOT_USER, command, mention, submission
from slack_world import ANSWER, ASKED, World, element

from assistant.channels.slack.blocks import words

pytestmark = pytest.mark.anyio

WORDS = ("innstillinger", "innstillingar", "indstillinger", "Inställningar", "settings")


async def window(world: World, word: str = "settings", channel: str = "C1") -> dict[str, Any]:
    await world.post(command(word, world.slack.response_url, channel=channel))
    opened = await world.slack.wait_for("views.open")
    assert opened[-1]["trigger_id"] == "T1"
    return dict(opened[-1]["view"])


async def choose(world: World, view: dict[str, Any], organisation: str, language: str) -> None:
    body = submission(
        view,
        organisation={"selected_option": {"value": organisation}},
        language={"selected_option": {"value": language}},
    )
    answer = await world.post(body)
    assert (answer.status_code, answer.text) == (200, "")
    await world.slack.wait_for("response_url")


async def asked(world: World, text: str, channel: str = "C1", event_id: str = "Ev1", **fields: str) -> Any:
    await world.post(mention(f"<@{BOT_USER}> {text}", event_id, channel=channel, **fields))
    await world.settle()
    return world.assistant.asked[-1]


@pytest.mark.parametrize("word", WORDS)
async def test_the_window_opens_by_the_word_in_every_language(world: World, word: str) -> None:
    view = await window(world, word)
    assert view["title"]["text"] == words("da")["settings"]
    assert element(view, "organisation")["initial_option"]["value"] == "-"
    assert world.assistant.asked == []


async def test_what_is_chosen_holds_in_that_channel(world: World) -> None:
    await choose(world, await window(world), "solrod", "sv")
    (saved,) = world.slack.calls["response_url"]
    assert (saved["response_type"], saved["text"]) == ("ephemeral", words("sv")["saved"])
    here = await asked(world, ASKED)
    elsewhere = await asked(world, ASKED, "C2", "Ev2")
    assert (here.organisation, here.language) == ("solrod", "sv")
    assert (elsewhere.organisation, elsewhere.language) == ("", "")
    again = await window(world)
    assert again["title"]["text"] == words("sv")["settings"]
    assert element(again, "organisation")["initial_option"]["value"] == "solrod"


@pytest.mark.parametrize(
    "text",
    ["Hvem ansætter i Greve?", "Hvem ansætter i Sandby kommune?", "Hvem ansætter i Danmark?"],
)
async def test_a_choice_never_overrides_whose_rules_are_asked_for(world: World, text: str) -> None:
    await choose(world, await window(world), "solrod", "-")
    assert (await asked(world, text)).organisation == ""
    # nor what the conversation is about
    follow_up = await asked(world, "og hvem fyrer dem?", event_id="Ev2", thread_ts="1700000000.000100")
    assert follow_up.conversation_id == "slack:T0TEAM:C1:1700000000.000100"
    assert follow_up.organisation == ""


async def test_a_channels_choice_goes_before_a_persons(world: World) -> None:
    world.transcripts.prefer("slack:T0TEAM:U1", {"organisation": "greve", "language": "en"})
    world.transcripts.prefer("slack:T0TEAM:C1", {"organisation": "solrod"})
    here = await asked(world, ASKED)
    assert (here.organisation, here.language) == ("solrod", "en")
    assert (await asked(world, ASKED, "C2", "Ev2")).organisation == "greve"


async def test_with_us_alone_a_person_chooses_for_themselves(world: World) -> None:
    await choose(world, await window(world, channel="D1"), "greve", "-")
    assert world.transcripts.preferred("slack:T0TEAM:U1") == {"organisation": "greve"}


async def test_a_choice_that_is_no_longer_in_the_library_is_passed_over(world: World) -> None:
    world.transcripts.prefer("slack:T0TEAM:C1", {"organisation": "nedlagt"})
    assert (await asked(world, ASKED)).organisation == ""
    assert world.slack.posted[0]["text"] == ANSWER.text


async def test_a_window_that_does_not_open_is_said(world: World) -> None:
    world.slack.refuse("views.open", "expired_trigger_id")
    await window(world)
    (told,) = await world.slack.wait_for("response_url")
    assert told["text"] == words("en")["not_opened"]
