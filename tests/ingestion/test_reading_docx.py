"""Word documents: what a person sees on the page is what is stored."""

from __future__ import annotations

import io

import docx as python_docx
import office_files as make
import pytest
from office_files import cell, level, numbering, para, row, run, table
from reading_checks import check, headings, kinds, texts

from assistant.errors import DamagedFile, EncryptedFile, NoTextFound, TooLarge
from ingestion.reading.docx import read
from ingestion.reading.reading import BlockKind, Reading

LINKED = make.STYLES.replace(
    '<w:outlineLvl w:val="0"/>', '<w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/>'
).replace(
    '<w:outlineLvl w:val="1"/>',
    '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="1"/>',
)
CHAPTERS = {
    "0": level(0, "Kapittel %1.", extra='<w:pStyle w:val="Overskrift1"/>')
    + level(1, "§ %1-%2", extra='<w:pStyle w:val="Overskrift2"/>')
    + level(2, "%3)", "lowerLetter")
}


def reading(body: str, **parts: str) -> Reading:
    return check(read(make.docx(body, **parts)))


def lines(body: str, **parts: str) -> list[str]:
    return texts(reading(body, **parts))


def listed(*levels: int, lists: dict[str, str] | None = None, num: str = "1") -> str:
    return "".join(para(f"p{at}", num=num, level=each) for at, each in enumerate(levels))


def test_section_numbers_come_from_the_lists_that_heading_styles_are_tied_to() -> None:
    body = (
        para("Innledning", style="Overskrift1")
        + para("Formål", style="Overskrift2")
        + para("første", num="1", level=2)
        + para("andre", num="1", level=2)
        + para("Virkeområde", style="Overskrift2")
        + para("tredje", num="1", level=2)
        + para("Myndighet", style="Overskrift1")
        + para("Delegering", style="Overskrift2")
    )
    found = reading(body, styles=LINKED, numbering=numbering(CHAPTERS, {"1": "0"}))
    assert texts(found) == [
        "Kapittel 1. Innledning",
        "§ 1-1 Formål",
        "a) første",
        "b) andre",
        "§ 1-2 Virkeområde",
        "a) tredje",
        "Kapittel 2. Myndighet",
        "§ 2-1 Delegering",
    ]
    assert headings(found)[:2] == [(1, "Kapittel 1. Innledning"), (2, "§ 1-1 Formål")]
    assert found.blocks[2].kind is BlockKind.ITEM
    assert found.blocks[2].level == 2


def test_a_paragraph_numbered_as_a_section_is_no_list_item() -> None:
    found = reading(
        para("Rådmannen avgjør.", num="1", level=0) + para("punkt", num="1", level=1),
        numbering=numbering({"0": level(0, "§ %1") + level(1, "%2.")}, {"1": "0"}),
    )
    assert kinds(found) == [
        (BlockKind.PARAGRAPH, "§ 1 Rådmannen avgjør."),
        (BlockKind.ITEM, "1. punkt"),
    ]


def test_a_start_override_restarts_once_and_other_lists_of_the_same_kind_run_on() -> None:
    restart = '0 <w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    body = listed(0, 0) + listed(0, 0, num="2") + listed(0, 0, num="3")
    found = lines(body, numbering=numbering({"0": level(0, "%1.")}, {"1": "0", "2": restart, "3": "0"}))
    assert [line.split()[0] for line in found] == ["1.", "2.", "5.", "6.", "7.", "8."]


@pytest.mark.parametrize(
    ("restart", "expected"),
    [("", ["1", "1.1", "2", "2.1"]), ('<w:lvlRestart w:val="0"/>', ["1", "1.1", "2", "2.2"])],
)
def test_deeper_levels_restart_unless_told_not_to(restart: str, expected: list[str]) -> None:
    found = lines(
        listed(0, 1, 0, 1),
        numbering=numbering({"0": level(0, "%1") + level(1, "%1.%2", extra=restart)}, {"1": "0"}),
    )
    assert [line.split()[0] for line in found] == expected


def test_a_level_never_used_stands_at_its_start() -> None:
    # LibreOffice shows the same for this file: 1.1, 1.2, 2., 2.1
    definition = numbering({"0": level(0, "%1.") + level(1, "%1.%2")}, {"1": "0"})
    assert [line.split()[0] for line in lines(listed(1, 1, 0, 1), numbering=definition)] == [
        "1.1",
        "1.2",
        "2.",
        "2.1",
    ]


