"""Mandat's retrieval as a langchain retriever."""

from invented_library import two_municipalities

from assistant.domain.scope import Scope
from assistant.retrieval.langchain import MandatRetriever


def test_a_chain_gets_verbatim_passages_of_its_scope_only() -> None:
    retriever = MandatRetriever(library=two_municipalities(), scope=Scope(frozenset({"granvik"}), None))
    found = retriever.invoke("Hvor ofte møtes HR-forum?")
    assert found[0].page_content.endswith("HR-forum møtes annenhver uke og ledes av HR-sjefen.")
    assert found[0].metadata["locator"] == "HR-forum"
    assert {document.metadata["organisation"] for document in found} == {"granvik"}
