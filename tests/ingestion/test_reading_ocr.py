from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from pdf_files import A4, SECTION, TITLE, joined, paragraphs, pictures, scanned, set_pages

from assistant.errors import DamagedFile, OcrUnavailable
from ingestion.reading import ocr
from ingestion.reading.pdf import read
from ingestion.reading.reading import BlockKind

needs_tesseract = pytest.mark.skipif(
    not {"nor", "dan", "swe", "eng"} <= set(ocr.languages()),
    reason="tesseract with nor, dan, swe and eng is not installed",
)

SOURCE = [
    "Reglement for økonomi",
    "§ 5-3 Kommunestyrets myndighet",
    "Etter § 12 tredje ledd treffer kommunestyret vedtak etter innstilling, jf. § 14-2 og §§ 3 og 4.",
    "(2) Kommunedirektøren kan delegere videre, jf. kommuneloven § 13-1 sjette ledd.",
    "§ 7 Ikrafttredelse",
    "Reglementet gjelder fra 1. januar 2024, og § 9 gjelder straks.",
]


def page() -> bytes:
    story = paragraphs(SOURCE[:1], TITLE) + paragraphs(SOURCE[1:2], SECTION) + paragraphs(SOURCE[2:4])
    return set_pages(story + paragraphs(SOURCE[4:5], SECTION) + paragraphs(SOURCE[5:]))


@pytest.fixture
def no_tesseract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PATH", "")
    ocr.languages.cache_clear()
    yield
    ocr.languages.cache_clear()


@needs_tesseract
def test_a_scan_comes_back_with_its_section_signs_and_a_text_page_beside_it_is_not_recognised_again():
    text_page = set_pages(paragraphs(["Denne siden har tekst."]))
    reading = read(joined(text_page, scanned(page())))
    assert reading.text.startswith("Denne siden har tekst.")
    whole = " ".join(SOURCE)
    assert reading.text.count("§") == whole.count("§")
    wanted, found = (Counter(re.findall(r"[\w§-]+", text)) for text in (whole, reading.text))
    assert sum((wanted & found).values()) / sum(wanted.values()) >= 0.97
    headings = [reading.text[b.start : b.end] for b in reading.blocks if b.kind is BlockKind.HEADING]
    assert headings == [SOURCE[0], SOURCE[1], SOURCE[4]]
    assert [b.place.number for b in reading.blocks if b.place] == [1] + [2] * (len(reading.blocks) - 1)
    assert reading.warnings == ()


@needs_tesseract
def test_a_picture_that_is_none_is_damage():
    with pytest.raises(DamagedFile, match="recognition"):
        ocr.recognise(b"not a picture", 1.0)


def test_without_tesseract_a_scan_is_refused_with_what_to_install(no_tesseract: None):
    assert not ocr.available()
    with pytest.raises(OcrUnavailable, match="tesseract-ocr with its languages nor, dan and swe"):
        read(scanned(page(), dpi=40))


def test_without_tesseract_a_mixed_document_keeps_its_text_and_names_the_scanned_pages(no_tesseract: None):
    text_page = set_pages(paragraphs(["Denne siden har tekst."]))
    picture = scanned(page(), dpi=40)
    reading = read(joined(text_page, picture, picture))
    assert reading.text == "Denne siden har tekst."
    (warning,) = reading.warnings
    assert "pages 2, 3" in warning
    assert "tesseract-ocr" in warning


def seen(text: str, left: int, right: int, line: int = 1) -> ocr.Seen:
    return ocr.Seen(text, left, 100, right, 140, (1, 1, line))


def test_section_signs_are_taken_where_the_boxes_coincide_and_nothing_else_is():
    nordic = [
        seen("Etter", 0, 90),
        seen("$", 100, 120),
        seen("85", 130, 200),
        seen("$7,", 210, 260),
        seen("øl", 270, 300),
    ]
    english = [
        seen("Etter", 0, 90), seen("§", 101, 121), seen("§", 130, 150), seen("5", 160, 200),
        seen("§7,", 211, 259), seen("gl", 270, 300), seen("§", 400, 420),
    ]  # fmt: skip
    assert [word.text for word in ocr.with_section_signs(nordic, english)] == [
        "Etter",
        "§",
        "§ 5",
        "§7,",
        "øl",
    ]


def test_tsv_keeps_words_with_quotes_and_leaves_out_empty_boxes():
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    rows = [
        "4\t1\t1\t1\t1\t0\t5\t6\t100\t20\t-1\t",
        '5\t1\t1\t1\t1\t1\t5\t6\t30\t20\t96.1\t"Leder"',
        "5\t1\t1\t1\t1\t2\t40\t6\t9\t20\t95\t ",
    ]
    assert ocr.parse_tsv(head + "\n".join(rows)) == [ocr.Seen('"Leder"', 5, 6, 35, 26, (1, 1, 1))]


def test_boxes_become_points_with_one_size_for_lines_of_about_the_same_height():
    words = ocr.to_words(
        [
            seen("aa", 0, 300),
            ocr.Seen("gå", 0, 200, 300, 246, (1, 1, 2)),
            ocr.Seen("Tittel", 0, 0, 600, 90, (1, 1, 3)),
        ],
        300 / 72,
    )
    assert words[0].size == words[1].size < words[2].size
    assert words[0].x1 == pytest.approx(72)


def test_a_scan_is_drawn_at_the_size_of_its_page():
    ((_, width, height),) = pictures(page(), 40)
    assert (round(width), round(height)) == (round(A4[0]), round(A4[1]))
