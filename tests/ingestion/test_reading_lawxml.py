"""Law XML in Lovdata's form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.errors import DamagedFile, UnsupportedFormat
from ingestion.reading import read_document
from ingestion.reading.lawxml import read
from ingestion.reading.reading import Reading

LAWS = Path(__file__).parents[3] / "shared" / "documents" / "no"
LAW = """<?xml version="1.0"?>
<!DOCTYPE html>
<html lang="no"><head><title>Lov om prøver</title><base href="https://example.org/"/></head><body>
<header class="documentHeader"><dl class="data-document-key-info">
<dt class="title">Tittel</dt><dd class="title">Lov om prøver (prøveloven)</dd>
<dt class="titleShort">Korttittel</dt><dd class="titleShort">Prøveloven</dd>
<dt class="ministry">Departement</dt><dd class="ministry"><ul><li>Departementet</li></ul></dd>
<dt class="legalArea">Område</dt><dd class="legalArea"><ul><li><a>Rett</a> &gt; <a>Prøver</a></li></ul></dd>
<dt class="lastChangedBy">Sist</dt><dd class="lastChangedBy"><a>lov/2023-06-16-62</a> fra 2024-05-01</dd>
<dt>Innhold</dt><dd class="table-of-contents"><ul><li>§ 1</li></ul></dd></dl></header>
<main class="documentBody"><h1>Lov om prøver</h1><section class="section"><h2>Kapittel 1. Om</h2>
<article class="legalArticle"><h3 class="legalArticleHeader"><span class="legalArticleValue">§ 1</span>.
<span class="legalArticleTitle">Formål</span></h3><a id="tom"/>
<article class="legalP">Folkevalgte organer, jf. <a href="x">§ 2</a>, er<ol class="defaultList" type="a">
<li data-name="a." value="1"><article class="listArticle"><article class="legalP">styret
<ol type="1"><li data-name="1." value="1"><article class="legalP">lederen</article></li></ol>
</article></article></li>
<li data-name="b." value="2"><article class="listArticle"><article class="legalP">utvalg.</article></article>
</li></ol><p class="leddfortsettelse">Fortsettelsen gjelder.</p></article>
<article class="legalP">Loven gjelder 5&#xA0;000<sup class="footnotereference">1</sup> steder.</article>
<article class="changesToParent">Endret ved lov <a>21 juni 2019 nr. 55</a>.</article>
<footer class="footnotes"><article class="footnote"><span>1</span> Antas.</article></footer>
</article></section></main></body></html>"""


def parts(reading: Reading) -> list[tuple[str, int, str]]:
    return [(b.kind.value, b.level, reading.text[b.start : b.end]) for b in reading.blocks]


def test_a_law() -> None:
    reading = read(LAW.encode())
    assert parts(reading) == [
        ("heading", 1, "Lov om prøver"),
        ("heading", 2, "Kapittel 1. Om"),
        ("heading", 3, "§ 1. Formål"),
        ("paragraph", 0, "Folkevalgte organer, jf. § 2, er"),
        ("item", 0, "a. styret"),
        ("item", 1, "1. lederen"),
        ("item", 0, "b. utvalg."),
        ("paragraph", 1, "Fortsettelsen gjelder."),  # the same ledd goes on
        ("paragraph", 0, "Loven gjelder 5 000¹ steder."),
        ("note", 0, "Endret ved lov 21 juni 2019 nr. 55."),
        ("note", 0, "1 Antas."),
    ]
    assert reading.properties == {
        "title": "Lov om prøver",
        "language": "no",
        "tittel": "Lov om prøver (prøveloven)",
        "korttittel": "Prøveloven",
        "departement": "Departementet",
        "rettsomrade": "Rett>Prøver",
        "sist-endret": "lov/2023-06-16-62",
    }


def test_it_is_known_by_its_content_not_its_name() -> None:
    for name in ("lov.xml", "lov.html", "lov"):
        assert read_document(name, LAW.encode()).properties["korttittel"] == "Prøveloven"


def test_latin1_by_its_declaration() -> None:
    law = LAW.replace('version="1.0"', 'version="1.0" encoding="ISO-8859-1"')
    assert "Formål" in read(law.encode("latin-1")).text


def test_xhtml_is_a_web_page() -> None:
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>Hei<br/>du</p></body></html>'
    assert read_document("side.xml", page.encode()).text == "Hei\ndu"


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><rss><channel><title>Nytt</title></channel></rss>',
        b'<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><html><body>&b;</body></html>',
        '<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><html>&a;</html>'.encode("utf-16"),
        b'<!DOCTYPE html [<!ATTLIST p x CDATA "y">]><html></html>',
    ],
)
def test_other_xml_and_entities_are_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedFormat):
        read_document("fil.xml", data)


def test_no_xml_at_all() -> None:
    with pytest.raises(DamagedFile):
        read_document("fil.xml", b"bare tekst")


def test_the_same_section_in_xml_and_markdown() -> None:
    if not LAWS.exists():
        pytest.skip("needs ../shared/documents")
    xml = read_document("a.xml", (LAWS / "lovdata_xml" / "kommuneloven.xml").read_bytes())
    markdown = read_document("a.md", (LAWS / "lover" / "kommuneloven.md").read_bytes())

    def section(reading: Reading, heading: str) -> list[tuple[str, str]]:
        found = [(kind, text) for kind, _, text in parts(reading)]
        at = found.index(("heading", heading))
        end = next(i for i in range(at + 1, len(found)) if found[i][0] == "heading")
        # The Markdown file has a blank after every link, and no letters before list items.
        return [
            (kind, re.sub(r"^[a-z]\. ", "", re.sub(r" ([,.)])", r"\1", text))) for kind, text in found[at:end]
        ]

    for heading in ("§ 5-6. Formannskap og fylkesutvalg", "§ 5-1. Folkevalgte organer", "§ 5-7. Utvalg"):
        assert section(xml, heading) == section(markdown, heading)
    assert xml.properties["refid"] == markdown.properties["refid"]
    assert xml.properties["tittel"] == markdown.properties["tittel"]
