from __future__ import annotations

import re
from collections import Counter
from functools import partial
from pathlib import Path

import pdf_files
import pytest
from pdf_files import (
    BODY,
    BULLET,
    CHAPTER,
    DEEPER,
    INDENTED,
    JUSTIFIED,
    SECTION,
    TITLE,
    lines_of,
    paragraphs,
    set_pages,
    two_columns,
    written,
)
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph

from assistant.errors import DamagedFile, EncryptedFile, NoTextFound, TooLarge
from ingestion.reading.pdf import read
from ingestion.reading.pdf_join import join_lines, join_wrapped, known_words
from ingestion.reading.reading import BlockKind, Place, Reading

LEDD = (
    (
        "(1) Kommunestyret er kommunens øverste organ og treffer vedtak på vegne av kommunen så langt ikke "
        "annet følger av lov eller delegeringsvedtak. Det fører øvelses- og beredskapsplanen videre, jf. "
        "§ 5-3 andre ledd."
    ),
    (
        "(2) Formannskapet avgjør hastesaker etter kommuneloven § 11-8 når det er nødvendig at vedtak "
        "treffes så raskt at det ikke er tid til å innkalle kommunestyret, og melder vedtaket i neste møte."
    ),
)


def texts(reading: Reading, kind: BlockKind) -> list[str]:
    return [reading.text[b.start : b.end] for b in reading.blocks if b.kind is kind]


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[\w§-]+", text))


def recall(source: str, reading: Reading) -> float:
    wanted = words(source)
    return sum((wanted & words(reading.text)).values()) / sum(wanted.values())


def regulation(style=BODY) -> tuple[list[Flowable], list[str]]:
    story: list[Flowable] = paragraphs(["Reglement for folkevalgte organer"], TITLE)
    source = ["Reglement for folkevalgte organer"]
    for chapter in (1, 2, 3):
        source.append(f"Kapittel {chapter} Organ nummer {chapter}")
        story += paragraphs(source[-1:], CHAPTER)
        for section in (1, 2, 3, 4):
            source.append(f"§ {chapter}-{section} Myndighet og oppgaver")
            story += paragraphs(source[-1:], SECTION)
            source += LEDD
            story += paragraphs(LEDD, style)
    return story, source


def header_and_footer(canvas: Canvas, page: int) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(70, 810, "Nordvik kommune, vedtatt 12.3.2024")
    canvas.drawRightString(520, 30, f"Side {page} av 4")


@pytest.mark.parametrize("style", [BODY, JUSTIFIED, INDENTED])
def test_a_regulation_comes_back_paragraph_for_paragraph(style):
    story, source = regulation(style)
    reading = read(set_pages(story, header_and_footer))
    assert [reading.text[b.start : b.end] for b in reading.blocks] == source
    assert recall(" ".join(source), reading) == 1.0
    assert "Nordvik kommune" not in reading.text
    assert "Side " not in reading.text


def test_headings_are_levelled_by_size_and_every_block_has_its_page():
    story, _ = regulation()
    reading = read(set_pages(story, header_and_footer))
    levels = {reading.text[b.start : b.end]: b.level for b in reading.blocks if b.kind is BlockKind.HEADING}
    assert levels["Reglement for folkevalgte organer"] == 1
    assert levels["Kapittel 2 Organ nummer 2"] == 2
    assert levels["§ 3-4 Myndighet og oppgaver"] == 3
    numbers = [block.place.number for block in reading.blocks if block.place]
    assert len(numbers) == len(reading.blocks)
    assert numbers == sorted(numbers)
    assert numbers[0] == 1
    assert numbers[-1] > 1


def test_a_paragraph_that_runs_over_the_page_break_is_one_block_on_the_page_it_begins():
    long = " ".join(f"Utvalget behandler sak nummer {n} og fordeler ansvaret videre," for n in range(1, 90))
    reading = read(set_pages(paragraphs(["Innledning til alt.", long + " slutt."]), header_and_footer))
    assert texts(reading, BlockKind.PARAGRAPH)[1] == long + " slutt."
    assert [block.place for block in reading.blocks] == [Place("page", 1)] * 2


def test_a_section_line_with_its_own_sentence_is_a_paragraph_and_a_title_is_a_heading():
    story = paragraphs(
        [
            "Vedtægter for klubben",
            "§ 5. Bestyrelsen består af fem medlemmer, der vælges for to år ad gangen.",
            (
                "§ 6. Bestyrelsen leder klubben mellem generalforsamlingerne og ansætter den ledelse, som "
                "klubben har brug for i det daglige arbejde."
            ),
            "Kapitel 3",
            "3 kap. Kommunfullmäktige",
            "1.2 Formål og omfang",
            "Det, der står her, er brødtekst og slutter med punktum.",
        ]
    )
    reading = read(set_pages(story))
    assert texts(reading, BlockKind.HEADING) == [
        "Kapitel 3",
        "3 kap. Kommunfullmäktige",
        "1.2 Formål og omfang",
    ]
    assert len(texts(reading, BlockKind.PARAGRAPH)) == 4


