"""How statutes number themselves."""

import pytest

from ingestion.legal import section_address, subsections


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
