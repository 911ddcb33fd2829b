"""OpenDocument texts and presentations, as LibreOffice writes them."""

from __future__ import annotations

import io

import office_files as make
import pytest
from odf import opendocument as odfpy
from odf.style import Style, TextProperties
from odf.text import H, List, ListItem, P, Span
from reading_checks import check, headings, kinds, texts

from assistant.errors import DamagedFile, EncryptedFile, NoTextFound
from ingestion.reading.opendocument import read
from ingestion.reading.reading import BlockKind, Place, Reading


def reading(body: str, **parts: str) -> Reading:
    return check(read(make.opendocument(body, **parts)))


def heading(text: str, level: int = 1, extra: str = "") -> str:
    return f'<text:h text:outline-level="{level}" {extra}>{text}</text:h>'


def number(level: int, kind: str = "1", extra: str = "") -> str:
    return f'<text:list-level-style-number text:level="{level}" style:num-format="{kind}" {extra}/>'


def items(*each: str, extra: str = 'text:style-name="L"') -> str:
    inside = "".join(
        f"<text:list-item>{one if one.startswith('<') else f'<text:p>{one}</text:p>'}</text:list-item>"
        for one in each
    )
    return f"<text:list {extra}>{inside}</text:list>"


LEVELS = (
    '<text:list-style style:name="L">'
    + number(1, extra='style:num-suffix="."')
    + number(2, extra='text:display-levels="2"')
    + number(3, "a", 'style:num-suffix=")"')
    + "</text:list-style>"
)
HIDDEN = '<style:text-properties text:display="none"/>'
BULLETS = (
    '<text:list-style style:name="B"><text:list-level-style-bullet text:level="1" text:bullet-char="•"/>'
    '<text:list-level-style-bullet text:level="2" text:bullet-char="-"/></text:list-style>'
)


def test_numbered_lists_show_their_labels_through_levels_and_continuations() -> None:
    body = (
        items(
            "en",
            "<text:p>to</text:p>"
            + items("under", "<text:p>under</text:p>" + items("dypt", extra=""), extra=""),
        )
        + "<text:p>Mellom</text:p>"
        + items("tre", extra='text:style-name="L" text:continue-numbering="true"')
        + items("ny")
        + items("<text:p>fem</text:p>").replace("<text:list-item>", '<text:list-item text:start-value="5">')
    )
    assert texts(reading(body, automatic=LEVELS)) == [
        "1. en",
        "2. to",
        "2.1 under",
        "2.2 under",
        "a) dypt",
        "Mellom",
        "3. tre",
        "1. ny",
        "5. fem",
    ]


def test_a_list_continues_the_one_it_names() -> None:
    body = (
        items("a", extra='text:style-name="L" xml:id="x1"')
        + items("b", extra='text:style-name="L" xml:id="x2"')
        + items("c", extra='text:style-name="L" text:continue-list="x1"')
    )
    assert texts(reading(body, automatic=LEVELS)) == ["1. a", "1. b", "2. c"]


def test_bullets_are_items_with_their_depth_and_only_the_first_line_is_one() -> None:
    body = items(
        "<text:p>ytre</text:p><text:p>mer om ytre</text:p>" + items("indre", extra=""),
        extra='text:style-name="B"',
    )
    found = reading(body, automatic=BULLETS)
    assert [(block.kind, block.level) for block in found.blocks] == [
        (BlockKind.ITEM, 0),
        (BlockKind.PARAGRAPH, 0),
        (BlockKind.ITEM, 1),
    ]
    assert texts(found) == ["ytre", "mer om ytre", "indre"]


