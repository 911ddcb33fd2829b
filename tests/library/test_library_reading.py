"""The reading side over a published library."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from small_library import (
    DELEGATION,
    EVERYONE,
    NORDVIK,
    SECRET,
    SUNDBY,
    TODAY,
    a_document,
    by_words,
    cut,
    put,
    tiny_encoder,
)

from assistant.domain.document import Document, Status
from assistant.domain.fusion import Calibration, Fusion
from assistant.domain.scope import Scope
from assistant.errors import DocumentNotFound, LibraryEmpty
from assistant.library.library import Hit, Library
from assistant.library.tables import FILE_NAME
from assistant.library.writer import LibraryWriter

HR = Scope(None, None, frozenset({"hr"}))
OUTSIDE = (EVERYONE, Scope(None, None, frozenset({"finance", "HR", ""})), Scope(frozenset({"sundby"}), None))


def test_a_folder_without_a_library_is_empty_and_stays_so(tmp_path: Path) -> None:
    library = Library(tmp_path / "none")
    assert library.generation() == 0
    assert library.organisations() == ()
    assert library.documents(EVERYONE) == ()
    assert library.languages(EVERYONE) == frozenset()
    assert library.passages(EVERYONE, ["x"]) == {}
    with pytest.raises(DocumentNotFound):
        library.document(EVERYONE, "x")
    for search in (
        lambda: by_words(library, EVERYONE, "ord"),
        lambda: library.search_vectors(EVERYONE, "ord", 3),
    ):
        with pytest.raises(LibraryEmpty, match="mandat ingest"):
            search()
    assert [error.code for error in library.warm()] == ["library_empty", "library_empty"]
    library.close()
    assert not (tmp_path / "none").exists()


def test_warming_a_published_library_leaves_nothing_unopened(library: Library) -> None:
    assert library.warm() == ()


def test_everything_stored_is_given_back(library: Library) -> None:
    document = a_document()
    text, passages = cut(document, DELEGATION)
    found = library.document(TODAY, document.id)
    assert (found.title, found.kind, found.passages) == (document.title, document.kind, 3)
    assert library.text(TODAY, document.id, "2024") == text
    assert library.furniture(TODAY, document.id) == ((0, 3),)
    assert library.document_passages(TODAY, document.id) == tuple(passages)
    assert library.passages(TODAY, [passages[2].id, "none", passages[0].id]) == {
        passages[2].id: passages[2],
        passages[0].id: passages[0],
    }
    assert list(library.passages(TODAY, [passages[2].id, passages[0].id])) == [passages[2].id, passages[0].id]
    assert library.organisations() == (NORDVIK, SUNDBY)
    assert [found.id for found in library.documents(HR)] == [
        "nordvik/delegering",
        "nordvik/varsling",
        "sundby/forum",
    ]


@pytest.mark.parametrize("scope", OUTSIDE)
def test_nothing_of_a_restricted_document_reaches_others(library: Library, scope: Scope) -> None:
    secret = "nordvik/varsling"
    missing = _message(lambda: library.document(scope, "nordvik/nothing"))
    for read in (library.document, library.text, library.furniture, library.document_passages):
        hidden = _message(lambda read=read: read(scope, secret))
        assert hidden == missing.replace("nordvik/nothing", secret)
        with pytest.raises(DocumentNotFound):
            read(scope, secret, "2024")
    assert library.passages(scope, [f"{secret}@2024#0"]) == {}
    assert secret not in {document.id for document in library.documents(scope)}
    assert not _found(by_words(library, scope, SECRET[0])) & {secret}
    assert not _found(library.search_vectors(scope, SECRET[0], 50)) & {secret}


def test_a_restricted_document_reaches_its_group(library: Library) -> None:
    assert by_words(library, HR, SECRET[0])[0].passage_id == "nordvik/varsling@2024#0"
    assert library.search_vectors(HR, SECRET[0], 3)[0].passage_id == "nordvik/varsling@2024#0"
    assert library.text(HR, "nordvik/varsling") == SECRET[0]


def test_a_search_keeps_to_its_organisations(library: Library) -> None:
    only = Scope(frozenset({"sundby"}), None, frozenset({"hr"}))
    assert _found(by_words(library, only, "lederforum kommunedirektøren")) == {"sundby/forum"}
    assert _found(library.search_vectors(only, DELEGATION[0], 50)) == {"sundby/forum"}
    assert library.languages(only) == {"nb"}
    assert by_words(library, Scope(frozenset(), None), "lederforum") == []


def test_words_in_headings_and_titles_are_found(library: Library) -> None:
    assert by_words(library, EVERYONE, "delegeringsreglement")[0].passage_id.startswith("nordvik/delegering@")


def test_a_term_may_be_anything(library: Library) -> None:
    for term in ('"', "a:b", "+x -y", "\x1f", "\x00", "(", "NOT", "*", "", "æ" * 10_000):
        assert isinstance(
            library.search_words(EVERYONE, {"body": [{term: 1.0}], "grams": [{term: 1.0}]}, 5), list
        )
        assert isinstance(library.search_vectors(EVERYONE, term, 5), list)


def test_no_terms_find_nothing(library: Library) -> None:
    assert library.search_words(EVERYONE, {}, 5) == []
    assert library.search_words(EVERYONE, {"body": [{"lederforum": 0.0}]}, 5) == []


def test_a_heavier_term_ranks_higher(library: Library) -> None:
    def first(forum: float, estate: float) -> str:
        from assistant.language.tokens import stems

        asked = [{stems("lederforum")[0]: forum}, {stems("eiendom")[0]: estate}]
        return library.search_words(EVERYONE, {"body": asked, "context": asked}, 5)[0].passage_id.split("@")[
            0
        ]

    assert first(5.0, 0.1) == "sundby/forum"
    assert first(0.1, 5.0) == "nordvik/delegering"


VERSIONS = (
    a_document(
        "w",
        "old",
        valid_from=date(2020, 1, 1),
        valid_to=date(2022, 1, 1),
        status=Status.SUPERSEDED,
        origin="1",
    ),
    a_document("w", "now", valid_from=date(2022, 1, 1), valid_to=date(2030, 1, 1), origin="2"),
    a_document("w", "next", valid_from=date(2030, 1, 1), origin="3"),
    a_document("w", "draft", status=Status.DRAFT, valid_from=date(2020, 1, 1), origin="4"),
    a_document("repealed", "1", status=Status.REPEALED, valid_from=date(2020, 1, 1), origin="5"),
    a_document("twice", "a", valid_from=date(2020, 1, 1), origin="6"),
    a_document("twice", "b", valid_from=date(2021, 1, 1), origin="7"),
    a_document("twice", "c", valid_from=date(2021, 1, 1), origin="8"),
    a_document("later", "1", valid_from=date(2090, 1, 1), origin="9"),
)


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory, encoder: str) -> Library:
    home = tmp_path_factory.mktemp("versions")
    with LibraryWriter(home, encoder=encoder) as writer:
        for document in VERSIONS:
            put(writer, document, [f"Regelen gjelder i utgave {document.version}."])
        writer.publish()
    return Library(home, encoder=encoder)


@pytest.mark.parametrize(
    ("document_id", "as_of", "version"),
    [
        ("w", date(2019, 12, 31), None),
        ("w", date(2020, 1, 1), "old"),
        ("w", date(2021, 12, 31), "old"),
        ("w", date(2022, 1, 1), "now"),
        ("w", date(2030, 1, 1), "next"),
        ("repealed", date(2021, 1, 1), None),
        ("repealed", None, "1"),
        ("twice", date(2020, 6, 1), "a"),
        ("twice", date(2021, 1, 1), "c"),
        ("w", None, "now"),
        ("later", None, "1"),
        ("later", date(2026, 1, 1), None),
    ],
)
def test_the_version_in_force_is_the_default(
    versions: Library, document_id: str, as_of: date | None, version: str | None
) -> None:
    scope = Scope(None, as_of)
    if version is None:
        with pytest.raises(DocumentNotFound):
            versions.document(scope, document_id)
    else:
        assert versions.document(scope, document_id).version == version


@pytest.mark.parametrize(
    "as_of", [date(2019, 1, 1), date(2020, 1, 1), date(2021, 6, 1), date(2026, 1, 1), date(2095, 1, 1), None]
)
def test_documents_and_searches_see_the_same_versions(versions: Library, as_of: date | None) -> None:
    scope = Scope(None, as_of)
    shown = {(document.id, document.version) for document in versions.documents(scope)}
    assert shown == {
        (document.id, document.version)
        for document in VERSIONS
        if as_of is None or _in_force(document, as_of)
    }
    for hits in (
        by_words(versions, scope, "regelen gjelder", 50),
        versions.search_vectors(scope, "regelen", 50),
    ):
        assert {tuple(hit.passage_id.partition("#")[0].split("@")) for hit in hits} == shown


def test_an_explicit_version_outside_the_date_is_not_found(versions: Library) -> None:
    with pytest.raises(DocumentNotFound, match="old"):
        versions.document(Scope(None, date(2026, 1, 1)), "w", "old")
    assert versions.document(EVERYONE, "w", "old").version == "old"


def test_one_version_from_two_sources_is_shown_once_and_to_all_who_may(tmp_path: Path, encoder: str) -> None:
    with LibraryWriter(tmp_path, encoder=encoder) as writer:
        put(writer, a_document(), source="a")
        put(writer, a_document(audience=["hr"]), source="b")
        put(
            writer,
            a_document(),
            ["Et annet oppsett av samme reglement."],
            source="c",
            origin="delegering.pdf",
        )
        writer.publish()
        library = Library(tmp_path, encoder=encoder)
        for scope in (EVERYONE, HR):
            assert len(library.documents(scope)) == 1
            text = library.text(scope, "nordvik/delegering")
            for passage in library.document_passages(scope, "nordvik/delegering"):
                assert text[passage.start : passage.end] == passage.text
            for hit in (
                *by_words(library, scope, "reglement"),
                *library.search_vectors(scope, "reglement", 10),
            ):
                passage = library.passages(scope, [hit.passage_id])[hit.passage_id]
                assert text[passage.start : passage.end] == passage.text
            ids = [hit.passage_id for hit in by_words(library, scope, "reglement")]
            assert len(ids) == len(set(ids)) > 0
        writer.remove("a", ["delegering.docx"])
        writer.remove("c", ["delegering.pdf"])
        with pytest.raises(DocumentNotFound):
            library.document(EVERYONE, "nordvik/delegering")
        assert library.document(HR, "nordvik/delegering")
        library.close()


def _in_force(document: Document, day: date) -> bool:
    if document.status is Status.DRAFT or (
        document.status is not Status.IN_FORCE and document.valid_to is None
    ):
        return False
    return (document.valid_from or date.min) <= day < (document.valid_to or date.max)


def _found(hits: list[Hit]) -> set[str]:
    return {hit.passage_id.partition("@")[0] for hit in hits}


def _message(read: Callable[[], object]) -> str:
    with pytest.raises(DocumentNotFound) as caught:
        read()
    return str(caught.value)


def test_a_calibration_is_of_one_encoder(home: Path, encoder: str, tmp_path: Path) -> None:
    reader = Library(home, encoder=encoder)
    assert reader.calibration() is None
    assert reader.fusion() == Fusion()
    found = Calibration(Fusion(within=0.3, across=0.8), 40)
    with LibraryWriter(home, encoder=encoder) as writer:
        writer.calibrate(Calibration(Fusion(0.0, 0.0), 30))
        writer.calibrate(found)
    assert reader.calibration() == found
    assert reader.fusion() == found.fusion
    reader.close()

    other = tiny_encoder(tmp_path / "other", seed=2)
    for name, expected in ((other, Fusion()), (encoder, found.fusion)):
        with LibraryWriter(home, encoder=name) as writer:
            assert writer.publish()
        reader = Library(home, encoder=name)
        assert reader.fusion() == expected
        reader.close()


def test_a_catalogue_from_before_calibrations_is_read(home: Path, encoder: str) -> None:
    with sqlite3.connect(home / FILE_NAME) as database:
        database.execute("DROP TABLE calibrations")
    database.close()
    reader = Library(home, encoder=encoder)
    assert reader.fusion() == Fusion()
    with LibraryWriter(home, encoder=encoder) as writer:
        writer.calibrate(Calibration(Fusion(0.2, 0.2), 30))
    assert reader.fusion() == Fusion(0.2, 0.2)
    reader.close()


def test_an_empty_library_weighs_vectors_as_any(tmp_path: Path) -> None:
    assert Library(tmp_path / "none").fusion() == Fusion()
