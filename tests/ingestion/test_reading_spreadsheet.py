"""Excel workbooks and CSV."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from assistant.errors import DamagedFile, EncryptedFile, ReadingError, TooLarge, UnsupportedFormat
from ingestion.reading import read_document
from ingestion.reading.reading import Reading
from ingestion.reading.spreadsheet_values import shown


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parts(reading: Reading) -> list[tuple[str, int, str]]:
    return [(b.kind.value, b.level, reading.text[b.start : b.end]) for b in reading.blocks]


def cells(reading: Reading, table: int = 0) -> list[list[str]]:
    return [[reading.text[a:b] for a, b in row.cells] for row in reading.tables[table].rows]


def delegation() -> Workbook:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Fullmakter"
    for row in (
        ["Delegeringsreglement 2024"],
        [],
        ["Sak", "Myndighet", None, "Merknad"],
        [None, "Rådmann", "Grense", None],
        ["Innkjøp", "Ja", 400000, "se § 5-6"],
        [None, "Nei", 0.25, datetime(2024, 3, 1)],  # noqa: DTZ001 - Excel knows no time zones
        ["Skjult", "x", 1, None],
        ["Felles for alle"],
    ):
        sheet.append(row)
    for merged in ("A1:D1", "B3:C3", "A3:A4", "A5:A6", "A8:D8"):
        sheet.merge_cells(merged)
    sheet["C5"].number_format = "#,##0"
    sheet["C6"].number_format = "0%"
    sheet["D6"].number_format = "dd.mm.yyyy"
    sheet.row_dimensions[7].hidden = True
    return book


def test_a_sheet_with_title_split_header_merged_cells_and_hidden_rows() -> None:
    reading = read_document("fullmakter.xlsx", saved(delegation()))
    assert parts(reading)[0] == ("heading", 1, "Delegeringsreglement 2024")
    assert reading.tables[0].header == ("Sak", "Myndighet / Rådmann", "Myndighet / Grense", "Merknad")
    assert cells(reading) == [
        ["Innkjøp", "Ja", "400 000", "se § 5-6"],
        ["Innkjøp", "Nei", "25%", "01.03.2024"],
        ["Felles for alle"] * 4,
    ]
    assert reading.warnings == ("sheet 'Fullmakter': 1 hidden row(s) and 0 hidden column(s) left out",)
    place = reading.blocks[0].place
    assert place is not None
    assert (place.kind, place.number, place.name) == ("sheet", 1, "Fullmakter")


def test_several_sheets_and_a_hidden_one() -> None:
    book = delegation()
    hidden = book.create_sheet("Lønn")
    hidden.append(["hemmelig", "tall"])
    hidden.sheet_state = "hidden"
    other = book.create_sheet("Kontakter")
    for row in (
        ["Navn", "Rolle"],
        ["Kari", "leder"],
        [],
        ["Vararepresentanter"],
        ["Navn", "For"],
        ["Ola", "Kari"],
    ):
        other.append(row)
    other["A4"].font = Font(bold=True)
    reading = read_document("a.xlsx", saved(book))
    headings = [(level, text) for kind, level, text in parts(reading) if kind == "heading"]
    assert headings == [
        (1, "Fullmakter"),
        (2, "Delegeringsreglement 2024"),
        (1, "Kontakter"),
        (2, "Vararepresentanter"),
    ]
    assert [table.header for table in reading.tables[1:]] == [("Navn", "Rolle"), ("Navn", "For")]
    assert "hemmelig" not in reading.text
    assert "hidden sheet(s) left out: Lønn" in reading.warnings


def test_a_blank_row_within_a_table_is_only_air() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Sak", "Hvem"], ["a", "b"], [], ["c", "d"]):
        sheet.append(row)
    assert cells(read_document("a.xlsx", saved(book))) == [["a", "b"], ["c", "d"]]


def test_parts_of_a_list_under_titles_keep_its_header() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Sak", "Hvem"],
        ["Lån", "Kommunestyret"],
        [],
        ["Oppvekst"],
        ["Opptak", "Rektor"],
        ["Permisjon", "Rektor"],
        [],
        ["Gjelder ikke vikarer."],
    ):
        sheet.append(row)
    reading = read_document("a.xlsx", saved(book))
    assert [table.header for table in reading.tables] == [("Sak", "Hvem")] * 2
    assert cells(reading, 1) == [["Opptak", "Rektor"], ["Permisjon", "Rektor"]]
    assert reading.text.endswith("Gjelder ikke vikarer.")


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (400000, "General", "400000"),
        (400000, "#,##0", "400 000"),
        (1234.5, "#,##0.00", "1 234,50"),
        (-1500, "#,##0;[Red]-#,##0", "-1 500"),
        (12.5, "General", "12,5"),
        (3.0, "General", "3"),
        (0.255, "0.0%", "25,5%"),
        (0.25, "0 %", "25 %"),
        (500, '#,##0 "kr"', "500 kr"),
        (500, "[$kr-414] #,##0", "kr 500"),
        (7, "000", "7"),
        (True, "General", "TRUE"),
        (date(2024, 3, 1), "yyyy-mm-dd", "2024-03-01"),
        (datetime(2024, 3, 1), "mm-dd-yy", "2024-03-01"),  # noqa: DTZ001
        (datetime(2024, 3, 1, 9, 5), "dd.mm.yyyy hh:mm", "01.03.2024 09:05"),  # noqa: DTZ001
        (datetime(2024, 3, 1), "d. mmmm yyyy", "2024-03-01"),  # noqa: DTZ001
        (time(14, 30), "h:mm", "14:30"),
        (timedelta(hours=37, minutes=30), "[h]:mm", "37:30"),
        ("§ 5-6", "General", "§ 5-6"),
        (None, "General", ""),
    ],
)
def test_values_as_they_are_seen(value: object, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


def test_one_cell_far_out_does_not_hang() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "nær", "fjern"
    assert read_document("a.xlsx", saved(book)).text.split() == ["nær", "fjern"]


def test_far_apart_cells_in_every_row_are_refused() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in range(1, 400):
        sheet.cell(row, 16_384, "x")
    with pytest.raises(TooLarge, match="far apart"):
        read_document("a.xlsx", saved(book))


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(TooLarge, match="more than 200000 cells"):
        read_document("a.csv", b"a;b;c;d\n" * 50_001)


@pytest.mark.parametrize(
    ("data", "header", "first"),
    [
        ("Sak;Beløp\nInnkjøp;400,5\nSalg;2,5\n", ("Sak", "Beløp"), ["Innkjøp", "400,5"]),
        ("Sak,Hvem\nInnkjøp,Leder\n", ("Sak", "Hvem"), ["Innkjøp", "Leder"]),
        ("Sak\tHvem\nInnkjøp, drift\tLeder\n", ("Sak", "Hvem"), ["Innkjøp, drift", "Leder"]),
        ('sep=|\nSak|Hvem\nInnkjøp|"Leder\ni skolen"\n', ("Sak", "Hvem"), ["Innkjøp", "Leder i skolen"]),
    ],
)
def test_csv(data: str, header: tuple[str, ...], first: list[str]) -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        reading = read_document("tabell.csv", data.encode(encoding))
        assert reading.tables[0].header == header
        assert cells(reading)[0] == first


def test_a_mislabelled_workbook_is_read_with_a_remark() -> None:
    reading = read_document("fullmakter.pdf", saved(delegation()))
    assert reading.warnings[0] == "named .pdf but is an Excel workbook: read as that"
    assert "Innkjøp" in reading.text


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_truncated_workbook(share: float) -> None:
    data = saved(delegation())
    with pytest.raises(DamagedFile):
        read_document("a.xlsx", data[: int(len(data) * share)])


def test_old_or_encrypted_office_files() -> None:
    with pytest.raises(EncryptedFile, match="old binary Office file"):
        read_document("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)


def test_other_zip_files() -> None:
    def zipped(**files: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as package:
            for name, content in files.items():
                package.writestr(name.replace("__", "."), content)
        return out.getvalue()

    with pytest.raises(UnsupportedFormat, match="unpack it"):
        read_document("a.zip", zipped(fil__txt="hei"))
    with pytest.raises(UnsupportedFormat, match="OpenDocument spreadsheet"):
        read_document("a.ods", zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"))
    with pytest.raises(DamagedFile):
        read_document("a.docx", b"PK\x03\x04" + b"\0" * 18 + b"x")


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    source = io.BytesIO(saved(delegation()))
    out = io.BytesIO()
    with zipfile.ZipFile(source) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in package.namelist():
            content = package.read(name)
            bomb.writestr(name, content.replace(b"<sheetData>", b"<sheetData>" + b" " * 60_000_000))
    with pytest.raises(TooLarge):
        read_document("bombe.xlsx", out.getvalue())


def test_damage_inside_a_package_is_a_named_error() -> None:
    data = bytearray(saved(delegation()))
    for at in range(300, len(data) - 300, 97):
        data[at] ^= 0xFF
    with pytest.raises(ReadingError):
        read_document("a.xlsx", bytes(data))
