"""Words that mean the same, and words that only look it."""

import pytest

from assistant.language.tokens import stems
from assistant.retrieval.glossary import nordic_glossary, read_glossary


def same(one: str, other: str) -> bool:
    return stems(other)[0] in nordic_glossary().synonyms(stems(one)[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rådmannen", "kommunedirektøren"),
        ("kommunestyret", "byrådet"),
        ("formannskapet", "kommunstyrelsen"),
        ("meets", "mødes"),
    ],
)
def test_old_and_new_titles_and_neighbouring_languages_mean_the_same(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("kommunestyret", "kommunstyrelsen"), ("ordfører", "ordförande")],
)
def test_false_friends_do_not(one: str, other: str) -> None:
    assert not same(one, other)


def test_a_stem_is_no_synonym_of_itself() -> None:
    assert read_glossary([["mayor", "ordfører"]], []).synonyms("mayor") == {stems("ordfører")[0]}


SPOKEN = read_glossary([], ["ta"], everyday=[(["bli kvitt", "sparke"], ["avsette", "suspendere"])])


def test_a_word_of_everyday_speech_is_met_by_what_documents_write_and_not_the_other_way() -> None:
    assert {stems("avsette")[0], stems("suspendere")[0]} <= SPOKEN.synonyms("sparke")
    assert SPOKEN.synonyms("avsette") == frozenset()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bli kvitt ordføreren", True),
        ("bli snart kvitt ordføreren", True),
        ("kvitt bli ordføreren", False),
        ("bli gammel og klok og kvitt", False),
    ],
)
def test_the_words_of_a_saying_stand_in_order_and_near_each_other(text: str, found: bool) -> None:
    glossary = read_glossary([], [], everyday=[(["helt kvitt"], ["avsette"])])
    asked = stems(text.replace("bli", "helt"))
    assert bool(glossary.written_for(asked)) is found


def test_what_is_said_in_everyday_words_is_read_from_its_file() -> None:
    glossary = nordic_glossary()
    assert len(glossary.written) > 300
    assert len(glossary.sayings) > 1000
    assert stems("suspendere")[0] in frozenset().union(
        *glossary.written_for(stems("Hvordan sparke ordføreren")).values()
    )
