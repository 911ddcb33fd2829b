"""The reading side: everything that was ingested, within a scope.

Every function takes a `Scope`, and it is held twice: in the query that finds, and again in the
catalogue before anything found is given out.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from assistant.domain.document import Document, Organisation, Passage
from assistant.domain.fusion import Calibration, Fusion
from assistant.domain.governance import Recorded
from assistant.domain.scope import Scope
from assistant.errors import (
    DocumentNotFound,
    EncoderUnavailable,
    IndexUnavailable,
    LibraryEmpty,
    LibraryError,
)
from assistant.language.tokens import ANALYSER
from assistant.library.catalogue import (
    Catalogue,
    State,
    read_audiences,
    read_document_passages,
    read_documents,
    read_languages,
    read_organisations,
    read_passages,
    read_place,
    read_records,
    read_sections,
    read_state,
    read_text,
    read_versions,
    titled,
    visible_keys,
)
from assistant.library.faults import REMEDY
from assistant.library.generations import Lent, Shelf, open_vectors, open_words
from assistant.library.habits import UNADJUSTED, Adjustments
from assistant.library.rows import Filter, Hit, day_number, standing
from assistant.library.vectors import VectorIndex
from assistant.library.words import Query, WordIndex

if TYPE_CHECKING:
    from assistant.library.encoders import Encoder

__all__ = ["Hit", "Library"]

_Found = TypeVar("_Found")
_SCOPES = 64  # scopes of which it is remembered what is inside
_ATTEMPTS = 3


class Library:
    """What was ingested into a home folder. Thread-safe, and cheap to open.

    The two index engines and the encoder are opened by the first search that needs them (or by
    `warm`), and again whenever a new generation was published, by this process or another.
    """

    def __init__(
        self,
        home: Path,
        *,
        encoder: str = "bundled",
        adjusted: Adjustments = UNADJUSTED,
        database_url: str = "",
        chroma_url: str = "",
    ) -> None:
        self._home = home
        self._encoder_name = encoder
        self._adjusted = adjusted
        self._chroma_url = chroma_url
        self._catalogue = Catalogue(home, database_url)
        self._words: Lent[WordIndex] = Lent()
        self._vectors: Lent[VectorIndex] = Lent()
        self._encoder: Encoder | None = None
        self._encoder_lock = threading.Lock()
        self._filters: tuple[int, dict[Scope, Filter]] = (-1, {})

    def close(self) -> None:
        """Let go of the catalogue and the indexes."""
        self._words.close()
        self._vectors.close()
        self._catalogue.close()

    def warm(self) -> tuple[LibraryError, ...]:
        """Open both engines and the encoder now; what could not be opened (empty: ready)."""
        failures: list[LibraryError] = []
        public = Scope(None, None)
        try:
            self.search_words(public, {"body": [{"a": 1.0}]}, 1)
        except LibraryError as error:
            failures.append(error)
        try:
            self.search_vectors(public, "a", 1)
        except LibraryError as error:
            failures.append(error)
        return tuple(failures)

    def generation(self) -> int:
        """The number of the published generation; 0 when nothing was published yet."""
        return self._state().generation

    def organisations(self) -> tuple[Organisation, ...]:
        """All organisations by id. That an organisation is in the library is no secret."""
        if not self._catalogue.exists():
            return ()
        with self._catalogue.read() as connection:
            return read_organisations(connection)

    def languages(self, scope: Scope) -> frozenset[str]:
        """The languages of the documents in scope."""
        return self._read(scope, read_languages, frozenset())

    def documents(self, scope: Scope, ids: Collection[str] | None = None) -> tuple[Document, ...]:
        """The documents in scope by organisation, title and version; `ids` leaves only those works."""
        return self._read(scope, lambda connection, filter_: read_documents(connection, filter_, ids), ())

    def document(self, scope: Scope, document_id: str, version: str = "") -> Document:
        """A version of a work: by default the one in force on the scope's date, or today.

        Where several are, the one that began last; where none is, and the scope has no date, the
        newest.

        Raises:
            DocumentNotFound: there is none in scope; the same whether it exists or not.
        """
        return self._find(scope, document_id, version, lambda _connection, _key, found: found)

    def text(self, scope: Scope, document_id: str, version: str = "") -> str:
        """The canonical text of what `document` gives, which every offset counts in.

        Raises:
            DocumentNotFound: as `document`.
        """
        return self._find(
            scope, document_id, version, lambda connection, key, _: read_text(connection, key)[0]
        )

    def furniture(self, scope: Scope, document_id: str, version: str = "") -> tuple[tuple[int, int], ...]:
        """The spans [start, end) of the text that are of the page, not of the document.

        Raises:
            DocumentNotFound: as `document`.
        """
        return self._find(
            scope, document_id, version, lambda connection, key, _: read_text(connection, key)[1]
        )

    def document_passages(self, scope: Scope, document_id: str, version: str = "") -> tuple[Passage, ...]:
        """The passages of what `document` gives, in order.

        Raises:
            DocumentNotFound: as `document`.
        """
        return self._find(
            scope, document_id, version, lambda connection, key, _: read_document_passages(connection, key)
        )

    def original(self, scope: Scope, document_id: str, version: str = "") -> Path | None:
        """The file that what `document` gives was read from; None unless it still lies there unchanged.

        Raises:
            DocumentNotFound: as `document`.
        """
        document, (source, origin) = self._find(
            scope, document_id, version, lambda connection, key, found: (found, read_place(connection, key))
        )
        if "://" in source:
            return None
        root = Path(source)
        path = (root if root.is_file() else root / origin).resolve()
        try:
            if root.is_dir() and not path.is_relative_to(root.resolve()):
                return None
            told = path.stat()
            same = _digest(path, told.st_mtime_ns, told.st_size) == document.sha256
        except OSError:
            return None
        return path if same else None

    def passages(self, scope: Scope, ids: Sequence[str]) -> dict[str, Passage]:
        """Those of the passages that are in scope, in the order asked."""
        return self._read(scope, lambda connection, filter_: read_passages(connection, filter_, ids), {})

    def titled(self, scope: Scope, begins: Collection[str]) -> frozenset[str]:
        """Those of the beginnings that the title of some document in scope has."""
        return self._read(
            scope, lambda connection, filter_: frozenset(titled(connection, filter_, begins)), frozenset()
        )

    def sections(self, scope: Scope, title: str, locators: Collection[str]) -> tuple[Passage, ...]:
        """The passages in scope at these locators of the documents whose title begins so."""
        return self._read(
            scope, lambda connection, filter_: read_sections(connection, filter_, title, locators), ()
        )

    def records(self, scope: Scope, passage_ids: Collection[str] | None = None) -> tuple[Recorded, ...]:
        """The governance records in scope by document and place; `passage_ids` leaves only theirs."""
        return self._read(
            scope, lambda connection, filter_: read_records(connection, filter_, passage_ids), ()
        )

    def frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many passages each stem stands, and how many passages there are.

        Counts are of the whole library, whatever the audience: they weigh words, and are never
        shown to a reader.

        Raises:
            LibraryEmpty: nothing was published yet.
            IndexUnavailable: the word index is gone, damaged or made by another analyser.
        """
        return self._ask(
            Scope(None, None),
            lambda state, _: self._with_words(state, lambda index: index.frequencies(terms)),
        )

    def calibration(self) -> Calibration | None:
        """What `mandat eval --calibrate` found for the encoder of the published vectors, None before."""
        return self._catalogue.calibration()

    def fusion(self) -> Fusion:
        """How much the vectors count: as was calibrated for their encoder, else as for any other."""
        found = self.calibration()
        return found.fusion if found else Fusion()

    def groups(self) -> frozenset[str]:
        """Every group that some document is restricted to: the scope of an administrator."""
        if not self._catalogue.exists():
            return frozenset()
        with self._catalogue.read() as connection:
            return frozenset(group for groups in read_audiences(connection).values() for group in groups)

    def search_words(self, scope: Scope, query: Query, limit: int) -> list[Hit]:
        """The passages in scope that hold any of the stems or grams, best first.

        Equal scores are in the order of the passage ids.

        Raises:
            LibraryEmpty: nothing was published yet.
            IndexUnavailable: the word index is gone, damaged or made by another analyser.
        """

        def search(state: State, filter_: Filter) -> list[tuple[str, Hit]]:
            return self._with_words(state, lambda index: index.search(filter_, query, limit))

        return self._shown(scope, self._ask(scope, search))

    def search_vectors(self, scope: Scope, text: str, limit: int) -> list[Hit]:
        """The passages in scope nearest in meaning to the text, best first; scores are cosines.

        Raises:
            LibraryEmpty: nothing was published yet.
            IndexUnavailable: the vectors are gone, damaged or made by another encoder, the
                encoder cannot be loaded, or the Chroma server is not reachable.
        """

        def search(state: State, filter_: Filter) -> list[tuple[str, Hit]]:
            encoder = self._open_encoder()
            if state.encoder != encoder.fingerprint:
                raise IndexUnavailable(
                    "the vectors were made by another encoder than MANDAT_ENCODER "
                    f"({self._encoder_name!r}), or with another prefix or length; {REMEDY}"
                )
            shelf = self._shelf(state)
            try:
                vector = encoder.embed_query(text)
            except EncoderUnavailable as error:
                raise IndexUnavailable(f"no vectors: {error}") from error
            with self._vectors.borrow(state.generation, lambda: open_vectors(shelf, state)) as index:
                return index.search(filter_, vector, limit)

        return self._shown(scope, self._ask(scope, search))

    def _with_words(self, state: State, ask: Callable[[WordIndex], _Found]) -> _Found:
        if state.analyser != ANALYSER:
            raise IndexUnavailable(
                f"the word index was made by another analyser than this version's; {REMEDY}"
            )
        shelf = self._shelf(state)
        with self._words.borrow(state.generation, lambda: open_words(shelf, state)) as index:
            return ask(index)

    def _ask(self, scope: Scope, ask: Callable[[State, Filter], _Found]) -> _Found:
        """What the present generation answers; asked again when it was replaced meanwhile."""
        for attempt in range(_ATTEMPTS):
            if not self._catalogue.exists():
                break
            with self._catalogue.read() as connection:
                state = read_state(connection)
                filter_ = self._filter(connection, state, scope)
            if not state.generation:
                break
            try:
                return ask(state, filter_)
            except IndexUnavailable:
                # The generation may have been replaced while we were in it.
                if attempt + 1 == _ATTEMPTS or self._state().generation == state.generation:
                    raise
        raise LibraryEmpty(f"nothing has been ingested into {self._home} yet; run `mandat ingest PATH`")

    def _shown(self, scope: Scope, found: list[tuple[str, Hit]]) -> list[Hit]:
        """The hits that the catalogue, which may be newer than the index, still shows this reader."""
        keys = {key: key.partition(":")[0] for key, _ in found}
        with self._catalogue.read() as connection:
            filter_ = self._filter(connection, read_state(connection), scope)
            shown = visible_keys(connection, filter_, set(keys.values()))
        hits: dict[str, Hit] = {}
        for key, hit in found:
            if keys[key] in shown:
                hits.setdefault(hit.passage_id, hit)
        return list(hits.values())

    def _find(
        self,
        scope: Scope,
        document_id: str,
        version: str,
        read: Callable[[Connection, str, Document], _Found],
    ) -> _Found:
        if self._catalogue.exists():
            with self._catalogue.read() as connection:
                filter_ = self._filter(connection, read_state(connection), scope)
                found = read_versions(connection, filter_, document_id)
                if version:
                    found = [item for item in found if item[1].version == version]
                elif scope.as_of is None:
                    found = [item for item in found if _in_force_today(item[1])] or found
                if found:
                    return read(connection, *found[0])
        named = f"{document_id!r}, version {version!r}" if version else f"{document_id!r}"
        raise DocumentNotFound(
            f"no document {named} in scope; `mandat documents list` names those you may read"
        )

    def _read(self, scope: Scope, read: Callable[[Connection, Filter], _Found], nothing: _Found) -> _Found:
        if not self._catalogue.exists():
            return nothing
        with self._catalogue.read() as connection:
            return read(connection, self._filter(connection, read_state(connection), scope))

    def _filter(self, connection: Connection, state: State, scope: Scope) -> Filter:
        sequence, filters = self._filters
        if sequence != state.sequence or len(filters) >= _SCOPES:
            filters = {}
            self._filters = (state.sequence, filters)
        if scope not in filters:
            audiences = read_audiences(connection)
            filters[scope] = Filter(
                organisations=None if scope.organisations is None else tuple(sorted(scope.organisations)),
                audiences=(
                    "",
                    *sorted(key for key, groups in audiences.items() if key and scope.may_read(groups)),
                ),
                day=None if scope.as_of is None else day_number(scope.as_of),
            )
        return filters[scope]

    def _state(self) -> State:
        if not self._catalogue.exists():
            return State()
        with self._catalogue.read() as connection:
            return read_state(connection)

    def _shelf(self, state: State) -> Shelf:
        return Shelf(self._home, state.library, self._chroma_url)

    def _open_encoder(self) -> Encoder:
        from assistant.library.encoders import open_encoder

        with self._encoder_lock:
            if self._encoder is None:
                try:
                    self._encoder = open_encoder(self._encoder_name, self._adjusted)
                except EncoderUnavailable as error:
                    raise IndexUnavailable(f"no vectors: {error}") from error
            return self._encoder


@lru_cache(maxsize=256)
def _digest(path: Path, _changed_ns: int, _size: int) -> str:
    """The SHA-256 of a file as it is now: a large one is not read again each time a source is opened."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _in_force_today(document: Document) -> bool:
    today = datetime.now().astimezone().date()
    return (
        standing(document.status, document.valid_to) == 1
        and (document.valid_from is None or document.valid_from <= today)
        and (document.valid_to is None or document.valid_to > today)
    )
