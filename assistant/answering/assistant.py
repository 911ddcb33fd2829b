"""Question → Reply: understand, find evidence, answer, verify."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Protocol

from assistant.answering.composing import abstain, answer, clarify, phrase, profile
from assistant.answering.conversation import SubjectOf, resolve, role_said
from assistant.answering.joining import Part, join, share
from assistant.answering.parts import parts_of
from assistant.answering.ranker import learned_ranker, plain_ranker
from assistant.answering.records import (
    Found,
    find_records,
    of_the_matter,
    records_beside,
    selection_of,
)
from assistant.answering.selecting import Selection, quote_of, select
from assistant.answering.understanding import (
    Understanding,
    answers_type,
    requires_type,
    settle_language,
    understand,
)
from assistant.answering.verifying import HoldsText, verify
from assistant.answering.wanted import past_date, wanted
from assistant.answering.worded import Basis, Narrates, Narrating, Tell
from assistant.domain.document import Kind, Organisation
from assistant.domain.fusion import Fusion
from assistant.domain.governance import Recorded
from assistant.domain.question import Question
from assistant.domain.reply import (
    Abstention,
    Answer,
    Clarification,
    Ended,
    Exchange,
    Outcome,
    Reply,
    Statement,
)
from assistant.domain.scope import Scope
from assistant.errors import IndexUnavailable, LibraryEmpty
from assistant.governance.register import Register, read_register
from assistant.retrieval.evidence import Evidence, Reranks, Searches, find_evidence
from assistant.retrieval.glossary import Glossary, in_full, nordic_glossary
from assistant.retrieval.method import EVERYTHING, Method
from assistant.retrieval.scoping import Subject, find_scope, named_in, stranger_in

_log = logging.getLogger("mandat")

# Floors of the coverage of the question's words: below the first nothing in scope is about the
# matter, below the second it is mentioned and not answered.
_ABOUT = 0.35
_ANSWERS = 0.3
# Of a question of few telling words, more than one of them: "Who won the election in 2023?"
_FEW_WORDS = 3
_FEW_ANSWERS = 0.4
_TELLING = 0.2  # weight of a word that tells what is asked about
# Who names no municipality and is answered best by a statute asks about the law, in other words
# than a statute's.
_STATUTE_ANSWERS = 0.2
_STATEMENTS = 3
# Nats: a further statement scores so near the first. An act is asked about in words far from its own,
# so that the first is less sure.
_SECOND_WITHIN = 2.0
_SECOND_WITHIN_ACT = 3.0
_RIVAL_WITHIN = 5.0  # nats: another municipality's best span so near makes the question ambiguous
_TOLD_BETTER = 0.2  # a sentence with so much more of the question than a record goes before it
_ANCHORS = 2  # passages that may tell which table has the amount asked about,
_ANCHORED = 0.3  # where they cover so much of the question
_REGISTERS = 48  # municipalities, dates and groups of readers whose records are kept at hand
_RIVAL_COVERAGE = 0.83  # and covers at least this share of what the best does


class Stage(StrEnum):
    """What is being done for a question."""

    SEARCHING = "searching"
    NARRATING = "narrating"


Progress = Callable[[Stage | Statement], None]
"""Told of each stage as it begins and of statements that will lead the reply, in the thread that asks."""


def _ignored(_: Stage | Statement) -> None:
    pass


class Reads(Searches, HoldsText, Protocol):
    """The library, as answering needs it."""

    def organisations(self) -> tuple[Organisation, ...]: ...
    def generation(self) -> int: ...
    def records(self, scope: Scope, passage_ids: Collection[str] | None = None) -> Sequence[Recorded]: ...


class Assistant:
    """Answers questions from a library; thread-safe when the library is."""

    def __init__(
        self,
        library: Reads,
        *,
        organisation: str = "",
        glossary: Glossary | None = None,
        today: Callable[[], date] = date.today,
        method: Method = EVERYTHING,
        earlier: Callable[[Question], Sequence[str]] = lambda _: (),
        narrator: Narrates | None = None,
        reranker: Reranks | None = None,
        fusion: Fusion | None = None,
    ) -> None:
        """`earlier` gives the questions asked before in a question's conversation, oldest first.

        `narrator` puts answers into words; without one they are quoted. `reranker` reorders what was
        found. `fusion` weighs the vectors, by default as the library has it.
        """
        self._reranker = reranker
        self._fusion = fusion
        self._narrator = narrator
        self._earlier = earlier
        self._method = method
        self._glossary = glossary or nordic_glossary()
        self._library = library
        self._organisation = organisation
        self._today = today
        self._registers: dict[tuple[int, Scope], Register] = {}

    def ask(self, question: Question, progress: Progress = _ignored) -> Exchange:
        """The verified reply to a question; `progress` is told how it comes about.

        Raises:
            OrganisationNotFound: the organisation given with the question is not in the library.
            VerificationFailed: a quote would not have been verbatim; nothing is shown.
        """
        clock = _Clock()
        progress(Stage.SEARCHING)
        organisations = self._library.organisations()
        narrating = self._narrator.begin() if self._narrator else None
        question = self._with_earlier(question)
        parts = self._answered_in_parts(question, organisations, clock)
        if narrating is not None and question.earlier and parts[0].is_open:
            # the rules found no answer to what may lean on the conversation: the model may say what it asks
            text = narrating.stand_alone(question, parts[0].reply.language)
            clock.lap("narrate")
            if text and text != parts[0].question.text:
                alone = replace(question, text=text, earlier=(), conversation_id="")
                again = self._answered_in_parts(alone, organisations, clock)
                parts = again if any(each.basis for each in again) else parts
        notes = tuple(dict.fromkeys(note for each in parts for note in each.notes))
        replies = [each.reply for each in parts]
        if narrating is not None and any(each.basis for each in parts):
            progress(Stage.NARRATING)
            # statements of parts are numbered, and named after their organisation, when they are joined
            tell = progress if len(parts) == 1 else _ignored
            replies = [self._worded(narrating, each, tell) for each in parts]
            clock.lap("narrate")
        reply = replies[0]
        if len(parts) > 1:
            reply = join([each.part(told) for each, told in zip(parts, replies, strict=True)])
            verify(reply, self._library, _widest([each.scope for each in parts if each.scope]))
            clock.lap("verify")
        if narrating is not None and (note := narrating.note(reply.language)):
            notes += (note,)
        narration = narrating.narration if narrating is not None else None
        is_worded = narration is not None and narration.ended is Ended.NARRATED
        exchange = Exchange(
            uuid.uuid4().hex,
            reply,
            narration.model if narration is not None and is_worded else "extractive",
            clock.laps,
            notes,
            question.conversation_id,
            parts[0].question.text if len(parts) == 1 else " ".join(each.asked for each in parts),
            narration,
        )
        _note(exchange, question)
        return exchange

    def _worded(self, narrating: Narrating, answered: _Answered, tell: Tell) -> Reply:
        """The answer as the model words it, checked as every reply is; else as it was."""
        basis, scope = answered.basis, answered.scope
        if basis is None or scope is None:
            return answered.reply
        worded = narrating.narrate(basis, lambda reply: verify(reply, self._library, scope), tell)
        return basis.answer if worded is None else worded

    def _answered_in_parts(
        self, question: Question, organisations: Sequence[Organisation], clock: _Clock
    ) -> tuple[_Answered, ...]:
        """The replies to each question of a message that asks several; one where it asks one.

        It is taken for one where to ask its parts gives no answer, and where one of them is asked back.
        """
        answered = [
            self._answered(each, organisations, clock) for each in self._parts(question, organisations)
        ]
        asked_back = [each for each in answered if isinstance(each.reply, Clarification)]
        if asked_back:
            return (asked_back[0],)
        if len(answered) == 1:
            return tuple(answered)
        # so that in the end no more is told than can be read
        shared = share([each.reply for each in answered])
        if not shared or not any(each.basis for each in answered):
            return (self._answered(question, organisations, clock),)
        return tuple(each.within(reply) for each, reply in zip(answered, shared, strict=True))

    def _parts(self, question: Question, organisations: Sequence[Organisation]) -> tuple[Question, ...]:
        """The questions of a message, each a follow-up to those before it; what all share is said of each."""
        whole = question
        if question.earlier:
            question = resolve(question, organisations, self._subject_of(question, organisations))
        here = named_in(question.text, organisations)
        if len(here) == 1 and not question.organisation:
            # "Hvem leder HR-forum, og når møtes det i Granvik?"
            question = replace(question, organisation=here[0].id)
        subject = find_scope(question, organisations, self._organisation, self._today())
        texts = parts_of(question.text, organisations, self._subject_of(question, organisations))
        understanding = understand(question)
        of_a_country = not subject.named and subject.scope.organisations is not None
        is_one = len(texts) == 1 or understanding.refusal or stranger_in(question.text, organisations)
        if is_one or of_a_country:
            return (whole,)
        if not question.language:
            understanding = settle_language(understanding, subject.named)
        return tuple(
            replace(
                question,
                text=text,
                earlier=(*question.earlier, *texts[:place]),
                language=understanding.language,
                as_of=question.as_of or past_date(question.text, self._today()),
            )
            for place, text in enumerate(texts)
        )

    def _answered(
        self, question: Question, organisations: Sequence[Organisation], clock: _Clock
    ) -> _Answered:
        """The verified reply without a model, and what it rests on."""
        question = self._in_full(question, organisations)
        understanding = understand(question)
        if not understanding.refusal and not self._library.generation():
            understanding = Understanding(understanding.text, understanding.language, "", "unavailable")
        if understanding.refusal:
            outcome = Outcome.UNAVAILABLE if understanding.refusal == "unavailable" else Outcome.OUT_OF_SCOPE
            return _Answered(question, abstain(outcome, understanding.refusal, understanding.language))
        subject = find_scope(question, organisations, self._organisation, self._today())
        if not self._method.scope:
            subject = replace(subject, scope=replace(subject.scope, organisations=None), named=())
        if not question.language:
            understanding = settle_language(understanding, subject.named)
        stranger = stranger_in(question.text, organisations)
        if stranger and any(not each.is_country for each in organisations):
            clock.lap("understand")
            reply: Reply = abstain(
                Outcome.NOT_FOUND, "unknown_organisation", understanding.language, organisation=stranger
            )
            return _Answered(question, reply)
        clock.lap("understand")
        glossary = self._glossary.with_words(tuple(line for each in subject.named for line in each.words))
        try:
            findings = find_evidence(
                self._library,
                subject.scope,
                understanding.text,
                glossary=glossary,
                language=understanding.language,
                leave_out=subject.name_words | _year_of(subject),
                method=self._method,
                fusion=self._fusion,
                reranker=self._reranker,
            )
        except (LibraryEmpty, IndexUnavailable) as error:
            _log.warning("no answer: %s", error)
            reason = "unavailable" if isinstance(error, LibraryEmpty) else "rebuilding"
            return _Answered(question, abstain(Outcome.UNAVAILABLE, reason, understanding.language))
        clock.lap("retrieve")
        asked = wanted(understanding.text)
        beside = (
            records_beside(self._library, subject.scope, asked, findings.evidence)
            if self._method.records
            else {}
        )
        terms = of_the_matter(findings.terms, asked)
        selections = select(
            understanding,
            findings.evidence,
            terms,
            frozenset(organisation.id for organisation in subject.named),
            ranker=learned_ranker() if self._method.ranker else plain_ranker(),
            headings=self._method.headings,
            recorded=beside,
        )
        register = self._register(subject, organisations) if self._method.records else None
        anchors = [
            each.evidence.passage.id
            for each in selections[:_ANCHORS]
            if each.fits and each.coverage >= _ANCHORED
        ]
        found = find_records(register, asked, terms, anchors) if register else None
        telling = sum(term.weight >= _TELLING for term in terms)
        answers = _FEW_ANSWERS if telling <= _FEW_WORDS else _ANSWERS
        best = selections[0] if selections else None
        if found is not None and best and best.fits and best.coverage > found.covered + _TOLD_BETTER:
            found = None
        if found is not None and not _fits(found, understanding):
            found = None
        chosen: Sequence[Selection]
        if found is not None:
            reply = _recorded(found, understanding.language, organisations)
            chosen = (*found.selections, *(each for each in found.chain if each not in found.selections))
        else:
            reply, chosen = _reply(understanding, subject, selections, organisations, answers)
            names_nobody = isinstance(reply, Answer) and not any(
                answers_type(citation.quote, "who") for citation in reply.citations
            )
            if asked.who and register and register.rights and (names_nobody or isinstance(reply, Abstention)):
                reply, chosen = _silent(register, selections, understanding.language, organisations), ()
        clock.lap("answer")
        verify(reply, self._library, subject.scope)
        clock.lap("verify")
        lacking = {"words_only": not findings.with_vectors, "not_reranked": not findings.is_reranked}
        notes = tuple(phrase(name, understanding.language) for name, lacks in lacking.items() if lacks)
        if not isinstance(reply, Answer):
            return _Answered(question, reply, notes, subject.scope)
        basis = Basis(
            question,
            understanding,
            reply,
            tuple(chosen),
            tuple(each for each in selections if each.coverage >= _ANSWERS and each not in chosen),
            {each.id: each for each in organisations},
            subject.scope.as_of or self._today(),
            glossary,
            terms,
            answers,
            is_settled=found is not None and asked.amount is not None,
        )
        return _Answered(question, reply, notes, subject.scope, basis)

    def find(self, question: Question, limit: int) -> tuple[Evidence, ...]:
        """The passages in the question's scope that match it best, at most `limit`; no answer is made.

        Raises:
            OrganisationNotFound: the organisation given with the question is not in the library.
            LibraryEmpty: nothing was published yet.
            IndexUnavailable: the word index cannot be read.
        """
        subject = find_scope(question, self._library.organisations(), self._organisation, self._today())
        understanding = understand(question)
        return find_evidence(
            self._library,
            subject.scope,
            understanding.text,
            glossary=self._glossary,
            language=understanding.language,
            leave_out=subject.name_words,
            limit=limit,
            method=self._method,
            fusion=self._fusion,
            reranker=self._reranker,
        ).evidence

    def _with_earlier(self, question: Question) -> Question:
        """The question with those asked before in its conversation."""
        if question.conversation_id and not question.earlier:
            return replace(question, earlier=tuple(self._earlier(question)))
        return question

    def _in_full(self, question: Question, organisations: Sequence[Organisation]) -> Question:
        """The question with what it leaves to the conversation, and the date that it asks of."""
        if question.earlier or question.asker_role or role_said(question.text):
            question = resolve(question, organisations, self._subject_of(question, organisations))
        subject = find_scope(question, organisations, self._organisation, self._today())
        words = tuple(line for each in subject.named for line in each.words)
        question = replace(question, text=in_full(question.text, words))
        if question.as_of is None:
            question = replace(question, as_of=past_date(question.text, self._today()))
        return question

    def _subject_of(self, question: Question, organisations: Sequence[Organisation]) -> SubjectOf:
        """What tells the body or role that a text names, where the question is asked."""

        def subject_of(text: str) -> str:
            asked = replace(question, text=text)
            subject = find_scope(asked, organisations, self._organisation, self._today())
            register = self._register(subject, organisations)
            return register.named_in(text) if register else ""

        return subject_of

    def _register(self, subject: Subject, organisations: Sequence[Organisation]) -> Register | None:
        """The records of the one municipality that a question is about, None when it may be several."""
        inside = subject.scope.organisations
        about = subject.named or tuple(
            each for each in organisations if not each.is_country and (inside is None or each.id in inside)
        )
        if len(about) != 1:
            return None
        scope = replace(subject.scope, organisations=frozenset({about[0].id}))
        key = (self._library.generation(), scope)
        register = self._registers.get(key)
        if register is None:
            register = read_register(self._library, scope)
            if len(self._registers) >= _REGISTERS:
                self._registers.clear()
            self._registers[key] = register
        return register


@dataclass(frozen=True, slots=True)
class _Answered:
    """A verified reply to a question put in full; `basis` is what an answer rests on, None for no answer.

    `left_out` counts the records that are not told for want of room, of a part of a message.
    """

    question: Question
    reply: Reply
    notes: tuple[str, ...] = ()
    scope: Scope | None = None
    basis: Basis | None = None
    left_out: int = 0

    def within(self, reply: Reply) -> _Answered:
        """The same with the statements that `share` left of its reply."""
        if self.basis is None or not isinstance(reply, Answer):
            return self
        basis = replace(self.basis, answer=reply, statements=len(reply.statements))
        there = len(self.basis.answer.statements)
        # so many are a list, and not an answer with what comes next to it
        left_out = there - len(reply.statements) if there > _STATEMENTS else 0
        # what another part has told already needs no words of its own
        return replace(self, reply=reply, basis=basis if reply.statements else None, left_out=left_out)

    @property
    def asked(self) -> str:
        """The question as it was answered, written as a sentence."""
        return self.question.text[:1].upper() + self.question.text[1:]

    def part(self, told: Reply) -> Part:
        """What is told of it in a reply in parts."""
        return Part(self.asked, told, self.left_out if told is self.reply else 0)

    @property
    def is_open(self) -> bool:
        """Whether something was looked for and not found, or may be meant of several."""
        return self.reply.outcome in (Outcome.SILENT, Outcome.NOT_FOUND, Outcome.CLARIFY)


def _widest(scopes: Sequence[Scope]) -> Scope:
    """What all of these scopes hold; they are of one reader and one date."""
    held = [each.organisations for each in scopes]
    organisations = None if None in held else frozenset().union(*(each for each in held if each))
    return replace(scopes[0], organisations=organisations)


def _note(exchange: Exchange, question: Question) -> None:
    """One line in the log: ids, outcome and seconds. What was asked and answered goes to the transcripts."""
    told = exchange.narration
    _log.info(
        "reply id=%s outcome=%s language=%s channel=%s ms=%.0f%s",
        exchange.id,
        exchange.reply.outcome.value,
        exchange.reply.language,
        question.channel,
        sum(exchange.timing_ms.values()),
        f" model={told.ended.value} calls={told.calls} dropped={','.join(told.dropped) or '-'}"
        f" tokens={told.tokens_in}+{told.tokens_out}" if told else "",
    )  # fmt: skip


def _reply(
    understanding: Understanding,
    subject: Subject,
    selections: Sequence[Selection],
    organisations: Sequence[Organisation],
    answers: float,
) -> tuple[Reply, Sequence[Selection]]:
    """The reply that the selections, best first, give, and those an answer quotes.

    `answers` is the coverage that an answer has.
    """
    known = {organisation.id: organisation for organisation in organisations}
    language = understanding.language
    best = selections[0] if selections else None
    is_law = best is not None and best.evidence.document.kind is Kind.LAW and not subject.named
    floor = _STATUTE_ANSWERS if is_law else answers
    if best is None or best.coverage < min(floor, _ABOUT):
        return abstain(Outcome.NOT_FOUND, "not_found", language, selections[:3], known), ()
    if best.coverage < floor or not best.fits:
        return abstain(Outcome.SILENT, "silent", language, selections[:3], known), ()
    if not subject.named:
        rivals = _rivals(selections, known)
        if len(rivals) > 1:
            return clarify(language, rivals), ()
    within = _SECOND_WITHIN_ACT if is_law else _SECOND_WITHIN
    kept = [
        selection
        for selection in selections
        if selection.fits and selection.score >= best.score - within and selection.coverage >= floor
    ]
    # what was decided is told without what was proposed
    decided = [selection for selection in kept if not selection.is_proposal]
    chosen = (decided or kept)[:_STATEMENTS]
    return answer(chosen, language, known), chosen


def _year_of(subject: Subject) -> frozenset[str]:
    """The year of the scope's date: a question that names it has had it understood."""
    return frozenset({str(subject.scope.as_of.year)} if subject.scope.as_of else ())


