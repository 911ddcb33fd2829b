"""What is asked of the library when a part is left out."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from assistant.domain.scope import Scope
from assistant.retrieval.evidence import find_evidence
from assistant.retrieval.glossary import read_glossary
from assistant.retrieval.method import EVERYTHING, PARTS

GLOSSARY = read_glossary([["ordfører", "borgmester"]], [])


class Recorded:
    """Notes what is searched for, and finds nothing."""

    def __init__(self) -> None:
        self.query: Mapping[str, Sequence[Mapping[str, float]]] = {}
        self.vectors = 0

    def search_words(self, scope: Scope, query: Any, limit: int) -> list[Any]:
        self.query = query
        return []

    def search_vectors(self, scope: Scope, text: str, limit: int) -> list[Any]:
        self.vectors += 1
        return []

    def passages(self, scope: Scope, ids: Sequence[str]) -> dict[str, Any]:
        return {}

    def documents(self, scope: Scope, ids: Any = None) -> list[Any]:
        return []

    def frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        return dict.fromkeys(terms, 3), 1000


def asked(without: str = "") -> Recorded:
    library = Recorded()
    method = EVERYTHING.without(without) if without else EVERYTHING
    find_evidence(library, Scope(None, None), "Hvem velger ordfører?", glossary=GLOSSARY, method=method)
    return library


def test_with_everything_all_fields_and_vectors_are_asked() -> None:
    library = asked()
    assert set(library.query) == {"body", "context", "grams"}
    assert library.vectors == 1
    assert any(len(alternatives) == 2 for alternatives in library.query["body"])


@pytest.mark.parametrize(("part", "field"), [("grams", "grams"), ("headings", "context")])
def test_a_field_is_left_out(part: str, field: str) -> None:
    assert set(asked(part).query) == {"body", "context", "grams"} - {field}


def test_vectors_and_synonyms_are_left_out() -> None:
    assert asked("vectors").vectors == 0
    assert all(len(alternatives) == 1 for alternatives in asked("glossary").query["body"])


def test_every_part_can_be_left_out() -> None:
    for part in PARTS:
        assert EVERYTHING.without(part) != EVERYTHING
