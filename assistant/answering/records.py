"""The governance records that answer a question."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import inf

from assistant.answering.data import load
from assistant.answering.matching import degree
from assistant.answering.selecting import QUOTE_CHARS, Selection
from assistant.answering.wanted import Wanted
from assistant.domain.governance import Act, DecisionRight, Facet, Further, Record
from assistant.domain.scope import Scope
from assistant.governance.map import disagreeing, same_matter
from assistant.governance.register import Entry, HoldsRecords, Register, ends_of, name_stems, standing
from assistant.language.sentences import sentences
from assistant.language.tokens import stems
from assistant.retrieval.evidence import Evidence, Term

# of what the question's words tell, for a decision right to be about the matter: where it has less, the
# sentences found answer better (over tests/evaluation/taught)
_COVERED = 0.7
_COVERED_NEAR = 0.5  # likewise, of those beside the best, and where an amount is asked for
_COVERED_WITHIN = 0.3  # likewise, where the limits have the amount asked about
_OWN_WEIGHT = 0.5  # of what the record has itself, above what it has with its context
_ABOVE_WEIGHT = 0.9  # of a word that stands in a heading above it
_BESIDE_WEIGHT = 0.5  # of one that stands in the text around it
_TITLE_WEIGHT = 0.6  # of one that stands in the document's title
_SAME_MATTER = 0.25  # of what the best has itself, for a right to be about the same
_NEAR = 0.15  # a further right is covered so nearly as much as the best
_NAMED = 0.75  # of a name's words, for the question to name that body or role
_NAMED_NEAR = 0.1  # "HR-sjefen" has no part in what "kommunalsjef" may, where both are known
_NAMING = 0.05  # weight of a word that may be part of a name
_WORD = 0.69  # how far a word must be met to count as the same
_ROWS = 3
_LINKS = 4
_OPENING_CHARS = 12  # of a sentence before its subject's end, beside the name: "Stk. 1. Den …"
_BETWEEN = 3  # characters between two lines of a list: a line break and a bullet
_TASKS = (Facet.PURPOSE, Facet.ANSWERS_FOR)  # what a body is for is what it answers for, and the other way
_ALL_NAME = 0.65  # of what the question's words tell, for it to ask of the one named and nothing besides
_CARD = (Facet.PURPOSE, Facet.MEMBERS, Facet.CHAIR, Facet.MEETS)


@dataclass(frozen=True, slots=True)
class Found:
    """What answers: spans to quote, best first, and whether documents in force disagree.

    `decision` is the right that leads; `covered` how much of what is asked it has (0–1); `chain` the
    rights on the way that the power goes, from who adopted the rules to who has a part of it; `about`
    what is said of the body or role that the question names.
    """

    selections: tuple[Selection, ...]
    conflicting: bool = False
    decision: Entry | None = None
    covered: float = 1.0
    chain: tuple[Selection, ...] = ()
    about: tuple[Entry, ...] = ()


_AMONG_OTHERS = re.compile(
    r",?\s+(?:(?:og|och|and)\s+)?(?:blant annet|blandt andet|bland annat|bl\.\s?a\.|herunder|including):\s*$"
)
_VERB_WEIGHT = 0.25  # of a word that asks for a decision, among the words of its matter


def records_beside(
    library: HoldsRecords, scope: Scope, asked: Wanted, evidence: Sequence[Evidence]
) -> dict[str, list[Record]]:
    """The records of the passages found, by passage id; none where the question asks for none."""
    found: dict[str, list[Record]] = defaultdict(list)
    if asked.decision or asked.facet is not None:
        for each in library.records(scope, [one.passage.id for one in evidence]):
            found[each.passage_id].append(each.record)
    return found


def find_records(
    register: Register, asked: Wanted, terms: Sequence[Term], anchors: Sequence[str] = ()
) -> Found | None:
    """The records that answer; None when none does.

    `anchors` are the ids of the passages that answer best by their sentences: where an amount is asked
    about, the row beside theirs whose limits have it answers.
    """
    if asked.unlisted and register.defaults:
        return Found((selection_of(register.defaults[0]),))
    if asked.facet is None and not asked.decision:
        return None
    telling = [term for term in terms if not term.stem.isdigit() and term.stem not in _deciding()]
    met = _Met(register, telling)
    if asked.facet is not None:
        found = _told(register, asked, met)
        if found is not None or not asked.who:
            return found
    if not asked.decision:
        return None
    return _decided(register, asked, met) or _beside(register, asked, anchors)


def of_the_matter(terms: Sequence[Term], asked: Wanted) -> tuple[Term, ...]:
    """A question's terms by what they tell of the matter that is to be decided.

    A row of 500 000 is no nearer to a question about that sum than one of up to 600 000, and that
    something is approved tells little of what.
    """
    if not asked.decision:
        return tuple(terms)
    return tuple(
        replace(term, weight=term.weight * _VERB_WEIGHT) if term.stem in _deciding() else term
        for term in terms
        if asked.amount is None or term.stem != str(asked.amount)
    )


@cache
def _deciding() -> frozenset[str]:
    """The stems of words that ask for a decision or an amount."""
    return frozenset(stem for word in load("governance")["deciding"] for stem in stems(word))


class _Met:
    """How far each of the question's terms is met by each stem of the register."""

    def __init__(self, register: Register, terms: Sequence[Term]) -> None:
        self.terms = terms
        self.weight = sum(term.weight for term in terms) or 1.0
        self._degrees: dict[str, dict[int, float]] = defaultdict(dict)
        for place, term in enumerate(terms):
            # two words that are met by each other begin or end alike
            ends = {end for stem in (term.stem, *term.same, *term.wider) for end in ends_of(stem)}
            for stem in frozenset[str]().union(*(register.vocabulary.get(end, ()) for end in ends)):
                if by := degree(term, stem):
                    self._degrees[stem][place] = by
        # "kommune" in a question names no "kommunedirektør"
        self._naming = frozenset(place for place, term in enumerate(terms) if term.weight >= _NAMING)

    def by(self, words: Collection[str]) -> dict[int, float]:
        """How far each term, by its place, is met by the words."""
        found: dict[int, float] = {}
        for word in words:
            for place, by in self._degrees.get(word, {}).items():
                if by > found.get(place, 0.0):
                    found[place] = by
        return found

    def share(self, found: Mapping[int, float], leave_out: Collection[int] = ()) -> float:
        """The part of what the terms tell that is met."""
        left = [place for place in range(len(self.terms)) if place not in leave_out]
        whole = sum(self.terms[place].weight for place in left)
        met = sum(self.terms[place].weight * found.get(place, 0.0) for place in left)
        return met / whole if whole else 1.0

    def named(self, actor: Sequence[str]) -> tuple[float, frozenset[int]]:
        """How much of a name the question has, and the places of the terms that have it."""
        best = [
            max(
                (each for each in self._degrees.get(word, {}).items() if each[0] in self._naming),
                key=lambda each: each[1],
                default=(-1, 0.0),
            )
            for word in actor
        ]
        whole = sum(by for _, by in best) / len(actor) if actor else 0.0
        return whole, frozenset(place for place, by in best if by >= _WORD)

    def best_named(self, register: Register) -> float:
        """How much the question has of the name that it has most of."""
        actors = {entry.actor for entry in (*register.rights, *register.statements)}
        return max((self.named(actor)[0] for actor in actors), default=0.0)


