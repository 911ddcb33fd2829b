"""Which words of a run-together slide are its title."""

import pytest

from ingestion.reading.reading import Block, BlockKind, Place
from ingestion.slide_structure import slide_blocks


def title(text: str, *, with_glyphs: bool = False) -> str:
    block = Block(0, len(text), BlockKind.PARAGRAPH, place=Place("slide", 1))
    parts = slide_blocks(text, block, with_glyphs)
    kept = "".join(text[part.start : part.end] for part in parts)
    assert [letter for letter in text if letter.isalnum()] == [letter for letter in kept if letter.isalnum()]
    found = [text[part.start : part.end] for part in parts if part.kind is BlockKind.HEADING]
    assert len(found) < 2
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Delegering til rådmannen Delegering betyr overføring", "Delegering til rådmannen"),
        (
            "Verktøy for ansvaret for rådmann KS anbefaler – avtale – samtaler",
            "Verktøy for ansvaret for rådmann",
        ),
        ("Samarbeid med KS og staten Regionale råd", "Samarbeid med KS og staten"),
        ("Du har en styringsrolle Du er en del av et lederskap DELKAPITLER", "DELKAPITLER"),
        ("TIL DISKUSJON OG REFLEKSJON Mange synes at sakene er lange.", "TIL DISKUSJON OG REFLEKSJON"),
        (
            "Brukere og borgere Organisasjonen - prinsippskisse Tilrettelegging Støtte",
            "Organisasjonen - prinsippskisse",
        ),
        ("«Det gjelder å spille hverandre gode!»", ""),
        ("Spilleregler", "Spilleregler"),
    ],
)
def test_the_title_a_person_sees(text: str, expected: str) -> None:
    assert title(text) == expected


def test_a_dash_inside_a_title_is_no_bullet() -> None:
    assert title("Lederroller - en oversikt \uf02d Rådmannen \uf02d Sjefene", with_glyphs=True) == (
        "Lederroller - en oversikt"
    )
