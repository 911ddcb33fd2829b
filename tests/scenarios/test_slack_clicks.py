"""What people click under a reply, and what they ask for themselves alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from mock_slack import click, command, mention, shortcut, submission
from slack_world import ANSWER, ASKED, CITATION, PASSAGE, QUOTE, THREAD, WHICH, World, element, elements

from assistant.channels.slack.blocks import words
from assistant.domain.question import Question
from assistant.domain.reply import Complaint, Reply
from assistant.errors import DocumentNotFound

pytestmark = pytest.mark.anyio

CONVERSATION = f"slack:T0TEAM:C1:{THREAD}"


async def test_a_question_back_is_settled_by_a_click(world: World) -> None:
    world.assistant.reply = lambda question: ANSWER if question.organisation else WHICH
    await world.post(mention(ASKED))
    (asked_back,) = await world.slack.wait_for("chat.postMessage")
    options = elements(asked_back)
    assert [option["text"]["text"] for option in options] == ["Greve Kommune", "Solrød Kommune"]
    for _ in range(2):  # a double click
        assert (await world.post(click(options[1]))).status_code == 200
    await world.slack.wait_for("chat.postMessage", 2)
    await world.settle()
    first, second = world.assistant.asked
    assert second == replace(first, organisation="solrod", language="da")
    assert len(world.slack.posted) == 2
    assert world.slack.posted[1]["text"] == ANSWER.text
    assert world.slack.posted[1]["thread_ts"] == THREAD
    assert world.transcripts.gaps() == ()


async def test_a_click_after_the_question_was_forgotten_says_so(world: World) -> None:
    world.assistant.reply = lambda question: WHICH
    await world.post(mention(ASKED))
    (asked_back,) = await world.slack.wait_for("chat.postMessage")
    (noted,) = world.transcripts.recent(CONVERSATION)
    assert world.transcripts.forget(noted.asked_at.replace(year=noted.asked_at.year + 1)) == 1
    await world.post(click(elements(asked_back)[0]))
    (told,) = await world.slack.wait_for("chat.postEphemeral")
    assert (told["user"], told["text"]) == ("U2", words("da")["expired"])
    assert len(world.assistant.asked) == 1


@pytest.mark.parametrize("value", ["", "x", "[]", '{"exchange": 5}', '{"exchange": "x0"}'])
async def test_clicks_with_values_not_ours_are_left(world: World, value: str) -> None:
    for action_id in ("choice:0", "feedback", "share", "source:1", "example:0", "someone else's"):
        answer = await world.post(click({"type": "button", "action_id": action_id}, value=value))
        assert answer.status_code == 200
    await world.settle()
    assert world.slack.posted == []
    assert world.assistant.asked == []


async def test_helpful_is_kept_and_thanked_for(world: World) -> None:
    await world.post(mention(ASKED))
    (posted,) = await world.slack.wait_for("chat.postMessage")
    (thumbs,) = elements(posted, "context_actions")
    await world.post(click(thumbs, value=thumbs["positive_button"]["value"]))
    (thanks,) = await world.slack.wait_for("chat.postEphemeral")
    assert (thanks["user"], thanks["channel"], thanks["text"]) == ("U2", "C1", words("da")["thanks"])
    (noted,) = world.transcripts.recent(CONVERSATION)
    assert noted.helpful is True
    assert world.transcripts.gaps() == ()
    assert world.slack.calls["views.open"] == []


async def test_a_command_is_answered_to_the_asker_alone_and_once(world: World) -> None:
    body = command(ASKED, world.slack.response_url)
    for _ in range(3):
        assert (await world.post(body)).status_code == 200
    (answer,) = await world.slack.wait_for("response_url")
    await world.settle()
    assert len(world.slack.calls["response_url"]) == 1
    assert world.slack.posted == []
    assert (answer["response_type"], answer["text"]) == ("ephemeral", ANSWER.text)
    assert CITATION.quote in json.dumps(answer["blocks"], ensure_ascii=False)
    assert world.assistant.asked == [Question(ASKED, conversation_id="slack:T0TEAM:C1:U1", channel="slack")]


async def test_what_only_the_asker_saw_is_shared_by_a_button_once(world: World) -> None:
    await world.post(command(ASKED, world.slack.response_url))
    (answer,) = await world.slack.wait_for("response_url")
    share = element(answer, "share")
    for _ in range(2):
        await world.post(click(share, response_url=world.slack.response_url, ephemeral=True))
    await world.slack.wait_for("response_url", 2)
    await world.settle()
    _, shared = world.slack.calls["response_url"]
    assert (shared["response_type"], shared["text"]) == ("in_channel", ANSWER.text)
    assert not shared["replace_original"]
    assert "share" not in json.dumps(shared["blocks"])
    assert [question.text for question in world.assistant.asked] == [ASKED, ASKED]


async def test_a_question_back_to_a_command_is_settled_unseen_too(world: World) -> None:
    world.assistant.reply = lambda question: ANSWER if question.organisation else WHICH
    await world.post(command(ASKED, world.slack.response_url))
    (asked_back,) = await world.slack.wait_for("response_url")
    choice = element(asked_back, "choice:0")
    await world.post(click(choice, response_url=world.slack.response_url, ephemeral=True))
    _, answer = await world.slack.wait_for("response_url", 2)
    assert answer["response_type"] == "ephemeral"
    assert element(answer, "share")
    assert world.slack.posted == []
    assert world.assistant.asked[-1].organisation == "greve"


async def test_an_empty_command_and_a_failing_assistant_are_answered(world: World) -> None:
    await world.post(command("  ", world.slack.response_url, trigger="T1"))
    (empty,) = await world.slack.wait_for("response_url")
    assert empty["text"] == words("da")["empty"]

    def fail(_: Question) -> Reply:
        raise DocumentNotFound("gone")

    world.assistant.reply = fail
    await world.post(command(ASKED, world.slack.response_url, trigger="T2"))
    _, apology = await world.slack.wait_for("response_url", 2)
    assert apology["text"] == words("da")["apology"]


async def test_blocks_that_slack_refuses_leave_the_words(world: World) -> None:
    world.slack.refuse("response_url", "invalid_blocks", status=500)
    await world.post(command(ASKED, world.slack.response_url))
    refused, answer = await world.slack.wait_for("response_url", 2)
    assert refused["blocks"]
    assert not answer.get("blocks")
    assert answer["text"] == ANSWER.text


async def test_a_share_of_a_reply_that_is_gone_says_so(world: World) -> None:
    gone = {"type": "button", "action_id": "share", "value": json.dumps({"share": "x", "language": "sv"})}
    await world.post(click(gone, response_url=world.slack.response_url, ephemeral=True))
    (told,) = await world.slack.wait_for("response_url")
    assert (told["response_type"], told["text"]) == ("ephemeral", words("sv")["expired"])


@pytest.mark.parametrize("value", ["", "no json", "{}", '{"share": 7, "language": "nb"}'])
async def test_a_share_that_is_not_ours_is_passed_over(world: World, value: str) -> None:
    strange = {"type": "button", "action_id": "share", "value": "x"}
    assert (await world.post(click(strange, value=value or " ", ephemeral=True))).status_code == 200
    await world.settle()
    assert world.slack.calls["response_url"] == []


@pytest.mark.parametrize("opens", [True, False])
async def test_what_did_not_help_is_kept_at_once_and_then_why(world: World, opens: bool) -> None:
    await world.post(mention(ASKED))
    (posted,) = await world.slack.wait_for("chat.postMessage")
    (thumbs,) = elements(posted, "context_actions")
    if not opens:
        world.slack.refuse("views.open", "expired_trigger_id")
    await world.post(click(thumbs, value=thumbs["negative_button"]["value"]))
    (window,) = await world.slack.wait_for("views.open")
    await world.settle()
    (noted,) = world.transcripts.recent(CONVERSATION)
    assert noted.helpful is False
    if not opens:
        (thanks,) = await world.slack.wait_for("chat.postEphemeral")
        assert thanks["text"] == words("da")["thanks"]
        return
    assert window["trigger_id"] == "trigger-1"
    reasons = element(window["view"], "reason")["options"]
    assert [option["value"] for option in reasons] == [each.value for each in Complaint]
    why = {"selected_option": reasons[2]}
    body = submission(window["view"], reason=why, comment={"value": " Ændret i 2025. "})
    answer = await world.post(body)
    assert (answer.status_code, answer.text) == (200, "")
    (thanks,) = await world.slack.wait_for("chat.postEphemeral")
    assert (thanks["user"], thanks["thread_ts"], thanks["text"]) == ("U2", THREAD, words("da")["thanks"])
    (gap,) = world.transcripts.gaps()
    assert (gap.complaint, gap.comment) == ("outdated", "Ændret i 2025.")


async def test_feedback_on_a_reply_that_is_gone_says_so(world: World) -> None:
    gone = {"type": "feedback_buttons", "action_id": "feedback"}
    value = json.dumps({"exchange": "x9", "helpful": True, "language": "nb"})
    await world.post(click(gone, value=value))
    (told,) = await world.slack.wait_for("chat.postEphemeral")
    assert told["text"] == words("nb")["expired"]


async def test_who_cannot_be_told_in_the_channel_is_told_where_they_clicked(world: World) -> None:
    world.slack.refuse("chat.postEphemeral", "not_in_channel")
    gone = {"type": "feedback_buttons", "action_id": "feedback"}
    value = json.dumps({"exchange": "x9", "helpful": True, "language": "nb"})
    await world.post(click(gone, value=value, response_url=world.slack.response_url))
    (told,) = await world.slack.wait_for("response_url")
    assert (told["response_type"], told["text"]) == ("ephemeral", words("nb")["expired"])


async def test_a_source_is_shown_in_its_place(world: World) -> None:
    await world.post(mention(ASKED))
    (posted,) = await world.slack.wait_for("chat.postMessage")
    await world.post(click(element(posted, "source:1")))
    (window,) = await world.slack.wait_for("views.open")
    where, version, text = window["view"]["blocks"]
    assert where["text"]["text"] == "[1] Styringsplan · § 4 stk. 2 · Greve Kommune"
    assert version["elements"][0]["text"] == "Udgave: 1"
    parts = text["elements"][0]["elements"]
    assert "".join(part["text"] for part in parts) == PASSAGE.text
    assert [part["text"] for part in parts if part.get("style")] == [QUOTE]


async def test_a_source_whose_window_does_not_open_is_told_to_who_clicked(world: World) -> None:
    await world.post(mention(ASKED))
    (posted,) = await world.slack.wait_for("chat.postMessage")
    world.slack.refuse("views.open", "expired_trigger_id")
    await world.post(click(element(posted, "source:1")))
    (told,) = await world.slack.wait_for("chat.postEphemeral")
    assert QUOTE in json.dumps(told["blocks"], ensure_ascii=False)


async def test_a_source_that_not_everyone_may_read_any_more_is_not_shown(world: World) -> None:
    await world.post(mention(ASKED))
    (posted,) = await world.slack.wait_for("chat.postMessage")
    world.library.readable = False
    await world.post(click(element(posted, "source:1")))
    (window,) = await world.slack.wait_for("views.open")
    (gone,) = window["view"]["blocks"]
    assert gone["text"]["text"] == words("da")["source_gone"]
    strange = {"type": "button", "action_id": "source:1"}
    value = json.dumps({"source_of": "x9", "number": 1, "language": "sv"})
    await world.post(click(strange, value=value))
    _, window = await world.slack.wait_for("views.open", 2)
    assert window["view"]["blocks"][0]["text"]["text"] == words("sv")["source_gone"]


async def test_the_rule_for_a_message_is_found_for_who_asks_and_can_be_shared(world: World) -> None:
    body = shortcut(f"<@U9> {ASKED} <!here>", world.slack.response_url)
    for _ in range(2):
        assert (await world.post(body)).status_code == 200
    (answer,) = await world.slack.wait_for("response_url")
    await world.settle()
    assert (answer["response_type"], answer["text"]) == ("ephemeral", ANSWER.text)
    assert world.assistant.asked == [
        Question(ASKED, conversation_id="slack:T0TEAM:C1:1700000000.000900", channel="slack")
    ]
    share = element(answer, "share")
    await world.post(click(share, response_url=world.slack.response_url, ephemeral=True))
    _, shared = await world.slack.wait_for("response_url", 2)
    assert (shared["response_type"], shared["text"]) == ("in_channel", ANSWER.text)


async def test_an_answer_that_cannot_go_where_it_was_asked_goes_to_the_asker(world: World) -> None:
    for _ in range(2):
        world.slack.refuse("response_url", "expired", status=404)
    await world.post(command(ASKED, world.slack.response_url))
    (told,) = await world.slack.wait_for("chat.postEphemeral")
    assert (told["channel"], told["user"], told["text"]) == ("C1", "U1", ANSWER.text)
    assert element(told, "share")


async def test_an_inbox_that_fails_under_a_command_is_said(world: World) -> None:
    world.transcripts.close()
    (world.settings.home / "transcripts.db").unlink()
    (world.settings.home / "transcripts.db").mkdir()
    await world.post(command(ASKED, world.slack.response_url))
    (told,) = await world.slack.wait_for("response_url")
    assert told["text"] == words("da")["apology"]
    assert world.assistant.asked == []
