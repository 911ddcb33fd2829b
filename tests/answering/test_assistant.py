"""Question → verified reply, over a small library."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from invented_library import GRANVIK, SmallLibrary, two_municipalities

from assistant.answering.assistant import Assistant
from assistant.domain.question import Question
from assistant.domain.reply import Abstention, Answer, Clarification, Exchange, Outcome
from assistant.domain.scope import Scope
from assistant.errors import OrganisationNotFound, RerankerUnavailable, VerificationFailed


def ask(text: str, library: SmallLibrary | None = None, **fields: object) -> Exchange:
    return Assistant(library or two_municipalities()).ask(Question(text, **fields))  # type: ignore[arg-type]


def test_an_answer_quotes_the_sentence_and_names_where_it_stands() -> None:
    reply = ask("Hvor ofte møtes HR-forum i Granvik?").reply
    assert isinstance(reply, Answer)
    assert reply.citations[0].quote == "HR-forum møtes annenhver uke og ledes av HR-sjefen."
    assert reply.citations[0].organisation_name == "Granvik kommune"
    assert reply.text.startswith("Møtereglement (HR-forum): «HR-forum møtes annenhver uke")
    assert reply.text.endswith("[1]")


def test_the_other_municipality_is_never_cited_when_one_is_named() -> None:
    for question in (
        "Hvor ofte mødes HR-forum i Strandlev?",
        "How often does the HR-forum in Strandlev meet?",
    ):
        reply = ask(question).reply
        assert isinstance(reply, Answer)
        assert {citation.document.organisation for citation in reply.citations} == {"strandlev"}


def test_a_body_of_two_municipalities_is_asked_back() -> None:
    reply = ask("Hvem leder HR-forum?").reply
    assert isinstance(reply, Clarification)
    assert {option.organisation for option in reply.options} == {"granvik", "strandlev"}


def test_the_caller_s_organisation_settles_it_and_an_unknown_one_is_refused() -> None:
    assert isinstance(ask("Hvem leder HR-forum?", organisation="GK").reply, Answer)
    with pytest.raises(OrganisationNotFound, match="Granvik kommune"):
        ask("Hvem leder HR-forum?", organisation="Oslo")


def test_the_caller_s_organisation_is_not_widened_by_the_question() -> None:
    reply = ask("Hvor ofte mødes HR-forum i Strandlev?", organisation="granvik").reply
    cited = reply.citations if isinstance(reply, Answer) else getattr(reply, "nearest", ())
    assert all(citation.document.organisation == "granvik" for citation in cited)


@pytest.mark.parametrize(
    "question",
    ["Hvem fastsetter parkeringsavgiften i Granvik?", "Hva koster parkering ved rådhuset i Granvik?"],
)
def test_what_the_documents_do_not_say_is_not_answered(question: str) -> None:
    reply = ask(question).reply
    assert isinstance(reply, Abstention)
    assert reply.outcome in (Outcome.SILENT, Outcome.NOT_FOUND)
    assert reply.text


def test_an_abstention_names_whom_to_ask_when_a_document_has_an_owner() -> None:
    reply = ask("Hvem fastsetter kommunedirektørens parkeringsavgift i Granvik?").reply
    assert isinstance(reply, Abstention)
    assert reply.ask == "politisk sekretariat"
    assert "politisk sekretariat" in reply.text


def test_a_restricted_document_is_neither_answered_from_nor_hinted_at() -> None:
    question = "Hvem forhandler kommunalsjefenes lønn i Granvik?"
    public = ask(question).reply
    assert "personalutvalget" not in public.text
    assert isinstance(public, Abstention)
    assert all(citation.document.title != "Lederlønn" for citation in public.nearest)
    inside = ask(question, groups=frozenset({"ledelse"})).reply
    assert isinstance(inside, Answer)
    assert "personalutvalget" in inside.text


def test_a_list_is_quoted_whole_with_its_lead_in() -> None:
    reply = ask("Hvem sitter i ledergruppen i Granvik?").reply
    assert isinstance(reply, Answer)
    quote = reply.citations[0].quote
    assert quote.startswith("Ledergruppen består av følgende medlemmer:")
    assert quote.endswith("HR-sjefen")


def test_general_guidance_is_labelled() -> None:
    reply = ask("Hva krever tillit mellom folkevalgte og administrasjon?").reply
    assert reply.text.startswith("Generell veiledning, Håndbok for folkevalgte")


@pytest.mark.parametrize("text", ["", "   ", "🎉🎉", "???", "12 34"])
def test_a_question_without_words_gets_a_friendly_line(text: str) -> None:
    reply = ask(text).reply
    assert isinstance(reply, Abstention)
    assert (reply.outcome, reply.reason) == (Outcome.OUT_OF_SCOPE, "empty_question")


def test_a_question_in_another_language_says_which_are_spoken() -> None:
    reply = ask("Wer entscheidet über den Haushalt der Gemeinde und wann tagt der Ausschuss?").reply
    assert isinstance(reply, Abstention)
    assert reply.reason == "foreign_language"


def test_a_very_long_question_is_answered() -> None:
    reply = ask("Hvor ofte møtes HR-forum i Granvik? " + "bla " * 2500).reply
    assert reply.outcome in set(Outcome)


def test_an_empty_library_says_so() -> None:
    assert ask("Hvem leder HR-forum?", SmallLibrary()).reply.outcome is Outcome.UNAVAILABLE


def test_without_vectors_the_answer_stands_with_a_note() -> None:
    exchange = ask("Hvor ofte møtes HR-forum i Granvik?", two_municipalities(with_vectors=False))
    assert isinstance(exchange.reply, Answer)
    assert exchange.notes == ("Svaret bygger på ordsøk alene; vektorsøket er ikke tilgjengelig nå.",)


class Reranking:
    """Notes that it was asked; finds nothing relevant, or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.asked = 0
        self.fails = fails

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        self.asked += 1
        if self.fails:
            raise RerankerUnavailable("out of memory")
        return [0.0] * len(texts)


