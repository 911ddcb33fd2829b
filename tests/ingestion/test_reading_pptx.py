"""PowerPoint presentations: each shown slide's text in the order it is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import office_files as make
import pptx as python_pptx
import pytest
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from reading_checks import check, headings, kinds, texts

from assistant.errors import DamagedFile, EncryptedFile, NoTextFound
from ingestion.reading.pptx import read
from ingestion.reading.reading import BlockKind, Place, Reading

TITLE, BODY, ONLY_TITLE, BLANK = 0, 1, 5, 6


class Deck:
    """A presentation under construction."""

    def __init__(self) -> None:
        self.presentation = python_pptx.Presentation()

    def slide(self, title: str = "", *lines: tuple[int, str], layout: int = BODY):  # type: ignore[no-untyped-def]
        slide = self.presentation.slides.add_slide(self.presentation.slide_layouts[layout])
        if title:
            slide.shapes.title.text = title
        if lines:
            frame = slide.placeholders[1].text_frame
            for at, (level, text) in enumerate(lines):
                paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
                paragraph.text, paragraph.level = text, level
        return slide

    def data(self) -> bytes:
        buffer = io.BytesIO()
        self.presentation.save(buffer)
        return buffer.getvalue()

    def read(self) -> Reading:
        return check(read(self.data()))


def box(slide, text: str, left: float, top: float):  # type: ignore[no-untyped-def]
    shape = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(0.5))
    shape.text_frame.text = text
    return shape


def rewritten(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The package with one part changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    return make.package(parts)


def test_titles_items_levels_and_notes_with_their_slide() -> None:
    deck = Deck()
    deck.slide("Lederforum", layout=TITLE).placeholders[1].text = "Mandat 2025"
    slide = deck.slide("Oppgaver", (0, "Samordne"), (1, "budsjett"), (0, "Informere"))
    slide.notes_slide.notes_text_frame.text = "Husk vedtaket"
    found = deck.read()
    assert kinds(found) == [
        (BlockKind.HEADING, "Lederforum"),
        (BlockKind.PARAGRAPH, "Mandat 2025"),
        (BlockKind.HEADING, "Oppgaver"),
        (BlockKind.ITEM, "Samordne"),
        (BlockKind.ITEM, "budsjett"),
        (BlockKind.ITEM, "Informere"),
        (BlockKind.NOTE, "Husk vedtaket"),
    ]
    assert headings(found) == [(2, "Lederforum"), (2, "Oppgaver")]
    assert [block.level for block in found.blocks[3:6]] == [0, 1, 0]
    assert [block.place for block in found.blocks] == [Place("slide", 1)] * 2 + [Place("slide", 2)] * 5
    assert found.properties["title"] == "Lederforum"


def test_the_core_title_stands_when_the_first_slide_has_none() -> None:
    deck = Deck()
    deck.presentation.core_properties.title = "Styringsmodell"
    box(deck.slide(layout=BLANK), "Uten tittel", 1, 1)
    deck.slide("Neste", (0, "x"))
    found = deck.read()
    assert found.properties["title"] == "Styringsmodell"
    assert headings(found) == [(2, "Neste")]  # no heading is invented for the first


def test_shapes_are_read_row_by_row_also_inside_groups() -> None:
    deck = Deck()
    slide = deck.slide("Roller", layout=ONLY_TITLE)
    box(slide, "nederst", 1, 5)
    box(slide, "høyre", 6, 2.02)
    box(slide, "venstre", 1, 2.1)
    group = slide.shapes.add_group_shape([box(slide, "gruppe b", 4, 3.9), box(slide, "gruppe a", 1, 3.5)])
    assert group is not None
    assert texts(deck.read()) == ["Roller", "venstre", "høyre", "gruppe a", "gruppe b", "nederst"]


def test_a_body_that_inherits_its_place_stands_where_the_layout_puts_it() -> None:
    deck = Deck()
    slide = deck.slide("Tittel", (0, "midt"))
    box(slide, "under", 1, 6)
    box(slide, "over", 1, 1.4)
    assert texts(deck.read()) == ["Tittel", "over", "midt", "under"]


def test_tables_keep_merged_cells_and_their_slide() -> None:
    deck = Deck()
    slide = deck.slide("Matrise", layout=ONLY_TITLE)
    grid = slide.shapes.add_table(3, 3, Inches(1), Inches(2), Inches(6), Inches(2)).table
    for at, text in enumerate(("Sak", "Hvem", "Grense", "Kjøp", "Leder", "50", "Salg", "Rådmann", "")):
        grid.cell(at // 3, at % 3).text = text
    grid.cell(1, 1).merge(grid.cell(2, 1))
    grid.cell(1, 1).text = "Leder"
    found = deck.read()
    [table] = found.tables
    assert table.header == ("Sak", "Hvem", "Grense")
    assert [[found.text[start:end] for start, end in row.cells] for row in table.rows] == [
        ["Kjøp", "Leder", "50"],
        ["Salg", "Leder", ""],
    ]
    assert {block.place for block in found.blocks} == {Place("slide", 1)}


def test_cells_merged_sideways_have_one_span() -> None:
    deck = Deck()
    grid = deck.slide("M", layout=ONLY_TITLE).shapes.add_table(2, 2, 0, Inches(2), Inches(6), Inches(2)).table
    for at, text in enumerate(("A", "B", "begge", "")):
        grid.cell(at // 2, at % 2).text = text
    grid.cell(1, 0).merge(grid.cell(1, 1))
    [table] = deck.read().tables
    assert table.rows[0].cells[0] == table.rows[0].cells[1]


def test_hidden_slides_are_left_out_with_a_warning_and_still_count() -> None:
    deck = Deck()
    deck.slide("Skjult", (0, "hemmelig"))._element.set("show", "0")
    deck.slide("Vist", (0, "åpent"))
    found = deck.read()
    assert "hemmelig" not in found.text
    assert found.warnings == ("Slide 1 is hidden and was not read",)
    assert found.blocks[0].place == Place("slide", 2)


def test_footers_that_repeat_in_the_margin_are_left_out_but_repeated_labels_are_not() -> None:
    deck = Deck()
    for number in range(4):
        slide = deck.slide(f"Forum {number}", (0, "tekst"))
        box(slide, "Eksempel kommune", 1, 7)
        box(slide, "Formål", 1, 4)
    found = deck.read()
    assert "Eksempel kommune" not in found.text
    assert texts(found).count("Formål") == 4


def test_what_stands_in_the_margin_of_few_slides_is_kept() -> None:
    deck = Deck()
    for number in range(6):
        slide = deck.slide(f"Forum {number}", (0, "tekst"))
        if number < 3:
            box(slide, "Vedtatt av rådmannen", 1, 7)
    assert texts(deck.read()).count("Vedtatt av rådmannen") == 3


def test_footer_placeholders_numbers_hidden_and_off_slide_shapes_are_not_content() -> None:
    deck = Deck()
    slide = deck.slide("Tittel", (0, "tekst"))
    box(slide, "utenfor", 30, 1)
    box(slide, "usynlig", 1, 3)._element.nvSpPr.cNvPr.set("hidden", "1")
    footer = box(slide, "bunntekst", 1, 6)
    footer._element.nvSpPr.nvPr.append(
        etree.fromstring(
            '<p:ph xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" type="ftr" idx="11"/>'
        )
    )
    dated = box(slide, "side ", 1, 3.5)
    dated.text_frame.paragraphs[0]._p.append(
        etree.fromstring(
            '<a:fld xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" id="{0}" type="slidenum">'
            "<a:t>99</a:t></a:fld>"
        )
    )
    assert sorted(texts(deck.read())) == ["Tittel", "side", "tekst"]


def test_automatic_numbers_are_written() -> None:
    deck = Deck()
    slide = deck.slide("Slik", (0, "a"), (0, "b"), (1, "c"), (0, "d"))
    for paragraph, scheme in zip(
        slide.placeholders[1].text_frame.paragraphs,
        ("arabicPeriod",) * 2 + ("alphaLcParenR", "arabicPeriod"),
        strict=True,
    ):
        properties = paragraph._p.get_or_add_pPr()
        number = etree.SubElement(
            properties, "{http://schemas.openxmlformats.org/drawingml/2006/main}buAutoNum"
        )
        number.set("type", scheme)
    assert texts(deck.read())[1:] == ["1. a", "2. b", "a) c", "3. d"]


def test_line_breaks_and_charts() -> None:
    deck = Deck()
    slide = deck.slide("To\vlinjer", layout=ONLY_TITLE)
    box(slide, "en\vto", 1, 2)
    data = CategoryChartData()
    data.categories = ["a"]
    data.add_series("Serie", (1,))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.PIE, 0, Inches(3), Inches(3), Inches(3), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Årsverk"
    assert texts(deck.read()) == ["To linjer", "en\nto", "Årsverk"]


def test_diagrams_and_alternative_content_are_read_once() -> None:
    deck = Deck()
    box(deck.slide("Organisasjon", layout=ONLY_TITLE), "MERKE", 1, 2)
    data = (
        '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst>'
        '<dgm:pt modelId="1"><dgm:t><a:p><a:r><a:t>Rådmann</a:t></a:r></a:p></dgm:t></dgm:pt>'
        '<dgm:pt modelId="2" type="asst"><dgm:t><a:p><a:r><a:t>Stab</a:t></a:r></a:p></dgm:t></dgm:pt>'
        '<dgm:pt modelId="3" type="pres"><dgm:t><a:p><a:r><a:t>nei</a:t></a:r></a:p></dgm:t></dgm:pt>'
        '</dgm:ptLst><dgm:cxnLst><dgm:cxn srcId="1" destId="2" srcOrd="0"/></dgm:cxnLst></dgm:dataModel>'
    )
    frame = (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="90" name="d"/><p:cNvGraphicFramePr/><p:nvPr/>'
        '</p:nvGraphicFramePr><p:xfrm><a:off x="0" y="4000000"/><a:ext cx="9" cy="9"/></p:xfrm><a:graphic>'
        '<a:graphicData uri="x"><dgm:relIds '
        'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
        f'xmlns:r="{make.R_NS}" r:dm="rId90"/></a:graphicData></a:graphic></p:graphicFrame>'
    )

    def with_alternatives(slide: str) -> str:
        start = slide.index("<p:sp>", slide.index("</p:sp>"))
        end = slide.index("</p:spTree>")
        shape = slide[start:end]
        wrapped = (
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f'<mc:Choice Requires="p14">{shape}</mc:Choice>'
            f"<mc:Fallback>{shape}</mc:Fallback></mc:AlternateContent>"
        )
        return slide[:start] + wrapped + frame + slide[end:]

    changed = rewritten(deck.data(), "ppt/slides/slide1.xml", with_alternatives)
    related = f'<Relationship Id="rId90" Type="{make.R_NS}/diagramData" Target="../diagrams/data1.xml"/>'
    changed = rewritten(
        changed,
        "ppt/slides/_rels/slide1.xml.rels",
        lambda part: part.replace("</Relationships>", f"{related}</Relationships>"),
    )
    with zipfile.ZipFile(io.BytesIO(changed)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    found = check(read(make.package({**parts, "ppt/diagrams/data1.xml": data})))
    assert kinds(found) == [
        (BlockKind.HEADING, "Organisasjon"),
        (BlockKind.PARAGRAPH, "MERKE"),
        (BlockKind.ITEM, "Rådmann"),
        (BlockKind.ITEM, "Stab"),
    ]
    assert found.blocks[3].level == 1


def test_a_missing_slide_costs_that_slide_only() -> None:
    deck = Deck()
    deck.slide("En", (0, "a"))
    deck.slide("To", (0, "b"))
    with zipfile.ZipFile(io.BytesIO(deck.data())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != "ppt/slides/slide1.xml"}
    found = check(read(make.package(parts)))
    assert texts(found) == ["To", "b"]
    assert found.warnings == ("Slide 1 is missing from the file and was not read",)


def test_bad_files_are_refused_by_name() -> None:
    with pytest.raises(DamagedFile, match="PDF"):
        read(make.PDF_FILE)
    with pytest.raises(EncryptedFile, match="password"):
        read(make.OLE_FILE)
    with pytest.raises(DamagedFile, match="no presentation"):
        read(make.docx(make.para("x")))
    deck = Deck()
    with pytest.raises(NoTextFound):
        read(deck.data())
    deck.slide("x", (0, "y"))
    data = deck.data()
    with pytest.raises(DamagedFile):
        read(data[: len(data) // 2])
