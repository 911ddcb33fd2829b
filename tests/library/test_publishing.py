"""Generations: built whole, switched at once, followed by readers, erased when they must be."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from small_library import (
    DELEGATION,
    EVERYONE,
    FORUM,
    NORDVIK,
    SECRET,
    a_document,
    by_words,
    cut,
    put,
    put_all,
    tiny_encoder,
)

from assistant.domain.document import Status
from assistant.domain.scope import Scope
from assistant.errors import IndexUnavailable
from assistant.library.catalogue import Catalogue, read_state, write_state
from assistant.library.encoders import Encoder, Vectors, open_encoder
from assistant.library.generations import Shelf, seal, wrong_files
from assistant.library.library import Library
from assistant.library.publishing import ENCODING, INDEXING, publish
from assistant.library.writer import LibraryWriter

HR = Scope(None, None, frozenset({"hr"}))


def generations(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "index").iterdir())


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a generation, save the counter that opening Chroma moves."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "chroma.sqlite3"
    }


def texts_found(home: Path, sentence: str) -> list[str]:
    """The files under the home folder in which the sentence stands, or one of its long words."""
    long = [word for word in sentence.split() if len(word) > 9]
    needles = [found.encode(form) for found in (sentence, *long) for form in ("utf-8", "utf-16-le")]
    return [
        path.relative_to(home).as_posix()
        for path in home.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


def test_publishing_is_done_once_for_each_change(home: Path, encoder: str) -> None:
    seen: list[tuple[int, int, str]] = []
    with LibraryWriter(home, encoder=encoder) as writer:
        assert not writer.publish()
        put_all(writer)
        assert not writer.publish()
        writer.refuse("docs", "x.pdf", "f", "damaged", "broken")
        assert not writer.publish()
        (document,) = [found for _, found in writer.all_documents() if found.id == "sundby/forum"]
        writer.amend([a_document(**_fields(document), status=Status.DRAFT)])
        assert writer.publish(lambda *told: seen.append(told))
    assert seen[-1] == (12, 12, INDEXING)
    library = Library(home, encoder=encoder)
    assert library.generation() == 2
    library.close()


def _fields(document: object) -> dict[str, str]:
    return {
        "id_": "sundby/forum",
        "title": "Lederforum",
        "organisation": "sundby",
        "origin": "forum.pdf",
    }


def test_a_reader_follows_the_pointer(home: Path, encoder: str) -> None:
    library = Library(home, encoder=encoder)
    assert library.warm() == ()
    before = files(home / "index" / "1")
    with LibraryWriter(home, encoder=encoder) as writer:
        for number in (2, 3):
            sentence = f"Nemnda for innkjøp nummer {number} møtes kvartalsvis."
            put(writer, a_document(f"nordvik/new{number}", origin=f"{number}"), [sentence])
            assert not _has(library, f"nordvik/new{number}")
            assert writer.publish()
            assert _has(library, f"nordvik/new{number}")
            near = [hit.passage_id for hit in library.search_vectors(EVERYONE, sentence, 50)]
            assert f"nordvik/new{number}@2024#0" in near
            if number == 2:
                # The old one stays for other readers, as it was.
                assert generations(home) == ["1", "2"]
                assert files(home / "index" / "1") == before
    assert generations(home) == ["2", "3"]
    library.close()


def _has(library: Library, document_id: str) -> bool:
    return any(
        hit.passage_id.startswith(document_id) for hit in by_words(library, EVERYONE, "nemnda innkjøp", 50)
    )


def test_what_is_stored_is_not_searched_before_it_is_published_but_what_is_removed_is_gone(
    home: Path, encoder: str
) -> None:
    library = Library(home, encoder=encoder)
    assert by_words(library, EVERYONE, DELEGATION[0])
    assert library.search_vectors(EVERYONE, DELEGATION[0], 3)
    with LibraryWriter(home, encoder=encoder) as writer:
        writer.remove("docs", ["delegering.docx"])
        for hits in (by_words(library, HR, DELEGATION[0], 50), library.search_vectors(HR, DELEGATION[0], 50)):
            assert not [hit for hit in hits if hit.passage_id.startswith("nordvik/delegering")]
        put(writer, a_document("sundby/forum", audience=["x"], origin="forum.pdf"), FORUM)
        for hits in (by_words(library, HR, FORUM[0], 50), library.search_vectors(HR, FORUM[0], 50)):
            assert not [hit for hit in hits if hit.passage_id.startswith("sundby/forum")]
    library.close()


def test_nothing_of_a_removed_document_stays_on_the_disk(home: Path, encoder: str) -> None:
    sentence = SECRET[0]
    assert texts_found(home, sentence)
    with LibraryWriter(home, encoder=encoder) as writer:
        put(writer, a_document("nordvik/other", origin="o"), FORUM)
        writer.publish()
        writer.remove("docs", ["hr.docx"])
        writer.publish()
        assert generations(home) == ["3"]
        assert texts_found(home, sentence) == []
        vector = Library(home, encoder=encoder)
        assert len(vector.search_vectors(HR, sentence, 50)) == 7
        vector.close()
    assert texts_found(home, DELEGATION[0])


def test_nothing_of_a_replaced_text_stays_on_the_disk(home: Path, encoder: str) -> None:
    reader = Library(home, encoder=encoder)
    reader.warm()
    with LibraryWriter(home, encoder=encoder) as writer:
        put(
            writer,
            a_document("nordvik/varsling", audience=["hr"], origin="hr.docx"),
            ["Sladdet."],
            fingerprint="2",
        )
        writer.publish()
    assert texts_found(home, SECRET[0]) == []
    assert by_words(reader, HR, "sladdet")
    reader.close()


def test_an_erasure_cut_short_is_finished_by_the_next_publish(home: Path, encoder: str) -> None:
    with LibraryWriter(home, encoder=encoder) as writer:
        writer.remove("docs", ["hr.docx"])
        writer.publish()
    (home / "index" / "1").mkdir()
    (home / "index" / "1" / "left").write_text(SECRET[0])
    catalogue = Catalogue(home)
    with catalogue.change() as connection:
        write_state(connection, erasing=1, previous=1)
    with LibraryWriter(home, encoder=encoder) as writer:
        assert generations(home) == ["1", "2"]
        assert not writer.publish()
    with catalogue.read() as connection:
        assert not read_state(connection).erasing
    catalogue.close()
    assert texts_found(home, SECRET[0]) == []


def test_removing_everything_publishes_an_empty_library(home: Path, encoder: str) -> None:
    with LibraryWriter(home, encoder=encoder) as writer:
        writer.remove("docs", ["delegering.docx", "forum.pdf", "hr.docx"])
        assert writer.publish()
        assert not writer.publish()
    library = Library(home, encoder=encoder)
    assert library.warm() == ()
    assert by_words(library, HR, DELEGATION[0]) == []
    assert library.search_vectors(HR, DELEGATION[0], 5) == []
    assert library.organisations() == ()
    library.close()


def test_an_empty_library_has_nothing_to_publish(tmp_path: Path, encoder: str) -> None:
    with LibraryWriter(tmp_path, encoder=encoder) as writer:
        assert not writer.publish()
    assert not (tmp_path / "index").exists()


def test_leftovers_of_a_killed_publish_are_cleared_away(home: Path, encoder: str) -> None:
    (home / "index" / "2" / "words").mkdir(parents=True)
    (home / "index" / "9").mkdir()
    with LibraryWriter(home, encoder=encoder) as writer:
        assert generations(home) == ["1"]
        put(writer, a_document("nordvik/new", origin="n"), FORUM)
        writer.publish()
    assert generations(home) == ["1", "2"]


def test_another_encoder_makes_a_generation_of_its_own(home: Path, tmp_path: Path, encoder: str) -> None:
    other = tiny_encoder(tmp_path / "other", seed=2)
    reader = Library(home, encoder=other)
    with pytest.raises(IndexUnavailable, match=r"another encoder.*check --repair"):
        reader.search_vectors(EVERYONE, "lederforum", 3)
    assert by_words(reader, EVERYONE, "lederforum")
    with LibraryWriter(home, encoder=other) as writer:
        put(writer, a_document("nordvik/new", origin="n"), FORUM)
        assert writer.publish()
    assert reader.search_vectors(EVERYONE, FORUM[0], 1)
    reader.close()
    catalogue = Catalogue(home)
    vectors = [row for row in catalogue.dump() if row[0] == "vectors"]
    catalogue.close()
    assert len({row[2] for row in vectors}) == 1
    assert len(vectors) == 8
    old = Library(home, encoder=encoder)
    with pytest.raises(IndexUnavailable, match="another encoder"):
        old.search_vectors(EVERYONE, "lederforum", 3)
    old.close()


def test_another_analyser_stops_words_and_not_vectors(home: Path, encoder: str) -> None:
    catalogue = Catalogue(home)
    with catalogue.change() as connection:
        write_state(connection, analyser="that of last year")
    catalogue.close()
    library = Library(home, encoder=encoder)
    for ask in (lambda: by_words(library, EVERYONE, "lederforum"), lambda: library.frequencies(["a"])):
        with pytest.raises(IndexUnavailable, match=r"another analyser.*check --repair"):
            ask()
    assert library.search_vectors(EVERYONE, "lederforum", 3)
    library.close()


def test_vectors_that_are_gone_do_not_stop_words(home: Path, encoder: str) -> None:
    shutil.rmtree(home / "index" / "1" / "vectors")
    library = Library(home, encoder=encoder)
    for _ in range(2):
        with pytest.raises(IndexUnavailable, match=r"vectors.*check --repair"):
            library.search_vectors(EVERYONE, "lederforum", 3)
    assert by_words(library, EVERYONE, "lederforum")
    assert [error.code for error in library.warm()] == ["index_unavailable"]
    library.close()


def test_words_that_are_gone_do_not_stop_vectors(home: Path, encoder: str) -> None:
    shutil.rmtree(home / "index" / "1" / "words")
    library = Library(home, encoder=encoder)
    with pytest.raises(IndexUnavailable, match=r"words.*check --repair"):
        by_words(library, EVERYONE, "lederforum")
    assert library.search_vectors(EVERYONE, "lederforum", 3)
    library.close()


def test_threads_search_while_generations_change(home: Path, encoder: str) -> None:
    library = Library(home, encoder=encoder)
    library.warm()
    over = threading.Event()
    failures: list[Exception] = []
    asked = []

    def ask() -> None:
        while not over.is_set():
            try:
                assert by_words(library, EVERYONE, "formannskapet eiendom")
                assert library.search_vectors(EVERYONE, "formannskapet eiendom", 3)
                asked.append(1)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                failures.append(error)
                return

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    with LibraryWriter(home, encoder=encoder) as writer:
        put(writer, a_document("nordvik/new", origin="n"), FORUM)
        writer.publish()
        writer.remove("docs", ["hr.docx"])
        writer.publish()
    over.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(asked) > 4
    assert library.generation() == 3
    library.close()


def test_processes_read_one_generation_together(home: Path, encoder: str) -> None:
    script = (
        "import pathlib, sys\n"
        "from assistant.domain.scope import Scope\n"
        "from assistant.library.library import Library\n"
        "library = Library(pathlib.Path(sys.argv[1]), encoder=sys.argv[2])\n"
        "print(len(library.search_vectors(Scope(None, None), 'lederforum', 50)))\n"
    )
    library = Library(home, encoder=encoder)
    library.warm()
    before = files(home / "index" / "1")
    command = [sys.executable, "-c", script, str(home), encoder]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [reader.communicate()[0] for reader in readers] == ["5\n"] * 2
    assert len(library.search_vectors(EVERYONE, "lederforum", 50)) == 5
    assert files(home / "index" / "1") == before
    library.close()


def test_a_seal_sees_every_change(tmp_path: Path) -> None:
    folder = tmp_path / "1"
    (folder / "words").mkdir(parents=True)
    (folder / "words" / "a").write_bytes(b"first")
    (folder / "words" / "b").write_bytes(b"second")
    (folder / "words" / "x.lock").write_bytes(b"")
    manifest = seal(folder)
    assert list(manifest) == ["words/a", "words/b"]
    assert wrong_files(folder, manifest, "words") == []
    (folder / "words" / "a").write_bytes(b"fIrst")
    assert wrong_files(folder, manifest, "words") == ["words/a"]
    assert wrong_files(folder, manifest, "words", thorough=False) == []
    (folder / "words" / "b").unlink()
    assert wrong_files(folder, manifest, "words", thorough=False) == ["words/b"]
    assert wrong_files(folder, manifest, "vectors") == []


def test_a_change_that_fails_leaves_no_trace(home: Path, encoder: str) -> None:
    catalogue = Catalogue(home)
    before = catalogue.dump()
    with LibraryWriter(home, encoder=encoder) as writer:
        document = a_document("nordvik/new", origin="n")
        text, passages = cut(document, FORUM)
        broken = [*passages[:1], _unstorable(passages[1])]
        with pytest.raises(OverflowError):
            writer.store("docs", "n", "f", document, text, [], broken, NORDVIK)
        assert catalogue.dump() == before
        assert not writer.publish()
    catalogue.close()


def _unstorable(passage: object) -> object:
    from dataclasses import replace

    return replace(passage, ordinal=2**80)  # type: ignore[type-var]


class CutShort(Encoder):
    """The tiny encoder's vectors under another name, until so many texts were encoded."""

    batch = 1
    dimension = 8

    def __init__(self, name: str, most: int) -> None:
        self.fingerprint = "another"
        self._encoder, self._left = open_encoder(name), most
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self._left -= len(texts)
        if self._left < 0:
            raise KeyboardInterrupt
        self.encoded += texts
        return self._encoder.encode(texts)

    def encode_question(self, text: str) -> Vectors:
        return self._encoder.encode_question(text)


def test_encoding_anew_goes_on_where_it_was_cut_short(tmp_path: Path, encoder: str) -> None:
    home = tmp_path / "home"
    paragraphs = [f"Nemnd nummer {number} avgjør saker om havner." for number in range(300)]
    with LibraryWriter(home, encoder=encoder) as writer:
        put(writer, a_document(), paragraphs)
        writer.publish()
    told: list[tuple[int, int]] = []

    def run(most: int) -> CutShort:
        other = CutShort(encoder, most)
        catalogue = Catalogue(home)
        with catalogue.read() as connection:
            shelf = Shelf(home, read_state(connection).library)
        try:
            publish(catalogue, shelf, other, lambda *step: step[2] == ENCODING and told.append(step[:2]))
        finally:
            catalogue.close()
        return other

    with pytest.raises(KeyboardInterrupt):
        run(200)
    assert told == [(0, 300), (128, 300)]
    told.clear()
    other = run(1000)
    assert told == [(0, 172), (128, 172), (172, 172)]
    assert len(set(other.encoded)) == 172
