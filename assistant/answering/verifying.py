"""The last check before a reply leaves: every quote equals the stored text at its offsets."""

from __future__ import annotations

from typing import Protocol

from assistant.domain.reply import Abstention, Answer, Citation, Clarification, Reply
from assistant.domain.scope import Scope
from assistant.errors import VerificationFailed


class HoldsText(Protocol):
    """What verification needs of the library."""

    def text(self, scope: Scope, document_id: str, version: str = "") -> str: ...


def verify(reply: Reply, library: HoldsText, scope: Scope) -> None:
    """Nothing, when every citation of the reply is true within the asker's scope.

    Raises:
        VerificationFailed: a quote differs from the stored text, is of a document outside the
            scope's organisations, or a statement cites what the reply does not carry.
    """
    if isinstance(reply, Clarification):
        return
    citations = reply.citations if isinstance(reply, Answer) else reply.nearest
    texts: dict[tuple[str, str], str] = {}
    for citation in citations:
        _check(citation, library, scope, texts)
    if isinstance(reply, Answer):
        for told in reply.profile.facts if reply.profile else ():
            _check(told.citation, library, scope, texts)
        numbers = {citation.number for citation in citations}
        for statement in reply.statements:
            if not statement.citations or not numbers.issuperset(statement.citations):
                raise VerificationFailed("A statement cites nothing the reply carries")
    elif isinstance(reply, Abstention) and not reply.reason:
        raise VerificationFailed("An abstention gives no reason")


def _check(citation: Citation, library: HoldsText, scope: Scope, texts: dict[tuple[str, str], str]) -> None:
    document = citation.document
    if scope.organisations is not None and document.organisation not in scope.organisations:
        raise VerificationFailed(f"Citation {citation.number} is of another organisation's document")
    key = (document.id, document.version)
    if key not in texts:
        texts[key] = library.text(scope, document.id, document.version)
    if texts[key][citation.start : citation.end] != citation.quote or not citation.quote.strip():
        raise VerificationFailed(f"Citation {citation.number} differs from the stored text")
