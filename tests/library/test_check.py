"""Damage done for real, seen, and repaired by a new generation."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import chromadb
import pytest
import tantivy
from chromadb.config import Settings
from small_library import EVERYONE, SECRET, a_document, by_words, put, tiny_encoder

from assistant.domain.scope import Scope
from assistant.errors import IndexUnavailable, LibraryError
from assistant.library.catalogue import Catalogue
from assistant.library.check import check, repair
from assistant.library.library import Library
from assistant.library.writer import LibraryWriter

HR = Scope(None, None, frozenset({"hr"}))


def codes(home: Path, encoder: str) -> set[tuple[str, str]]:
    return {(found.part, found.code) for found in check(home, encoder=encoder)}


def in_catalogue(home: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(home / "catalogue.sqlite3")) as database, database:
        database.execute("PRAGMA foreign_keys = OFF")
        assert database.execute(statement, values).rowcount


def graph_file(home: Path) -> Path:
    (found,) = (home / "index" / "1" / "vectors").glob("*/data_level0.bin")
    return found


def remove_vectors(home: Path) -> None:
    shutil.rmtree(home / "index" / "1" / "vectors")


def replace_file(path: Path, content: bytes) -> None:
    """Another file of that name: what an engine of this process still has open or mapped stays whole."""
    path.unlink()
    path.write_bytes(content)


def truncate_graph(home: Path) -> None:
    replace_file(graph_file(home), graph_file(home).read_bytes()[:100])


def flip_in_graph(home: Path) -> None:
    content = bytearray(graph_file(home).read_bytes())
    content[len(content) // 2] ^= 0xFF
    replace_file(graph_file(home), bytes(content))


def truncate_chroma(home: Path) -> None:
    path = home / "index" / "1" / "vectors" / "chroma.sqlite3"
    replace_file(path, path.read_bytes()[: 10 * 4096])


def remove_segment(home: Path) -> None:
    next((home / "index" / "1" / "words").glob("*.idx")).unlink()


def flip_in_words(home: Path) -> None:
    path = next((home / "index" / "1" / "words").glob("*.term"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    replace_file(path, bytes(content))


def remove_index(home: Path) -> None:
    shutil.rmtree(home / "index")


def _collection(home: Path) -> tuple[chromadb.ClientAPI, chromadb.Collection]:
    client = chromadb.PersistentClient(
        str(home / "index" / "1" / "vectors"), settings=Settings(anonymized_telemetry=False)
    )
    return client, client.get_collection("passages", embedding_function=None)


def add_alien_vector(home: Path) -> None:
    client, collection = _collection(home)
    held = collection.get(limit=1, include=["metadatas"])["metadatas"][0]
    collection.add(
        ids=["alien:0"],
        embeddings=[[1.0] * 8],
        documents=["alien"],
        metadatas=[{**held, "passage_id": "alien"}],
    )
    client.close()


def widen_vector_audience(home: Path) -> None:
    client, collection = _collection(home)
    found = collection.get(include=["metadatas"])
    for key, held in zip(found["ids"], found["metadatas"], strict=True):
        if held["audience"]:
            collection.update(ids=[key], metadatas=[{**held, "audience": ""}])
    client.close()


def drop_vector(home: Path) -> None:
    client, collection = _collection(home)
    collection.delete(ids=collection.get(limit=1)["ids"])
    client.close()


def add_alien_word(home: Path) -> None:
    index = tantivy.Index.open(str(home / "index" / "1" / "words"))
    index.register_tokenizer("given", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).build())
    writer = index.writer(15_000_000, 1)
    writer.add_document(tantivy.Document(key="alien:0", id="alien", body="alien"))
    writer.commit()
    writer.wait_merging_threads()


ON_FILES = (
    (remove_vectors, remove_segment),
    (truncate_graph, flip_in_words),
    (truncate_chroma, add_alien_word),
    (flip_in_graph, remove_segment),
)


def test_a_sound_library_has_nothing_to_repair(published: Path, encoder: str) -> None:
    assert repair(published, encoder=encoder) == ()
    assert [path.name for path in (published / "index").iterdir()] == ["1"]


def test_nothing_disagrees_where_nothing_is(tmp_path: Path) -> None:
    assert check(tmp_path / "none") == ()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("to_vectors", "to_words"), ON_FILES, ids=lambda damage: damage.__name__)
def test_damaged_files_are_seen_and_never_opened(
    home: Path, encoder: str, to_vectors: Callable[[Path], None], to_words: Callable[[Path], None]
) -> None:
    library = Library(home, encoder=encoder)
    to_vectors(home)
    with pytest.raises(IndexUnavailable, match="generation 1 of the vectors index is damaged"):
        library.search_vectors(EVERYONE, "lederforum", 3)
    assert by_words(library, EVERYONE, "lederforum")
    library.close()
    to_words(home)
    found = check(home, encoder=encoder)
    assert [(each.part, each.code) for each in found] == [("words", "damaged"), ("vectors", "damaged")]
    assert str(found[0]).startswith("words: ")


def test_rows_that_differ_are_seen_and_repaired(home: Path, encoder: str) -> None:
    catalogue = Catalogue(home)
    before = catalogue.dump()
    add_alien_vector(home)
    widen_vector_audience(home)
    drop_vector(home)
    found = codes(home, encoder)
    assert {("vectors", code) for code in ("alien", "different", "missing", "answers")} <= found
    assert repair(home, encoder=encoder) == ()
    assert catalogue.dump() == before
    catalogue.close()


def test_a_repair_makes_the_indexes_from_nothing(home: Path, encoder: str) -> None:
    remove_index(home)
    assert repair(home, encoder=encoder) == ()
    library = Library(home, encoder=encoder)
    assert by_words(library, EVERYONE, SECRET[0]) != by_words(library, HR, SECRET[0])
    assert len(library.search_vectors(EVERYONE, SECRET[0], 50)) == 5
    assert len(library.search_vectors(HR, SECRET[0], 50)) == 6
    library.close()


def test_another_encoder_is_seen(home: Path, tmp_path: Path, encoder: str) -> None:
    other = tiny_encoder(tmp_path / "other", seed=2)
    remove_vectors(home)
    assert codes(home, encoder) == {("vectors", "damaged")}
    assert codes(home, other) == {("vectors", "damaged"), ("vectors", "outdated")}
    assert codes(home, str(tmp_path / "none")) == {("vectors", "damaged"), ("vectors", "outdated")}


def test_unpublished_changes_are_seen(home: Path, encoder: str) -> None:
    with LibraryWriter(home, encoder=encoder) as writer:
        put(writer, a_document("nordvik/new", origin="n"))
    remove_vectors(home)
    assert codes(home, encoder) == {("catalogue", "unpublished"), ("vectors", "damaged")}


def test_a_catalogue_against_itself_is_seen(home: Path, encoder: str) -> None:
    remove_vectors(home)
    in_catalogue(home, 'UPDATE passages SET start = start + 1, "end" = "end" + 1 WHERE ordinal = 0')
    assert ("catalogue", "inconsistent") in codes(home, encoder)


def test_a_passage_or_vector_that_is_gone_is_seen(home: Path, encoder: str) -> None:
    remove_vectors(home)
    in_catalogue(home, "DELETE FROM vectors WHERE hash = (SELECT min(hash) FROM vectors)")
    assert ("catalogue", "inconsistent") in codes(home, encoder)
    in_catalogue(home, "DELETE FROM passages WHERE ordinal = 2")
    assert {("catalogue", "inconsistent"), ("words", "alien")} <= codes(home, encoder)


def test_a_damaged_catalogue_is_named(home: Path, encoder: str) -> None:
    path = home / "catalogue.sqlite3"
    path.write_bytes(path.read_bytes()[:8192])
    with pytest.raises(LibraryError, match="catalogue failed"):
        check(home, encoder=encoder)
