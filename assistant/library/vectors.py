"""The vector index: Chroma, embedded or on a server, through langchain-chroma.

Chroma never sees a text: rows are a passage id, its vector and its scope. Measured on chromadb
1.5.9: with `sync_threshold` at the number of rows, adding the last batch writes the whole graph
to its files, and opening the folder afterwards changes nothing but a counter in its SQLite file;
with less written, the first reader would write the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.errors import IndexUnavailable
from assistant.library.catalogue import batches
from assistant.library.faults import engine_faults
from assistant.library.rows import Filter, Hit, IndexRow

if TYPE_CHECKING:
    from langchain_chroma import Chroma

_EMBEDDED_COLLECTION = "passages"
_BATCH = 4000
_WIDER = (4, 32)  # times as many as are wanted
_PAGE = 2000
_SERVER_TIMEOUT_S = 5.0
_NEIGHBOURS = 200  # ef_search and ef_construction: exact enough at 100,000 rows


@dataclass(frozen=True, slots=True)
class VectorPlace:
    """Where a generation's vectors are: a folder, or a collection of the Chroma server at `url`."""

    folder: Path
    url: str = ""
    collection: str = _EMBEDDED_COLLECTION


class VectorIndex:
    """One generation's vectors, opened for reading. Thread-safe.

    Raises:
        IndexUnavailable: Chroma or the collection cannot be opened.
    """

    def __init__(self, place: VectorPlace) -> None:
        with engine_faults("vectors"):
            if not place.url and not place.folder.is_dir():
                raise FileNotFoundError(place.folder.name)
            self._client = _connect(place)
            self._collection = self._client.get_collection(place.collection, embedding_function=None)
            self._place = place

    @cached_property
    def store(self) -> Chroma:
        """The same collection as a LangChain vector store, without an encoder: search it by vector."""
        from langchain_chroma import Chroma

        return Chroma(
            self._place.collection,
            embedding_function=None,
            client=self._client,
            create_collection_if_not_exists=False,
        )

    def search(self, filter_: Filter, vector: Sequence[float], limit: int) -> list[tuple[str, Hit]]:
        """The rows in scope nearest to the vector by cosine, with their keys, best first.

        Raises:
            IndexUnavailable: Chroma failed.
        """
        if limit < 1 or _is_empty(filter_):
            return []
        with engine_faults("vectors"):
            # Of 100,000 rows Chroma takes 10 ms for the nearest 120, 35 ms for the nearest 960, and
            # 500 ms to filter where a third of them are inside. So the nearest of all are looked
            # through first; where they hold too few, the scope is small and filtering is quick.
            for wider in _WIDER:
                wide = self._nearest(vector, wider * limit, None)
                inside = [row for row in wide if filter_.admits(IndexRow(row[0], **row[1]))]
                if len(inside) >= limit or len(wide) < wider * limit:
                    break
            else:
                inside = self._nearest(vector, limit, _where(filter_))
        return _ranked(inside)[:limit]

    def _nearest(
        self, vector: Sequence[float], limit: int, where: dict[str, Any] | None
    ) -> list[tuple[str, dict[str, Any], float]]:
        found = self.store.similarity_search_by_vector_with_relevance_scores(
            list(vector), k=limit, filter=where
        )
        return [(str(row.id), row.metadata, distance) for row, distance in found]

    def probe(self, filter_: Filter, vector: Sequence[float], limit: int) -> list[tuple[str, Hit]]:
        """The same as `search`, without LangChain, whose import costs as much as Chroma's.

        Raises:
            IndexUnavailable: Chroma failed.
        """
        if _is_empty(filter_):
            return []
        with engine_faults("vectors"):
            found = self._collection.query(
                query_embeddings=[list(vector)],
                n_results=limit,
                where=_where(filter_),
                include=["metadatas", "distances"],
            )
        return _ranked(zip(found["ids"][0], found["metadatas"][0], found["distances"][0], strict=True))

    def count(self) -> int:
        """How many rows the collection says it has.

        Raises:
            IndexUnavailable: Chroma failed.
        """
        with engine_faults("vectors"):
            return int(self._collection.count())

    def rows(self) -> Iterator[IndexRow]:
        """Every row of the collection.

        Raises:
            IndexUnavailable: Chroma failed.
        """
        with engine_faults("vectors"):
            offset = 0
            while (page := self._collection.get(include=["metadatas"], limit=_PAGE, offset=offset))["ids"]:
                offset += len(page["ids"])
                for key, held in zip(page["ids"], page["metadatas"], strict=True):
                    yield IndexRow(key, **held)

    def close(self) -> None:
        """Let go of the files or the connection."""
        self._client.close()