def test_a_line_that_begins_with_a_section_number_by_chance_stays_in_its_paragraph():
    text = (
        "Kommunen kan gjøre unntak fra reglene om møteoffentlighet i dette kapittelet når vilkårene i lovens "
        "§ 11-5 tredje ledd er oppfylt, og skal da gi en begrunnelse som følger av "
        "§ 5 i forskriften. Vedtaket ble gjort 24. november 1986, 30. oktober 1990, 2. februar 1995 og "
        "2. mars 1998 med tillegg."
    )

    def draw(canvas: Canvas, lines: list[str]) -> None:
        canvas.setFont("Courier", 10)
        for n, line in enumerate(lines):
            canvas.drawString(40, 700 - 12 * n, line)

    for width in range(40, 86, 2):
        lines = lines_of(text, width)
        reading = read(written(partial(draw, lines=lines)))
        assert reading.text == text, lines


def test_bullets_are_dropped_and_numbers_kept_with_nesting():
    story = paragraphs(["Kommunestyret skal:"])
    long = (
        "vedta budsjett og økonomiplan for de neste fire årene, og sørge for at vedtakene blir fulgt opp i "
        "alle deler av kommunens virksomhet"
    )
    story.append(Paragraph(long, BULLET, bulletText="•"))
    story.append(Paragraph("herunder rammer", DEEPER, bulletText="–"))
    story.append(Paragraph("velge ordfører", BULLET, bulletText="•"))
    story += paragraphs(["1. Valg av dirigent", "2. Valg av referent", "a) bokstav a", "b) bokstav b"])
    story += paragraphs(["Etter listen."])
    reading = read(set_pages(story))
    items = [(reading.text[b.start : b.end], b.level) for b in reading.blocks if b.kind is BlockKind.ITEM]
    assert items[0] == (long, 0)
    assert items[1:3] == [("herunder rammer", 1), ("velge ordfører", 0)]
    assert [text for text, _ in items[3:]] == [
        "1. Valg av dirigent",
        "2. Valg av referent",
        "a) bokstav a",
        "b) bokstav b",
    ]
    assert texts(reading, BlockKind.PARAGRAPH) == ["Kommunestyret skal:", "Etter listen."]


@pytest.mark.parametrize("interleaved", [False, True])
def test_two_columns_are_read_one_after_the_other_with_their_hyphens_mended(interleaved):
    left = (
        "Kommunedirektøren leder den samlede kommunale administrasjonen, med de unntak som følger av lov, og "
        "innenfor de rammene kommunestyret fastsetter. Kommunedirektøren skal påse at saker som legges fram, "
        "er forsvarlig utredet, og at vedtakene blir iverksatt uten ugrunnet opphold."
    )
    right = (
        "Ledergruppen samordner virksomhetene og behandler økonomirapporteringen hvert tertial. "
        "Beredskapsrådet møtes to ganger i året og gir kommunedirektøren råd om øvelses- og "
        "opplæringsplanen, beredskapsarbeidet og samarbeidet med nabokommunene i regionen."
    )
    pdf = two_columns(
        "Slik styres kommunen", lines_of(left, 38), lines_of(right, 38), interleaved=interleaved
    )
    reading = read(pdf)
    assert texts(reading, BlockKind.HEADING) == ["Slik styres kommunen"]
    assert texts(reading, BlockKind.PARAGRAPH) == [left, right]


def test_a_line_end_hyphen_goes_only_inside_a_word():
    known = known_words(["Send e-post til NAV-kontoret."])
    assert join_lines("Kommunens samar-", "beid med andre") == "Kommunens samarbeid med andre"
    assert join_lines("en øvelses-", "og opplæringsplan") == "en øvelses- og opplæringsplan"
    assert join_lines("jf. § 13-", "1 sjette ledd") == "jf. § 13-1 sjette ledd"
    assert join_lines("på 1970-", "tallet") == "på 1970-tallet"
    assert join_lines("IT-", "avdelingen") == "IT-avdelingen"
    assert join_lines("i Nord-", "Norge") == "i Nord-Norge"
    assert join_lines("med e-", "post", known) == "med e-post"
    assert join_lines("jf. §", "5") == "jf. § 5"
    assert join_lines("og/", "eller") == "og/eller"
    assert join_lines("slik -", "som her") == "slik - som her"


