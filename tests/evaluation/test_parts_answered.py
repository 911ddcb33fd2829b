"""Messages that ask several things, over the sample corpus: each is answered, or said not to be."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.answering.assistant import Assistant
from assistant.domain.question import Question
from assistant.domain.reply import Abstention, Answer, Clarification, Exchange, Outcome
from assistant.library.library import Library


@pytest.fixture(scope="module")
def assistant(corpus_home: Path) -> Iterator[Assistant]:
    library = Library(corpus_home)
    yield Assistant(library, today=lambda: date(2026, 11, 25))
    library.close()


def answer(exchange: Exchange) -> Answer:
    assert isinstance(exchange.reply, Answer)
    return exchange.reply


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Hvem leder HR-forum i Granvik, og når møtes det?",
         ("Ledes av HR-sjefen.", "HR-forum møtes annenhver uke")),
        ("Hva er strategisk lederforum i Granvik til for, hvem sitter i det og hvor ofte møtes det?",
         ("Formål: felles retning", "Medlemmer: kommunedirektørens ledergruppe", "Møtes seks ganger i året")),
        ("Hvem er formand for chefforum i Strandlev, og hvor ofte mødes det?",
         ("Formand: kommunaldirektøren.", "Møder: torsdag i ulige uger")),
        ("Who chairs the HR forum in Granvik and how often does it meet?",
         ("Ledes av HR-sjefen.", "HR-forum møtes annenhver uke")),
        ("Hva har enhetslederen i Granvik ansvar for, og hvem rapporterer han til?",
         ("fag, personale, økonomi", "Enhetslederen rapporterer til kommunalsjefen")),
        ("Vad får enhetschefen i Ekäng besluta om och vem är hans chef?",
         ("Enhetschefen anställer medarbetare", "Enhetschefen rapporterar till avdelningschefen.")),
        ("Jeg er enhetsleder i Granvik. Hva kan jeg bestemme, og hvem er min leder?",
         ("Enhetslederen ansetter medarbeidere", "Enhetslederen rapporterer til kommunalsjefen")),
        ("Hvem leder HR-forum i Granvik, og hvem er formand for chefforum i Strandlev?",
         ("Ledes av HR-sjefen.", "Formand: kommunaldirektøren.")),
    ],
)  # fmt: skip
def test_each_part_is_quoted_in_its_turn(assistant: Assistant, text: str, quoted: tuple[str, ...]) -> None:
    reply = answer(assistant.ask(Question(text)))
    places = [
        next((at for at, source in enumerate(reply.citations) if source.quote.startswith(words)), None)
        for words in quoted
    ]
    assert None not in places
    assert places == sorted(places, key=lambda at: at or 0)
    assert len(reply.statements) <= 4
    assert len(reply.text) <= 900
    spans = [(source.document.id, source.start, source.end) for source in reply.citations]
    assert len(spans) == len(set(spans))


def test_the_transcript_has_the_parts_as_they_were_asked(assistant: Assistant) -> None:
    exchange = assistant.ask(Question("Hvem leder HR-forum, og når møtes det i Granvik?"))
    assert exchange.understood == "Hvem leder HR-forum? Når møtes HR-forum i Granvik?"
    assert {source.document.organisation for source in answer(exchange).citations} == {"granvik"}


def test_a_message_in_a_conversation_leans_on_it_in_each_part(assistant: Assistant) -> None:
    question = Question(
        "Og hvem leder det, og når møtes det?", earlier=("Hva er HR-forum i Granvik til for?",)
    )
    quotes = [source.quote for source in answer(assistant.ask(question)).citations]
    assert any(quote.startswith("Ledes av HR-sjefen") for quote in quotes)
    assert any(quote.startswith("HR-forum møtes annenhver uke") for quote in quotes)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hvem avgjør skjenkebevilling i Granvik, og hva koster parkering ved rådhuset?",
         "Om «Hva koster parkering ved rådhuset?» finner jeg ikke noe svar i dokumentene."),
        ("Hvad koster parkering ved rådhuset i Strandlev, og hvem er formand for chefforum?",
         "Om »Hvad koster parkering ved rådhuset i Strandlev?« finder jeg ikke noget svar i dokumenterne."),
    ],
)  # fmt: skip
def test_what_the_documents_do_not_answer_is_said(assistant: Assistant, text: str, says: str) -> None:
    reply = answer(assistant.ask(Question(text)))
    assert says in reply.text
    assert reply.outcome is Outcome.ANSWERED


def test_a_message_without_any_answer_is_an_abstention(assistant: Assistant) -> None:
    text = "Hva koster parkering ved rådhuset i Granvik, og hvor ofte klippes gresset på fotballbanen?"
    assert isinstance(assistant.ask(Question(text)).reply, Abstention)


def test_what_may_be_meant_of_several_municipalities_is_asked_back_once(assistant: Assistant) -> None:
    reply = assistant.ask(Question("Hvem leder HR-forum? Hvor ofte møtes HR-forum?")).reply
    assert isinstance(reply, Clarification)


def test_a_municipality_without_documents_is_not_answered_for_another(assistant: Assistant) -> None:
    reply = assistant.ask(Question("Hvem leder HR-forum i Sandvik kommune, og når møtes HR-forum?")).reply
    assert isinstance(reply, Abstention)
    assert reply.reason == "unknown_organisation"
