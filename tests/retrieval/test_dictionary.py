"""English words and phrases, kinds of things, and how the English dictionary is made."""

import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from assistant.language.tokens import stems
from assistant.retrieval import build_english
from assistant.retrieval.build_english import english_to_nordic
from assistant.retrieval.glossary import nordic_glossary, read_glossary

ENGLISH = {"stop": ("stanse",), "harbour": ("havn",), "study": ("studere",), "mayor": ("byfogd",)}


def test_a_word_in_no_group_is_looked_up_when_the_question_is_english() -> None:
    glossary = read_glossary([["mayor", "ordfører"]], [], ENGLISH)
    assert glossary.synonyms("harbour", "en") == set(stems("havn"))
    assert glossary.synonyms("harbour", "nb") == frozenset()
    assert glossary.synonyms("mayor", "en") == set(stems("ordfører"))


@pytest.mark.parametrize("language", ["nb", "nn", "da", "sv", ""])
def test_only_english_questions_use_the_english_dictionary(language: str) -> None:
    glossary = read_glossary([["mayor", "ordfører"]], [], ENGLISH)
    assert glossary.synonyms("stop", language) == frozenset()
    assert glossary.synonyms("mayor", language) == set(stems("ordfører"))


def test_an_inflection_of_a_word_in_a_group_is_not_looked_up() -> None:
    glossary = read_glossary([["stop", "nedlegge"]], [], ENGLISH)
    assert glossary.synonyms("stops", "en") == set(stems("nedlegge"))


def test_a_word_is_no_synonym_of_itself_where_it_is_spelled_alike() -> None:
    glossary = read_glossary([], [], {"forum": ("forum", "møteplass")})
    assert glossary.synonyms("forum", "en") == set(stems("møteplass"))


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("hopping", "hop"),
        ("hoping", "hope"),
        ("hoped", "hope"),
        ("boxes", "box"),
        ("closes", "close"),
        ("carried", "carry"),
        ("bigger", "big"),
        ("biggest", "big"),
        ("larger", "large"),
        ("calling", "call"),
    ],
)
def test_a_form_is_one_of_the_nearest_word_and_not_of_its_lookalike(form: str, base: str) -> None:
    every = ("hop", "hope", "box", "close", "carry", "big", "large", "call", "cal")
    english = {word: (f"{word}ord",) for word in every}
    assert read_glossary([], [], english).synonyms(form, "en") == set(stems(f"{base}ord"))


@pytest.mark.parametrize("form", ["used", "being", "ring", "gas", "sing"])
def test_what_is_left_of_a_short_word_without_its_ending_is_not_looked_up(form: str) -> None:
    english = dict.fromkeys(("us", "be", "r", "ga", "s"), ("ord",))
    assert read_glossary([], [], english).synonyms(form, "en") == frozenset()


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
    assert all(word.islower() and word not in nordic.split() for word, nordic in entries)
    assert all(len(set(nordic.split())) == len(nordic.split(" ")) for _, nordic in entries)
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


def wordnet(folder: Path, *lines: str, **parts: str) -> Path:
    """A WordNet with these nouns and other parts of speech."""
    for name in ("noun", "verb", "adj", "adv"):
        held = "\n".join(("  1 licence", *(lines if name == "noun" else ()), parts.get(name, "")))
        (folder / f"index.{name}").write_text(held.rstrip("\n") + "\n", encoding="latin-1")
    return folder


def aligned(folder: Path, *rows: str) -> Path:
    path = folder / "aligned.tsv"
    path.write_text("\n".join(("synset\tnb\tnn\tda\tsv", *rows)) + "\n", encoding="utf-8")
    return path


def test_a_part_of_speech_has_meanings_of_its_own(tmp_path: Path) -> None:
    folder = wordnet(
        tmp_path,
        "record n 1 0 1 1 00000001  ",
        verb="record v 1 2 @ ~ 1 1 00000001  ",
        adv="so r 1 0 1 1 00000009",
    )
    table = aligned(
        tmp_path, "00000001-n\tprotokoll\t\t\t", "00000001-v\tnotere\t\t\t", "00000001-a\trød\t\t\t"
    )
    assert english_to_nordic(folder, table) == {"record": ("notere", "protokoll")}


def test_words_that_are_no_help_are_left_out(tmp_path: Path) -> None:
    folder = wordnet(
        tmp_path,
        "hr n 1 0 1 1 00000001  ",
        "forum n 1 0 1 1 00000002  ",
        "mayor n 1 0 1 1 00000003  ",
        "kin n 1 0 1 1 00000004  ",
    )
    table = aligned(
        tmp_path,
        "00000001-n\tpersonal\t\t\t",
        "00000002-n\tforum\t\tForum\t",
        "00000003-n\tBorgermester\tøverste leder\tborg-mester|1. mand\t",
        "00000005-n\tukjent\t\t\t",
    )
    assert english_to_nordic(folder, table) == {"mayor": ("borg-mester", "borgermester")}


def test_so_many_words_are_kept_and_those_of_the_commonest_sense(tmp_path: Path) -> None:
    folder = wordnet(tmp_path, "court n 2 0 2 2 00000001 00000002  ")
    first, second = "|".join("bdfhjln"), "|".join("acegikm")
    table = aligned(tmp_path, f"00000001-n\t{first}\t\t\t", f"00000002-n\t{second}|b\t\t\t")
    assert english_to_nordic(folder, table) == {"court": (*"bdfhjln", *"acegi")}


def test_the_command_writes_the_dictionary_sorted_and_keeps_its_remarks(tmp_path: Path) -> None:
    package = tmp_path / "assistant" / "retrieval"
    package.mkdir(parents=True)
    (package / "english.tsv").write_text("# where from\n# and how\nold\tgammel\n", encoding="utf-8")
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    shutil.copy(Path(build_english.__file__), package)
    nets = tmp_path / "nets"
    nets.mkdir()
    wordnet(nets, "town n 1 0 1 1 00000002  ", "mayor n 1 0 1 1 00000001  ")
    table = aligned(nets, "00000001-n\tordfører\t\tborgmester\t", "00000002-n\tby\t\t\tstad")
    command = [sys.executable, "-m", "assistant.retrieval.build_english", nets, table]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (package / "english.tsv").read_text(encoding="utf-8") == (
        "# where from\n# and how\nmayor\tborgmester ordfører\ntown\tby stad\n"
    )
