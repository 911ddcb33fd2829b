from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SdkBlock

from assistant.channels.presentation import present
from assistant.channels.slack import blocks as slack_blocks
from assistant.channels.slack.blocks import (
    BLOCKS,
    MESSAGE_CHARS,
    SECTION_CHARS,
    Message,
    escape,
    words,
)
from assistant.channels.slack.blocks import render as render_presentation
from assistant.channels.slack.values import Choice, Share, Show, Verdict, read
from assistant.channels.slack.written import read_message
from assistant.channels.wire import wire_exchange
from assistant.domain.document import Document, Kind
from assistant.domain.governance import Facet
from assistant.domain.reply import (
    Abstention,
    Answer,
    Citation,
    Clarification,
    Decision,
    Exchange,
    Link,
    Option,
    Outcome,
    Profile,
    Reply,
    Statement,
    Told,
)

CHANNELS = Path(slack_blocks.__file__).parent
DOCUMENT = Document("greve/plan", "1", "Styringsplan", "greve", Kind.MANDATE, "da", "0" * 64, "plan.pdf")
CITATION = Citation(1, DOCUMENT, "Greve Kommune", "s. 4", "Chefforum afgør.", 10, 26, "p1")


def render(exchange: Exchange, public_url: str = "", *, shareable: bool = False) -> Message:
    return render_presentation(present(wire_exchange(exchange), public_url), shareable=shareable)


def exchange(reply: Reply, *notes: str) -> Exchange:
    return Exchange("x1", reply, "extractive", {}, notes)


def answer(text: str, *citations: Citation) -> Exchange:
    return exchange(Answer(Outcome.ANSWERED, "da", text, (Statement(text, (1,)),), citations))


def texts(message: Message) -> list[str]:
    """The markup and quotes of a message, in order."""
    found: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("text"), str):
                found.append(part["text"])
            for value in part.values():
                walk(value)
        elif isinstance(part, (list, tuple)):
            for value in part:
                walk(value)

    walk(message.blocks)
    return found


def assert_slack_takes(message: Message) -> None:
    """By Slack's own models, and the limits that these leave out."""
    assert 0 < len(message.text) <= SECTION_CHARS
    assert 0 < len(message.blocks) <= BLOCKS
    for block in SdkBlock.parse_all(list(message.blocks)):
        assert block is not None
        block.validate_json()
    assert all(0 < len(text) <= SECTION_CHARS for text in texts(message))


def test_an_answer_shows_its_text_its_quotes_and_where_they_stand() -> None:
    message = render(answer("Chefforum afgør. [1]", CITATION))
    assert message.text == "Chefforum afgør. [1]"
    assert texts(message) == [
        "Chefforum afgør. [1]",
        "*Kilder*",
        "[1] Styringsplan · s. 4 · Greve Kommune",
        "Chefforum afgør.",
        "Vis kilde 1",
        "Nyttigt",
        "Ikke nyttigt",
    ]
    assert_slack_takes(message)


def test_whose_a_source_is_and_that_guidance_is_called_so() -> None:
    guide = replace(DOCUMENT, title="Vejledning om MED", kind=Kind.GUIDANCE)
    other = replace(CITATION, number=2, document=guide, organisation_name="Danmark")
    shown = texts(render(answer("Ja. [1] [2]", CITATION, other)))
    assert "[1] Styringsplan · s. 4 · Greve Kommune" in shown
    assert "[2] Vejledning om MED · s. 4 · Danmark · Vejledning, ikke bindende" in shown


def test_an_abstention_shows_what_came_closest_and_whom_to_ask() -> None:
    silent = Abstention(
        Outcome.SILENT, "nb", "Dokumentene sier det ikke.", "no_rule", (CITATION,), "Rådmannen"
    )
    shown = texts(render(exchange(silent, "Svart bare ut fra ord")))
    assert shown[:6] == [
        "*Dokumentene sier det ikke*",
        "Dokumentene sier det ikke.",
        "Svart bare ut fra ord",
        "Spør Rådmannen",
        "*Nærmeste avsnitt – ikke et svar*",
        "[1] Styringsplan · s. 4 · Greve Kommune",
    ]
    bare = texts(render(exchange(replace(silent, text="Spør Rådmannen.", nearest=()))))
    assert bare == ["*Dokumentene sier det ikke*", "Spør Rådmannen.", "Nyttig", "Ikke nyttig"]


def test_options_become_buttons_that_carry_the_choice() -> None:
    options = tuple(Option(f"Kommune {n} " + "æ" * 80, f"k{n}") for n in range(30))
    message = render(exchange(Clarification("sv", "Vilken kommun?", options)))
    assert_slack_takes(message)
    actions: dict[str, Any] = dict(message.blocks[-1])
    assert len(actions["elements"]) == 25
    assert len({button["action_id"] for button in actions["elements"]}) == 25
    assert read(Choice, actions["elements"][3]["value"]) == Choice("x1", "k3", "sv")
    assert_slack_takes(render(exchange(Clarification("sv", "Vilken kommun?", ()))))


