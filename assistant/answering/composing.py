"""Replies from selected spans: statements with citations, within the lengths people read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from assistant.answering.data import load
from assistant.answering.selecting import Selection
from assistant.domain.document import Document, Kind, Organisation, Status
from assistant.domain.governance import Act, DecisionRight, Facet
from assistant.domain.reply import (
    Abstention,
    Answer,
    Citation,
    Clarification,
    Decision,
    Link,
    Option,
    Outcome,
    Profile,
    Statement,
    Told,
)
from assistant.governance.register import Entry
from assistant.retrieval.evidence import Evidence

TEXT_CHARS = 900
_QUOTE_CHARS = 700
_FACTS = 10  # of a profile,
_FACTS_A_FACET = 2
_LEAD_CHARS = 220
_TITLE_CHARS = 90
_IN_BRACKETS = re.compile(r" \(([^()]*)\)$")
_SHORT_TITLE = re.compile(r"[(\[]([\w-]+lov(?:en|a)?)[)\]]$")  # "Lov om kommuner … (kommuneloven)"
_PROMULGATED = "Bekendtgørelse af "
_LEADS = {
    Act.DECIDES: "decides",
    Act.RECOMMENDS: "recommends",
    Act.IS_CONSULTED: "is_consulted",
    Act.IS_INFORMED: "is_informed",
    Act.CARRIES_OUT: "carries_out",
    Act.MAY_NOT: "may_not",
}


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
        passage.locator_at(selection.start),
        quote,
        selection.start,
        selection.end,
        passage.id,
    )


def answer(
    selections: Sequence[Selection],
    language: str,
    organisations: Mapping[str, Organisation],
    outcome: Outcome = Outcome.ANSWERED,
    chain: Sequence[Selection] = (),
) -> Answer:
    """An answer of one statement a selection; the text holds as many as fit in 900 characters.

    `chain` has the rights of those from whom and to whom the first selection's power goes, from the
    top; those that are not among the selections are cited besides.
    """
    besides = [each for each in chain if each not in selections]
    numbered = [*selections, *besides]
    decision = _decision(chain, numbered)
    citations = tuple(cite(each, number, organisations) for number, each in enumerate(selections, 1))
    several = len({citation.document.organisation for citation in citations}) > 1
    statements = tuple(
        Statement(_statement(citation, language, several, selection), (citation.number,))
        for citation, selection in zip(citations, selections, strict=True)
    )
    citations += tuple(
        cite(each, number, organisations) for number, each in enumerate(besides, len(citations) + 1)
    )
    return Answer(outcome, language, text_of(statements, language, outcome), statements, citations, decision)


def text_of(statements: Sequence[Statement], language: str, outcome: Outcome = Outcome.ANSWERED) -> str:
    """What a person reads: as many statements as fit in 900 characters, each with its [n]."""
    lines = [phrase("conflicting", language)] if outcome is Outcome.CONFLICTING else []
    left_out = 0
    for statement in statements:
        line = marked(statement)
        if lines and sum(map(len, lines)) + len(lines) + len(line) > TEXT_CHARS - 20:
            left_out += 1
        else:
            lines.append(line)
    if left_out:
        lines.append(phrase("more", language, count=left_out))
    return shortened("\n".join(lines))


def marked(statement: Statement) -> str:
    """A statement with the [n] of what it rests on."""
    return f"{statement.text} {''.join(f'[{number}]' for number in statement.citations)}"


def profile(
    entries: Sequence[Entry], number: int, organisations: Mapping[str, Organisation]
) -> Profile | None:
    """What is said of a body or role, by facet, from the most binding first; None when nothing is.

    Its citations are numbered from `number`.
    """
    facts: list[Told] = []
    for facet in Facet:
        said = [entry for entry in entries if entry.statement.facet is facet]
        for entry in said[:_FACTS_A_FACET]:
            start, end = entry.statement.start, entry.statement.end
            evidence = Evidence(entry.passage, entry.document, 1.0)
            selection = Selection(evidence, start, min(end, start + _QUOTE_CHARS), score=0.0, coverage=1.0)
            citation = cite(selection, number + len(facts), organisations)
            facts.append(Told(facet, _readable(entry.statement.value or citation.quote), citation))
    if not facts:
        return None
    names = [entry.statement.subject for entry in entries]
    # the bare form ("kommunedirektør") before the definite one
    name = min(names, key=lambda form: (len(form), form))
    roles = sum(entry.statement.is_role for entry in entries)
    return Profile(name[:1].upper() + name[1:], 2 * roles > len(entries), tuple(facts[:_FACTS]))


def _decision(chain: Sequence[Selection], numbered: Sequence[Selection]) -> Decision | None:
    """Who decides what the first selection is the source of, with the way the power goes."""
    right = numbered[0].right if numbered else None
    if right is None:
        return None
    links: list[Link] = []
    for each in chain or numbered[:1]:
        if each.right is None:
            continue
        number = numbered.index(each) + 1
        gives = not links and each.right is not right
        links.append(
            Link(each.right.decider, "delegates" if gives else each.right.act.value,
                 "" if gives else each.right.conditions, number)
        )  # fmt: skip
    if right.further_to:
        links.append(Link(right.further_to, "may receive", "", 1))
    return Decision(
        right.matter,
        right.decider,
        right.act.value,
        right.conditions,
        right.legal_basis,
        right.further.value,
        tuple(links),
    )


def _statement(citation: Citation, language: str, several: bool, selection: Selection) -> str:
    key = "guidance" if citation.document.kind is Kind.GUIDANCE else "quote"
    quote = _readable(citation.quote)
    title = _called(citation.document)
    # the locator stands in brackets: "(§ 5, s. 2)", not "(§ 5 (s. 2))"
    locator = _IN_BRACKETS.sub(r", \1", citation.locator)
    text = phrase(key, language, title=title, locator=locator, quote=quote)
    text = labelled(text, citation, language, several=several, is_proposal=selection.is_proposal)
    lead = _lead(selection.right, language)
    return f"{lead} {text}" if lead else text


def labelled(text: str, citation: Citation, language: str, *, several: bool, is_proposal: bool) -> str:
    """A statement with what it must not be shown without: proposed, a draft, no longer in force, whose."""
    document = citation.document
    if is_proposal:
        text = phrase("proposal", language, statement=text)
    if document.status in (Status.SUPERSEDED, Status.REPEALED):
        since, until = (_day(day) for day in (document.valid_from, document.valid_to))
        text = phrase("not_in_force", language, since=since, until=until, statement=text)
    elif document.status is Status.DRAFT:
        text = phrase("draft", language, statement=text)
    if several:
        text = phrase("of_organisation", language, organisation=citation.organisation_name, statement=text)
    return text


def _called(document: Document) -> str:
    """What people call a document: an act by its short title, a long title by its beginning."""
    title = document.title
    if document.kind is Kind.LAW:
        short = _SHORT_TITLE.search(title)
        title = short[1] if short else title.removeprefix(_PROMULGATED)
        title = title[:1].upper() + title[1:]
    return title if len(title) <= _TITLE_CHARS else title[: _TITLE_CHARS - 2].rsplit(" ", 1)[0] + " …"


def _lead(right: DecisionRight | None, language: str) -> str:
    """What the row of a table says, in a sentence; "" for what is a sentence already, or is long."""
    if right is None or not right.is_row:
        return ""
    matter = right.matter.rsplit(": ", 1)[-1]
    said = f"{matter}: {right.conditions}" if right.conditions else matter
    text = phrase(_LEADS[right.act], language, decider=right.decider, matter=_readable(said).rstrip("."))
    return text if len(text) <= _LEAD_CHARS else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else "…"


def abstain(
    outcome: Outcome,
    reason: str,
    language: str,
    nearest: Sequence[Selection] = (),
    organisations: Mapping[str, Organisation] | None = None,
    default: Selection | None = None,
    **values: object,
) -> Abstention:
    """An abstention with its reason, the nearest passages and whom to ask.

    `default` is what a regulation says of every matter it does not list; it is quoted in the text
    and comes first among the nearest. `values` fill in the words of the reason.
    """
    known = organisations or {}
    if default is not None:
        nearest = (default, *nearest)[:3]
    citations = tuple(cite(each, number, known) for number, each in enumerate(nearest, 1))
    owner = next((citation.document.owner for citation in citations if citation.document.owner), "")
    text = phrase(reason, language, **values)
    if outcome in (Outcome.SILENT, Outcome.NOT_FOUND):
        ask = phrase("ask", language, owner=owner) if owner else phrase("ask_anyone", language)
        if default is not None:
            rule = _statement(citations[0], language, False, default)
            text = f"{text} {phrase('default_rule', language, statement=rule)}"
        text = shortened(f"{text} {ask}")
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


def shortened(text: str, chars: int = TEXT_CHARS) -> str:
    """At most so many characters of a text, cut after a word."""
    return text if len(text) <= chars else text[: chars - 2].rsplit(" ", 1)[0] + " …"


def _name(document: Document, organisations: Mapping[str, Organisation]) -> str:
    known = organisations.get(document.organisation)
    return known.name if known else document.organisation
