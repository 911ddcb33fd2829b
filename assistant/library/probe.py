"""A look into a generation's vectors from a process of its own, which may die of what it finds.

`python -m assistant.library.probe` reads a request (JSON) from its input and answers (JSON) on
its output: {"count", "answers": [[[key, score], …] a query], "rows": [[…], …] when asked for}.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import IndexUnavailable
from assistant.library.rows import Filter, IndexRow
from assistant.library.vectors import VectorIndex, VectorPlace

_TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class Query:
    """A vector and the scope to look for its neighbours in."""

    vector: list[float]
    filter_: Filter


@dataclass(frozen=True, slots=True)
class Findings:
    """What the process saw: each query's (key, score) best first; every row when asked for."""

    count: int
    answers: tuple[tuple[tuple[str, float], ...], ...]
    rows: tuple[IndexRow, ...]


class Probe:
    """A process started ahead, so that its imports are done when there is something to look at."""

    def __init__(self) -> None:
        root = str(Path(__file__).parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "assistant.library.probe"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )

    def look(self, place: VectorPlace, queries: Sequence[Query], limit: int, *, list_rows: bool) -> Findings:
        """What the vectors there hold and answer; the process ends with it.

        Raises:
            IndexUnavailable: the process died, did not answer in time, or Chroma failed in it.
        """
        request = {
            "folder": str(place.folder),
            "url": place.url,
            "collection": place.collection,
            "limit": limit,
            "list_rows": list_rows,
            "queries": [
                {
                    "vector": query.vector,
                    "organisations": query.filter_.organisations,
                    "audiences": query.filter_.audiences,
                    "day": query.filter_.day,
                }
                for query in queries
            ],
        }
        try:
            out, err = self._process.communicate(json.dumps(request), timeout=_TIMEOUT_S)
        except subprocess.TimeoutExpired as error:
            self.end()
            raise IndexUnavailable(f"the vectors did not answer a probe in {_TIMEOUT_S:.0f} s") from error
        if self._process.returncode != 0:
            last = (err.strip().splitlines() or ["no message"])[-1]
            raise IndexUnavailable(
                f"a process that opened the vectors ended with {self._process.returncode}: {last}"
            )
        found = json.loads(out)
        return Findings(
            found["count"],
            tuple(tuple((key, score) for key, score in answer) for answer in found["answers"]),
            tuple(IndexRow(*row) for row in found["rows"]),
        )

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def main() -> None:
    """Answer one request."""
    import chromadb  # noqa: F401 - now, while the other side is still writing

    request = json.loads(sys.stdin.read())
    index = VectorIndex(VectorPlace(Path(request["folder"]), request["url"], request["collection"]))
    found: dict[str, Any] = {
        "count": index.count(),
        "answers": [
            [[key, hit.score] for key, hit in index.probe(_filter(query), query["vector"], request["limit"])]
            for query in request["queries"]
        ],
        "rows": [[row.key, *row.scope] for row in index.rows()] if request["list_rows"] else [],
    }
    index.close()
    sys.stdout.write(json.dumps(found))


def _filter(query: dict[str, Any]) -> Filter:
    organisations = query["organisations"]
    return Filter(
        None if organisations is None else tuple(organisations), tuple(query["audiences"]), query["day"]
    )


if __name__ == "__main__":
    main()