@pytest.mark.parametrize(
    ("number_format", "expected"),
    [
        ("upperRoman", "IV"),
        ("lowerRoman", "iv"),
        ("lowerLetter", "d"),
        ("upperLetter", "D"),
        ("decimalZero", "04"),
        ("decimal", "4"),
        ("chicago", "4"),
    ],
)
def test_number_formats(number_format: str, expected: str) -> None:
    definition = numbering({"0": level(0, "%1", number_format, start=4)}, {"1": "0"})
    assert lines(para("x", num="1"), numbering=definition) == [f"{expected} x"]


def test_a_legal_level_writes_every_number_in_figures() -> None:
    definition = numbering(
        {"0": level(0, "%1", "upperRoman") + level(1, "%1.%2", extra="<w:isLgl/>")}, {"1": "0"}
    )
    assert lines(listed(0, 1), numbering=definition) == ["I p0", "1.1 p1"]


def test_a_list_style_link_is_followed() -> None:
    styles = make.STYLES + (
        '<w:style w:type="numbering" w:styleId="Liste"><w:name w:val="Liste"/>'
        '<w:pPr><w:numPr><w:numId w:val="9"/></w:numPr></w:pPr></w:style>'
    )
    definition = numbering(
        {"0": '<w:numStyleLink w:val="Liste"/>', "1": '<w:styleLink w:val="Liste"/>' + level(0, "Pkt. %1")},
        {"1": "0", "9": "1"},
    )
    assert lines(para("x", num="1"), styles=styles, numbering=definition) == ["Pkt. 1 x"]


def test_numbering_switched_off_on_the_paragraph_wins_over_its_style() -> None:
    body = (
        para("A", style="Overskrift1")
        + para("Uten", style="Overskrift1", num="0")
        + para("B", style="Overskrift1")
    )
    assert lines(body, styles=LINKED, numbering=numbering(CHAPTERS, {"1": "0"})) == [
        "Kapittel 1. A",
        "Uten",
        "Kapittel 2. B",
    ]


def test_absurd_numbering_does_not_exhaust_memory() -> None:
    definition = numbering(
        {"0": level(0, "%1", "upperRoman", start=10**12) + level(1, "%2", "lowerLetter", start=10**9)},
        {"1": "0"},
    )
    assert len("".join(lines(listed(0, 1, 99), numbering=definition))) < 100


def test_bullets_are_items_with_their_depth_and_no_glyph() -> None:
    definition = numbering({"0": level(0, "•", "bullet") + level(1, "o", "bullet")}, {"1": "0"})
    found = reading(listed(0, 1) + para("– skrevet for hånd") + para("-5 grader"), numbering=definition)
    assert [(block.kind, block.level) for block in found.blocks] == [
        (BlockKind.ITEM, 0),
        (BlockKind.ITEM, 1),
        (BlockKind.ITEM, 0),
        (BlockKind.PARAGRAPH, 0),
    ]
    assert texts(found) == ["p0", "p1", "skrevet for hånd", "-5 grader"]


def test_heading_levels_by_name_outline_and_inheritance() -> None:
    styles = make.STYLES + (
        '<w:style w:type="paragraph" w:styleId="Lokal"><w:name w:val="Lokal"/>'
        '<w:basedOn w:val="Overskrift2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="R3"><w:name w:val="Rubrik 3"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Ring"><w:name w:val="Ring"/>'
        '<w:basedOn w:val="Ring"/></w:style>'
    )
    body = (
        para("Lokal", style="Lokal")
        + para("Svensk", style="R3")
        + para("Direkte", extra='<w:outlineLvl w:val="3"/>')
        + para("Brødtekst", style="Overskrift1", extra='<w:outlineLvl w:val="9"/>')
        + para("Ring", style="Ring")
    )
    found = reading(body, styles=styles)
    assert headings(found) == [(2, "Lokal"), (3, "Svensk"), (4, "Direkte")]


def test_a_clause_in_a_heading_style_is_a_paragraph() -> None:
    clause = "Kommunestyret delegerer til kommunedirektøren " * 6
    assert kinds(reading(para(clause, style="Overskrift2")))[0][0] is BlockKind.PARAGRAPH


