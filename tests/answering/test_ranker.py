"""Marks weighed into one figure, and the weights that come with the product."""

import pytest
from invented_evidence import asked, found, term

from assistant.answering.marks import candidates
from assistant.answering.ranker import Ranker, learned_ranker, plain_ranker
from assistant.answering.understanding import answers_type
from assistant.domain.document import Kind

SENTENCES = {
    "person": "Ordfører er Kari Nordmann.",
    "how_often": "Forumet møtes ukentlig.",
    "how_much": "Rektor kan kjøpe for inntil 50 000 kroner.",
    "how_long": "Valgperioden er fire år.",
    "how_many": "Utvalget har fem medlemmer.",
    "members": "Utvalget består av rektorene.",
    "when": "Utvalget møtes på en mandag.",
    "power": "Rektor kan ansette vikarer.",
    "where": "Utvalget møtes i rådhuset.",
    "who": "Rektor leder utvalget.",
    "purpose": "Formålet er samordning.",
    "definition": "Et utvalg er et folkevalgt organ.",
    "list": "Utvalget behandler plan og budsjett.",
    "yes_no": "Rektor kan ikke si opp noen.",
    "contact": "Kontakt rektor på e-post.",
    "pay": "Rektors lønn er 700 000 kroner.",
    "duration": "Møtet varer to timer.",
    "staff": "Skolen har 40 ansatte.",
    "chair": "Rektor leder utvalget.",
    "secretary": "Rådgiver er sekretær.",
    "appointed_by": "Kommunestyret velger utvalget.",
}


def test_a_score_is_the_weighted_sum_of_the_marks_that_have_a_weight() -> None:
    ranker = Ranker({"own": 2.0, "proposal": -1.5})
    assert ranker.score({"own": 0.5, "proposal": 1.0, "length": 9.0}) == pytest.approx(-0.5)
    assert ranker.score({"length": 9.0}) == ranker.score({}) == 0


@pytest.mark.parametrize("ranker", [learned_ranker, plain_ranker])
def test_every_weight_is_for_a_mark_that_a_sentence_can_have(ranker: object) -> None:
    names: set[str] = set()
    for name, sentence in SENTENCES.items():
        assert answers_type(sentence, name), name
        for text in (sentence, f"Innstilling: {sentence}", f"Vedtak: {sentence}"):
            for question in ("Hva er vedtatt?", "Hva er foreslått?"):
                passage = found(text, kind=Kind.MINUTES)
                for each in candidates(asked(question, name), [passage], [term("utvalget")]):
                    names |= set(each.marks)
    names |= {"record_decides", "record_facet", "record_other", "record_outside", "record_within"}
    names |= {"count_within", "count_outside"}
    names |= {"asked", "asked_section", "asked_place", "asked_best"}
    weights = ranker().weights  # type: ignore[operator]
    assert weights
    assert set(weights) <= names
