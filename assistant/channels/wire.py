"""The JSON of the outside contract: what every machine-read channel says of an exchange.

Fields are only ever added. `WireReply` is the body of `POST /v1/ask`, the last event of
`POST /v1/ask/stream` and the output of `mandat ask --json`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from assistant.domain.document import Document, Kind, Organisation, Status
from assistant.domain.governance import Act, Facet, Further
from assistant.domain.reply import (
    Abstention,
    Answer,
    Citation,
    Clarification,
    Exchange,
    Outcome,
    Profile,
    Statement,
)
from assistant.governance.map import GovernanceMap, Node, Source


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WireStatement(_Wire):
    """One claim of an answer and the citations it rests on."""

    text: str = Field(
        description="The claim, in the language of the reply.",
        examples=["Kommunedirektøren avgjør tilsettinger i alle stillinger under direktørnivå."],
    )
    citations: list[int] = Field(
        description="Numbers of the citations it rests on, at least one.", examples=[[1]]
    )


class WireCitation(_Wire):
    """A verbatim span of one version of a document: its canonical text at [start:end] is `quote`."""

    number: int = Field(description="What [n] in the text points to; from 1.", examples=[1])
    document_id: str = Field(
        description="Stable across versions of the document.", examples=["nordvik/delegeringsreglement"]
    )
    title: str = Field(examples=["Delegeringsreglement for Nordvik kommune"])
    organisation: str = Field(
        description="Name of the organisation or country that owns the document.",
        examples=["Nordvik kommune"],
    )
    organisation_id: str = Field(examples=["nordvik"])
    kind: Kind = Field(description="`guidance` is not binding and must be labelled where it is shown.")
    language: str = Field(description="Language of the document and so of the quote.", examples=["nb"])
    locator: str = Field(description="What a clerk would cite.", examples=["§ 4-2 andre ledd"])
    quote: str = Field(
        description="Verbatim from the document; at most 700 characters.",
        examples=["Kommunedirektøren avgjør tilsettinger i alle stillinger under direktørnivå."],
    )
    start: int = Field(description="Offset in Unicode code points, inclusive.", examples=[1234])
    end: int = Field(description="Offset in Unicode code points, exclusive.", examples=[1309])
    passage_id: str = Field(description="The passage that the quote was taken from.")
    url: str = Field(
        description="Where a person sees the quote in its place, relative to this server.",
        examples=["/documents/nordvik%2Fdelegeringsreglement?version=2024-01-01#c1234-1309"],
    )
    valid_from: date | None = Field(description="First day in force; null when the document does not say.")
    valid_to: date | None = Field(description="First day no longer in force; null when open or not stated.")
    version: str = Field(examples=["2024-01-01"])


class WireAbstention(_Wire):
    """Why there is no answer, and what came closest."""

    reason: str = Field(description="A stable code for the reason.", examples=["no_rule_stated"])
    text: str = Field(description="The reason in the reader's language.")
    nearest: list[WireCitation] = Field(description="The closest passages; not an answer. May be empty.")
    ask: str = Field(description='Whom to ask, where a document names an owner; else "".')


class WireOption(_Wire):
    """One way to make the question clear."""

    label: str = Field(examples=["Nordvik kommune"])
    organisation: str = Field(
        description="Send this as `organisation` with the same question.", examples=["nordvik"]
    )


class WireClarification(_Wire):
    """A question back to the reader."""

    text: str = Field(examples=["Hvilken kommune gjelder spørsmålet?"])
    options: list[WireOption]


class WireLink(_Wire):
    """One step of the way from who has a power to who acts."""

    actor: str = Field(examples=["Kommunedirektøren"])
    act: str = Field(
        description=(
            "`delegates` (who gave the power), `decides`, `recommends`, `is consulted`, `is informed`, "
            "`carries out`, `may not`, or `may receive` (to whom it may be delegated further)."
        ),
        examples=["decides"],
    )
    limits: str = Field(description="Conditions and amounts in the document's own words.")
    citation: int = Field(description="Number of the citation that says so.", examples=[1])


class WireDecision(_Wire):
    """Who decides a matter, in the words of the row or sentence that states it."""

    matter: str = Field(examples=["Inngåelse av kontrakt om kjøp av varer og tjenester"])
    decider: str = Field(examples=["Kommunedirektøren"])
    act: str = Field(examples=["decides"])
    limits: str = Field(examples=["Inntil 2 500 000 kr ekskl. mva. per kontrakt"])
    legal_basis: str = Field(examples=["Kommuneloven § 5-3"])
    further: str = Field(description="May it be delegated further: yes, no or unstated.", examples=["yes"])
    chain: list[WireLink] = Field(description="From who gave the power to who has a part of it.")


class WireSource(_Wire):
    """Where a fact stands, verbatim."""

    document_id: str
    title: str
    version: str
    kind: Kind
    locator: str = Field(examples=["§ 7-1, rad 2"])
    quote: str
    start: int = Field(description="Offset in Unicode code points, inclusive.")
    end: int = Field(description="Offset in Unicode code points, exclusive.")
    url: str


class WireFact(_Wire):
    """What is said of a body or role in one respect."""

    facet: Facet
    text: str = Field(examples=["Annenhver uke, tirsdag i partallsuker kl. 13.00–14.30"])
    source: WireSource


class WireProfile(_Wire):
    """The body or role that an answer is about, with what the documents say of it."""

    name: str = Field(examples=["HR-forum"])
    is_role: bool
    facts: list[WireFact]


class WireReply(_Wire):
    """A verified reply. `abstention` and `clarification` are null unless the outcome is one."""

    id: str = Field(description="Names the exchange in `POST /v1/feedback`.", examples=["0197e3c2a4"])
    outcome: Outcome = Field(
        description=(
            "answered, conflicting: an answer. clarify: a question back. "
            "silent, not_found, out_of_scope, unavailable: an abstention."
        )
    )
    language: str = Field(description="Language of the reply: nb, nn, da, sv or en.", examples=["nb"])
    mode: str = Field(
        description="`extractive`, or the language model that narrated.", examples=["extractive"]
    )
    text: str = Field(
        description="What a person reads: at most 900 characters; [n] marks citation n.",
        examples=["Kommunedirektøren avgjør tilsettinger i alle stillinger under direktørnivå. [1]"],
    )
    statements: list[WireStatement] = Field(description="Every claim in full, also those cut from `text`.")
    citations: list[WireCitation]
    abstention: WireAbstention | None
    clarification: WireClarification | None
    decision: WireDecision | None = Field(
        default=None, description="Who decides, where a decision right leads the answer."
    )
    profile: WireProfile | None = Field(
        default=None, description="The body or role asked about, where what is said of one leads the answer."
    )
    notes: list[str] = Field(description="Remarks to show beside the reply.", examples=[[]])
    conversation_id: str = Field(description='Send it with a follow-up question; "" when none.')
    timing_ms: dict[str, float] = Field(
        description="Milliseconds spent in each stage.",
        examples=[{"understand": 1.2, "retrieve": 8.4, "answer": 3.9, "verify": 0.6}],
    )


class WireDocument(_Wire):
    """One version of a document, without its text; an entry of `mandat documents list --json`."""

    id: str = Field(
        description="Stable across versions of the document.", examples=["nordvik/delegeringsreglement"]
    )
    title: str = Field(examples=["Delegeringsreglement for Nordvik kommune"])
    organisation: str = Field(description="Id of the organisation or country.", examples=["nordvik"])
    kind: Kind
    language: str = Field(examples=["nb"])
    version: str = Field(examples=["2024-01-01"])
    valid_from: date | None = Field(description="First day in force; null when not stated.")
    valid_to: date | None = Field(description="First day no longer in force; null when open or not stated.")
    status: Status
    passages: int = Field(description="How many citable passages it was cut into.", examples=[42])
    sha256: str = Field(description="Of the file it was read from.")
    inferred: list[str] = Field(
        description="Fields that were guessed from the text, not given.", examples=[["valid_from"]]
    )


class WireOrganisation(_Wire):
    """A municipality, or a country as the owner of its law and general guidance."""

    id: str = Field(examples=["nordvik"])
    name: str = Field(examples=["Nordvik kommune"])
    country: str = Field(examples=["no"])
    language: str = Field(examples=["nb"])
    aliases: list[str] = Field(examples=[["Nordvik"]])
    is_country: bool = Field(description="Its documents may be cited for every organisation of the country.")


def document_url(document_id: str, version: str, start: int, end: int) -> str:
    """The address, relative to the server, where a person sees [start:end) in its place."""
    return f"/documents/{quote(document_id, safe='')}?version={quote(version, safe='')}#c{start}-{end}"


def whole_address(base_url: str, path: str) -> str:
    """An address of the server as people open it; `base_url` is where they reach it ("": not known)."""
    return f"{base_url.rstrip('/')}{path}"


def wire_exchange(exchange: Exchange) -> WireReply:
    """The exchange in the words of the outside contract."""
    reply = exchange.reply
    statements: list[WireStatement] = []
    citations: list[WireCitation] = []
    abstention: WireAbstention | None = None
    clarification: WireClarification | None = None
    decision: WireDecision | None = None
    profile: WireProfile | None = None
    match reply:
        case Answer():
            statements = [wire_statement(statement) for statement in reply.statements]
            citations = [wire_citation(citation) for citation in reply.citations]
            decision = WireDecision.model_validate(asdict(reply.decision)) if reply.decision else None
            profile = _wire_profile(reply.profile) if reply.profile else None
        case Abstention():
            nearest = [wire_citation(citation) for citation in reply.nearest]
            abstention = WireAbstention(reason=reply.reason, text=reply.text, nearest=nearest, ask=reply.ask)
        case Clarification():
            options = [WireOption(label=o.label, organisation=o.organisation) for o in reply.options]
            clarification = WireClarification(text=reply.text, options=options)
    return WireReply(
        id=exchange.id,
        outcome=reply.outcome,
        language=reply.language,
        mode=exchange.mode,
        text=reply.text,
        statements=statements,
        citations=citations,
        abstention=abstention,
        clarification=clarification,
        decision=decision,
        profile=profile,
        notes=list(exchange.notes),
        conversation_id=exchange.conversation_id,
        timing_ms=dict(exchange.timing_ms),
    )


def wire_statement(statement: Statement) -> WireStatement:
    """One claim of an answer as the API has it."""
    return WireStatement(text=statement.text, citations=list(statement.citations))


def wire_citation(citation: Citation) -> WireCitation:
    """The citation with the address where a person sees it in its place."""
    document = citation.document
    return WireCitation(
        number=citation.number,
        document_id=document.id,
        title=document.title,
        organisation=citation.organisation_name,
        organisation_id=document.organisation,
        kind=document.kind,
        language=document.language,
        locator=citation.locator,
        quote=citation.quote,
        start=citation.start,
        end=citation.end,
        passage_id=citation.passage_id,
        url=document_url(document.id, document.version, citation.start, citation.end),
        valid_from=document.valid_from,
        valid_to=document.valid_to,
        version=document.version,
    )


def _wire_profile(profile: Profile) -> WireProfile:
    facts = [
        WireFact(facet=told.facet, text=told.text, source=_wire_source(told.citation))
        for told in profile.facts
    ]
    return WireProfile(name=profile.name, is_role=profile.is_role, facts=facts)


def wire_document(document: Document) -> WireDocument:
    """The document's metadata; its origin and audience stay inside."""
    return WireDocument(
        id=document.id,
        title=document.title,
        organisation=document.organisation,
        kind=document.kind,
        language=document.language,
        version=document.version,
        valid_from=document.valid_from,
        valid_to=document.valid_to,
        status=document.status,
        passages=document.passages,
        sha256=document.sha256,
        inferred=sorted(document.inferred),
    )


