"""Where one person reads along: the agent pane, answers written out piece by piece, the home page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mock_slack import BOT_USER, direct, mention, on_home, opened, pane
from slack_world import ANSWER, ASKED, LONGER, WHICH, World, element, elements, suggestions

from assistant.channels.slack.blocks import words
from assistant.channels.slack.streaming import pieces
from assistant.domain.reply import Reply

pytestmark = pytest.mark.anyio

ASKED_AT = "1700000000.000200"


def seen(world: World) -> dict[str, Any]:
    """The one message that stands in the thread in the end."""
    (message,) = world.slack.thread(ASKED_AT)
    return message


async def answered_live(world: World, reply: Reply = LONGER) -> None:
    world.assistant.reply = lambda question: reply
    await world.post(direct(ASKED))
    await world.settle()


async def test_a_direct_message_sees_us_look_and_write(world: World) -> None:
    await answered_live(world)
    (status,) = world.slack.calls["assistant.threads.setStatus"]
    assert (status["channel_id"], status["thread_ts"]) == ("D1", ASKED_AT)
    assert status["status"] == words("da")["looking"]
    (start,) = world.slack.calls["chat.startStream"]
    assert (start["recipient_team_id"], start["recipient_user_id"]) == ("T0TEAM", "U1")
    assert len(world.slack.calls["chat.appendStream"]) == 2
    assert world.slack.posted == []
    message = seen(world)
    assert message["streamed"].replace("\\", "").replace("  \n", "\n") == LONGER.text
    assert [block["type"] for block in message["blocks"]] == [
        "context",
        "context",
        "rich_text",
        "actions",
        "context_actions",
    ]
    assert message["metadata"]["event_payload"] == {"event_id": "Ev1", "outcome": "answered"}


@pytest.mark.parametrize("reply", [ANSWER, WHICH])
async def test_what_is_said_in_one_breath_is_posted(world: World, reply: Reply) -> None:
    await answered_live(world, reply)
    assert world.slack.calls["chat.startStream"] == []
    assert seen(world)["text"] == reply.text


async def test_a_busy_channel_gets_the_answer_whole(world: World) -> None:
    world.assistant.reply = lambda question: LONGER
    await world.post(mention(f"<@{BOT_USER}> {ASKED}"))
    await world.slack.wait_for("chat.postMessage")
    await world.settle()
    assert not {name for name in world.slack.calls if "Stream" in name or "assistant" in name}


ENDINGS: list[tuple[dict[str, list[tuple[str, int]]], str]] = [
    ({"chat.startStream": [("unknown_method", 200)]}, "posted"),
    ({"chat.startStream": [("ratelimited", 429)]}, "posted"),
    ({"chat.startStream": [("internal_error", 500)]}, "posted"),
    ({"chat.appendStream": [("message_not_in_streaming_state", 200)]}, "updated"),
    ({"chat.appendStream": [("ratelimited", 429)]}, "updated"),
    ({"chat.stopStream": [("message_not_in_streaming_state", 200)] * 2}, "updated"),
    ({"chat.stopStream": [("invalid_blocks", 200)]}, "updated"),
    (
        {
            "chat.appendStream": [("stream_expired", 200)],
            "chat.update": [("cant_update_message", 200)],
        },
        "posted anew",
    ),
]


@pytest.mark.parametrize(("refusals", "ending"), ENDINGS)
async def test_a_stream_that_fails_ends_as_the_same_message_once(
    world: World, refusals: dict[str, list[tuple[str, int]]], ending: str
) -> None:
    for method, errors in refusals.items():
        for error, status in errors:
            world.slack.refuse(method, error, status=status, Retry_After="60")
    await answered_live(world)
    message = seen(world)
    assert message["text"] == LONGER.text
    assert message["blocks"][0]["type"] == "section"
    assert element(message, "source:1")
    assert message["metadata"]["event_payload"]["event_id"] == "Ev1"
    assert len(world.slack.posted) == (0 if ending == "updated" else 1)
    assert len(world.slack.calls["chat.delete"]) == (1 if ending == "posted anew" else 0)


async def test_a_status_that_slack_does_not_take_costs_nothing(world: World) -> None:
    world.slack.refuse("assistant.threads.setStatus", "missing_scope")
    await answered_live(world)
    assert seen(world)["streamed"]


async def test_pieces_are_the_whole() -> None:
    from assistant.channels.presentation import present
    from assistant.channels.wire import wire_exchange
    from assistant.domain.reply import Exchange

    parts = pieces(present(wire_exchange(Exchange("x1", LONGER, "extractive", {}))))
    assert len(parts) == 3
    assert "".join(parts).replace("\\", "").replace("  \n", "\n") == LONGER.text


# ---- the pane


async def test_the_agent_pane_suggests_questions_when_it_is_opened(world: World) -> None:
    await world.post(opened("messages"))
    (prompts,) = await world.slack.wait_for("assistant.threads.setSuggestedPrompts")
    assert prompts["channel_id"] == "D1"
    assert "thread_ts" not in prompts
    assert prompts["title"] == words("da")["try"]
    assert [each["message"] for each in prompts["prompts"]] == suggestions("", "da")[:4]


async def test_the_older_pane_greets_once_and_follows_the_channel_in_view(world: World) -> None:
    world.transcripts.prefer("slack:T0TEAM:C7", {"organisation": "solrod", "language": "sv"})
    for _ in range(3):
        await world.post(pane("assistant_thread_started"))
    (greeting,) = await world.slack.wait_for("chat.postMessage")
    await world.settle()
    assert len(world.slack.posted) == 1
    assert (greeting["channel"], greeting["thread_ts"]) == ("D1", "1700000000.000500")
    assert greeting["text"] == words("da")["greeting"]
    await world.post(pane("assistant_thread_context_changed", "Ev2", seen="C7"))
    prompts = await world.slack.wait_for("assistant.threads.setSuggestedPrompts", 4)
    assert prompts[0]["thread_ts"] == "1700000000.000500"
    assert prompts[3]["prompts"][0]["message"] == suggestions("solrod", "sv")[0]
    assert world.assistant.asked == []


async def test_a_pane_whose_suggestions_are_refused_still_greets(world: World) -> None:
    world.slack.refuse("assistant.threads.setSuggestedPrompts", "missing_scope")
    await world.post(pane("assistant_thread_started"))
    await world.slack.wait_for("chat.postMessage")


# ---- the home page


async def home(world: World) -> dict[str, Any]:
    before = len(world.slack.calls["views.publish"])
    await world.post(opened("home"))
    published = await world.slack.wait_for("views.publish", before + 1)
    assert published[-1]["user_id"] == "U1"
    return dict(published[-1]["view"])


async def test_the_home_page_tells_what_everyone_may_read_and_no_more(world: World) -> None:
    view = await home(world)
    shown = json.dumps(view, ensure_ascii=False)
    assert words("da")["about"].split(",")[0] in shown
    assert "Greve Kommune – dokumenter: 1" in shown
    assert "Lukket" not in shown
    assert [each["text"]["text"] for each in elements(view)] == [
        f"Hvem leder forum {n} i kommunen (da)?" for n in range(4)
    ]
    organisations = element(view, "prefer:organisation")
    assert [option["value"] for option in organisations["options"]] == ["-", "greve", "solrod"]
    assert organisations["initial_option"]["value"] == "-"
    languages = element(view, "prefer:language")["options"]
    assert [each["value"] for each in languages] == ["-", "nb", "nn", "da", "sv", "en"]


async def test_an_example_is_asked_and_answered_on_the_persons_own_page(world: World) -> None:
    world.assistant.reply = lambda question: LONGER
    example = elements(await home(world))[1]
    for _ in range(2):  # a double click
        await world.post(on_home(example))
    await world.slack.wait_for("chat.stopStream")
    await world.settle()
    (asked,) = world.slack.posted
    assert (asked["channel"], asked["text"]) == ("U2", "Hvem leder forum 1 i kommunen (da)?")
    (question,) = world.assistant.asked
    opening, answer = world.slack.messages.values()
    assert question.text == "Hvem leder forum 1 i kommunen (da)?"
    assert question.conversation_id == f"slack:T0TEAM:D2:{opening['ts']}"
    assert (answer["channel"], answer["thread_ts"]) == ("D2", opening["ts"])


async def test_what_a_person_chooses_is_kept_shown_and_used(world: World) -> None:
    await world.post(
        on_home(element(await home(world), "prefer:organisation"), selected_option={"value": "solrod"})
    )
    await world.slack.wait_for("views.publish", 2)
    await world.post(on_home(element(await home(world), "prefer:language"), selected_option={"value": "nn"}))
    published = await world.slack.wait_for("views.publish", 4)
    view = published[-1]["view"]
    assert published[-1]["user_id"] == "U2"
    assert element(view, "prefer:organisation")["initial_option"]["value"] == "solrod"
    assert element(view, "prefer:language")["initial_option"]["text"]["text"] == "Norsk nynorsk"
    await world.post(direct(ASKED, user="U2"))
    await world.post(direct(ASKED, event_id="Ev2", user="U1"))
    await world.settle()
    mine, others = sorted(world.assistant.asked, key=lambda each: not each.organisation)
    assert (mine.organisation, mine.language) == ("solrod", "nn")
    assert (others.organisation, others.language) == ("", "")
    await world.post(on_home(element(view, "prefer:organisation"), selected_option={"value": "-"}))
    await world.slack.wait_for("views.publish", 5)
    assert world.transcripts.preferred("slack:T0TEAM:U2") == {"language": "nn"}
