"""The sample corpus as evidence for the checks: a verbatim quote found where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.document import Document, Passage, Status
from assistant.domain.governance import DecisionRight
from assistant.domain.scope import Scope
from assistant.library.library import Library
from assistant.narration.drafting import Offered
from assistant.narration.guards import Checking, unsupported
from assistant.narration.locating import locate
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.glossary import nordic_glossary

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Said:
    """A statement in a language, and the words of a document that it is to rest on."""

    id: str
    language: str
    quote: str
    text: str


def read(name: str) -> list[Said]:
    lines = (json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines())
    return [Said(line["id"], line["lang"], line["quote"], line["text"]) for line in lines]


class Places:
    """Every passage in force, offered as evidence."""

    def __init__(self, library: Library) -> None:
        scope = Scope(None, None, library.groups())
        self._names = {each.id: each.name for each in library.organisations()}
        self._passages: list[tuple[Document, Passage]] = [
            (document, passage)
            for document in library.documents(scope)
            if document.status is Status.IN_FORCE
            for passage in library.document_passages(scope, document.id, document.version)
            if passage.unit != "title"
        ]
        self._rights: dict[str, DecisionRight] = {}
        for each in library.records(scope):
            if isinstance(each.record, DecisionRight):
                self._rights.setdefault(each.passage_id, each.record)

    def failed(self, said: Said) -> str:
        """The check that a statement fails on the first place of its quote; "" for none."""
        document, offered = next(self._holding(said.quote))
        grounds = [next(locate(said.quote, offered))]
        names = self._names[document.organisation]
        return unsupported(said.text, grounds, Checking(said.language, nordic_glossary(), names=names))

    def _holding(self, quote: str) -> Iterator[tuple[Document, Offered]]:
        for document, passage in self._passages:
            name, right = self._names[document.organisation], self._rights.get(passage.id)
            offered = Offered(
                "KKKKKK", Evidence(passage, document, 1.0), passage.start, passage.end, name, right
            )
            if next(locate(quote, offered), None):
                yield document, offered
