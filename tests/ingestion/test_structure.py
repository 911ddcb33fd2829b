"""Run-together slides, headings and bullets become blocks of their own, verbatim."""

from itertools import pairwise

from ingestion.cleaning import mark_furniture
from ingestion.passages import cut_passages
from ingestion.reading import plaintext
from ingestion.reading.reading import Block, BlockKind, Place, Reading
from ingestion.structure import restore_structure


def slide(text: str) -> list[tuple[str, str, int]]:
    other = (
        "Neste lysbilde \uf02d Innhold \uf02d Oppsummering"  # a deck shows its bullet marks on several slides
    )
    blocks = (
        Block(0, len(text), BlockKind.PARAGRAPH, place=Place("slide", 1)),
        Block(len(text) + 1, len(text) + 1 + len(other), BlockKind.PARAGRAPH, place=Place("slide", 2)),
    )
    reading = restore_structure(Reading(f"{text}\n{other}", blocks))
    return [
        (b.kind.value, reading.text[b.start : b.end], b.level) for b in reading.blocks if b.end <= len(text)
    ]


def test_bullet_marks_part_a_slide_into_title_and_items() -> None:
    text = "Kommunalsjefene (1) l 9 kommunalsjefer \uf02d Rådgiver for rådmannen o Delta i ledermøte lFokus på drift \uf02d Drift"
    assert slide(text) == [
        ("heading", "Kommunalsjefene (1)", 2),
        ("item", "9 kommunalsjefer", 0),
        ("item", "Rådgiver for rådmannen", 1),
        ("item", "Delta i ledermøte", 2),
        ("item", "Fokus på drift", 0),
        ("item", "Drift", 1),
    ]


def test_a_slide_without_marks_is_parted_at_capitals_that_follow_small_letters() -> None:
    assert slide("Tiltak for samhandling Formelle arenaer Tydelige vedtak fra kommunestyret") == [
        ("heading", "Tiltak for samhandling", 2),
        ("item", "Formelle arenaer", 0),
        ("item", "Tydelige vedtak fra kommunestyret", 0),
    ]


def test_a_slide_of_one_sentence_has_no_title() -> None:
    text = "«Samspillet mellom folkevalgte organer og administrasjonen forutsetter en god rolleavklaring og respekt.»"
    assert [kind for kind, _, _ in slide(text)] == ["item"]


PAGE = (
    "Ledelse i kommunen foregår i flere fora, som alle har deres eget formål og deres egen mødeform i løbet af året. "
    "Chefforum Chefforum består af direktører og centerchefer. Chefforum mødes én gang ugentlig, og mødet varer to timer. "
    "Der føres referat af møderne, og det lægges på intranettet. Netværk for nye ledere Der er oprettet et netværk "
    "for nye ledere. Netværket mødes hvert kvartal. HVAD GØR VI SÅ NU Det er op til den enkelte leder at bidrage til "
    "netværket med sin egen erfaring og at lytte til andres, før der træffes beslutninger om fremtiden i kommunen."
)


def test_headings_run_into_prose_are_found() -> None:
    page = PAGE.replace("HVAD GØR VI SÅ NU ", "")
    reading = restore_structure(plaintext.read(page.encode()))
    headings = [reading.text[b.start : b.end] for b in reading.blocks if b.kind is BlockKind.HEADING]
    assert headings == ["Chefforum", "Netværk for nye ledere"]
    assert "".join(reading.text[b.start : b.end] for b in reading.blocks).replace(" ", "") == page.replace(
        " ", ""
    )


def test_shouted_headings_go_first() -> None:
    reading = restore_structure(plaintext.read(PAGE.encode()))
    headings = [reading.text[b.start : b.end] for b in reading.blocks if b.kind is BlockKind.HEADING]
    assert headings == ["HVAD GØR VI SÅ NU"]


def test_passages_are_verbatim_and_in_order() -> None:
    reading = restore_structure(mark_furniture(plaintext.read(PAGE.encode())))
    passages = cut_passages(reading, "d", "v", "da")
    assert passages
    assert all(reading.text[p.start : p.end] == p.text for p in passages)
    assert all(a.end <= b.start for a, b in pairwise(passages))


def headings(text: str) -> list[tuple[int, str]]:
    reading = restore_structure(plaintext.read(text.encode()))
    assert reading.text == text
    return [(b.level, reading.text[b.start : b.end]) for b in reading.blocks if b.kind is BlockKind.HEADING]


FILL = "Lederne mødes hver måned og drøfter de opgaver, som kommunens ledere har fælles ansvar for. " * 6


def test_a_heading_before_a_sentence_that_begins_with_a_small_word() -> None:
    assert headings(f"Indledning I denne folder beskrives ledelsen i kommunen. {FILL}") == [(3, "Indledning")]


def test_a_common_word_with_a_capital_begins_the_sentence_after_a_heading() -> None:
    text = f"{FILL}Udvikling af godt lederskab Ledere i Strandlev Kommune udvikler deres lederskab gennem kurser."
    assert headings(text) == [(3, "Udvikling af godt lederskab")]


def test_names_and_verbs_make_no_heading() -> None:
    text = (
        f"{FILL}Direktionen bistår Kommune og byråd med rådgivning i alle sager af betydning. "
        "Formålet med Kommune og byråd er at skabe udvikling for alle borgere i landet. "
        "Rådmannen i Granvik Kommune leder arbejdet i alle forvaltninger og stabe. kommune direktionen byråd."
    )
    assert headings(text) == []


def test_of_two_headings_in_a_row_the_first_is_the_outer_one() -> None:
    text = f"{FILL}Strategisk ledelse Direktionen Direktionen udgør kommunens øverste ledelse i det daglige."
    assert headings(text) == [(2, "Strategisk ledelse"), (3, "Direktionen")]


def test_a_question_over_a_page_is_its_heading() -> None:
    assert headings(f"Hvorfor er god ledelse vigtig? {FILL}") == [(3, "Hvorfor er god ledelse vigtig?")]


MINUTES = """Punkt 1. Hjemmearbejde

Indstilling
Centret indstiller, at der kan arbejdes hjemme tre dage om ugen.

Beslutning
Direktionen besluttede to dage om ugen.
"""


def test_the_labels_of_minutes_are_headings_of_their_parts() -> None:
    reading = restore_structure(plaintext.read(MINUTES.encode()))
    passages = cut_passages(reading, "d", "v", "da")
    assert [(p.heading_path[-2:], p.text.split("\n", 1)[1]) for p in passages] == [
        (
            ("Punkt 1. Hjemmearbejde", "Indstilling"),
            "Centret indstiller, at der kan arbejdes hjemme tre dage om ugen.",
        ),
        (("Punkt 1. Hjemmearbejde", "Beslutning"), "Direktionen besluttede to dage om ugen."),
    ]


def test_a_lone_label_is_a_line_of_its_text() -> None:
    assert headings("Beslutning\nDirektionen besluttede to dage om ugen.") == []
