"""What takes part in finding and choosing, so that what each part gives can be measured."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Method:
    """The parts that take part; all do, unless an ablation leaves one out.

    `scope`: only the documents of the organisation asked about, and its country's. `grams`: parts
    of words. `vectors`: the encoder. `glossary`: words that mean the same. `headings`: title and
    headings as context. `ranker`: learned weights of a sentence's marks, else weights set by
    hand. `records`: who decides, and what is said of bodies and roles, as data. `subjects`: the
    subject indexes of acts. `reranker`: a cross-encoder, where one is set.
    """

    scope: bool = True
    grams: bool = True
    vectors: bool = True
    glossary: bool = True
    headings: bool = True
    ranker: bool = True
    records: bool = True
    subjects: bool = True
    reranker: bool = True

    def without(self, part: str) -> Method:
        """The same with one part left out."""
        return replace(self, **{part: False})


EVERYTHING = Method()
RERANKER = "reranker"
PARTS = tuple(field.name for field in fields(Method) if field.name != RERANKER)
"""The parts that are always there; the reranker is one of them only where one is set."""
