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
