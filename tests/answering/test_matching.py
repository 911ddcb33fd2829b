"""How far a question's word is met: by itself, a synonym, a compound, a neighbour's spelling, or its kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_evidence import stem_of, term

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


def test_every_further_likeness_counts_less() -> None:
    itself = met("delegering", "Delegering skjer skriftlig.")
    synonym = met("mayor", "Ordføreren leder møtet.", same="ordfører")
    compound = met("rolle", "Du har en styringsrolle.")
    spelling = met("arbetsgivare", "Arbeidsgiveren kaller inn.")
    compound_of_synonym = met("policy", "Innkjøpspolitikken gjelder alle.", same="politikk")
    of_its_kind = met("kommunestyre", "Et folkevalgt organ velger leder.", wider="organ")
    head_only = met("børneudvalg", "Et udvalg vælger formand.")
    degrees = [itself, synonym, compound, spelling, compound_of_synonym, of_its_kind, head_only]
    assert itself == 1
    assert head_only > 0
    assert degrees == sorted(set(degrees), reverse=True)


def test_the_nearest_of_several_likenesses_counts() -> None:
    synonym = met("kommunestyret", "Byrådet vedtar planen.", same="byråd")
    assert met("kommunestyret", "Byrådet er kommunens organ.", same="byråd", wider="organ") == synonym
    assert met("kommunestyret", "Kommunestyret er et organ.", same="byråd", wider="organ") == 1


def test_a_compound_is_met_at_either_end() -> None:
    assert met("plan", "Økonomiplanen vedtas i desember.") > 0.5
    assert met("delegering", "Se delegeringsreglementet.") > 0.5
    assert met("råd", "Ombudsrådet møtes.") > 0.5


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("råd", "Rådmannen bestemmer."),  # a short word is looked for at the end only
        ("plan", "Alle planlegger selv."),
        ("el", "Utvalgsmodel for kommunen."),
        ("ordfører", "Formannen leder møtet."),
        ("2019", "Vedtatt i 20195."),
        ("møtet", ""),
    ],
)
def test_what_only_looks_like_it_does_not_meet_it(word: str, text: str) -> None:
    assert matches(text, [term(word)]) == {}


def test_only_the_words_that_are_met_are_named() -> None:
    found = matches("Formannskapet møtes hver uke.", [term("formannskapet"), term("parkering")])
    assert list(found) == [stem_of("formannskapet")]
    assert matches("Formannskapet møtes.", []) == {}


def test_what_is_met_is_shared_by_weight() -> None:
    rare, common = Term("rare", 0.9, frozenset()), Term("common", 0.1, frozenset())
    assert share({"rare": 1.0}, [rare, common]) == pytest.approx(0.9)
    assert share({"rare": 0.5, "unasked": 1.0}, [rare, common]) == pytest.approx(0.45)
    assert share({}, [rare]) == 0.0
    assert share({"rare": 1.0}, []) == 0.0
    assert share({"rare": 1.0}, [Term("rare", 0.0, frozenset())]) == 0.0


def test_together_texts_meet_a_word_as_far_as_the_best_of_them() -> None:
    first, second = {"rare": 0.5, "own": 1.0}, {"rare": 0.9, "common": 0.1}
    assert union(first, second, {}) == union(second, first) == {"rare": 0.9, "own": 1.0, "common": 0.1}
    assert first == {"rare": 0.5, "own": 1.0}
    assert union() == {}


@given(
    st.lists(
        st.sampled_from(["forum", "lederforum", "råd", "rådet", "byråd", "organ", "arbeidsgiver", "plan"])
    )
)
def test_a_share_is_between_none_and_all_and_more_text_never_lowers_it(words: list[str]) -> None:
    terms = [term("kommunestyret", same=["byrådet"], wider=["organ"]), term("forum", 0.3)]
    terms.append(term("arbetsgivare", 0.7))
    shares = [share(matches(" ".join(words[:end]), terms), terms) for end in range(len(words) + 1)]
    assert shares == sorted(shares)
    assert all(0 <= each <= 1 for each in shares)
