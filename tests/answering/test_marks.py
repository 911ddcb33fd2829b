"""The sentences of the evidence, and the marks that tell whether one answers."""

import pytest
from invented_evidence import asked, found, term

from assistant.answering.marks import Candidate, candidates
from assistant.answering.understanding import Understanding
from assistant.domain.document import Kind
from assistant.retrieval.evidence import Evidence, Term

QUESTION = asked("Hvem godkjenner reiser?")
TRAVEL, APPROVES = term("reiser", 1.0), term("godkjenner", 0.4)


def all_of(
    *evidence: Evidence,
    terms: tuple[Term, ...] = (APPROVES, TRAVEL),
    question: Understanding = QUESTION,
    headings: bool = True,
) -> list[Candidate]:
    return list(candidates(question, evidence, terms, headings=headings))


def texts(*evidence: Evidence) -> list[str]:
    return [
        each.evidence.passage.text[slice(*each.spans[each.index])]
        for each in candidates(QUESTION, evidence, ())
    ]


def test_every_sentence_is_a_candidate_without_the_heading_it_stands_under() -> None:
    passage = found("Reiser\nRektor godkjenner reiser. Ordføreren reiser fritt.", heading="Reiser")
    assert texts(passage) == ["Rektor godkjenner reiser.", "Ordføreren reiser fritt."]


def test_a_passage_that_is_its_heading_alone_is_kept() -> None:
    assert texts(found("Rektor godkjenner reiser", heading="Rektor godkjenner reiser")) == [
        "Rektor godkjenner reiser"
    ]


def test_a_row_is_one_candidate_and_a_title_none() -> None:
    row = "Reiser | Rektor. Over 10 000: ordføreren. | § 3"
    assert texts(found(row, unit="row")) == [row]
    assert texts(found("Reglement for reiser", unit="title")) == []


def test_what_has_no_word_is_no_candidate() -> None:
    assert texts(found("1.\n\nRektor godkjenner reiser.\n\n§ –")) == ["Rektor godkjenner reiser."]


def test_a_word_counts_where_it_stands_the_sentence_first() -> None:
    (own,) = all_of(found("Rektor godkjenner alle reiser."))
    (above,) = all_of(found("Rektor godkjenner dem.", heading="Reiser"))
    (title,) = all_of(found("Rektor godkjenner dem.", title="Reglement for reiser"))
    _, around = all_of(found("Reiser er dyre. Rektor godkjenner dem."))
    (nowhere,) = all_of(found("Rektor godkjenner dem."))
    names = ("own", "headings", "title", "around")
    shares = {
        case: [round(each.marks[name], 3) for name in names]
        for case, each in {"own": own, "above": above, "title": title, "around": around}.items()
    }
    little, much = round(0.4 / 1.4, 3), round(1 / 1.4, 3)
    assert shares == {
        "own": [1, 0, 0, 0],
        "above": [little, much, 0, 0],
        "title": [little, 0, much, 0],
        "around": [little, 0, 0, much],
    }
    assert nowhere.marks["unmet"] == pytest.approx(1 / 1.4)
    assert all(each.marks["unmet"] == 0 for each in (own, above, title, around))


def test_coverage_takes_headings_in_full_and_the_rest_of_the_passage_by_half() -> None:
    (own,) = all_of(found("Rektor godkjenner alle reiser."))
    (above,) = all_of(found("Rektor godkjenner dem.", heading="Reiser"))
    (context,) = all_of(found("Rektor godkjenner dem.", context="Reiser"))
    _, around = all_of(found("Reiser er dyre. Rektor godkjenner dem."))
    (nowhere,) = all_of(found("Rektor godkjenner dem."))
    assert own.coverage == above.coverage == context.coverage == pytest.approx(1)
    assert around.coverage == pytest.approx((0.4 + 0.5) / 1.4)
    assert nowhere.coverage == pytest.approx(0.4 / 1.4)


def test_without_headings_only_the_passage_itself_counts() -> None:
    passage = found("Rektor godkjenner dem.", heading="Reiser", title="Reiser", context="Reiser")
    (each,) = all_of(passage, headings=False)
    assert each.coverage == pytest.approx(0.4 / 1.4)
    assert each.marks["headings"] == each.marks["title"] == 0


