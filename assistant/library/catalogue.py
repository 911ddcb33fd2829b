"""The catalogue: the truth about documents, passages, audiences and vectors, in SQL.

Every function of reading takes a `Filter`, so that nothing outside a scope can be named by accident.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    inspect,
    or_,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from assistant.domain.document import Document, Organisation, Passage
from assistant.domain.fusion import Calibration, Fusion
from assistant.domain.governance import Recorded
from assistant.errors import LibraryError
from assistant.library.records import (
    Values,
    context_of,
    searchable,
    to_document,
    to_organisation,
    to_passage,
    to_recorded,
)
from assistant.library.rows import Filter, IndexRow
from assistant.library.tables import (
    FILE_NAME,
    SCHEMA,
    calibrations,
    catalogue_url,
    documents,
    governance,
    metadata,
    open_engine,
    organisations,
    passages,
    refusals,
    state,
    texts,
    vectors,
)

_BATCH = 500
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class State:
    """Where the library stands. `generation` 0 is none; `previous` is kept for open readers.

    `sequence` counts changes to the catalogue and `published_sequence` is what the generation was
    built from; `erasing` says that removed text is not yet gone from every file. `manifest` maps
    the generation's files to their size and hash.
    """

    library: str = ""
    sequence: int = 0
    erasing: bool = False
    generation: int = 0
    previous: int = 0
    published_sequence: int = 0
    encoder: str = ""
    analyser: str = ""
    documents: int = 0
    passages: int = 0
    manifest: str = "{}"


class Catalogue:
    """Transactions on the catalogue of a home folder (or at `database_url`).

    `read` never waits for a writer, and `change` is for the one writer that holds the home's lock.
    """

    def __init__(self, home: Path, database_url: str = "") -> None:
        url = catalogue_url(home, database_url)
        self._file = None if database_url else home / FILE_NAME
        self._reading = open_engine(url, writing=False)
        self._writing = open_engine(url, writing=True)
        self._ready = False
        self._has_calibrations = False

    def close(self) -> None:
        """Let go of the database."""
        self._reading.dispose()
        self._writing.dispose()

    def create(self) -> None:
        """Make the tables where they are missing.

        Raises:
            LibraryError: the catalogue was made by another version of the product.
        """
        with self.change() as connection:
            metadata.create_all(connection)
            if connection.scalar(select(state.c.schema)) is None:
                row = State(library=uuid.uuid4().hex)
                values = {name: getattr(row, name) for name in State.__slots__}
                connection.execute(insert(state).values(only=1, schema=SCHEMA, **values))
        self.exists()

    def exists(self) -> bool:
        """Whether there is a catalogue to read.

        Raises:
            LibraryError: it was made by another version of the product.
        """
        if self._ready:
            return True
        if self._file is not None and not self._file.exists():
            return False
        with self.read() as connection:
            if not inspect(connection).has_table(state.name):
                return False
            schema = connection.scalar(select(state.c.schema))
        if schema is not None and schema != SCHEMA:
            raise LibraryError(
                f"the catalogue has form {schema}, this version reads form {SCHEMA}: "
                "move the home folder away and ingest again"
            )
        self._ready = schema is not None
        return self._ready

    def calibration(self) -> Calibration | None:
        """What was calibrated for the published vectors' encoder; None when nothing was."""
        if not self.exists():
            return None
        with self.read() as connection:
            if not self._has_calibrations:
                self._has_calibrations = inspect(connection).has_table(calibrations.name)
            encoder = read_state(connection).encoder
            return read_calibration(connection, encoder) if self._has_calibrations else None

    def read(self) -> AbstractContextManager[Connection]:
        """A snapshot to read from.

        Raises:
            LibraryError: the database cannot be reached or is damaged.
        """
        return _transaction(self._reading)

    def change(self) -> AbstractContextManager[Connection]:
        """A transaction: all that is done in it, or nothing when it ends by an exception or a kill.

        Raises:
            LibraryError: the database cannot be reached, is damaged or refused the change.
        """
        return _transaction(self._writing)

    def erase_free_pages(self) -> bool:
        """Leave no deleted text in SQLite's files; False while a reader holds on to old pages."""
        if self._file is None:
            return True
        with self._writing.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw = connection.connection.cursor()
            try:
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.execute("VACUUM")
                return bool(raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
            except sqlite3.OperationalError:
                return False

    def dump(self) -> list[tuple[Any, ...]]:
        """Everything that ingestion put here, in an order of its own: equal for equal libraries."""
        with self.read() as connection:
            return [
                (table.name, *row)
                for table in (organisations, documents, texts, passages, governance, vectors, refusals)
                for row in connection.execute(select(table).order_by(*table.primary_key))
            ]


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise LibraryError(
            f"the catalogue failed ({type(error.orig).__name__}: {error.orig}); "
            "check the disk and MANDAT_DATABASE_URL, then run `mandat check`"
        ) from error


# built once: it is read several times for every question
_READ_STATE = select(*(state.c[name] for name in State.__slots__))


def read_state(connection: Connection) -> State:
    """Where the library stands."""
    row = connection.execute(_READ_STATE).one()
    values = dict(row._mapping)
    return State(**{**values, "erasing": bool(values["erasing"])})


def write_state(connection: Connection, **values: Any) -> None:
    """Change some of the state's fields."""
    connection.execute(update(state).values(**values))


def read_calibration(connection: Connection, encoder: str) -> Calibration | None:
    """What was calibrated for this encoder; None when nothing was."""
    row = connection.execute(select(calibrations).where(calibrations.c.encoder == encoder)).one_or_none()
    return Calibration(Fusion(row.within, row.across), row.questions) if row else None


def write_calibration(connection: Connection, encoder: str, found: Calibration) -> None:
    """Keep it in place of what was calibrated for this encoder before."""
    connection.execute(delete(calibrations).where(calibrations.c.encoder == encoder))
    values = {"within": found.fusion.within, "across": found.fusion.across, "questions": found.questions}
    connection.execute(insert(calibrations).values(encoder=encoder, **values))


def note_change(connection: Connection, *, erasing: bool) -> None:
    """Count a change that the next generation must show; `erasing` when text was taken away."""
    values: dict[str, Any] = {"sequence": state.c.sequence + 1}
    if erasing:
        values["erasing"] = 1
    write_state(connection, **values)


def read_audiences(connection: Connection) -> dict[str, frozenset[str]]:
    """Every audience in the library by its key."""
    rows = connection.execute(select(documents.c.audience_key, documents.c.audience).distinct())
    return {key: frozenset(json.loads(groups)) for key, groups in rows}


def read_organisations(connection: Connection) -> tuple[Organisation, ...]:
    """Every organisation by id: as declared before as inferred, then as most documents have it."""
    named = documents.c.organisation_digest == organisations.c.digest
    uses = select(func.count()).select_from(documents).where(named).scalar_subquery()
    order = (organisations.c.id, organisations.c.inferred, uses.desc(), organisations.c.digest)
    found: dict[str, Organisation] = {}
    for row in connection.execute(select(organisations).order_by(*order)):
        found.setdefault(row.id, to_organisation(row))
    return tuple(found.values())


# built once: SQLAlchemy makes an alias anew, column by column, at every call
_TWIN = documents.alias("twin")


def visible(filter_: Filter) -> ColumnElement[bool]:
    """The condition that a document is in scope, and is the first of its copies that are.

    One version may have come by two sources, or in two formats: it is shown once, so that its
    text, its passages and their offsets are always those of one file.
    """
    earlier = and_(
        _TWIN.c.document_id == documents.c.document_id,
        _TWIN.c.version == documents.c.version,
        _TWIN.c.key < documents.c.key,
        _admitted(_TWIN, filter_),
    )
    return and_(_admitted(documents, filter_), ~exists().where(earlier))


def _admitted(table: FromClause, filter_: Filter) -> ColumnElement[bool]:
    clauses: list[ColumnElement[bool]] = [table.c.audience_key.in_(filter_.audiences)]
    if filter_.organisations is not None:
        clauses.append(table.c.organisation.in_(filter_.organisations))
    if filter_.day is not None:
        clauses += [
            table.c.standing == 1,
            table.c.valid_from <= filter_.day,
            table.c.valid_to > filter_.day,
        ]
    return and_(*clauses)


def read_documents(
    connection: Connection, filter_: Filter, ids: Collection[str] | None = None
) -> tuple[Document, ...]:
    """The documents in scope by organisation, title and version; `ids` leaves only those works."""
    order = (documents.c.organisation, documents.c.title, documents.c.version, documents.c.document_id)
    query = select(documents).where(visible(filter_))
    if ids is not None:
        query = query.where(documents.c.document_id.in_(sorted(ids)))
    return tuple(to_document(row) for row in connection.execute(query.order_by(*order)))


def read_versions(connection: Connection, filter_: Filter, document_id: str) -> list[tuple[str, Document]]:
    """The keys and versions of a work in scope, newest first."""
    order = (documents.c.valid_from.desc(), documents.c.version.desc())
    query = select(documents).where(visible(filter_), documents.c.document_id == document_id)
    return [(row.key, to_document(row)) for row in connection.execute(query.order_by(*order))]


def read_languages(connection: Connection, filter_: Filter) -> frozenset[str]:
    """The languages of the documents in scope."""
    return frozenset(connection.scalars(select(documents.c.language).where(visible(filter_)).distinct()))


def read_text(connection: Connection, key: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The canonical text of a document, and its spans of page furniture."""
    row = connection.execute(select(texts).where(texts.c.document == key)).one()
    return row.text, tuple((start, end) for start, end in json.loads(row.furniture))


def read_place(connection: Connection, key: str) -> tuple[str, str]:
    """The source a document came by (a full path or address), and its origin within it."""
    row = connection.execute(
        select(documents.c.source, documents.c.origin).where(documents.c.key == key)
    ).one()
    return row.source, row.origin


def _passage_query() -> Select[Any]:
    return select(passages, documents.c.document_id, documents.c.version).join(
        documents, documents.c.key == passages.c.document
    )


def read_passages(connection: Connection, filter_: Filter, ids: Sequence[str]) -> dict[str, Passage]:
    """Those of the passages that are in scope, in the order asked."""
    found: dict[str, Passage] = {}
    for some in batches(dict.fromkeys(ids)):
        # the scope is asked for the documents found: in one query SQLite walks through all documents
        rows = connection.execute(_passage_query().where(passages.c.id.in_(some))).all()
        shown = visible_keys(connection, filter_, {str(row.document) for row in rows})
        for row in sorted(rows, key=lambda row: str(row.document), reverse=True):
            if row.document in shown:
                found[row.id] = to_passage(row)
    return {id_: found[id_] for id_ in dict.fromkeys(ids) if id_ in found}


def titled(connection: Connection, filter_: Filter, begins: Collection[str]) -> dict[str, frozenset[str]]:
    """The keys of the documents in scope whose title begins so, by the beginning; none is left empty."""
    matches = {begin: func.substr(documents.c.title, 1, len(begin)) == begin for begin in begins}
    query = select(documents.c.key, documents.c.title).where(or_(*matches.values()))
    titles = {str(row.key): str(row.title) for row in connection.execute(query)} if matches else {}
    shown = visible_keys(connection, filter_, titles)
    found = {begin: frozenset(key for key in shown if titles[key].startswith(begin)) for begin in matches}
    return {begin: keys for begin, keys in found.items() if keys}


def read_sections(
    connection: Connection, filter_: Filter, title: str, locators: Collection[str]
) -> tuple[Passage, ...]:
    """The passages in scope at these locators of the documents whose title begins so."""
    keys = titled(connection, filter_, [title]).get(title, frozenset())
    here = and_(passages.c.document.in_(keys), passages.c.locator.in_(locators))
    query = _passage_query().where(here).order_by(passages.c.id)
    return tuple(to_passage(row) for row in connection.execute(query)) if keys else ()


def read_document_passages(connection: Connection, key: str) -> tuple[Passage, ...]:
    """The passages of a document in order."""
    query = _passage_query().where(passages.c.document == key).order_by(passages.c.ordinal)
    return tuple(to_passage(row) for row in connection.execute(query))


def read_records(
    connection: Connection, filter_: Filter, passage_ids: Collection[str] | None = None
) -> tuple[Recorded, ...]:
    """The governance records in scope by document and place; `passage_ids` leaves only those passages'."""
    here = and_(passages.c.document == governance.c.document, passages.c.ordinal == governance.c.passage)
    query = (
        select(governance, documents.c.document_id, documents.c.version, passages.c.id.label("passage_id"))
        .join(documents, documents.c.key == governance.c.document)
        .join(passages, here)
        .order_by(governance.c.document, governance.c.number)
    )
    if passage_ids is None:
        return tuple(to_recorded(row) for row in connection.execute(query.where(visible(filter_))))
    found: list[Recorded] = []
    for some in batches(dict.fromkeys(passage_ids)):
        # asked for the passages first: in one query SQLite walks through all documents
        rows = connection.execute(query.where(passages.c.id.in_(some))).all()
        shown = visible_keys(connection, filter_, {str(row.document) for row in rows})
        found.extend(to_recorded(row) for row in rows if row.document in shown)
    return tuple(found)


def visible_keys(connection: Connection, filter_: Filter, keys: Collection[str]) -> frozenset[str]:
    """Those of the document keys that are in scope."""
    known = filter_.known
    unknown = [key for key in keys if key not in known]
    for some in batches(dict.fromkeys(unknown)):
        shown = set(
            connection.scalars(select(documents.c.key).where(documents.c.key.in_(some), visible(filter_)))
        )
        known.update((key, key in shown) for key in some)
    return frozenset(key for key in keys if known[key])


def index_rows(connection: Connection) -> Iterator[IndexRow]:
    """Every passage as the word index takes it, by passage id."""
    columns = (passages.c.text, passages.c.heading_path, passages.c.context, documents.c.title)
    for row in _index_query(connection, *columns):
        yield _index_row(row, row.text, context_of(row.title, json.loads(row.heading_path), row.context))


def vector_rows(connection: Connection, encoder: str) -> Iterator[tuple[IndexRow, bytes]]:
    """Every passage that has a vector of this encoder, with it (float32), by passage id."""
    held = and_(vectors.c.hash == passages.c.vector, vectors.c.encoder == encoder)
    for row in _index_query(connection, vectors.c.vector.label("value"), joined=held):
        yield _index_row(row), row.value


def _index_query(
    connection: Connection, *columns: ColumnElement[Any], joined: ColumnElement[bool] | None = None
) -> Iterator[Any]:
    query = select(
        passages.c.document,
        passages.c.ordinal,
        passages.c.id,
        documents.c.organisation,
        documents.c.audience_key,
        documents.c.valid_from,
        documents.c.valid_to,
        documents.c.standing,
        *columns,
    ).join(documents, documents.c.key == passages.c.document)
    if joined is not None:
        query = query.join(vectors, joined)
    query = query.order_by(passages.c.id, passages.c.document)
    yield from connection.execute(query.execution_options(yield_per=_BATCH))


def _index_row(row: Any, body: str = "", context: str = "") -> IndexRow:
    return IndexRow(
        key=f"{row.document}:{row.ordinal}",
        passage_id=row.id,
        organisation=row.organisation,
        audience=row.audience_key,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        standing=row.standing,
        body=body,
        context=context,
    )


def count_rows(connection: Connection) -> tuple[int, int]:
    """How many documents and passages there are."""
    counts = [connection.scalar(select(func.count()).select_from(table)) for table in (documents, passages)]
    return counts[0] or 0, counts[1] or 0


def missing_vectors(connection: Connection, encoder: str, hashes: Iterable[str]) -> list[str]:
    """Those of the hashes that have no vector of this encoder, in order."""
    wanted = list(dict.fromkeys(hashes))
    held: set[str] = set()
    for some in batches(wanted):
        query = select(vectors.c.hash).where(vectors.c.encoder == encoder, vectors.c.hash.in_(some))
        held.update(connection.scalars(query))
    return [hash_ for hash_ in wanted if hash_ not in held]


def count_without_vector(connection: Connection, encoder: str) -> int:
    """How many searchable texts have no vector of this encoder."""
    query = select(func.count(passages.c.vector.distinct())).where(_lacks_vector(encoder))
    return connection.scalar(query) or 0


def passages_without_vector(
    connection: Connection, encoder: str, limit: int, after: str = ""
) -> dict[str, str]:
    """Up to `limit` searchable texts by their hashes, in order of these, without a vector of this encoder.

    They are those with a greater hash than `after`: what was given before is not walked over again.
    """
    found: dict[str, str] = {}
    query = _passage_query().add_columns(documents.c.title)
    query = query.where(passages.c.vector > after, _lacks_vector(encoder)).order_by(passages.c.vector)
    for row in connection.execute(query.limit(limit)):
        found[row.vector] = searchable(row.title, to_passage(row))
    return found


def _lacks_vector(encoder: str) -> ColumnElement[bool]:
    return ~exists().where(vectors.c.hash == passages.c.vector, vectors.c.encoder == encoder)


def delete_other_vectors(connection: Connection, encoder: str) -> None:
    """Delete the vectors of every other encoder."""
    connection.execute(delete(vectors).where(vectors.c.encoder != encoder))


def insert_vectors(connection: Connection, encoder: str, values: Mapping[str, bytes]) -> None:
    """Keep vectors (float32) under the hashes of what was encoded."""
    if values:
        rows = [{"hash": hash_, "encoder": encoder, "vector": value} for hash_, value in values.items()]
        connection.execute(insert(vectors), rows)


def insert_document(
    connection: Connection,
    row: Values,
    organisation: Values,
    text: str,
    furniture: Sequence[tuple[int, int]],
    passage_rows: Sequence[Values],
    record_rows: Sequence[Values] = (),
) -> None:
    """Add a document that is not there, with everything under it save the vectors."""
    insert_organisation(connection, organisation)
    connection.execute(insert(documents).values(**row))
    spans = json.dumps([list(span) for span in furniture])
    connection.execute(insert(texts).values(document=row["key"], text=text, furniture=spans))
    if passage_rows:
        connection.execute(insert(passages), [{**values, "document": row["key"]} for values in passage_rows])
    if record_rows:
        connection.execute(
            insert(governance),
            [
                {**values, "document": row["key"], "number": number}
                for number, values in enumerate(record_rows)
            ],
        )


def insert_organisation(connection: Connection, values: Values) -> None:
    """Add this description of an organisation where it is not there yet."""
    held = select(organisations.c.digest).where(organisations.c.digest == values["digest"])
    if connection.scalar(held) is None:
        connection.execute(insert(organisations).values(**values))


def delete_documents(connection: Connection, keys: Collection[str]) -> set[str]:
    """Delete documents with their texts and passages; the hashes of the vectors they used.

    What only they used is deleted by `delete_unused`, after anything new has been put in.
    """
    used: set[str] = set()
    for some in batches(keys):
        used.update(connection.scalars(select(passages.c.vector).where(passages.c.document.in_(some))))
        connection.execute(delete(documents).where(documents.c.key.in_(some)))
    return used


def delete_unused(connection: Connection, hashes: Collection[str]) -> None:
    """Delete organisations that no document names, and those of the vectors that no passage uses."""
    named = exists().where(documents.c.organisation_digest == organisations.c.digest)
    connection.execute(delete(organisations).where(~named))
    used = exists().where(passages.c.vector == vectors.c.hash)
    for some in batches(sorted(hashes)):
        connection.execute(delete(vectors).where(vectors.c.hash.in_(some), ~used))


def batches(items: Iterable[_Item], size: int = _BATCH) -> Iterator[list[_Item]]:
    """The items in lists of at most `size`."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