@dataclass(frozen=True, slots=True)
class _Scored:
    """A decision right, how much of what is asked it and its context have, and of what it has itself."""

    entry: Entry
    covered: float
    own: float
    score: float


def _decided(register: Register, asked: Wanted, met: _Met) -> Found | None:
    """Who decides, or what the one who is named may."""
    if asked.further and asked.who:
        # "Hvem har gitt kommunedirektøren myndighet til …?" is of the one who is named
        found = _decided(register, replace(asked, who=False), met)
        if found:
            return found
    least = 0.0 if asked.who else _NAMED
    if least and not asked.further:
        least = max(least, met.best_named(register) - _NAMED_NEAR)
    every = [each for entry in register.rights if (each := _score(entry, asked, met, least)) is not None]
    floor = _COVERED_WITHIN if asked.amount is not None else _COVERED_NEAR
    scored = [each for each in every if each.covered >= floor]
    if not scored and asked.much and len({each.entry.right.start for each in every if each.covered}) == 1:
        scored = every  # the one amount that is said of who is named
    if not scored:
        return None
    scored.sort(key=lambda each: (-each.score, standing(each.entry), each.entry.right.start))
    best = scored[0]
    if best.covered < _COVERED and asked.amount is None and not asked.much and not asked.further:
        return None
    near = _one_a_row([each.entry for each in scored if each.score >= best.score - _NEAR])
    if asked.amount is not None and asked.who:
        amount = asked.amount
        near = [entry for entry in near if any(limit.contains(amount) for limit in entry.right.limits)]
        near.sort(key=lambda entry: _tightness(entry.right, amount))
        if not near:
            return None
    if asked.much or asked.amount is not None:
        about = [each.entry for each in every if each.own >= _SAME_MATTER * best.own]
        disagreeing = _limits_disagree(near[0], about)
        if disagreeing is not None:
            pair = sorted((near[0], disagreeing), key=standing)
            return Found(tuple(map(selection_of, pair)), True, pair[0])
    chosen = near[:_ROWS]
    covered = max(each.covered for each in scored if each.entry in chosen)
    chain = _chain(register, chosen[0], [each.entry for each in scored]) if asked.further else []
    return Found(tuple(map(selection_of, chosen)), False, chosen[0], covered, tuple(chain))


