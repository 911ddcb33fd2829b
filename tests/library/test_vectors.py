"""The nearest passages of a scope, also where the scope is a small part of the library."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.library.rows import Filter, IndexRow
from assistant.library.vectors import VectorIndex, VectorPlace, build_vectors


def row(number: int, organisation: str) -> tuple[IndexRow, bytes]:
    # the others' rows point almost where the question does, the scope's own a little aside
    vector = np.array(
        [1.0, 0.001 * number if organisation == "others" else 0.5 + 0.001 * number, 0.0], dtype=np.float32
    )
    name = f"{organisation}-{number:03d}"
    return IndexRow(name, name, organisation, "", 0, 99999999, 1), vector.tobytes()


def test_a_small_scope_is_found_behind_many_nearer_rows_of_others(tmp_path: Path) -> None:
    rows = [*(row(number, "others") for number in range(80)), *(row(number, "own") for number in range(5))]
    place = VectorPlace(tmp_path / "vectors")
    build_vectors(place, rows, len(rows))
    index = VectorIndex(place)
    try:
        own = index.search(Filter(("own",), ("",), 20260101), [1.0, 0.0, 0.0], 3)
        everyone = index.search(Filter(None, ("",), None), [1.0, 0.0, 0.0], 3)
    finally:
        index.close()
    assert [hit.passage_id for _, hit in own] == ["own-000", "own-001", "own-002"]
    assert [hit.passage_id for _, hit in everyone] == ["others-000", "others-001", "others-002"]


def row_at(name: str, angle: float, **scope: object) -> tuple[IndexRow, bytes]:
    """A row that points away from the question by so much."""
    vector = np.array([np.cos(angle), np.sin(angle), 0.0], dtype=np.float32)
    own = {"organisation": "others", "audience": "", "valid_from": 0, "valid_to": 99999999, "standing": 1}
    return IndexRow(name, name, **{**own, **scope}), vector.tobytes()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VectorIndex]:
    """300 rows of others, and behind all but the last fifty of them a few in other scopes."""
    rows = [row_at(f"others-{at:03d}", 0.001 * at) for at in range(300)]
    rows += [row_at(f"own-{at}", 0.2505 + 0.001 * at, organisation="own") for at in range(3)]
    rows += [row_at("secret", 0.2605, audience="hr"), row_at("draft", 0.2615, organisation="own", standing=0)]
    rows += [row_at("repealed", 0.2625, organisation="own", valid_to=20200101)]
    place = VectorPlace(tmp_path_factory.mktemp("crowded") / "vectors")
    build_vectors(place, rows, len(rows))
    index = VectorIndex(place)
    yield index
    index.close()


def names(index: VectorIndex, filter_: Filter, limit: int) -> list[str]:
    return [hit.passage_id for _, hit in index.search(filter_, [1.0, 0.0, 0.0], limit)]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 12, 60, 400])
def test_a_scope_of_few_rows_is_found_whole_however_many_are_wanted(crowded: VectorIndex, limit: int) -> None:
    own = Filter(("own",), ("",), 20260101)
    assert names(crowded, own, limit) == ["own-0", "own-1", "own-2"][:limit]
    secret = Filter(None, ("hr",), 20260101)
    assert names(crowded, secret, limit) == ["secret"]


def test_what_is_no_longer_or_not_yet_in_force_is_found_by_its_date_or_by_none(crowded: VectorIndex) -> None:
    before = Filter(("own",), ("",), 20190101)
    assert names(crowded, before, 9) == ["own-0", "own-1", "own-2", "repealed"]
    every_version = Filter(("own",), ("",), None)
    assert names(crowded, every_version, 9) == ["own-0", "own-1", "own-2", "draft", "repealed"]


@pytest.mark.parametrize("limit", [1, 7, 30])
def test_a_scope_of_most_rows_has_its_nearest_in_order(crowded: VectorIndex, limit: int) -> None:
    everyone = Filter(None, ("", "hr"), 20260101)
    assert names(crowded, everyone, limit) == [f"others-{at:03d}" for at in range(limit)]
    scores = [hit.score for _, hit in crowded.search(everyone, [1.0, 0.0, 0.0], limit)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("filter_", "limit"),
    [
        (Filter(("nobody",), ("",), None), 3),
        (Filter(("own",), ("no such audience",), None), 3),
        (Filter((), ("",), None), 3),
        (Filter(None, (), None), 3),
        (Filter(None, ("",), None), 0),
    ],
)
def test_nothing_in_scope_or_nothing_wanted_finds_nothing(
    crowded: VectorIndex, filter_: Filter, limit: int
) -> None:
    assert names(crowded, filter_, limit) == []
