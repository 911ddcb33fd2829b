"""Whether catalogue, words and vectors say the same, and making them do so again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, select

from assistant.errors import EncoderUnavailable, IndexUnavailable
from assistant.language.tokens import ANALYSER
from assistant.library.catalogue import Catalogue, State, count_rows, index_rows, read_state, vector_rows
from assistant.library.generations import Shelf, read_manifest, wrong_files
from assistant.library.habits import UNADJUSTED, Adjustments
from assistant.library.probe import Probe
from assistant.library.probing import look_at_vectors
from assistant.library.publishing import Progress
from assistant.library.rows import IndexRow
from assistant.library.tables import documents, passages, texts
from assistant.library.words import WordIndex
from assistant.library.writer import LibraryWriter

Part = Literal["catalogue", "words", "vectors"]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that is not as it must be: in which part, a stable code, and what in words.

    Codes: "damaged" (files gone or changed, or an engine that fails), "missing", "alien" and
    "different" (rows beside the catalogue's), "answers" (wrong answers to a probe), "outdated"
    (made by another encoder or analyser), "unpublished" (changes that no generation shows yet),
    "inconsistent" (the catalogue against itself).
    """

    part: Part
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.part}: {self.message}"


def check(
    home: Path,
    *,
    encoder: str = "bundled",
    adjusted: Adjustments = UNADJUSTED,
    database_url: str = "",
    chroma_url: str = "",
) -> tuple[Disagreement, ...]:
    """Everything that disagrees, in the order catalogue, words, vectors; empty is well.

    The vectors are opened in a process of their own, which a damaged file may end. Takes no
    lock: while something is being written, that is "unpublished".

    Raises:
        LibraryError: the catalogue cannot be opened.
    """
    catalogue = Catalogue(home, database_url)
    try:
        if not catalogue.exists():
            return ()
        with catalogue.read() as connection:
            state = read_state(connection)
            found = [*_published(state), *_inside_catalogue(connection, state)]
        if not state.generation:
            return tuple(found)
        shelf = Shelf(home, state.library, chroma_url)
        current = state.sequence == state.published_sequence
        found += _words(catalogue, shelf, state, current=current)
        found += _vectors(catalogue, shelf, state, encoder, adjusted, current=current)
        return tuple(found)
    finally:
        catalogue.close()


def repair(
    home: Path,
    *,
    encoder: str = "bundled",
    adjusted: Adjustments = UNADJUSTED,
    database_url: str = "",
    chroma_url: str = "",
    progress: Progress | None = None,
) -> tuple[Disagreement, ...]:
    """Build a new generation from the catalogue if anything disagrees; what then still does.

    Raises:
        LibraryLocked: another process is writing.
        LibraryError: the catalogue cannot be opened, or no sound generation could be built.
    """

    def look() -> tuple[Disagreement, ...]:
        return check(
            home, encoder=encoder, adjusted=adjusted, database_url=database_url, chroma_url=chroma_url
        )

    found = look()
    if not found:
        return ()
    with LibraryWriter(
        home, encoder=encoder, adjusted=adjusted, database_url=database_url, chroma_url=chroma_url
    ) as writer:
        writer.publish(progress, anew=True)
    return look()


def _published(state: State) -> Iterable[Disagreement]:
    if state.sequence != state.published_sequence:
        yield Disagreement("catalogue", "unpublished", "there are changes that no search shows yet")


