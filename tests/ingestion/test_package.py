"""The checks every office file passes before anything parses it."""

from __future__ import annotations

import io
import struct
import zipfile

import office_files as make
import pytest

from assistant.errors import DamagedFile, EncryptedFile, TooLarge
from ingestion.reading.package import check_package, open_package


def test_a_plain_package_passes_and_yields_its_parts() -> None:
    data = make.docx(make.para("Hei"))
    check_package(data)
    opened = open_package(data)
    assert opened.related("", "officeDocument") == "word/document.xml"
    assert opened.related("word/document.xml", "numbering") == ""  # named, but not in the package


def test_a_bomb_by_ratio_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(TooLarge, match="times its size"):
        check_package(make.package({"word/document.xml": bytes(30_000_000)}))


def test_a_bomb_by_size_is_refused_by_its_declared_sizes() -> None:
    data = bytearray(make.package({"word/media/image1.png": bytes(range(256)) * 5_000}))
    directory = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, directory + 24, 201_000_000)
    with pytest.raises(TooLarge, match="unpacks to 201 MB"):
        check_package(bytes(data))


def test_too_many_elements_are_refused_over_all_parts_together() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("one.xml", "<a>" + "<b/>" * 1_000_000 + "</a>")
        archive.writestr("two.xml", "<a>" + "<b/>" * 1_000_000 + "</a>")
    with pytest.raises(TooLarge, match="XML elements"):
        check_package(buffer.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE w [<!ENTITY a "aaaa">]><w>&a;</w>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>'.encode("utf-16"),
        "<!DOCTYPE w><w/>".encode("utf-32"),
        "<!DOCTYPE w><w/>".encode("utf-16-le"),
        b'<?xml version="1.0" encoding="IBM037"?><w/>',
    ],
)
def test_a_document_type_is_refused_in_any_disguise(content: bytes) -> None:
    with pytest.raises(DamagedFile, match="document type"):
        check_package(make.package({"word/document.xml": content}))


def test_a_document_type_in_a_part_nobody_parses_is_let_be() -> None:
    check_package(make.package({"word/media/logo.svg": "<!DOCTYPE svg><svg/>", "content.xml": "<a/>"}))


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "empty"), (make.PDF_FILE, "a PDF"), (b"{\\rtf1}", "RTF"), (b"hei", "begins with")],
)
def test_what_is_no_package_is_named(data: bytes, said: str) -> None:
    with pytest.raises(DamagedFile, match=said):
        check_package(data)


def test_a_truncated_package_is_damaged_at_any_length() -> None:
    data = make.docx(make.para("Hei " * 200))
    for length in range(1, len(data), 97):
        with pytest.raises(DamagedFile):
            check_package(data[:length])


def test_a_flipped_byte_in_a_part_is_damage_not_text() -> None:
    data = bytearray(make.docx(make.para("Rådmannen vedtar " * 50)))
    at = data.find(b"word/document.xml") + 40
    data[at] ^= 0xFF
    with pytest.raises(DamagedFile):
        check_package(bytes(data))


def test_passwords_are_told_apart_from_damage() -> None:
    with pytest.raises(EncryptedFile, match="password"):
        check_package(make.OLE_FILE)
    locked = make.opendocument("<text:p>x</text:p>", manifest="<manifest:encryption-data/>")
    with pytest.raises(EncryptedFile, match="password"):
        check_package(locked)


def test_nesting_beyond_the_parser_is_too_large() -> None:
    opened = open_package(make.package({"a.xml": "<a>" * 400 + "</a>" * 400}))
    with pytest.raises(TooLarge, match="nested"):
        opened.xml("a.xml")


def test_a_missing_part_is_named() -> None:
    with pytest.raises(DamagedFile, match=r"word/styles\.xml is missing"):
        open_package(make.package({"a.xml": "<a/>"})).xml("word/styles.xml")


def test_relationships_resolve_upwards_absolutely_and_never_outside() -> None:
    parts = {
        "ppt/slides/_rels/slide1.xml.rels": make.relationships(
            ("a", "slideLayout", "../slideLayouts/slideLayout1.xml"), ("b", "notesSlide", "/ppt/notes1.xml")
        ).replace(
            "</Relationships>",
            '<Relationship Id="c" Type="x/image" TargetMode="External" Target="http://a/"/></Relationships>',
        )
    }
    found = open_package(make.package(dict(parts))).relations("ppt/slides/slide1.xml")
    assert {name: relation.target for name, relation in found.items()} == {
        "a": "ppt/slideLayouts/slideLayout1.xml",
        "b": "ppt/notes1.xml",
    }
