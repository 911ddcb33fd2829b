"""Plain text and its encodings."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DamagedFile, NoTextFound, TooLarge, UnsupportedFormat
from ingestion.reading import Limits, read_document
from ingestion.reading.encoding import clean, decode, looks_binary, visible
from ingestion.reading.plaintext import read
from ingestion.reading.reading import BlockKind, Reading

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
PANGRAM = "Blåbærsyltetøy på Ærø, Åre och Östersund – §§ 5-6"


def parts(reading: Reading) -> list[tuple[str, int, str]]:
    return [(b.kind.value, b.level, reading.text[b.start : b.end]) for b in reading.blocks]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman"]
)
def test_nordic_letters_come_out_right(encoding: str) -> None:
    assert decode((PANGRAM * 3).encode(encoding)).text == PANGRAM * 3


@pytest.mark.parametrize("encoding", ["latin-1", "cp865"])
def test_old_encodings(encoding: str) -> None:
    text = "Blåbærsyltetøy på Ærø i Åre."
    assert decode(text.encode(encoding)).text == text


def test_broken_bytes_in_utf8_are_replaced_with_a_remark() -> None:
    decoded = decode("Rådmannen får årlig å møte ".encode() + b"\xff\xfe\xc3" + " på høsten".encode())
    assert decoded.text.startswith("Rådmannen får årlig å møte \ufffd")
    assert decoded.text.endswith(" på høsten")
    assert "not utf-8" in decoded.warnings[0]


def test_a_declared_encoding_is_not_believed_against_valid_utf8() -> None:
    assert decode("Rødøy".encode(), "iso-8859-1").text == "Rødøy"
    assert decode("Łódź".encode("iso-8859-2"), "iso-8859-2").text == "Łódź"
    assert decode("Rødøy".encode("cp1252"), "zip").text == "Rødøy"


def test_clean_changes_line_ends_controls_and_composition_only() -> None:
    assert clean("a\r\nb\rc\x00\x07d\ufeff A\u030a\te") == "a\nb\ncd Å\te"
    assert visible("dele\u00adgerings\u200breglement 5\u00a0000") == "delegeringsreglement 5 000"


def test_the_text_is_the_file_unchanged() -> None:
    source = "  Innledning\n\n\n  To  blanke.\u00a0Ja\u00adnei \n"
    assert read(source.encode()).text == source


@given(st.text())
def test_blocks_are_ordered_spans_that_lose_no_letter(source: str) -> None:
    reading = read(source.encode("utf-8", "replace"))
    end = 0
    for block in reading.blocks:
        assert end <= block.start < block.end
        end = block.end
    inside = "".join(reading.text[b.start : b.end] for b in reading.blocks)
    assert [c for c in inside if c.isalpha() and c != "o"] == [
        c for c in reading.text if c.isalpha() and c != "o"
    ]


def test_headings_items_and_paragraphs() -> None:
    source = """Reglement for Solvik

KAPITTEL 1 FORMÅL
Dette er formålet med
reglementet i kommunen.

§ 5-6. Formannskapet

Formannskapet har disse oppgavene:
- budsjett
  – underpunkt
    som fortsetter
- skatt
1) først
a) så

1.2 Myndighet
Rådmannen leder.

3 kap.
Tekst her.

