"""Web pages without the page around them."""

from __future__ import annotations

import time

import pytest

from assistant.errors import NoTextFound, TooLarge
from ingestion.reading import read_document
from ingestion.reading.html import read
from ingestion.reading.html_nesting import nesting
from ingestion.reading.reading import Reading

PAGE = """<!doctype html><html lang="nb"><head><meta charset="utf-8"><title>Delegering – Solvik</title>
<meta property="article:modified_time" content="2024-02-01"><style>p{color:red}</style></head>
<body class="cookie-ok"><a href="#innhold">Hopp til hovedinnhold</a>
<div id="CookieBanner">Vi bruker informasjonskapsler</div>
<header role="banner"><h2>Solvik kommune</h2><nav>Meny <a href="/">Hjem</a></nav></header>
<div class="breadcrumb">Hjem / Politikk</div>
<main id="innhold"><header><h1>Delegerings&shy;reglement</h1></header>
<p>Rådmannen <b>leder</b> administrasjonen.<br>Alltid, <del>aldri</del> innen 5&nbsp;000 kr<sup>1</sup>.</p>
<h3><button>Hvem avgjør?</button></h3>
<ul><li>Formannskapet<ol type="a"><li>skatt</li><li value="4">lån</li></ol></li><li>Utvalget</li></ul>
<dl><dt>Ordfører</dt><dd>leder møtene</dd></dl>
<div style="display: none">skjult instruks</div><i aria-hidden="true">ikon</i><div hidden>mer skjult</div>
<div class="share-buttons">Del på nettet</div><aside>Kontakt oss</aside><form>Var dette nyttig?</form>
<footer>Sist endret i går</footer></main>
<footer>Åpningstider</footer><script>var x = "<p>skript</p>"</script></body></html>"""


def parts(reading: Reading) -> list[tuple[str, int, str]]:
    return [(b.kind.value, b.level, reading.text[b.start : b.end]) for b in reading.blocks]


def test_the_document_in_the_page() -> None:
    reading = read(PAGE.encode())
    assert parts(reading) == [
        ("heading", 1, "Delegeringsreglement"),
        ("paragraph", 0, "Rådmannen leder administrasjonen.\nAlltid, innen 5 000 kr¹."),
        ("heading", 3, "Hvem avgjør?"),
        ("item", 0, "Formannskapet"),
        ("item", 1, "a. skatt"),
        ("item", 1, "d. lån"),
        ("item", 0, "Utvalget"),
        ("item", 0, "Ordfører"),
        ("item", 1, "leder møtene"),
        ("furniture", 0, "Del på nettet"),
        ("furniture", 0, "Kontakt oss"),
        ("furniture", 0, "Sist endret i går"),
    ]
    assert reading.properties == {
        "title": "Delegering – Solvik",
        "modified": "2024-02-01",
        "language": "nb",
    }


def test_without_a_main_part_the_body_is_the_document() -> None:
    page = PAGE.replace("<main", "<div").replace("</main>", "</div>")
    reading = read(page.encode())
    assert "Rådmannen leder" in reading.text
    assert "Delegeringsreglement" in reading.text
    for furniture in ("Meny", "Åpningstider", "informasjonskapsler", "Hopp til", "Hjem", "skript", "Kontakt"):
        assert furniture not in reading.text


def test_a_lone_article_is_the_document_and_several_are_all_of_it() -> None:
    assert read(b"<body><p>Rundt</p><article><p>Sak</p></article></body>").text == "Sak"
    both = read(b"<body><article><p>En</p></article><article><p>To</p></article></body>")
    assert both.text == "En\n\nTo"


