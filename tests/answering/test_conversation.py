"""Follow-ups, the asker's own role, and what a question wants of the records."""

from datetime import date

import pytest

from assistant.answering.conversation import resolve, role_said
from assistant.answering.wanted import Wanted, past_date, range_of, wanted
from assistant.domain.document import Organisation
from assistant.domain.governance import Facet
from assistant.domain.question import Question

TOWNS = (
    Organisation("granvik", "Granvik kommune", "no", "nb"),
    Organisation("strandlev", "Strandlev Kommune", "dk", "da"),
)
NAMES = ("Digitaliseringsrådet", "HR-forum", "Strategisk lederforum")


def subject_of(text: str) -> str:
    return next((name for name in NAMES if name.casefold() in text.casefold()), "")


def resolved(text: str, *earlier: str, role: str = "") -> str:
    """What is asked, with the municipality it is asked of: "[Granvik kommune]" where the words name none."""
    meant = resolve(Question(text, earlier=earlier, asker_role=role), TOWNS, subject_of)
    names = {town.id: town.name for town in TOWNS}
    return f"{meant.text} [{names[meant.organisation]}]" if meant.organisation else meant.text


@pytest.mark.parametrize(
    ("text", "before", "meant"),
    [
        ("Og hvem leder det?", "Hva er digitaliseringsrådet i Granvik for noe?",
         "hvem leder Digitaliseringsrådet? [Granvik kommune]"),
        ("og i Strandlev?", "Hvor ofte møtes HR-forum i Granvik?",
         "Hvor ofte møtes HR-forum i Strandlev Kommune?"),
        ("Hva med 4 millioner?", "Hvem kan inngå kontrakt på 400 000 kr i Granvik?",
         "Hvem kan inngå kontrakt på 4 millioner i Granvik?"),
        ("hva med barnehager?", "Hvem bestemmer skolekretser i Granvik?",
         "Hvem bestemmer barnehager? [Granvik kommune]"),
        ("Hvem er ordfører?", "Hva er HR-forum i Granvik for noe?", "Hvem er ordfører? [Granvik kommune]"),
        ("Og hvem er formand?", "Hvornår mødes HR-forum i Strandlev?",
         "hvem er formand HR-forum? [Strandlev Kommune]"),
        ("Hvem ansetter enhetsledere i Strandlev?", "Hva er HR-forum i Granvik for noe?",
         "Hvem ansetter enhetsledere i Strandlev?"),
    ],
)  # fmt: skip
def test_a_follow_up_carries_what_it_leaves_out(text: str, before: str, meant: str) -> None:
    assert resolved(text, before) == meant


def test_a_conversation_is_followed_question_by_question() -> None:
    asked = ("Hva er HR-forum i Granvik for noe?", "Og hvem leder det?", "Og i Strandlev?")
    assert resolved("Hvor ofte møtes det?", *asked) == "Hvor ofte møtes HR-forum? [Strandlev Kommune]"


def test_without_a_conversation_the_question_is_as_it_was_put() -> None:
    assert resolved("Og hvem leder det?") == "Og hvem leder det?"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Kan jeg inngå en kontrakt i Granvik?", "Kan enhetsleder inngå en kontrakt i Granvik?"),
        ("Hvem er min leder i Granvik?", "Hvem er min leder i Granvik (enhetsleder)?"),
        ("Hvem bestemmer budsjettet?", "Hvem bestemmer budsjettet?"),
    ],
)
def test_the_asker_s_role_tells_who_i_am(text: str, meant: str) -> None:
    assert resolved(text, role="enhetsleder") == meant


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Jeg er enhetsleder i Granvik. Hva kan jeg bestemme?", "enhetsleder"),
        ("I am a service manager", "service manager"),
        ("Jag är ny enhetschef", "enhetschef"),
        ("Jeg er usikker på dette", ""),
    ],
)
def test_a_role_said_in_the_conversation_is_heard(text: str, role: str) -> None:
    assert role_said(text) == role


