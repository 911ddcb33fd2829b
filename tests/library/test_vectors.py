"""The nearest passages of a scope, also where the scope is a small part of the library."""

from pathlib import Path

import numpy as np

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
