"""Changing what is said about stored documents, without touching their text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, literal, select, update

from assistant.domain.document import Document
from assistant.errors import LibraryError
from assistant.library.catalogue import read_document_passages
from assistant.library.records import document_values, searchable, text_hash
from assistant.library.tables import documents, passages


def find_meant(connection: Connection, changes: Iterable[Document]) -> Iterator[tuple[Row[Any], Document]]:
    """Each change with every row it is about: by id and version, else by origin and sha256.

    Raises:
        LibraryError: a change is about no stored document.
    """
    for change in changes:
        table = documents.c
        for found in (
            (table.document_id == change.id, table.version == change.version),
            (table.place == change.origin, table.sha256 == change.sha256),
        ):
            rows = connection.execute(select(documents).where(*found).order_by(table.key)).all()
            if rows:
                break
        else:
            raise LibraryError(
                f"no stored document is {change.id!r}, version {change.version!r}, or came from "
                f"{change.origin!r} with the same content; amend only what `all_documents` gave"
            )
        for row in rows:
            yield row, change


def retitled_texts(connection: Connection, changes: Iterable[Document]) -> dict[str, str]:
    """What must be encoded because a title is part of it, by its hash."""
    return {
        text_hash(text): text
        for row, change in find_meant(connection, changes)
        if row.title != change.title
        for passage in read_document_passages(connection, row.key)
        for text in (searchable(change.title, passage),)
    }


def amend_row(connection: Connection, row: Row[Any], change: Document) -> set[str] | None:
    """Bring one row in line; the hashes of vectors it no longer uses, None when nothing changed."""
    values = document_values(change)
    if all(getattr(row, name) == value for name, value in values.items()):
        return None
    given_up: set[str] = set()
    if row.title != change.title:
        given_up = _rehash(connection, row, change.title)
    if (row.document_id, row.version) != (change.id, change.version):
        _rename_passages(connection, row, change)
    # Without a digest, what it was before can be stored again.
    here = update(documents).where(documents.c.key == row.key)
    connection.execute(here.values(**values, digest=""))
    return given_up


def _rehash(connection: Connection, row: Row[Any], title: str) -> set[str]:
    mine = passages.c.document == row.key
    before = set(connection.scalars(select(passages.c.vector).where(mine)))
    renewed = [
        {"at": passage.ordinal, "hash": text_hash(searchable(title, passage))}
        for passage in read_document_passages(connection, row.key)
    ]
    if renewed:
        change = update(passages).where(mine, passages.c.ordinal == bindparam("at"))
        connection.execute(change.values(vector=bindparam("hash")), renewed)
    return before


def _rename_passages(connection: Connection, row: Row[Any], change: Document) -> None:
    old, new = f"{row.document_id}@{row.version}#", f"{change.id}@{change.version}#"
    named = func.substr(passages.c.id, 1, len(old)) == old
    renamed = literal(new) + func.substr(passages.c.id, len(old) + 1)
    connection.execute(update(passages).where(passages.c.document == row.key, named).values(id=renamed))
