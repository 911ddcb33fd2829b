"""Whose document it is, given or inferred."""

from pathlib import Path

import pytest

from assistant.domain.document import Organisation
from assistant.errors import DamagedFile
from ingestion.organisations import infer_organisation, named_organisation, read_organisation, slug


def test_slugs_are_plain_letters() -> None:
    assert slug("Høje-Taastrup") == "hoje-taastrup"
    assert slug("Åre & Ängsby") == "are-angsby"


@pytest.mark.parametrize(
    ("title", "text", "language", "expected"),
    [
        (
            "Ledelse",
            "God ledelse i Høje- Taastrup Kommune. Høje-Taastrup Kommune er stor.",
            "da",
            "Høje-Taastrup Kommune",
        ),
        (
            "Linjen",
            "Linjestyring står sentralt i Bærum kommunes organisasjonsfilosofi.",
            "nb",
            "Bærum kommune",
        ),
        ("Delegationsordning för Ekängs kommun", "Nämnden beslutar.", "sv", "Ekängs kommun"),
        ("Verktøykassen", "Kari Nordmann, kommunedirektør i Lillestrøm kommune, bidrar.", "nb", "Norge"),
        (
            "Samarbejde",
            "Odense Kommune og Aarhus Kommune og Odense Kommune og Aarhus Kommune",
            "da",
            "Danmark",
        ),
        ("Handbok", "Varje kommun beslutar. Denna kommun finns inte.", "sv", "Sverige"),
    ],
)
def test_the_municipality_the_text_is_about(title: str, text: str, language: str, expected: str) -> None:
    assert infer_organisation(title, text, language).name == expected


def test_initials_used_in_the_text_become_an_alias() -> None:
    found = infer_organisation(
        "", "Strategisk ledelse i HTK. Høje-Taastrup Kommune. Høje-Taastrup Kommune.", "da"
    )
    assert found.aliases == ("Høje-Taastrup", "HTK")
    assert found.inferred


def test_a_given_name_finds_the_organisation_the_library_knows() -> None:
    known = Organisation("granvik", "Granvik kommune", "no", "nb", ("GK",))
    assert named_organisation("gk", [known], "nb") is known
    assert named_organisation("Granvik", [known], "nb") is known
    assert named_organisation("Solvik kommune", [known], "nb").id == "solvik"


def test_organisation_yaml(tmp_path: Path) -> None:
    path = tmp_path / "organisation.yaml"
    path.write_text("name: Granvik kommune\naliases: [GK]\ncountry: no\n", encoding="utf-8")
    assert read_organisation(path) == Organisation("granvik", "Granvik kommune", "no", "nb", ("GK",))


@pytest.mark.parametrize("content", ["[1, 2]", "aliases: [x]", "name: {", "name: A\ncountry: fi"])
def test_a_damaged_organisation_yaml_says_what_is_wrong(tmp_path: Path, content: str) -> None:
    path = tmp_path / "organisation.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DamagedFile, match=r"organisation\.yaml"):
        read_organisation(path)


def test_the_municipality_in_general_is_no_name() -> None:
    text = "Hvis kommunen ikke har svaret, kan der klages. Hvis kommunen afviser, skal det begrundes."
    assert infer_organisation("Bekendtgørelse om klage", text, "da").is_country
