"""Makes the library equal to a source: what is new or changed is read, what vanished is removed.

One document is one transaction, so a run that is killed and repeated ends where a clean run ends.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from assistant.domain.document import Document, Organisation, Passage
from assistant.domain.governance import Record
from assistant.errors import DamagedFile, NoTextFound, ReadingError
from ingestion.cleaning import mark_furniture
from ingestion.governance import find_records
from ingestion.metadata import (
    Given,
    describe_document,
    detect_language,
    infer_title,
    is_national,
    read_sidecar,
    visible_text,
)
from ingestion.organisations import (
    country_of,
    country_organisation,
    infer_organisation,
    named_organisation,
    read_organisation,
)
from ingestion.passages import cut_passages
from ingestion.reading.child import ReadingProcess
from ingestion.reading.reading import BlockKind, Reading
from ingestion.sources import SourceFile, list_source
from ingestion.structure import restore_structure
from ingestion.succession import settle_versions

# Part of every fingerprint: files are read again when what we make of them changes.
PIPELINE = "9"


Progress = Callable[[int, int, str], None]
"""Told of steps done, steps in all, and what is being done: a file's origin, or a step of publishing."""


class Writes(Protocol):
    """What a sync needs of the library (`assistant.library.writer.LibraryWriter`)."""

    def known(self, source: str) -> dict[str, str]: ...
    def store(
        self,
        source: str,
        origin: str,
        fingerprint: str,
        document: Document,
        text: str,
        furniture: list[tuple[int, int]],
        passages: tuple[Passage, ...],
        organisation: Organisation,
        records: tuple[Record, ...],
    ) -> None: ...
    def refuse(self, source: str, origin: str, fingerprint: str, code: str, reason: str) -> None: ...
    def refused(self, source: str) -> dict[str, tuple[str, str]]: ...
    def remove(self, source: str, origins: Iterable[str]) -> int: ...
    def organisations(self) -> tuple[Organisation, ...]: ...
    def all_documents(self) -> tuple[tuple[str, Document], ...]: ...
    def amend(self, changes: tuple[Document, ...]) -> None: ...
    def publish(self, progress: Progress | None = None) -> bool: ...


