"""What a writer keeps, replaces, remembers and forgets."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from small_library import (
    DELEGATION,
    EVERYONE,
    FORUM,
    NORDVIK,
    SUNDBY,
    a_document,
    by_words,
    cut,
    put,
    put_all,
    tiny_encoder,
)

from assistant.domain.document import Status
from assistant.errors import DocumentNotFound, EncoderUnavailable, LibraryError, LibraryLocked
from assistant.library.catalogue import Catalogue, read_state
from assistant.library.library import Library
from assistant.library.writer import LibraryWriter


@pytest.fixture
def writer(tmp_path: Path, encoder: str):
    with LibraryWriter(tmp_path, encoder=encoder) as opened:
        yield opened


def dump(home: Path) -> list[tuple[object, ...]]:
    catalogue = Catalogue(home)
    found = catalogue.dump()
    catalogue.close()
    return found


def sequence(home: Path) -> int:
    catalogue = Catalogue(home)
    with catalogue.read() as connection:
        found = read_state(connection).sequence
    catalogue.close()
    return found


def rows(home: Path, table: str) -> int:
    return sum(row[0] == table for row in dump(home))


def test_storing_the_same_again_changes_nothing(writer: LibraryWriter, tmp_path: Path) -> None:
    put_all(writer)
    before, at = dump(tmp_path), sequence(tmp_path)
    put_all(writer)
    assert (dump(tmp_path), sequence(tmp_path)) == (before, at)
    put(writer, a_document(), fingerprint="f2")
    assert writer.known("docs")["delegering.docx"] == "f2"
    assert sequence(tmp_path) == at


def test_the_order_of_files_does_not_matter(tmp_path: Path, encoder: str) -> None:
    inferred = replace(NORDVIK, name="Nordvik", aliases=(), inferred=True)
    steps = [
        lambda writer: put(writer, a_document()),
        lambda writer: put(writer, a_document("nordvik/2", origin="2"), FORUM, organisation=inferred),
        lambda writer: put(
            writer, a_document("nordvik/3", organisation="sundby", origin="3"), organisation=SUNDBY
        ),
        lambda writer: writer.refuse("docs", "4", "f", "damaged", "it is broken"),
    ]
    found = []
    for home, order in ((tmp_path / "a", steps), (tmp_path / "b", steps[::-1])):
        with LibraryWriter(home, encoder=encoder) as writer:
            for step in order:
                step(writer)
            assert writer.organisations() == (NORDVIK, SUNDBY)
        found.append(dump(home))
    assert found[0] == found[1]


def test_a_new_version_of_a_file_replaces_the_old(writer: LibraryWriter, tmp_path: Path) -> None:
    put(writer, a_document())
    put(writer, a_document(version="2025"), [DELEGATION[0], "Ny regel om innkjøp."], fingerprint="f2")
    assert [document.version for _, document in writer.all_documents()] == ["2025"]
    assert rows(tmp_path, "passages") == rows(tmp_path, "vectors") == 2
    assert rows(tmp_path, "texts") == 1


def test_text_that_stands_is_not_encoded_again(writer: LibraryWriter, tmp_path: Path) -> None:
    put(writer, a_document())
    with closing(sqlite3.connect(tmp_path / "catalogue.sqlite3")) as database, database:
        database.execute("UPDATE vectors SET vector = ?", (b"kept" * 8,))
    put(
        writer,
        a_document(version="2025", valid_from=date(2025, 1, 1)),
        [*DELEGATION, "Ny regel."],
        fingerprint="f2",
    )
    vectors = [row[3] for row in dump(tmp_path) if row[0] == "vectors"]
    assert vectors.count(b"kept" * 8) == 3
    assert len(vectors) == 4


def test_shared_text_keeps_its_vector_until_the_last_use(writer: LibraryWriter, tmp_path: Path) -> None:
    put(writer, a_document())
    put(writer, a_document("nordvik/copy", origin="copy.docx"))
    assert rows(tmp_path, "vectors") == 3
    assert writer.remove("docs", ["copy.docx", "never-there"]) == 1
    assert rows(tmp_path, "vectors") == 3
    assert writer.remove("docs", ["delegering.docx"]) == 1
    assert dump(tmp_path) == []


def test_removing_keeps_to_its_source(writer: LibraryWriter) -> None:
    put(writer, a_document(), source="a")
    put(writer, a_document(), source="b")
    assert writer.remove("a", ["delegering.docx"]) == 1
    assert writer.known("a") == {}
    assert writer.known("b") == {"delegering.docx": "f1"}


def test_a_document_is_removed_with_all_its_versions(writer: LibraryWriter) -> None:
    put(writer, a_document(), source="a")
    put(writer, a_document(version="2025"), source="b", origin="new.docx")
    assert writer.remove_document("nordvik/delegering") == 2
    assert writer.all_documents() == ()
    with pytest.raises(DocumentNotFound, match="documents list"):
        writer.remove_document("nordvik/delegering")


def test_a_damaged_new_version_leaves_the_good_one(writer: LibraryWriter) -> None:
    put(writer, a_document())
    writer.refuse("docs", "delegering.docx", "f2", "damaged", "truncated")
    writer.refuse("docs", "new.pdf", "f1", "encrypted", "needs a password")
    assert len(writer.all_documents()) == 1
    assert writer.known("docs") == {"delegering.docx": "f2", "new.pdf": "f1"}
    assert writer.refused("docs") == {
        "delegering.docx": ("damaged", "truncated"),
        "new.pdf": ("encrypted", "needs a password"),
    }
    put(writer, a_document(), fingerprint="f3")
    assert writer.known("docs")["delegering.docx"] == "f3"
    assert list(writer.refused("docs")) == ["new.pdf"]
    assert writer.remove("docs", ["new.pdf"]) == 0
    assert writer.refused("docs") == {}


def test_what_does_not_belong_together_is_refused(writer: LibraryWriter, tmp_path: Path) -> None:
    document = a_document()
    text, passages = cut(document, DELEGATION)
    crooked = [passages[0], replace(passages[1], start=passages[1].start + 1)]
    twice = [passages[0], replace(passages[1], ordinal=0)]
    for given, owner, message in (
        (crooked, NORDVIK, "verbatim"),
        (twice, NORDVIK, "ordinal"),
        (passages, SUNDBY, "belongs to 'nordvik'"),
    ):
        with pytest.raises(LibraryError, match=message):
            writer.store("docs", "a", "f", document, text, [], given, owner)
    torn = "Halvt tegn \ud800"
    with pytest.raises(LibraryError, match="half a character"):
        put(writer, document, [torn])
    assert dump(tmp_path) == []


def test_amending_changes_what_is_said_and_nothing_else(writer: LibraryWriter, tmp_path: Path) -> None:
    put_all(writer)
    (document,) = [found for _, found in writer.all_documents() if found.id == "nordvik/delegering"]
    passages = [row for row in dump(tmp_path) if row[0] in ("passages", "texts", "vectors")]
    ended = replace(
        document, status=Status.SUPERSEDED, valid_to=date(2025, 1, 1), inferred=frozenset({"valid_to"})
    )
    at = sequence(tmp_path)
    writer.amend([ended])
    assert ended in [found for _, found in writer.all_documents()]
    assert [row for row in dump(tmp_path) if row[0] in ("passages", "texts", "vectors")] == passages
    assert sequence(tmp_path) == at + 1
    writer.amend([ended])
    assert sequence(tmp_path) == at + 1


def test_amending_cannot_widen_an_audience(writer: LibraryWriter) -> None:
    put(writer, a_document(audience=["hr"]))
    writer.amend([a_document(title="Annet", organisation="sundby")])
    (found,) = [document for _, document in writer.all_documents()]
    assert (found.title, found.audience, found.organisation) == ("Annet", {"hr"}, "nordvik")


def test_amending_a_title_encodes_its_passages_anew(
    writer: LibraryWriter, tmp_path: Path, encoder: str
) -> None:
    put(writer, a_document(title="Gammelt navn"))
    writer.amend([a_document(title="Nytt navn")])
    fresh = tmp_path / "fresh"
    with LibraryWriter(fresh, encoder=encoder) as other:
        put(other, a_document(title="Nytt navn"))
    assert [row for row in dump(tmp_path) if row[0] == "vectors"] == [
        row for row in dump(fresh) if row[0] == "vectors"
    ]


def test_amending_an_id_renames_its_passages(writer: LibraryWriter, tmp_path: Path) -> None:
    put(writer, a_document("nordvik/x", ""))
    changed = a_document("nordvik/reglement", "2024")
    writer.amend([changed])
    assert [row[3] for row in dump(tmp_path) if row[0] == "passages"] == [
        f"nordvik/reglement@2024#{at}" for at in range(3)
    ]
    put(writer, a_document("nordvik/x", "", origin="other.docx"))
    assert len({row[3] for row in dump(tmp_path) if row[0] == "passages"}) == 6


def test_amending_what_is_not_there_changes_nothing(writer: LibraryWriter, tmp_path: Path) -> None:
    put(writer, a_document())
    before = dump(tmp_path)
    with pytest.raises(LibraryError, match="nobody"):
        writer.amend([a_document(title="Annet"), a_document("nobody", sha256="1" * 64)])
    assert dump(tmp_path) == before


def test_storing_over_an_amended_document_takes_back_what_was_given(writer: LibraryWriter) -> None:
    put(writer, a_document())
    writer.amend([a_document(status=Status.REPEALED)])
    put(writer, a_document(), fingerprint="f2")
    assert [document.status for _, document in writer.all_documents()] == [Status.IN_FORCE]


def test_a_second_writer_is_refused_with_the_holder(tmp_path: Path, encoder: str) -> None:
    script = (
        "import sys, pathlib\n"
        "from assistant.library.writer import LibraryWriter\n"
        "with LibraryWriter(pathlib.Path(sys.argv[1])):\n"
        "    print('open', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "open\n"
        with (
            pytest.raises(LibraryLocked, match=f"process {holder.pid} .* on .* since 20"),
            LibraryWriter(tmp_path),
        ):
            pass
    finally:
        holder.kill()
        holder.communicate()
    assert json.loads((tmp_path / "library.lock.json").read_text())["pid"] == holder.pid
    with LibraryWriter(tmp_path, encoder=encoder) as writer:
        put(writer, a_document())
        with pytest.raises(LibraryLocked), LibraryWriter(tmp_path):
            pass
    assert not (tmp_path / "library.lock.json").exists()


def test_a_writer_that_cannot_load_its_encoder_says_so_and_frees_the_lock(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with (
        pytest.raises(EncoderUnavailable, match="MANDAT_ENCODER"),
        LibraryWriter(tmp_path / "home", encoder=str(tmp_path / "empty")) as writer,
    ):
        put(writer, a_document())
    with LibraryWriter(tmp_path / "home", encoder=tiny_encoder(tmp_path / "tiny")) as writer:
        put(writer, a_document())


def test_a_catalogue_of_another_form_is_named(tmp_path: Path, encoder: str) -> None:
    with LibraryWriter(tmp_path, encoder=encoder) as writer:
        put(writer, a_document())
    with closing(sqlite3.connect(tmp_path / "catalogue.sqlite3")) as database, database:
        database.execute("UPDATE state SET schema = 99")
    with pytest.raises(LibraryError, match="form 99"), LibraryWriter(tmp_path, encoder=encoder):
        pass
    library = Library(tmp_path, encoder=encoder)
    with pytest.raises(LibraryError, match="form 99"):
        library.documents(EVERYONE)
    library.close()


def test_a_file_that_is_no_catalogue_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalogue.sqlite3").write_bytes(b"this is not a database at all" * 100)
    library = Library(tmp_path)
    with pytest.raises(LibraryError, match="catalogue failed"):
        by_words(library, EVERYONE, "ord")
    library.close()
