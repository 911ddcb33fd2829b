"""Replies to the parts of a message as one: order, numbers, lengths and what the documents do not say."""

from assistant.answering.composing import abstain
from assistant.answering.joining import STATEMENTS, Part, join, share
from assistant.domain.document import Document, Kind
from assistant.domain.reply import Answer, Citation, Decision, Link, Outcome, Reply, Statement

LONG = "Møtet settes av lederen, og saklista sendes ut en uke før. " * 12


def citation(
    number: int, start: int, quote: str = "Forumet ledes av HR-sjefen.", town: str = "granvik"
) -> Citation:
    document = Document(f"{town}-1", "v1", "Mandat", town, Kind.REGULATION, "nb", "", "")
    return Citation(number, document, town.title(), "§ 1", quote, start, start + len(quote), f"{town}-1#0")


def answered(
    *starts: int, outcome: Outcome = Outcome.ANSWERED, quote: str = "", town: str = "granvik"
) -> Answer:
    """An answer with a statement for each place of the document."""
    sources = [citation(at, start, quote or f"Ord {start}.", town) for at, start in enumerate(starts, 1)]
    statements = tuple(Statement(f"Mandat: «{each.quote}» {each.start}", (each.number,)) for each in sources)
    return Answer(outcome, "nb", "", statements, tuple(sources))


def silent(ask: str = "") -> Reply:
    reply = abstain(Outcome.SILENT, "silent", "nb")
    return type(reply)(reply.outcome, reply.language, reply.text, reply.reason, (), ask)


def joined(*replies: Reply) -> Reply:
    return join([Part(f"Del {at}?", each) for at, each in enumerate(share(replies), 1)])


def starts(reply: Reply) -> list[int]:
    assert isinstance(reply, Answer)
    return [source.start for source in reply.citations]


def test_parts_come_in_their_order_and_share_the_statements() -> None:
    reply = joined(answered(10, 20, 30), answered(40, 50, 60))
    assert isinstance(reply, Answer)
    assert starts(reply) == [10, 20, 40, 50]
    assert [each.citations for each in reply.statements] == [(1,), (2,), (3,), (4,)]
    assert reply.text.splitlines()[2] == "Mandat: «Ord 40.» 40 [3]"


def test_a_part_with_little_to_tell_leaves_its_room_to_the_others() -> None:
    assert starts(joined(answered(10, 20, 30), answered(40), answered(50))) == [10, 20, 40, 50]
    assert starts(joined(answered(10), answered(20, 30, 40, 50))) == [10, 20, 30, 40]


def test_no_source_is_shown_twice() -> None:
    reply = joined(answered(10, 20, 30), answered(20, 10, 40))
    assert sorted(starts(reply)) == [10, 20, 30, 40]
    same = joined(answered(10, 20), answered(10, 30))
    assert starts(same) == [10, 20]


def test_a_source_that_two_statements_rest_on_keeps_its_number() -> None:
    first, second = answered(10), answered(10)
    worded = type(second)(
        second.outcome, "nb", "", (Statement("Forumet ledes av HR-sjefen.", (1,)),), second.citations
    )
    reply = join([Part("Del 1?", first), Part("Del 2?", worded)])
    assert isinstance(reply, Answer)
    assert len(reply.citations) == 1
    assert [each.citations for each in reply.statements] == [(1,), (1,)]


def test_the_reply_says_which_part_the_documents_are_silent_about() -> None:
    reply = join(
        [Part("Hva koster parkering [1]?", silent("Servicetorget")), Part("Hvem leder?", answered(10))]
    )
    assert isinstance(reply, Answer)
    assert reply.outcome is Outcome.ANSWERED
    assert reply.text.splitlines() == [
        "Om «Hva koster parkering 1?» finner jeg ikke noe svar i dokumentene. Spør gjerne Servicetorget.",
        "Mandat: «Ord 10.» 10 [1]",
    ]
    assert len(reply.statements) == 1


def test_when_no_part_is_answered_it_is_an_abstention() -> None:
    assert joined(silent("A"), silent("B")) == silent("A")


def test_both_sides_of_a_contradiction_are_told_or_the_message_is_not_asked_in_parts() -> None:
    conflict = answered(10, 20, outcome=Outcome.CONFLICTING)
    reply = joined(answered(30, 40, 50), conflict)
    assert isinstance(reply, Answer)
    assert reply.outcome is Outcome.CONFLICTING
    assert starts(reply) == [30, 40, 10, 20]
    assert reply.text.splitlines()[2].startswith("Dokumentene sier ikke det samme.")
    other = answered(60, 70, outcome=Outcome.CONFLICTING)
    assert share([answered(30), conflict, other]) == ()


def test_a_text_is_within_what_people_read_and_each_part_keeps_a_line() -> None:
    reply = joined(answered(10, 20, quote=LONG[:690]), answered(30, 40, quote=LONG[:690]))
    assert isinstance(reply, Answer)
    assert len(reply.text) <= 900
    assert [line[:6] for line in reply.text.splitlines()] == ["Mandat", "Mandat", "… og 2"]
    assert "[1]" in reply.text
    assert "[3]" in reply.text
    assert len(reply.statements) == STATEMENTS


def test_an_answer_about_two_municipalities_names_the_one_each_statement_is_about() -> None:
    reply = joined(answered(10), answered(20, town="strandlev"))
    assert isinstance(reply, Answer)
    assert [each.text.split(":")[0] for each in reply.statements] == ["Granvik", "Strandlev"]


def test_the_first_answer_s_decision_leads_and_points_to_its_source() -> None:
    decided = answered(10, 20)
    decision = Decision("Ferie", "Rektor", "decides", "", "", "no", (Link("Rektor", "decides", "", 2),))
    with_decision = type(decided)(
        decided.outcome, "nb", "", decided.statements[:1], decided.citations, decision
    )
    reply = joined(silent(), answered(30), with_decision)
    assert isinstance(reply, Answer)
    assert reply.decision is None
    reply = joined(with_decision, answered(30))
    assert isinstance(reply, Answer)
    assert reply.decision is not None
    assert reply.citations[reply.decision.chain[0].citation - 1].start == 20


def test_a_contradiction_is_not_cut_in_two() -> None:
    conflict = answered(30, 40, outcome=Outcome.CONFLICTING, quote=LONG[:690])
    reply = joined(answered(10, 20, quote=LONG[:690]), conflict)
    assert isinstance(reply, Answer)
    assert len(reply.text) <= 900
    assert [mark for mark in ("[1]", "[2]", "[3]", "[4]") if mark in reply.text] == ["[1]", "[3]", "[4]"]
    assert "Dokumentene sier ikke det samme. Det mest bindende og nyeste står først." in reply.text
