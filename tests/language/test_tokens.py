"""Words, stems and grams: what must meet, and what must stay apart."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.folding import fold
from assistant.language.stemming import stem
from assistant.language.tokens import ANALYSER, grams, stems, stop_words, words
from assistant.language.wordlists import read_lines, read_words


def test_words_keep_section_numbers_whole() -> None:
    assert words("§ 5–6 første ledd, jf. § 14a og stk. 2") == [
        "5-6", "første", "ledd", "jf", "14a", "og", "stk", "2",
    ]  # fmt: skip


def test_words_are_lower_case_but_not_folded() -> None:
    assert words("Björn ÆRLIG Høje-Taastrup") == ["björn", "ærlig", "høje", "taastrup"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100 000 kroner", ["100000", "kroner"]),
        ("100.000 kr.", ["100000", "kr"]),
        ("1\u00a0500\u00a0000", ["1500000"]),
        ("lag (2017:725)", ["lag", "2017:725"]),
        ("i 2013–2016", ["i", "2013", "2016"]),
        ("kl. 8.15-9.30", ["kl", "8.15-9.30"]),
        ("14.12.11Organisasjon", ["14.12.11", "organisasjon"]),
        ("kommu\u00adnen", ["kommunen"]),
        ("o\u0308verst", ["överst"]),
        ("«…» – !", []),
        ("", []),
    ],
)
def test_words_of_awkward_text(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Aabenraa", "Åbenrå"),
        ("SÄRSKILD", "særskild"),
        ("öppen", "øppen"),
        ("kommitté", "kommitte"),
        ("Müller", "muller"),
    ],
)
def test_folding_makes_spellings_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_folding_keeps_the_nordic_letters() -> None:
    assert fold("ÆØÅ") == "æøå"


@pytest.mark.parametrize(
    "family",
    [
        "administrasjonen administrationen administrationens administrasjon",
        "utvalget udvalget utvalg udvalgets",
        "oppgaver opgaver opgaverne oppgavene",
        "endringer ændringer",
        "delegere delegeres delegerer",
        "kommunen kommunens kommuner kommunerna",
        "høring høringen høringer",
        "senter center",
        "meeting meetings meets",
        "leder ledere lederen lederne leiar ledare",
        "nemnda nævnet nämnden",
    ],
)
def test_one_stem_across_languages_and_endings(family: str) -> None:
    assert len({stem(fold(word)) for word in family.split()}) == 1


@pytest.mark.parametrize(
    "pair",
    [
        "rektor rådmann",
        "møte mål",
        "leder ledd",
        "leder ledig",
        "formanden formen",
        "kommune kommisjon",
        "styre stryk",
    ],
)
def test_different_words_keep_different_stems(pair: str) -> None:
    one, other = (stem(fold(word)) for word in pair.split())
    assert one != other


def test_stems_leave_out_the_grammar_of_five_languages() -> None:
    assert (
        stems("Hvem har ansvaret?")
        == stems("Kven har ansvaret?")
        == stems("Who is ansvaret")
        == [stem("ansvaret")]
    )


def test_stems_of_nothing_but_stop_words_are_those_words() -> None:
    assert stems("Hva er det?") == ["va", "er", "det"]
    assert stems("") == []


def test_a_town_is_not_a_preposition() -> None:
    assert "by" not in stop_words()
    assert stems("The by") == ["by"]


def test_grams_mark_word_ends_and_skip_short_words_and_numbers() -> None:
    assert grams("leder i by 10000") == ["_led", "lede", "eder", "der_"]


def test_a_gram_meets_inside_a_compound() -> None:
    assert set(grams("lederavtale")) & set(grams("avtale"))


def test_stop_word_files_are_words_without_duplicates_of_case() -> None:
    for language in ("nb", "nn", "da", "sv", "en"):
        listed = read_words(f"stopwords/{language}.txt")
        assert listed
        assert all(word.isalpha() and word == word.lower() for word in listed)


def test_listed_words_have_one_stem_each() -> None:
    listed = [form for line in read_lines("stems.txt") for form in set(line.partition(":")[2].split())]
    assert len(listed) == len(set(listed))
    assert stem("møder") == stem("møter") == stem(fold("möten"))


def test_stemming_is_the_same_from_many_threads() -> None:
    listed = [f"ansvarlig{ending}" for ending in ("e", "es", "het", "heten", "heters", "ere", "st")] * 40
    stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(stem, listed))
    stem.cache_clear()
    assert together == [stem(word) for word in listed]


def test_the_fingerprint_is_the_same_in_another_process() -> None:
    code = "from assistant.language.tokens import ANALYSER; print(ANALYSER)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip()
        == ANALYSER
    )


@given(st.text(max_size=80))
def test_any_text_gives_words_without_space_or_upper_case(text: str) -> None:
    for word in words(text):
        assert word
        assert not any(letter.isspace() for letter in word)
    assert len(stems(text)) <= len(words(text))
    assert all(len(gram) == 4 for gram in grams(text))


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
