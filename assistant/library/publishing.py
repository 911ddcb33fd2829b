"""Making the next generation: build it from the catalogue, look at it, then switch the pointer."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from assistant.errors import IndexUnavailable
from assistant.language.tokens import ANALYSER
from assistant.library.catalogue import (
    Catalogue,
    State,
    count_rows,
    count_without_vector,
    delete_other_vectors,
    index_rows,
    insert_vectors,
    passages_without_vector,
    read_state,
    vector_rows,
    write_state,
)
from assistant.library.generations import Manifest, Shelf, read_manifest, seal, wrong_files
from assistant.library.probe import Probe
from assistant.library.probing import require_sound_vectors, require_sound_words
from assistant.library.vectors import build_vectors
from assistant.library.words import build_words

if TYPE_CHECKING:
    from assistant.library.encoders import Encoder

Progress = Callable[[int, int, str], None]
"""Told of steps done, steps in all, and what is being done."""

ENCODING = "encoding passages"
INDEXING = "indexing passages"

# Texts encoded in one transaction: what a kill loses, and how often progress is told.
_ENCODED_AT_ONCE = 128
_ATTEMPTS = 2
_ERASING_WAIT_S = 10.0

_Row = TypeVar("_Row")


def publish(
    catalogue: Catalogue,
    shelf: Shelf,
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    anew: bool = False,
) -> bool:
    """See `LibraryWriter.publish`; the caller holds the home's lock."""
    with catalogue.read() as connection:
        state = read_state(connection)
    shelf.sweep_server(frozenset({state.generation, state.previous}))
    stale = anew or is_stale(state, shelf, encoder.fingerprint)
    if stale:
        state = _publish(catalogue, shelf, encoder, state, progress)
    if state.erasing:
        _erase(catalogue, shelf, state)
    return stale


def is_stale(state: State, shelf: Shelf, encoder: str) -> bool:
    """Whether the present generation is not what the catalogue, encoder and analyser would make now."""
    if not state.generation:
        return state.sequence > 0
    if (state.published_sequence, state.encoder, state.analyser) != (state.sequence, encoder, ANALYSER):
        return True
    manifest, folder = read_manifest(state), shelf.folder(state.generation)
    embedded = any(name.startswith("vectors/") for name in manifest)
    if embedded == bool(shelf.chroma_url):
        return True  # made for a Chroma server and there is none now, or the other way round
    return any(wrong_files(folder, manifest, part, thorough=False) for part in ("words", "vectors"))


def _publish(
    catalogue: Catalogue, shelf: Shelf, encoder: Encoder, state: State, progress: Progress | None
) -> State:
    _encode_rest(catalogue, encoder, progress)
    with catalogue.read() as connection:
        documents, passages = count_rows(connection)
    number = shelf.next_number(state)
    for attempt in range(_ATTEMPTS):
        try:
            manifest = _build(catalogue, shelf, number, encoder.fingerprint, passages, progress)
            break
        except BaseException as error:
            shutil.rmtree(shelf.folder(number), ignore_errors=True)
            # Chroma can fail for once; a second failure is a fault that someone must look at.
            if not isinstance(error, IndexUnavailable) or attempt + 1 == _ATTEMPTS:
                raise
            number += 1
    with catalogue.change() as connection:
        write_state(
            connection,
            generation=number,
            previous=state.generation,
            published_sequence=state.sequence,
            encoder=encoder.fingerprint,
            analyser=ANALYSER,
            documents=documents,
            passages=passages,
            manifest=json.dumps(manifest),
        )
        delete_other_vectors(connection, encoder.fingerprint)
        state = read_state(connection)
    _sweep(shelf, frozenset({state.generation, state.previous}))
    return state


def _build(
    catalogue: Catalogue, shelf: Shelf, number: int, encoder: str, total: int, progress: Progress | None
) -> Manifest:
    steps = _Steps(progress, 2 * total)
    place = shelf.vectors(number)
    probe = Probe()
    try:
        with catalogue.read() as connection:
            build_words(shelf.words(number), steps.count(index_rows(connection)))
        with catalogue.read() as connection:
            build_vectors(place, steps.count(vector_rows(connection, encoder)), total)
        require_sound_words(catalogue, shelf.words(number), total)
        require_sound_vectors(catalogue, probe, place, encoder, total)
    finally:
        probe.end()
    return seal(shelf.folder(number))


def _encode_rest(catalogue: Catalogue, encoder: Encoder, progress: Progress | None) -> None:
    """Give a vector to every passage that has none of this encoder: after a change of encoder.

    What was encoded stays, so that a run after one that was cut short goes on from there.
    """
    with catalogue.read() as connection:
        total = count_without_vector(connection, encoder.fingerprint)
    at_once = max(_ENCODED_AT_ONCE, 2 * encoder.batch)
    done, last = 0, ""
    while done < total:
        if progress:
            progress(done, total, ENCODING)
        with catalogue.read() as connection:
            texts = passages_without_vector(connection, encoder.fingerprint, at_once, after=last)
        if not texts:
            return
        rows = encoder.encode(list(texts.values()))
        fresh = {hash_: row.tobytes() for hash_, row in zip(texts, rows, strict=True)}
        with catalogue.change() as connection:
            insert_vectors(connection, encoder.fingerprint, fresh)
        done, last = done + len(fresh), max(fresh)
    if progress and total:
        progress(total, total, ENCODING)


def _erase(catalogue: Catalogue, shelf: Shelf, state: State) -> None:
    """Leave nothing of removed text: the older generation goes at once, and SQLite's free pages."""
    with catalogue.change() as connection:
        write_state(connection, previous=0)
    _sweep(shelf, frozenset({state.generation}))
    patience = time.monotonic() + _ERASING_WAIT_S
    while not catalogue.erase_free_pages():
        if time.monotonic() > patience:
            return  # a reader holds on to old pages: the next publish tries again
        time.sleep(0.1)
    with catalogue.change() as connection:
        write_state(connection, erasing=0)


def _sweep(shelf: Shelf, keep: frozenset[int]) -> None:
    shelf.sweep(keep)
    shelf.sweep_server(keep)


class _Steps:
    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def count(self, rows: Iterable[_Row]) -> Iterator[_Row]:
        for row in rows:
            yield row
            self._done += 1
            if self._progress and (self._done % 100 == 0 or self._done == self._total):
                self._progress(self._done, self._total, INDEXING)
