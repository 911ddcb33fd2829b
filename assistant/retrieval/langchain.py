"""Mandat's retrieval as a langchain retriever, for those who compose their own chains.

Importing this module imports langchain; nothing in the product's own path does.
"""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.domain.scope import Scope
from assistant.retrieval.evidence import find_evidence
from assistant.retrieval.glossary import nordic_glossary


class MandatRetriever(BaseRetriever):
    """Passages within one scope, best first, as langchain documents.

    `page_content` is the verbatim passage; the metadata has title, organisation, locator,
    document_id, version, start, end and score. `library` is an `assistant.library.Library`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Any
    scope: Scope
    limit: int = 8

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        findings = find_evidence(
            self.library, self.scope, query, glossary=nordic_glossary(), limit=self.limit
        )
        return [
            Document(
                page_content=evidence.passage.text,
                metadata={
                    "title": evidence.document.title,
                    "organisation": evidence.document.organisation,
                    "locator": evidence.passage.locator,
                    "document_id": evidence.document.id,
                    "version": evidence.document.version,
                    "start": evidence.passage.start,
                    "end": evidence.passage.end,
                    "score": evidence.score,
                },
            )
            for evidence in findings.evidence
        ]
