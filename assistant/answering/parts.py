"""One message that asks two things, as the questions it asks: by rules, and only where they are sure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from assistant.answering.conversation import SubjectOf, completed, content_of, role_said, stands
from assistant.answering.data import load
from assistant.domain.document import Organisation

PARTS = 3
_PART_CHARS = 600  # a longer message tells a story: it is one question


def parts_of(text: str, organisations: Sequence[Organisation], subject_of: SubjectOf) -> tuple[str, ...]:
    """The questions of a message in order, at most `PARTS`; the message itself when it is one.

    Each after the first may lean on those before it, as a follow-up does: `conversation.resolve` puts it in
    full. What could not be put in full stays with the question before it.
    """
    text = " ".join(text.split())
    if len(text) > _PART_CHARS:
        return (text,)
    clauses: list[str] = []
    for sentence in re.split(r"(?<=\?)\s+(?=\w)", text):
        found = _clauses(sentence, organisations)
        is_thanks = clauses and not sentence.endswith("?") and len(content_of(sentence, organisations)) <= 1
        if not found and not is_thanks:
            return (text,)
        clauses += found
    parts: list[str] = []
    before = ""
    for clause in clauses:
        if parts and (len(parts) == PARTS or not stands(clause, before, organisations, subject_of)):
            parts[-1] = f"{parts[-1]} {clause}"
        else:
            parts.append(clause)
        before = completed(clause, before, organisations, subject_of) if before else clause
    if len(parts) == 1 or not _says_enough(parts[0], organisations, subject_of):
        return (text,)
    return tuple(f"{part.rstrip(' ?,.')}?" for part in parts)


def _clauses(sentence: str, organisations: Sequence[Organisation]) -> list[str]:
    """The questions of one sentence, with what is told before it; none when it asks nothing."""
    told = _cue("told").match(sentence)
    start = told.end() if told else 0
    if told and len(content_of(told[0], organisations)) > 1 and not role_said(told[0]):
        return [sentence]  # a situation is told, and each question would need it
    if not _cue("opens").match(sentence, start):
        return []
    ends = [match.start() for match in _cue("joined").finditer(sentence, start)]
    if ends:
        ends += [match.start() for match in _cue("listed").finditer(sentence, start, ends[-1])]
    places = sorted({0, *ends, len(sentence)})
    clauses = [sentence[one:two].strip(" ,") for one, two in pairwise(places)]
    # "Hvem avgjør hva som skal stå, og hva er …": the second may be part of what is decided
    if any(len(_cue("question_word").findall(clause)) > 1 for clause in clauses):
        return [sentence]
    return clauses


def _says_enough(text: str, organisations: Sequence[Organisation], subject_of: SubjectOf) -> bool:
    """Whether the first question is whole: not "Hvem foreslår, og hvem vedtar, budsjettet?"."""
    if _cue("courtesy").match(text):
        return False
    return bool(subject_of(text)) or len(content_of(text, organisations)) > 1


@cache
def _cue(name: str) -> re.Pattern[str]:
    pieces = load("parts")
    pattern: str = pieces[name]
    while (filled := re.sub(r"\{([a-z_]+)\}", lambda match: pieces[match[1]], pattern)) != pattern:
        pattern = filled
    return re.compile(pattern, re.IGNORECASE)
