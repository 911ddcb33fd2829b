"""The marks of a sentence that tell whether it answers: what a ranker weighs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.answering.data import load
from assistant.answering.matching import grams_of, matches, share, union
from assistant.answering.understanding import Understanding, answers_type
from assistant.answering.wanted import Wanted, range_of, wanted
from assistant.domain.document import Kind
from assistant.domain.governance import Act, Facet, FacetStatement, Record
from assistant.language.sentences import sentences
from assistant.retrieval.evidence import Evidence, Term
from assistant.retrieval.subjects import part_of

_AROUND = 0.5  # a word that stands in the passage, not in the sentence or its headings, counts half
_SHORT = 25  # characters
_PASSAGES = 1 << 11  # whose sentences are kept at hand
_TELLING = 0.2  # the weight of a question's word that is about something


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage: spans of all its sentences within the passage, and which one this is.

    `coverage` is the share of the question's telling words found in it, its headings or, counted
    half, elsewhere in the passage, or how like the question is to one of its act's subject index,
    whichever is more (0–1). `marks` maps a mark's name to how far it has it.
    """

    evidence: Evidence
    spans: tuple[tuple[int, int], ...]
    index: int
    coverage: float
    marks: dict[str, float]


def candidates(
    understanding: Understanding,
    evidence: Sequence[Evidence],
    terms: Sequence[Term],
    *,
    headings: bool = True,
    recorded: Mapping[str, Sequence[Record]] | None = None,
) -> Iterator[Candidate]:
    """Every sentence of the evidence with its marks; title passages have none.

    `recorded` has the governance records of each passage, by its id.
    """
    asked = wanted(understanding.text)
    wanted_grams = grams_of(understanding.text)
    rarest = max(terms, key=lambda term: term.weight, default=None)
    # in "Kan ordføreren si opp en ansatt?" the first word that tells anything is who it is about
    subject = next((term for term in terms if term.weight >= _TELLING), None)
    yes_no = understanding.answer_type == "yes_no"
    subjects = {max(each.asked.values()) for each in evidence if each.asked}
    likest = max(subjects, default=0.0)
    for place, each in enumerate(evidence, 1):
        passage = each.passage
        heading = passage.heading_path[-1] if passage.heading_path else ""
        spans = () if passage.unit == "title" else _spans(passage.text, heading, passage.unit == "row")
        if not spans:
            continue
        title = matches(each.document.title, terms) if headings else {}
        above = matches(f"{' '.join(passage.heading_path)} {passage.context}", terms) if headings else {}
        around = matches(passage.text, terms)
        met = sum(term.weight for term in terms if term.stem in union(title, above, around))
        shared = {
            "passage": each.score,
            "place": 1 / place,
            "unmet": 1 - met / (sum(term.weight for term in terms) or 1),
            "row": float(passage.unit == "row"),
            "minutes": float(each.document.kind is Kind.MINUTES),
            "guidance": float(each.document.kind is Kind.GUIDANCE),
            "sentences": math.log(len(spans)),
        }
        nearest = max(each.asked.values(), default=0.0)
        if each.asked:
            shared["asked_section"] = nearest
            shared["asked_place"] = 1 / (1 + sum(other > nearest for other in subjects))
        lead_in: dict[str, float] = {}
        for index, (start, end) in enumerate(spans):
            text = passage.text[start:end]
            own = matches(text, terms)
            # an item is understood by the line that introduces it
            introduced = union(above, lead_in) if index else above
            with_headings = union(own, introduced)
            with_title = union(with_headings, title)
            in_all = union(with_title, around)
            covered = {name: share(found, terms) for name, found in (("own", own), ("title", with_title))}
            fits = answers_type(text, understanding.answer_type)
            marks = shared | {
                "own": covered["own"],
                "exact": share({stem: 1.0 for stem, degree in own.items() if degree == 1.0}, terms),
                "headings": share(with_headings, terms) - covered["own"],
                "title": covered["title"] - share(with_headings, terms),
                "around": share(in_all, terms) - covered["title"],
                "rarest": own.get(rarest.stem, 0.0) if rarest else 0.0,
                "rarest_above": introduced.get(rarest.stem, 0.0) if rarest else 0.0,
                "subject": with_title.get(subject.stem, 0.0) if subject else 0.0,
                "subject_yes_no": with_title.get(subject.stem, 0.0) if subject and yes_no else 0.0,
                "grams": len(wanted_grams & grams_of(text)) / max(1, len(wanted_grams)),
                "fits": float(fits),
                "misses": float(bool(understanding.answer_type) and not fits),
                "short": float(len(text) < _SHORT),
                "length": math.log(len(text)),
                "first": float(index == 0),
                "position": index / len(spans),
                "question": float(text.rstrip().endswith("?")),
                "lead_in": float(text.rstrip().endswith(":")),
                "unended": float(not text.rstrip().endswith((".", ":", "!", "?", ";"))),
            }
            for record in (recorded or {}).get(passage.id, ()):
                if record.start < passage.start + end and passage.start + start < record.end:
                    marks |= _recorded(asked, record)
            said = 0.0
            if each.asked:
                part = part_of(passage.locator_at(passage.start + start))
                # a section that is not parted answers whole
                said = max(each.asked.get(part, 0.0), each.asked.get(0, 0.0)) if part else nearest
                marks["asked"] = said
                marks["asked_best"] = float(said > 0 and said >= likest)
            if asked.count is not None and (about := range_of(text)):
                marks["count_within" if about.contains(asked.count) else "count_outside"] = 1.0
            if each.document.kind is Kind.MINUTES:
                marks[standing_of(understanding, heading, text)] = 1.0
            if fits:
                marks[f"fits_{understanding.answer_type}"] = 1.0
            halved = {stem: _AROUND * degree for stem, degree in around.items()}
            coverage = max(share(union(with_title, halved), terms), said)
            yield Candidate(each, spans, index, coverage, marks)
            if marks["lead_in"]:
                lead_in = own