@pytest.mark.parametrize(
    "page",
    [
        "<body><form id=aspnetForm><h1>Tittel</h1><p>Alt innhold</p></form></body>",
        "<body><div class='consent-given'><article><p>Alt innhold</p></article></div></body>",
        "<body><main></main><p>Alt innhold</p></body>",
        "<body><div class=shareholders>Alt innhold</div></body>",
        "<p>Alt innhold",
        "<body><details><summary>Spørsmål</summary>Alt innhold</details></body>",
        "<table><tr><td><h2>T</h2>Alt innhold</td><td>x</td></tr></table>",
    ],
)
def test_content_is_never_lost(page: str) -> None:
    assert "Alt innhold" in read(page.encode()).text


def test_much_hidden_text_is_remarked_on() -> None:
    reading = read(f"<p>Synlig</p><div hidden>{'Skjult ord ' * 40}</div>".encode())
    assert reading.text == "Synlig"
    assert "hidden text left out" in reading.warnings[0]


def test_tables_with_spans() -> None:
    reading = read(
        b"""<table><caption>Fullmakter</caption><thead><tr><th rowspan=2>Sak</th><th colspan=2>Hvem</th></tr>
        <tr><th>Kurs</th><th>Kj\xf8p</th></tr></thead>
        <tr><td rowspan=2>Drift</td><td>Leder</td><td>10 <s>5</s></td></tr>
        <tr><td>R\xe5dmann</td><td><p>20</p></td></tr>
        <tr><td colspan=3>Felles</td></tr></table><p>Etter</p>"""
    )
    table = reading.tables[0]
    assert table.name == "Fullmakter"
    assert table.header == ("Sak", "Hvem / Kurs", "Hvem / Kjøp")
    assert [[reading.text[a:b] for a, b in row.cells] for row in table.rows] == [
        ["Drift", "Leder", "10"],
        ["Drift", "Rådmann", "20"],
        ["Felles", "Felles", "Felles"],
    ]
    assert reading.text.endswith("Etter")


def test_a_latin1_page_by_its_own_word_and_without_it() -> None:
    body = "<p>Kommunestyret på Ærø møtes årlig</p>"
    for head in (
        "<meta charset=iso-8859-1>",
        '<meta http-equiv="x" content="text/html; charset=windows-1252">',
        "",
    ):
        assert read((head + body).encode("latin-1")).text == "Kommunestyret på Ærø møtes årlig"


def test_deep_nesting_is_refused_at_once() -> None:
    started = time.process_time()
    with pytest.raises(TooLarge, match="1000 elements inside one another"):
        read_document("dyp.html", b"<html>" + b"<div>" * 30_000 + b"tekst")
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("markup", "depth"),
    [
        ("<div><p>a<p>b</div>" * 3000, 1),
        ("<ul><li>a<li>b</ul>" * 3000, 1),
        ("<div><span></div>" * 3000, 2),
        ("<div></b>" * 50, 50),
        ("<div><b x=1></div>" * 50, 51),
        ("<svg>" + "<path />" * 3000 + "</svg>", 1),
        ("<script>" + "<div>" * 3000 + "</script><div>", 1),
        ("<!--" + "<div>" * 3000 + "--><div>", 1),
        ("<table><tr><td>" * 40, 40),
        ("<!--" * 200_000, 0),
        ("<script>" * 200_000, 0),
        ("<svg>" * 200_000, 1000),
    ],
)
def test_nesting_is_counted_as_a_parser_nests(markup: str, depth: int) -> None:
    assert nesting(markup, 1000) == depth


def test_a_page_of_nearly_the_allowed_depth_is_read() -> None:
    assert read(b"<div>" * 900 + b"innerst" + b"</div>" * 900).text == "innerst"


def test_a_mislabelled_page_is_read_with_a_remark() -> None:
    reading = read_document("vedtak.pdf", PAGE.encode())
    assert "Rådmannen leder" in reading.text
    assert reading.warnings[0] == "named .pdf but is a web page: read as that"


def test_a_page_of_scripts_has_no_text() -> None:
    with pytest.raises(NoTextFound):
        read_document("app.html", b"<html><body><div id=root></div><script>start()</script></body></html>")
