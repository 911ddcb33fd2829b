"""The map of a municipality: its bodies and roles, who leads and reports to whom, who decides what."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from assistant.domain.document import Document, Kind, Organisation, Passage, Status
from assistant.domain.governance import Act, DecisionRight, Facet, Further
from assistant.domain.scope import Scope
from assistant.governance.register import Entry, HoldsRecords, Register, read_register, standing
from assistant.governance.sayings import is_compulsory, load, times_a_year
from assistant.language.tokens import stems

_TERM_YEARS = 4  # a document that is older than a council's term is due for a look
_NAME_WORDS = 6
_PART = 5  # letters of a word that may be part of another
_WELCOMING = (Kind.LEADERSHIP, Kind.ROLE, Kind.MANDATE)


class HoldsPassages(HoldsRecords, Protocol):
    """What is read of the library for a map."""

    def document_passages(self, scope: Scope, document_id: str, version: str = "") -> Sequence[Passage]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact stands: the canonical text of that version at [start:end) is `quote`."""

    document: Document
    locator: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fact:
    """What is said of a body or role in one respect, in the document's words, and where."""

    facet: Facet
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Node:
    """A body or a role, with the other forms of its name and what is said of it."""

    name: str
    is_role: bool
    aliases: tuple[str, ...]
    facts: tuple[Fact, ...]

    def told(self, facet: Facet) -> tuple[Fact, ...]:
        """The facts of one facet, the most binding first."""
        return tuple(fact for fact in self.facts if fact.facet is facet)


@dataclass(frozen=True, slots=True)
class Line:
    """That `below` reports to `above` ("reports to"), or that `above` leads `below` ("leads")."""

    above: str
    below: str
    kind: str
    source: Source


