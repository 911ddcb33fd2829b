"""Passages that were never in a library, as retrieval would have found them."""

from collections.abc import Iterable

from assistant.answering.understanding import Understanding
from assistant.domain.document import Document, Kind, Passage
from assistant.language.tokens import stems
from assistant.retrieval.evidence import Evidence, Term


def found(
    text: str,
    *,
    name: str = "p1",
    title: str = "",
    heading: str = "",
    context: str = "",
    kind: Kind = Kind.REGULATION,
    unit: str = "section",
    organisation: str = "granvik",
    language: str = "nb",
    score: float = 1.0,
    start: int = 0,
) -> Evidence:
    """Evidence of one passage that begins at `start` of its document."""
    document = Document(f"d-{name}", "v1", title, organisation, kind, language, "", "")
    passage = Passage(
        name,
        document.id,
        "v1",
        0,
        start,
        start + len(text),
        text,
        (heading,) if heading else (),
        heading,
        unit,
        context,
    )
    return Evidence(passage, document, score)


def asked(text: str, answer_type: str = "", language: str = "nb") -> Understanding:
    """A question that was understood."""
    return Understanding(text, language, answer_type, "")


def stem_of(word: str) -> str:
    """The stem of one word."""
    return stems(word)[-1]


def term(word: str, weight: float = 1.0, same: Iterable[str] = (), wider: Iterable[str] = ()) -> Term:
    """A word of a question, with words that mean the same and more general ones."""
    return Term(stem_of(word), weight, frozenset(map(stem_of, same)), frozenset(map(stem_of, wider)))
