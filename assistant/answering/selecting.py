"""The sentences inside the evidence that answer, chosen by code."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.answering.marks import Candidate, candidates
from assistant.answering.ranker import Ranker, learned_ranker
from assistant.answering.understanding import Understanding, answers_type, requires_type, same_country
from assistant.domain.governance import DecisionRight, Record
from assistant.retrieval.evidence import Evidence, Term

QUOTE_CHARS = 700
_SUBSECTION_CHARS = 400  # a longer one is quoted in part
_PARAGRAPH_CHARS = 400  # likewise
_UNFIT = 2.0  # nats, of a sentence without what the question cannot be answered without
_MAY_BE_LISTED = ("list", "members", "who", "chair", "secretary", "appointed_by", "how_many", "")
_OWN = 3.0  # nats, for a document of the organisation asked about, against its country's
_OWN_COUNTRY = 1.5  # who asks in Swedish and names nobody most likely asks about Sweden
_NUMERALS = {
    **dict.fromkeys(("to", "två", "two"), 2), **dict.fromkeys(("tre", "three"), 3),
    **dict.fromkeys(("fire", "fyra", "four"), 4), **dict.fromkeys(("fem", "five"), 5),
    **dict.fromkeys(("seks", "sex", "six"), 6),
}  # fmt: skip
_NUMERAL = re.compile(rf"\b({'|'.join(_NUMERALS)})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Selection:
    """A span to quote: offsets into the document's canonical text, and how well it answers (nats).

    `coverage` is the share of the question's telling words found in the span or its headings (0–1).
    `is_proposal` tells what minutes only have as proposed, where the question did not ask for that.
    `right` is the decision right that the span is the source of, when it was chosen for that.
    """

    evidence: Evidence
    start: int
    end: int
    score: float
    coverage: float
    likely: float = 0.0  # the part of the score that is for whose document it is
    fits: bool = True  # it has in it what the question cannot be answered without
    is_proposal: bool = False
    right: DecisionRight | None = None


def select(
    understanding: Understanding,
    evidence: Sequence[Evidence],
    terms: Sequence[Term],
    named: frozenset[str] = frozenset(),
    *,
    ranker: Ranker | None = None,
    headings: bool = True,
    recorded: Mapping[str, Sequence[Record]] | None = None,
) -> list[Selection]:
    """The best span of each passage, best first; a span without what is asked for comes last.

    Of a statute's section it is the best of each subsection.

    `named` are the ids of the organisations asked about. Without `headings`, titles and headings
    are no context; `recorded` has the governance records of each passage.
    """
    ranker = ranker or learned_ranker()
    required = requires_type(understanding.answer_type)
    best: dict[tuple[str, int], tuple[float, Candidate]] = {}
    for each in candidates(understanding, evidence, terms, headings=headings, recorded=recorded):
        score = ranker.score(each.marks)
        place = (each.evidence.passage.id, _subsection_of(each))
        held = best[place][0] if place in best else -math.inf
        if score > held and required and not _fits(each, understanding):
            score -= _UNFIT
        if score > held:
            best[place] = (score, each)
    chosen: list[Selection] = []
    for score, each in best.values():
        if named:
            likely = _OWN if each.evidence.document.organisation in named else 0.0
        else:
            own = same_country(each.evidence.document.language, understanding.language)
            likely = _OWN_COUNTRY if own else 0.0
        selection = widened(each, understanding)
        fits = not required or answers_type(quote_of(selection), understanding.answer_type)
        proposed = each.marks.get("proposal", 0.0) > 0
        chosen.append(
            replace(
                selection,
                score=score + likely,
                likely=likely,
                fits=fits,
                is_proposal=proposed,
            )
        )
    return sorted(
        chosen, key=lambda selection: (not selection.fits, -selection.score, selection.evidence.passage.id)
    )


def _fits(candidate: Candidate, understanding: Understanding) -> bool:
    """Whether what would be quoted has in it what the question asks for."""
    if candidate.marks["fits"]:
        return True
    return answers_type(quote_of(widened(candidate, understanding)), understanding.answer_type)


def _subsection_of(candidate: Candidate) -> int:
    """Which ledd, stk. or stycke of its section a sentence of a statute stands in, from 0."""
    passage = candidate.evidence.passage
    if "§" not in passage.locator:
        return 0
    start = passage.start + candidate.spans[candidate.index][0]
    return sum(offset <= start for offset, _ in passage.marks)


def quote_of(selection: Selection) -> str:
    """The words of a selected span."""
    passage = selection.evidence.passage
    return passage.text[selection.start - passage.start : selection.end - passage.start]


def widened(candidate: Candidate, understanding: Understanding) -> Selection:
    """The span with what it needs to be understood: a list with its lead-in, a question with its answer."""
    passage = candidate.evidence.passage
    spans, chosen = candidate.spans, candidate.index
    first = last = chosen
    text = passage.text
    lead_in = text[spans[chosen][0] : spans[chosen][1]].rstrip().endswith((":", "?"))
    if lead_in:
        last = _list_end(text, spans, chosen)
    elif chosen > 0 and understanding.answer_type in _MAY_BE_LISTED:
        opening = chosen
        while opening > 0 and is_item(text, spans, opening) and chosen - opening < 12:
            opening -= 1
        if opening < chosen and text[spans[opening][0] : spans[opening][1]].rstrip().endswith(":"):
            first, last = opening, _list_end(text, spans, opening)
    first, last = _paragraph(candidate, *_subsection(candidate, first, last))
    # a short sentence is quoted with the one after it, which usually carries the condition
    if first == last and spans[last][1] - spans[first][0] < 60 and last + 1 < len(spans):
        last += 1
    while spans[last][1] - spans[first][0] > QUOTE_CHARS and last > chosen:
        last -= 1
    while spans[last][1] - spans[first][0] > QUOTE_CHARS and first < chosen:
        first += 1
    start, end = spans[first][0], min(spans[last][1], spans[first][0] + QUOTE_CHARS)
    if end < spans[last][1]:
        cut = text.rfind(" ", start, end)
        end = cut if cut > start else end
    return Selection(candidate.evidence, passage.start + start, passage.start + end, 0.0, candidate.coverage)


def _subsection(candidate: Candidate, first: int, last: int) -> tuple[int, int]:
    """The spans of the whole ledd, stk. or stycke around those of a statute, where it is short.

    It is what a clerk cites, and its sentences carry each other's conditions.
    """
    passage, spans = candidate.evidence.passage, candidate.spans
    if "§" not in passage.locator:
        return first, last
    offsets = [offset - passage.start for offset, _ in passage.marks]
    begin = max((offset for offset in offsets if offset <= spans[first][0]), default=0)
    end = min((offset for offset in offsets if offset > spans[first][0]), default=len(passage.text))
    inside = [at for at, (start, stop) in enumerate(spans) if begin <= start and stop <= end]
    if not inside or spans[inside[-1]][1] - spans[inside[0]][0] > _SUBSECTION_CHARS:
        return first, last
    return min(first, inside[0]), max(last, inside[-1])


def _paragraph(candidate: Candidate, first: int, last: int) -> tuple[int, int]:
    """The sentences that stand with those in one paragraph, where it is short: they carry its conditions."""
    passage, spans = candidate.evidence.passage, candidate.spans
    if "§" in passage.locator:
        return first, last
    begin, end = first, last
    while begin > 0 and _runs_on(passage.text, spans, begin):
        begin -= 1
    while end + 1 < len(spans) and _runs_on(passage.text, spans, end + 1):
        end += 1
    return (begin, end) if spans[end][1] - spans[begin][0] <= _PARAGRAPH_CHARS else (first, last)


def _runs_on(text: str, spans: Sequence[tuple[int, int]], index: int) -> bool:
    """Whether a span stands on the same line as the end of the one before it."""
    return "\n" not in text[spans[index - 1][1] : spans[index][0]]


def _list_end(text: str, spans: Sequence[tuple[int, int]], lead: int) -> int:
    """Index of the last item of the list that the span at `lead` introduces."""
    last = min(lead + 1, len(spans) - 1)
    stated = _NUMERAL.search(text[spans[lead][0] : spans[lead][1]])
    if stated:
        return min(lead + _NUMERALS[stated[0].lower()], len(spans) - 1)
    while last + 1 < len(spans) and is_item(text, spans, last + 1):
        last += 1
    return last


def is_item(text: str, spans: Sequence[tuple[int, int]], index: int) -> bool:
    """Whether a span is a list item: a bullet or number begins it, or no full stop ends it."""
    start, end = spans[index]
    before = text[spans[index - 1][1] : start] if index else ""
    span = text[start:end].rstrip()
    marked = re.search(r"[\uf000-\uf0ff•▪●–*-]|\bo\b|\bl\b", before)
    # a line of its own is an item of the lines before it, a paragraph of its own is not
    bulleted = bool(marked) or ("\n" in before and "\n\n" not in before)
    return (
        bulleted
        or bool(re.match(r"([-–•]|\d{1,2}[.)]|[a-z]\))\s", span))
        or not span.endswith((".", "!", "?"))
    )
