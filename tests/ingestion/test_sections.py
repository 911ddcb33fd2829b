"""Which heading, slide or § each block belongs to."""

from ingestion.reading import markdown, plaintext
from ingestion.reading.reading import BlockKind, Place, ReadingBuilder
from ingestion.sections import sections


def addresses(text: str) -> list[tuple[str, str]]:
    """(address, first words) of every section that has blocks."""
    reading = markdown.read(text.encode())
    return [
        (section.address, reading.text[section.blocks[0].start :][:12])
        for section in sections(reading)
        if section.blocks
    ]


def test_a_paragraph_that_begins_with_a_reference_opens_no_section() -> None:
    text = "### § 20-10. Klage\n\nKlagen sendes dit.\n\n§ 30-3 første ledd gjelder tilsvarende.\n\n### § 20-11. Tilsyn\n\nTilsyn føres."
    assert addresses(text) == [("§ 20-10", "Klagen sende"), ("§ 20-11", "Tilsyn føres")]


def test_a_paragraph_that_opens_with_another_number_is_that_section() -> None:
    text = "### § 61\n\n§ 61. Bøde.\n\n### § 89\n\n§ § 62-62 c. (Ophævet)"
    assert addresses(text) == [("§ 61", "§ 61. Bøde.\n"), ("§§ 62-62 c", "§ § 62-62 c.")]


def test_a_range_under_its_own_heading_is_one_section() -> None:
    assert addresses("### § 22-29\n\n§§ 22-29. (Ophævet)") == [("§ 22-29", "§§ 22-29. (O")]


def test_a_heading_inside_a_section_keeps_its_address() -> None:
    reading = markdown.read(
        b"## \xc2\xa7 6 Afstemning\n\nFlertal.\n\n### Valg\n\nSkriftligt.\n\n## Bilag\n\nSkema."
    )
    assert [(s.address, s.part) for s in sections(reading) if s.blocks] == [
        ("§ 6", ""),
        ("§ 6", "Valg"),
        ("", ""),
    ]


def test_a_section_without_its_chapter_is_in_the_chapter_under_way() -> None:
    text = "3 kap. 18 § Utskottet bereder ärendet.\n\n19 § Utskottet beslutar.\n"
    reading = plaintext.read(text.encode())
    assert [s.address for s in sections(reading) if s.blocks or s.address] == ["3 kap. 18 §", "3 kap. 19 §"]


def test_a_slide_with_two_headings_keeps_both() -> None:
    builder = ReadingBuilder()
    slide = Place("slide", 1)
    builder.add(BlockKind.HEADING, "Lederfora", level=2, place=slide)
    builder.add(BlockKind.HEADING, "Oppdatert i februar", level=2, place=slide)
    builder.add(BlockKind.NOTE, "Vises for nye ledere.", place=slide)
    section = list(sections(builder.build()))[-1]
    assert section.path == ("Lederfora",)
    assert [block.kind for block in section.blocks] == [BlockKind.HEADING, BlockKind.NOTE]
    assert section.heading is not None
    assert section.heading.start == 0


def test_a_title_that_stands_last_on_its_slide_is_its_title() -> None:
    builder = ReadingBuilder()
    slide = Place("slide", 2)
    builder.add(BlockKind.ITEM, "Du har en styringsrolle", place=slide)
    builder.add(BlockKind.HEADING, "DELKAPITLER", level=2, place=slide)
    section = list(sections(builder.build()))[-1]
    assert section.path == ("DELKAPITLER",)
    assert len(section.blocks) == 2
