"""The database of the transcripts: opened, its tables brought up to date, one writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from assistant.errors import SettingError
from assistant.transcripts.tables import metadata

_BUSY_S = 10.0
_SCHEMA_LOCK = 0x4D616E64  # any number that nobody else locks: "Mand"


class Store:
    """SQLite in the home folder, or the database of `database_url`; for several threads and processes."""

    def __init__(
        self, home: Path, *, database_url: str = "", clock: Callable[[], datetime] | None = None
    ) -> None:
        """Open the store and create what is missing of its tables; `clock` gives the time in UTC.

        Raises:
            SettingError: the database address cannot be used.
        """
        self._clock = clock or (lambda: datetime.now(UTC))
        self._engine = _open_engine(home, database_url)
        # Writers in one process queue here, not at SQLite's lock, where waiting is a random back-off.
        self._writing = threading.Lock()
        with self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                # There IF NOT EXISTS fails when two replicas start at once: they take turns.
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
            for table in metadata.sorted_tables:
                connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
                # before the indexes: one may be of a column that an earlier version had not
                _add_missing_columns(connection, table)
                for index in table.indexes:
                    connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        with self._writing, self._engine.begin() as connection:
            yield connection


def storable(text: str) -> str:
    """The text with what no database takes (NUL, half a surrogate pair) replaced."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _add_missing_columns(connection: sa.Connection, table: sa.Table) -> None:
    """Brings a table that an earlier version made up to date; later columns have defaults."""
    there = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in there:
            described = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {described}")


def _open_engine(home: Path, database_url: str) -> sa.Engine:
    if not database_url:
        home.mkdir(parents=True, exist_ok=True)
        database_url = f"sqlite:///{home / 'transcripts.db'}"
    try:
        url = make_url(database_url)
        waiting = {"timeout": _BUSY_S} if url.get_backend_name() == "sqlite" else {}
        # Parameters hold what people asked: they must not reach a log through an error message.
        engine = sa.create_engine(url, connect_args=waiting, hide_parameters=True, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise SettingError(
            "MANDAT_DATABASE_URL: not an SQLAlchemy address we can open "
            f"({type(error).__name__}); we accept for instance postgresql+psycopg://user:password@host/name, "
            "with its driver installed, or nothing for SQLite in the home folder"
        ) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