def _fits(found: Found, understanding: Understanding) -> bool:
    """Whether a record has what the question cannot be answered without: "next" asks for a date."""
    name = understanding.answer_type
    return not requires_type(name) or any(answers_type(quote_of(each), name) for each in found.selections)


def _recorded(found: Found, language: str, organisations: Sequence[Organisation]) -> Reply:
    """The answer that the records give."""
    known = {organisation.id: organisation for organisation in organisations}
    outcome = Outcome.CONFLICTING if found.conflicting else Outcome.ANSWERED
    made = answer(found.selections, language, known, outcome, found.chain)
    return replace(made, profile=profile(found.about, len(made.citations) + 1, known))


def _silent(
    register: Register, selections: Sequence[Selection], language: str, organisations: Sequence[Organisation]
) -> Reply:
    """No rule was found for the matter: says so, with the rule for matters that are not listed."""
    known = {organisation.id: organisation for organisation in organisations}
    default = next(iter(register.defaults), None)
    rule = selection_of(default) if default else None
    return abstain(Outcome.SILENT, "silent_rule", language, selections[:3], known, rule)


def _rivals(selections: Sequence[Selection], known: dict[str, Organisation]) -> list[Organisation]:
    """The municipalities that answer about equally well, best first."""
    best = selections[0]
    bar = best.score - best.likely - _RIVAL_WITHIN
    found: dict[str, Organisation] = {}
    for selection in selections:
        organisation = known.get(selection.evidence.document.organisation)
        if organisation is None or organisation.is_country:
            if selection is best:
                return []
            continue
        if (
            selection.score - selection.likely >= bar
            and selection.coverage >= _RIVAL_COVERAGE * best.coverage
        ):
            found.setdefault(organisation.id, organisation)
    return list(found.values())


class _Clock:
    """Milliseconds of each stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(self.laps.get(name, 0.0) + (now - self._last) * 1000, 2)
        self._last = now
