"""The governance records in force of one municipality, each with the passage that supports it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.domain.document import Document, Kind, Passage
from assistant.domain.governance import DecisionRight, FacetStatement, Recorded
from assistant.domain.scope import Scope
from assistant.language.tokens import stems

_END = 3  # letters
_WITHIN = re.compile(r"(?P<long>.{4,}?)\s*\((?P<short>[^)]+)\)")
_BEFORE = re.compile(r"(?P<short>[A-ZÆØÅÄÖ][\w-]{1,7})\s[–-]\s(?P<long>.{6,})")
_BINDING = {kind: force for force, kind in enumerate(Kind)}


class HoldsRecords(Protocol):
    """What is read of the library."""

    def records(self, scope: Scope, passage_ids: Collection[str] | None = None) -> Sequence[Recorded]: ...
    def passages(self, scope: Scope, ids: Sequence[str]) -> dict[str, Passage]: ...
    def documents(self, scope: Scope, ids: Collection[str] | None = None) -> Sequence[Document]: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with its passage and document, and the stems of what it is about.

    `matter` is of its own words, `actor` of who it is about, `above` of the headings above it,
    `beside` of the text around it, `title` of its document's. `short` is of the other name that stands
    with it: "AMU" of "Arbeidsmiljøutvalget (AMU)".
    """

    recorded: Recorded
    passage: Passage
    document: Document
    matter: frozenset[str]
    actor: tuple[str, ...]
    above: frozenset[str]
    beside: frozenset[str]
    title: frozenset[str]
    short: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The words of the document that are the record's source."""
        record = self.recorded.record
        return self.passage.text[record.start - self.passage.start : record.end - self.passage.start]

    @property
    def right(self) -> DecisionRight:
        """The decision right it is."""
        assert isinstance(self.recorded.record, DecisionRight)  # noqa: S101 - only asked of rights
        return self.recorded.record

    @property
    def statement(self) -> FacetStatement:
        """The statement about a body or role it is."""
        assert isinstance(self.recorded.record, FacetStatement)  # noqa: S101 - only asked of statements
        return self.recorded.record


@dataclass(frozen=True, slots=True)
class Register:
    """The records in force of one municipality that their passages support.

    `vocabulary` maps the three letters that a stem begins or ends with to the stems that do.
    """

    rights: tuple[Entry, ...]
    statements: tuple[Entry, ...]
    vocabulary: Mapping[str, frozenset[str]]

    @property
    def defaults(self) -> tuple[Entry, ...]:
        """The rules for matters that no document lists, the most binding and newest first."""
        found = [entry for entry in self.rights if entry.right.is_default]
        return tuple(sorted(found, key=standing))

    def named_in(self, text: str) -> str:
        """The body or role that a text names in full, the longest name of all; "" when none."""
        there = set(name_stems(text))
        names: dict[str, tuple[str, ...]] = {}
        for entry in (*self.statements, *self.rights):
            record = entry.recorded.record
            names[record.decider if isinstance(record, DecisionRight) else record.subject] = entry.actor
        named = [name for name, words in names.items() if words and there >= set(words)]
        return max(named, key=lambda name: (len(names[name]), len(name)), default="")


def read_register(library: HoldsRecords, scope: Scope) -> Register:
    """The register of what a scope holds."""
    recorded = library.records(scope)
    passages = library.passages(scope, list(dict.fromkeys(each.passage_id for each in recorded)))
    documents = {
        (document.id, document.version): document
        for document in library.documents(scope, {each.document_id for each in recorded})
    }
    rights: list[Entry] = []
    statements: list[Entry] = []
    vocabulary: set[str] = set()
    for each in recorded:
        passage, document = passages.get(each.passage_id), documents.get((each.document_id, each.version))
        if passage is None or document is None:
            continue
        entry = _entry(each, passage, document)
        if not _is_supported(entry):
            continue
        vocabulary |= entry.matter | {*entry.actor, *entry.short} | entry.above | entry.beside | entry.title
        (rights if isinstance(each.record, DecisionRight) else statements).append(entry)
    ends: dict[str, set[str]] = defaultdict(set)
    for stem in vocabulary:
        for end in ends_of(stem):
            ends[end].add(stem)
    return Register(tuple(rights), tuple(statements), {end: frozenset(those) for end, those in ends.items()})


def ends_of(stem: str) -> tuple[str, str]:
    """The letters a stem begins and ends with, as `Register.vocabulary` has them."""
    return f"{stem[:_END]}-", f"-{stem[-_END:]}"


def _entry(recorded: Recorded, passage: Passage, document: Document) -> Entry:
    record = recorded.record
    above = f"{' '.join(passage.heading_path)} {passage.context}"
    if isinstance(record, DecisionRight):
        words = f"{record.matter} {record.conditions} {record.further_to} {record.legal_basis}"
        name = record.decider
    else:
        words = passage.text[record.start - passage.start : record.end - passage.start]
        name = record.subject
    long, short = _names(name)
    return Entry(
        recorded,
        passage,
        document,
        frozenset(stems(words)),
        name_stems(long),
        frozenset(stems(above)),
        frozenset(stems(passage.text)) if passage.unit != "row" else frozenset(),
        frozenset(stems(document.title)),
        name_stems(short),
    )


def _names(name: str) -> tuple[str, str]:
    """A name and the other one that stands with it, "" for none: "CESAM – central samverkansgrupp"."""
    within = _WITHIN.fullmatch(name)
    if within:
        return within["long"], within["short"]
    before = _BEFORE.fullmatch(name)
    return (before["long"], before["short"]) if before else (name, "")


def name_stems(text: str) -> tuple[str, ...]:
    """The stems of a name, alike for "Decentral leder" and "den decentrale leder"."""
    return tuple(
        dict.fromkeys(stem if len(stem) < _END + 2 else stem.removesuffix("e") for stem in stems(text))
    )


def _is_supported(entry: Entry) -> bool:
    """Whether the passage, with what stands above it, still has the words of the record."""
    record, passage = entry.recorded.record, entry.passage
    there = f"{passage.text} {passage.context} {' '.join(passage.heading_path)} {entry.document.title}"
    if not set(entry.actor) <= set(name_stems(there)):
        return False
    value = record.value if isinstance(record, FacetStatement) else ""
    return not value or set(stems(value)) <= set(stems(there))


def standing(entry: Entry) -> tuple[int, int, int]:
    """Sorts the more binding document first, then the newer, then what its text says before its tables."""
    since = entry.document.valid_from
    return (
        _BINDING[entry.document.kind],
        -(since.toordinal() if since else 0),
        int(entry.passage.unit == "row"),
    )
