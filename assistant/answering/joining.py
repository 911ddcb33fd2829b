"""The replies to the parts of one message as one reply: in their order, and no source shown twice."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from assistant.answering.composing import TEXT_CHARS, marked, phrase, shortened
from assistant.domain.reply import Abstention, Answer, Citation, Outcome, Reply, Statement

STATEMENTS = 4
_MORE_CHARS = 20  # of the line that counts what is left out
_ASKED_CHARS = 120


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message and its reply; `left_out` of its records are not among the statements."""

    asked: str
    reply: Reply
    left_out: int = 0


def share(replies: Sequence[Reply]) -> tuple[Reply, ...]:
    """The replies with as many statements as there is room for; () when there is not room for all.

    Each has one at least, and both sides of a contradiction. What leads one is not repeated in another:
    a reply that begins as one before it did is left without a statement.
    """
    fresh = _without_repeats(replies)
    there = [len(each.statements) if isinstance(each, Answer) else 0 for each in fresh]
    shares = [
        count if each.outcome is Outcome.CONFLICTING else min(count, 1)
        for each, count in zip(fresh, there, strict=True)
    ]
    if sum(shares) > STATEMENTS:
        return ()
    while sum(shares) < STATEMENTS and shares != there:
        at = min((at for at, count in enumerate(there) if shares[at] < count), key=lambda at: shares[at])
        shares[at] += 1
    return tuple(
        replace(each, statements=each.statements[:count]) if isinstance(each, Answer) else each
        for each, count in zip(fresh, shares, strict=True)
    )


def join(parts: Sequence[Part]) -> Reply:
    """One answer of all parts, saying which of them the documents are silent about.

    When none is answered: the first part's reply. The decision or the profile is that of the first answer.
    """
    answers = [each.reply for each in parts if isinstance(each.reply, Answer)]
    if not answers:
        return parts[0].reply
    lead, language = answers[0], answers[0].language
    names = {source.organisation_name for each in answers for _, sources in _told(each) for source in sources}
    cited: list[Citation] = []
    statements: list[Statement] = []
    groups: list[list[str]] = []
    for part in parts:
        if isinstance(part.reply, Answer):
            told = [
                Statement(_named(text, sources, names, part.reply), _numbers(sources, cited))
                for text, sources in _told(part.reply)
            ]
            statements += told
            groups.append([marked(each) for each in told])
        else:
            groups.append([_silent(part, language)])
    conflicting = [at for at, part in enumerate(parts) if part.reply.outcome is Outcome.CONFLICTING]
    for at in conflicting:
        groups[at].insert(0, phrase("conflicting", language))
    decision, profile = lead.decision, lead.profile
    if decision is not None:
        chain = tuple(
            replace(link, citation=_numbers([lead.citations[link.citation - 1]], cited)[0])
            for link in decision.chain
        )
        decision = replace(decision, chain=chain)
    if profile is not None:
        facts = tuple(
            replace(fact, citation=replace(fact.citation, number=number))
            for number, fact in enumerate(profile.facts, len(cited) + 1)
        )
        profile = replace(profile, facts=facts)
    return Answer(
        Outcome.CONFLICTING if conflicting else Outcome.ANSWERED,
        language,
        _text(groups, conflicting, language, sum(part.left_out for part in parts)),
        tuple(statements),
        tuple(cited),
        decision,
        profile,
    )


def _without_repeats(replies: Sequence[Reply]) -> list[Reply]:
    """The replies with each statement where it leads, else where it comes first.

    A contradiction keeps both sides.
    """
    leads = {each.statements[0].text for each in replies if isinstance(each, Answer)}
    seen: set[str] = set()
    fresh: list[Reply] = []
    for reply in replies:
        if not isinstance(reply, Answer):
            fresh.append(reply)
            continue
        kept = reply.statements
        if reply.outcome is not Outcome.CONFLICTING:
            lead, *more = kept
            others = (each for each in more if each.text not in leads | seen)
            kept = () if lead.text in seen else (lead, *others)
        seen |= {each.text for each in kept}
        fresh.append(replace(reply, statements=kept))
    return fresh


def _told(answer: Answer) -> list[tuple[str, list[Citation]]]:
    """The text of each statement and what it cites."""
    by_number = {each.number: each for each in answer.citations}
    return [(each.text, [by_number[number] for number in each.citations]) for each in answer.statements]


def _numbers(sources: Sequence[Citation], cited: list[Citation]) -> tuple[int, ...]:
    """The numbers of sources among those `cited`, to which they are added where they are new."""
    numbers: list[int] = []
    for source in sources:
        number = next((each.number for each in cited if _place(each) == _place(source)), 0)
        if not number:
            number = len(cited) + 1
            cited.append(replace(source, number=number))
        numbers.append(number)
    return tuple(dict.fromkeys(numbers))


def _place(citation: Citation) -> tuple[str, str, int, int]:
    return citation.document.id, citation.document.version, citation.start, citation.end


def _named(text: str, sources: Sequence[Citation], names: set[str], answer: Answer) -> str:
    """A statement with the organisation it is about, where the parts are about several."""
    own = {source.organisation_name for _, those in _told(answer) for source in those}
    if len(names) < 2 or len(own) > 1:  # an answer about several names them itself
        return text
    return phrase(
        "of_organisation", answer.language, organisation=sources[0].organisation_name, statement=text
    )


def _silent(part: Part, language: str) -> str:
    """Which part the documents are silent about, and whom to ask about it."""
    # no pointer to a source may stand in what somebody typed
    asked = shortened(re.sub(r"[\[\]]", "", part.asked), _ASKED_CHARS)
    text = phrase("silent_part", language, asked=asked)
    owner = part.reply.ask if isinstance(part.reply, Abstention) else ""
    return f"{text} {phrase('ask', language, owner=owner)}" if owner else text


def _text(groups: Sequence[list[str]], whole: Collection[int], language: str, left_out: int) -> str:
    """The lines of all parts within 900 characters: each part keeps its first, and `whole` groups all.

    Lines are left out before any is shortened.
    """
    room = TEXT_CHARS - _MORE_CHARS
    cuttable = [group for at, group in enumerate(groups) if at not in whole]
    while _size(groups) > room and len(longest := max(cuttable, key=len, default=[])) > 1:
        longest.pop()
        left_out += 1
    lines = [line for group in groups for line in group]
    if _size(groups) > room:
        lines = [_cut(line, room // len(lines) - 1) for line in lines]
    if left_out:
        lines.append(phrase("more", language, count=left_out))
    return "\n".join(lines)


def _cut(line: str, chars: int) -> str:
    """A line shortened, with what it points to."""
    match = re.search(r"(?: (?:\[\d+\])+)?$", line)
    points = match[0] if match else ""
    return shortened(line.removesuffix(points), chars - len(points)) + points


def _size(groups: Sequence[Sequence[str]]) -> int:
    return sum(len(line) + 1 for group in groups for line in group)