def test_a_bold_line_above_text_is_a_heading_one_below_the_last() -> None:
    body = (
        para("Del", style="Overskrift1")
        + para(run("Formål", "<w:b/>"))
        + para("Forumet skal samordne.")
        + para(run("Viktig: ", "<w:b/>") + run("frist"))
        + para(run("Slutt", "<w:b/>"))
    )
    assert headings(reading(body)) == [(1, "Del"), (2, "Formål")]


def test_title_and_core_properties() -> None:
    core = (
        "<dc:title>Microsoft Word - gammel.doc</dc:title><dc:creator>Kari Nordmann</dc:creator>"
        "<dcterms:created>2024-03-01T09:00:00Z</dcterms:created><dcterms:modified>2025-01-31T00:00:00Z</dcterms:modified>"
    )
    found = reading(para("Delegeringsreglement", style="Tittel") + para("Tekst"), core=core)
    assert found.properties == {
        "title": "Delegeringsreglement",
        "author": "Kari Nordmann",
        "created": "2024-03-01",
        "modified": "2025-01-31",
    }
    assert headings(found) == [(1, "Delegeringsreglement")]
    assert "title" not in reading(para("Tekst"), core=core).properties


def test_tracked_changes_are_read_as_accepted() -> None:
    body = (
        para(
            run("Rådmannen ")
            + "<w:del><w:r><w:delText>kan</w:delText></w:r></w:del>"
            + f"<w:ins>{run('skal')}</w:ins><w:moveFrom>{run('borte')}</w:moveFrom>"
            + f"<w:moveTo>{run(' straks')}</w:moveTo>"
        )
        + para("Delt", extra="<w:rPr><w:del/></w:rPr>")
        + para("setning")
        + table(
            row("a", "b"), row("slettet", "rad", properties="<w:del/>"), row("c", "d", properties="<w:ins/>")
        )
    )
    found = reading(body)
    assert texts(found)[:2] == ["Rådmannen skal straks", "Delt setning"]
    assert "slettet" not in found.text
    assert "c | d" in found.text


def test_hidden_text_is_not_stored_by_run_style_or_paragraph() -> None:
    styles = make.STYLES + (
        '<w:style w:type="character" w:styleId="Skjult"><w:name w:val="Skjult"/>'
        "<w:rPr><w:vanish/></w:rPr></w:style>"
    )
    body = para(
        run("Synlig ")
        + run("hemmelig", "<w:vanish/>")
        + run("skjult", '<w:rStyle w:val="Skjult"/>')
        + run("vist", '<w:rStyle w:val="Skjult"/><w:vanish w:val="0"/>')
    )
    assert lines(body, styles=styles) == ["Synlig vist"]


def test_hidden_paragraphs_do_not_count() -> None:
    hidden = para(run("x", "<w:vanish/>"), num="1", level=0, extra="<w:rPr><w:vanish/></w:rPr>")
    body = para("en", num="1", level=0) + hidden + para("to", num="1", level=0)
    assert lines(body, numbering=numbering({"0": level(0, "%1.")}, {"1": "0"})) == ["1. en", "2. to"]


def test_fields_show_their_result_only() -> None:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    nested = mark("begin") + run("IGNORERT") + mark("separate") + run("2") + mark("end")
    body = (
        para(
            run("Se § ")
            + mark("begin")
            + "<w:r><w:instrText> REF _Ref1 \\h </w:instrText></w:r>"
            + nested
            + mark("separate")
            + run("1-2")
            + mark("end")
            + f'<w:fldSimple w:instr="PAGE">{run(" side 4")}</w:fldSimple>'
        )
        + para(run("Åpent felt ") + mark("begin") + run("borte"))
        + para("Resten er her")
    )
    assert lines(body) == ["Se § 1-2 side 4", "Åpent felt", "Resten er her"]


def test_form_fields_and_picture_signs_show_what_a_person_sees() -> None:
    box = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>'
        '</w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    sign = '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    assert lines(para(box + run(" Ja ") + sign)) == ["☒ Ja ✓"]


