"""Markdown, as a person sees it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from assistant.errors import TooLarge
from ingestion.reading import read_document
from ingestion.reading.markdown import read
from ingestion.reading.reading import Reading

DOCUMENTS = Path(__file__).parents[3] / "shared" / "documents"


def parts(reading: Reading) -> list[tuple[str, int, str]]:
    return [(b.kind.value, b.level, reading.text[b.start : b.end]) for b in reading.blocks]


def test_a_law_in_markdown() -> None:
    source = """---
Tittel: "Lov om prøver (prøveloven)"
ikrafttredelse: 2019-11-01
omfatter: [kommuner, fylker]
tom:
---

# Lov om prøver

##### § 1-1. Formål

Formålet er å *prøve* **alt** i [loven](https://example.org) og `kode`.
Samme avsnitt.

- første
  - under
- andre

3. tredje
4. fjerde

*Endret ved lov 20 juni 2025 nr. 96
1 Ikr. 1 jan.*

<!-- merknad til redaktøren -->
> Sitert tekst.
"""
    reading = read(source.encode())
    assert parts(reading) == [
        ("heading", 1, "Lov om prøver"),
        ("heading", 5, "§ 1-1. Formål"),
        ("paragraph", 0, "Formålet er å prøve alt i loven og kode. Samme avsnitt."),
        ("item", 0, "første"),
        ("item", 1, "under"),
        ("item", 0, "andre"),
        ("item", 0, "3. tredje"),
        ("item", 0, "4. fjerde"),
        ("note", 0, "Endret ved lov 20 juni 2025 nr. 96 1 Ikr. 1 jan."),
        ("paragraph", 0, "Sitert tekst."),
    ]
    assert reading.properties == {
        "tittel": "Lov om prøver (prøveloven)",
        "ikrafttredelse": "2019-11-01",
        "omfatter": "kommuner, fylker",
    }


def test_stated_pairs_are_properties_and_stay_text() -> None:
    line = "Id: 2026:13  Dato: 2026-01-05  Kilde: https://www.retsinformation.dk/eli/lta/2026/13/xml"
    reading = read(f"# Bekendtgørelse\n\n{line}\n\n## Kapitel I\n\nOm: dette.".encode())
    assert reading.properties == {
        "id": "2026:13",
        "dato": "2026-01-05",
        "kilde": "https://www.retsinformation.dk/eli/lta/2026/13/xml",
    }
    assert line in reading.text


def test_tables_have_headers_and_cells() -> None:
    reading = read("| Sak | Hvem |\n|---|---|\n| Innkjøp | **Rådmann** |\n| Salg | |\n".encode())
    assert reading.tables[0].header == ("Sak", "Hvem")
    assert [[reading.text[a:b] for a, b in row.cells] for row in reading.tables[0].rows] == [
        ["Innkjøp", "Rådmann"],
        ["Salg", ""],
    ]


def test_struck_out_words_and_markup_are_not_text() -> None:
    reading = read(b"Grensen er ~~100~~ 200 kroner.<br>Ny <b>linje</b> &amp; slutt.  \nSist\\*")
    assert reading.text == "Grensen er  200 kroner.\nNy linje & slutt.\nSist*"


def test_indented_text_is_text_and_fences_keep_their_lines() -> None:
    assert "Rykket inn" in read(b"Foer:\n\n    Rykket inn\n").text
    assert read(b"```\na\n  b\n```\n").text == "a\n  b"


def test_broken_front_matter_is_remarked_on() -> None:
    reading = read(b"---\na: [1\n---\n\nTekst\n")
    assert reading.text == "Tekst"
    assert "front matter left out" in reading.warnings[0]


def test_two_rulers_are_not_front_matter() -> None:
    assert "Bare tekst" in read(b"---\nBare tekst\n---\n\nMer\n").text


@pytest.mark.parametrize("source", ["[" * 20_000, "*a **b " * 10_000, "`" * 20_000, "|a" * 5_000])
def test_hostile_markup_is_read_in_time(source: str) -> None:
    started = time.process_time()
    read_document("a.md", source.encode() + b"\n\ntekst")
    assert time.process_time() - started < 20


@pytest.mark.parametrize("marker", ["> ", "- "])
def test_deep_nesting_is_read_or_refused_but_never_dropped(marker: str) -> None:
    assert read((marker * 20 + "innerst\n\nslutt").encode()).text.split() == ["innerst", "slutt"]
    with pytest.raises(TooLarge):
        read((marker * 5_000 + "innerst\n\nslutt").encode())


def test_every_law_is_read_without_loss() -> None:
    if not DOCUMENTS.exists():
        pytest.skip("needs ../shared/documents")
    for path in sorted(DOCUMENTS.glob("**/*.md")):
        source = path.read_text(encoding="utf-8")
        reading = read_document(path.name, path.read_bytes())
        body = re.sub(r"\A---\n.*?\n---\n", "", source, flags=re.DOTALL)
        body = re.sub(r"(?m)^(?:#+ |- |\*)|\*$|[\u00ad\u200c\u200d]", "", body)
        assert reading.text.split() == body.split(), path.name
        headings = [part for part in parts(reading) if part[0] == "heading"]
        assert len(headings) == len(re.findall(r"(?m)^#+ ", source)), path.name
        assert {"refid", "kilde"} & set(reading.properties), path.name
