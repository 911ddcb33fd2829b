"""How far a question's word is met: by itself, a synonym, a compound, a neighbour's spelling, or its kind."""

import pytest

from assistant.answering.matching import matches, share, union
from assistant.language.tokens import stems
from assistant.retrieval.evidence import Term


def met(word: str, text: str, same: str = "", wider: str = "") -> float:
    term = Term(
        stems(word)[0], 1.0, frozenset(stems(same) if same else ()), frozenset(stems(wider) if wider else ())
    )
    return matches(text, [term]).get(term.stem, 0.0)


def test_the_word_itself_counts_most_and_a_stranger_nothing() -> None:
    assert met("ordføreren", "Ordfører leder møtet.") == 1.0
    assert met("ordføreren", "Rektor leder skolen.") == 0.0


def test_a_synonym_a_compound_and_a_kind_count_in_that_order() -> None:
    synonym = met("mayor", "Ordføreren leder møtet.", same="ordfører")
    compound = met("rolle", "Du har en styringsrolle.")
    of_its_kind = met("kommunestyre", "Et folkevalgt organ velger leder.", wider="organ")
    head_only = met("børneudvalg", "Et udvalg vælger formand.")
    assert 1.0 > synonym > compound > of_its_kind > head_only > 0.0


def test_two_spellings_of_one_word_meet() -> None:
    assert met("arbeidsgivar", "Arbeidsgiveren kaller inn.") > 0.5


def test_what_is_met_is_shared_by_weight() -> None:
    rare, common = Term("rare", 0.9, frozenset()), Term("common", 0.1, frozenset())
    assert share({"rare": 1.0}, [rare, common]) == pytest.approx(0.9)
    assert share({}, [rare]) == 0.0
    assert share({"rare": 1.0}, []) == 0.0
    assert union({"rare": 0.5}, {"rare": 0.9, "common": 0.1}, {}) == {"rare": 0.9, "common": 0.1}
