"""Which records answer: whose they are, and how much of the question they must have."""

from pathlib import Path
from typing import Any

import pytest

DOCUMENT = """# Reglement for Kråkvik kommune

Vedtatt av kommunestyret 1. mars 2026.

## Havneutvalget (HU)

| Punkt | Innhold |
|---|---|
| Formål | Samordne kaiplass og mudring |
| Leder | Havnesjef |
| Medlemmer | Fem fiskere og en los |
| Møtehyppighet | Hver torsdag |

## Beløpsgrenser

| Rolle | Kan anvise inntil |
|---|---|
| Kommunalsjef | 400 000 kroner |
| Rektor | 90 000 kroner |

## HR-sjef

HR-sjefen rapporterer til kommunedirektøren. HR-sjefen leder havnelaget og leder Havneutvalget når det haster.

## Avskjed

6.1 Avskjed besluttes av kommunedirektøren.
"""


@pytest.fixture
def asked(fresh: Any, tmp_path: Path) -> Any:
    folder = tmp_path / "krakvik"
    folder.mkdir()
    (folder / "reglement.md").write_text(DOCUMENT, encoding="utf-8")
    assert fresh("ingest", folder).status == 0
    return lambda question: fresh("ask", question, "--json").json


@pytest.mark.parametrize("name", ["Havneutvalget", "HU"])
def test_a_body_is_known_by_each_of_its_names(asked: Any, name: str) -> None:
    assert "Havnesjef" in asked(f"Hvem leder {name}?")["text"]


def test_where_a_body_is_described_goes_before_where_it_is_mentioned(asked: Any) -> None:
    assert asked("Hvem er leder for Havneutvalget?")["citations"][0]["quote"] == "Leder | Havnesjef"


def test_nobody_has_the_limit_of_another_whose_title_ends_alike(asked: Any) -> None:
    assert asked("Hvor mye kan HR-sjefen anvise?")["decision"] is None
    assert asked("Hvor mye kan kommunalsjefen anvise?")["decision"]["decider"] == "Kommunalsjef"


def test_who_decides_is_answered_by_the_clause_that_names_it(asked: Any) -> None:
    assert asked("Hvem beslutter avskjed?")["decision"]["decider"] == "kommunedirektøren"
