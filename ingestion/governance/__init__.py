"""Governance records: who decides what, and what is said of each body and role, from tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from assistant.domain.document import Kind, Passage
from assistant.domain.governance import Act, DecisionRight, FacetStatement, Record
from assistant.language.sentences import sentences
from ingestion.governance.cards import power_of
from ingestion.governance.clauses import clause_rights
from ingestion.governance.decision_tables import table_records
from ingestion.governance.facets import facet_statements
from ingestion.governance.patterns import CURRENCIES, adopter
from ingestion.reading.reading import Reading


def find_records(
    reading: Reading, passages: Sequence[Passage], title: str, kind: Kind, country: str
) -> tuple[Record, ...]:
    """The records of a document in the order of its text; each rests on a span of one of its passages.

    Minutes tell of single cases and general guidance of nobody's powers: neither gives a decision
    right. `country` says in which currency an amount without one is.
    """
    currency = CURRENCIES.get(country, "")
    adopted = adopter(reading.text)
    found: list[Record] = list(
        table_records(reading, passages, currency, adopted["actor"] if adopted else "")
    )
    if adopted and kind is not Kind.MINUTES:
        found += _adoption(passages, title, adopted["actor"], adopted.start())
    rows = [(row.start, row.end) for table in reading.tables for row in table.rows]
    if kind not in (Kind.MINUTES, Kind.GUIDANCE):
        found += clause_rights(passages, currency, rows, adopted["actor"] if adopted else "")
    if kind is not Kind.MINUTES:
        statements = list(facet_statements(passages, title, rows))
        told = {(record.start, record.end) for record in found}
        found += statements
        found += (
            right
            for right in map(partial(_right_of, passages, currency), statements)
            if right is not None and (right.start, right.end) not in told
        )
    unique = dict.fromkeys(found)
    return tuple(sorted(unique, key=lambda record: (record.start, record.end)))


def _adoption(passages: Sequence[Passage], title: str, actor: str, at: int) -> list[Record]:
    """The record of who adopted the document, where a passage has the words."""
    for passage in passages:
        if not passage.start <= at < passage.end:
            continue
        for start, end in sentences(passage.text):
            if start <= at - passage.start < end:
                span = passage.start + start, passage.start + end
                return [DecisionRight(title, actor, Act.DECIDES, passage.ordinal, *span, is_adoption=True)]
    return []


def _right_of(passages: Sequence[Passage], currency: str, statement: FacetStatement) -> DecisionRight | None:
    passage = passages[statement.passage]
    words = statement.value or passage.text[statement.start - passage.start : statement.end - passage.start]
    return power_of(statement, words, currency)