def test_controls_links_smart_tags_and_breaks() -> None:
    body = (
        f"<w:sdt><w:sdtContent>{para('I kontroll')}</w:sdtContent></w:sdt>"
        f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr>"
        f"<w:sdtContent>{para('Klikk her')}</w:sdtContent></w:sdt>"
        + para(
            f'<w:hyperlink r:id="x">{run("lenke")}</w:hyperlink><w:smartTag>{run(" merke")}</w:smartTag>'
            f"<w:sdt><w:sdtContent>{run(' felt')}</w:sdtContent></w:sdt>"
            "<w:r><w:tab/><w:t>tab</w:t><w:br/><w:t>linje</w:t></w:r>"
            "<w:r><w:t> 13</w:t><w:noBreakHyphen/><w:t>1 kom</w:t><w:softHyphen/><w:t>mune\xa0A</w:t></w:r>"
        )
    )
    assert lines(body) == ["I kontroll", "lenke merke felt tab\nlinje 13-1 kommune A"]


def test_a_text_box_written_twice_is_stored_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{para('I boksen')}{para('Mer')}</w:txbxContent>"
    body = para(
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>"
        f"{box}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>" + run("Anker")
    ) + para("Etter")
    assert lines(body) == ["Anker", "I boksen", "Mer", "Etter"]


def test_notes_follow_the_paragraph_that_refers_to_them_once_with_their_number() -> None:
    def refer(kind: str, at: int) -> str:
        return f'<w:r><w:{kind}Reference w:id="{at}"/></w:r>'

    footnotes = (
        f'<w:footnote w:id="-1" w:type="separator">{para("")}</w:footnote>'
        f'<w:footnote w:id="7">{para("<w:r><w:footnoteRef/></w:r>" + run(" Jf. § 5-1."))}</w:footnote>'
        f'<w:footnote w:id="3">{para("Andre")}</w:footnote>'
    )
    body = para(run("Vedtak") + refer("footnote", 7) + run(" gjelder.") + refer("footnote", 7)) + para(
        run("Mer") + refer("footnote", 3) + refer("endnote", 2)
    )
    endnotes = f'<w:endnote w:id="2">{para("Sluttnote")}</w:endnote>'
    found = reading(body, footnotes=footnotes, endnotes=endnotes)
    assert kinds(found) == [
        (BlockKind.PARAGRAPH, "Vedtak gjelder."),
        (BlockKind.NOTE, "1 Jf. § 5-1."),
        (BlockKind.PARAGRAPH, "Mer"),
        (BlockKind.NOTE, "2 Andre"),
        (BlockKind.NOTE, "i Sluttnote"),
    ]


def cells_of(found: Reading, at: int = 0) -> list[list[str]]:
    return [[found.text[start:end] for start, end in line.cells] for line in found.tables[at].rows]


def test_merged_cells_have_the_same_text_in_each_position_both_ways() -> None:
    found = reading(
        table(
            row("Sak", "Hvem", "Grense"),
            row("Innkjøp", cell("Rådmann", '<w:vMerge w:val="restart"/>'), "1 mill."),
            row("Salg", cell("", "<w:vMerge/>"), ""),
            row(cell("Alt annet", '<w:gridSpan w:val="2"/>'), "0"),
        )
    )
    assert found.tables[0].header == ("Sak", "Hvem", "Grense")
    assert cells_of(found) == [
        ["Innkjøp", "Rådmann", "1 mill."],
        ["Salg", "Rådmann", ""],
        ["Alt annet", "Alt annet", "0"],
    ]
    assert found.text.count("Rådmann") == 1
    assert found.text.count("Alt annet") == 1


