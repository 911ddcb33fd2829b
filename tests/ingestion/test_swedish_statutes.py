"""Swedish statutes with rubrics and sections run together."""

from ingestion.passages import cut_passages
from ingestion.reading import markdown
from ingestion.structure import restore_structure

LAW = """# Lag (2030:1) om prov

## Kapitel 3

### 3 kap. 17 §

Nämnden leder arbetet. Lag (2031:2). Utskott

### 3 kap. 18 §

I fråga om utskott tillämpas bestämmelserna om jäv i 5 kap. 13, 40 och

### 3 kap. 43 §

§, samt protokollet i 8 kap. 12 §. 19 § Utskottet antar en arbetsordning. Lag (2031:2). Ekonomi 20 § Kommunen tillhandahåller medel enligt 9 § lagen om medel. 4 § Kommunallagen gäller inte.

### 3 kap. 21 § Revision

Revisorer väljs årligen. Övergångsbestämmelser 2031:2 1. Denna lag träder i kraft den 1 juli 2031.
"""


def locators() -> list[tuple[str, str]]:
    reading = restore_structure(markdown.read(LAW.encode()))
    passages = cut_passages(reading, "d", "v", "sv")
    assert all(reading.text[p.start : p.end] == p.text for p in passages)
    return [(p.locator, p.heading_path[-1]) for p in passages]


def test_each_section_stands_under_its_own_number_and_rubric() -> None:
    assert locators() == [
        ("3 kap. 17 §", "3 kap. 17 §"),
        ("3 kap. 18 §", "3 kap. 18 §"),
        ("3 kap. 19 §", "Utskott"),
        ("3 kap. 20 §", "Ekonomi"),
        ("3 kap. 21 §", "3 kap. 21 § Revision"),
        ("Övergångsbestämmelser", "Övergångsbestämmelser"),
    ]


def test_a_rubric_stands_over_the_section_after_it() -> None:
    passages = cut_passages(restore_structure(markdown.read(LAW.encode())), "d", "v", "sv")
    assert not passages[0].text.endswith("Utskott")
    assert passages[1].heading_path == ("Lag (2030:1) om prov", "Kapitel 3", "Utskott", "3 kap. 18 §")
    assert passages[1].marks == ()
    assert "jäv i 5 kap. 13, 40 och" in passages[1].text
    assert "protokollet" in passages[1].text


def test_a_last_sentence_without_a_stop_is_no_rubric_over_a_titled_section() -> None:
    law = "### 1 kap. 1 §\n\nFörsta regeln. Ett parti har fått mandat\n\n### 1 kap. 2 § Stöd\n\nStöd ges."
    first = cut_passages(restore_structure(markdown.read(law.encode())), "d", "v", "sv")[0]
    assert first.text.endswith("fått mandat")