def build_vectors(place: VectorPlace, rows: Iterable[tuple[IndexRow, bytes]], total: int) -> int:
    """Write a collection that is not there yet from `total` rows with float32 vectors; how many it took.

    Raises:
        IndexUnavailable: Chroma is not reachable or failed.
    """
    import numpy as np

    count = 0
    with engine_faults("vectors"):
        if not place.url:
            place.folder.mkdir(parents=True)
        client = _connect(place)
        try:
            collection = client.create_collection(
                place.collection, embedding_function=None, configuration={"hnsw": _graph(total)}
            )
            for some in batches(rows, min(_BATCH, client.get_max_batch_size())):
                collection.add(
                    ids=[row.key for row, _ in some],
                    embeddings=[np.frombuffer(value, dtype=np.float32) for _, value in some],
                    documents=[row.passage_id for row, _ in some],
                    metadatas=[_metadata(row) for row, _ in some],
                )
                count += len(some)
            if count:
                # The rows go from Chroma's queue into the graph before anyone reads.
                collection.query(query_embeddings=[np.frombuffer(some[0][1], dtype=np.float32)], n_results=1)
        finally:
            client.close()
    return count


def delete_collections(url: str, prefix: str, keep: frozenset[str]) -> None:
    """Delete the server's collections that begin with `prefix`, save those to keep.

    Raises:
        IndexUnavailable: the server is not reachable or failed.
    """
    with engine_faults("vectors"):
        client = _connect(VectorPlace(Path(), url))
        try:
            for collection in client.list_collections():
                if collection.name.startswith(prefix) and collection.name not in keep:
                    client.delete_collection(collection.name)
        finally:
            client.close()


def _connect(place: VectorPlace) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if not place.url:
        return chromadb.PersistentClient(path=str(place.folder), settings=settings)
    import httpx

    address = urlsplit(place.url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise IndexUnavailable(
            f"MANDAT_CHROMA_URL is {place.url!r}; it takes an address such as http://chroma:8000"
        )
    # Chroma's own client waits for ever: ask first, with a limit, and then give it one.
    httpx.get(f"{place.url.rstrip('/')}/api/v2/heartbeat", timeout=_SERVER_TIMEOUT_S).raise_for_status()
    secure = address.scheme == "https"
    client: Any = chromadb.HttpClient(
        host=address.hostname, port=address.port or (443 if secure else 80), ssl=secure, settings=settings
    )
    client._server._session.timeout = httpx.Timeout(_SERVER_TIMEOUT_S, read=12 * _SERVER_TIMEOUT_S)
    return client


def _graph(total: int) -> dict[str, Any]:
    return {
        "space": "cosine",
        "ef_construction": _NEIGHBOURS,
        "ef_search": _NEIGHBOURS,
        "num_threads": 1,  # the same rows make the same graph
        "batch_size": max(2, total),
        "sync_threshold": max(2, total),
    }


def _metadata(row: IndexRow) -> dict[str, str | int]:
    return {
        "passage_id": row.passage_id,
        "organisation": row.organisation,
        "audience": row.audience,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "standing": row.standing,
    }


def _ranked(found: Iterable[tuple[str, Mapping[str, Any], float]]) -> list[tuple[str, Hit]]:
    hits = [(key, Hit(str(held["passage_id"]), 1.0 - float(distance))) for key, held, distance in found]
    return sorted(hits, key=lambda hit: (-hit[1].score, hit[1].passage_id, hit[0]))


def _is_empty(filter_: Filter) -> bool:
    return not filter_.audiences or filter_.organisations == ()


def _where(filter_: Filter) -> dict[str, Any]:
    clauses: list[dict[str, Any]] = [{"audience": {"$in": list(filter_.audiences)}}]
    if filter_.organisations is not None:
        clauses.append({"organisation": {"$in": list(filter_.organisations)}})
    if filter_.day is not None:
        clauses += [
            {"standing": {"$eq": 1}},
            {"valid_from": {"$lte": filter_.day}},
            {"valid_to": {"$gt": filter_.day}},
        ]
    return clauses[0] if len(clauses) == 1 else {"$and": clauses}
