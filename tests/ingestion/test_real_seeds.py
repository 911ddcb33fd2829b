"""What becomes of the five real documents: every word of theirs kept, nothing of the page around them.

The regions are marked line by line, with other rules than the product's, so that the two can differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain.document import Passage
from ingestion.cleaning import mark_furniture
from ingestion.passages import cut_passages
from ingestion.reading import plaintext
from ingestion.structure import restore_structure

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
pytestmark = pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the real documents are not beside this checkout (../shared/seeds)"
)

ARTICLE, FOLDER, NOTE, DECK, COURSE = range(5)
LANGUAGES = ("nb", "da", "da", "nb", "nb")
# Spans of real content and their characters other than blanks, counted with sed and wc.
CONTENT = {ARTICLE: (1, 2463), FOLDER: (7, 7728), NOTE: (1, 10962), DECK: (16, 6384), COURSE: (11, 2619)}


def the_text(number: int) -> str:
    (path,) = SEEDS.glob(f"{number:03}_*.txt")
    return path.read_text(encoding="utf-8")


def the_passages(number: int) -> tuple[Passage, ...]:
    text = the_text(number)
    reading = restore_structure(mark_furniture(plaintext.read(text.encode())))
    assert reading.text == text
    return cut_passages(reading, "seed", "1", LANGUAGES[number])


def content(number: int) -> list[tuple[int, int]]:
    """Where the document's own words stand, page numbers, slide numbers and footers left out."""
    text = the_text(number)
    if number == ARTICLE:
        return [(0, text.index("\n\nFortsett å lese"))]
    if number == NOTE:
        return [(text.index("Transkript:") + len("Transkript:"), len(text))]
    return list(_lines(number, text))


def _lines(number: int, text: str) -> Iterator[tuple[int, int]]:
    """The numbered lines of a transcript, up to the first that is not numbered."""
    begin = text.index("Transkript\n" if number == FOLDER else "Utskrift av presentasjonen:\n")
    at = text.index("\n", begin) + 1
    for line in text[at:].split("\n"):
        numbered = re.match(r"(\d+)\s*", line)
        if line.strip() and not numbered:
            return
        if numbered:
            start, end = numbered.end(), len(line)
            if number == DECK:
                footer = re.compile(rf"\S*Organisasjonsutvikling og lederroller{numbered[1]} ")
                match = footer.match(line, start)
                assert match, line[:60]
                start = match.end()
            if number == FOLDER and line.endswith(f" {numbered[1]}"):
                end -= len(numbered[1]) + 1
            if line[start:end].strip():
                yield at + start, at + end
        at += len(line) + 1


def letters(text: str) -> int:
    return sum(not letter.isspace() for letter in text)


@pytest.mark.parametrize("number", CONTENT)
def test_the_marked_regions_are_those_that_were_counted(number: int) -> None:
    spans = content(number)
    assert (len(spans), sum(letters(the_text(number)[start:end]) for start, end in spans)) == CONTENT[number]


@pytest.mark.parametrize("number", CONTENT)
def test_no_passage_holds_anything_of_the_page(number: int) -> None:
    text = the_text(number)
    own = {offset for start, end in content(number) for offset in range(start, end)}
    for passage in the_passages(number):
        strange = [o for o in range(passage.start, passage.end) if o not in own and not text[o].isspace()]
        assert not strange, f"{passage.locator}: {text[strange[0] : strange[0] + 60]!r}"


def test_all_of_the_content_is_in_passages() -> None:
    kept = in_all = 0
    for number in CONTENT:
        text = the_text(number)
        covered = {offset for p in the_passages(number) for offset in range(p.start, p.end)}
        own = [o for start, end in content(number) for o in range(start, end) if not text[o].isspace()]
        inside = sum(offset in covered for offset in own)
        print(f"seed {number}: {inside} of {len(own)} characters in passages, {inside / len(own):.4f}")
        assert inside >= 0.995 * len(own), number
        kept, in_all = kept + inside, in_all + len(own)
    print(f"all: {kept} of {in_all}, {kept / in_all:.4f}")
    assert kept >= 0.995 * in_all


# The title a person sees on each slide; "" for a quotation or a picture.
DECK_TITLES = {
    1: "Prinsipper for organisasjonsutvikling", 2: "Organisasjonen - prinsippskisse",
    3: "Fokus i organisasjonsutviklingen", 4: "Hovedgrep i administrativ struktur",
    5: "Tjenestevei eller på tvers? Ja, takk!", 6: "Linjestyring", 7: "Rådmannen (1)", 8: "Rådmannen (2)",
    9: "Rådmannen 3: Fokus og utfordringer", 10: "Direktørene (1)", 11: "Direktørene (2)",
    12: "Kommunalsjefene (1)", 13: "Kommunalsjefene (2)", 14: "Tjenestelederne (1)",
    15: "Tjenestelederne (2)", 16: "Enhetssjefene",
}  # fmt: skip
COURSE_TITLES = {
    1: "Roller og spilleregler", 2: "DELKAPITLER", 3: "Samspillet med administrasjonen",
    4: "Hva er rådmannens ansvar?", 5: "Delegering til rådmannen", 6: "Roller og rolleforståelse", 7: "",
    8: "Tiltak for god samhandling", 9: "", 10: "Verktøy for arbeidsgiveransvaret for rådmann",
    12: "TIL DISKUSJON OG REFLEKSJON",
}  # fmt: skip


