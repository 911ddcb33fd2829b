"""Dates as Nordic documents write them."""

from datetime import date

import pytest

from ingestion.dates import date_after, find_dates, parse_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vedtatt 12.12.2023", date(2023, 12, 12)),
        ("gældende fra den 1. januar 2026", date(2026, 1, 1)),
        ("fr.o.m. 2024-07-01", date(2024, 7, 1)),
        ("Antagen den 27 november 2023", date(2023, 11, 27)),
        ("2019-11-01, 2020-01-01", date(2019, 11, 1)),
        ("Kongen bestemmer", None),
        ("32.13.2024", None),
        ("version 1.2.3", None),
    ],
)
def test_the_first_date_is_read(text: str, expected: date | None) -> None:
    assert parse_date(text) == expected


def test_dates_come_in_order_with_offsets() -> None:
    text = "Fra 1. mai 2024 til 30.06.2025."
    assert find_dates(text) == [(4, date(2024, 5, 1)), (20, date(2025, 6, 30))]


def test_only_a_date_near_its_cue_counts() -> None:
    assert date_after("Gjelder fra 1.1.2024", ("gjelder fra",)) == date(2024, 1, 1)
    assert date_after("Gjelder fra vedtaket. " + "x" * 60 + " 1.1.2024", ("gjelder fra",)) is None