def test_a_word_broken_at_the_edge_of_a_cell_is_mended_only_where_it_was_broken():
    known = known_words(["Kommunedirektøren leder", "en avdeling til"])
    assert join_wrapped("Kommunedirektør", "en", known, full=True) == "Kommunedirektøren"
    assert join_wrapped("Kommunedirektør", "en", known, full=False) == "Kommunedirektør en"
    assert join_wrapped("behandles av", "avdeling", known, full=True) == "behandles av avdeling"
    assert join_wrapped("Virksomhetslederne", "og", known, full=True) == "Virksomhetslederne og"
    assert join_wrapped("Virksomhetsleder", "gruppen", known, full=True) == "Virksomhetsledergruppen"


def test_a_ruled_table_continues_over_pages_with_one_header_and_merged_cells():
    rows = [
        [f"{n}", "Kjøp av varer og tjenester inntil grensen", "Kommunedirektøren", "Økonomisjef"]
        for n in range(1, 80)
    ]
    rows[0] = ["A. Økonomi", "", "", ""]
    rows[3][2], rows[4][2] = "Byplansjefen", ""
    story = paragraphs(["Delegering"], TITLE) + paragraphs(["Tabellen viser hvem som avgjør."])
    story.append(
        pdf_files.table(
            ["Nr", "Sak", "Avgjør", "Videre til"], rows, [14, 70, 30, 30], (0, 1, 3, 1), (2, 4, 2, 5)
        )
    )
    story += paragraphs(["Etter tabellen."])
    reading = read(set_pages(story, header_and_footer))
    (table,) = reading.tables
    assert table.header == ("Nr", "Sak", "Avgjør", "Videre til")
    cells = [[reading.text[a:b] for a, b in row.cells] for row in table.rows]
    assert cells[0] == ["A. Økonomi", "", "", ""]
    assert cells[1] == ["2", "Kjøp av varer og tjenester inntil grensen", "Kommunedirektøren", "Økonomisjef"]
    assert table.rows[3].cells[2] == table.rows[4].cells[2]
    assert cells[4][2] == "Byplansjefen"
    assert [row[0] for row in cells[1:]] == [str(n) for n in range(2, 80)]
    assert reading.text.count("Videre til") == 1
    assert texts(reading, BlockKind.PARAGRAPH) == ["Tabellen viser hvem som avgjør.", "Etter tabellen."]
    pages = [b.place.number for b in reading.blocks if b.kind is BlockKind.ROW and b.place]
    assert pages == sorted(pages)
    assert pages[0] == 1
    assert pages[-1] > 1


def test_a_table_of_labels_has_no_header():
    story = [
        pdf_files.table(
            ["<b>Tittel:</b>", "Kommunalsjef"],
            [["Leder:", "Kommunedirektøren"], ["Ansvar:", "Oppvekst"]],
            [40, 90],
        )
    ]
    (table,) = read(set_pages(story)).tables
    assert table.header == ("", "")
    assert len(table.rows) == 3


def test_footnotes_follow_their_page_and_their_marks_leave_the_words():
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 11)
        for n, line in enumerate(lines_of(" ".join(LEDD), 80)):
            canvas.drawString(60, 760 - 15 * n, line)
        canvas.drawString(60, 660, "Dette følger av planen")
        end = 60 + canvas.stringWidth("Dette følger av planen", "Helvetica", 11)
        canvas.setFont("Helvetica", 6)
        canvas.drawString(end, 665, "1")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(end + 3.4, 660, ", som er vedtatt.")
        canvas.setFont("Helvetica", 8)
        canvas.drawString(
            60, 110, "1 Beredskapsplanen, vedtatt av kommunestyret i møte den tolvte mars og sist endret"
        )
        canvas.drawString(60, 100, "året etter.")

    reading = read(written(draw))
    (note,) = texts(reading, BlockKind.NOTE)
    assert note.startswith("1 Beredskapsplanen")
    assert note.endswith("sist endret året etter.")
    assert reading.blocks[-1].kind is BlockKind.NOTE
    assert "Dette følger av planen, som er vedtatt." in reading.text


@pytest.mark.parametrize("number", ["Side 1 av 1", "Sida 1 (1)", "s. 1", "- 1 -", "1", "1 / 1"])
def test_a_page_number_goes_even_from_one_page(number):
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Mandatet gjelder for 1 år.")
        canvas.drawString(280, 30, number)

    assert read(written(draw)).text == "Mandatet gjelder for 1 år."