def test_two_marked_header_rows_are_joined_a_column_and_repeats_are_dropped() -> None:
    mark = "<w:tblHeader/>"
    found = reading(
        table(
            row(
                cell("Sak", '<w:vMerge w:val="restart"/>'),
                cell("Myndighet", '<w:gridSpan w:val="2"/>'),
                properties=mark,
            ),
            row(cell("", "<w:vMerge/>"), "Avgjør", "Innstiller", properties=mark),
            row("Budsjett", "Kommunestyret", "Formannskapet"),
            row("Sak", "Avgjør", "Innstiller"),
            row("Plan", "Utvalg", "Rådmann"),
        )
    )
    assert found.tables[0].header == ("Sak", "Myndighet / Avgjør", "Myndighet / Innstiller")
    assert cells_of(found) == [["Budsjett", "Kommunestyret", "Formannskapet"], ["Plan", "Utvalg", "Rådmann"]]


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ((row("Rolle", "Ansvar"), row("Leder", "Alt")), ("Rolle", "Ansvar")),
        ((row("2024", "2025"), row("1", "2")), ("", "")),
        ((row("Formål:", "Samordne"), row("Leder:", "Rådmann")), ("", "")),
        (
            (row("Formål", "Forumet skal sikre samordning mellom sektorene i kommunen."), row("Leder", "x")),
            ("", ""),
        ),
        ((row("Samme", "Samme"), row("a", "b")), ("", "")),
    ],
)
def test_a_first_row_is_a_header_when_it_looks_like_one(
    rows: tuple[str, ...], header: tuple[str, ...]
) -> None:
    found = reading(table(*rows))
    assert found.tables[0].header == header
    assert len(found.tables[0].rows) == len(rows) - (header != ("", ""))


def test_bold_keys_in_the_first_column_are_no_header_but_a_bold_first_row_is() -> None:
    def bold(text: str) -> str:
        return cell(para(run(text, "<w:b/>")))

    keys = reading(table(row(bold("Leder"), "Kari"), row(bold("Møter"), "Ukentlig")))
    assert keys.tables[0].header == ("", "")
    names = reading(table(row(bold("2024"), bold("2025")), row("1", "2")))
    assert names.tables[0].header == ("2024", "2025")


def test_a_nested_table_is_its_own_table_after_the_outer_and_order_is_kept() -> None:
    inner = table(row("Beløp", "Hvem"), row("10", "Leder"))
    found = reading(
        para("Før")
        + table(row("Sak", "Regel"), row("Kjøp", cell(para("Se under") + inner + para(""))))
        + para("Etter")
    )
    assert found.tables[0].header == ("Sak", "Regel")
    assert cells_of(found) == [["Kjøp", "Se under"]]
    assert found.tables[1].header == ("Beløp", "Hvem")
    positions = [found.text.index(word) for word in ("Før", "Se under", "Beløp", "Etter")]
    assert positions == sorted(positions)


def test_a_frame_of_one_cell_is_its_content() -> None:
    found = reading(table(row(cell(para("Ramme", style="Overskrift1") + para("Tekst")))))
    assert kinds(found) == [(BlockKind.HEADING, "Ramme"), (BlockKind.PARAGRAPH, "Tekst")]


def test_a_row_across_the_top_names_the_table_and_a_caption_does_too() -> None:
    top = row(cell("Delegasjonsmatrise", '<w:gridSpan w:val="2"/>'))
    found = reading(table(top, row("Sak", "Hvem"), row("Kjøp", "Leder")))
    assert (found.tables[0].name, found.tables[0].header) == ("Delegasjonsmatrise", ("Sak", "Hvem"))
    styles = make.STYLES + '<w:style w:type="paragraph" w:styleId="B"><w:name w:val="caption"/></w:style>'
    captioned = reading(
        para("Tabell 1 Roller", style="B") + table(row("A", "B"), row("c", "d")), styles=styles
    )
    assert captioned.tables[0].name == "Tabell 1 Roller"


def test_absurd_spans_are_bounded() -> None:
    found = reading(table(row(cell("a", '<w:gridSpan w:val="99999999"/>'), "b"), row("c", "d")))
    assert len(found.tables[0].header) <= 64


def test_a_diagram_keeps_its_hierarchy() -> None:
    def point(name: str, text: str, kind: str = "node") -> str:
        words = f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"
        return f'<dgm:pt modelId="{name}" type="{kind}"><dgm:t>{words}</dgm:t></dgm:pt>'

    def link(parent: str, child: str, order: int) -> str:
        return f'<dgm:cxn srcId="{parent}" destId="{child}" srcOrd="{order}"/>'

    data = (
        '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst>'
        + point("0", "", "doc")
        + point("3", "Helse")
        + point("1", "Rådmann")
        + point("2", "Skole")
        + "</dgm:ptLst><dgm:cxnLst>"
        + link("0", "1", 0)
        + link("1", "3", 1)
        + link("1", "2", 0)
        + "</dgm:cxnLst></dgm:dataModel>"
    )
    parts = make.docx_parts(
        para('<w:r><w:drawing><dgm:relIds r:dm="rId9"/></w:drawing></w:r>'),
        extra={"word/diagrams/data1.xml": data},
        relations=(("rId9", "diagramData", "diagrams/data1.xml"),),
    )
    found = check(read(make.package(parts)))
    assert [(block.level, text) for block, text in zip(found.blocks, texts(found), strict=True)] == [
        (0, "Rådmann"),
        (1, "Skole"),
        (1, "Helse"),
    ]


