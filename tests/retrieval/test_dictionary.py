"""English words and phrases, kinds of things, and how the English dictionary is made."""

from importlib import resources
from pathlib import Path

import pytest

from assistant.language.tokens import stems
from assistant.retrieval.build_english import english_to_nordic
from assistant.retrieval.glossary import nordic_glossary, read_glossary

ENGLISH = {"stop": ("stanse",), "harbour": ("havn",), "study": ("studere",), "mayor": ("byfogd",)}


def test_a_word_in_no_group_is_looked_up_when_the_question_is_english() -> None:
    glossary = read_glossary([["mayor", "ordfører"]], [], ENGLISH)
    assert glossary.synonyms("harbour", "en") == set(stems("havn"))
    assert glossary.synonyms("harbour", "nb") == frozenset()
    assert glossary.synonyms("mayor", "en") == set(stems("ordfører"))


@pytest.mark.parametrize("form", ["stop", "stops", "stopped", "stopping"])
def test_inflected_english_words_are_found(form: str) -> None:
    assert read_glossary([], [], ENGLISH).synonyms(form, "en") == set(stems("stanse"))


def test_studies_is_a_form_of_study() -> None:
    assert read_glossary([], [], ENGLISH).synonyms("studies", "en") == set(stems("studere"))


def test_the_longest_phrase_is_taken() -> None:
    glossary = read_glossary(
        [],
        [],
        phrases={"safety representative": ["verneombud"], "chief safety representative": ["hovedverneombud"]},
    )
    asked = stems("chief safety representative")
    assert glossary.phrase_at(asked, 0) == (3, frozenset(stems("hovedverneombud")))
    assert glossary.phrase_at(asked, 1) == (2, frozenset(stems("verneombud")))
    assert glossary.phrase_at(asked, 2) == (0, frozenset())


def test_a_rule_for_the_kind_is_one_for_the_thing_but_not_the_other_way() -> None:
    glossary = read_glossary([], [], wider=[{"of": ["kommunestyre"], "in": ["organ"]}])
    assert glossary.more_general("kommunestyret") == set(stems("organ"))
    assert glossary.more_general("organ") == frozenset()


def test_the_shipped_dictionary_is_whole() -> None:
    text = resources.files("assistant.retrieval").joinpath("english.tsv").read_text(encoding="utf-8")
    entries = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    assert len(entries) > 8000
    assert all(len(entry) == 2 and entry[0].isalpha() and entry[1].strip() for entry in entries)
    assert [entry[0] for entry in entries] == sorted({entry[0] for entry in entries})
    assert set(stems("havn")) <= nordic_glossary().synonyms("harbour", "en")


def test_english_is_made_of_the_commonest_senses(tmp_path: Path) -> None:
    for name in ("noun", "verb", "adj", "adv"):
        (tmp_path / f"index.{name}").write_text("  1 licence\n", encoding="latin-1")
    (tmp_path / "index.noun").write_text(
        "  1 licence\ncourt n 3 1 @ 3 1 00000001 00000002 00000003  \ntown_hall n 1 1 @ 1 1 00000004  \n",
        encoding="latin-1",
    )
    aligned = tmp_path / "aligned.tsv"
    aligned.write_text(
        "synset\tnb\tnn\tda\tsv\n00000001-n\tdomstol\tdomstol\tdomstol\tdomstol\n"
        "00000002-n\tbane\t\tbane|tennisbane\tbana\n00000003-n\tgård\tgard\tgård\tgård\n00000004-n\trådhus\t\t\t\n",
        encoding="utf-8",
    )
    assert english_to_nordic(tmp_path, aligned) == {"court": ("domstol", "bana", "bane", "tennisbane")}