def test_feedback_buttons_carry_the_exchange() -> None:
    block: dict[str, Any] = dict(render(answer("Ja. [1]", CITATION)).blocks[-1])
    (element,) = block["elements"]
    assert read(Verdict, element["positive_button"]["value"]) == Verdict("x1", True, "da")
    assert read(Verdict, element["negative_button"]["value"]) == Verdict("x1", False, "da")


@pytest.mark.parametrize("value", ["", "{", "5", '{"exchange": 1, "helpful": true, "language": "da"}'])
def test_other_values_are_no_choice_and_no_verdict(value: str) -> None:
    assert all(read(kind, value) is None for kind in (Choice, Verdict, Share, Show))


@pytest.mark.parametrize("quote", ["&" * 700, "<" * 700, "å" * 700, "\n".join(["linje"] * 110)])
def test_many_long_quotes_are_cut_with_their_count(quote: str) -> None:
    citations = [replace(CITATION, number=n, quote=quote, locator="§ " * 2000) for n in range(1, 61)]
    message = render(answer("Mange. [1] " * 80, *citations), "https://mandat.example.org")
    assert_slack_takes(message)
    assert len(json.dumps(message.blocks, ensure_ascii=False)) <= MESSAGE_CHARS
    shown = texts(message)
    quotes = shown.count(quote)
    assert quotes >= 3
    assert f"… og {60 - quotes} til" in shown


def test_short_quotes_stop_at_the_limit_of_blocks() -> None:
    citations = [replace(CITATION, number=n, quote="Ja.") for n in range(1, 61)]
    message = render(answer("Mange. [1]", *citations))
    assert_slack_takes(message)
    assert len(message.blocks) in (BLOCKS - 1, BLOCKS)
    shared = render(answer("Mange. [1]", *citations), shareable=True)
    assert len(shared.blocks) in (BLOCKS - 1, BLOCKS)


@pytest.mark.parametrize("before", range(6))
@pytest.mark.parametrize("filling", ["&", "<", "> & ", "ord & ", "x"])
def test_long_text_is_cut_between_entities(before: int, filling: str) -> None:
    text = "x" * before + filling * (9000 // len(filling))
    message = render(answer(text, replace(CITATION, locator=text)), "https://mandat.example.org")
    assert_slack_takes(message)
    for shown in (message.text, *texts(message)[:-4]):
        assert "<" not in shown.replace("<https://mandat.example.org", "")
        assert not re.search(r"&(?!amp;|lt;|gt;)", shown)
    assert html.unescape(texts(message)[0]).replace(" ", "") in text.replace(" ", "")


def test_a_quote_is_shown_letter_for_letter() -> None:
    quote = "  *fed* _kursiv_ ~streg~ `kode` > citat & <!channel>\n\t:smile: "
    assert quote in texts(render(answer("Ja. [1]", replace(CITATION, quote=quote))))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@U0BOT> hvem bestemmer?", "hvem bestemmer?"),
        ("hei <@U0BOT|mandat>, hvem?", "hei , hvem?"),
        ("a &amp;lt; b &lt; c", "a &lt; b < c"),
        ("se <https://a.no/x?y=1&amp;z|siden> og <https://b.no>", "se siden og https://b.no"),
        (
            "<mailto:a@b.no|a@b.no> <!subteam^S1|@ledelsen> <!here> <#C1|drift> <#C2>",
            "a@b.no @ledelsen #drift",
        ),
        ("første\n\n  andre  linje ", "første\nandre linje"),
        ("<@U0BOT>", ""),
    ],
)
def test_what_a_person_wrote(written: str, read: str) -> None:
    assert read_message(written, "U0BOT") == read


@given(st.text(max_size=50))
def test_text_survives_slack_and_back(text: str) -> None:
    written = "\n".join(line for line in (" ".join(line.split()) for line in text.splitlines()) if line)
    assert read_message(escape(written), "U0BOT") == written


def test_the_words_are_there_in_every_language() -> None:
    loaded = yaml.safe_load((CHANNELS / "words.yaml").read_text("utf-8"))
    assert set(loaded) == {"nb", "nn", "da", "sv", "en"}
    for language, said in loaded.items():
        assert set(said) == set(loaded["en"]), language
        assert all(said.values()), language
        shared = words(language)
        assert max(len(shared["helpful"]), len(shared["unhelpful"])) <= 75
    assert words("fi") == words("en")


def told(facet: Facet, text: str, quote: str = "Chefforum afgør.") -> Told:
    return Told(facet, text, replace(CITATION, number=2, quote=quote))


