"""Generations of the two indexes: where they lie, whether they are whole, and who reads them.

A generation is `home/index/<number>/` with `words` and `vectors` (or a collection on the Chroma
server). It is written once, and never changed after the catalogue's pointer names it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from assistant.errors import IndexUnavailable
from assistant.library.catalogue import State
from assistant.library.faults import REMEDY, engine_faults
from assistant.library.vectors import VectorIndex, VectorPlace, delete_collections
from assistant.library.words import WordIndex

Manifest = dict[str, tuple[int, str]]

_RETRY_S = 5.0
_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the generations of one library lie."""

    home: Path
    library: str
    chroma_url: str = ""

    def folder(self, number: int) -> Path:
        """The folder of a generation."""
        return self.home / "index" / str(number)

    def words(self, number: int) -> Path:
        """The folder of its words."""
        return self.folder(number) / "words"

    def vectors(self, number: int) -> VectorPlace:
        """The place of its vectors."""
        folder = self.folder(number) / "vectors"
        if not self.chroma_url:
            return VectorPlace(folder)
        return VectorPlace(folder, self.chroma_url, f"{self._prefix}{number}")

    @property
    def _prefix(self) -> str:
        return f"mandat-{self.library[:12]}-"

    def next_number(self, state: State) -> int:
        """A number that no generation has or had a folder for."""
        return max([state.generation, *self._numbers()]) + 1

    def sweep(self, keep: frozenset[int]) -> None:
        """Delete the folder of every generation but these, leftovers of a killed publish among them."""
        for number in self._numbers() - keep:
            shutil.rmtree(self.folder(number), ignore_errors=True)

    def sweep_server(self, keep: frozenset[int]) -> None:
        """The same for the collections on a Chroma server, where there is one.

        Raises:
            IndexUnavailable: the server is not reachable.
        """
        if self.chroma_url:
            names = frozenset(f"{self._prefix}{number}" for number in keep)
            delete_collections(self.chroma_url, self._prefix, names)

    def _numbers(self) -> set[int]:
        index = self.home / "index"
        return (
            {int(path.name) for path in index.iterdir() if path.name.isdigit()} if index.is_dir() else set()
        )


def seal(folder: Path) -> Manifest:
    """Put a finished generation safely on the disk; its files with their sizes and hashes.

    Chroma's SQLite file has neither: opening it counts a number up. SQLite's own check stands for
    them (`wrong_files`).
    """
    found: Manifest = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        if not path.name.endswith(".lock"):
            found[path.relative_to(folder).as_posix()] = (0, "") if _is_sqlite(path) else _measure(path)
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        _sync_folder(path)
    _sync_folder(folder.parent)
    return found


def wrong_files(folder: Path, manifest: Manifest, part: str, *, thorough: bool = True) -> list[str]:
    """The names of files of `part` ("words" or "vectors") that are gone or not as they were sealed.

    Not thorough compares sizes only.
    """
    wrong: list[str] = []
    for name, (size, hashed) in manifest.items():
        path = folder / name
        if not name.startswith(f"{part}/"):
            continue
        if not path.is_file():
            wrong.append(name)
        elif not hashed:
            if not _is_sound(path):
                wrong.append(name)
        elif path.stat().st_size != size or (thorough and _measure(path) != (size, hashed)):
            wrong.append(name)
    return wrong


def read_manifest(state: State) -> Manifest:
    """The manifest of the published generation."""
    return {name: (size, hashed) for name, (size, hashed) in json.loads(state.manifest).items()}


def open_words(shelf: Shelf, state: State) -> WordIndex:
    """The published words.

    Raises:
        IndexUnavailable: they are gone or damaged.
    """
    _require_whole(shelf, state, "words", thorough=False)
    return WordIndex(shelf.words(state.generation))


def open_vectors(shelf: Shelf, state: State) -> VectorIndex:
    """The published vectors. Their files are compared first: a damaged one can end the process.

    Raises:
        IndexUnavailable: they are gone or damaged, or the server is not reachable.
    """
    _require_whole(shelf, state, "vectors", thorough=True)
    return VectorIndex(shelf.vectors(state.generation))


def _require_whole(shelf: Shelf, state: State, part: str, *, thorough: bool) -> None:
    with engine_faults(part):
        wrong = wrong_files(shelf.folder(state.generation), read_manifest(state), part, thorough=thorough)
    if wrong:
        raise IndexUnavailable(
            f"generation {state.generation} of the {part} index is damaged ({len(wrong)} files, "
            f"the first is {wrong[0]}); {REMEDY}"
        )


class Closes(Protocol):
    def close(self) -> None: ...


_Engine = TypeVar("_Engine", bound=Closes)


class Lent(Generic[_Engine]):
    """One opened engine, lent to many threads; replaced when the generation moves.

    The old one is closed when the last thread has given it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: _Held[_Engine] | None = None
        self._failure: tuple[int, float, str] | None = None

    @contextmanager
    def borrow(self, number: int, open_: Callable[[], _Engine]) -> Iterator[_Engine]:
        """The engine of generation `number`, opened when it is not; given back at the end.

        Raises:
            IndexUnavailable: it cannot be opened (tried again after some seconds), or failed in use.
        """
        held = self._take(number, open_)
        try:
            yield held.engine
        except IndexUnavailable:
            with self._lock:
                if self._current is held:
                    self._current = None
                held.retired = True
            raise
        finally:
            self._give_back(held)

    def close(self) -> None:
        """Close the engine, at once or when the last thread gives it back."""
        with self._lock:
            self._retire()

    def _take(self, number: int, open_: Callable[[], _Engine]) -> _Held[_Engine]:
        with self._lock:
            if self._current is None or self._current.number != number:
                if self._failure and self._failure[0] == number:
                    _, since, message = self._failure
                    if time.monotonic() - since < _RETRY_S:
                        raise IndexUnavailable(message)
                try:
                    opened = open_()
                except IndexUnavailable as error:
                    self._failure = (number, time.monotonic(), str(error))
                    raise
                self._failure = None
                self._retire()
                self._current = _Held(number, opened)
            self._current.users += 1
            return self._current

    def _give_back(self, held: _Held[_Engine]) -> None:
        with self._lock:
            held.users -= 1
            if held.retired and not held.users:
                held.engine.close()

    def _retire(self) -> None:
        if self._current is not None:
            self._current.retired = True
            if not self._current.users:
                self._current.engine.close()
            self._current = None


@dataclass(slots=True)
class _Held(Generic[_Engine]):
    number: int
    engine: _Engine
    users: int = 0
    retired: bool = False


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as stream:
        return path.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(_SQLITE)) == _SQLITE


def _is_sound(path: Path) -> bool:
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
        ) as database:
            return bool(database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False


def _sync_folder(path: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
