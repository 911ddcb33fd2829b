"""What every index must do with a scope: give all that is in it, and nothing else, best first.

The catalogue's own condition is held against the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from assistant.domain.document import Document, Kind, Organisation, Status
from assistant.language.tokens import stems
from assistant.library.catalogue import Catalogue, insert_document, visible_keys
from assistant.library.records import (
    document_values,
    organisation_values,
    origin_values,
)
from assistant.library.rows import OPEN_FROM, OPEN_TO, Filter, Hit, IndexRow, audience_key, number_day
from assistant.library.vectors import VectorIndex, VectorPlace, build_vectors
from assistant.library.words import WordIndex, build_words

PUBLIC, HR, MONEY = (audience_key(frozenset(groups)) for groups in ((), ("hr",), ("økonomi",)))
_PERIODS = ((OPEN_FROM, OPEN_TO), (20240101, OPEN_TO), (OPEN_FROM, 20240101), (20230101, 20250101))

ROWS = tuple(
    IndexRow(f"d{at:03}:0", f"p{at:03}", organisation, audience, start, end, standing)
    for at, (organisation, audience, (start, end), standing) in enumerate(
        product(("nordvik", "sundby", ""), (PUBLIC, HR, MONEY), _PERIODS, (0, 1))
    )
)
FILTERS = tuple(
    Filter(organisations, audiences, day)
    for organisations, audiences, day in product(
        (None, (), ("nordvik",), ("nordvik", "sundby"), ("nobody",)),
        ((PUBLIC,), (PUBLIC, HR), (PUBLIC, HR, MONEY), ()),
        (None, 20231231, 20240101, 20250101),
    )
)

Search = Callable[[Filter, int], list[tuple[str, Hit]]]


class _Index:
    def __init__(self, search: Search, rows: Callable[[], Iterator[IndexRow]]) -> None:
        self.search = search
        self.rows = rows


def _words(folder: Path) -> Iterator[_Index]:
    build_words(folder, (replace(row, body="delegert myndighet", context="reglement") for row in ROWS))
    index = WordIndex(folder)
    terms = [{stem: 1.0} for stem in stems("delegert myndighet")]
    yield _Index(lambda filter_, limit: index.search(filter_, {"body": terms}, limit), index.rows)
    index.close()


def _vectors(folder: Path) -> Iterator[_Index]:
    vectors = np.random.default_rng(3).standard_normal((len(ROWS), 16)).astype(np.float32)
    place = VectorPlace(folder)
    build_vectors(
        place, [(row, vector.tobytes()) for row, vector in zip(ROWS, vectors, strict=True)], len(ROWS)
    )
    index = VectorIndex(place)
    question = [float(number) for number in vectors[7]]
    yield _Index(lambda filter_, limit: index.search(filter_, question, limit), index.rows)
    index.close()


@pytest.fixture(scope="module", params=[_words, _vectors], ids=["words", "vectors"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Index]:
    yield from request.param(tmp_path_factory.mktemp("index") / "built")


@pytest.mark.parametrize("filter_", FILTERS, ids=str)
def test_a_search_gives_all_that_is_in_scope_and_nothing_else(index: _Index, filter_: Filter) -> None:
    found = {key for key, _ in index.search(filter_, len(ROWS))}
    assert found == {row.key for row in ROWS if filter_.admits(row)}


def test_the_filters_tell_rows_apart() -> None:
    sizes = {sum(filter_.admits(row) for row in ROWS) for filter_ in FILTERS}
    assert {0, len(ROWS)} < sizes


def test_the_best_come_first_and_equals_by_passage_id(index: _Index) -> None:
    hits = [hit for _, hit in index.search(Filter(None, (PUBLIC, HR, MONEY), None), len(ROWS))]
    assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))


def test_a_limit_keeps_the_best(index: _Index) -> None:
    everyone = Filter(None, (PUBLIC, HR, MONEY), None)
    assert index.search(everyone, 5) == index.search(everyone, len(ROWS))[:5]
    assert index.search(everyone, 0) == []


def test_an_index_gives_back_its_rows(index: _Index) -> None:
    assert sorted(index.rows(), key=lambda row: row.key) == list(ROWS)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """The same rows as documents of one passage each."""
    found = Catalogue(tmp_path_factory.mktemp("catalogue"))
    found.create()
    with found.change() as connection:
        for row in ROWS:
            owner = organisation_values(Organisation(row.organisation, row.organisation, "no", "nb"))
            document = _document(row)
            values = {**document_values(document), **origin_values(document), **_AT_STORING}
            insert_document(
                connection,
                {**values, "key": row.key, "origin": row.key, "organisation_digest": owner["digest"]},
                owner,
                "",
                [],
                [],
            )
    yield found
    found.close()


@pytest.mark.parametrize("filter_", FILTERS, ids=str)
def test_the_catalogue_admits_the_same_rows(catalogue: Catalogue, filter_: Filter) -> None:
    with catalogue.read() as connection:
        found = visible_keys(connection, filter_, [row.key for row in ROWS])
    assert found == {row.key for row in ROWS if filter_.admits(row)}


_AT_STORING = {"source": "s", "fingerprint": "f", "digest": "d", "passages": 0}
_AUDIENCES = {PUBLIC: frozenset[str](), HR: frozenset({"hr"}), MONEY: frozenset({"økonomi"})}


def _document(row: IndexRow) -> Document:
    return Document(
        id=row.passage_id,
        version="1",
        title="Reglement",
        organisation=row.organisation,
        kind=Kind.OTHER,
        language="nb",
        sha256="",
        origin=row.key,
        status=Status.IN_FORCE if row.standing else Status.DRAFT,
        valid_from=None if row.valid_from == OPEN_FROM else number_day(row.valid_from),
        valid_to=None if row.valid_to == OPEN_TO else number_day(row.valid_to),
        audience=_AUDIENCES[row.audience],
    )
