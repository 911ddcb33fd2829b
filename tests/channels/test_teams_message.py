"""Replies as Teams takes them: within its limits, and with every citation."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from canned import BY_GUIDE, BY_RULES, REPLIES

from assistant.channels.presentation import Card, Presentation, Row, Source, present
from assistant.channels.presentation import words as shared_words
from assistant.channels.teams.cards import OPTIONS, ROWS, complaint_form
from assistant.channels.teams.message import CITATIONS, drafts, own_words, words
from assistant.channels.wire import WireOption, wire_exchange
from assistant.domain.reply import Complaint, Exchange, Outcome, Reply

LANGUAGES = ("nb", "nn", "da", "sv", "en")


def of(reply: Reply, base_url: str = "https://mandat.example.org") -> Presentation:
    return present(wire_exchange(Exchange("x1", reply, "extractive", {})), base_url)


def sent(shown: Presentation, place: int = 0) -> dict:  # type: ignore[type-arg]
    return json.loads(json.dumps(drafts(shown)[place].model_dump(by_alias=True, exclude_none=True)))


def many(count: int, **fields: object) -> Presentation:
    sources = tuple(
        Source(n, f"Reglement {n} · § {n}", f"Ord {n}. " * 80, f"https://m.example/d{n}", n % 2 == 0)
        for n in range(1, count + 1)
    )
    made = Presentation("x1", Outcome.ANSWERED, "nb", "", "Svar. [1]", "", (), "Kilder", sources, (), None)
    return replace(made, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", REPLIES)
def test_every_source_has_a_citation_and_a_pointer(text: str) -> None:
    shown = of(REPLIES[text])
    message = sent(shown)
    (entity,) = message["entities"]
    claims = entity.get("citation", [])
    assert [claim["position"] for claim in claims] == [source.number for source in shown.sources]
    assert all(f"[{source.number}]" in message["text"] for source in shown.sources)
    for claim, source in zip(claims, shown.sources, strict=True):
        appearance = claim["appearance"]
        assert appearance["url"] == source.url
        assert len(appearance["name"]) <= 80
        assert len(appearance["abstract"]) <= 160
        assert ("usageInfo" in appearance) == source.is_guidance


@pytest.mark.parametrize("count", [1, 19, 20, 21, 60])
def test_no_more_citations_than_teams_takes_and_none_lost(count: int) -> None:
    message = sent(many(count))
    claims = message["entities"][0]["citation"]
    assert len(claims) == min(count, CITATIONS)
    listed = {n for n in range(1, count + 1) if f"[{n}] [Reglement {n} · § {n}]" in message["text"]}
    pointed = {claim["position"] for claim in claims} - listed
    assert listed | pointed == set(range(1, count + 1))
    assert pointed == {1}
    assert len(json.dumps(message, ensure_ascii=False).encode("utf-16-le")) < 100_000


def test_what_the_text_points_to_is_cited_before_the_rest() -> None:
    message = sent(many(40, text="Svar. [37] [2]"))
    positions = [claim["position"] for claim in message["entities"][0]["citation"]]
    assert {2, 37} <= set(positions)
    assert positions == sorted(positions)


def test_a_long_quote_can_be_opened_in_full() -> None:
    shown = many(1)
    (claim,) = sent(shown)["entities"][0]["citation"]
    card = json.loads(claim["appearance"]["text"])
    assert card["body"][0]["inlines"][0]["text"] == shown.sources[0].quote
    assert card["version"] == "1.5"


def test_a_label_of_guidance_is_one_and_says_of_which() -> None:
    message = sent(many(5))
    (entity,) = message["entities"]
    labels = [c["appearance"]["usageInfo"] for c in entity["citation"] if "usageInfo" in c["appearance"]]
    assert labels == [entity["usageInfo"]] * 2
    assert entity["usageInfo"] == {
        "@type": "CreativeWork",
        "@id": "guidance",
        "name": "Veiledning, ikke bindende",
        "description": "[2] [4]",
    }


def test_without_an_address_there_are_no_links() -> None:
    message = sent(of(REPLIES["Hvem avgjør tilsettinger?"], ""))
    assert all("url" not in claim["appearance"] for claim in message["entities"][0]["citation"])
    assert "](" not in sent(of(REPLIES["Hvem er formand for Chefforum?"], ""))["text"]


ROWS_OF_A_DECISION = (
    Row("Hvem", "Kommunedirektøren avgjør", 1, "https://m.example/d#c1-2"),
    Row("Vilkår og grense", "inntil 1 000 kr", 1, "https://m.example/d#c1-2"),
)
WAY = (Row("Kommunestyret", "har gitt myndigheten", 1), Row("Kommunedirektøren", "avgjør", 2))


def test_a_decision_is_a_card_beside_the_answer() -> None:
    card = Card("decision", "Hvem avgjør", "Innkjøp", ROWS_OF_A_DECISION, WAY)
    message = sent(many(2, card=card))
    (attached,) = message["attachments"]
    assert attached["contentType"] == "application/vnd.microsoft.card.adaptive"
    content = attached["content"]
    assert (content["type"], content["version"], content["lang"]) == ("AdaptiveCard", "1.5", "nb")
    as_text = json.dumps(content, ensure_ascii=False)
    for told in (
        "Innkjøp",
        "inntil 1 000 kr",
        "Fra hvem til hvem",
        "Kommunestyret",
        "har gitt myndigheten",
        " [2]",
    ):
        assert told in as_text
    sets = [element for element in content["body"] if element["type"] == "ColumnSet"]
    assert [element.get("selectAction", {}).get("url", "") for element in sets] == [
        "https://m.example/d#c1-2", "https://m.example/d#c1-2", "", "",
    ]  # fmt: skip
    assert message["text"].startswith("Svar. [1]")
    less = sent(many(2, card=card), 1)
    assert "attachments" not in less
    assert "- Vilkår og grense: inntil 1 000 kr" in less["text"]
    assert "Kommunestyret har gitt myndigheten" in less["text"]


def test_a_long_card_is_cut_and_says_so() -> None:
    rows = tuple(Row("Ansvar for", f"sak {n} " * 200, 0, f"https://m.example/{n}") for n in range(50))
    message = sent(many(1, card=Card("role", "Rolle", "Rektor", rows)))
    content = message["attachments"][0]["content"]
    assert sum(element["type"] == "ColumnSet" for element in content["body"]) == ROWS
    assert content["body"][-1]["text"] == "… og 30 til"
    assert len(json.dumps(content, ensure_ascii=False).encode("utf-16-le")) < 80_000


@pytest.mark.parametrize(("count", "actions", "buttons"), [(2, 2, 0), (3, 3, 0), (4, 0, 4), (60, 0, OPTIONS)])
def test_few_options_are_suggested_and_many_are_buttons(count: int, actions: int, buttons: int) -> None:
    options = tuple(WireOption(label=f"Kommune {n}", organisation=f"k{n}") for n in range(count))
    message = sent(many(0, text="Hvilken?", options=options))
    assert len(message.get("suggestedActions", {}).get("actions", ())) == actions
    attached = message.get("attachments", [])
    made = [each for a in attached for line in a["content"]["body"] for each in line["actions"]]
    assert len(made) == buttons
    assert not (attached and "suggestedActions" in message)
    for place in (1, 2):
        assert all(
            option.label in sent(many(0, text="Hvilken?", options=options), place)["text"]
            for option in options
        )


def test_words_of_our_own_are_not_labelled_as_made_by_a_machine() -> None:
    message, bare = own_words("Hei", ("Hvem?",))
    assert message.entities is None
    assert message.suggested_actions is not None
    assert bare.suggested_actions is None
    assert len(own_words("Hei")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_in_every_language(language: str) -> None:
    said, english = words(language), words("en")
    assert set(said) == set(english)
    assert all(said.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("helpful", [True, False])
def test_the_form_asks_for_a_reason(helpful: bool, language: str) -> None:
    value = complaint_form(helpful, language)["task"]["value"]
    body = value["card"]["content"]["body"]
    kinds = [choice["value"] for element in body for choice in element.get("choices", ())]
    assert kinds == ([] if helpful else list(Complaint))
    assert value["card"]["content"]["actions"][0]["title"] == shared_words(language)["send"]


def test_the_guidance_among_real_replies_is_labelled() -> None:
    assert BY_GUIDE.document.kind == "guidance"
    assert BY_RULES.document.kind != "guidance"
    assert "usageInfo" in sent(of(REPLIES["Hvem avgjør tilsettinger?"]))["entities"][0]
