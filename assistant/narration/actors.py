"""Who acts: whether the posts and bodies of a statement do what they do in its evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.answering.matching import matches
from assistant.language.tokens import stems
from assistant.narration.claims import claims
from assistant.narration.clauses import clauses_of, likest_clauses, sentences_of
from assistant.narration.cues import before_agent, before_others, clause_end, copula_words, is_actor
from assistant.narration.locating import Located
from assistant.retrieval.evidence import Term

MET = 0.7  # how far a word must be met to count: by itself, a synonym, a compound, another spelling
_COMPOUND = (0.85, 0.7)  # how far `matches` has a word met by a compound with it
_PART_CHARS = 3
SEVERAL = 2


def how_far_met(term: Term, text: str) -> float:
    """How far a term is met; a compound meets what it ends with ("rolle"), not what it begins with."""
    met = max(matches(text, [term]).values(), default=0.0)
    if met in _COMPOUND:
        parts = tuple(part for part in (term.stem, *term.same) if len(part) >= _PART_CHARS)
        return met if any(stem.endswith(parts) for stem in stems_of(text)) else 0.0
    return met


@lru_cache(maxsize=1 << 10)
def stems_of(text: str) -> frozenset[str]:
    """The different stems of a text."""
    return frozenset(stems(text))


@dataclass(frozen=True, slots=True)
class _Mention:
    """A post or body named in a text, where it begins, and whether its place says that it does not act."""

    word: str
    start: int
    acts: bool


@lru_cache(maxsize=1 << 10)
def _mentions(text: str) -> tuple[_Mention, ...]:
    """The posts and bodies that a sentence names, in order."""
    found = []
    for match in re.finditer(r"[^\W\d_][\w-]*", text):
        if not is_actor(match[0]):
            continue
        before = text[: match.start()]
        owns = re.search(r"(?:[^s]s)$", match[0]) is not None and re.match(
            r"\s+[a-zæøåäö]", text[match.end() :]
        )
        is_agent = before_agent().search(before) is not None
        acts = is_agent or not (owns or before_others().search(before))
        found.append((_Mention(match[0].lower(), match.start(), acts), is_agent))
    if any(is_agent for _, is_agent in found):
        # in the passive only who stands after "by" acts
        return tuple(_Mention(each.word, each.start, is_agent) for each, is_agent in found)
    return tuple(each for each, _ in found)


def _actors_of(sentence: str) -> tuple[_Mention, ...]:
    """Those who act in a sentence: one, save where two are said to be the same."""
    mentions = _mentions(sentence)
    acting = tuple(each for each in mentions if each.acts) or mentions[:1]
    if len(acting) > 1 and copula_words().search(sentence[acting[0].start : acting[1].start]):
        return acting
    return acting[:1]


def acts_alike(statement: str, actors: dict[str, Term], located: Located) -> bool:
    """Whether the one who acts in a statement acts in its evidence, where that names both.

    "Formannskapet innstiller til kommunestyret" is not "kommunestyret innstiller til formannskapet", and of
    a row the record tells who it is that decides. It is asked of the whole, and of each clause that has a
    clause like it in the evidence.
    """
    doing = [term for each in _actors_of(statement) if each.acts and (term := _term_of(each, actors))]
    offered = located.offered
    if offered.evidence.passage.unit == "row" and offered.right is not None:
        return not doing or any(how_far_met(term, offered.right.decider) >= MET for term in doing)
    # "X møtes ukentlig og ledes av Y" is in the passive only in part: of such it is asked clause by clause
    active = [each for each in sentences_of(located) if not _is_passive(each)]
    texts = (*active, *(part for part in clauses_of(located) if not any(part in each for each in active)))
    fitting = [each for each in texts if any(how_far_met(term, each) >= MET for term in doing)]
    if doing and not _one_acts(doing, fitting):
        return False
    for part in clause_end().split(statement):
        acting = [term for each in _actors_of(part or "") if each.acts and (term := _term_of(each, actors))]
        if acting and not _one_acts(acting, likest_clauses(part, located)):
            return False
    return True


def _term_of(mention: _Mention, actors: dict[str, Term]) -> Term | None:
    """The term of a post or body that is named; of "HR-sjefen" the words were looked up one by one."""
    return actors.get(mention.word) or actors.get(mention.word.rpartition("-")[2])


@lru_cache(maxsize=1 << 10)
def _is_passive(text: str) -> bool:
    return any(before_agent().search(text[: each.start]) for each in _mentions(text))


def _one_acts(doing: Sequence[Term], texts: Sequence[str]) -> bool:
    """Whether one of them acts in one of the texts; True where none of these names anybody."""
    named = [each for each in texts if _mentions(each)]
    return not named or any(
        how_far_met(term, each.word) >= MET for text in named for each in _actors_of(text) for term in doing
    )


def pairs_alike(statement: str, actors: dict[str, Term], located: Located, language: str) -> bool:
    """Whether each number of a statement is said of the same post or body as in its evidence."""
    if located.offered.evidence.passage.unit == "row":
        return True
    told = [(sentence, _mentions(sentence)) for sentence in sentences_of(located)]
    if len({each.word for _, mentions in told for each in mentions}) < SEVERAL:
        return True
    said = [each for each in _mentions(statement) if _term_of(each, actors)]
    for number in claims(statement, language).numbers:
        mine = next(iter(_beside(said, number.start)), None)
        if mine is None:
            continue
        theirs = [
            each
            for sentence, mentions in told
            for other in claims(sentence).numbers
            if other.value == number.value
            for each in _beside(mentions, other.start, both=mine.start > number.start)
        ]
        term = _term_of(mine, actors)
        if theirs and term and not any(how_far_met(term, each.word) >= MET for each in theirs):
            return False
    return True


def _beside(mentions: Sequence[_Mention], start: int, *, both: bool = False) -> list[_Mention]:
    """The last one named before a place, else the first after it; or both."""
    before = [each for each in mentions if each.start < start][-1:]
    after = [each for each in mentions if each.start > start][:1]
    return before + after if both or not before else before
