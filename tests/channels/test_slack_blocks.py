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

from assistant.channels.slack import blocks as slack_blocks
from assistant.channels.slack.blocks import (
    BLOCKS,
    MESSAGE_CHARS,
    SECTION_CHARS,
    Choice,
    Message,
    Verdict,
    escape,
    read_choice,
    read_message,
    read_verdict,
    render,
    words,
)
from assistant.domain.document import Document, Kind
from assistant.domain.reply import (
    Abstention,
    Answer,
    Citation,
    Clarification,
    Exchange,
    Option,
    Outcome,
    Reply,
    Statement,
)

CHANNELS = Path(slack_blocks.__file__).parent
DOCUMENT = Document("greve/plan", "1", "Styringsplan", "greve", Kind.MANDATE, "da", "0" * 64, "plan.pdf")
CITATION = Citation(1, DOCUMENT, "Greve Kommune", "s. 4", "Chefforum afgør.", 10, 26, "p1")


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
        "[1] Styringsplan · s. 4",
        "Chefforum afgør.",
        "Nyttigt",
        "Ikke nyttigt",
    ]
    assert_slack_takes(message)


def test_organisations_are_named_where_there_are_several_and_guidance_is_called_so() -> None:
    guide = replace(DOCUMENT, title="Vejledning om MED", kind=Kind.GUIDANCE)
    other = replace(CITATION, number=2, document=guide, organisation_name="Danmark")
    shown = texts(render(answer("Ja. [1] [2]", CITATION, other)))
    assert "[1] Greve Kommune · Styringsplan · s. 4" in shown
    assert "[2] Danmark · Vejledning om MED · s. 4 · Vejledning, ikke bindende" in shown


def test_an_abstention_shows_what_came_closest_and_whom_to_ask() -> None:
    silent = Abstention(
        Outcome.SILENT, "nb", "Dokumentene sier det ikke.", "no_rule", (CITATION,), "Rådmannen"
    )
    shown = texts(render(exchange(silent, "Svart bare ut fra ord")))
    assert shown[:5] == [
        "Dokumentene sier det ikke.",
        "Svart bare ut fra ord",
        "Spør Rådmannen",
        "*Nærmeste avsnitt – ikke et svar*",
        "[1] Styringsplan · s. 4",
    ]
    bare = texts(render(exchange(replace(silent, text="Spør Rådmannen.", nearest=()))))
    assert bare == ["Spør Rådmannen.", "Nyttig", "Ikke nyttig"]


def test_options_become_buttons_that_carry_the_choice() -> None:
    options = tuple(Option(f"Kommune {n} " + "æ" * 80, f"k{n}") for n in range(30))
    message = render(exchange(Clarification("sv", "Vilken kommun?", options)))
    assert_slack_takes(message)
    actions: dict[str, Any] = dict(message.blocks[-1])
    assert len(actions["elements"]) == 25
    assert len({button["action_id"] for button in actions["elements"]}) == 25
    assert read_choice(actions["elements"][3]["value"]) == Choice("x1", "k3", "sv")
    assert_slack_takes(render(exchange(Clarification("sv", "Vilken kommun?", ()))))


def test_feedback_buttons_carry_the_exchange() -> None:
    block: dict[str, Any] = dict(render(answer("Ja. [1]", CITATION)).blocks[-1])
    (element,) = block["elements"]
    assert read_verdict(element["positive_button"]["value"]) == Verdict("x1", True, "da")
    assert read_verdict(element["negative_button"]["value"]) == Verdict("x1", False, "da")


@pytest.mark.parametrize("value", ["", "{", "5", '{"exchange": 1, "helpful": true, "language": "da"}'])
def test_other_values_are_no_choice_and_no_verdict(value: str) -> None:
    assert read_choice(value) is None
    assert read_verdict(value) is None


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
    # room for one more block is kept for the button that shares
    assert len(message.blocks) in (BLOCKS - 2, BLOCKS - 1)
    shared = render(answer("Mange. [1]", *citations), shareable=True)
    assert len(shared.blocks) in (BLOCKS - 1, BLOCKS)


@pytest.mark.parametrize("before", range(6))
@pytest.mark.parametrize("filling", ["&", "<", "> & ", "ord & ", "x"])
def test_long_text_is_cut_between_entities(before: int, filling: str) -> None:
    text = "x" * before + filling * (9000 // len(filling))
    message = render(answer(text, replace(CITATION, locator=text)), "https://mandat.example.org")
    assert_slack_takes(message)
    for shown in (message.text, *texts(message)[:-3]):
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


def test_the_manifest_asks_for_what_the_channel_uses_and_no_more() -> None:
    manifest = yaml.safe_load((CHANNELS / "manifest.yaml").read_text("utf-8"))
    settings = manifest["settings"]
    assert settings["event_subscriptions"]["bot_events"] == ["app_mention", "message.im"]
    assert manifest["oauth_config"]["scopes"] == {
        "bot": ["app_mentions:read", "chat:write", "commands", "im:history"]
    }
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == "/mandat"
    assert command["url"].endswith("/slack/events")
    for place in (settings["event_subscriptions"], settings["interactivity"]):
        assert place["request_url"].endswith("/slack/events")
    assert manifest["features"]["app_home"]["messages_tab_read_only_enabled"] is False