§ 1. Loven gælder for alle kommuner, medmindre andet følger af denne lov.
"""
    assert parts(read(source.encode())) == [
        ("heading", 1, "Reglement for Solvik"),
        ("heading", 2, "KAPITTEL 1 FORMÅL"),
        ("paragraph", 0, "Dette er formålet med\nreglementet i kommunen."),
        ("heading", 3, "§ 5-6. Formannskapet"),
        ("paragraph", 0, "Formannskapet har disse oppgavene:"),
        ("item", 0, "budsjett"),
        ("item", 1, "underpunkt\n    som fortsetter"),
        ("item", 0, "skatt"),
        ("item", 0, "1) først"),
        ("item", 0, "a) så"),
        ("heading", 3, "1.2 Myndighet"),
        ("paragraph", 0, "Rådmannen leder."),
        ("heading", 2, "3 kap."),
        ("paragraph", 0, "Tekst her."),
        ("paragraph", 0, "§ 1. Loven gælder for alle kommuner, medmindre andet følger af denne lov."),
    ]


def test_a_wrapped_line_that_begins_with_a_section_sign_is_no_heading() -> None:
    source = "Kommunen følger reglene i\n§ 5-6 tredje ledd og\nKapittel 3 om møter."
    assert [kind for kind, _, _ in parts(read(source.encode()))] == ["paragraph"]


def test_numbered_lines_are_a_list_and_single_ones_are_not() -> None:
    assert parts(read(b"1. Budsjett\n2. Skatt")) == [("item", 0, "1. Budsjett"), ("item", 0, "2. Skatt")]
    assert parts(read(b"1. Formaal\n\nTekst som forklarer."))[0] == ("heading", 2, "1. Formaal")


def test_short_lines_without_a_text_under_them_are_no_headings() -> None:
    names = "\n\n".join(f"Vedtekt nummer {word}" for word in ("en", "to", "tre", "fire"))
    assert {kind for kind, _, _ in parts(read(names.encode()))} == {"paragraph"}


def test_transcript_lines_of_slides_stay_whole() -> None:
    line = "12 Organisasjonsutvikling l Roller og funksjoner \uf02d Strategisk ledelse \uf02d Økonomi"
    assert parts(read(f"{line}\n\n13 Neste".encode())) == [
        ("paragraph", 0, line),
        ("paragraph", 0, "13 Neste"),
    ]
    long = "- " + "sikre at vedtak følges opp " * 40
    assert [kind for kind, _, _ in parts(read(long.encode()))] == ["paragraph"]


def test_a_large_text_is_refused_with_the_limit() -> None:
    with pytest.raises(TooLarge, match="50 MB, and a text file may have 20 MB"):
        read_document("stor.txt", b"linje med tekst\n" * (50 * 1024 * 1024 // 16))
    with pytest.raises(TooLarge, match="a file may have"):
        read_document("stor.txt", b"abc" * 10, limits=Limits(file_bytes=20))


def test_empty_and_blank_files() -> None:
    with pytest.raises(DamagedFile, match="empty"):
        read_document("tom.txt", b"")
    with pytest.raises(NoTextFound):
        read_document("blank.txt", b" \n\t\n ---\n")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("bilde.png", b"\x89PNG\r\n\x1a\n\0\0", "PNG image"),
        ("foto.txt", b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG image"),
        ("program", b"\x7fELF\x02\x01\x01\0", "a program"),
        ("setup.exe", b"MZ\x90\0\x03\0", "a program"),
        ("ukjent", bytes(range(256)) * 8, "binary content"),
        ("notat.txt", b"\x00\x01\x02\x03" * 100, "binary content"),
        ("brev.rtf", b"{\\rtf1 hei}", "RTF"),
        ("settings.yaml", b"a: 1", ".yaml file"),
        ("data.json", b"{}", ".json file"),
        ("kode.tex", b"\\section{Hei}", ".tex file"),
    ],
)
def test_other_formats_are_refused_by_name(name: str, data: bytes, words: str) -> None:
    with pytest.raises(UnsupportedFormat) as refused:
        read_document(name, data)
    assert words in str(refused.value)
    assert "we read PDF" in str(refused.value)


def test_a_name_without_an_extension_is_read_as_text() -> None:
    assert read_document("Møte nr. 3", "Hei på deg".encode()).text == "Hei på deg"


def test_binary_is_told_from_wide_text() -> None:
    assert not looks_binary("Rådmannen".encode("utf-16"))
    assert not looks_binary(codecs.BOM_UTF8 + b"hei")
    assert looks_binary(b"\x00\x03\x04" * 50)


def test_the_seeds_keep_every_character() -> None:
    if not SEEDS.exists():
        pytest.skip("needs ../shared/seeds")
    for path in sorted(SEEDS.glob("*.txt")):
        reading = read_document(path.name, path.read_bytes())
        assert reading.text == path.read_text(encoding="utf-8")
        assert any(block.kind is BlockKind.PARAGRAPH for block in reading.blocks)