def wire_organisation(organisation: Organisation) -> WireOrganisation:
    """The organisation as other systems see it."""
    return WireOrganisation(
        id=organisation.id,
        name=organisation.name,
        country=organisation.country,
        language=organisation.language,
        aliases=list(organisation.aliases),
        is_country=organisation.is_country,
    )


class WireNode(_Wire):
    """A body or a role."""

    name: str = Field(examples=["HR-forum"])
    is_role: bool
    aliases: list[str]
    facts: list[WireFact]


class WireLine(_Wire):
    """Who stands above whom: `below` reports to `above`, or `above` leads `below`."""

    above: str
    below: str
    kind: str = Field(examples=["reports to"])
    source: WireSource


class WireRight(_Wire):
    """Who decides what."""

    matter: str
    decider: str
    act: Act
    limits: str
    legal_basis: str
    further: Further
    further_to: str
    delegated_from: str
    source: WireSource


class WireRule(_Wire):
    """A rule that somebody new meets first."""

    text: str
    source: WireSource


class WireRemark(_Wire):
    """What a secretary should look at."""

    kind: str = Field(description="no owner, conflict, old or draft.", examples=["conflict"])
    about: str
    sources: list[WireSource]


class WireMap(_Wire):
    """A municipality's bodies, roles, lines and decision rights as its documents have them on a date."""

    organisation: WireOrganisation
    as_of: date
    bodies: list[WireNode]
    roles: list[WireNode]
    lines: list[WireLine]
    rights: list[WireRight]
    rules: list[WireRule]
    remarks: list[WireRemark]