def card_of(message: Message) -> list[str]:
    """What stands in a card, a line each."""
    cards = [block for block in message.blocks if block["type"] == "rich_text"]
    parts: Any = cards[0]["elements"]
    lines = [line for part in parts for line in (part["elements"] if "list" in part["type"] else [part])]
    return ["".join(each["text"] for each in line["elements"]) for line in lines]


def test_a_body_is_a_card_before_the_sources() -> None:
    facts = (told(Facet.MEETS, "hver <tirsdag> @here"), told(Facet.CHAIR, "direktøren"))
    reply = replace(answer("Ja. [1]", CITATION).reply, profile=Profile("Chefforum", False, facts))  # type: ignore[type-var]
    message = render(exchange(reply), "https://mandat.example.org")
    assert card_of(message) == [
        "Forum eller organ: Chefforum",
        "Mødes: hver <tirsdag> @here Åbn dokumentet",
        "Ledes af: direktøren Åbn dokumentet",
    ]
    kinds = [block["type"] for block in message.blocks]
    assert kinds == ["section", "rich_text", "context", "context", "rich_text", "actions", "context_actions"]
    assert_slack_takes(message)


def test_a_decision_is_a_card_with_the_way_of_the_power() -> None:
    way = (Link("Byrådet", "delegates", "", 1), Link("Direktøren", "decides", "indtil 1 mio. kr.", 1))
    decision = Decision("Køb", "Direktøren", "decides", "indtil 1 mio. kr.", "§ 4", "yes", way)
    reply = replace(answer("Ja. [1]", CITATION).reply, decision=decision)  # type: ignore[type-var]
    assert card_of(render(exchange(reply))) == [
        "Hvem beslutter: Køb",
        "Hvem: Direktøren beslutter [1]",
        "Vilkår og grænse: indtil 1 mio. kr. [1]",
        "Hjemmel: § 4 [1]",
        "Videredelegation: Ja [1]",
        "Fra hvem til hvem",
        "Byrådet har givet kompetencen [1]",
        "Direktøren beslutter · indtil 1 mio. kr. [1]",
    ]
    assert_slack_takes(render(exchange(reply), "https://mandat.example.org"))


def test_a_long_card_is_cut_with_its_count_and_leaves_room_for_quotes() -> None:
    facts = tuple(told(facet, "ord " * 500) for facet in Facet)
    citations = [replace(CITATION, number=n, quote="æ" * 700) for n in range(1, 30)]
    reply = replace(answer("Ja. [1]", *citations).reply, profile=Profile("F" * 900, True, facts))  # type: ignore[type-var]
    message = render(exchange(reply), "https://mandat.example.org", shareable=True)
    assert_slack_takes(message)
    assert len(json.dumps(message.blocks, ensure_ascii=False)) <= MESSAGE_CHARS
    assert re.fullmatch(r"… og \d+ til", card_of(message)[-1])
    assert texts(message).count("æ" * 700) >= 3


def test_a_reply_that_is_no_answer_says_which_it_is() -> None:
    conflicting = replace(answer("A [1] B [1]", CITATION).reply, outcome=Outcome.CONFLICTING)  # type: ignore[type-var]
    assert texts(render(exchange(conflicting)))[0] == "*Dokumenterne er ikke enige*"


def test_sources_can_be_shown_and_only_those_that_stand_there() -> None:
    citations = [replace(CITATION, number=n) for n in range(1, 10)]
    (row,) = (block for block in render(answer("A [1]", *citations)).blocks if block["type"] == "actions")
    buttons: Any = row["elements"]
    assert [read(Show, each["value"]) for each in buttons] == [Show("x1", n, "da") for n in range(1, 7)]


def test_the_manifest_asks_for_what_the_channel_uses_and_no_more() -> None:
    manifest = yaml.safe_load((CHANNELS / "manifest.yaml").read_text("utf-8"))
    settings, features = manifest["settings"], manifest["features"]
    assert settings["socket_mode_enabled"] is True
    assert settings["event_subscriptions"]["bot_events"] == [
        "app_mention",
        "message.im",
        "app_home_opened",
    ]
    assert manifest["oauth_config"]["scopes"] == {
        "bot": ["app_mentions:read", "assistant:write", "chat:write", "commands", "im:history"]
    }
    (command,) = features["slash_commands"]
    assert command["command"] == "/mandat"
    (shortcut,) = features["shortcuts"]
    assert (shortcut["type"], shortcut["callback_id"]) == ("message", "find_rule")
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    assert set(features["agent_view"]) == {"agent_description"}
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert settings["interactivity"]["is_enabled"] is True
    assert (CHANNELS / "manifest.yaml").read_text("utf-8").count(
        "https://mandat.example.org/slack/events"
    ) == 3
