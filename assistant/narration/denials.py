"""Whether a statement denies, excepts and narrows what its evidence does, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.narration.clauses import acts_in, content_of, heading_over, parts_of
from assistant.narration.cues import denying_cells, denying_headings, small_words
from assistant.narration.locating import Located

_SHARED = 2  # telling words that two clauses share to be about the same


def wrong_polarity(statement: str, grounds: Sequence[Located], language: str) -> str:
    """ "negation", "exception" or "restriction" where statement and evidence do not agree in it."""
    said = _clauses(statement, language)
    for kind in ("negation", "exception", "restriction"):
        has = small_words(kind, language).search(statement) is not None
        if has != any(_has(kind, statement, each) for each in grounds):
            return kind
    if any(_is_denied_above(each) for each in grounds):
        return ""  # each clause is denied by what stands over it
    told = [
        clause
        for each in grounds
        for clause in _clauses(_cells_told(statement, each), each.offered.evidence.document.language)
    ]
    for clause in said:
        if _disagrees(clause, told):
            return "negation"
    for clause in told:
        if clause.is_negated and _disagrees(clause, said):
            return "negation"
    return ""


def _has(kind: str, statement: str, located: Located) -> bool:
    """Whether the words a statement rests on deny, except or narrow something."""
    text = _cells_told(statement, located) if kind == "negation" else located.text
    if small_words(kind, located.offered.evidence.document.language).search(text):
        return True
    if kind != "negation":
        return False
    if located.offered.evidence.passage.unit == "row":
        return any(denying_cells().match(cell.strip()) for cell in text.split("|"))
    return _is_denied_above(located)


def _is_denied_above(located: Located) -> bool:
    """Whether what stands over the words denies them, and not they themselves."""
    own = small_words("negation", located.offered.evidence.document.language).search(located.text)
    return own is None and denying_headings().search(heading_over(located)) is not None


def _cells_told(statement: str, located: Located) -> str:
    """The words, of a row without the cells that a statement has nothing of."""
    if located.offered.evidence.passage.unit != "row" or "delegates" in acts_in(statement):
        return located.text
    telling = set(content_of(statement))
    return " | ".join(cell for cell in located.text.split("|") if telling.intersection(content_of(cell)))


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause's telling stems, and whether it denies them."""

    stems: frozenset[str]
    is_negated: bool


@lru_cache(maxsize=1 << 10)
def _clauses(text: str, language: str) -> tuple[_Clause, ...]:
    pattern = small_words("negation", language)
    found = []
    for part in parts_of(text, pattern):
        if telling := frozenset(content_of(part)):
            found.append(_Clause(telling, pattern.search(part) is not None))
    return tuple(found)


def _disagrees(clause: _Clause, others: Sequence[_Clause]) -> bool:
    """Whether all clauses most like this one, if any is, deny what it does not, or the reverse."""
    shared = [(len(clause.stems & other.stems), other) for other in others]
    most = max((count for count, _ in shared), default=0)
    if most < min(_SHARED, len(clause.stems)):
        return False
    return all(other.is_negated != clause.is_negated for count, other in shared if count == most)
