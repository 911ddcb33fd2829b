"""What every channel shows of a reply, and the words it is shown in."""

from __future__ import annotations

import re

import pytest
import yaml
from canned import REPLIES

from assistant.channels import presentation
from assistant.channels.presentation import FALLBACK_LANGUAGE, plain_text, present, words
from assistant.channels.wire import wire_exchange
from assistant.domain.document import Kind
from assistant.domain.governance import Act, Facet
from assistant.domain.reply import (
    Answer,
    Citation,
    Complaint,
    Decision,
    Exchange,
    Link,
    Outcome,
    Profile,
    Reply,
    Statement,
    Told,
)

LANGUAGES = ("nb", "nn", "da", "sv", "en")
BY = next(reply.citations[0] for reply in REPLIES.values() if isinstance(reply, Answer))


def shown(reply: Reply, base_url: str = "https://mandat.example.org") -> presentation.Presentation:
    return present(wire_exchange(Exchange("x1", reply, "extractive", {})), base_url)


def answer(decision: Decision | None = None, profile: Profile | None = None) -> Answer:
    return Answer(Outcome.ANSWERED, "nb", "Svar. [1]", (Statement("Svar.", (1,)),), (BY,), decision, profile)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_for_everything_that_is_shown(language: str) -> None:
    said, english = words(language), words("en")
    assert set(said) == set(english)
    assert all(said.values())
    for key, text in english.items():
        assert re.findall(r"\{\w+\}", said[key]) == re.findall(r"\{\w+\}", text), key
    needed = [f"facet_{facet}" for facet in Facet] + [f"act_{act}" for act in Act]
    needed += [f"kind_{kind}" for kind in Kind] + [f"complaint_{each}" for each in Complaint]
    needed += [f"outcome_{o}" for o in Outcome if o is not Outcome.ANSWERED]
    needed += ["act_delegates", "act_may_receive", "further_yes", "further_no"]
    assert {key.replace(" ", "_") for key in needed} <= set(said)


def test_a_language_without_words_is_shown_in_english() -> None:
    assert words("fi") == words(FALLBACK_LANGUAGE)


def test_no_word_is_read_as_anything_but_text() -> None:
    with open(presentation.__file__.replace("presentation.py", "words.yaml"), encoding="utf-8") as file:
        loaded = yaml.safe_load(file)
    assert all(isinstance(text, str) for said in loaded.values() for text in said.values())


@pytest.mark.parametrize("text", REPLIES)
def test_every_citation_is_shown_with_its_address_and_the_text_is_untouched(text: str) -> None:
    reply = REPLIES[text]
    made = shown(reply)
    wire = wire_exchange(Exchange("x1", reply, "extractive", {}))
    citations = wire.abstention.nearest if wire.abstention else wire.citations
    assert made.text == wire.text
    assert [(source.number, source.quote) for source in made.sources] == [
        (citation.number, citation.quote) for citation in citations
    ]
    assert all(source.url.startswith("https://mandat.example.org/documents/") for source in made.sources)
    assert bool(made.heading) == bool(citations)
    plain = plain_text(made)
    assert plain.startswith(made.text)
    assert all(f"[{source.number}] {source.line}" in plain for source in made.sources)


def test_a_source_names_whose_it_is_unless_its_title_does() -> None:
    lines = [source.line for reply in REPLIES.values() for source in shown(reply).sources]
    assert any(line == "Delegeringsreglement for Nordvik kommune · § 4-2" for line in lines)
    assert any(line.endswith("Norge · Veiledning, ikke bindende") for line in lines)


def test_a_decision_is_a_card_with_its_way_drawn() -> None:
    way = (
        Link("Kommunestyret", "delegates", "", 1),
        Link("Kommunedirektøren", "decides", "inntil 1 000 kr", 1),
    )
    card = shown(
        answer(Decision("Innkjøp", "Kommunedirektøren", "decides", "inntil 1 000 kr", "", "no", way))
    ).card
    assert card is not None
    assert (card.kind, card.title) == ("decision", "Innkjøp")
    assert [(row.label, row.text) for row in card.rows] == [
        ("Hvem", "Kommunedirektøren avgjør"),
        ("Vilkår og grense", "inntil 1 000 kr"),
        ("Videre delegering", "Nei"),
    ]
    assert all(row.source == 1 and "#c" in row.url for row in card.rows)
    assert [(row.label, row.text) for row in card.chain] == [
        ("Kommunestyret", "har gitt myndigheten"),
        ("Kommunedirektøren", "avgjør · inntil 1 000 kr"),
    ]


def test_one_step_is_no_way() -> None:
    alone = (Link("Kommunedirektøren", "decides", "", 1),)
    card = shown(answer(Decision("Innkjøp", "Kommunedirektøren", "decides", "", "", "unstated", alone))).card
    assert card is not None
    assert card.chain == ()
    assert [row.label for row in card.rows] == ["Hvem"]


def test_a_body_and_a_role_are_cards_of_what_is_said_of_them() -> None:
    told = Told(
        Facet.MEETS, "hver tirsdag", Citation(2, BY.document, "", "§ 1", "Møtes hver tirsdag.", 3, 22, "p")
    )
    body = shown(answer(profile=Profile("HR-forum", False, (told,)))).card
    role = shown(answer(profile=Profile("HR-sjef", True, (told,)))).card
    assert body is not None
    assert role is not None
    assert (body.kind, role.kind) == ("body", "role")
    assert [(row.label, row.text) for row in body.rows] == [("Møtes", "hver tirsdag")]
    assert body.rows[0].url.endswith("#c3-22")
