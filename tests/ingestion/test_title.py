"""A document without stated metadata is called by its own title, not by its letterhead."""

import pytest

from ingestion.metadata import infer_title
from ingestion.reading import read_document


@pytest.mark.parametrize(
    ("opening", "title"),
    [
        ("Almviks kommun\n\n# Delegationsordning\n", "Delegationsordning"),
        ("# Rollbeskrivningar i Almviks kommun\n\n## Inledning\n", "Rollbeskrivningar i Almviks kommun"),
        ("# Rutine for varsling i kommunen\n\n## Formål\n", "Rutine for varsling i kommunen"),
    ],
)
def test_the_title_is_the_first_line_that_is_no_letterhead(opening: str, title: str) -> None:
    reading = read_document("dokument.md", f"{opening}\nKommundirektören leder arbetet.\n".encode())
    assert infer_title(reading, "dokument.md") == title
