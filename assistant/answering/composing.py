"""Replies from selected spans: statements with citations, within the lengths people read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.answering.data import load
from assistant.answering.selecting import Selection
from assistant.domain.document import Document, Kind, Organisation, Passage
from assistant.domain.reply import Abstention, Answer, Citation, Clarification, Option, Outcome, Statement

TEXT_CHARS = 900


def phrase(key: str, language: str, **values: object) -> str:
    """The assistant's own words for `key` in the reader's language, filled in."""
    template: str = load("phrases")[key][language]
    # in one pass and never by format(): a title may hold braces
    return re.sub(r"\{(\w+)\}", lambda match: str(values[match[1]]), template)


def cite(selection: Selection, number: int, organisations: Mapping[str, Organisation]) -> Citation:
    """The citation of a selected span, with the finest locator that covers its beginning."""
    passage, document = selection.evidence.passage, selection.evidence.document
    quote = passage.text[selection.start - passage.start : selection.end - passage.start]
    return Citation(
        number,
        document,
        _name(document, organisations),
        locator_at(passage, selection.start),
        quote,
        selection.start,
        selection.end,
        passage.id,
    )


def locator_at(passage: Passage, offset: int) -> str:
    """What a clerk would cite for this offset: the ledd or page if the passage knows it."""
    inside = [locator for start, locator in passage.marks if start <= offset]
    return inside[-1] if inside else passage.locator


def answer(
    selections: Sequence[Selection],
    language: str,
    organisations: Mapping[str, Organisation],
    outcome: Outcome = Outcome.ANSWERED,
) -> Answer:
    """An answer of one statement a selection; the text holds as many as fit in 900 characters."""
    citations = tuple(cite(each, number, organisations) for number, each in enumerate(selections, 1))
    several = len({citation.document.organisation for citation in citations}) > 1
    statements = tuple(
        Statement(_statement(citation, language, several), (citation.number,)) for citation in citations
    )
    lines: list[str] = []
    left_out = 0
    for statement in statements:
        line = f"{statement.text} [{statement.citations[0]}]"
        if lines and sum(map(len, lines)) + len(lines) + len(line) > TEXT_CHARS - 20:
            left_out += 1
        else:
            lines.append(line)
    if left_out:
        lines.append(phrase("more", language, count=left_out))
    return Answer(outcome, language, _within("\n".join(lines)), statements, citations)


def _statement(citation: Citation, language: str, several: bool) -> str:
    key = "guidance" if citation.document.kind is Kind.GUIDANCE else "quote"
    quote = _readable(citation.quote)
    title = citation.document.title
    if len(title) > 90:
        title = title[:88].rsplit(" ", 1)[0] + " …"
    text = phrase(key, language, title=title, locator=citation.locator, quote=quote)
    if several:
        return phrase("of_organisation", language, organisation=citation.organisation_name, statement=text)
    return text


def abstain(
    outcome: Outcome,
    reason: str,
    language: str,
    nearest: Sequence[Selection] = (),
    organisations: Mapping[str, Organisation] | None = None,
) -> Abstention:
    """An abstention with its reason, the nearest passages and whom to ask."""
    known = organisations or {}
    citations = tuple(cite(each, number, known) for number, each in enumerate(nearest, 1))
    owner = next((citation.document.owner for citation in citations if citation.document.owner), "")
    text = phrase(reason, language)
    if outcome in (Outcome.SILENT, Outcome.NOT_FOUND):
        ask = phrase("ask", language, owner=owner) if owner else phrase("ask_anyone", language)
        text = f"{text} {ask}"
    return Abstention(outcome, language, text, reason, citations, owner)


def clarify(language: str, options: Sequence[Organisation]) -> Clarification:
    """A question back: which of these organisations?"""
    return Clarification(
        language,
        phrase("clarify", language),
        tuple(Option(organisation.name, organisation.id) for organisation in options),
    )


def _readable(quote: str) -> str:
    """The quote on one line; bullets of symbol fonts, which no other font can show, as "•".

    Only the text for people is so; `Citation.quote` is untouched.
    """
    return " ".join(re.sub(r"[\uf000-\uf0ff]", "•", quote).split())


def _within(text: str) -> str:
    return text if len(text) <= TEXT_CHARS else text[: TEXT_CHARS - 2].rsplit(" ", 1)[0] + " …"


def _name(document: Document, organisations: Mapping[str, Organisation]) -> str:
    known = organisations.get(document.organisation)
    return known.name if known else document.organisation