def test_an_item_is_understood_by_the_line_that_introduces_it() -> None:
    passage = found("Dette gjelder reiser:\n- rektor\n- ordføreren")
    lead_in, *items = all_of(passage, terms=(TRAVEL,))
    assert (lead_in.marks["lead_in"], lead_in.marks["own"]) == (1, 1)
    assert [(each.marks["own"], each.marks["headings"]) for each in items] == [(0, 1), (0, 1)]
    plain = all_of(found("Dette gjelder reiser.\n- rektor\n- ordføreren"), terms=(TRAVEL,))
    assert [each.marks["headings"] for each in plain] == [0, 0, 0]


def test_the_rarest_word_and_the_one_asked_about_have_marks_of_their_own() -> None:
    question = asked("Kan ordføreren si opp en ansatt?", "yes_no")
    terms = (term("kan", 0.05), term("ordføreren", 0.5), term("oppsigelse", 0.9))
    first, second = all_of(
        found("Ordføreren leder møtet. En oppsigelse skal være skriftlig."), terms=terms, question=question
    )
    assert (first.marks["subject"], first.marks["rarest"]) == (1, 0)
    assert (second.marks["subject"], second.marks["rarest"]) == (0, 1)
    assert first.marks["subject_yes_no"] == 1
    (open_question,) = all_of(found("Ordføreren leder møtet."), terms=terms, question=asked("Hvem leder?"))
    assert (open_question.marks["subject"], open_question.marks["subject_yes_no"]) == (1, 0)


def test_whether_it_has_what_is_asked_for() -> None:
    question = asked("Hvor ofte møtes forumet?", "how_often")
    fits, misses = all_of(found("Forumet møtes hver uke. Forumet ledes av rektor."), question=question)
    assert (fits.marks["fits"], fits.marks["misses"], fits.marks.get("fits_how_often")) == (1, 0, 1)
    assert (misses.marks["fits"], misses.marks["misses"]) == (0, 1)
    assert "fits_how_often" not in misses.marks
    (untyped,) = all_of(found("Forumet møtes hver uke."), question=asked("Forumet?"))
    assert (untyped.marks["fits"], untyped.marks["misses"]) == (0, 0)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Rektor godkjenner alle reiser i skolen.", set()),
        ("Hvem godkjenner alle reiser i skolen?", {"question"}),
        ("Rektor godkjenner alle reiser som gjelder:", {"lead_in"}),
        ("Rektor godkjenner reiser til utlandet", {"unended"}),
        ("Rektor godkjenner.", {"short"}),
    ],
)
def test_the_form_of_a_sentence(text: str, marked: set[str]) -> None:
    (each,) = all_of(found(text))
    assert {name for name in ("question", "lead_in", "unended", "short") if each.marks[name]} == marked


def test_the_sort_of_passage_and_its_place_among_the_evidence() -> None:
    first, second, third = all_of(
        found("Rektor godkjenner reiser.", name="a", score=0.9),
        found("Reiser | Rektor", name="b", unit="row", kind=Kind.GUIDANCE, score=0.4),
        found("Rektor godkjente reisen.", name="c", kind=Kind.MINUTES, score=0.1),
    )
    shape = ("place", "passage", "row", "guidance", "minutes")
    assert [first.marks[name] for name in shape] == [1, 0.9, 0, 0, 0]
    assert [second.marks[name] for name in shape] == [1 / 2, 0.4, 1, 1, 0]
    assert [third.marks[name] for name in shape] == [1 / 3, 0.1, 0, 0, 1]


def test_a_passage_without_sentences_keeps_its_place() -> None:
    (each,) = all_of(found("Reiser", name="a", unit="title"), found("Rektor godkjenner.", name="b"))
    assert each.marks["place"] == 1 / 2


def test_where_in_the_passage_a_sentence_stands() -> None:
    marks = [
        each.marks for each in all_of(found("Rektor leder. Rektor reiser. Rektor hviler. Rektor sover."))
    ]
    assert [each["first"] for each in marks] == [1, 0, 0, 0]
    assert [each["position"] for each in marks] == [0, 0.25, 0.5, 0.75]


