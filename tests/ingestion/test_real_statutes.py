"""What becomes of real statutes: every § addressable by its own number, none lost, none misplaced."""

from __future__ import annotations

import re
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from assistant.domain.document import Passage
from ingestion.cleaning import mark_furniture
from ingestion.passages import cut_passages
from ingestion.reading import lawxml, markdown, read_document
from ingestion.reading.reading import BlockKind, Reading
from ingestion.structure import restore_structure

STATUTES = Path(__file__).parents[3] / "shared" / "documents"
pytestmark = pytest.mark.skipif(
    not STATUTES.is_dir(), reason="the statutes are not beside this checkout (../shared/documents)"
)

MARKDOWN = sorted(STATUTES.rglob("*.md"))
XML = sorted(STATUTES.rglob("*.xml"))
PDF = sorted(STATUTES.rglob("*.pdf"))
LANGUAGES = {"no": "nb", "da": "da", "sv": "sv"}
# A source heading over text that goes on from the section before: half of "13, 40 och 43 §§".
_HALF_OF_A_REFERENCE = re.compile(r"^### \d.*§.*\n\n(?:[§.,;:)a-zåäö]|\d+ [a-zåäö])", re.MULTILINE)
_TITLE = re.compile(r"^#+ ([^\n]*§[^\n]*)$", re.MULTILINE)


def name(path: Path) -> str:
    return path.name


def language(path: Path) -> str:
    return LANGUAGES[path.relative_to(STATUTES).parts[0]]


@cache
def read(path: Path) -> Reading:
    if path.suffix == ".pdf":
        return read_document(path.name, path.read_bytes())
    return (lawxml if path.suffix == ".xml" else markdown).read(path.read_bytes())


@cache
def structured(path: Path) -> Reading:
    return restore_structure(mark_furniture(read(path)))


@cache
def passages(path: Path) -> tuple[Passage, ...]:
    return cut_passages(structured(path), "law", "1", language(path))


def section_titles(path: Path) -> list[str]:
    """The § headings of the Markdown source, found by the file's own marks."""
    source = path.read_text(encoding="utf-8")
    halves = {match.start() for match in _HALF_OF_A_REFERENCE.finditer(source)}
    return [match[1].strip() for match in _TITLE.finditer(source) if match.start() not in halves]


def address(title: str) -> str:
    """ "§ 5-1 a. Tittel" → "§ 5-1 a", written out by hand for each country's way."""
    norwegian_or_danish = re.match(r"§+ ?(\d+(?: [A-Z](?=-))?(?:-\d+)?)(?: ?([a-z])(?=\.|$| [A-Z]))?", title)
    if norwegian_or_danish:
        number, letter = norwegian_or_danish.groups()
        return f"§ {number} {letter}" if letter else f"§ {number}"
    swedish = re.match(r"(?:\d+ kap\. )?\d+(?: [a-z])? §", title)
    assert swedish or title.startswith("Kapittel"), title
    return swedish[0] if swedish else ""


def own_address(locator: str) -> str:
    """The § of a locator without its ledd or stk."""
    match = re.match(
        r"§§? \d+(?: [A-Z])?(?:-\d+)?(?: [a-z](?![a-zæøå]))?|(?:\d+ ?[a-z]? kap\. )?\d+(?: [a-z])? §", locator
    )
    return match[0] if match else ""


# A heading of the source over another section's text: "### § 89" over "§ § 62-62 c. (Ophævet)".
MISNAMED = {"kommunestyrelsesloven-2018.md": {"§ 89"}}
# A section of the amending act, printed after the last of the act itself.
TWICE = {"retssikkerhedsloven-2025.md": ["§ 60"]}


@pytest.mark.parametrize("path", MARKDOWN, ids=name)
def test_every_section_of_the_source_has_a_passage_of_its_own(path: Path) -> None:
    wanted = [address(title) for title in section_titles(path) if address(title)]
    found = {own_address(passage.locator) for passage in passages(path)}
    missing = [each for each in wanted if each not in found | MISNAMED.get(path.name, set())]
    print(f"{path.name}: {len(wanted)} sections, {len(missing)} missing")
    assert not missing


def test_so_many_sections_were_looked_for() -> None:
    assert sum(len(section_titles(path)) for path in MARKDOWN) > 3600


@pytest.mark.parametrize("path", MARKDOWN + XML, ids=name)
def test_sections_follow_each_other_and_none_comes_twice(path: Path) -> None:
    addresses = [own_address(passage.locator) for passage in passages(path)]
    in_order = [each for at, each in enumerate(addresses) if each and (at == 0 or addresses[at - 1] != each)]
    assert [each for each, count in Counter(in_order).items() if count > 1] == TWICE.get(path.name, [])


# Sections that the source itself leaves out, as repealed.
REPEALED = {"lou-1992-upphavd.md": 6}


@pytest.mark.parametrize("path", sorted((STATUTES / "sv").rglob("*.md")), ids=name)
def test_swedish_sections_count_on_without_a_gap(path: Path) -> None:
    gaps, before = 0, ("", 0)
    for passage in passages(path):
        match = re.match(r"(?:(\d+ ?[a-z]?) kap\. )?(\d+)(?: [a-z])? §", passage.locator)
        if match:
            chapter, count = match[1] or "", int(match[2])
            gaps += chapter == before[0] and count > before[1] + 1
            assert chapter != before[0] or count >= before[1], passage.locator
            before = (chapter, count)
    assert gaps == REPEALED.get(path.name, 0)