def test_headings_take_their_numbers_from_the_outline() -> None:
    outline = (
        "<text:outline-style>"
        '<text:outline-level-style text:level="1" style:num-format="1" style:num-prefix="Kapittel "/>'
        '<text:outline-level-style text:level="2" style:num-format="1" style:num-list-format="§ %1%-%2%"/>'
        '</text:outline-style><style:style style:name="Uten" '
        'style:family="paragraph" style:list-style-name=""/>'
    )
    body = (
        heading("Innledning")
        + heading("Formål", 2)
        + heading("Forord", 1, 'text:is-list-header="true"')
        + heading("Vedlegg", 1, 'text:style-name="Uten"')
        + heading("Virkeområde", 2)
        + heading("Myndighet")
        + heading("Delegering", 2, 'text:restart-numbering="true" text:start-value="4"')
    )
    assert headings(reading(body, styles=outline)) == [
        (1, "Kapittel 1 Innledning"),
        (2, "§ 1-1 Formål"),
        (1, "Forord"),
        (1, "Vedlegg"),
        (2, "§ 1-2 Virkeområde"),
        (1, "Kapittel 2 Myndighet"),
        (2, "§ 2-4 Delegering"),
    ]


def test_a_number_the_program_stored_is_trusted() -> None:
    body = heading("<text:number>§ 9</text:number>Gebyr") + items(
        "<text:number>i)</text:number><text:p>punkt</text:p>"
    )
    assert texts(reading(body, automatic=LEVELS)) == ["§ 9 Gebyr", "i) punkt"]


def test_only_what_is_shown_is_stored() -> None:
    automatic = (
        f'<style:style style:name="T" style:family="text">{HIDDEN}</style:style>'
        '<style:style style:name="P" style:family="paragraph" style:parent-style-name="Q"/>'
        f'<style:style style:name="Q" style:family="paragraph">{HIDDEN}</style:style>'
    )
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>slettet</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        '<text:p>Synlig <text:span text:style-name="T">skjult</text:span>'
        '<text:change text:change-id="1"/>tekst'
        '<text:s text:c="900000000"/>med<text:tab/>luft<text:line-break/>og linje'
        "<office:annotation><text:p>merknad</text:p></office:annotation></text:p>"
        '<text:p text:style-name="P">borte</text:p>'
        '<text:section text:display="none"><text:p>avsnitt</text:p></text:section>'
        "<text:section><text:p>åpent avsnitt</text:p></text:section>"
    )
    assert texts(reading(body, automatic=automatic)) == ["Synlig tekst med luft\nog linje", "åpent avsnitt"]


def test_notes_and_text_boxes_follow_their_paragraph() -> None:
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Jf. § 5</text:p>"
        "</text:note-body></text:note>"
    )
    inside = "<draw:text-box><text:p>I boksen</text:p></draw:text-box><svg:desc>bilde</svg:desc>"
    box = f"<draw:frame>{inside}</draw:frame>"
    found = reading(f"<text:p>Vedtak{note} gjelder.{box}</text:p><text:p>Etter</text:p>")
    assert kinds(found) == [
        (BlockKind.PARAGRAPH, "Vedtak gjelder."),
        (BlockKind.PARAGRAPH, "I boksen"),
        (BlockKind.NOTE, "1 Jf. § 5"),
        (BlockKind.PARAGRAPH, "Etter"),
    ]


def cell(text: str, extra: str = "") -> str:
    inside = text if text.startswith("<") else f"<text:p>{text}</text:p>"
    return f"<table:table-cell {extra}>{inside}</table:table-cell>"


COVERED = "<table:covered-table-cell/>"


def row(*cells: str) -> str:
    inside = "".join(one if one.startswith("<table") else cell(one) for one in cells)
    return f"<table:table-row>{inside}</table:table-row>"


