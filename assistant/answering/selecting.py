"""The sentences inside the evidence that answer, chosen by code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.answering.data import load
from assistant.answering.understanding import Understanding, answers_type, requires_type, same_country
from assistant.domain.document import Kind
from assistant.language.sentences import sentences
from assistant.language.tokens import grams, stems
from assistant.retrieval.evidence import Evidence, Term

QUOTE_CHARS = 700
# Weights of a sentence's marks: random search over seeds-dev and the corpus questions, then
# rounded; `mandat eval` on both sets shows what they give.
_PASSAGE = 1.2
_COVERAGE = 0.65
_CONTEXT = 0.55
_TYPE = 0.6
_OWN = 0.2
_OWN_COUNTRY = 0.1  # who asks in Swedish and names nobody most likely asks about Sweden
_DECISION = 0.4
# How far a question's word is met by a word that means the same, is part of it, or is spelled alike.
_SAME = 0.95
_PART = 0.85  # the text is more special: "styringsrolle" for "rolle"
_SAME_PART = 0.7  # "indkøbspolitik" for "policy"
_WIDER = 0.1  # the text is more general: "udvalg" for "børneudvalg"
_AROUND = 0.5  # the word stands in the passage, not in the sentence or its headings
_ALIKE = 0.8
_ALIKE_SHARE = 0.5
_HEAD_CHARS = 4  # the head of a compound has at least so many letters
_NUMERALS = {
    **dict.fromkeys(("to", "två", "two"), 2), **dict.fromkeys(("tre", "three"), 3),
    **dict.fromkeys(("fire", "fyra", "four"), 4), **dict.fromkeys(("fem", "five"), 5),
    **dict.fromkeys(("seks", "sex", "six"), 6),
}  # fmt: skip
_NUMERAL = re.compile(rf"\b({'|'.join(_NUMERALS)})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Selection:
    """A span to quote: offsets into the document's canonical text, and how well it answers (0–2.5).

    `coverage` is the share of the question's telling words found in the span or its headings (0–1).
    """

    evidence: Evidence
    start: int
    end: int
    score: float
    coverage: float
    likely: float = 0.0  # the part of the score that is for whose document it is
    fits: bool = True  # it has in it what the question cannot be answered without


def select(
    understanding: Understanding,
    evidence: Sequence[Evidence],
    terms: Sequence[Term],
    named: frozenset[str] = frozenset(),
) -> list[Selection]:
    """The best span of each passage, best first; a span without what is asked for comes last."""
    chosen: list[Selection] = []
    required = requires_type(understanding.answer_type)
    for each in evidence:
        best = _best_span(understanding, each, terms) if each.passage.unit != "title" else None
        if best is not None:
            if named:
                likely = _OWN if each.document.organisation in named else 0.0
            else:
                likely = _OWN_COUNTRY if same_country(each.document.language, understanding.language) else 0.0
            fits = not required or answers_type(_text(best), understanding.answer_type)
            chosen.append(replace(best, score=best.score + likely, likely=likely, fits=fits))
    return sorted(
        chosen, key=lambda selection: (not selection.fits, -selection.score, selection.evidence.passage.id)
    )


def _text(selection: Selection) -> str:
    passage = selection.evidence.passage
    return passage.text[selection.start - passage.start : selection.end - passage.start]


def _best_span(understanding: Understanding, evidence: Evidence, terms: Sequence[Term]) -> Selection | None:
    passage = evidence.passage
    spans = _spans(evidence)
    if not spans:
        return None
    title = f"{evidence.document.title} {' '.join(passage.heading_path)} {passage.context}"
    context = _matches(title, terms)
    around = {stem: _AROUND * degree for stem, degree in _matches(passage.text, terms).items()}
    best: Selection | None = None
    chosen = 0
    for index, (start, end) in enumerate(spans):
        text = passage.text[start:end]
        own = _matches(text, terms)
        near = context
        if index > 0:
            before = passage.text[spans[index - 1][0] : spans[index - 1][1]]
            if before.rstrip().endswith(":"):
                near = _union(near, _matches(before, terms))
        coverage = _share(_union(own, near), terms)
        score = (
            _standing(evidence, text)
            + _PASSAGE * evidence.score
            + _COVERAGE * _share(own, terms)
            + _CONTEXT * (coverage - _share(own, terms))
            + (_TYPE if answers_type(text, understanding.answer_type) else 0.0)
        )
        if best is None or score > best.score:
            met = _share(_union(_union(own, near), around), terms)
            best = Selection(evidence, passage.start + start, passage.start + end, score, met)
            chosen = index
    return _widened(best, spans, chosen, understanding) if best else None


def _standing(evidence: Evidence, sentence: str) -> float:
    """Less for a proposal and more for a decision, in minutes, where both stand side by side."""
    if evidence.document.kind is not Kind.MINUTES:
        return 0.0
    proposal, decision = _standing_cues()
    if decision.search(sentence):
        return _DECISION
    return -_DECISION if proposal.search(sentence) else 0.0


@cache
def _standing_cues() -> tuple[re.Pattern[str], re.Pattern[str]]:
    cues = load("standing")
    return re.compile(cues["proposal"], re.IGNORECASE), re.compile(cues["decision"], re.IGNORECASE)


def _spans(evidence: Evidence) -> list[tuple[int, int]]:
    """The sentences of a passage without its own heading."""
    passage = evidence.passage
    if passage.unit == "row":
        return [(0, len(passage.text))]
    skip = 0
    heading = passage.heading_path[-1] if passage.heading_path else ""
    if heading and passage.text.startswith(heading) and len(passage.text) > len(heading):
        skip = len(heading)
    return [
        (skip + start, skip + end)
        for start, end in sentences(passage.text[skip:])
        if re.search(r"\w{2}", passage.text[skip + start : skip + end])
    ]


def _widened(
    selection: Selection, spans: list[tuple[int, int]], chosen: int, understanding: Understanding
) -> Selection:
    """The span with what it needs to be understood: a list with its lead-in, a question with its answer."""
    passage = selection.evidence.passage
    first = last = chosen
    text = passage.text
    lead_in = text[spans[chosen][0] : spans[chosen][1]].rstrip().endswith((":", "?"))
    if lead_in:
        last = _list_end(text, spans, chosen)
    elif chosen > 0 and understanding.answer_type in ("list", "who", "how_many", ""):
        opening = chosen
        while opening > 0 and _is_item(text, spans, opening) and chosen - opening < 12:
            opening -= 1
        if opening < chosen and text[spans[opening][0] : spans[opening][1]].rstrip().endswith(":"):
            first, last = opening, _list_end(text, spans, opening)
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
    return replace(selection, start=passage.start + start, end=passage.start + end)


def _list_end(text: str, spans: list[tuple[int, int]], lead: int) -> int:
    """Index of the last item of the list that the span at `lead` introduces."""
    last = min(lead + 1, len(spans) - 1)
    stated = _NUMERAL.search(text[spans[lead][0] : spans[lead][1]])
    if stated:
        return min(lead + _NUMERALS[stated[0].lower()], len(spans) - 1)
    while last + 1 < len(spans) and _is_item(text, spans, last + 1):
        last += 1
    return last


def _is_item(text: str, spans: list[tuple[int, int]], index: int) -> bool:
    """Whether a span is a list item: a bullet or number begins it, or no full stop ends it."""
    start, end = spans[index]
    before = text[spans[index - 1][1] : start] if index else ""
    span = text[start:end].rstrip()
    bulleted = bool(re.search(r"[\uf000-\uf0ff•▪●–-]|\bo\b|\bl\b", before)) or "\n" in before
    return (
        bulleted
        or bool(re.match(r"([-–•]|\d{1,2}[.)]|[a-z]\))\s", span))
        or not span.endswith((".", "!", "?"))
    )


def _matches(text: str, terms: Sequence[Term]) -> dict[str, float]:
    """How far each question stem is met by the text: 1 by itself, less by a likeness, else absent."""
    present = set(stems(text))
    joined = f" {' '.join(present)} "
    longer = tuple(stem for stem in present if len(stem) >= _HEAD_CHARS)
    found: dict[str, float] = {}
    for term in terms:
        if term.stem in present:
            found[term.stem] = 1.0
        elif term.same & present:
            found[term.stem] = _SAME
        elif _is_in_compound(term.stem, joined):
            found[term.stem] = _PART
        elif any(_is_in_compound(same, joined) for same in term.same):
            found[term.stem] = _SAME_PART
        elif any(_alike(stem, term.stem) for stem in longer):
            found[term.stem] = _ALIKE
        elif term.stem.endswith(longer):
            found[term.stem] = _WIDER
    return found


def _is_in_compound(part: str, joined: str) -> bool:
    """Whether one of the words, joined by blanks, ends or begins with it: "rolle" in "styringsrolle"."""
    if len(part) < _HEAD_CHARS:
        return False
    return f"{part} " in joined or (len(part) > _HEAD_CHARS and f" {part}" in joined)


def _alike(one: str, other: str) -> bool:
    """Whether two words are likely one word spelled in two languages (arbeidsgivar, arbeidsgiver)."""
    if min(len(one), len(other)) < 6 or one[:3] != other[:3]:
        return False
    left, right = set(grams(one)), set(grams(other))
    return bool(left) and len(left & right) >= _ALIKE_SHARE * max(len(left), len(right))


def _union(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {term: max(one.get(term, 0.0), other.get(term, 0.0)) for term in {*one, *other}}


def _share(found: Mapping[str, float], terms: Sequence[Term]) -> float:
    total = sum(term.weight for term in terms)
    return sum(term.weight * found.get(term.stem, 0.0) for term in terms) / total if total else 0.0