@pytest.mark.parametrize("path", MARKDOWN + XML, ids=name)
def test_the_text_of_each_section_is_under_its_own_heading(path: Path) -> None:
    """Between two § headings of the source, no passage is addressed as another section."""
    reading = structured(path)
    swedish = language(path) == "sv"
    spans: list[tuple[int, str]] = []
    for block in reading.blocks:
        text = reading.text[block.start : block.end]
        if block.kind is BlockKind.HEADING and "§" in text and not swedish:
            spans.append((block.start, address(text)))
    for passage in passages(path):
        over = [each for start, each in spans if start <= passage.start]
        if over and own_address(passage.locator) and over[-1] not in MISNAMED.get(path.name, set()):
            assert own_address(passage.locator).lstrip("§ ") == over[-1].lstrip("§ ")


def test_a_section_under_a_wrong_number_is_known_by_its_text() -> None:
    found = passages(STATUTES / "da/love/kommunestyrelsesloven-2018.md")
    assert [p.text for p in found if p.locator == "§§ 62-62 c"] == ["§ § 62-62 c. (Ophævet)"]
    assert [p.unit for p in found if p.locator == "§ 89"] == []


@pytest.mark.parametrize("path", MARKDOWN + XML + PDF, ids=name)
def test_passages_are_verbatim_and_hold_all_paragraphs(path: Path) -> None:
    reading = structured(path)
    covered = bytearray(len(reading.text))
    for passage in passages(path):
        assert reading.text[passage.start : passage.end] == passage.text
        covered[passage.start : passage.end] = b"\1" * (passage.end - passage.start)
    for block in reading.blocks:
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.NOTE):
            lost = [
                o for o in range(block.start, block.end) if not covered[o] and not reading.text[o].isspace()
            ]
            assert not lost, reading.text[block.start : block.start + 80]


def marked(path: Path, locator: str) -> str:
    """The first words of the ledd or stk. that is cited by `locator`."""
    reading = structured(path)
    (offset,) = [
        at for passage in passages(path) for at, place in passage.marks if place.split(" (")[0] == locator
    ]
    return " ".join(reading.text[offset : offset + 80].split())


KOMMUNELOVEN = ("no/lover/kommuneloven.md", "no/lovdata_xml/kommuneloven.xml")


@pytest.mark.parametrize("file", KOMMUNELOVEN)
@pytest.mark.parametrize(
    ("locator", "opening"),
    [
        ("§ 5-6 første ledd", "Kommunestyret og fylkestinget velger selv"),
        ("§ 5-6 tredje ledd", "Formannskapet og fylkesutvalget kan opprette"),
        ("§ 5-6 femte ledd", "Formannskapet og fylkesutvalget innstiller til"),
        ("§ 13-1 første ledd", "Kommunestyret og fylkestinget ansetter selv"),
        ("§ 13-1 andre ledd", "Kommunedirektøren skal lede"),
        ("§ 13-1 sjuende ledd", "Kommunedirektøren har det løpende"),
    ],
)
def test_norwegian_ledd(file: str, locator: str, opening: str) -> None:
    assert marked(STATUTES / file, locator).startswith(opening)


@pytest.mark.parametrize("year", [2018, 2024, 2026])
@pytest.mark.parametrize(
    ("locator", "opening"),
    [
        ("§ 2, stk. 1", "§ 2. Kommunernes anliggender"),
        ("§ 2, stk. 2", "Stk. 2. De nærmere regler"),
        ("§ 17, stk. 4", "Stk. 4. I øvrigt kan"),
        ("§ 18, stk. 2", "Stk. 2. Økonomiudvalget har indseende"),
    ],
)
def test_danish_stk(year: int, locator: str, opening: str) -> None:
    assert marked(STATUTES / f"da/love/kommunestyrelsesloven-{year}.md", locator).startswith(opening)


@pytest.mark.parametrize("file", KOMMUNELOVEN)
def test_notes_on_changes_are_no_ledd(file: str) -> None:
    reading = structured(STATUTES / file)
    starts = {block.start for block in reading.blocks if block.kind is BlockKind.NOTE}
    notes = [place for passage in passages(STATUTES / file) for at, place in passage.marks if at in starts]
    assert len(starts) == 44
    assert len(notes) > 30
    assert not [place for place in notes if "ledd" in place]


def test_the_same_law_in_xml_has_the_same_locators() -> None:
    def locators(file: str) -> list[str]:
        return [place for p in passages(STATUTES / file) for place in (p.locator, *(m for _, m in p.marks))]

    assert locators(KOMMUNELOVEN[0]) == locators(KOMMUNELOVEN[1])


@pytest.mark.parametrize("path", PDF, ids=name)
def test_the_sections_of_a_pdf_are_addressable(path: Path) -> None:
    found = {own_address(passage.locator) for passage in passages(path)}
    assert {f"§ {number}" for number in range(1, 11)} <= found
    assert all(re.search(r"\(s\. \d\)$|^s\. \d", passage.locator) for passage in passages(path))


def test_structure_and_passages_of_all_statutes_take_less_than_five_seconds() -> None:
    readings = [(read(path), language(path)) for path in MARKDOWN + XML + PDF]
    begin = time.process_time()
    for reading, tongue in readings:
        cut_passages(restore_structure(mark_furniture(reading)), "law", "1", tongue)
    seconds = time.process_time() - begin
    print(f"{len(readings)} statutes: {seconds:.2f} s")
    assert seconds < 5
