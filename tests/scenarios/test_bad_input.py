"""Files and questions that are not as they should be: a reason each, never a crash."""

from __future__ import annotations

import os
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GRANVIK = Path(__file__).parents[2] / "corpus" / "granvik"
DOCX = (GRANVIK / "delegeringsreglement.docx").read_bytes()
PDF = (GRANVIK / "reglement-folkevalgte-organer.pdf").read_bytes()
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
GOOD = "# Reglement\n\nRektor avgjør søknader om permisjon i inntil to uker.\n"
QUESTION = "Hvem avgjør søknader om permisjon?"


def bomb(path: Path) -> None:
    """A Word document whose text unpacks to a thousand times its size."""
    with (
        zipfile.ZipFile(GRANVIK / "delegeringsreglement.docx") as whole,
        zipfile.ZipFile(path, "w") as packed,
    ):
        for name in whole.namelist():
            content = whole.read(name)
            if name == "word/document.xml":
                head, _, tail = content.partition(b"<w:body>")
                content = head + b"<w:body>" + b" " * 200_000_000 + tail
            packed.writestr(name, content, zipfile.ZIP_DEFLATED)


# what the file is called → what is in it, and words of the reason given
BAD: dict[str, tuple[bytes | Callable[[Path], None], str]] = {
    "tom.md": (b"", "empty (0 bytes)"),
    "tom.pdf": (b"", "empty (0 bytes)"),
    "tom.docx": (b"", "empty (0 bytes)"),
    "blank.md": (b"\n \n", "without any text"),
    "avkuttet.pdf": (PDF[: len(PDF) // 2], "cut off"),
    "avkuttet.docx": (DOCX[: len(DOCX) // 2], "truncated or damaged"),
    "passord.docx": (OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(4000), "password"),
    "bombe.docx": (bomb, "unpack"),
    "stor.txt": (b"Rektor avgj\xc3\xb8r alle saker om permisjon.\n" * 1_250_000, "split it"),
    "binaer.txt": (b"\0\1\2" * 5000, "binary content"),
    "bilde.png": (bytes.fromhex("89504e470d0a1a0a") + bytes(100), "PNG image"),
    "bilde.jpg": (bytes.fromhex("ffd8ffe0") + bytes(100), "JPEG image"),
    "program.exe": (b"MZ\x90\0" + bytes(1000), "program"),
}
# what the file is called → what is in it: odd, and readable all the same
ODD: dict[str, bytes] = {
    "egentlig-word.pdf": DOCX,
    "egentlig-pdf.docx": PDF,
    "latin1.txt": "Rådmannen avgjør søknader om båtplass på Ytterøya.\n".encode("latin-1"),
    "utf16.txt": "Ordføreren åpner møtene i kommunestyret og leder debatten.\n".encode("utf-16"),
    "halv.txt": "Kommunedirektøren avgjør tilsettinger i stab.".encode() + b"\xff\xfe\xc3",
}


def put(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    content = BAD[name][0] if name in BAD else ODD[name]
    if callable(content):
        content(folder / name)
    else:
        (folder / name).write_bytes(content)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "dokumenter"
    folder.mkdir()
    return folder


def test_bad_files_cost_only_themselves(source: Path, fresh: Any) -> None:
    for name in (*BAD, *ODD):
        put(source, name)
    (source / "reglement.md").write_text(GOOD, encoding="utf-8")
    ran = fresh("ingest", source, "--json")
    assert (ran.status, ran.err) == (0, "")
    files = {file["origin"]: file for file in ran.json[0]["files"]}
    assert files.keys() == {*BAD, *ODD, "reglement.md"}
    for name, (_, reason) in BAD.items():
        assert files[name]["fate"] == "failed"
        assert reason in files[name]["reason"], name
        assert len(files[name]["reason"].splitlines()) == 1
        assert files[name]["code"]
    assert {files[name]["fate"] for name in (*ODD, "reglement.md")} == {"added"}
    assert "is a Word document" in files["egentlig-word.pdf"]["warnings"][0]
    assert "is a PDF" in files["egentlig-pdf.docx"]["warnings"][0]
    listed = fresh("documents", "list", "--json").json
    texts = [fresh("documents", "show", document["id"], "--json").json["text"] for document in listed]
    assert any("båtplass på Ytterøya" in text for text in texts)
    assert any("Ordføreren åpner møtene" in text for text in texts)
    answered = fresh("ask", QUESTION)
    assert answered.status == 0
    assert "Rektor" in answered.out

    again = fresh("ingest", source, "--json")
    assert not again.json[0]["published"]
    repeated = {file["origin"]: (file["fate"], file["reason"]) for file in again.json[0]["files"]}
    for name in BAD:
        assert repeated[name] == ("failed", files[name]["reason"])
    assert {repeated[name][0] for name in (*ODD, "reglement.md")} == {"unchanged"}


def test_a_folder_with_only_bad_files_is_a_failure(source: Path, fresh: Any, tmp_path: Path) -> None:
    (tmp_path / "ingenting").mkdir()
    empty = fresh("ingest", tmp_path / "ingenting")
    assert (empty.status, empty.err) == (1, "")
    assert empty.out.endswith(": no documents found\n")
    put(source, "tom.pdf")
    put(source, "bilde.png")
    ran = fresh("ingest", source)
    assert ran.status == 1
    assert "2 failed" in ran.out
    assert "  failed     tom.pdf: the file is empty" in ran.out
    assert fresh("documents", "list", "--json").json == []
    alone = fresh("ingest", source / "bilde.png", "--json")
    assert (alone.status, alone.json[0]["files"][0]["code"]) == (1, "unsupported_format")
    assert fresh("ask", QUESTION).status == 3


def test_a_file_that_gets_damaged_keeps_its_last_good_version(source: Path, fresh: Any) -> None:
    (source / "reglement.docx").write_bytes(DOCX)
    fresh("ingest", source)
    (source / "reglement.docx").write_bytes(DOCX[:5000])
    ran = fresh("ingest", source)
    assert "failed     reglement.docx: a truncated or damaged" in ran.out
    assert len(fresh("documents", "list", "--json").json) == 1


def test_metadata_that_cannot_be_used_is_explained(source: Path, fresh: Any) -> None:
    (source / "a.md").write_text(GOOD, encoding="utf-8")
    (source / "a.md.yaml").write_text("tittel: Reglement\n", encoding="utf-8")
    (source / "b.md").write_text(GOOD, encoding="utf-8")
    (source / "b.md.yaml").write_text("valid_from: [\n", encoding="utf-8")
    ran = fresh("ingest", source)
    assert ran.status == 1
    assert "a.md: a.md.yaml: unknown field 'tittel'; use title, kind" in ran.out
    assert "b.md: b.md.yaml is not readable YAML" in ran.out


def test_a_file_that_may_not_be_opened_is_a_failure_of_its_own(source: Path, fresh: Any) -> None:
    (source / "reglement.md").write_text(GOOD, encoding="utf-8")
    (source / "laast.md").write_text(GOOD, encoding="utf-8")
    (source / "laast.md").chmod(0)
    if os.access(source / "laast.md", os.R_OK):
        pytest.skip("permissions do not bind root")
    ran = fresh("ingest", source)
    assert ran.status == 0
    assert "failed     laast.md: cannot be opened (Permission denied); check its permissions" in ran.out


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/plan.html", "https://10.0.0.1/plan.html", "https://[::1]/plan.html"]
)
def test_a_private_address_is_refused(source: Path, fresh: Any, address: str) -> None:
    ran = fresh("ingest", address)
    assert (ran.status, ran.out) == (1, "")
    assert (
        ran.err
        == f"mandat: {address}: an address of a private or reserved network; only public ones are fetched\n"
    )
    assert fresh("ingest", address, "--json").json["error"]["code"] == "address_refused"


def test_a_refused_address_does_not_undo_the_source_before_it(source: Path, fresh: Any) -> None:
    (source / "reglement.md").write_text(GOOD, encoding="utf-8")
    ran = fresh("ingest", source, "https://192.168.1.1/plan.html")
    assert ran.status == 0
    assert "https://192.168.1.1/plan.html: failed: " in ran.out
    assert "private" in ran.out
    assert [each["title"] for each in fresh("documents", "list", "--json").json] == ["Reglement"]


def test_a_home_that_is_no_folder_is_named(source: Path, run: Any, tmp_path: Path) -> None:
    (source / "reglement.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "fil").write_text("", encoding="utf-8")
    ran = run(tmp_path / "fil" / "hjem", "ingest", source)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"mandat: {tmp_path / 'fil' / 'hjem'} cannot be written to")
    assert "MANDAT_HOME" in ran.err
    database = run(tmp_path / "hjem", "ingest", source, MANDAT_DATABASE_URL="hemmelig")
    assert (database.status, database.out) == (2, "")
    assert "MANDAT_DATABASE_URL" in database.err
    assert "hemmelig" not in database.err


# Questions


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("", "out_of_scope"),
        (" \n\t ", "out_of_scope"),
        ("🙂🙂🙂", "out_of_scope"),
        ("?!…", "out_of_scope"),
        ("\x00\x1b[31m\x07", "out_of_scope"),
        ("Wer leitet die Besprechung der Verwaltung, und wie oft findet sie statt?", "out_of_scope"),
        ("Kuka johtaa kunnan johtoryhmää ja kuinka usein se kokoontuu?", "out_of_scope"),
        ("og i på det som er av til", ""),
        ("Hvem leder \x1b[31mHR-forum\x00 i Granvik\u202e?", ""),
        ("Hvem leder HR-forum i Granvik? " * 320, ""),
        ("a" * 10_000, ""),
        ("'; DROP TABLE documents; -- <script>alert(1)</script> Hvem leder HR-forum i Granvik?", ""),
        ('"HR-forum" AND (leder OR *) title:Granvik ~2 ^9 [a TO z]', ""),
    ],
)
def test_any_question_gets_a_sensible_reply(mandat: Any, question: str, outcome: str) -> None:
    ran = mandat("ask", question, "--json")
    assert ran.status in (0, 3)
    assert ran.err == ""
    reply = ran.json
    assert (ran.status == 0) == (reply["outcome"] in ("answered", "conflicting"))
    if outcome:
        assert reply["outcome"] == outcome
    plain = mandat("ask", question)
    assert (plain.status, plain.err) == (ran.status, "")
    assert plain.out.startswith(reply["text"])
    assert 10 < len(reply["text"]) <= 900
    odd = {unicodedata.category(character) for character in plain.out.replace("\n", "")} & {"Cc", "Cf", "Cs"}
    assert not odd
