"""Whose documents a question is about."""

from datetime import date

import pytest

from assistant.domain.document import Organisation
from assistant.domain.question import Question
from assistant.retrieval.scoping import find_scope, named_in, stranger_in

ORGANISATIONS = (
    Organisation("no", "Norge", "no", "nb"),
    Organisation("dk", "Danmark", "dk", "da"),
    Organisation("hoje-taastrup", "Høje-Taastrup Kommune", "dk", "da", ("HTK",)),
    Organisation("ringsted", "Ringsted Kommune", "dk", "da"),
    Organisation("granvik", "Granvik kommune", "no", "nb"),
)
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hvad laver direktionen i Høje-Taastrup?", ["hoje-taastrup"]),
        ("Hvad laver direktionen i Høje Tåstrup?", ["hoje-taastrup"]),
        ("Hvad gør HTKs direktion?", ["hoje-taastrup"]),
        ("Hvem leder Ringsteds direktion?", ["ringsted"]),
        ("Forskellen på Ringsted og Granvik kommune?", ["ringsted", "granvik"]),
        ("Hvem leder direktionen?", []),
        ("Hva er granviken?", []),
    ],
)
def test_the_municipalities_a_question_names(text: str, expected: list[str]) -> None:
    assert [organisation.id for organisation in named_in(text, ORGANISATIONS)] == expected


def test_a_named_municipality_brings_its_country_and_no_other() -> None:
    subject = find_scope(Question("Hvem leder direktionen i Ringsted?"), ORGANISATIONS, "", TODAY)
    assert subject.scope.organisations == {"ringsted", "dk"}
    assert subject.scope.as_of == TODAY


def test_the_default_serves_when_nothing_is_named() -> None:
    subject = find_scope(Question("Hvem leder direktionen?"), ORGANISATIONS, "Granvik", TODAY)
    assert subject.scope.organisations == {"granvik", "no"}
    other = find_scope(Question("Hvem leder direktionen i Ringsted?"), ORGANISATIONS, "Granvik", TODAY)
    assert other.scope.organisations == {"ringsted", "dk"}


def test_a_country_narrows_to_its_organisations() -> None:
    subject = find_scope(Question("Hvem følger op i en norsk kommune?"), ORGANISATIONS, "", TODAY)
    assert subject.scope.organisations == {"granvik", "no"}


def test_nothing_named_is_everyone() -> None:
    subject = find_scope(Question("Hvem leder?", as_of=date(2020, 1, 1)), ORGANISATIONS, "", TODAY)
    assert subject.scope.organisations is None
    assert subject.scope.as_of == date(2020, 1, 1)


@pytest.mark.parametrize(
    ("text", "stranger"),
    [
        ("Vem beviljar bygglov i Sandhamra kommun?", "Sandhamra kommun"),
        ("What may the municipality of Oslo do?", "municipality of Oslo"),
        ("Hvor mange ansatte har Nordre Land kommune?", "Nordre Land kommune"),
        ("Hvem leder HR-forum i Granvik kommune?", ""),
        ("Hvad laver direktionen i Ringsted Kommune?", ""),
        ("Vår kommune har et råd", ""),
        ("Hvilken kommune gjelder det?", ""),
        ("Hvem leder direktionen?", ""),
    ],
)
def test_a_municipality_that_is_not_in_the_library_is_noticed(text: str, stranger: str) -> None:
    assert stranger_in(text, ORGANISATIONS) == stranger


def test_a_country_named_is_no_word_to_search_for() -> None:
    subject = find_scope(Question("Hvem velger ordføreren i en norsk kommune?"), ORGANISATIONS, "", TODAY)
    assert subject.scope.organisations == {"no", "granvik"}
    assert "norsk" in subject.name_words
