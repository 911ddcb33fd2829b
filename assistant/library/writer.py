"""The writing side: one document, one transaction; then a generation for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, delete, insert, select, update

from assistant.domain.document import Document, Organisation, Passage
from assistant.domain.fusion import Calibration
from assistant.domain.governance import Record
from assistant.errors import DocumentNotFound, LibraryError
from assistant.library import tables
from assistant.library.amending import amend_row, find_meant, retitled_texts
from assistant.library.catalogue import (
    Catalogue,
    batches,
    delete_documents,
    delete_unused,
    insert_document,
    insert_vectors,
    missing_vectors,
    note_change,
    read_organisations,
    read_state,
    write_calibration,
)
from assistant.library.generations import Shelf
from assistant.library.habits import UNADJUSTED, Adjustments
from assistant.library.lock import HomeLock
from assistant.library.publishing import Progress, publish
from assistant.library.records import (
    Values,
    digest,
    document_key,
    document_values,
    organisation_values,
    origin_values,
    passage_values,
    record_values,
    searchable,
    text_hash,
    to_document,
)

if TYPE_CHECKING:
    from assistant.library.encoders import Encoder


class LibraryWriter:
    """The only process that may change the library of a home folder, while it is open.

    A context manager. Nothing that is written is searched before `publish`.
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
        self._lock = HomeLock(home)
        self._catalogue = Catalogue(home, database_url)
        self._encoder: Encoder | None = None

    def __enter__(self) -> Self:
        """Take the home folder's lock, and clear away what a killed publish left.

        Raises:
            LibraryLocked: another writer has it; the message names the process.
            LibraryError: the catalogue cannot be opened.
        """
        self._lock.take()
        try:
            self._catalogue.create()
            with self._catalogue.read() as connection:
                state = read_state(connection)
            self._shelf(state.library).sweep(frozenset({state.generation, state.previous}))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the lock back."""
        self._catalogue.close()
        self._lock.give_back()

    def known(self, source: str) -> dict[str, str]:
        """The fingerprint by origin of every file of the source that was stored or refused."""
        found: dict[str, str] = {}
        with self._catalogue.read() as connection:
            for table in (tables.documents, tables.refusals):
                query = select(table.c.origin, table.c.fingerprint).where(table.c.source == source)
                found.update({row.origin: row.fingerprint for row in connection.execute(query)})
        return found

    def refused(self, source: str) -> dict[str, tuple[str, str]]:
        """The code and reason by origin of every file of the source that was refused."""
        table = tables.refusals
        query = select(table).where(table.c.source == source).order_by(table.c.origin)
        with self._catalogue.read() as connection:
            return {row.origin: (row.code, row.reason) for row in connection.execute(query)}

    def organisations(self) -> tuple[Organisation, ...]:
        """All organisations by id, as they are now in the catalogue."""
        with self._catalogue.read() as connection:
            return read_organisations(connection)

    def all_documents(self) -> tuple[tuple[str, Document], ...]:
        """Every document with its origin, drafts and restricted ones too, by source and origin."""
        table = tables.documents
        query = select(table).order_by(table.c.source, table.c.origin)
        with self._catalogue.read() as connection:
            return tuple((row.origin, to_document(row)) for row in connection.execute(query))

    def store(
        self,
        source: str,
        origin: str,
        fingerprint: str,
        document: Document,
        text: str,
        furniture: Sequence[tuple[int, int]],
        passages: Sequence[Passage],
        organisation: Organisation,
        records: Sequence[Record] = (),
    ) -> None:
        """Keep a document in place of whatever came from this origin of this source before.

        One transaction. Only passages whose title, headings and text were never encoded by the
        present encoder are encoded. Storing the same again changes nothing.

        Raises:
            LibraryError: a passage is not verbatim, or the parts do not belong together.
            EncoderUnavailable: the encoder cannot be loaded.
        """
        _require_whole(origin, document, text, passages, organisation, records)
        key = document_key(source, origin)
        owner = organisation_values(organisation)
        sought = [searchable(document.title, passage) for passage in passages]
        hashes = [text_hash(text) for text in sought]
        rows = [passage_values(passage, hash_) for passage, hash_ in zip(passages, hashes, strict=True)]
        governed = [record_values(record) for record in records]
        content: Values = {
            **document_values(document),
            **origin_values(document),
            "organisation_digest": owner["digest"],
            "passages": len(passages),
        }
        content["digest"] = digest(content, text, [list(span) for span in furniture], rows, governed)
        encoder = self._open_encoder()
        fresh = self._encode(dict(zip(hashes, sought, strict=True)))
        with self._catalogue.change() as connection:
            _forget_refusals(connection, source, [origin])
            held = _held_digest(connection, key)
            if held == content["digest"]:
                at = tables.documents.c.key == key
                connection.execute(update(tables.documents).where(at).values(fingerprint=fingerprint))
                insert_vectors(connection, encoder.fingerprint, fresh)
                return
            replaced = delete_documents(connection, [key])
            row = {**content, "key": key, "source": source, "origin": origin, "fingerprint": fingerprint}
            insert_document(connection, row, owner, text, furniture, rows, governed)
            insert_vectors(connection, encoder.fingerprint, fresh)
            delete_unused(connection, replaced)
            note_change(connection, erasing=held is not None)

    def refuse(self, source: str, origin: str, fingerprint: str, code: str, reason: str) -> None:
        """Remember that this file could not be read, and why.

        An earlier good document of this origin stays as it is.
        """
        values = {"fingerprint": fingerprint, "code": code, "reason": reason}
        with self._catalogue.change() as connection:
            _forget_refusals(connection, source, [origin])
            connection.execute(insert(tables.refusals).values(source=source, origin=origin, **values))

    def remove(self, source: str, origins: Iterable[str]) -> int:
        """Forget these origins of the source, good and refused; how many documents that removed.

        The next `publish` also erases their bytes.
        """
        gone = list(dict.fromkeys(origins))
        table = tables.documents
        removed = 0
        with self._catalogue.change() as connection:
            _forget_refusals(connection, source, gone)
            for some in batches(gone):
                at = (table.c.source == source, table.c.origin.in_(some))
                keys = list(connection.scalars(select(table.c.key).where(*at)))
                delete_unused(connection, delete_documents(connection, keys))
                removed += len(keys)
            if removed:
                note_change(connection, erasing=True)
        return removed

    def remove_document(self, document_id: str) -> int:
        """Forget every version of a document, from whatever source; how many versions that removed.

        Raises:
            DocumentNotFound: there is none of that id.
        """
        table = tables.documents
        query = select(table.c.source, table.c.origin).where(table.c.document_id == document_id)
        with self._catalogue.read() as connection:
            found = [(row.source, row.origin) for row in connection.execute(query)]
        if not found:
            raise DocumentNotFound(f"no document {document_id!r}; `mandat documents list` names them")
        return sum(self.remove(source, [origin]) for source, origin in found)

    def amend(self, changes: Iterable[Document]) -> None:
        """Change what is said about stored documents, all in one transaction.

        A change finds its documents by id and version; when that is what changes, by origin and
        sha256. Title, kind, language, status, dates, owner, inferred, id and version are taken
        from it; organisation, audience, text and passages stay. A new id or version also renames
        the passages that are named after the old one.

        Raises:
            LibraryError: no stored document is meant by a change; nothing was changed.
            EncoderUnavailable: a title changed, and the encoder cannot be loaded.
        """
        wanted = tuple(changes)
        with self._catalogue.read() as connection:
            sought = retitled_texts(connection, wanted)
        fresh = self._encode(sought)
        with self._catalogue.change() as connection:
            if fresh:
                insert_vectors(connection, self._open_encoder().fingerprint, fresh)
            amended = [
                given_up
                for row, change in find_meant(connection, wanted)
                if (given_up := amend_row(connection, row, change)) is not None
            ]
            delete_unused(connection, set().union(*amended))
            if amended:
                note_change(connection, erasing=any(amended))

    def publish(self, progress: Progress | None = None, *, anew: bool = False) -> bool:
        """Make what was written searchable: build the next generation, probe it, point to it.

        False when there was nothing to do: the catalogue, the encoder and the analyser are those
        of the present generation, and its files are there. `anew` builds one in any case.
        Passages that the encoder never encoded are encoded first. `progress` is called with (steps
        done, steps in all, what is being done). Where text was removed or replaced,
        its bytes are erased from every file under the home folder before this returns.

        Raises:
            IndexUnavailable: an engine failed; the present generation stays.
            EncoderUnavailable: the encoder cannot be loaded.
        """
        with self._catalogue.read() as connection:
            shelf = self._shelf(read_state(connection).library)
        return publish(self._catalogue, shelf, self._open_encoder(), progress, anew=anew)

    def calibrate(self, found: Calibration) -> None:
        """Keep what was calibrated for the encoder of the published vectors; searches take it up at once."""
        with self._catalogue.change() as connection:
            write_calibration(connection, read_state(connection).encoder, found)

    def _shelf(self, library: str) -> Shelf:
        return Shelf(self._home, library, self._chroma_url)

    def _open_encoder(self) -> Encoder:
        from assistant.library.encoders import open_encoder

        if self._encoder is None:
            self._encoder = open_encoder(self._encoder_name, self._adjusted)
        return self._encoder

    def _encode(self, sought: Mapping[str, str]) -> dict[str, bytes]:
        """Vectors of those of the texts (by their hashes) that have none yet."""
        if not sought:
            return {}
        encoder = self._open_encoder()
        with self._catalogue.read() as connection:
            missing = missing_vectors(connection, encoder.fingerprint, sought)
        if not missing:
            return {}
        rows = encoder.encode([sought[hash_] for hash_ in missing])
        return {hash_: row.tobytes() for hash_, row in zip(missing, rows, strict=True)}


def _require_whole(
    origin: str,
    document: Document,
    text: str,
    passages: Sequence[Passage],
    organisation: Organisation,
    records: Sequence[Record],
) -> None:
    if document.organisation != organisation.id:
        raise LibraryError(
            f"{origin}: the document belongs to {document.organisation!r}, "
            f"but the organisation given is {organisation.id!r}; they must be the same"
        )
    try:
        "\n".join([text, document.title, *(passage.context for passage in passages)]).encode()
    except UnicodeEncodeError as error:
        raise LibraryError(
            f"{origin}: the text has half a character (a lone surrogate) at {error.start}; "
            "replace such characters when reading"
        ) from error
    if len({passage.ordinal for passage in passages}) != len(passages):
        raise LibraryError(f"{origin}: two passages have the same ordinal; count them from 0")
    for passage in passages:
        if text[passage.start : passage.end] != passage.text:
            raise LibraryError(
                f"{origin}: passage {passage.id} is not the text at [{passage.start}:{passage.end}); "
                "a passage is a verbatim span"
            )
    spans = {passage.ordinal: (passage.start, passage.end) for passage in passages}
    for record in records:
        start, end = spans.get(record.passage, (0, 0))
        if not start <= record.start < record.end <= end:
            raise LibraryError(
                f"{origin}: a governance record at [{record.start}:{record.end}) is not inside its passage "
                f"{record.passage}; a record rests on a span of a passage"
            )


def _held_digest(connection: Connection, key: str) -> str | None:
    return connection.scalar(select(tables.documents.c.digest).where(tables.documents.c.key == key))


def _forget_refusals(connection: Connection, source: str, origins: Sequence[str]) -> None:
    table = tables.refusals
    for some in batches(origins):
        connection.execute(delete(table).where(table.c.source == source, table.c.origin.in_(some)))