def wire_map(drawn: GovernanceMap) -> WireMap:
    """The map in the words of the outside contract."""
    return WireMap(
        organisation=wire_organisation(drawn.organisation),
        as_of=drawn.as_of,
        bodies=[_wire_node(node) for node in drawn.bodies],
        roles=[_wire_node(node) for node in drawn.roles],
        lines=[
            WireLine(above=line.above, below=line.below, kind=line.kind, source=_wire_source(line.source))
            for line in drawn.lines
        ],
        rights=[
            WireRight(
                matter=right.matter,
                decider=right.decider,
                act=right.act,
                limits=right.limits,
                legal_basis=right.legal_basis,
                further=right.further,
                further_to=right.further_to,
                delegated_from=right.delegated_from,
                source=_wire_source(right.source),
            )
            for right in drawn.rights
        ],
        rules=[WireRule(text=rule.text, source=_wire_source(rule.source)) for rule in drawn.rules],
        remarks=[
            WireRemark(
                kind=remark.kind,
                about=remark.about,
                sources=[_wire_source(source) for source in remark.sources],
            )
            for remark in drawn.remarks
        ],
    )


def _wire_node(node: Node) -> WireNode:
    facts = [
        WireFact(facet=fact.facet, text=fact.text, source=_wire_source(fact.source)) for fact in node.facts
    ]
    return WireNode(name=node.name, is_role=node.is_role, aliases=list(node.aliases), facts=facts)


def _wire_source(source: Source | Citation) -> WireSource:
    document = source.document
    return WireSource(
        document_id=document.id,
        title=document.title,
        version=document.version,
        kind=document.kind,
        locator=source.locator,
        quote=source.quote,
        start=source.start,
        end=source.end,
        url=document_url(document.id, document.version, source.start, source.end),
    )
