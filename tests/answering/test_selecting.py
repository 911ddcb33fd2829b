"""The span of each passage that answers: which sentence, and what is quoted with it."""

import pytest
from invented_evidence import asked, found, term

from assistant.answering.marks import candidates
from assistant.answering.ranker import Ranker
from assistant.answering.selecting import QUOTE_CHARS, quote_of, select, widened

BY_WORDS = Ranker({"own": 1.0})
BY_SCORE = Ranker({"passage": 1.0})
TRAVEL = term("reiser")
LONG = "Den som reiser i tjenesten, skal på forhånd ha innhentet skriftlig samtykke fra sin leder."
LIST = (
    "Ledergruppen har ansvar for følgende saker:\n"
    "- budsjettet for det kommende året og økonomiplanen for de fire neste\n"
    "- tilsettinger i ledende stillinger og lønnen for dem som sitter i dem\n"
    "- reglement for reiser og møtevirksomhet i alle kommunens enheter\n\n"
    "Ledergruppen møtes hver uke, og innkalling sendes senest fem dager før møtet holdes."
)


def quoted(text: str, chosen: int, answer_type: str = "", *, start: int = 0) -> str:
    """What is quoted when the sentence of that number is the one that answers."""
    question = asked("Hva?", answer_type)
    passage = found(text, start=start)
    every = list(candidates(question, [passage], ()))
    return quote_of(widened(every[chosen], question))


# Which spans


def test_each_passage_gives_its_best_sentence_the_best_passage_first() -> None:
    evidence = [
        found(f"Rektor leder skolen, og har ansvar for at den drives etter loven.\n\n{LONG}", name="a"),
        found("Rektor leder skolen, og har ansvar for at den drives etter loven.", name="b", score=5.0),
    ]
    chosen = select(asked("Reiser?"), evidence, [TRAVEL], ranker=BY_WORDS)
    assert [each.evidence.passage.id for each in chosen] == ["a", "b"]
    assert quote_of(chosen[0]) == LONG
    assert [each.coverage for each in chosen] == [1, 0]


def test_the_ranker_given_decides() -> None:
    evidence = [found(LONG, name="a", score=0.1), found("Rektor leder skolen.", name="b", score=0.2)]
    by_words = select(asked("Reiser?"), evidence, [TRAVEL], ranker=BY_WORDS)
    by_score = select(asked("Reiser?"), evidence, [TRAVEL], ranker=BY_SCORE)
    assert [each.evidence.passage.id for each in by_words] == ["a", "b"]
    assert [each.evidence.passage.id for each in by_score] == ["b", "a"]


def test_equal_spans_stand_in_the_order_of_their_passages_ids() -> None:
    evidence = [found(LONG, name=name) for name in ("c", "a", "b")]
    chosen = select(asked("Reiser?"), evidence, [TRAVEL], ranker=BY_WORDS)
    assert [each.evidence.passage.id for each in chosen] == ["a", "b", "c"]


def test_a_span_without_what_must_be_in_the_answer_comes_last() -> None:
    evidence = [
        found(LONG, name="a", score=9.0),
        found("Rektor kan kjøpe for inntil 50 000 kroner.", name="b", score=0.1),
    ]
    chosen = select(asked("Hvor mye kan rektor kjøpe for?", "how_much"), evidence, [TRAVEL], ranker=BY_SCORE)
    assert [(each.evidence.passage.id, each.fits) for each in chosen] == [("b", True), ("a", False)]


def test_what_must_be_in_the_answer_may_stand_in_the_sentence_quoted_with_it() -> None:
    passage = found("Rektor kan kjøpe inn selv. Grensen er 50 000 kroner.")
    (chosen,) = select(asked("Hvor mye?", "how_much"), [passage], [term("rektor")], ranker=BY_WORDS)
    assert quote_of(chosen) == passage.passage.text
    assert chosen.fits


def test_no_answer_is_refused_where_nothing_must_be_in_it() -> None:
    (chosen,) = select(asked("Hva er en rektor?", "definition"), [found("Rektor.")], [TRAVEL])
    assert chosen.fits


def test_nothing_gives_nothing() -> None:
    assert select(asked("Reiser?"), [], [TRAVEL]) == []
    assert select(asked("Reiser?"), [found("Reiser", unit="title")], [TRAVEL]) == []


def test_the_municipality_asked_about_goes_before_its_country() -> None:
    evidence = [
        found(LONG, name="a", organisation="no", score=0.2),
        found(LONG, name="b", organisation="granvik", score=0.1),
    ]
    named = select(asked("Reiser?"), evidence, [TRAVEL], frozenset({"granvik"}), ranker=BY_SCORE)
    assert [each.evidence.passage.id for each in named] == ["b", "a"]
    own, other = named
    assert own.likely > other.likely == 0
    assert own.score - own.likely == pytest.approx(0.1)


def test_who_names_nobody_most_likely_asks_about_the_own_country() -> None:
    evidence = [
        found(LONG, name=language, language=language, organisation=language, score=score)
        for language, score in (("da", 0.3), ("nb", 0.1), ("nn", 0.2))
    ]
    chosen = select(asked("Reiser?", language="nb"), evidence, [TRAVEL], ranker=BY_SCORE)
    assert [each.evidence.passage.id for each in chosen] == ["nn", "nb", "da"]
    chosen = select(asked("Rejser?", language="da"), evidence, [TRAVEL], ranker=BY_SCORE)
    assert chosen[0].evidence.passage.id == "da"


