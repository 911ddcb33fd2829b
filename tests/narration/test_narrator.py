"""An answer put into words, or left as it was: over a small library, with a model inside the process."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from invented_library import GRANVIK, SmallLibrary, two_municipalities
from played import PlayedModel, drafted, failing

from assistant.answering.assistant import Assistant, Stage
from assistant.domain.document import Kind
from assistant.domain.question import Question
from assistant.domain.reply import Abstention, Answer, Ended, Exchange, Outcome
from assistant.narration.narrator import Narrator
from assistant.narration.patience import PatientModel
from assistant.narration.prompts import Prompt

QUESTION = "Hvor ofte møtes HR-forum i Granvik?"
SAYS = "HR-forum møtes annenhver uke og ledes av HR-sjefen."


def key_of(prompt: Prompt, words: str) -> str:
    """The key under which the words stand."""
    for piece in prompt.user.split("\n\n"):
        if words in piece:
            return re.search(r"^(?:Nøkkel|Key): (\w+)$", piece, re.MULTILINE)[1]  # type: ignore[index]
    return re.search(r"^(?:Nøkkel|Key): (\w+)$", prompt.user, re.MULTILINE)[1]  # type: ignore[index]


def says(text: str, words: str = SAYS) -> PlayedModel:
    return PlayedModel(lambda prompt: drafted((text, key_of(prompt, words), words)))


def asked(
    model: PlayedModel, text: str = QUESTION, library: SmallLibrary | None = None, **fields: object
) -> Exchange:
    narrator = Narrator(PatientModel(model, 5, first_wait_s=0.001))
    return Assistant(library or two_municipalities(), narrator=narrator).ask(Question(text, **fields))  # type: ignore[arg-type]


def test_a_statement_that_holds_is_shown_with_the_document_s_own_words() -> None:
    exchange = asked(says("HR-forum møtes annenhver uke."))
    reply = exchange.reply
    assert isinstance(reply, Answer)
    assert reply.text == "HR-forum møtes annenhver uke. [1]"
    assert reply.citations[0].quote == SAYS
    assert exchange.mode == "played:model"
    assert exchange.notes == ()
    told = exchange.narration
    assert told is not None
    assert (told.ended, told.calls, told.tokens_in, told.tokens_out) == (Ended.NARRATED, 1, 100, 20)
    assert len(told.prompts) == 12


def test_a_short_quote_is_shown_as_the_whole_sentence() -> None:
    reply = asked(says("HR-forum møtes annenhver uke.", "møtes annenhver uke")).reply
    assert isinstance(reply, Answer)
    assert reply.citations[0].quote == SAYS


def test_what_does_not_hold_leaves_the_extractive_answer_with_a_note() -> None:
    plain = Assistant(two_municipalities()).ask(Question(QUESTION)).reply
    exchange = asked(says("HR-forum møtes hver uke."))
    assert exchange.reply == plain
    assert exchange.mode == "extractive"
    assert "kunne ikke kontrolleres" in exchange.notes[0]
    assert exchange.narration is not None
    assert exchange.narration.dropped == ("period",)


@pytest.mark.parametrize("ended", [Ended.TIMEOUT, Ended.RATE_LIMITED, Ended.UNREACHABLE, Ended.REJECTED])
def test_a_model_that_is_gone_leaves_the_extractive_answer_with_a_note(ended: Ended) -> None:
    exchange = asked(failing(ended))
    assert isinstance(exchange.reply, Answer)
    assert exchange.mode == "extractive"
    assert "ikke tilgjengelig" in exchange.notes[0]


@pytest.mark.parametrize("language", ["nb", "nn", "da", "sv", "en"])
def test_the_note_is_in_the_reader_s_language(language: str) -> None:
    notes = {asked(failing(Ended.TIMEOUT), language=each).notes for each in ("nb", "nn", "da", "sv", "en")}
    assert len(notes) == 5


@pytest.mark.parametrize(
    "text",
    [
        "Hvem fastsetter parkeringsavgiften i Granvik?",
        "",
        "Hvem leder HR-forum?",
        "Hvem bestemmer i Bergen kommune?",
    ],
)
def test_without_an_answer_no_model_is_asked(text: str) -> None:
    model = says("HR-forum møtes annenhver uke.")
    exchange = asked(model, text)
    assert not isinstance(exchange.reply, Answer)
    assert model.prompts == []
    assert exchange.narration is None


def test_a_model_that_finds_no_answer_is_believed_and_counted() -> None:
    exchange = asked(PlayedModel(lambda _: '{"answered": false}'))
    assert isinstance(exchange.reply, Abstention)
    assert exchange.reply.outcome is Outcome.SILENT
    assert exchange.reply.nearest[0].quote == SAYS
    assert exchange.narration is not None
    assert exchange.narration.ended is Ended.DECLINED
    assert "fant ikke svaret" in exchange.notes[0]


def test_a_model_never_sees_what_the_asker_may_not_read() -> None:
    model = PlayedModel(lambda _: '{"answered": false}')
    library = two_municipalities()
    library.add(
        GRANVIK,
        "Lønn i HR-forum",
        "HR-forum\nHR-forum har lønnskode PAPEGØYE.",
        audience=frozenset({"ledelse"}),
    )
    asked(model, "Hvilken lønn har HR-forum i Granvik, og hvor ofte møtes det?", library)
    asked(model, QUESTION, library)
    assert model.prompts
    assert not any("PAPEGØYE" in prompt.user for prompt in model.prompts)
    asked(model, "Hvilken lønnskode har HR-forum i Granvik?", library, groups=frozenset({"ledelse"}))
    assert any("PAPEGØYE" in prompt.user for prompt in model.prompts)


def test_a_model_sees_only_the_municipality_cited() -> None:
    model = PlayedModel(lambda _: '{"answered": false}')
    asked(model)
    assert all("Strandlev" not in prompt.user for prompt in model.prompts)


def test_guidance_is_labelled_by_code() -> None:
    library = SmallLibrary()
    library.add(
        GRANVIK, "Håndbok", "Fullmakt\nFullmakter bør gis skriftlig og tidsavgrenset.", kind=Kind.GUIDANCE
    )
    words = "Fullmakter bør gis skriftlig og tidsavgrenset."
    reply = asked(says(words, words), "Hvordan bør fullmakter gis i Granvik?", library).reply
    assert reply.text == f"Generell veiledning: {words} [1]"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("key", lambda key: ("QQQQQQ", SAYS)),
        ("words", lambda key: (key, "HR-forum møtes hver eneste dag og natt")),
        ("words", lambda key: (key, "R-forum møtes annenhver uke og ledes av HR-sjefe")),
    ],
)
def test_invented_evidence_is_dropped(name: str, change: Callable[[str], tuple[str, str]]) -> None:
    model = PlayedModel(
        lambda prompt: drafted(("HR-forum møtes annenhver uke.", *change(key_of(prompt, SAYS))))
    )
    exchange = asked(model)
    assert exchange.mode == "extractive"
    assert exchange.narration is not None
    assert exchange.narration.dropped == (name,)


def test_a_name_of_one_passage_and_a_number_of_another_make_no_statement() -> None:
    library = SmallLibrary()
    library.add(
        GRANVIK, "Fora", "HR-forum\nHR-forum ledes av HR-sjefen.\n\nØkonomiforum\nMøtes seks ganger i året."
    )

    def merged(prompt: Prompt) -> str:
        first, second = "HR-forum ledes av HR-sjefen.", "Møtes seks ganger i året."
        quotes = [{"key": key_of(prompt, words), "words": words} for words in (first, second)]
        text = "HR-forum møtes seks ganger i året."
        return json.dumps({"answered": True, "statements": [{"text": text, "quotes": quotes}]})

    exchange = asked(PlayedModel(merged), "Hvem leder HR-forum i Granvik, og hvor ofte møtes fora?", library)
    assert exchange.mode == "extractive"
    assert exchange.narration is not None
    assert exchange.narration.ended is Ended.UNSUPPORTED


def test_a_statement_said_twice_is_shown_once() -> None:
    def twice(prompt: Prompt) -> str:
        key = key_of(prompt, SAYS)
        return drafted(*[("HR-forum møtes annenhver uke.", key, SAYS)] * 2)

    exchange = asked(PlayedModel(twice))
    assert isinstance(exchange.reply, Answer)
    assert len(exchange.reply.statements) == 1
    assert exchange.narration is not None
    assert exchange.narration.dropped == ("repeated",)


def test_an_answer_has_what_such_a_question_cannot_be_answered_without() -> None:
    """Who leads it is true and stands there, and is not how often it meets."""
    library = SmallLibrary()
    library.add(
        GRANVIK,
        "Mandat",
        "HR-forum\nHR-forum ledes av HR-sjefen. HR-forum møtes annenhver uke på Teams hele året.",
    )
    exchange = asked(
        says("HR-forum ledes av HR-sjefen.", "HR-forum ledes av HR-sjefen."),
        "Når og hvor ofte møtes HR-forum i Granvik?",
        library,
    )
    assert exchange.mode == "extractive"


def test_a_follow_up_that_the_rules_cannot_put_in_full_is_put_so_by_the_model() -> None:
    def answer(prompt: Prompt) -> str:
        if prompt.name.startswith("rewrite"):
            assert "1. Fortell om HR-forum i Granvik" in prompt.user
            return json.dumps({"question": "Hvor ofte møtes HR-forum i Granvik?"})
        return drafted(("HR-forum møtes annenhver uke.", key_of(prompt, SAYS), SAYS))

    earlier = ("Fortell om HR-forum i Granvik, hvor ofte det møtes",)
    model = PlayedModel(answer)
    exchange = asked(model, "Kan du gjenta frekvensen?", earlier=earlier)
    assert [prompt.name for prompt in model.prompts] == ["rewrite.nb", "narrate.nb"]
    assert exchange.understood == "Hvor ofte møtes HR-forum i Granvik?"
    assert isinstance(exchange.reply, Answer)
    assert exchange.narration is not None
    assert exchange.narration.calls == 2


@pytest.mark.parametrize(
    "rewritten",
    [
        "Hvem forhandler lønnen i Granvik?",
        "",
        "How often does HR-forum i Granvik meet?",
        "Hvor ofte møtes HR-forum i Strandlev?",
    ],
)
def test_a_rewritten_question_may_add_nothing(rewritten: str) -> None:
    model = PlayedModel(lambda prompt: json.dumps({"question": rewritten}))
    exchange = asked(
        model, "Kan du gjenta frekvensen?", earlier=("Fortell om HR-forum i Granvik, hvor ofte det møtes",)
    )
    assert exchange.understood != rewritten
    assert (exchange.mode, exchange.notes) == ("extractive", ())
    assert not isinstance(exchange.reply, Answer)


def test_the_stages_are_told_as_they_begin() -> None:
    told: list[object] = []
    narrator = Narrator(PatientModel(says("HR-forum møtes annenhver uke."), 5))
    exchange = Assistant(two_municipalities(), narrator=narrator).ask(Question(QUESTION), told.append)
    assert isinstance(exchange.reply, Answer)
    assert told == [Stage.SEARCHING, Stage.NARRATING, *exchange.reply.statements]
    told.clear()
    Assistant(two_municipalities()).ask(Question(QUESTION), told.append)
    assert told == [Stage.SEARCHING]


def test_the_log_tells_how_it_went_and_nothing_of_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="mandat"):
        asked(says("HR-forum møtes hver uke."))
    (line,) = [record.getMessage() for record in caplog.records if "reply" in record.getMessage()]
    assert "model=unsupported calls=1 dropped=period tokens=100+20" in line
    assert "HR-forum" not in line


def test_a_decision_keeps_its_card_with_citations_that_exist() -> None:
    exchange = asked(says("HR-forum møtes annenhver uke."))
    assert isinstance(exchange.reply, Answer)
    numbers = {citation.number for citation in exchange.reply.citations}
    links = exchange.reply.decision.chain if exchange.reply.decision else ()
    assert {link.citation for link in links} <= numbers
    assert replace(exchange.reply) == exchange.reply


TWO = "Når møtes HR-forum i Granvik? Hvem sitter i ledergruppen?"
SITS = "Ledergruppen består av følgende medlemmer:"


def test_each_part_of_a_message_is_worded_by_itself() -> None:
    def say(prompt: Prompt) -> str:
        words = SAYS if "møtes" in prompt.user.split("Spørsmål:")[1].splitlines()[0] else SITS
        text = {SAYS: "HR-forum møtes annenhver uke.", SITS: "Kommunedirektøren er medlem av ledergruppen."}
        return drafted((text[words], key_of(prompt, words), SAYS if words == SAYS else "- kommunedirektøren"))

    exchange = asked(PlayedModel(say), TWO)
    reply = exchange.reply
    assert isinstance(reply, Answer)
    assert reply.text.startswith("HR-forum møtes annenhver uke. [1]\n")
    assert exchange.mode == "played:model"
    assert exchange.narration is not None
    assert exchange.narration.calls == 2
    assert exchange.understood == "Når møtes HR-forum i Granvik? Hvem sitter i ledergruppen?"


def test_a_part_that_the_model_cannot_word_is_quoted_beside_one_that_it_can() -> None:
    def say(prompt: Prompt) -> str:
        if "ledergruppen" in prompt.user.split("Spørsmål:")[1].splitlines()[0]:
            return "no draft"
        return drafted(("HR-forum møtes annenhver uke.", key_of(prompt, SAYS), SAYS))

    exchange = asked(PlayedModel(say), TWO)
    assert exchange.reply.text.splitlines()[0] == "HR-forum møtes annenhver uke. [1]"
    assert "«Ledergruppen består" in exchange.reply.text
    assert exchange.mode == "played:model"
    assert exchange.notes == ()


def test_a_part_that_the_model_finds_no_answer_to_is_said_to_have_none() -> None:
    def say(prompt: Prompt) -> str:
        if "ledergruppen" in prompt.user.split("Spørsmål:")[1].splitlines()[0]:
            return json.dumps({"answered": False, "statements": []})
        return drafted(("HR-forum møtes annenhver uke.", key_of(prompt, SAYS), SAYS))

    reply = asked(PlayedModel(say), TWO).reply
    assert isinstance(reply, Answer)
    assert "Om «Hvem sitter i ledergruppen?» finner jeg ikke noe svar" in reply.text


def test_a_follow_up_that_the_model_puts_as_two_questions_is_asked_in_parts() -> None:
    def say(prompt: Prompt) -> str:
        if prompt.name.startswith("rewrite"):
            return json.dumps({"question": TWO})
        return "no draft"

    asked_before = ("Når møtes HR-forum i Granvik?", "Hvem sitter i ledergruppen?")
    exchange = asked(PlayedModel(say), "Svar på begge igjen, takk", earlier=asked_before)
    assert exchange.understood == TWO
    assert "HR-forum møtes annenhver uke" in exchange.reply.text
    assert "Ledergruppen består" in exchange.reply.text