def test_a_contents_list_is_furniture() -> None:
    styles = make.STYLES + '<w:style w:type="paragraph" w:styleId="INNH1"><w:name w:val="toc 1"/></w:style>'
    found = reading(para("1 Formål 3", style="INNH1") + para("Formål", style="Overskrift1"), styles=styles)
    assert [block.kind for block in found.blocks] == [BlockKind.FURNITURE, BlockKind.HEADING]


def test_the_strict_vocabulary_is_read_as_the_common_one() -> None:
    parts = make.docx_parts(para("Streng", style="Overskrift1"))
    strict = {
        name: content.replace(make.W_NS, "http://purl.oclc.org/ooxml/wordprocessingml/main").replace(
            make.R_NS, "http://purl.oclc.org/ooxml/officeDocument/relationships"
        )
        for name, content in parts.items()
        if isinstance(content, str)
    }
    assert headings(check(read(make.package(strict)))) == [(1, "Streng")]


def test_a_document_made_by_another_library_is_read_without_its_headers() -> None:
    document = python_docx.Document()
    document.sections[0].header.paragraphs[0].text = "Kommunens brevhode"
    document.core_properties.title = "Lederavtale"
    document.add_heading("Lederavtale", 0)
    document.add_heading("Ansvar", 1)
    document.add_paragraph("Lederen svarer for budsjettet.")
    document.add_paragraph("økonomi", style="List Bullet")
    document.add_paragraph("under", style="List Bullet 2")
    document.add_paragraph("først", style="List Number")
    grid = document.add_table(2, 2)
    for at, text in enumerate(("Rolle", "Fullmakt", "Leder", "50 000")):
        grid.cell(at // 2, at % 2).text = text
    buffer = io.BytesIO()
    document.save(buffer)
    found = check(read(buffer.getvalue()))
    assert texts(found) == [
        "Lederavtale",
        "Ansvar",
        "Lederen svarer for budsjettet.",
        "økonomi",
        "under",
        "1. først",
        "Rolle | Fullmakt",
        "Leder | 50 000",
    ]
    assert [block.level for block in found.blocks[3:5]] == [0, 1]
    assert found.properties["title"] == "Lederavtale"
    assert found.tables[0].header == ("Rolle", "Fullmakt")


def test_bad_files_are_refused_by_name() -> None:
    with pytest.raises(DamagedFile, match="PDF"):
        read(make.PDF_FILE)
    with pytest.raises(EncryptedFile, match="password"):
        read(make.OLE_FILE)
    with pytest.raises(DamagedFile, match="no Word document"):
        read(make.opendocument("<text:p>x</text:p>"))
    with pytest.raises(NoTextFound):
        read(make.docx(para("")))
    parts = make.docx_parts(para("x"))
    parts["word/document.xml"] = str(parts["word/document.xml"])[:-30]
    with pytest.raises(DamagedFile, match="well-formed"):
        read(make.package(parts))
    with pytest.raises(TooLarge, match="nested"):
        read(make.docx("<w:sdt><w:sdtContent>" * 200 + "</w:sdtContent></w:sdt>" * 200))


def test_tables_nested_to_the_limit_of_the_parser_are_read() -> None:
    body = para("innerst")
    for _ in range(75):
        body = table(row(cell(body), "x")) + para("")
    assert "innerst" in read(make.docx(body)).text


def test_figures_that_are_no_numbers_are_let_be() -> None:
    body = para("x", num="1", extra='<w:outlineLvl w:val="²"/>') + table(
        row(cell("a", '<w:gridSpan w:val="²"/>'), "b"), row("c", "d", properties='<w:gridBefore w:val="-1"/>')
    )
    assert lines(body, numbering=numbering({"0": level(0, "%1.")}, {"1": "0"}))[0] == "1. x"