def test_a_role_said_once_holds_for_the_conversation() -> None:
    said = resolved("Hva kan jeg bestemme i Granvik?", "Jeg er enhetsleder. Hvem er HR-sjef i Granvik?")
    assert said == "Hva kan enhetsleder bestemme i Granvik?"


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("Hvor ofte møtes HR-forum?", Facet.MEETS),
        ("Hvem sitter i ledergruppen?", Facet.MEMBERS),
        ("Vem är ordförande i HR-forum?", Facet.CHAIR),
        ("Hvor stopper myndigheten til en enhetsleder?", Facet.STOPS),
        ("Hvad må borgmesteren ikke?", Facet.STOPS),
        ("Who does the unit manager report to?", Facet.REPORTS_TO),
        ("Hva kan en kommunalsjef bestemme?", Facet.DECIDES),
        ("Vad är HR-forum till för?", Facet.PURPOSE),
        ("Må jeg møte i lederforum?", Facet.COMPULSORY),
        ("Hvor mange innbyggere har kommunen?", None),
    ],
)
def test_what_is_asked_of_a_body_or_role_is_known(text: str, facet: Facet | None) -> None:
    assert wanted(text).facet is facet


def test_who_decides_is_told_from_who_somebody_is_and_from_what_one_may() -> None:
    assert wanted("Hvem avgjør søknader om skjenkebevilling?") == Wanted(who=True)
    assert not wanted("Hvem er ordfører i Granvik?").decision
    assert wanted("Kan en enhetsleder kjøpe inn for 40 000 kr?") == Wanted(may=True, amount=40_000)
    assert wanted("Hvem kan godkjenne et innkjøp på 1,5 millioner?") == Wanted(who=True, amount=1_500_000)
    assert wanted("Kan du si hvem som avgjør dette?").who
    assert wanted("Får förvaltningschefen vidaredelegera upphandling?").further
    assert wanted("Hvor mange medlemmer har kommunestyret med over 100 000 innbyggere?").amount is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Hva gjaldt i 2023?", date(2023, 12, 31)),
        ("Hvor meget kunne en centerchef købe ind for i 2024?", date(2024, 12, 31)),
        ("Hva er friskvårdsbidraget 2027?", None),
        ("Hva skjer i 2025?", None),
        ("Hva gjaldt mellom 2020 og 2023?", None),
    ],
)
def test_a_question_of_the_past_is_answered_as_of_then(text: str, day: date | None) -> None:
    assert past_date(text, date(2026, 11, 21)) == day


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Vi er 7 200 innbyggere. Hvor få kan det sitte i bystyret?", 7_200),
        ("Vi har 20 000 röstberättigade, hur litet får fullmäktige vara?", 20_000),
        ("How many councillors with more than 100,000 inhabitants?", 100_001),
        ("Hvem kan godkjenne et innkjøp på 400 000 kroner?", None),
    ],
)
def test_how_many_people_a_question_names(text: str, count: int | None) -> None:
    assert wanted(text).count == count
    assert count is None or wanted(text).amount is None


@pytest.mark.parametrize(
    ("sentence", "inside", "outside"),
    [
        ("minst 19 medlemmer i kommuner med over 5 000, men ikke over 10 000 innbyggere", 10_000, 5_000),
        ("minst 11 medlemmer i kommuner som ikke har over 5 000 innbyggere", 5_000, 5_001),
        ("41 i kommuner med över 16 000 röstberättigade", 16_001, 16_000),
    ],
)
def test_of_how_many_people_a_sentence_tells(sentence: str, inside: int, outside: int) -> None:
    about = range_of(sentence)
    assert about is not None
    assert about.contains(inside)
    assert not about.contains(outside)


def test_a_sentence_with_sums_only_tells_of_no_people() -> None:
    assert range_of("Inntil 500 000 kr og over 100 000 kr") is None
