"""Draft → checks → reply, for one question: the extractive answer goes in, and stands unless all holds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice, product

from assistant.answering.composing import abstain, cite, labelled, phrase, text_of
from assistant.answering.marks import standing_of
from assistant.answering.matching import matches, share, union
from assistant.answering.selecting import Selection
from assistant.answering.understanding import answers_type, requires_type
from assistant.answering.worded import Basis, Tell
from assistant.domain.document import Kind
from assistant.domain.question import Question
from assistant.domain.reply import (
    Abstention,
    Answer,
    Citation,
    Ended,
    Link,
    Narration,
    Outcome,
    Reply,
    Statement,
)
from assistant.errors import ModelFailed, VerificationFailed
from assistant.narration.drafting import (
    DRAFT_SCHEMA,
    QUOTE_CHARS,
    DraftStatement,
    Offered,
    new_key,
    read_draft,
)
from assistant.narration.guards import Checking, unsupported
from assistant.narration.locating import Located, locate
from assistant.narration.offering import draft_prompt, offer, prompt_name
from assistant.narration.patience import PatientModel, Spent
from assistant.narration.prompts import version
from assistant.narration.rewriting import rewrite
from assistant.narration.telling import Kept, Telling

_log = logging.getLogger("mandat")
_WAYS = 6  # in which the quoted words may stand in the evidence, that are tried
_THEIRS = (Ended.UNSUPPORTED, Ended.MALFORMED, Ended.TRUNCATED, Ended.REFUSED)


class Narrator:
    """Puts answers into words with a model; thread-safe."""

    def __init__(self, model: PatientModel, *, make_key: Callable[[], str] = new_key) -> None:
        self._model = model
        self._make_key = make_key

    def begin(self) -> ModelNarrating:
        """Begins one reply; its deadline runs from here."""
        return ModelNarrating(self._model, self._model.begin(), self._make_key)


class ModelNarrating:
    """One reply on its way into words; of one thread."""

    def __init__(self, model: PatientModel, spent: Spent, make_key: Callable[[], str]) -> None:
        self._model = model
        self._spent = spent
        self._make_key = make_key
        self._ended: Ended | None = None
        self._dropped: list[str] = []
        self._prompts: list[str] = []

    @property
    def narration(self) -> Narration | None:
        """What came of it; None when no model was asked."""
        if self._ended is None:
            return None
        return Narration(
            self._model.name,
            version(*self._files()),
            self._ended,
            self._spent.calls,
            self._spent.tokens_in,
            self._spent.tokens_out,
            tuple(self._dropped),
        )

    def _end(self, ended: Ended) -> None:
        # a message in parts is narrated when one of them is
        if self._ended is not Ended.NARRATED:
            self._ended = ended

    def _files(self) -> list[str]:
        return [*dict.fromkeys(f"{name}.md" for name in self._prompts), "words.yaml"]

    def note(self, language: str) -> str:
        """What a reader is told of an answer that the model was asked to word and did not."""
        if self._ended in (None, Ended.NARRATED, Ended.REWRITTEN):
            return ""
        if self._ended is Ended.DECLINED:
            return phrase("model_declined", language)
        if "narrate" not in " ".join(self._prompts):
            return ""  # only the question was to be put otherwise
        return phrase("model_unsupported" if self._ended in _THEIRS else "model_unavailable", language)

    def stand_alone(self, question: Question, language: str) -> str:
        """The last question of a conversation as one that can be understood alone; "" when it cannot be."""
        self._prompts.append(f"rewrite.{language}")
        try:
            text = rewrite(
                question,
                language,
                self._make_key(),
                lambda prompt, schema: self._model.say(prompt, schema, self._spent),
            )
        except ModelFailed as failure:
            self._ended = Ended(failure.why)
            return ""
        self._ended = Ended.REWRITTEN if text else Ended.UNSUPPORTED
        return text

    def narrate(
        self, basis: Basis, verify: Callable[[Reply], None], tell: Tell
    ) -> Answer | Abstention | None:
        """The answer in other words; an abstention when the evidence does not answer; None: it stands."""
        language = basis.understanding.language
        offered = offer(basis, self._make_key)
        mark = self._make_key()
        self._prompts.append(prompt_name(language))
        checking = Checking(
            language,
            basis.glossary,
            frozenset({mark, *(each.key for each in offered)}),
            " ".join(each.organisation for each in offered),
        )
        by_key = {each.key: each for each in offered}
        telling = Telling(
            lambda statement: check(statement, by_key, checking, basis),
            lambda kept: _verified(compose(kept, basis), verify),
            tell,
            most=basis.statements,
            # a statement names its organisation where a later one is about another
            early=len({each.evidence.document.organisation for each in offered}) == 1,
        )
        try:
            prompt = draft_prompt(basis, offered, mark)
            draft = read_draft(self._model.say(prompt, DRAFT_SCHEMA, self._spent, telling).text)
        except ModelFailed as failure:
            self._dropped += telling.dropped
            if telling.answer is None:
                self._end(Ended(failure.why))
                return None
            self._dropped.append("unfinished")
            self._end(Ended.NARRATED)
            return telling.answer
        if not draft.answered and telling.answer is None:
            return self._declined(basis)
        telling.end(draft)
        self._dropped += telling.dropped
        self._end(Ended.UNSUPPORTED if telling.answer is None else Ended.NARRATED)
        return telling.answer

    def _declined(self, basis: Basis) -> Abstention | None:
        """The model finds no answer in the evidence: said so, save where documents contradict each other."""
        if basis.answer.outcome is not Outcome.ANSWERED:
            self._end(Ended.UNSUPPORTED)
            return None
        self._end(Ended.DECLINED)
        language = basis.understanding.language
        return abstain(Outcome.SILENT, "silent", language, basis.chosen[:3], basis.organisations)


def _verified(answer: Answer | None, verify: Callable[[Reply], None]) -> Answer | None:
    """The answer when its quotes are verbatim, None when not."""
    if answer is None:
        return None
    try:
        verify(answer)
    except VerificationFailed as error:
        _log.error("a worded answer was not verbatim and is not shown: %s", error)
        return None
    return answer


def check(
    statement: DraftStatement, by_key: dict[str, Offered], checking: Checking, basis: Basis
) -> Kept | str:
    """The statement with the places it rests on, or the name of the check that it fails.

    "key": it names evidence that was not shown; "words": what it quotes is not there; "proposal": it tells
    what was proposed where it was decided; "beside": it is of something else; else see `guards`.
    """
    text = " ".join(statement.text.split())
    places: list[list[Located]] = []
    for quote in statement.quotes:
        offered = by_key.get(quote.key.strip())
        if offered is None:
            return "key"
        found = list(locate(quote.words, offered))
        if not found:
            return "words"
        places.append(found)
    held: list[Located] = []
    failed = ""
    by_passage: dict[str, list[list[Located]]] = {}
    for found in places:
        by_passage.setdefault(found[0].offered.key, []).append(found)
    for several in by_passage.values():
        grounds, why = _supporting(text, several, checking, basis)
        held += grounds
        failed = failed or why
    if not held:
        return failed
    proposed = any(_is_proposal(each, basis) for each in held)
    if proposed and not all(each.is_proposal for each in basis.chosen):
        return "proposal"
    return Kept(text, tuple(dict.fromkeys(held)), proposed)


def _supporting(
    text: str, places: Sequence[Sequence[Located]], checking: Checking, basis: Basis
) -> tuple[tuple[Located, ...], str]:
    """The words of one passage that a statement rests on, or the check it fails on them.

    Each passage has to support it alone: a name from one and a number from another would say what neither
    does. Those that do not are not cited for it.
    """
    failed = ""
    for grounds in islice(product(*places), _WAYS):
        why = unsupported(text, grounds, checking)
        if not why and not all(_is_asked_for(each, basis) for each in grounds):
            why = "beside"
        if not why:
            return grounds, ""
        failed = failed or why
    return (), failed


def _is_asked_for(located: Located, basis: Basis) -> bool:
    """Whether the words are of what the question is about, as much as the extractive answer asks for."""
    if any(_overlaps(located, each) for each in basis.chosen):
        return True
    evidence = located.offered.evidence
    passage = evidence.passage
    above = f"{' '.join(passage.heading_path)} {passage.context} {evidence.document.title}"
    found = union(matches(located.text, basis.terms), matches(above, basis.terms))
    return share(found, basis.terms) >= basis.floor


def _overlaps(located: Located, selection: Selection) -> bool:
    return (
        located.offered.evidence.passage.id == selection.evidence.passage.id
        and located.start < selection.end
        and selection.start < located.end
    )


def _is_proposal(located: Located, basis: Basis) -> bool:
    evidence = located.offered.evidence
    if evidence.document.kind is not Kind.MINUTES:
        return False
    heading = evidence.passage.heading_path[-1] if evidence.passage.heading_path else ""
    return standing_of(basis.understanding, heading, located.text) == "proposal"


def compose(kept: Sequence[Kept], basis: Basis) -> Answer | None:
    """The answer of the statements that passed; None when they no longer answer.

    They answer when one has in its quote what such a question cannot be answered without, when what
    records settled is among what they rest on, and when both sides of a contradiction are.
    """
    if not kept:
        return None
    extractive = basis.answer
    language = basis.understanding.language
    grounds = list(dict.fromkeys(ground for each in kept for ground in each.grounds))
    kind = basis.understanding.answer_type
    if requires_type(kind) and not any(answers_type(each.text, kind) for each in grounds):
        return None
    if basis.is_settled and not _rests_on(basis.chosen[0], grounds):
        return None
    if extractive.outcome is Outcome.CONFLICTING and not all(
        _rests_on(side, grounds) for side in basis.chosen[: len(extractive.statements)]
    ):
        return None
    citations = [
        cite(_selection(ground), number, basis.organisations) for number, ground in enumerate(grounds, 1)
    ]
    several = len({citation.document.organisation for citation in citations}) > 1
    statements = []
    for each in kept:
        numbers = tuple(dict.fromkeys(grounds.index(ground) + 1 for ground in each.grounds))
        first = citations[numbers[0] - 1]
        text = each.text if each.text.endswith((".", "!", "?")) else f"{each.text}."
        if first.document.kind is Kind.GUIDANCE:
            text = phrase("guidance_says", language, statement=text)
        text = labelled(text, first, language, several=several, is_proposal=each.is_proposal)
        statements.append(Statement(text, numbers))
    return _with_cards(extractive, statements, citations)


def _with_cards(extractive: Answer, statements: list[Statement], citations: list[Citation]) -> Answer:
    """The answer with the decision and the profile of the extractive one, their citations after its own."""
    decision, profile = extractive.decision, extractive.profile
    cited = list(citations)
    if decision is not None:
        chain: list[Link] = []
        for link in decision.chain:
            source = extractive.citations[link.citation - 1]
            same = next(
                (
                    c.number
                    for c in cited
                    if (c.passage_id, c.start, c.end) == (source.passage_id, source.start, source.end)
                ),
                0,
            )
            if not same:
                same = len(cited) + 1
                cited.append(replace(source, number=same))
            chain.append(replace(link, citation=same))
        decision = replace(decision, chain=tuple(chain))
    if profile is not None:
        facts = tuple(
            replace(told, citation=replace(told.citation, number=len(cited) + at))
            for at, told in enumerate(profile.facts, 1)
        )
        profile = replace(profile, facts=facts)
    language, outcome = extractive.language, extractive.outcome
    text = text_of(statements, language, outcome)
    return Answer(outcome, language, text, tuple(statements), tuple(cited), decision, profile)


def _rests_on(selection: Selection, grounds: Sequence[Located]) -> bool:
    return any(_overlaps(ground, selection) for ground in grounds)


def _selection(ground: Located) -> Selection:
    end = min(ground.end, ground.start + QUOTE_CHARS)
    return Selection(ground.offered.evidence, ground.start, end, score=0.0, coverage=1.0)
