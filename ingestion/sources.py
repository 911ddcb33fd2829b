"""Where documents come from: a file, a folder or a web address, as files to read."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assistant.errors import DamagedFile, ReadingError, TooLarge, UnsupportedFormat, UsageError

MAX_FILE_BYTES = 100 * 1024 * 1024
_BLOCK_BYTES = 1024 * 1024
_ORGANISATION_FILES = ("organisation.yaml", "organisation.yml")
_METADATA = (".yaml", ".yml")
# Left behind by operating systems and office programs, or about the folder itself.
_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx", "readme.md", "readme.txt", "readme"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source, not yet read.

    `origin` is its path within the source (POSIX), or its address; `name` tells the format.
    `fingerprint` changes whenever the file, its sidecar or its organisation file does. `load`
    gives its bytes or raises a `ReadingError` that says why it cannot be read.
    """

    origin: str
    name: str
    size: int
    fingerprint: str
    load: Callable[[], bytes]
    organisation_file: Path | None = None
    sidecar: Path | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """All files of one source in the order of their origins; `id` is its full path or address."""

    id: str
    files: tuple[SourceFile, ...]


def list_source(target: str, *, allow_loopback: bool = False) -> Source:
    """The documents at `target`: a file, a folder (with all below it) or an https:// address.

    Hidden files and metadata (organisation files, and sidecars beside their document) are no
    documents. `allow_loopback` is for tests: it lets an address lead to this very machine over http.

    Raises:
        UsageError: there is no such file or folder, or a folder below it cannot be listed.
        AddressRefused: the address is private, unreachable or gives no document.
        TooLarge: what the address gives is over the limit.
    """
    if "://" in target:
        from ingestion.addresses import fetch

        page = fetch(target, allow_loopback=allow_loopback)
        content = page.content
        digest = _fingerprint(hashlib.sha256(content).digest())
        return Source(
            page.address, (SourceFile(page.address, page.name, len(content), digest, lambda: content),)
        )
    path = Path(target).expanduser()
    try:
        if path.is_dir():
            return _folder(path.resolve())
        if path.is_file():
            return _single(path.resolve())
    except OSError as error:
        raise UsageError(f"{target}: cannot be opened ({error.strerror}); check its permissions") from error
    raise UsageError(f"{target}: no such file or folder; give a path that exists, or an https:// address")


def _single(path: Path) -> Source:
    root = path.parent
    sidecar = _sidecar(path, set(os.listdir(root)), root)
    file = _file(path, root, _organisation_file(root, root), sidecar)
    return Source(path.as_posix(), (file,))


def _folder(root: Path) -> Source:
    files: list[SourceFile] = []
    nearest: dict[Path, Path | None] = {}

    def fail(error: OSError) -> None:
        # Files that merely cannot be seen must not look as if they had been deleted.
        raise UsageError(f"{error.filename}: cannot be listed ({error.strerror}); check its permissions")

    for at, folders, names in os.walk(root, onerror=fail):
        here = Path(at)
        nearest[here] = _organisation_file(here, root) or nearest.get(here.parent)
        kept = [name for name in folders if not _is_hidden(name)]
        links = [name for name in kept if (here / name).is_symlink()]
        folders[:] = sorted(set(kept) - set(links))
        files.extend(_refused_link(here / name, root) for name in links if _leads_out(here / name, root))
        present = set(names)
        sidecars = _sidecars(names)
        for name in names:
            if _is_hidden(name) or name.lower() in _ORGANISATION_FILES or name in sidecars:
                continue
            path = here / name
            if path.is_symlink() and _leads_out(path, root):
                files.append(_refused_link(path, root))
            else:
                files.append(_file(path, root, nearest[here], _sidecar(path, present, root)))
    return Source(root.as_posix(), tuple(sorted(files, key=lambda file: file.origin)))


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in _LITTER


def _sidecars(names: list[str]) -> set[str]:
    """Names of the metadata files that stand beside a document they belong to."""
    documents = {name for name in names if not name.endswith(_METADATA) and not _is_hidden(name)}
    owners = documents | {PurePosixPath(name).stem for name in documents}
    return {name for name in names if name.endswith(_METADATA) and PurePosixPath(name).stem in owners}


def _sidecar(path: Path, present: set[str], root: Path) -> Path | None:
    """`regulation.docx.yaml` before `regulation.yaml`; never one that leads out of the source."""
    if path.name.endswith(_METADATA):
        return None
    for name in (path.name, path.stem):
        for ending in _METADATA:
            found = path.with_name(name + ending)
            if name + ending in present and found.name not in _ORGANISATION_FILES and _usable(found, root):
                return found
    return None


def _organisation_file(folder: Path, root: Path) -> Path | None:
    return next((folder / name for name in _ORGANISATION_FILES if _usable(folder / name, root)), None)


def _usable(path: Path, root: Path) -> bool:
    return path.is_file() and not _leads_out(path, root)


def _leads_out(path: Path, root: Path) -> bool:
    try:
        return not path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # leads nowhere, or in a circle
        return True


def _origin(path: Path, root: Path) -> str:
    # A name that is not UTF-8 is stored as its escaped bytes: the catalogue takes text only.
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")


def _refused_link(path: Path, root: Path) -> SourceFile:
    def refuse() -> bytes:
        raise UnsupportedFormat(
            "a link that leads out of its folder, or nowhere; copy the file here, or ingest its own folder"
        )

    digest = _fingerprint(b"link", os.fsencode(os.readlink(path)))
    return SourceFile(_origin(path, root), path.name, 0, digest, refuse)


def _file(path: Path, root: Path, organisation_file: Path | None, sidecar: Path | None) -> SourceFile:
    origin = _origin(path, root)
    try:
        size = path.stat().st_size
        parts = [_digest(path), *(_digest(extra) if extra else b"" for extra in (sidecar, organisation_file))]
    except (OSError, ReadingError) as error:
        reason = str(error) if isinstance(error, ReadingError) else _unopened(error)
        return _unreadable(origin, path.name, reason)
    return SourceFile(
        origin, path.name, size, _fingerprint(*parts), lambda: _load(path), organisation_file, sidecar
    )


def _unreadable(origin: str, name: str, reason: str) -> SourceFile:
    def refuse() -> bytes:
        raise DamagedFile(reason)

    return SourceFile(origin, name, 0, _fingerprint(b"unreadable", reason.encode()), refuse)


def _unopened(error: OSError) -> str:
    return f"cannot be opened ({error.strerror or error}); check its permissions"


def _open(path: Path) -> int:
    """A descriptor of a regular file: a pipe or device would be read for ever.

    Raises:
        OSError: it cannot be opened.
        DamagedFile: not a regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise DamagedFile("not a file with content (a pipe, socket or device); take it out of the folder")
    return descriptor


def _digest(path: Path) -> bytes:
    with open(_open(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _load(path: Path) -> bytes:
    try:
        with open(_open(path), "rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise DamagedFile(_unopened(error)) from error
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge(f"over {MAX_FILE_BYTES // _BLOCK_BYTES} MB, the most a file may have; split it")
    return data


def _fingerprint(*parts: bytes) -> str:
    """SHA-256 over the parts, each with its length, so that bytes cannot move between them."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
