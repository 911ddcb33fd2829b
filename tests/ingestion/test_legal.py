"""How statutes number themselves."""

import pytest

from ingestion.legal import opened_section, rubric_at_end, section_address, sections_inside, subsections


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("§ 5-6. Formannskap og fylkesutvalg", "§ 5-6"),
        ("§ 62 a", "§ 62 a"),
        ("§ 13-3 a. Lukking", "§ 13-3 a"),
        ("§ 5 i kraft fra 2024", "§ 5"),
        ("§5. Bestyrelsen består af fem medlemmer", "§ 5"),
        ("1 kap. 4 § Beslutanderätt", "1 kap. 4 §"),
        ("12 a § Närvaro", "12 a §"),
        ("§ 12 A-1. Bruk av hensynssoner", "§ 12 A-1"),
        ("§ 9A-2 Rettigheter", "§ 9 A-2"),
        ("§ 3.1 Regler", "§ 3.1"),
        ("§ 2 a Plikt til samarbeid", "§ 2 a"),
        ("§§ 22–29. (Ophævet)", "§§ 22-29"),
        ("§ § 62-62 c. (Ophævet)", "§§ 62-62 c"),
        ("8 kap. 4 a § Jäv", "8 kap. 4 a §"),
        ("Etter § 5-6 skal", ""),
        ("Kapittel 5", ""),
    ],
)
def test_the_section_a_heading_opens(text: str, address: str) -> None:
    assert section_address(text) == address


def test_norwegian_paragraphs_are_counted() -> None:
    assert subsections("abc\n\ndef", "§ 1-1", "nb", [(0, 3), (5, 8)]) == [
        (0, "§ 1-1 første ledd"),
        (5, "§ 1-1 andre ledd"),
    ]
    assert subsections("abc", "§ 1-2", "nb", [(0, 3)]) == []


def test_a_stated_number_counts_before_the_order() -> None:
    text = "(1) a b\n\nen liste\n\n(2) c d"
    assert subsections(text, "§ 2", "nb", [(0, 7), (19, 26)])[1] == (19, "§ 2 andre ledd")


def test_danish_subsections_name_themselves_in_running_text() -> None:
    text = "§ 2. Kommunerne styres. Stk. 2. Regler fastsættes, jf. stk. 1. Stk. 3. Undtagelser gælder."
    found = subsections(text, "§ 2", "da", [(0, len(text))])
    assert [(text[offset : offset + 7], locator) for offset, locator in found] == [
        ("§ 2. Ko", "§ 2, stk. 1"),
        ("Stk. 2.", "§ 2, stk. 2"),
        ("Stk. 3.", "§ 2, stk. 3"),
    ]


def test_swedish_paragraphs_are_stycken() -> None:
    assert subsections("a\n\nb", "3 kap. 1 §", "sv", [(0, 1), (3, 4)])[1][1] == "3 kap. 1 § andra stycket"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("§ 5. Bestyrelsen består af fem", "§ 5"),
        ("§ 5 Formål", "§ 5"),
        ("§ 5", "§ 5"),
        ("19 § Utskottet antar", "19 §"),
        ("§ 30-3 første ledd gjelder tilsvarende.", ""),
        ("§ 14 gjeld likevel for dokument", ""),
        ("4 § andra stycket gäller", ""),
    ],
)
def test_a_reference_opens_no_section(text: str, address: str) -> None:
    assert opened_section(text) == address


def test_what_goes_on_after_a_list_is_no_new_ledd() -> None:
    text = "Loven gjelder for\n\na) staten\n\nnår ikke annet er bestemt.\n\nKongen gir forskrift."
    starts = [0, text.index("når"), text.index("Kongen")]
    spans = [(start, text.find("\n", start) if "\n" in text[start:] else len(text)) for start in starts]
    assert subsections(text, "§ 2", "nb", spans) == [
        (0, "§ 2 første ledd"),
        (text.index("Kongen"), "§ 2 andre ledd"),
    ]


def test_the_paragraphs_of_a_matter_in_minutes_are_known_by_their_labels() -> None:
    text = "Yrkande: Höjt bidrag.\n\nBeslut: Bidraget höjs."
    at = text.index("Beslut")
    found = subsections(text, "§ 112", "sv", [(0, at - 2), (at, len(text))])
    assert found == [(0, "§ 112 · Yrkande"), (at, "§ 112 · Beslut")]


@pytest.mark.parametrize(
    ("text", "rubric"),
    [
        ("Varje region omfattar ett län. Lag (2019:835). Rösträtt", "Rösträtt"),
        ("Lagen gäller alla. Lag (2023:815) Offentlig upphandling", "Offentlig upphandling"),
        ("Rätt har den som är 1. svensk eller 2. Norsk medborgare", ""),
        ("Varje region omfattar ett län.", ""),
    ],
)
def test_a_rubric_at_the_end_of_a_swedish_section(text: str, rubric: str) -> None:
    at = rubric_at_end(text)
    assert (text[at:] if at >= 0 else "") == rubric


def test_sections_inside_a_swedish_section_count_on() -> None:
    text = "Här. 8 § Delegater utses. Ekonomi 9 § Medel ges. 3 § Lagen gäller. 9 a § Mer ges."
    found = sections_inside(text, "2 kap. 7 §")
    assert [(text[rubric:][:9], text[number:][:5]) for rubric, number in found] == [
        ("8 § Deleg", "8 § D"),
        ("Ekonomi 9", "9 § M"),
        ("9 a § Mer", "9 a §"),
    ]
