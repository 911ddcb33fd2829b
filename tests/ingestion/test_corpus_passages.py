"""What is stored of the sample corpus, against what a person sees in each document."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from assistant.domain.document import Passage
from ingestion.cleaning import mark_furniture
from ingestion.metadata import detect_language
from ingestion.passages import cut_passages
from ingestion.reading import read_document
from ingestion.structure import restore_structure

CORPUS = Path(__file__).parents[2] / "corpus"
FILES = sorted(
    path.relative_to(CORPUS).as_posix()
    for path in CORPUS.glob("*/*")
    if path.suffix in {".docx", ".pdf", ".pptx", ".xlsx", ".odt", ".html", ".md", ".txt"}
)


@cache
def passages(file: str) -> tuple[Passage, ...]:
    path = CORPUS / file
    reading = restore_structure(mark_furniture(read_document(path.name, path.read_bytes())))
    found = cut_passages(reading, file, "1", detect_language(reading))
    assert all(reading.text[p.start : p.end] == p.text for p in found)
    return found


def cited(file: str, phrase: str) -> str:
    """The locator under which `phrase` is found, with the ledd or stk. where it stands."""
    (passage,) = [passage for passage in passages(file) if phrase in passage.text]
    at = passage.start + passage.text.index(phrase)
    return ([name for start, name in passage.marks if start <= at] or [passage.locator])[-1]


@pytest.mark.parametrize(
    ("file", "phrase", "locator"),
    [
        ("granvik/delegeringsreglement.docx", "Ordføreren avgjør om saken", "§ 1-3 andre ledd"),
        ("granvik/delegeringsreglement.docx", "Inntil 2 500 000 kr", "§ 7-1, rad 2"),
        ("granvik/reglement-folkevalgte-organer.pdf", "senest fire dager før", "§ 3-3 første ledd (s. 1)"),
        ("granvik/lederfora.pptx", "60 minutter på Teams", "lysbilde 5 · HR-forum"),
        ("granvik/lederfora.pptx", "HR- og organisasjonsavdelingen\n\nDel 3", "lysbilde 1 · Lederfora i Granvik kommune"),
        ("granvik/mandat-hr-forum.odt", "annenhver uke", "Møter"),
        ("granvik/fullmaktsliste-okonomi.xlsx", "250 000 kr", "ark Anskaffelser · Enhetsleder"),
        ("granvik/fullmaktsliste-okonomi.xlsx", "2 000 000 kr per bilag",
         "ark Attestasjon og anvisning · Anvisning, drift, Kommunalsjef"),
        ("granvik/rollebeskrivelser.md", "avvik blir meldt", "Enhetsleder, Svarer for"),
        ("granvik/ny-leiar.html", "peikar ut fadderen", "Leiarfadder"),
        ("strandlev/kompetenceplan.docx", "indtræder direktøren", "§ 10, stk. 2"),
        ("strandlev/styrelsesvedtaegt.pdf", "har syv medlemmer", "§ 6, stk. 2 (s. 1)"),
        ("strandlev/ledelsesfora.html", "ulige uger", "Chefforum"),
        ("strandlev/referat-direktionen-2026-09-15.txt", "op til to dage om ugen",
         "Punkt 2. Retningslinje for hjemmearbejde, Beslutning"),
        ("strandlev/referat-direktionen-2026-09-15.txt", "op til tre dage om ugen",
         "Punkt 2. Retningslinje for hjemmearbejde, Indstilling"),
        ("ekang/delegationsordning.docx", "Direktupphandling", "§ 11, nr 1.3"),
        ("ekang/delegationsordning.docx", "bara ske i ett led", "§ 5 första stycket"),
        ("ekang/protokoll-ks-2026-10-06.odt", "ska vara 2 500 kr", "§ 112 · Beslut"),
        ("ekang/attestlista.xlsx", "75 000 kr", "blad Attesträtt · Enhetschef"),
        ("ekang/rollbeskrivningar.md", "50 000 kr", "Enhetschef, Beslutar"),
    ],
)  # fmt: skip
def test_it_is_cited_as_a_clerk_would(file: str, phrase: str, locator: str) -> None:
    assert cited(file, phrase) == locator


@pytest.mark.parametrize(
    ("file", "furniture"),
    [
        (
            "granvik/reglement-folkevalgte-organer.pdf",
            r"sak 041/24\s+Side|Side \d|– Reglement for folkevalgte",
        ),
        ("strandlev/styrelsesvedtaegt.pdf", r"Side \d"),
        ("ekang/reglemente-kommunstyrelsen.pdf", r"Sida? \d"),
        ("granvik/ny-leiar.html", "informasjonskapslar|Fann du|Til toppen|Personvern"),
        ("strandlev/ledelsesfora.html", "Læs også|Ledige stillinger|Facebook|cookies"),
        ("granvik/fullmaktsliste-okonomi.xlsx", "Arbeidsark"),
        ("ekang/attestlista.xlsx", "Underlag 2027"),
    ],
)
def test_nothing_of_the_page_or_of_hidden_sheets_is_stored(file: str, furniture: str) -> None:
    assert [passage.text for passage in passages(file) if re.search(furniture, passage.text)] == []


def test_the_footer_of_a_page_is_no_ledd_of_the_section_above_it() -> None:
    found = passages("granvik/reglement-folkevalgte-organer.pdf")
    assert [p.locator for p in found if "sak 041/24" in p.text] == [found[0].locator]


@pytest.mark.parametrize("file", [file for file in FILES if file.endswith((".docx", ".xlsx"))])
def test_header_rows_and_section_rows_are_no_passages(file: str) -> None:
    rows = [passage for passage in passages(file) if passage.unit == "row"]
    assert rows
    for row in rows:
        assert " | " in row.text
        assert row.context
        assert row.heading_path


@pytest.mark.parametrize("file", FILES)
def test_no_two_passages_would_be_taken_for_each_other(file: str) -> None:
    """The same locator twice is a passage that was cut, or text before and after a table."""
    seen: dict[str, Passage] = {}
    for passage in passages(file):
        before = seen.get(passage.locator)
        if before is not None:
            assert before.heading_path == passage.heading_path
            assert "row" not in (before.unit, passage.unit)
        seen[passage.locator] = passage
