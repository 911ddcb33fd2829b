"""Which version of a work is in force: every version ends where the next one begins.

Consolidations of one act, a regulation's editions and one act in two formats share a work id.
An act that takes over another's name ("arkivlova" of 1992 and of 2025) ends the older one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from assistant.domain.document import Document, Kind, Status

_SETTLED = "succession"  # in `Document.inferred`: status and valid_to were worked out here


def settle_versions(documents: Iterable[Document]) -> tuple[Document, ...]:
    """The documents whose status or end of validity changes, changed. Given dates stay as given."""
    before = {(document.id, document.version): document for document in documents}
    after = {key: _unsettled(document) for key, document in before.items()}
    works: dict[str, list[Document]] = defaultdict(list)
    for document in after.values():
        works[document.id].append(document)
    for versions in works.values():
        for document in _chain(versions):
            after[document.id, document.version] = document
    for document in _replaced_acts(after.values()):
        after[document.id, document.version] = document
    return tuple(document for key, document in sorted(after.items()) if document != before[key])


def _unsettled(document: Document) -> Document:
    if _SETTLED not in document.inferred:
        return document
    return replace(document, status=Status.IN_FORCE, valid_to=None, inferred=document.inferred - {_SETTLED})


def _chain(versions: Sequence[Document]) -> list[Document]:
    live = [document for document in versions if document.status is Status.IN_FORCE]
    ordered = sorted(live, key=lambda document: (document.valid_from or date.min, document.origin))
    settled: list[Document] = []
    for index, document in enumerate(ordered):
        if document.valid_to is not None or index + 1 == len(ordered):
            continue
        following = ordered[index + 1]
        if following.valid_from == document.valid_from:
            # the same version in another format or place: one copy is searched, the other kept
            settled.append(_ended(document, Status.SUPERSEDED, None))
        else:
            settled.append(_ended(document, document.status, following.valid_from))
    return settled


def _replaced_acts(documents: Iterable[Document]) -> list[Document]:
    acts: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for document in documents:
        name = _short_name(document.title)
        if document.kind is Kind.LAW and document.status is Status.IN_FORCE and name:
            acts[document.organisation, name].append(document)
    ended: list[Document] = []
    for group in acts.values():
        begins: dict[str, date] = {}
        for document in group:
            if document.valid_from is not None:
                begins[document.id] = min(begins.get(document.id, date.max), document.valid_from)
        for document in group:
            own = _year_of(document.id)
            later = [
                start for other, start in begins.items() if other != document.id and _year_of(other) > own
            ]
            if later and document.valid_to is None and own:
                ended.append(_ended(document, document.status, min(later)))
    return ended


def _ended(document: Document, status: Status, valid_to: date | None) -> Document:
    return replace(document, status=status, valid_to=valid_to, inferred=document.inferred | {_SETTLED})


def _short_name(title: str) -> str:
    """What an act is called: the name in parentheses, else its title without its number."""
    plain = re.sub(r"\((19|20)\d{2}:\d+\)", "", title).strip()
    named = re.search(r"[(\[]([^()\[\]]{4,60})[)\]]\s*$", plain)
    return " ".join((named[1] if named else plain).lower().split())


def _year_of(document_id: str) -> int:
    found = re.search(r"(?:^|-)((?:19|20)\d{2})(?:-|$)", document_id)
    return int(found[1]) if found else 0
