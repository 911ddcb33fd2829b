"""Whether a generation answers as the catalogue says it must."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import IndexUnavailable
from assistant.language.tokens import stems
from assistant.library.catalogue import Catalogue, batches, index_rows, vector_rows
from assistant.library.probe import Findings, Probe, Query
from assistant.library.rows import Filter, IndexRow
from assistant.library.vectors import VectorPlace
from assistant.library.words import WordIndex

if TYPE_CHECKING:
    from assistant.library.encoders import Vectors

_PROBES = 12
_NEIGHBOURS = 5
_TOLERANCE = 1e-3  # of a cosine, for float32 sums in another order
_FOUND_SHARE = 0.75  # of the probes that must find their nearest: a graph search may miss one


@dataclass(frozen=True, slots=True)
class _Sample:
    row: IndexRow
    vector: bytes

    @property
    def filter_(self) -> Filter:
        """The narrowest scope that holds the row."""
        return Filter((self.row.organisation,), (self.row.audience,), None)


def require_sound_words(catalogue: Catalogue, folder: Path, total: int) -> None:
    """Look up some of the catalogue's passages in a word index by their own stems.

    Raises:
        IndexUnavailable: it has another number of rows, or does not find them in their scope.
    """
    index = WordIndex(folder)
    try:
        held = sum(1 for _ in index.rows())
        if held != total:
            raise IndexUnavailable(f"the new word index holds {held} passages of {total}")
        with catalogue.read() as connection:
            samples = [
                (row, [{stem: 1.0} for stem in dict.fromkeys(stems(row.body))])
                for at, row in enumerate(index_rows(connection))
                if _is_sampled(at, total)
            ]
        for row, terms in samples:
            filter_ = Filter((row.organisation,), (row.audience,), None)
            if terms and not index.search(filter_, {"body": terms}, _NEIGHBOURS):
                raise IndexUnavailable(f"the new word index does not find {row.passage_id} by its own words")
    finally:
        index.close()


def require_sound_vectors(
    catalogue: Catalogue, probe: Probe, place: VectorPlace, encoder: str, total: int
) -> None:
    """Compare a vector index, opened in another process, with cosines worked out from the catalogue.

    Raises:
        IndexUnavailable: it cannot be opened, or does not answer as it must.
    """
    faults, _ = look_at_vectors(catalogue, probe, place, encoder, total)
    if faults:
        raise IndexUnavailable(f"the new vector index failed its probe: {faults[0]}")


def look_at_vectors(
    catalogue: Catalogue,
    probe: Probe,
    place: VectorPlace,
    encoder: str,
    total: int,
    *,
    list_rows: bool = False,
    compare: bool = True,
) -> tuple[list[str], Findings]:
    """What is wrong with a vector index's answers (empty: nothing), and all that the probe saw.

    Not to `compare` only opens it: where the catalogue has moved on since it was made.

    Raises:
        IndexUnavailable: it cannot be opened or fails.
    """
    with catalogue.read() as connection:
        samples = [
            _Sample(row, vector)
            for at, (row, vector) in enumerate(vector_rows(connection, encoder))
            if _is_sampled(at, total)
        ]
    if not compare:
        samples = []
    queries = [Query(_numbers(sample.vector), sample.filter_) for sample in samples]
    findings = probe.look(place, queries, _NEIGHBOURS, list_rows=list_rows)
    if not compare:
        return [], findings
    faults = []
    if findings.count != total:
        faults.append(f"it counts {findings.count} rows of {total}")
    faults += _wrong_answers(catalogue, encoder, samples, findings)
    return faults, findings


def _wrong_answers(
    catalogue: Catalogue, encoder: str, samples: list[_Sample], findings: Findings
) -> list[str]:
    import numpy as np

    from assistant.library.encoders import unit

    if not samples:
        return []
    asked = unit(_matrix([sample.vector for sample in samples]))
    best = np.full(len(samples), -1.0)
    given = [dict(answer) for answer in findings.answers]
    unseen = [set(answer) for answer in given]
    wrong: list[str] = []
    with catalogue.read() as connection:
        for some in batches(vector_rows(connection, encoder), 2000):
            cosines = unit(_matrix([vector for _, vector in some])) @ asked.T
            for at, sample in enumerate(samples):
                for (row, _), cosine in zip(some, cosines[:, at], strict=True):
                    if not sample.filter_.admits(row):
                        continue
                    best[at] = max(best[at], cosine)
                    if row.key in unseen[at]:
                        unseen[at].discard(row.key)
                        if abs(given[at][row.key] - cosine) > _TOLERANCE:
                            wrong.append(
                                f"{row.passage_id} is {cosine:.3f} near, not {given[at][row.key]:.3f}"
                            )
    wrong += [f"it answers with {key}, which is not in scope" for keys in unseen for key in sorted(keys)]
    found = sum(
        max(answer.values(), default=-1.0) >= nearest - _TOLERANCE
        for answer, nearest in zip(given, best, strict=True)
    )
    if found < _FOUND_SHARE * len(samples):
        wrong.append(f"it found the nearest passage for {found} of {len(samples)} vectors")
    return wrong


def _is_sampled(at: int, total: int) -> bool:
    return at % max(1, total // _PROBES) == 0


def _matrix(vectors: list[bytes]) -> Vectors:
    import numpy as np

    return np.frombuffer(b"".join(vectors), dtype=np.float32).reshape(len(vectors), -1)


def _numbers(vector: bytes) -> list[float]:
    import numpy as np

    return [float(number) for number in np.frombuffer(vector, dtype=np.float32)]