def test_tables_with_header_rows_and_cells_merged_both_ways() -> None:
    body = "<table:table>" + (
        "<table:table-header-rows>"
        + row(
            cell("Sak", 'table:number-rows-spanned="2"'),
            cell("Hvem", 'table:number-columns-spanned="2"'),
            COVERED,
        )
        + row(COVERED, "Avgjør", "Innstiller")
        + "</table:table-header-rows>"
        + row(
            "Kjøp", cell("Rådmann", 'table:number-columns-spanned="2" table:number-rows-spanned="2"'), COVERED
        )
        + row("Salg", COVERED, COVERED)
        + row("Plan", "Utvalg", "Leder")
    )
    found = reading(f"{body}</table:table>")
    [table] = found.tables
    assert table.header == ("Sak", "Hvem / Avgjør", "Hvem / Innstiller")
    assert [[found.text[start:end] for start, end in line.cells] for line in table.rows] == [
        ["Kjøp", "Rådmann", "Rådmann"],
        ["Salg", "Rådmann", "Rådmann"],
        ["Plan", "Utvalg", "Leder"],
    ]
    assert found.text.count("Rådmann") == 1


def test_nested_tables_and_frames_of_one_cell() -> None:
    inner = "<table:table>" + row("Beløp", "Hvem") + row("10", "Leder") + "</table:table>"
    body = (
        "<table:table>"
        + row("Sak", "Regel")
        + row("Kjøp", cell(f"<text:p>Se under</text:p>{inner}"))
        + "</table:table>"
        "<table:table>" + row(cell(heading("Ramme") + "<text:p>Tekst</text:p>")) + "</table:table>"
    )
    found = reading(body)
    assert [table.header for table in found.tables] == [("Sak", "Regel"), ("Beløp", "Hvem")]
    assert kinds(found)[-2:] == [(BlockKind.HEADING, "Ramme"), (BlockKind.PARAGRAPH, "Tekst")]


def test_absurd_repetition_is_bounded() -> None:
    wide = cell("a", 'table:number-columns-repeated="999999999"')
    found = reading(f"<table:table>{row(wide, 'b')}{row('c', 'd')}</table:table>")
    assert len(found.tables[0].header) <= 64


def test_title_and_properties_and_contents() -> None:
    body = (
        '<text:p text:style-name="P1">Reglement</text:p>'
        "<text:table-of-content><text:index-body><text:p>1 Formål 3</text:p></text:index-body>"
        "</text:table-of-content>" + heading("Formål")
    )
    found = reading(
        body,
        automatic='<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>',
        styles='<style:style style:name="Title" style:family="paragraph"/>',
        meta="<dc:title>Utkast</dc:title><meta:initial-creator>Ola</meta:initial-creator>"
        "<meta:creation-date>2024-05-06T10:00:00</meta:creation-date><dc:date>2025-01-02T00:00:00</dc:date>",
    )
    assert found.properties == {
        "title": "Reglement",
        "author": "Ola",
        "created": "2024-05-06",
        "modified": "2025-01-02",
    }
    assert kinds(found) == [
        (BlockKind.HEADING, "Reglement"),
        (BlockKind.FURNITURE, "1 Formål 3"),
        (BlockKind.HEADING, "Formål"),
    ]


def test_a_text_made_by_another_library_is_read() -> None:
    document = odfpy.OpenDocumentText()
    bold = Style(name="Fet", family="text")
    bold.addElement(TextProperties(fontweight="bold"))
    document.automaticstyles.addElement(bold)
    document.text.addElement(H(outlinelevel=1, text="Ansvar"))
    for words in ("Formål", "Leder svarer for budsjettet."):
        line = P()
        line.addElement(Span(stylename=bold, text=words) if words == "Formål" else Span(text=words))
        document.text.addElement(line)
    listing, item = List(), ListItem()
    item.addElement(P(text="økonomi"))
    listing.addElement(item)
    document.text.addElement(listing)
    buffer = io.BytesIO()
    document.save(buffer)
    found = check(read(buffer.getvalue()))
    assert kinds(found) == [
        (BlockKind.HEADING, "Ansvar"),
        (BlockKind.HEADING, "Formål"),
        (BlockKind.PARAGRAPH, "Leder svarer for budsjettet."),
        (BlockKind.ITEM, "økonomi"),
    ]