def _inside_catalogue(connection: Connection, state: State) -> Iterable[Disagreement]:
    if connection.dialect.name == "sqlite":
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if verdict != "ok":
            yield Disagreement("catalogue", "damaged", f"SQLite says: {verdict}")
            return
    query = (
        select(
            passages.c.document,
            passages.c.start,
            passages.c.end,
            passages.c.text,
            texts.c.text.label("whole"),
        )
        .join(texts, texts.c.document == passages.c.document)
        .order_by(passages.c.document)
    )
    counted: dict[str, int] = {}
    crooked = 0
    for key, rows in groupby(
        connection.execute(query.execution_options(yield_per=500)), lambda row: row.document
    ):
        for row in rows:
            counted[key] = counted.get(key, 0) + 1
            crooked += row.whole[row.start : row.end] != row.text
    if crooked:
        yield Disagreement("catalogue", "inconsistent", f"{crooked} passages are not their document's text")
    stated = connection.execute(select(documents.c.key, documents.c.passages)).all()
    short = sum(counted.get(key, 0) != count for key, count in stated)
    if short:
        yield Disagreement("catalogue", "inconsistent", f"{short} documents have not all their passages")
    if state.sequence == state.published_sequence:
        held = sum(1 for _ in vector_rows(connection, state.encoder))
        total = count_rows(connection)[1]
        if held != total:
            yield Disagreement("catalogue", "inconsistent", f"{total - held} passages have no vector")


def _words(catalogue: Catalogue, shelf: Shelf, state: State, *, current: bool) -> Iterable[Disagreement]:
    if state.analyser != ANALYSER:
        yield Disagreement("words", "outdated", "the word index was made by another analyser")
    damage = _damage(shelf, state, "words")
    if damage:
        yield damage
        return
    try:
        index = WordIndex(shelf.words(state.generation))
        try:
            held = list(index.rows())
        finally:
            index.close()
    except IndexUnavailable as error:
        yield Disagreement("words", "damaged", str(error))
        return
    if current:
        yield from _compare("words", catalogue, held)


def _vectors(
    catalogue: Catalogue, shelf: Shelf, state: State, encoder: str, adjusted: Adjustments, *, current: bool
) -> Iterable[Disagreement]:
    from assistant.library.encoders import encoder_fingerprint

    try:
        if encoder_fingerprint(encoder, adjusted) != state.encoder:
            yield Disagreement(
                "vectors", "outdated", f"the vectors were made by another encoder than {encoder!r}"
            )
    except EncoderUnavailable as error:
        yield Disagreement("vectors", "outdated", str(error))
    damage = _damage(shelf, state, "vectors")
    if damage:
        yield damage
        return
    probe = Probe()
    try:
        faults, findings = look_at_vectors(
            catalogue,
            probe,
            shelf.vectors(state.generation),
            state.encoder,
            state.passages,
            list_rows=True,
            compare=current,
        )
    except IndexUnavailable as error:
        yield Disagreement("vectors", "damaged", str(error))
        return
    finally:
        probe.end()
    if current:
        yield from _compare("vectors", catalogue, findings.rows)
        yield from (Disagreement("vectors", "answers", fault) for fault in faults)


def _damage(shelf: Shelf, state: State, part: Part) -> Disagreement | None:
    wrong = wrong_files(shelf.folder(state.generation), read_manifest(state), part)
    if not wrong:
        return None
    count = f"{len(wrong)} files are" if len(wrong) > 1 else "a file is"
    return Disagreement(part, "damaged", f"{count} gone or changed, the first is {wrong[0]}")


def _compare(part: Part, catalogue: Catalogue, rows: Iterable[IndexRow]) -> Iterable[Disagreement]:
    held = {row.key: row for row in rows}
    with catalogue.read() as connection:
        wanted = {row.key: row.scope for row in index_rows(connection)}
    missing = sorted(wanted[key][0] for key in wanted.keys() - held.keys())
    alien = sorted(held[key].passage_id for key in held.keys() - wanted.keys())
    different = sorted(
        row.passage_id for key, row in held.items() if key in wanted and wanted[key] != row.scope
    )
    for code, ids, what in (
        ("missing", missing, "not in the index"),
        ("alien", alien, "only in the index"),
        ("different", different, "in the index with another scope"),
    ):
        if ids:
            yield Disagreement(part, code, f"{len(ids)} passages are {what}, the first is {ids[0]}")