def _chain(register: Register, entry: Entry, about: Sequence[Entry]) -> list[Selection]:
    """The rights from who adopted the rules, over who decides, to who has a part of the power."""
    given = name_stems(entry.right.delegated_from)
    above = [
        each
        for each in register.rights
        if given and each.actor == given and each.right.is_adoption and each.document == entry.document
    ]
    below = [
        each
        for each in about
        if each.document.id != entry.document.id
        and name_stems(each.right.delegated_from) == entry.actor
        and each.actor != entry.actor
    ]
    below = _one_a_row(sorted(below, key=lambda each: -max(_ends_at(each.right))))
    return [selection_of(each) for each in (*above[:1], entry, *below[:_LINKS])]


def _ends_at(right: DecisionRight) -> list[float]:
    return [float(limit.up_to or 0) for limit in right.limits] or [0.0]


def _beside(register: Register, asked: Wanted, anchors: Sequence[str]) -> Found | None:
    """The right whose limits have the amount, in the table of the passage that answers best."""
    amount = asked.amount
    if amount is None or not asked.who:
        return None
    for anchor in anchors:
        rows = [entry for entry in register.rights if entry.passage.id == anchor and entry.right.is_row]
        if not rows:
            continue
        within = [
            entry
            for entry in register.rights
            if entry.document == rows[0].document
            and entry.passage.heading_path == rows[0].passage.heading_path
            and any(limit.contains(amount) for limit in entry.right.limits)
            and (entry.right.matter == rows[0].right.matter or not _has_matters(rows[0], register))
        ]
        within = _one_a_row(sorted(within, key=lambda entry: _tightness(entry.right, amount)))
        if within:
            return Found(tuple(map(selection_of, within[:_ROWS])), False, within[0])
    return None


def _has_matters(row: Entry, register: Register) -> bool:
    """Whether the rows of its table are about different matters, not one matter for several posts."""
    return (
        len(
            {
                e.right.matter
                for e in register.rights
                if e.document == row.document and e.passage.heading_path == row.passage.heading_path
            }
        )
        > 2
    )


def _score(entry: Entry, asked: Wanted, met: _Met, least: float) -> _Scored | None:
    """How well a decision right answers; None when it cannot.

    `least` is how much of the actor's name the question has, where it asks of one who is named.
    """
    right = entry.right
    if right.is_default or right.is_adoption or right.act is Act.IS_INFORMED:
        return None
    named, places = met.named(entry.actor)
    if named < least:
        return None
    if asked.who and right.act is Act.MAY_NOT:
        return None
    if (asked.much or (asked.who and asked.amount is not None)) and not right.limits:
        return None
    if asked.further and right.further is Further.UNSTATED:
        return None
    leave_out = () if asked.who else places
    own = met.by(entry.matter)
    both = dict(own)
    for words, weight in (
        (entry.above, _ABOVE_WEIGHT),
        (entry.beside, _BESIDE_WEIGHT),
        (entry.title, _TITLE_WEIGHT),
    ):
        for place, by in met.by(words).items():
            both[place] = max(both.get(place, 0.0), weight * by)
    covered, alone = met.share(both, leave_out), met.share(own, leave_out)
    return _Scored(entry, covered, alone, covered + _OWN_WEIGHT * alone)


def _one_a_row(entries: Sequence[Entry]) -> list[Entry]:
    """The first of the rights that one row or sentence gives: its other columns are about less."""
    return list({(e.passage.id, e.right.start): e for e in reversed(entries)}.values())[::-1]


def _tightness(right: DecisionRight, amount: int) -> tuple[float, float]:
    """Sorts whose power ends soonest first, and of several without end who begins latest."""
    fitting = [limit for limit in right.limits if limit.contains(amount)]
    return min((limit.up_to or inf, -float(limit.above)) for limit in fitting)


