"""Sentence and item boundaries in municipal and legal text."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


ONE = [
    "Kommunestyret kan delegere etter § 31, stk. 2, nr. 3, jf. § 18 til rådmannen.",
    "Fristen er 3. ledd og 1. januar 2024 for alle.",
    "Vedtaket gjelder f.eks. Oslo, bl.a. Bergen og evt. Hamar.",
    "Brevet er sendt av H.C. Andersen og A. Hansen i dag.",
    "Opgøres pr. 1. april i det år, jf. § 24, stk. 1, 2. pkt., om valg.",
    "§ 5. Møtet ledes av ordføreren.",
    "§ 5-6. Delegering til rådmannen.",
    "§ 3 a. Byrådet nedsætter et udvalg.",
    "Stk. 2. Byrådet kan beslutte andet.",
    "Kapittel 4. Informasjon om virksomheten",
    "Byrådet kan bestemme, at 1) udvalget nedlægges, 2) formanden afgår og 3) der vælges en ny.",
    "Socialtjänsten ska främja enskildas - ekonomiska trygghet, - jämlika villkor, och - deltagande.",
    "Det kostar 5 l Melk og 3 l Vann per gruppe.",
    "Politik bliver viden - og hvor dette ikke kan lade sig gøre - til løsninger.",
    "Kontakt post@kommune.no eller www.kommune.no for mer.",
    "Se avsnitt 2.1 og figur 3 (jf. kap. 4).",
]


@pytest.mark.parametrize("text", ONE)
def test_one_sentence(text: str) -> None:
    assert split(text) == [text]


MANY = [
    ["Møtet er åpent.", "Alle kan komme!", "Hvem leder?", "Ordføreren."],
    ["Utgiftene er lønn, reise m.m.", "Kommunen dekker dem."],
    ["Jf. dog § 10 a, stk. 1, 1. pkt.", "Stk. 3. Byrådet fastsætter regler."],
    ["Reglene er fra 2007.", "Kommunen endret dem i 2012.", "3 år senere falt de bort."],
    ["Det følger av bokstav b.", "Departementet kan gi forskrift."],
    ["«Det gjelder!»", "Han gikk."],
    ["Loven har deler (1-5 kap.).", "Andre regler står annetsteds."],
    ["Beløpet er 50 000 kr.", "Rådmannen kan øke det."],
]


@pytest.mark.parametrize("expected", MANY)
def test_several_sentences(expected: list[str]) -> None:
    assert split(" ".join(expected)) == expected
    assert split("\n".join(expected)) == expected


def test_a_wrapped_line_is_no_boundary() -> None:
    text = "Direktionen består af kommunaldirektøren og de tre\ndirektører, som mødes hver uge på\nRådhuset."
    assert split(text) == [text]


def test_a_blank_line_and_an_item_are_boundaries() -> None:
    text = "Formål\n\nDirektionen skal\n- sikre drift\n• følge opp\na) melde fra\n1. rapportere"
    assert split(text) == [
        "Formål", "Direktionen skal", "sikre drift", "følge opp", "a) melde fra", "1. rapportere",
    ]  # fmt: skip


def test_lines_that_stop_short_were_meant_to() -> None:
    text = "Roller og ansvar\nDirektionen leder kommunens administration og følger op på alle beslutninger."
    assert split(text)[0] == "Roller og ansvar"


def test_lines_of_a_slide_without_marks() -> None:
    text = "Øverste leder for administrasjonen\nPlikter å utrede sakene\nHar møterett"
    assert split(text) == text.split("\n")


def test_table_rows_are_apart() -> None:
    assert split("Sak | Rådmann\nSkole | Kommunestyret") == ["Sak | Rådmann", "Skole | Kommunestyret"]


def test_bullets_of_a_symbol_font() -> None:
    text = "Hovedgrep l Nettverk \uf02d Alle deltar lFokus på brukere \uf02d Tydelige mål o Møte i utvalg"
    assert split(text) == [
        "Hovedgrep", "Nettverk", "Alle deltar", "Fokus på brukere", "Tydelige mål", "Møte i utvalg",
    ]  # fmt: skip


def test_letters_alone_are_bullets_only_in_company() -> None:
    assert split("Rådmannen lFokus på drift l Roller i linjen") == [
        "Rådmannen",
        "Fokus på drift",
        "Roller i linjen",
    ]
    assert split("En liter er l Enkelt sagt") == ["En liter er l Enkelt sagt"]


def test_dashes_after_a_colon_are_a_list() -> None:
    text = "Som eksempler kan nævnes: - styring og opfølgning - økonomisk prioritering - sikring af kvalitet"
    assert split(text) == [
        "Som eksempler kan nævnes:", "styring og opfølgning", "økonomisk prioritering", "sikring af kvalitet",
    ]  # fmt: skip


def test_many_dashes_are_a_list_without_a_colon() -> None:
    assert split("Verktøy for ansvaret – avtale – etterlønn – årlig samtale") == [
        "Verktøy for ansvaret", "avtale", "etterlønn", "årlig samtale",
    ]  # fmt: skip


def test_numbers_that_count_up_are_items() -> None:
    text = "Formålet er at sikre: 1. Fælles retning 2. Samlet ledelse 3. Fælles tilgang"
    assert split(text) == [
        "Formålet er at sikre:",
        "1. Fælles retning",
        "2. Samlet ledelse",
        "3. Fælles tilgang",
    ]


def test_a_heading_in_capitals_stands_alone() -> None:
    text = "DIREKTIONENS ARBEJDSFORMER Direktionen arbejder i møder."
    assert split(text) == ["DIREKTIONENS ARBEJDSFORMER", "Direktionen arbejder i møder."]
    assert split("Brukere i KS Agenda svarer.") == ["Brukere i KS Agenda svarer."]


def test_items_that_lost_their_line_break() -> None:
    text = "Du har ansvar for innbyggerne Du har en rolle (leders leder hjælper) En mentor støtter"
    assert split(text) == [
        "Du har ansvar for innbyggerne",
        "Du har en rolle (leders leder hjælper)",
        "En mentor støtter",
    ]


def test_dots_that_lead_to_a_page_number_end_nothing() -> None:
    assert split("1. Formål... 3") == ["1. Formål... 3"]


def test_nothing_in_nothing() -> None:
    assert sentences("") == sentences(" \n\n • – \n") == []


@given(st.text(alphabet="Aab1. \n-–•()§:lo\uf02d…!«»", max_size=80))
def test_spans_are_in_order_trimmed_and_lose_no_word(text: str) -> None:
    spans = sentences(text)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    covered = {at for start, end in spans for at in range(start, end)}
    # only a letter that served as a bullet may be outside
    assert all(text[at] in "lo" for at, letter in enumerate(text) if letter.isalnum() and at not in covered)


@pytest.mark.parametrize(
    "text", ["." * 20000, "A" * 20000, "ABC " * 5000, "a - " * 5000, "a" * 20000, "l A " * 5000]
)
def test_no_text_takes_quadratic_time(text: str) -> None:
    started = time.process_time()
    sentences(text)
    assert time.process_time() - started < 2
