"""Between the nouns and the catalogue's rows, both ways."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Row

from assistant.domain.document import Document, Kind, Organisation, Passage, Status
from assistant.domain.governance import (
    Act,
    DecisionRight,
    Facet,
    FacetStatement,
    Further,
    Limit,
    Record,
    Recorded,
)
from assistant.library.rows import OPEN_FROM, OPEN_TO, audience_key, day_number, number_day, standing

Values = dict[str, Any]


def document_key(source: str, origin: str) -> str:
    """The key of what came from this origin of this source."""
    return hashlib.sha256(f"{source}\0{origin}".encode()).hexdigest()[:32]


def document_values(document: Document) -> Values:
    """The columns of a document that are its own, not its place's, its organisation's or its text's."""
    return {
        "document_id": document.id,
        "version": document.version,
        "title": document.title,
        "kind": document.kind.value,
        "language": document.language,
        "status": document.status.value,
        "valid_from": OPEN_FROM if document.valid_from is None else day_number(document.valid_from),
        "valid_to": OPEN_TO if document.valid_to is None else day_number(document.valid_to),
        "standing": standing(document.status, document.valid_to),
        "owner": document.owner,
        "inferred": json.dumps(sorted(document.inferred)),
    }


def origin_values(document: Document) -> Values:
    """The columns that follow from where a document was read and whose it is."""
    return {
        "organisation": document.organisation,
        "sha256": document.sha256,
        "place": document.origin,
        "audience": json.dumps(sorted(document.audience)),
        "audience_key": audience_key(document.audience),
    }


def to_document(row: Row[Any]) -> Document:
    """The document of a row of the documents table."""
    return Document(
        id=row.document_id,
        version=row.version,
        title=row.title,
        organisation=row.organisation,
        kind=Kind(row.kind),
        language=row.language,
        sha256=row.sha256,
        origin=row.place,
        status=Status(row.status),
        valid_from=_day(row.valid_from, OPEN_FROM),
        valid_to=_day(row.valid_to, OPEN_TO),
        audience=frozenset(json.loads(row.audience)),
        owner=row.owner,
        inferred=frozenset(json.loads(row.inferred)),
        passages=row.passages,
    )


def passage_values(passage: Passage, vector: str) -> Values:
    """The columns of a passage; `vector` is the hash of its searchable text."""
    return {
        "ordinal": passage.ordinal,
        "id": passage.id,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "heading_path": json.dumps(passage.heading_path, ensure_ascii=False),
        "locator": passage.locator,
        "unit": passage.unit,
        "context": passage.context,
        "marks": json.dumps(passage.marks, ensure_ascii=False),
        "vector": vector,
    }


def to_passage(row: Row[Any]) -> Passage:
    """The passage of a row of the passages table joined with its document's id and version."""
    return Passage(
        id=row.id,
        document_id=row.document_id,
        version=row.version,
        ordinal=row.ordinal,
        start=row.start,
        end=row.end,
        text=row.text,
        heading_path=tuple(json.loads(row.heading_path)),
        locator=row.locator,
        unit=row.unit,
        context=row.context,
        marks=tuple((at, name) for at, name in json.loads(row.marks)),
    )


def record_values(record: Record) -> Values:
    """The columns of a governance record."""
    data = json.dumps(asdict(record), ensure_ascii=False)
    kind = "right" if isinstance(record, DecisionRight) else "facet"
    return {"passage": record.passage, "kind": kind, "data": data}


def to_recorded(row: Row[Any]) -> Recorded:
    """The record of a row of the governance table joined with its document and passage."""
    fields = json.loads(row.data)
    if row.kind == "right":
        fields["limits"] = tuple(Limit(**limit) for limit in fields["limits"])
        fields["act"], fields["further"] = Act(fields["act"]), Further(fields["further"])
        record: Record = DecisionRight(**fields)
    else:
        record = FacetStatement(**{**fields, "facet": Facet(fields["facet"])})
    return Recorded(record, row.document_id, row.version, row.passage_id)


def organisation_values(organisation: Organisation) -> Values:
    """The columns of one description of an organisation."""
    values: Values = {
        "id": organisation.id,
        "name": organisation.name,
        "country": organisation.country,
        "language": organisation.language,
        "aliases": json.dumps(organisation.aliases, ensure_ascii=False),
        "inferred": int(organisation.inferred),
        "words": json.dumps(organisation.words, ensure_ascii=False),
    }
    return {**values, "digest": digest(values)}


def to_organisation(row: Row[Any]) -> Organisation:
    """The organisation of a row of the organisations table."""
    return Organisation(
        row.id,
        row.name,
        row.country,
        row.language,
        tuple(json.loads(row.aliases)),
        bool(row.inferred),
        tuple(tuple(line) for line in json.loads(row.words)),
    )


def digest(*parts: object) -> str:
    """A hash of JSON values, equal for equal values in every process."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def context_of(title: str, heading_path: Sequence[str], context: str) -> str:
    """A passage's searchable context: the title, the headings above it, and what it was given."""
    return "\n".join(part for part in (title, *heading_path, context) if part)


def searchable(title: str, passage: Passage) -> str:
    """What is encoded of a passage: its context and then its text."""
    return f"{context_of(title, passage.heading_path, passage.context)}\n{passage.text}"


def text_hash(text: str) -> str:
    """The name under which the vector of this text is kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def _day(number: int, unstated: int) -> date | None:
    return None if number == unstated else number_day(number)