def standing(text: str, *, heading: str = "", question: str = "Hva ble vedtatt?") -> set[str]:
    """The standing of the last sentence."""
    passage = found(text, heading=heading, kind=Kind.MINUTES)
    *_, last = all_of(passage, question=asked(question))
    return {"decision", "proposal", "wanted_proposal", "neither"} & set(last.marks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Formannskapet vedtok grensen.", "decision"),
        ("Grensen ble enstemmig vedtatt.", "decision"),
        ("Budsjettet er einstemmig vedteke.", "decision"),
        ("Rådmannens innstilling ble enstemmig vedtatt.", "decision"),
        ("Udvalget besluttede at hæve grænsen.", "decision"),
        ("Godkendt.", "decision"),
        ("Sagen blev udsat.", "decision"),
        ("Kommunstyrelsen beslutar att anta planen.", "decision"),
        ("Nämnden bifaller förslaget.", "decision"),
        ("Vedtak: Grensen settes til 50 000.", "decision"),
        ("Kommunedirektøren foreslår 40 000.", "proposal"),
        ("Saka blir tilrådd.", "proposal"),
        ("Forslaget falt.", "proposal"),
        ("Opprinnelig var beløpet 40 000.", "proposal"),
        ("Forvaltningen indstiller, at udvalget godkender planen.", "proposal"),
        ("Förvaltningen föreslår att nämnden beslutar att godkänna planen.", "proposal"),
        ("Förvaltningen rekommenderar att nämnden avslår ansökan.", "proposal"),
        ("The administration recommends 40 000.", "proposal"),
        ("Møtet ble hevet kl. 20.", "neither"),
        ("Vedtaket kan påklages innen tre uker.", "neither"),
        ("Saken gjelder et vedtak fra 2019.", "neither"),
        ("Beslutninger i utvalget er bindende.", "neither"),
    ],
)
def test_a_decision_a_proposal_and_neither(text: str, expected: str) -> None:
    assert standing(text) == {expected}


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Vedtak", "decision"),
        ("Kommunestyrets vedtak:", "decision"),
        ("Beslut", "decision"),
        ("Kommunstyrelsens beslut", "decision"),
        ("Udvalgets beslutning", "decision"),
        ("Rådmannens innstilling", "proposal"),
        ("Indstilling", "proposal"),
        ("Forslag til vedtak", "proposal"),
        ("Förslag till beslut", "proposal"),
        ("Framlegg frå ordføraren", "proposal"),
        ("Vedtaksprotokoll", "neither"),
        ("Saksopplysninger", "neither"),
        ("Framlegging av saken", "neither"),
        ("", "neither"),
    ],
)
def test_a_sentence_without_such_words_stands_as_its_heading_says(heading: str, expected: str) -> None:
    assert standing("Grensen settes til 50 000.", heading=heading) == {expected}


def test_the_words_of_a_sentence_go_before_its_heading() -> None:
    assert standing("Formannskapet vedtok 50 000.", heading="Rådmannens innstilling") == {"decision"}
    assert standing("Høyre foreslo 40 000.", heading="Vedtak") == {"proposal"}


def test_a_proposal_that_is_asked_for_is_another_thing() -> None:
    question = "Hva foreslo kommunedirektøren?"
    assert standing("Kommunedirektøren foreslår 40 000.", question=question) == {"wanted_proposal"}
    assert standing("Grensen settes til 40 000.", heading="Innstilling", question=question) == {
        "wanted_proposal"
    }
    assert standing("Formannskapet vedtok 50 000.", question=question) == {"decision"}
    assert standing("Møtet ble hevet.", question=question) == {"neither"}


def test_only_minutes_have_proposals_and_decisions() -> None:
    (each,) = all_of(found("Formannskapet vedtok grensen.", kind=Kind.REGULATION))
    assert not {"decision", "proposal", "wanted_proposal", "neither"} & set(each.marks)


def test_without_words_to_go_by_nothing_is_covered_and_nothing_fails() -> None:
    (each,) = all_of(found("Rektor godkjenner reiser."), terms=())
    assert each.coverage == 0
    assert all_of() == []
