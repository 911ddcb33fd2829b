"""What a channel needs of the rest of the product; the composition root supplies it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from assistant.answering.assistant import Progress
from assistant.domain.document import Document, Organisation, Passage
from assistant.domain.governance import Recorded
from assistant.domain.question import Question
from assistant.domain.reply import Complaint, Exchange
from assistant.domain.scope import Scope
from assistant.retrieval.evidence import Evidence
from assistant.transcripts.transcripts import Asked

Suggests = Callable[[str, str], Sequence[str]]
"""(organisation's id or "" for all, language) → questions to begin with, all answered; blocking."""


class Asks(Protocol):
    """Answers questions; blocking, so an event loop calls it in a thread."""

    def ask(self, question: Question, progress: Progress = ...) -> Exchange:
        """The verified reply to a question; not knowing is a reply, not an error.

        `progress` is told of each stage as it begins and of statements as they are certain; a channel that
        shows none leaves it out.

        Raises:
            MandatError: the product could not form a reply at all (nothing ingested, a quote that
                does not verify, an organisation that does not exist).
        """
        ...

    def find(self, question: Question, limit: int) -> Sequence[Evidence]:
        """The passages that match a question best, at most `limit`, without an answer being made."""
        ...


class Reads(Protocol):
    """The reading side of the library, as far as channels show documents to people."""

    def generation(self) -> int:
        """The published generation; 0 when nothing has been ingested."""
        ...

    def organisations(self) -> tuple[Organisation, ...]:
        """Every organisation and country, ordered by id."""
        ...

    def documents(self, scope: Scope, ids: Collection[str] | None = None) -> tuple[Document, ...]:
        """The document versions in scope, ordered by organisation, title and version; `ids` leaves theirs."""
        ...

    def records(self, scope: Scope, passage_ids: Collection[str] | None = None) -> tuple[Recorded, ...]:
        """The governance records in scope by document and place."""
        ...

    def passages(self, scope: Scope, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages in scope with these ids, by id."""
        ...

    def document(self, scope: Scope, document_id: str, version: str = "") -> Document:
        """One version of a document; "" is the one in force.

        Raises:
            DocumentNotFound: there is none, or the caller may not read it (the same message).
        """
        ...

    def text(self, scope: Scope, document_id: str, version: str = "") -> str:
        """The canonical text, which citation offsets index in Unicode code points."""
        ...

    def furniture(self, scope: Scope, document_id: str, version: str = "") -> tuple[tuple[int, int], ...]:
        """Spans of that text which belong to the page (headers, footers), not to the document."""
        ...

    def original(self, scope: Scope, document_id: str, version: str = "") -> Path | None:
        """The file it was read from; None unless it still lies there unchanged."""
        ...

    def document_passages(self, scope: Scope, document_id: str, version: str = "") -> tuple[Passage, ...]:
        """The document's passages in reading order."""
        ...


class TakesFeedback(Protocol):
    """Keeps what people thought of replies."""

    def feedback(
        self, exchange_id: str, helpful: bool, comment: str = "", complaint: Complaint | None = None
    ) -> bool:
        """Keep a reader's verdict on an exchange; False when the id is unknown."""
        ...


class Remembers(TakesFeedback, Protocol):
    """Keeps what was asked and answered, and what people thought of it."""

    def record(self, question: Question, exchange: Exchange, reply_json: str = "") -> None:
        """Keep one exchange, with the reply as it was sent."""
        ...


class HasInbox(TakesFeedback, Protocol):
    """What a channel that is sent events needs of the transcripts store (blocking)."""

    def claim(self, event_id: str, channel: str, payload: str = "") -> bool:
        """True exactly once per event id, across processes; a payload is kept until `finish`."""
        ...

    def finish(self, event_id: str) -> None:
        """The event has been acted on."""
        ...

    def unfinished(self, channel: str, older_than: timedelta) -> tuple[tuple[str, str], ...]:
        """(event id, payload) of what was claimed so long ago and not finished, each to one caller."""
        ...

    def exchange(self, exchange_id: str) -> Asked | None:
        """A noted exchange."""
        ...
