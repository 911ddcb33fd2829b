from __future__ import annotations

from dataclasses import replace
from datetime import date

import canned
import pytest

from assistant.channels.wire import WireReply, document_url, wire_document, wire_exchange, wire_organisation
from assistant.domain.reply import Exchange, Outcome

# The contract's own example names these; scripts read them.
REPLY_FIELDS = {
    "id", "outcome", "language", "mode", "text", "statements", "citations", "abstention",
    "clarification", "decision", "profile", "notes", "conversation_id", "timing_ms",
}  # fmt: skip
CITATION_FIELDS = {
    "number", "document_id", "title", "organisation", "organisation_id", "kind", "language", "locator",
    "quote", "start", "end", "passage_id", "url", "valid_from", "valid_to", "version",
}  # fmt: skip


def exchange(question: str) -> Exchange:
    return Exchange("e1", canned.REPLIES[question], "extractive", {"answer": 4.0}, ("merk",), "c1")


def test_an_answer_carries_every_field_of_the_contract() -> None:
    wired = wire_exchange(exchange(canned.APPOINTMENTS)).model_dump(mode="json")

    assert set(wired) == REPLY_FIELDS
    assert wired["outcome"] == "answered"
    assert wired["statements"][0] == {"text": canned.DECIDES, "citations": [1]}
    assert wired["abstention"] is wired["clarification"] is wired["decision"] is None
    assert (wired["id"], wired["mode"], wired["notes"], wired["conversation_id"], wired["timing_ms"]) == (
        "e1", "extractive", ["merk"], "c1", {"answer": 4.0},
    )  # fmt: skip


def test_a_citation_points_to_its_words_by_name_offset_and_address() -> None:
    first, second = wire_exchange(exchange(canned.APPOINTMENTS)).model_dump(mode="json")["citations"]

    assert set(first) == CITATION_FIELDS
    assert canned.RULES_TEXT[first["start"] : first["end"]] == first["quote"] == canned.DECIDES
    assert (first["organisation"], first["organisation_id"]) == ("Nordvik kommune", "nordvik")
    assert (first["valid_from"], first["valid_to"], first["version"]) == ("2025-01-01", None, "2025-01-01")
    assert first["url"] == (
        f"/documents/nordvik%2Fdelegeringsreglement?version=2025-01-01#c{first['start']}-{first['end']}"
    )
    assert second["kind"] == "guidance"


def test_an_abstention_keeps_its_nearest_passages_apart_from_citations() -> None:
    wired = wire_exchange(exchange("Hvem er formand for Chefforum?"))

    assert wired.citations == wired.statements == []
    assert wired.abstention is not None
    assert wired.abstention.reason == "no_rule_stated"
    assert wired.abstention.text == wired.text
    assert wired.abstention.ask == "Direktionssekretariatet"
    assert [near.quote for near in wired.abstention.nearest] == [canned.BY_FORUM.quote]


def test_a_clarification_has_its_options_in_order() -> None:
    wired = wire_exchange(exchange("Vem bestämmer?"))

    assert wired.outcome is Outcome.CLARIFY
    assert wired.clarification is not None
    assert [option.organisation for option in wired.clarification.options] == ["bjorkhaga", "nordvik"]


def test_the_canned_replies_reach_all_seven_outcomes_and_survive_the_wire() -> None:
    wired = [wire_exchange(exchange(question)) for question in canned.REPLIES]

    assert {reply.outcome for reply in wired} == set(Outcome)
    assert [WireReply.model_validate_json(reply.model_dump_json()) for reply in wired] == wired


@pytest.mark.parametrize(
    ("document_id", "version", "address"),
    [
        ("a", "1", "/documents/a?version=1#c0-5"),
        ("nordvik/a b", "2024 & 2025", "/documents/nordvik%2Fa%20b?version=2024%20%26%202025#c0-5"),
        ("hvem?#bestemmer", "§1", "/documents/hvem%3F%23bestemmer?version=%C2%A71#c0-5"),
    ],
)
def test_an_address_quotes_what_would_change_its_meaning(
    document_id: str, version: str, address: str
) -> None:
    assert document_url(document_id, version, 0, 5) == address


def test_a_listed_document_tells_neither_its_origin_nor_its_audience() -> None:
    shown = wire_document(replace(canned.SECRET, valid_to=date(2030, 1, 1))).model_dump(mode="json")

    assert set(shown) == {
        "id", "title", "organisation", "kind", "language", "version", "valid_from", "valid_to",
        "status", "passages", "sha256", "inferred",
    }  # fmt: skip
    assert shown["valid_to"] == "2030-01-01"
    assert shown["inferred"] == ["language", "version"]


def test_a_country_is_told_from_a_municipality() -> None:
    assert wire_organisation(canned.NORWAY).is_country
    assert not wire_organisation(canned.NORDVIK).is_country
    assert wire_organisation(canned.NORDVIK).aliases == ["Nordvik"]
