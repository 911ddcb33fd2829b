"""Which messages ask two things, and what is asked then."""

import pytest

from assistant.answering.parts import parts_of
from assistant.domain.document import Organisation

TOWNS = (
    Organisation("granvik", "Granvik kommune", "no", "nb"),
    Organisation("strandlev", "Strandlev Kommune", "dk", "da"),
)
NAMES = ("HR-forum", "Samverkansgruppen", "Enhetsleder", "Kommunedirektøren", "crisis team")


def subject_of(text: str) -> str:
    return next((name for name in NAMES if name.casefold() in text.casefold()), "")


def parts(text: str) -> tuple[str, ...]:
    return parts_of(text, TOWNS, subject_of)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Hvem leder HR-forum i Granvik, og når møtes det?",
         ("Hvem leder HR-forum i Granvik?", "og når møtes det?")),
        ("Kven leier HR-forum og kor ofte møtest det", ("Kven leier HR-forum?", "og kor ofte møtest det?")),
        ("Vad är samverkansgruppen till för och vilka sitter i den?",
         ("Vad är samverkansgruppen till för?", "och vilka sitter i den?")),
        ("Hvad må afdelingslederen købe ind for, og hvem skal godkende større køb?",
         ("Hvad må afdelingslederen købe ind for?", "og hvem skal godkende større køb?")),
        ("What is the crisis team for, and who convenes it?",
         ("What is the crisis team for?", "and who convenes it?")),
        ("Hvem leder HR-forum? Når møtes det?", ("Hvem leder HR-forum?", "Når møtes det?")),
        ("Hva er HR-forum til for, hvem sitter i det og hvor ofte møtes det?",
         ("Hva er HR-forum til for?", "hvem sitter i det?", "og hvor ofte møtes det?")),
        ("Hei! Hvem leder HR-forum, og når møtes det? Takk!",
         ("Hei! Hvem leder HR-forum?", "og når møtes det?")),
        ("Jeg er enhetsleder i Granvik. Hva kan jeg bestemme, og hvem er min leder?",
         ("Jeg er enhetsleder i Granvik. Hva kan jeg bestemme?", "og hvem er min leder?")),
        ("Hva er HR-forum til for? Hvem leder det? Hvor ofte møtes det? Hvem sitter i det?",
         ("Hva er HR-forum til for?", "Hvem leder det?", "Hvor ofte møtes det? Hvem sitter i det?")),
    ],
)  # fmt: skip
def test_two_questions_are_told_apart(text: str, asked: tuple[str, ...]) -> None:
    assert parts(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "Hvem kan ansette og si opp ledere?",
        "Hva er ordførerens rolle og ansvar?",
        "kan en rektor både ansette og avskjedige",
        "Vi er 7 200 innbyggere. Hvor få kan sitte i bystyret?",
        "who may sign contracts and on what conditions",
        "Kan du si hvem som leder HR-forum, og når det møtes?",
        "Kan du hjelpe meg? Hvem leder HR-forum?",
        "Hvem fastsætter, hvad lokalpolitikere får i løn for arbejdet?",
        "Hvem bestemmer, hvornår affaldet hentes i Strandlev?",
        "Hvem avgjør hva som skal stå på saklista, og hva er fristen?",
        "Får förvaltningschefen vidaredelegera direktupphandling, och till vem?",
        "Hvem foreslår, og hvem vedtar budsjettet?",
        "Hvordan bliver viceborgmesteren fundet, og af hvem?",
        "HR-forum i Granvik? Hvem leder det?",
        # the second rests on what is asked in the first, and not on whom that is about
        "Who approves purchases of 400,000 kroner in Granvik, and who signs the contract?",
        "Hvem innstiller i saker til kommunestyret, og hvem vedtar til slutt?",
        "Hvem innstiller i saker til kommunestyret, og hvem vedtar?",
        "Hvem leder HR-forum og økonomiforum, og hvor ofte møtes de?",
        "Hvem leder HR-forum? Og økonomiforum?",
        "Hvem velger kommunens revisor, og hvem skal godkjenne valget?",
        "Hvem vælger kommunens revisor, og hvem skal sige god for valget?",
        "Jeg ble stemt ned i utvalget. Kan jeg bremse beslutningen, og hvem avgjør saken da?",
        "Hva kan enhetslederen bestemme, og kan han delegere det videre?",
        "Får vi i nämnden vara med via Teams, och vem beslutar om det?",
        "Hvem har gitt kommunedirektøren myndighet til å inngå kontrakter, og hvor langt går den?",
        "Hvem bestemmer om vi skal gå over til parlamentarisme, og hvor mange stemmer kreves?",
        "Hvem er leder for HR-forum, og hva er telefonnummeret?",
        "Vem klubbar kommunens budget och när ska det senast vara gjort?",
        "Hvem ansetter lærere, rektorer og assistenter på skolen, og hvem leder dem?",
        "",
        "Hvem " * 300 + "? Hva er det?",
    ],
)
def test_one_question_is_left_whole(text: str) -> None:
    assert parts(text) == (" ".join(text.split()),)


def test_what_rests_on_a_part_stays_with_it() -> None:
    asked = parts("Når møtes HR-forum? Hvem velger kommunens revisor, og hvem skal godkjenne valget?")
    assert asked == (
        "Når møtes HR-forum?",
        "Hvem velger kommunens revisor og hvem skal godkjenne valget?",
    )
