"""The catalogue's tables, and how a connection to them is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from assistant.errors import SettingError

SCHEMA = 2
FILE_NAME = "catalogue.sqlite3"

metadata = MetaData()

# One row for each description given of an organisation: which one counts is decided on reading,
# so that the order in which files arrive cannot matter.
organisations = Table(
    "organisations",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("aliases", Text, nullable=False),
    Column("inferred", Integer, nullable=False),
    Column("words", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("source", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("document_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("organisation_digest", String(64), ForeignKey("organisations.digest"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("valid_from", Integer, nullable=False),
    Column("valid_to", Integer, nullable=False),
    Column("standing", Integer, nullable=False),
    Column("audience", Text, nullable=False),
    Column("audience_key", String(32), nullable=False),
    Column("owner", Text, nullable=False),
    Column("inferred", Text, nullable=False),
    Column("passages", Integer, nullable=False),
    UniqueConstraint("source", "origin"),
    Index("documents_by_version", "document_id", "version"),
    Index("documents_by_audience", "audience_key", "audience"),
    Index("documents_by_organisation", "organisation_digest"),
)

texts = Table(
    "texts",
    metadata,
    Column("document", String(32), ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("furniture", Text, nullable=False),
)

passages = Table(
    "passages",
    metadata,
    Column("document", String(32), ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("heading_path", Text, nullable=False),
    Column("locator", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("marks", Text, nullable=False),
    Column("vector", String(64), nullable=False),
    Index("passages_by_id", "id"),
    Index("passages_by_vector", "vector"),
)

# Who decides what, and what is said of bodies and roles; `data` is the record's fields as JSON.
governance = Table(
    "governance",
    metadata,
    Column("document", String(32), ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("passage", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("governance_by_passage", "document", "passage"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("encoder", Text, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

# How much the vectors of an encoder count: what `mandat eval --calibrate` found. A catalogue made
# before there was this table is read as one without a row in it.
calibrations = Table(
    "calibrations",
    metadata,
    Column("encoder", Text, primary_key=True),
    Column("within", Float, nullable=False),
    Column("across", Float, nullable=False),
    Column("questions", Integer, nullable=False),
)

refusals = Table(
    "refusals",
    metadata,
    Column("source", Text, primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

# One row: the change sequence, and the pointer to the published generation.
state = Table(
    "state",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("schema", Integer, nullable=False),
    Column("library", String(32), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("erasing", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("previous", Integer, nullable=False),
    Column("published_sequence", Integer, nullable=False),
    Column("encoder", Text, nullable=False),
    Column("analyser", Text, nullable=False),
    Column("documents", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("manifest", Text, nullable=False),
)


def catalogue_url(home: Path, database_url: str) -> str:
    """Where the catalogue is: the address given, or SQLite in the home folder."""
    return database_url or f"sqlite:///{home / FILE_NAME}"


def open_engine(url: str, *, writing: bool) -> Engine:
    """An engine whose transactions are whole snapshots; `writing` takes SQLite's write lock at once.

    Raises:
        SettingError: the address is not one of a database, or its driver is not installed.
    """
    try:
        engine = create_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise SettingError(  # the address itself may hold a password
            f"MANDAT_DATABASE_URL is not the address of a database we can open ({type(error).__name__}); "
            "give one such as postgresql+psycopg://user:password@host/name, with its driver installed, "
            "or nothing for SQLite in the home folder"
        ) from error
    if engine.dialect.name != "sqlite":
        return engine

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # The driver's own transactions begin at the first change, not at the first read.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 30000")
        cursor.execute("PRAGMA foreign_keys = ON")
        if writing:
            cursor.execute("PRAGMA journal_mode = WAL")
            # Full, not normal: the pointer must never fall back to a generation already deleted.
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA secure_delete = ON")
        else:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
