"""Numbers, dates, sections and how often, told and compared in five languages."""

from __future__ import annotations

import pytest

from assistant.narration.claims import claims, unsupported_claim


@pytest.mark.parametrize(
    "text",
    ["1 000 000 kr", "1.000.000 kr.", "1 million kroner", "én million kroner", "1 mill. kr", "SEK 1,000,000"],
)
def test_one_sum_is_written_in_many_ways(text: str) -> None:
    assert [number.value for number in claims(text).numbers] == [1_000_000]


@pytest.mark.parametrize(
    "text",
    [
        "1. januar 2026",
        "01.01.2026",
        "2026-01-01",
        "1 januari 2026",
        "den 1. januar 2026",
        "January 1, 2026",
        "1 January 2026",
    ],
)
def test_one_date_is_written_in_many_ways(text: str) -> None:
    assert claims(text).dates == {(2026, 1, 1)}


@pytest.mark.parametrize("text", ["§ 4-2", "paragraf 4-2", "§ 4–2", "section 4-2", "§4-2"])
def test_one_section_is_written_in_many_ways(text: str) -> None:
    assert claims(text).sections == {"4-2"}


@pytest.mark.parametrize(
    ("statement", "evidence", "why"),
    [
        ("Inntil 500 000 kroner.", "inntil kr 500.000,-", ""),
        ("Inntil 600 000 kroner.", "inntil kr 500.000,-", "number"),
        ("Over 500 000 kroner.", "inntil 500 000 kr", "bound"),
        ("På 500 000 kroner.", "over 500 000 kr", "bound"),
        ("Sju medlemmer.", "7 medlemmer", ""),
        ("Ni medlemmer.", "7 medlemmer", "number"),
        ("To møter.", "møter", "number"),
        ("Up to ten days.", "Højst ti dage", ""),
        ("Fra 1. mars 2026.", "gjelder fra 2026-03-01", ""),
        ("Fra 1. april 2026.", "gjelder fra 2026-03-01", "date"),
        ("I mars.", "i april", "period"),
        ("Etter § 5-3.", "jf. § 5-4", "section"),
        ("Etter § 5 stk. 3.", "jf. § 5 stk. 2", "section"),
        ("Hver uke.", "annenhver uke", "period"),
        ("Annenhver uke.", "hver uke", "period"),
        ("Every other week.", "annenhver uke", ""),
        ("Varje månad.", "varje vecka", "period"),
        ("Hver sjette uke.", "var sjätte vecka", ""),
        ("Hver uke.", "var sjätte vecka", "period"),
        ("Kl. 14.00.", "kl. 13.00", "period"),
        ("På onsdager.", "hver tirsdag", "period"),
        ("Den første tirsdagen.", "den siste tirsdagen", "period"),
        ("Den 10. i måneden.", "den 20. i måneden", "number"),
        ("22 prosent.", "22 procent", ""),
        ("2,5 mill. kroner.", "2 500 000 kr", ""),
    ],
)
def test_what_the_evidence_does_not_state_is_told(statement: str, evidence: str, why: str) -> None:
    language = "en" if "Every" in statement or "Up" in statement else "nb"
    assert unsupported_claim(statement, evidence, "", language=language, in_column=False) == why


def test_an_amount_in_a_column_of_limits_is_what_one_may_go_up_to() -> None:
    row = "Centerchef | 500.000 kr."
    assert unsupported_claim("Op til 500.000 kr.", row, "Beløbsgrænse", language="da", in_column=True) == ""
    assert (
        unsupported_claim("Over 500.000 kr.", row, "Beløbsgrænse", language="da", in_column=True) == "bound"
    )


def test_a_section_may_stand_in_the_locator() -> None:
    text = "Det følger av § 4-2."
    assert (
        unsupported_claim(text, "Kommunestyret avgjør.", "§ 4-2 andre ledd", language="nb", in_column=False)
        == ""
    )