def test_a_section_number_at_the_top_of_each_page_is_no_header():
    page = iter(range(1, 5))

    def draw(canvas: Canvas) -> None:
        number = next(page)
        canvas.setFont("Helvetica-Bold", 11)
        canvas.drawString(60, 790, f"§ {3 * number} Om sak")
        canvas.setFont("Helvetica", 11)
        for n in range(12):
            canvas.drawString(
                60, 760 - 15 * n, f"Bestemmelse {chr(65 + n) * number} om hvem som avgjør saken i utvalget."
            )

    reading = read(written(draw, pages=4))
    assert texts(reading, BlockKind.HEADING) == [f"§ {n} Om sak" for n in (3, 6, 9, 12)]


def test_the_title_is_the_files_own_unless_that_says_nothing():
    story = [*paragraphs(["Reglement for ledermøtet"], TITLE), *paragraphs(["Møtet holdes hver uke."])]
    assert read(set_pages(story, title="Ledermøtet i Nordvik")).properties["title"] == "Ledermøtet i Nordvik"
    for useless in (
        "Microsoft Word - reglement.docx",
        "reglement_v2.pdf",
        "untitled",
        "Dokument1",
        "Uten navn",
    ):
        assert read(set_pages(story, title=useless)).properties["title"] == "Reglement for ledermøtet"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", read(set_pages(story)).properties["created"])


def test_a_printed_page_label_names_the_place():
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Forord til reglementet.")
        canvas.addPageLabel(0, style="ROMAN_LOWER", start=4)

    (block,) = read(written(draw)).blocks
    assert block.place == Place("page", 1, "iv")


def test_a_page_lying_on_its_side_is_read_upright():
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.translate(595, 0)
        canvas.rotate(90)
        for n, line in enumerate(lines_of(LEDD[1], 80)):
            canvas.drawString(60, 500 - 15 * n, line)

    assert words(read(written(draw)).text) == words(LEDD[1])


def test_a_file_whose_drawing_only_pdfium_can_read_keeps_its_text():
    story = [pdf_files.table(["Sak", "Avgjør"], [["Kjøp", "Rådmannen"], ["Salg", "Ordføreren"]], [40, 40])]
    whole = set_pages(story)
    broken = re.sub(rb"/MediaBox \[ 0 0 [\d.]+", b"/MediaBox [ 0 0 59!.2", whole)
    assert broken != whole
    reading = read(broken)
    assert words("Sak Avgjør Kjøp Rådmannen Salg Ordføreren") == words(reading.text)
    assert reading.warnings[0].startswith("tables from page 1 on are read as text")


def test_files_that_cannot_be_read_say_why():
    story, _ = regulation()
    whole = set_pages(story)
    with pytest.raises(EncryptedFile, match="password"):
        read(pdf_files.encrypted("hemmelig"))
    for damaged in (b"", b"not a PDF at all", whole[: len(whole) // 2], b"%PDF-1.7\nnothing\n%%EOF"):
        with pytest.raises(DamagedFile):
            read(damaged)
    with pytest.raises(NoTextFound):
        read(written(lambda canvas: None))
    with pytest.raises(TooLarge, match="2001 pages"):
        read(written(lambda canvas: None, pages=2001))


KANTINEN = Path(__file__).parents[3] / "shared" / "documents" / "da" / "kantinen"


@pytest.mark.skipif(not KANTINEN.is_dir(), reason="the shared sample documents are not beside this checkout")
@pytest.mark.parametrize(("year", "pages"), [("2009", 5), ("2012", 5), ("2017", 7)])
def test_the_statutes_of_a_real_association_come_back_section_by_section(year, pages):
    reading = read((KANTINEN / f"vedtaegter_{year}.pdf").read_bytes())
    sections = [text for text in texts(reading, BlockKind.HEADING) if re.match(r"§\d+ ", text)]
    assert sections == [
        "§1 Navn", "§2 Formål", "§3 Medlemmer", "§4 Bestyrelsen", "§5 Generalforsamling", "§6 Afstemning",
        "§7 Vederlag", "§8 Tegning", "§9 Vedtægtsændringer", "§10 Opløsning",
    ]  # fmt: skip
    assert "2. februar 1995, 2. marts 1998, medio september 2001" in reading.text
    assert "(både mht. arbejdskraft og økonomi), kan bestyrelsen vælge at afvikle" in reading.text
    assert not re.search(r"Side \d|[\ufffe\x02\xad]", reading.text)
    assert reading.properties["title"].startswith("Vedtægter for Kantineforeningen ved Datalogisk Institut")
    assert max(b.place.number for b in reading.blocks if b.place) == pages