def test_headings_cover_the_question_unless_they_are_left_out() -> None:
    evidence = [found("Rektor godkjenner dem.", heading="Reiser")]
    (with_headings,) = select(asked("Reiser?"), evidence, [TRAVEL])
    (without,) = select(asked("Reiser?"), evidence, [TRAVEL], headings=False)
    assert (with_headings.coverage, without.coverage) == (1, 0)


# What is quoted


def test_a_quote_is_where_the_offsets_into_the_document_say() -> None:
    before = "Innledning om noe annet.\n\n"
    passage = found(f"{LONG}\n\nRektor leder skolen.", start=len(before))
    document = before + passage.passage.text
    (chosen,) = select(asked("Reiser?"), [passage], [TRAVEL], ranker=BY_WORDS)
    assert chosen.start == len(before)
    assert document[chosen.start : chosen.end] == quote_of(chosen) == LONG


def test_a_lead_in_is_quoted_with_its_whole_list_and_no_further() -> None:
    expected = LIST.split("\n\n")[0]
    assert quoted(LIST, 0) == quoted(LIST, 0, "when") == expected


@pytest.mark.parametrize("answer_type", ["list", "members", "who", "how_many", ""])
def test_an_item_is_quoted_with_its_list_where_a_list_may_answer(answer_type: str) -> None:
    assert quoted(LIST, 2, answer_type) == LIST.split("\n\n")[0]


@pytest.mark.parametrize("answer_type", ["how_much", "when", "yes_no"])
def test_an_item_is_quoted_alone_where_one_thing_is_asked_for(answer_type: str) -> None:
    assert quoted(LIST, 2, answer_type) == LIST.split("\n")[2].removeprefix("- ")


def test_a_sentence_after_a_list_is_no_part_of_it() -> None:
    assert quoted(LIST, 4, "list") == LIST.split("\n\n")[1]


def test_a_lead_in_that_says_how_many_has_so_many() -> None:
    text = "Utvalget har to faste oppgaver:\n- behandle budsjettet\n- behandle regnskapet\n- Møtene er åpne"
    assert quoted(text, 0).endswith("behandle regnskapet")
    assert quoted(text.replace("to faste", "faste"), 0).endswith("Møtene er åpne")
    assert quoted(text.replace("to faste", "fem faste"), 0).endswith("Møtene er åpne")


def test_a_question_is_quoted_with_its_answer() -> None:
    question = "Hvem skal godkjenne de reisene som ordføreren foretar på kommunens vegne i året?"
    text = f"{question} Varaordføreren godkjenner dem.\n\nRektor leder skolen."
    assert quoted(text, 0) == f"{question} Varaordføreren godkjenner dem."


def test_a_short_paragraph_is_quoted_whole_for_its_sentences_carry_each_others_conditions() -> None:
    text = "Krav inntil 25 000 kroner slettes av økonomisjefen. Større krav avgjør formannskapet."
    assert quoted(f"{text}\n\n{LONG}", 1) == text
    assert quoted(f"{text}\n{LONG}", 0) == text
    assert quoted(f"{text} {' '.join([LONG] * 4)}", 2) == LONG


def test_a_short_sentence_is_quoted_with_the_next_and_a_long_one_alone() -> None:
    text = f"Rektor godkjenner reiser.\nOver 10 000 gjør ordføreren det.\n{LONG}\nRektor leder skolen."
    assert quoted(text, 0) == "Rektor godkjenner reiser.\nOver 10 000 gjør ordføreren det."
    assert quoted(text, 2) == LONG
    assert quoted(text, 3) == "Rektor leder skolen."


def test_a_lead_in_without_a_list_is_quoted_alone() -> None:
    assert quoted("Dette gjelder:", 0) == "Dette gjelder:"


# How much of it


def test_a_list_too_long_to_show_is_cut_between_items() -> None:
    item = "- saker om reiser, møter og annen virksomhet som en enhet har i løpet av et år, nummer"
    items = [f"{item} {letter}" for letter in "abcdefghijkl"]
    text = "\n".join(["Utvalget behandler følgende saker:", *items])
    first = quoted(text, 0)
    assert len(first) <= QUOTE_CHARS
    assert first == text[: len(first)]
    assert first.split("\n") == text.split("\n")[: len(first.split("\n"))]
    assert len(first) + len(items[0]) + 1 > QUOTE_CHARS
    late = quoted(text, 11, "list")
    assert len(late) <= QUOTE_CHARS
    assert items[10].removeprefix("- ") in late


def test_a_short_sentence_is_quoted_alone_when_the_next_is_too_long_to_show() -> None:
    text = f"Rektor godkjenner reiser. Over grensen {'gjør ordføreren det og ' * 40}ingen annen."
    assert quoted(text, 0) == "Rektor godkjenner reiser."


def test_a_sentence_too_long_to_show_is_cut_between_words() -> None:
    text = "Ordføreren " + "godkjenner reiser og " * 60 + "leder."
    shown = quoted(text, 0, start=50)
    assert QUOTE_CHARS - len("godkjenner ") <= len(shown) <= QUOTE_CHARS
    assert text.startswith(f"{shown} ")


def test_a_word_too_long_to_show_is_cut_too() -> None:
    assert len(quoted("å" * 2000, 0)) == QUOTE_CHARS


def test_what_is_quoted_always_has_the_sentence_that_was_chosen() -> None:
    question = asked("Hva?", "list")
    passage = found(f"{LIST} {LONG}\n- kort\n- {'lengre ' * 90}", start=7)
    for each in candidates(question, [passage], ()):
        selection = widened(each, question)
        start, end = each.spans[each.index]
        assert selection.start - 7 <= start
        assert selection.end - 7 >= min(end, start + QUOTE_CHARS - len("lengre "))
        assert len(quote_of(selection)) <= QUOTE_CHARS
