"""Tables that are a body's or role's card: a facet a row, or a role a row and a facet a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from assistant.domain.governance import Act, DecisionRight, Facet, FacetStatement, Record
from ingestion.data import load
from ingestion.governance.facets import as_role
from ingestion.governance.patterns import (
    compiled,
    facet_label,
    headed_by,
    is_actor,
    is_role,
    limits,
    named_above,
    power_told,
)
from ingestion.governance.table_lines import Line, cell, is_title, last_part

_LABELS = 2  # rows whose first cell names a facet, for a table to be a card
_SHARE = 0.4  # of its rows, likewise
_MATTER_CHARS = 300


def card_records(header: Sequence[str], lines: Sequence[Line], currency: str) -> list[Record]:
    """The records of a table whose first column names facets; empty when it is not such a table.

    Two columns tell of what stands in the heading, more of the roles that the header names.
    """
    if compiled("pay").search(" ".join(header)):
        return []
    labels = [_label(cell(line, 0)) for line in lines]
    known = sum(label is not None for label in labels)
    subjects = tuple(last_part(name) for name in header[1:])
    if len(header) == _LABELS:
        path = lines[0].passage.heading_path
        enough = known >= _LABELS and known >= _SHARE * len(lines)
        subjects = (headed_by(path) or (named_above(path) if enough else ""),)
        rest = facet_label(header[1]) if is_role(subjects[0]) else None
        if rest is Facet.ANSWERS_FOR:
            # "| Område | Ansvar |" under a role: each row is a part of it
            labels = [label or rest for label in labels]
            enough = True
        if not enough or not subjects[0]:
            return []
    elif not (known >= _LABELS and known >= len(lines) / 2 and all(map(_is_subject, subjects))):
        return []
    found: list[Record] = []
    for line, label in zip_longest(lines, labels):
        for at, subject in enumerate(subjects, start=1):
            value = cell(line, at)
            facet = label or power_told(value)
            if facet is not None and value and not is_title(line):
                named = f"{cell(line, 0)}: {value}"
                facet = as_role(facet, subject, named, is_labelled=True)
                found.extend(_told(subject, facet, line, value, currency))
    return found


def _label(name: str) -> Facet | None:
    """The facet that a first cell names; not "Leder for utvalget", which is somebody."""
    return None if re.search(r"\s(?:for|för|av|af|i)\s", name) and is_role(name) else facet_label(name)


def _is_subject(name: str) -> bool:
    """Whether a column is one body's or role's."""
    return is_actor(name) and facet_label(name) is None


def role_records(header: Sequence[str], lines: Sequence[Line]) -> list[Record]:
    """What a table with a role a row tells of each; empty when it is not such a table."""
    words = load("governance")["role_columns"]
    if not header or compiled("role_columns", "role").search(last_part(header[0])) is None:
        return []
    if any(compiled("columns", kind).search(name) for kind in ("limit", "further") for name in header):
        return []
    facets: dict[int, Facet] = {}
    for at, name in enumerate(header[1:], start=1):
        for facet in words:
            if facet != "role" and compiled("role_columns", facet).search(last_part(name)):
                facets[at] = Facet(facet)
                break
    if Facet.ANSWERS_FOR not in facets.values():
        return []
    return [
        _statement(cell(line, 0), facet, line, cell(line, at))
        for line in lines
        if cell(line, 0) and not is_title(line)
        for at, facet in facets.items()
        if cell(line, at)
    ]


def power_of(statement: FacetStatement, words: str, currency: str) -> DecisionRight | None:
    """The right that a line under a role's "Myndighet" or "Grenser" states without saying whose it is."""
    if statement.facet not in (Facet.DECIDES, Facet.STOPS):
        return None
    may = statement.facet is Facet.DECIDES
    return DecisionRight(
        matter=words.strip(" -–•*\n")[:_MATTER_CHARS],
        decider=statement.subject,
        act=Act.DECIDES if may else Act.MAY_NOT,
        passage=statement.passage,
        start=statement.start,
        end=statement.end,
        limits=limits(words, currency, stated=False) if may else (),
    )


def _told(subject: str, facet: Facet, line: Line, value: str, currency: str) -> Iterator[Record]:
    statement = _statement(subject, facet, line, value)
    yield statement
    right = power_of(statement, value, currency)
    if right is not None:
        yield right


def _statement(subject: str, facet: Facet, line: Line, value: str) -> FacetStatement:
    start, end = max(line.start, line.passage.start), min(line.end, line.passage.end)
    return FacetStatement(subject, is_role(subject), facet, line.passage.ordinal, start, end, value)