@pytest.mark.parametrize(("number", "titles"), [(DECK, DECK_TITLES), (COURSE, COURSE_TITLES)])
def test_a_slide_is_cited_by_its_number_and_title(number: int, titles: dict[int, str]) -> None:
    passages = the_passages(number)
    assert [passage.locator for passage in passages] == [
        f"lysbilde {slide} · {title}" if title else f"lysbilde {slide}" for slide, title in titles.items()
    ]
    assert [passage.heading_path for passage in passages] == [
        (title,) if title else () for title in titles.values()
    ]


# A phrase of each part (at most six words) and the page and heading it stands under.
UNDER = {
    FOLDER: [
        ("hvordan god ledelse understøttes", "s. 2 · Indledning"),
        ("En tilknyttet mentor", "s. 2 · Udvikling af godt lederskab"),
        ("At ressourcerne anvendes optimalt", "s. 3 · Hvorfor er god ledelse vigtig?"),
        ("Direktionen mødes én gang", "s. 3 · Direktionen"),
        ("af 1½-3 timers varighed", "s. 4 · Chefforum"),
        ("1. Beslutningsoplæg drøftes", "s. 4 · Chefforum"),
        ("består af følgende 100 ledere", "s. 4 · Strategisk Lederforum"),
        ("mødepligt til møderne i Strategisk", "s. 5 · Strategisk Lederforum"),
        ("afholdes et møde hvert kvartal", "s. 6 · Strategisk Lederforum"),
        ("oprettet et antal ledernetværk", "s. 6 · Ledernetværk"),
        ("mindst én gang i kvartalet", "s. 7 · Ledernetværk"),
        ("tilbydes mindst fire inspirationsmøder", "s. 7 · Inspirationsmøder for alle ledere"),
    ],
    NOTE: [
        ("delt i følgende afsnit", "DIREKTIONENS ARBEJDSGRUNDLAG"),
        ("Med reformen i 2007", "EN KOMMUNE I DANMARK"),
        ("Borgervinkel på alt", "PRINCIPPER FOR DIREKTIONENS ARBEJDE"),
        ("en rollebaseret organisationsmodel", "ORGANISATIONSMODEL"),
        ("består af 5 direktører", "DIREKTIONENS ROLLER OG OPGAVER"),
        ("- økonomisk prioritering", "DIREKTIONENS ROLLER OG OPGAVER"),
        ("er Byrådets direktion", "SAMSPIL MED DEN POLITISKE ORGANISATION"),
        ("Mandag 8.15-9.30", "DIREKTIONENS ARBEJDSFORMER"),
        ("løbende møder med chefgruppen", "DIREKTIONENS ARBEJDSFORMER"),
    ],
    ARTICLE: [
        ("på topplederprogrammet åpner vi", "avsnitt 1–4"),
        ("Lillestrøm kommune", "avsnitt 8–10"),
        ("kontakt gudrun", "avsnitt 11–14"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("number", UNDER)
def test_every_part_stands_under_its_own_heading(number: int) -> None:
    passages = the_passages(number)
    for phrase, locator in UNDER[number]:
        found = [passage for passage in passages if phrase.lower() in passage.text.lower()]
        assert [passage.locator for passage in found] == [locator], phrase
        if " · " in locator or number == NOTE:
            assert found[0].heading_path[-1] == locator.rpartition(" · ")[2]


def test_no_other_heading_is_found() -> None:
    headings = {passage.heading_path[-1] for passage in the_passages(FOLDER) if passage.heading_path}
    assert headings == {locator.rpartition(" · ")[2] for _, locator in UNDER[FOLDER]}, (
        "a heading that a person does not see"
    )
    assert {passage.heading_path for passage in the_passages(NOTE)} == {
        (locator,) for _, locator in UNDER[NOTE]
    }


def test_a_paragraph_is_cited_by_its_own_number() -> None:
    text = the_text(ARTICLE)
    own = text[: content(ARTICLE)[0][1]]
    starts = [match.start() for match in re.finditer(r"(?:\A|(?<=\n\n))\S", own)]
    marks = [mark for passage in the_passages(ARTICLE) for mark in passage.marks]
    assert marks == [(start, f"avsnitt {count}") for count, start in enumerate(starts, 1)]
