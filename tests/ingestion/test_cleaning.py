"""Page furniture is told from the document, and nothing of the document is lost."""

from ingestion.cleaning import mark_furniture
from ingestion.reading import plaintext
from ingestion.reading.reading import BlockKind, Reading

DECK = """Presentasjon lastes. Vennligst vent

01.02.12Ledelse i Granvik1 Ledelse i Granvik.

Liknende presentasjoner


Presentasjon om: "01.02.12Ledelse i Granvik1 Ledelse i Granvik."— Utskrift av presentasjonen:

1 01.02.12Ledelse i Granvik1 Ledelse i Granvik

2 Ledelse i Granvik2 Tjenestelederne l Ca 40 tjenesteledere \uf02d Leder eget tjenestested

3 01.02.12Ledelse i Granvik3 Kommunalsjefene l 5 kommunalsjefer \uf02d 2 av dem har budsjettansvar

4 Ledelse i Granvik4 Rådmannen l Øverste leder

Laste ned ppt "01.02.12Ledelse i Granvik1 Ledelse i Granvik."

Liknende presentasjoner

Delegeringsreglement for Solvik kommune

Annonser fra Google"""

FOLDER = """Ledelse i Strandlev

Størrelse: px
Starte visningen fra side:

Download "Ledelse i Strandlev"

Transkript

1 Ledelse i Strandlev 1

2 Chefforum mødes hver uge og består af 12 chefer. 2

3

Styringsfilosofi for Bakkeby Kommune

Styringsfilosofi for Bakkeby Kommune Denne pjece beskriver Bakkeby Kommunes styringsfilosofi

Læs mere

Ledelse i Mosekær

Ledelse i Mosekær December 2014 Ledelse er et fag

Læs mere

HR-strategi 2011

HR-strategi 2011 Indhold Forord

Læs mere
"""


def read(text: str) -> Reading:
    return mark_furniture(plaintext.read(text.encode()))


def kept(reading: Reading) -> list[str]:
    return [reading.text[b.start : b.end] for b in reading.blocks if b.kind is not BlockKind.FURNITURE]


def test_a_deck_keeps_its_slides_and_loses_footers_numbers_and_other_decks() -> None:
    assert kept(read(DECK)) == [
        "Ledelse i Granvik",
        "Tjenestelederne l Ca 40 tjenesteledere \uf02d Leder eget tjenestested",
        "Kommunalsjefene l 5 kommunalsjefer \uf02d 2 av dem har budsjettansvar",
        "Rådmannen l Øverste leder",
    ]


def test_slides_know_their_number() -> None:
    reading = read(DECK)
    places = [b.place for b in reading.blocks if b.kind is not BlockKind.FURNITURE]
    assert [(place.kind, place.number) for place in places if place] == [
        ("slide", 1), ("slide", 2), ("slide", 3), ("slide", 4),
    ]  # fmt: skip


def test_a_folder_keeps_its_pages_and_loses_the_cards_of_other_municipalities() -> None:
    assert kept(read(FOLDER)) == ["Ledelse i Strandlev", "Chefforum mødes hver uge og består af 12 chefer."]


def test_the_canonical_text_keeps_every_character() -> None:
    assert read(FOLDER).text == FOLDER
    assert read(DECK).text == DECK


def test_a_list_of_related_documents_before_the_transcript_is_furniture() -> None:
    text = "Arbejdsgrundlag\n\nRelaterede dokumenter\nLedelse i Mosekær\n\nTranskript:\n\nDirektionen mødes mandag."
    assert kept(read(text)) == ["Direktionen mødes mandag."]


def test_prose_after_a_list_of_related_pages_is_kept() -> None:
    prose = "Kommunestyret vedtar reglementet. " * 20
    text = f"Om reglementet\n\nRelaterte saker\n\nNytt fra Solvik\n\n{prose}"
    assert kept(read(text)) == ["Om reglementet", prose.strip()]


def test_a_list_of_related_documents_ends_at_the_next_numbered_heading() -> None:
    text = "Om reglementet\n\nRelaterte dokumenter\n\nEtikkreglementet\n\n8. Ikrafttredelse\n\nFra 1. mai."
    assert kept(read(text)) == ["Om reglementet", "8. Ikrafttredelse", "Fra 1. mai."]


def test_an_ordinary_document_is_left_alone() -> None:
    text = "1 Formål\n\nLedergruppen samordner.\n\n2 Medlemmer\n\nKommunedirektøren leder.\n\nLes mer"
    reading = read(text)
    assert kept(reading) == [
        "1 Formål",
        "Ledergruppen samordner.",
        "2 Medlemmer",
        "Kommunedirektøren leder.",
        "Les mer",
    ]
    assert all(block.place is None for block in reading.blocks)
