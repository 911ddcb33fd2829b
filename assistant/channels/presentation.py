"""A reply as every channel shows it: what stands where, in the reader's language; and as plain text.

Slack blocks, a Teams card, Markdown and the terminal are made of the same `Presentation`; each channel
adds only its own markup and limits. Text here is bare: a channel escapes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.channels.wire import (
    WireCitation,
    WireDecision,
    WireOption,
    WireProfile,
    WireReply,
    WireSource,
    whole_address,
)
from assistant.domain.document import Kind
from assistant.domain.reply import Outcome
from assistant.language.wordlists import read_yaml

FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered source. `line` is one line that names it; `url` opens it at the quote ("": no address)."""

    number: int
    line: str
    quote: str
    url: str
    is_guidance: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a card: a label in the reader's language, words of a document, and where they stand.

    `source` is the number of a source of the same presentation, 0 for none; `url` opens the place.
    """

    label: str
    text: str
    source: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A decision right, a body or a role at a glance. `chain` is the way that a power goes, from the top."""

    kind: Literal["decision", "body", "role"]
    label: str
    title: str
    rows: tuple[Row, ...]
    chain: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a channel shows of a reply, in its order.

    `text` holds [n] where it rests on source n. `label` tells an outcome that is not an answer (""
    for an answer), `heading` stands over the sources, `ask` names whom to ask ("" when the text
    does, or no document tells).
    """

    exchange_id: str
    outcome: Outcome
    language: str
    label: str
    text: str
    ask: str
    remarks: tuple[str, ...]
    heading: str
    sources: tuple[Source, ...]
    options: tuple[WireOption, ...]
    card: Card | None


def words(language: str, channel: str = "") -> dict[str, Any]:
    """The words for people in a language; English for one we have no words in.

    With those that a `channel` ("slack", "teams") has of its own.
    """
    shared: dict[str, dict[str, Any]] = read_yaml("assistant.channels", "words")
    said = shared.get(language, shared[FALLBACK_LANGUAGE])
    if not channel:
        return said
    own: dict[str, dict[str, Any]] = read_yaml(f"assistant.channels.{channel}", "words")
    return {**said, **own.get(language, own[FALLBACK_LANGUAGE])}


def present(reply: WireReply, base_url: str = "") -> Presentation:
    """What to show of a reply; its sources open at `base_url`, where people reach the web page."""
    said = words(reply.language)
    found = reply.abstention
    shown = found.nearest if found else reply.citations
    remarks = list(reply.notes)
    if reply.mode != "extractive":
        remarks.append(said["narrated_by"].format(mode=reply.mode))
    return Presentation(
        exchange_id=reply.id,
        outcome=reply.outcome,
        language=reply.language,
        label=said.get(f"outcome_{reply.outcome}", ""),
        text=reply.text,
        ask=said["ask"].format(who=found.ask) if found and found.ask and found.ask not in reply.text else "",
        remarks=tuple(remarks),
        heading=(said["nearest"] if found else said["sources"]) if shown else "",
        sources=tuple(_source(citation, said, base_url) for citation in shown),
        options=tuple(reply.clarification.options) if reply.clarification else (),
        card=_card(reply, said, base_url),
    )


def plain_text(shown: Presentation) -> str:
    """The reply as a terminal or a clipboard holds it: the text, then a line a source."""
    lines = [shown.text, shown.ask]
    lines += [f"  – {option.label} ({option.organisation})" for option in shown.options]
    if shown.sources:
        lines += ["", f"{shown.heading}:"]
    lines += [f"[{source.number}] {source.line}" for source in shown.sources]
    lines += shown.remarks
    return "\n".join(line for at, line in enumerate(lines) if line or (at and lines[at - 1]))


def _source(citation: WireCitation, said: dict[str, str], base_url: str) -> Source:
    is_guidance = citation.kind is Kind.GUIDANCE
    named = citation.organisation in citation.title
    parts = [citation.title, citation.locator, "" if named else citation.organisation]
    parts += [said["guidance"]] if is_guidance else []
    line = " · ".join(" ".join(part.split()) for part in parts if part.strip())
    return Source(citation.number, line, citation.quote, _address(citation, base_url), is_guidance)


def _address(source: WireCitation | WireSource, base_url: str) -> str:
    return whole_address(base_url, source.url) if base_url else ""


def _card(reply: WireReply, said: dict[str, str], base_url: str) -> Card | None:
    if reply.decision:
        return _decision(reply.decision, reply.citations, said, base_url)
    if reply.profile:
        return _profile(reply.profile, said, base_url)
    return None


def _decision(
    decision: WireDecision, citations: Sequence[WireCitation], said: dict[str, str], base_url: str
) -> Card:
    addresses = {citation.number: _address(citation, base_url) for citation in citations}
    first = decision.chain[0].citation if decision.chain else 0
    own = next((link.citation for link in decision.chain if link.actor == decision.decider), first)
    told = [
        (said["decider"], f"{decision.decider} {said[_key('act', decision.act)]}"),
        (said["limits"], decision.limits),
        (said["legal_basis"], decision.legal_basis),
        (said["further"], said.get(f"further_{decision.further}", "")),
    ]
    rows = [Row(label, text, own, addresses.get(own, "")) for label, text in told if text]
    chain = tuple(
        Row(link.actor, " · ".join(part for part in (said[_key("act", link.act)], link.limits) if part),
            link.citation, addresses.get(link.citation, ""))
        for link in decision.chain
    ) if len(decision.chain) > 1 else ()  # fmt: skip
    # a row's matter begins with the title of its table
    return Card("decision", said["decision"], decision.matter.rsplit(": ", 1)[-1], tuple(rows), chain)


def _profile(profile: WireProfile, said: dict[str, str], base_url: str) -> Card:
    rows = tuple(
        Row(said[_key("facet", fact.facet)], fact.text, url=_address(fact.source, base_url))
        for fact in profile.facts
    )
    kind: Literal["body", "role"] = "role" if profile.is_role else "body"
    return Card(kind, said[kind], profile.name, rows)


def _key(kind: str, value: str) -> str:
    return f"{kind}_{value.replace(' ', '_')}"