def _recorded(asked: Wanted, record: Record) -> dict[str, float]:
    """What it tells of a sentence that it is the source of this record."""
    if isinstance(record, FacetStatement):
        return {"record_facet": 1.0} if record.facet is asked.facet else {}
    if not asked.decision and asked.facet is not Facet.APPOINTED_BY:
        return {}
    if record.act not in (Act.DECIDES, Act.MAY_NOT):
        return {"record_other": 1.0}
    if asked.amount is not None and record.limits:
        within = any(limit.contains(asked.amount) for limit in record.limits)
        return {"record_within" if within else "record_outside": 1.0}
    return {"record_decides": 1.0}


def standing_of(understanding: Understanding, heading: str, sentence: str) -> str:
    """In minutes, where both stand side by side: "decision", "proposal" or "neither".

    The sentence's own words go before the heading it stands under. Where the question asks what was
    proposed, a proposal is "wanted_proposal".
    """
    proposal, decision = _standing_cues()
    for text in (sentence, heading):
        if decision.search(text):
            return "decision"
        if proposal.search(text):
            return "wanted_proposal" if proposal.search(understanding.text) else "proposal"
    return "neither"


@cache
def _standing_cues() -> tuple[re.Pattern[str], re.Pattern[str]]:
    cues = load("standing")
    return re.compile(cues["proposal"], re.IGNORECASE), re.compile(cues["decision"], re.IGNORECASE)


@lru_cache(maxsize=_PASSAGES)
def _spans(text: str, heading: str, is_row: bool) -> tuple[tuple[int, int], ...]:
    """The sentences of a passage without its own heading; a table's row is one."""
    if is_row:
        return ((0, len(text)),)
    skip = len(heading) if heading and text.startswith(heading) and len(text) > len(heading) else 0
    return tuple(
        (skip + start, skip + end)
        for start, end in sentences(text[skip:])
        if re.search(r"\w{2}", text[skip + start : skip + end])
    )
