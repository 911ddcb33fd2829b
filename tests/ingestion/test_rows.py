"""Table rows are cited with what they need, and no longer than a quote may be."""

from ingestion.passages import cut_passages
from ingestion.reading import markdown
from ingestion.reading.grid import Cover, GridCell, GridRow, TableWriter
from ingestion.reading.reading import BlockKind, Place, Reading, ReadingBuilder


def row(*cells: str | Cover, header: bool = False) -> GridRow:
    return GridRow(tuple(cell if isinstance(cell, Cover) else GridCell(cell) for cell in cells), header)


def table(
    *rows: GridRow, heading: str = "§ 7-1 Oversikt", place: Place | None = None, name: str = ""
) -> Reading:
    builder = ReadingBuilder()
    if heading:
        builder.add(BlockKind.HEADING, heading, level=2, place=place)
    writer = TableWriter(builder)
    writer.add(rows, place=place, name=name)
    return writer.build()


HEADER = row("Område", "Sak", "Avgjøres av", header=True)


def test_a_row_across_all_columns_is_a_title_over_the_rows_after_it() -> None:
    reading = table(
        HEADER,
        row("Økonomi", Cover.LEFT, Cover.LEFT),
        row("Krav", "Avskriving", "Økonomisjefen"),
        row("Personal", "", ""),
        row("Lønn", "Forhandlinger", "HR-sjefen"),
    )
    passages = cut_passages(reading, "d", "v", "nb")
    assert [(p.locator, p.heading_path, p.text) for p in passages] == [
        ("§ 7-1, rad 2", ("§ 7-1 Oversikt", "Økonomi"), "Krav | Avskriving | Økonomisjefen"),
        ("§ 7-1, rad 4", ("§ 7-1 Oversikt", "Personal"), "Lønn | Forhandlinger | HR-sjefen"),
    ]


def test_a_sentence_across_all_columns_is_a_passage() -> None:
    note = "Beløpene er uten merverdiavgift."
    reading = table(
        HEADER, row("Krav", "Avskriving", "A"), row(note, Cover.LEFT, Cover.LEFT), row("B", "C", "D")
    )
    assert note in [p.text for p in cut_passages(reading, "d", "v", "nb")]


def test_a_cell_merged_downwards_is_context_of_the_rows_it_covers() -> None:
    reading = table(HEADER, row("Innkjøp", "Varer", "A"), row(Cover.ABOVE, "Tjenester", "B"))
    last = cut_passages(reading, "d", "v", "nb")[-1]
    assert last.text == "Tjenester | B"
    assert last.context == "Innkjøp Område Sak Avgjøres av"


def test_a_numbered_row_is_cited_by_its_number() -> None:
    reading = table(
        row("Nr", "Ärende", "Delegat", header=True), row("1.1", "Upphandling", "Chef"), heading="§ 11 Lista"
    )
    assert [p.locator for p in cut_passages(reading, "d", "v", "sv")] == ["§ 11, nr 1.1"]


def test_a_table_of_keys_is_cited_by_them() -> None:
    reading = table(row("Møder:", "hver tirsdag"), row("Formand:", "borgmesteren"), heading="Direktionen")
    assert [p.locator for p in cut_passages(reading, "d", "v", "da")] == [
        "Direktionen, Møder",
        "Direktionen, Formand",
    ]


def test_a_row_of_a_sheet_is_cited_by_its_first_cell() -> None:
    reading = table(
        row("Rolle", "Grense", header=True),
        row("Enhetsleder", "250 000"),
        heading="Fullmakter",
        place=Place("sheet", 1, "Innkjøp"),
    )
    assert [p.locator for p in cut_passages(reading, "d", "v", "nb")] == ["ark Innkjøp · Enhetsleder"]


def test_two_nameless_tables_under_a_heading_are_told_apart() -> None:
    text = "# Grenser\n\n| Rolle | Beløp |\n|---|---|\n| A | 1 |\n\nog\n\n| Rolle | Beløp |\n|---|---|\n| B | 2 |\n"
    locators = [
        p.locator for p in cut_passages(markdown.read(text.encode()), "d", "v", "nb") if p.unit == "row"
    ]
    assert locators == ["Grenser, tabell 1, rad 1", "Grenser, tabell 2, rad 1"]


def test_the_name_of_a_table_is_in_the_path() -> None:
    reading = table(HEADER, row("A", "B", "C"), heading="Program", name="Innholdet i programmet")
    (passage,) = cut_passages(reading, "d", "v", "nb")
    assert passage.heading_path == ("Program", "Innholdet i programmet")
    assert passage.locator == "Innholdet i programmet, rad 1"


def test_a_long_row_is_cut_to_what_can_be_quoted() -> None:
    long = "Kommunedirektøren avgjør saken etter samråd med formannskapet. " * 20
    reading = table(HEADER, row("Anskaffelser", long, "Kommunedirektøren"), row("Kort", "sak", "her"))
    passages = cut_passages(reading, "d", "v", "nb")
    assert all(len(p.text) <= 700 for p in passages)
    assert {p.locator for p in passages[:-1]} == {"§ 7-1, rad 1"}
    assert {p.unit for p in passages} == {"row"}
    covered = "".join(p.text for p in passages[:-1])
    assert covered.count("Kommunedirektøren avgjør") == 20
    assert "Anskaffelser" in covered