def test_without_its_reranker_the_answer_stands_with_a_note() -> None:
    plain = ask("Hvor ofte møtes HR-forum i Granvik?")
    for reranker in (Reranking(fails=True), Reranking()):
        assistant = Assistant(two_municipalities(), reranker=reranker)
        exchange = assistant.ask(Question("Hvor ofte møtes HR-forum i Granvik?"))
        assert reranker.asked == 1
        assert exchange.reply == plain.reply
        assert [note.partition(";")[0] for note in exchange.notes] == (
            ["Treffene står i vanlig rekkefølge"] if reranker.fails else []
        )
        assistant.find(Question("HR-forum"), 3)
        assert reranker.asked == 2


def test_the_reply_is_in_the_language_of_the_question_and_the_quote_is_not() -> None:
    reply = ask("How often does HR-forum in Granvik meet?").reply
    assert isinstance(reply, Answer)
    assert reply.language == "en"
    assert "“HR-forum møtes annenhver uke" in reply.text


@pytest.mark.parametrize(("place", "language"), [("Granvik", "nb"), ("Strandlev", "da")])
def test_a_question_alike_in_two_languages_is_answered_in_that_of_the_municipality(
    place: str, language: str
) -> None:
    assert ask(f"Hvem leder HR-forum i {place}?").reply.language == language


def test_words_of_one_language_settle_it_wherever_the_municipality_is() -> None:
    assert ask("Hvad er HR-forum i Granvik, og hvornår mødes det?").reply.language == "da"


def test_a_text_is_at_most_900_characters_and_a_quote_700() -> None:
    library = SmallLibrary()
    long = " ".join(
        f"HR-forum møtes i uke {number}, og møtet ledes av HR-sjefen i egen person" for number in range(60)
    )
    library.add(GRANVIK, "Møteplan", f"HR-forum\n{long}.\n\nHR-forum igjen\nHR-forum møtes {long}.")
    reply = ask("Hvor ofte møtes HR-forum i Granvik?", library).reply
    assert isinstance(reply, Answer)
    assert len(reply.text) <= 900
    assert all(len(citation.quote) <= 700 for citation in reply.citations)


def test_a_quote_that_differs_from_the_text_is_an_error_and_never_a_reply() -> None:
    class Drifted(SmallLibrary):
        def text(self, scope: Scope, document_id: str, version: str = "") -> str:
            return super().text(scope, document_id).replace("annenhver", "hver")

    source = two_municipalities()
    with pytest.raises(VerificationFailed):
        ask("Hvor ofte møtes HR-forum i Granvik?", Drifted(True, source.stored, source.known))


def test_titles_are_data() -> None:
    library = two_municipalities()
    library.stored = [(replace(d, title="{quote} <b>{owner}</b>"), t, p) for d, t, p in library.stored]
    reply = ask("Hvor ofte møtes HR-forum i Granvik?", library).reply
    assert reply.text.startswith("{quote} <b>{owner}</b>")


def test_bullets_of_symbol_fonts_are_shown_as_bullets_and_the_quote_is_untouched() -> None:
    library = SmallLibrary()
    library.add(
        GRANVIK,
        "Lederroller",
        "Tjenestelederne\nTjenestelederne skal: \uf02d bruke fullmaktene sine \uf02d delta i nettverk",
    )
    reply = ask("Hva skal tjenestelederne i Granvik gjøre?", library).reply
    assert isinstance(reply, Answer)
    assert "\uf02d bruke fullmaktene sine" in reply.citations[0].quote
    assert "• bruke fullmaktene sine" in reply.text
