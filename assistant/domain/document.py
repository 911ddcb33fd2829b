"""Organisations, documents, and the passages they are cut into."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What sort of document it is, in falling order of binding force."""

    LAW = "law"
    REGULATION = "regulation"
    DELEGATION = "delegation"
    MANDATE = "forum mandate"
    ROLE = "role description"
    LEADERSHIP = "leadership"
    GUIDANCE = "guidance"
    MINUTES = "minutes"
    OTHER = "other"


class Status(StrEnum):
    """Where a version stands in its life; dates say when (`Document.valid_from`, `valid_to`)."""

    DRAFT = "draft"
    IN_FORCE = "in force"
    REPEALED = "repealed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A municipality, or a country as the owner of its law and general guidance.

    `id` is a slug ("hoje-taastrup"; a country's is its code, "no", "dk" or "se");
    `country` is that code for every organisation; `language` is what it writes in. Each line of
    `words` has words, names and abbreviations that mean the same there.
    """

    id: str
    name: str
    country: str
    language: str
    aliases: tuple[str, ...] = ()
    inferred: bool = False
    words: tuple[tuple[str, ...], ...] = ()

    @property
    def is_country(self) -> bool:
        """Whether this stands for a whole country, whose documents all its organisations may cite."""
        return self.id == self.country


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a work, without its text (`Library.text` has that).

    `id` is the same for every version of a work; (`id`, `version`) is one version.
    `valid_from` is inclusive and `valid_to` exclusive; None means not stated.
    `audience` is the groups who may read it; empty is everyone.
    `inferred` names the fields that were guessed from the text, not given.
    `origin` is the file path or address it was read from.
    """

    id: str
    version: str
    title: str
    organisation: str
    kind: Kind
    language: str
    sha256: str
    origin: str
    status: Status = Status.IN_FORCE
    valid_from: date | None = None
    valid_to: date | None = None
    audience: frozenset[str] = frozenset()
    owner: str = ""
    inferred: frozenset[str] = frozenset()
    passages: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim, citable span: `library.text(document)[start:end] == text`.

    Offsets are Unicode code points of the canonical text. `heading_path` (outermost first) and
    the document's title are searchable context, never part of a quote. `unit` is what the span
    is: "section", "slide", "row", "list". `marks` are finer locators inside the span: (offset
    in the canonical text where it begins, locator), in order, for ledd/stk./pages.
    """

    id: str
    document_id: str
    version: str
    ordinal: int
    start: int
    end: int
    text: str
    heading_path: tuple[str, ...]
    locator: str
    unit: str = "section"
    context: str = ""
    marks: tuple[tuple[int, str], ...] = field(default=())

    def locator_at(self, offset: int) -> str:
        """What a clerk would cite for this offset: the ledd or page if the passage knows it."""
        inside = [locator for start, locator in self.marks if start <= offset]
        return inside[-1] if inside else self.locator
