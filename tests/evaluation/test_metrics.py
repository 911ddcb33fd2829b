"""What counts as the words of an answer, and as evidence, where a table's row is quoted."""

import pytest

from assistant.evaluation.metrics import has_answer, has_evidence

ROW = "Enhetsleder | Innkjøp | Inntil kr 100 000"


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        ([["100 000"]], True),
        ([["200 000", "100 000"]], True),
        ([["ENHETSLEDER"], ["inntil"]], True),
        ([["enhetsleder innkjøp"]], True),  # a bar between cells is no word
        ([["enhetsleder | innkjøp"]], True),
        ([["inntil  kr\n100 000"]], True),
        ([["enhetsleder"], ["rektor"]], False),
        ([["100000"]], False),
        ([["innkjøp enhetsleder"]], False),
        ([], True),
    ],
)
def test_an_alternative_of_every_group_must_stand_in_the_text(groups: list[list[str]], found: bool) -> None:
    assert has_answer(groups, ROW) is found


def test_letters_are_compared_without_case_in_every_language() -> None:
    assert has_answer([["økonomiudvalget"]], "ØKONOMIUDVALGET afgør sagen.")
    assert has_answer([["Ärendet"]], "ärendet avgörs")
    assert not has_answer([["udvalg"]], "")


@pytest.mark.parametrize(
    ("evidence", "quote", "found"),
    [
        ("Innkjøp Inntil kr 100 000", ROW, True),
        ("Innkjøp | Inntil kr 100 000", "Innkjøp Inntil kr 100 000", True),
        ("Enhetsleder|Innkjøp", "Enhetsleder | Innkjøp", True),
        (f"{ROW} | Nei", ROW, True),  # the quote is more than half of it
        (f"{ROW} | Nei", "Enhetsleder | Innkjøp | Inntil", True),
        (f"{ROW} | Nei", "Enhetsleder | Innkjøp", False),
        (ROW, " | | ", False),
        ("enhetsleder", ROW, False),  # evidence is verbatim
    ],
)
def test_bars_between_cells_do_not_hide_evidence(evidence: str, quote: str, found: bool) -> None:
    assert has_evidence([evidence], quote) is found