class Fate(StrEnum):
    """What became of a file."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file's line in the report; `code` and `reason` say why it failed."""

    origin: str
    fate: Fate
    title: str = ""
    organisation: str = ""
    passages: int = 0
    code: str = ""
    reason: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, file by file in the order of the source."""

    source: str
    files: tuple[FileReport, ...]
    published: bool

    def count(self, fate: Fate) -> int:
        """How many files had this fate."""
        return sum(file.fate is fate for file in self.files)

    @property
    def nothing_readable(self) -> bool:
        """Whether there was something to read and none of it could be."""
        read = self.count(Fate.ADDED) + self.count(Fate.CHANGED) + self.count(Fate.UNCHANGED)
        return read == 0


def sync_source(
    target: str,
    writer: Writes,
    *,
    organisation: str = "",
    audience: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> SyncReport:
    """Bring the library in line with a file, folder or web address.

    `progress` is told of each file, then of what publishing does.

    Raises:
        ReadingError: the source itself cannot be listed.
    """
    source = list_source(target)
    known = writer.known(source.id)
    refused = writer.refused(source.id)
    reports: list[FileReport] = []
    gone = sorted(set(known) - {file.origin for file in source.files})
    with ReadingProcess() as reader:
        run = _Run(source.id, writer, reader, organisation, audience, _declared(source.files))
        for done, file in enumerate(source.files):
            if progress:
                progress(done, len(source.files), file.origin)
            fingerprint = run.fingerprint(file)
            if known.get(file.origin) == fingerprint:
                reports.append(_unchanged(file.origin, refused))
                continue
            try:
                added = run.ingest(file, fingerprint)
                reports.append(replace(added, fate=Fate.CHANGED) if file.origin in known else added)
            except (ReadingError, OSError) as problem:
                error = (
                    problem if isinstance(problem, ReadingError) else DamagedFile(_unopened(file, problem))
                )
                writer.refuse(source.id, file.origin, fingerprint, error.code, str(error))
                reports.append(FileReport(file.origin, Fate.FAILED, code=error.code, reason=str(error)))
    if gone:
        writer.remove(source.id, gone)
        reports.extend(FileReport(origin, Fate.REMOVED) for origin in gone)
    changes = settle_versions(document for _, document in writer.all_documents())
    if changes:
        writer.amend(changes)
    published = writer.publish(progress)
    return SyncReport(source.id, tuple(reports), published)


@dataclass(frozen=True, slots=True)
class _Run:
    """What holds for every file of one sync; `organisation` is the one given for all ("" none)."""

    source: str
    writer: Writes
    reader: ReadingProcess
    organisation: str
    audience: frozenset[str]
    declared: tuple[Organisation, ...]

    def ingest(self, file: SourceFile, fingerprint: str) -> FileReport:
        """Read a file and store what it holds, in one transaction."""
        data = file.load()
        reading = restore_structure(mark_furniture(self.reader.read(file.name, data)))
        fields = read_sidecar(file.sidecar.read_bytes(), file.sidecar.name) if file.sidecar else {}
        language = str(fields.get("language") or detect_language(reading))
        named = self.organisation or str(fields.get("organisation") or "")
        known = (*self.declared, *self.writer.organisations())
        owner = _organisation(file, reading, language, named, known)
        sha256 = hashlib.sha256(data).hexdigest()
        given = Given(fields, self.audience)
        document = describe_document(reading, given, owner, language, file.origin, sha256)
        passages = cut_passages(reading, document.id, document.version, language)
        if not passages:
            raise NoTextFound(f"{file.origin}: no text of its own was found in it")
        document = replace(document, passages=len(passages))
        furniture = [(b.start, b.end) for b in reading.blocks if b.kind is BlockKind.FURNITURE]
        records = find_records(reading, passages, document.title, document.kind, owner.country)
        self.writer.store(
            self.source, file.origin, fingerprint, document, reading.text, furniture, passages, owner, records
        )
        return FileReport(
            file.origin, Fate.ADDED, document.title, owner.name, len(passages), warnings=reading.warnings
        )

    def fingerprint(self, file: SourceFile) -> str:
        """Changes whenever what we would store of the file may change."""
        # a name is looked up among what is declared: when that changes, it may mean another
        names = repr(self.declared) if self.organisation or file.sidecar else ""
        audience = "\x1f".join(sorted(self.audience))
        parts = (PIPELINE, file.fingerprint, self.organisation, audience, names)
        return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


def _declared(files: Iterable[SourceFile]) -> tuple[Organisation, ...]:
    """What the source's organisation files state, known before the first file that names one by an alias."""
    found: list[Organisation] = []
    for path in dict.fromkeys(file.organisation_file for file in files if file.organisation_file):
        with contextlib.suppress(ReadingError, OSError):  # refused with the files it is about
            found.append(read_organisation(path))
    return tuple(found)


def _organisation(
    file: SourceFile, reading: Reading, language: str, named: str, known: Iterable[Organisation]
) -> Organisation:
    if named:
        return named_organisation(named, known, language)
    if file.organisation_file is not None:
        return read_organisation(file.organisation_file)
    title = infer_title(reading, file.origin)
    if is_national(title, reading.properties):
        return country_organisation(country_of(language))
    # as the text has it, whatever else is known of it by now: the library chooses on reading
    return infer_organisation(title, visible_text(reading), language)


def _unopened(file: SourceFile, problem: OSError) -> str:
    return f"{file.origin}: cannot be opened ({problem.strerror}); check that it is there and readable"


def _unchanged(origin: str, refused: dict[str, tuple[str, str]]) -> FileReport:
    if origin in refused:
        code, reason = refused[origin]
        return FileReport(origin, Fate.FAILED, code=code, reason=reason)
    return FileReport(origin, Fate.UNCHANGED)