def _limits_disagree(first: Entry, others: Sequence[Entry]) -> Entry | None:
    """A right of another document in force that has the same actor stop at another amount."""
    mine = [limit for limit in first.right.limits if limit.up_to is not None and not limit.above]
    if len(mine) != 1:
        return None
    for other in others:
        theirs = [limit for limit in other.right.limits if limit.up_to is not None and not limit.above]
        same = (
            other.document.id != first.document.id
            and other.actor == first.actor
            and other.right.act is first.right.act
            and len(theirs) == 1
            and same_matter(first, other)
        )
        if same and theirs[0].up_to != mine[0].up_to:
            return other
    return None


def _told(register: Register, asked: Wanted, met: _Met) -> Found | None:
    """What is said of the body or role that the question names."""
    names: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in register.statements:
        names[entry.actor].append(entry)
    scored = []
    for name, entries in names.items():
        named, places = met.named(name)
        for short in {entry.short for entry in entries} - {()}:
            whole, where = met.named(short)
            if whole == 1.0 and named < _NAMED:
                named, places = whole, where
        if named >= _NAMED:
            scored.append((len(places), named, name, places))
    if not scored:
        return None
    most = max(scored, key=lambda each: each[:3])
    name = most[2]
    about = [entry for entry in names[name] if entry.statement.facet is asked.facet]
    if not about and asked.facet in _TASKS and met.share(dict.fromkeys(most[3], 1.0)) >= _ALL_NAME:
        about = [entry for entry in names[name] if entry.statement.facet in _TASKS]
    if not about:
        return None
    about.sort(key=lambda entry: (not _is_own(entry), standing(entry)))
    everything = tuple(sorted(names[name], key=standing))
    if asked.facet in (Facet.MEETS, Facet.COMPULSORY):
        pair = disagreeing(about, asked.facet)
        if pair:
            return Found(tuple(map(selection_of, pair)), True, about=everything)
    chosen = _joined(about)
    if asked.facet is Facet.PURPOSE:
        for facet in _CARD[1:]:
            more = [entry for entry in names[name] if entry.statement.facet is facet]
            chosen += _joined(sorted(more, key=standing))[:1]
    elif asked.facet is Facet.DECIDES:
        rights = [e for e in register.rights if e.actor == name and e.right.is_row]
        chosen = [*chosen[:2], *map(selection_of, sorted(rights, key=standing))]
    many = asked.facet in (Facet.PURPOSE, Facet.DECIDES)
    return Found(tuple(chosen[: _ROWS + 1 if many else 2]), about=everything)


def _is_own(entry: Entry) -> bool:
    """Whether it stands where its subject is described: not "HR-sjefen ansetter og leder HR-forum"."""
    own = f"{' '.join(entry.passage.heading_path)} {entry.document.title}"
    opens = entry.words[: len(entry.statement.subject) + _OPENING_CHARS]
    return bool(entry.statement.value) or any(
        set(entry.actor) <= set(name_stems(text)) for text in (own, opens)
    )


def _joined(entries: Sequence[Entry]) -> list[Selection]:
    """The spans to quote; statements that follow each other in one passage are one."""
    found: list[Selection] = []
    for entry in entries:
        selection = selection_of(entry)
        same = [each for each in found if each.evidence.passage.id == selection.evidence.passage.id]
        if any(each.start <= selection.start < each.end for each in same):
            continue
        last = same[-1] if same else None
        if (
            last is not None
            and last is found[-1]
            and 0 <= selection.start - last.end <= _BETWEEN
            and selection.end - last.start <= QUOTE_CHARS
        ):
            found[-1] = replace(last, end=selection.end)
        else:
            found.append(selection)
    return found


def selection_of(entry: Entry) -> Selection:
    """The span of a record, to be quoted; an item of a list with the line that says whose it is."""
    record, passage = entry.recorded.record, entry.passage
    start, end = record.start, min(record.end, record.start + QUOTE_CHARS)
    if isinstance(record, DecisionRight) and passage.unit != "row":
        before = passage.text[: start - passage.start]
        if record.decider not in passage.text[start - passage.start : end - passage.start]:
            leads = [at for at, _ in sentences(before) if record.decider in before[at:]]
            if leads and end - (passage.start + leads[-1]) <= QUOTE_CHARS:
                start = passage.start + leads[-1]
    if isinstance(record, DecisionRight) and record.is_default:
        # "…, og blant annet:" leads in a list that the rule itself can do without
        trailing = _AMONG_OTHERS.search(passage.text[start - passage.start : end - passage.start])
        end = start + trailing.start() if trailing else end
    return Selection(
        Evidence(passage, entry.document, 1.0),
        start,
        end,
        score=0.0,
        coverage=1.0,
        right=record if isinstance(record, DecisionRight) else None,
    )