@dataclass(frozen=True, slots=True)
class MappedRight:
    """Who decides what: a decision right and where it stands."""

    matter: str
    decider: str
    act: Act
    limits: str
    legal_basis: str
    further: Further
    further_to: str
    delegated_from: str
    source: Source


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that somebody new meets first, in the document's words."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Remark:
    """What a secretary should look at: "no owner", "conflict", "old" or "draft", and the sources."""

    kind: str
    about: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class GovernanceMap:
    """One municipality's bodies, roles, lines and decision rights as its documents have them on a date.

    `rules` are those that somebody new meets first, `remarks` what a secretary should look at.
    """

    organisation: Organisation
    as_of: date
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    rights: tuple[MappedRight, ...]
    rules: tuple[Rule, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def bodies(self) -> tuple[Node, ...]:
        """The bodies, by name."""
        return tuple(node for node in self.nodes if not node.is_role)

    @property
    def roles(self) -> tuple[Node, ...]:
        """The roles, by name."""
        return tuple(node for node in self.nodes if node.is_role)


def draw_map(
    library: HoldsPassages, organisation: Organisation, as_of: date, groups: frozenset[str] = frozenset()
) -> GovernanceMap:
    """The map of a municipality as those in these groups may see it."""
    scope = Scope(frozenset({organisation.id}), as_of, groups)
    register = read_register(library, scope)
    documents = library.documents(scope)
    nodes = tuple(sorted(_nodes(register), key=lambda node: (node.is_role, node.name.casefold())))
    rights = tuple(
        _right(entry)
        for entry in sorted(register.rights, key=_in_order)
        if not entry.right.is_default and not entry.right.is_adoption
    )
    return GovernanceMap(
        organisation,
        as_of,
        nodes,
        tuple(_lines(nodes)),
        rights,
        first_rules(library, scope, documents),
        review(register, documents, as_of),
    )


def first_rules(library: HoldsPassages, scope: Scope, documents: Sequence[Document]) -> tuple[Rule, ...]:
    """What the documents say under headings such as "Ny leder", a rule for each passage."""
    pattern = re.compile(load()["welcome"], re.IGNORECASE)
    found: list[Rule] = []
    for document in documents:
        if document.kind not in _WELCOMING or document.status is not Status.IN_FORCE:
            continue
        for passage in library.document_passages(scope, document.id, document.version):
            heading = passage.heading_path[-1] if passage.heading_path else ""
            said = passage.text.removeprefix(heading).strip()
            if passage.unit in ("row", "title") or not said or heading == document.title:
                continue
            if pattern.search(f"{document.title} {' '.join(passage.heading_path)}"):
                source = Source(document, passage.locator, passage.text, passage.start, passage.end)
                found.append(Rule(f"{heading}: {' '.join(said.split())}" if heading else said, source))
    return tuple(found)


def review(register: Register, documents: Sequence[Document], today: date) -> tuple[Remark, ...]:
    """What rests on a document without an owner, past its time or not adopted, and what disagrees."""
    found: list[Remark] = []
    of: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in (*register.rights, *register.statements):
        of[entry.document.id, entry.document.version].append(entry)
    for document in documents:
        entries = of.get((document.id, document.version), [])
        sources = tuple(map(source_of, entries[:3]))
        if entries and not document.owner:
            found.append(Remark("no owner", f"{document.title} ({len(entries)})", sources))
        if entries and document.valid_from and _years(document.valid_from, today) >= _TERM_YEARS:
            found.append(Remark("old", f"{document.title} ({document.valid_from.isoformat()})", sources))
        if document.status is Status.DRAFT:
            found.append(Remark("draft", document.title, sources))
    found += (Remark("conflict", about, tuple(map(source_of, pair))) for about, pair in conflicts(register))
    return tuple(found)


def conflicts(register: Register) -> Iterator[tuple[str, tuple[Entry, Entry]]]:
    """What two documents in force say differently: how often a body meets, whether one must come, a limit."""
    told: dict[tuple[tuple[str, ...], Facet], list[Entry]] = defaultdict(list)
    for entry in register.statements:
        if entry.statement.facet in (Facet.MEETS, Facet.COMPULSORY):
            told[entry.actor, entry.statement.facet].append(entry)
    for (_, facet), entries in told.items():
        pair = disagreeing(sorted(entries, key=standing), facet)
        if pair:
            yield f"{pair[0].statement.subject}: {facet.value}", pair
    limited = [entry for entry in register.rights if _one_limit(entry.right) is not None]
    for at, first in enumerate(limited):
        for second in limited[at + 1 :]:
            if (
                first.document.id != second.document.id
                and first.actor == second.actor
                and first.right.act is second.right.act
                and _one_limit(first.right) != _one_limit(second.right)
                and same_matter(first, second)
            ):
                a, b = sorted((first, second), key=standing)
                yield f"{a.right.decider}: {a.right.matter}", (a, b)


def disagreeing(entries: Sequence[Entry], facet: Facet) -> tuple[Entry, Entry] | None:
    """The first statement that says something, and one of another document that says otherwise."""

    def value(entry: Entry) -> float | bool | None:
        said = entry.statement.value or entry.words
        return times_a_year(said) if facet is Facet.MEETS else is_compulsory(said)

    told = [(entry, said) for entry in entries if (said := value(entry)) is not None]
    for entry, said in told[1:]:
        if said != told[0][1] and entry.document.id != told[0][0].document.id:
            return told[0][0], entry
    return None


def source_of(entry: Entry) -> Source:
    """Where a record stands."""
    record = entry.recorded.record
    return Source(entry.document, entry.passage.locator, entry.words, record.start, record.end)


def _one_limit(right: DecisionRight) -> int | None:
    ends = {limit.up_to for limit in right.limits if limit.up_to is not None and not limit.above}
    return ends.pop() if len(ends) == 1 and len(right.limits) == 1 else None


def same_matter(first: Entry, second: Entry) -> bool:
    """Whether the rarer words of the two matters are the same: half of the shorter's stand in the other."""
    skipped = {stem for word in load()["of_amounts"] for stem in stems(word)}
    one, other = (
        {stem for stem in stems(entry.right.matter) if not stem.isdigit()} - set(entry.actor) - skipped
        for entry in (first, second)
    )
    smaller, larger = sorted((one, other), key=len)
    met = [word for word in smaller if any(_is_part(word, each) for each in larger)]
    return bool(smaller) and len(met) >= len(smaller) / 2


def _is_part(one: str, other: str) -> bool:
    """Whether the words are the same, or one has the beginning of the other: "attest", "beslutsattest"."""
    short, long = sorted((one, other), key=len)
    return short[:_PART] in long if len(short) >= _PART else short == long


def _years(since: date, today: date) -> float:
    return (today - since).days / 365.25


def _nodes(register: Register) -> Iterator[Node]:
    names: dict[tuple[str, ...], list[str]] = defaultdict(list)
    facts: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    roles: dict[tuple[str, ...], list[bool]] = defaultdict(list)
    for entry in register.statements:
        names[entry.actor].append(entry.statement.subject)
        facts[entry.actor].append(entry)
        roles[entry.actor].append(entry.statement.is_role)
    for entry in register.rights:
        if entry.right.is_row and not entry.right.is_default and entry.actor not in names:
            names[entry.actor].append(entry.right.decider)
    skip = {stem for word in load()["nobody"] for stem in stems(word)}
    for actor, forms in names.items():
        if not actor or len(forms[0].split()) > _NAME_WORDS or skip & set(actor):
            continue
        kinds = roles[actor] or [any(_is_post(form) for form in forms)]
        # the bare form ("Kommunedirektør") before the definite one
        name = min(dict.fromkeys(forms), key=lambda form: (len(form), form))
        told = tuple(
            Fact(entry.statement.facet, entry.statement.value or entry.words, source_of(entry))
            for entry in sorted(facts[actor], key=standing)
        )
        others = tuple(sorted({form for form in forms if form != name}))
        yield Node(name[0].upper() + name[1:], sum(kinds) * 2 > len(kinds), others, told)


def _is_post(name: str) -> bool:
    """Whether a name that only a table has is more likely a post than a body."""
    return re.search(load()["post"], name, re.IGNORECASE) is not None


_ON_A_MATTER = re.compile(r"\b(?:om|kring|on|about)\b", re.IGNORECASE)


def _lines(nodes: Sequence[Node]) -> Iterator[Line]:
    by_stems = {tuple(dict.fromkeys(stems(node.name))): node for node in nodes}
    for node in nodes:
        for facet, kind in ((Facet.REPORTS_TO, "reports to"), (Facet.CHAIR, "leads")):
            # whom one reports to on a matter, each quarter, is often another than whom one is under
            for fact in sorted(node.told(facet), key=lambda told: bool(_ON_A_MATTER.search(told.text)))[:1]:
                other = _named(fact.text, by_stems, node)
                # "Ordføreren er møteleder i kommunestyret": the role leads what is named
                leads = kind == "leads" and node.is_role
                if other:
                    above, below = (node.name, other) if leads else (other, node.name)
                    yield Line(above, below, kind, fact.source)


def _named(text: str, by_stems: dict[tuple[str, ...], Node], but: Node) -> str:
    """The body or role named in a text, the longest name there is, the one it is said of aside."""
    there = set(stems(text))
    found = [
        (len(words), node.name)
        for words, node in by_stems.items()
        if words and there >= set(words) and node is not but
    ]
    return max(found)[1] if found else ""


def _in_order(entry: Entry) -> tuple[int, int, str, int]:
    """The most binding and newest document first, each in the order of its text."""
    return (*standing(entry)[:2], entry.document.id, entry.right.start)


def _right(entry: Entry) -> MappedRight:
    right = entry.right
    return MappedRight(
        right.matter,
        right.decider,
        right.act,
        right.conditions,
        right.legal_basis,
        right.further,
        right.further_to,
        right.delegated_from,
        source_of(entry),
    )