def frame(kind: str, inside: str, at: str = "0cm", extra: str = "") -> str:
    named = f'presentation:class="{kind}"' if kind else ""
    return (
        f'<draw:frame {named} svg:x="1cm" svg:y="{at}" svg:width="5cm" svg:height="1cm" {extra}>'
        f"<draw:text-box>{inside}</draw:text-box></draw:frame>"
    )


def test_slides_have_titles_items_tables_and_notes_and_hidden_ones_are_left_out() -> None:
    automatic = BULLETS + (
        '<style:style style:name="dp2" style:family="drawing-page">'
        '<style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    )
    shown = (
        '<draw:page draw:name="p1">'
        + frame("", "<text:p>nederst</text:p>", "10cm")
        + frame(
            "outline",
            items("en", "<text:p>to</text:p>" + items("under", extra=""), extra='text:style-name="B"'),
            "4cm",
        )
        + '<draw:custom-shape svg:x="1cm" svg:y="8cm"><text:p>figur</text:p></draw:custom-shape>'
        + "<draw:frame svg:x='1cm' svg:y='9cm'><table:table>"
        + row("Sak", "Hvem")
        + row("Kjøp", "Leder")
        + "</table:table></draw:frame>"
        + frame("title", "<text:p>Lederforum</text:p>", "1cm")
        + frame("page-number", "<text:p>3</text:p>", "14cm")
        + frame("subtitle", "<text:p>Skriv her</text:p>", "2cm", 'presentation:placeholder="true"')
        + "<presentation:notes>"
        + frame("notes", "<text:p>Husk</text:p>")
        + "</presentation:notes></draw:page>"
    )
    hidden = f'<draw:page draw:style-name="dp2">{frame("title", "<text:p>Skjult</text:p>")}</draw:page>'
    found = reading(hidden + shown, automatic=automatic, kind="presentation")
    assert kinds(found) == [
        (BlockKind.HEADING, "Lederforum"),
        (BlockKind.ITEM, "en"),
        (BlockKind.ITEM, "to"),
        (BlockKind.ITEM, "under"),
        (BlockKind.PARAGRAPH, "figur"),
        (BlockKind.ROW, "Sak | Hvem"),
        (BlockKind.ROW, "Kjøp | Leder"),
        (BlockKind.PARAGRAPH, "nederst"),
        (BlockKind.NOTE, "Husk"),
    ]
    assert {block.place for block in found.blocks} == {Place("slide", 2)}
    assert headings(found) == [(2, "Lederforum")]
    assert found.properties["title"] == "Lederforum"
    assert found.warnings == ("Slide 1 is hidden and was not read",)


def test_groups_of_shapes_are_read_in_order() -> None:
    group = (
        "<draw:g>"
        + frame("", "<text:p>b</text:p>", "6cm")
        + frame("", "<text:p>a</text:p>", "5cm")
        + "</draw:g>"
    )
    body = "<draw:page>" + frame("", "<text:p>c</text:p>", "8cm") + group + "</draw:page>"
    assert texts(reading(body, kind="presentation")) == ["a", "b", "c"]


def test_bad_files_are_refused_by_name() -> None:
    with pytest.raises(DamagedFile, match="PDF"):
        read(make.PDF_FILE)
    with pytest.raises(EncryptedFile, match="password"):
        read(make.opendocument("<text:p>x</text:p>", manifest="<manifest:encryption-data/>"))
    with pytest.raises(DamagedFile, match=r"content\.xml is missing"):
        read(make.docx(make.para("x")))
    with pytest.raises(DamagedFile, match="no OpenDocument text"):
        read(make.opendocument("<table:table/>", kind="spreadsheet"))
    with pytest.raises(NoTextFound):
        read(make.opendocument("<text:p/>"))
    data = make.opendocument("<text:p>x</text:p>")
    with pytest.raises(DamagedFile):
        read(data[: len(data) - 40])
