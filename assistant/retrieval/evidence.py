"""Words ∪ vectors → fusion → ordered evidence."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Protocol

from assistant.domain.document import Document, Kind, Passage
from assistant.domain.fusion import Fusion
from assistant.domain.scope import Scope
from assistant.errors import IndexUnavailable, RerankerUnavailable
from assistant.language.tokens import fold, grams, stems, words
from assistant.language.wordlists import read_yaml
from assistant.library.records import searchable
from assistant.retrieval.glossary import Glossary
from assistant.retrieval.method import EVERYTHING, Method
from assistant.retrieval.subjects import indexed_titles, subject_index

_PASSAGES = 20
_WORD_HITS = 60
_VECTOR_HITS = 30
_RERANKED = 20  # passages that a reranker looks at,
_RERANKED_WEIGHT = 0.5  # and what one that surely answers gains on one that surely does not
_GRAM_WEIGHT = 0.4
_HEADING_WEIGHT = 0.5  # of a word in the title or headings, against one in the passage
_FEW_PASSAGES = 200
# The act on municipalities themselves, among acts that also speak of councils and committees.
_GENERAL_ACT = 0.2
_SAME_WEIGHT = 0.5  # a word that means the same as a word of the question
_INSTEAD_WEIGHT = 1.0  # likewise, where no document has the word of the question itself
_WIDER_WEIGHT = 0.15  # a more general word
_LONG = 7  # letters of a stem: a shorter word tells less ("ta", "ved"), its rarity notwithstanding,
_LEAST = 0.6  # but never less than so much of it ("lån")
_TOLD_WEIGHT = 0.5  # a word of the sentences before the one that asks: "Vi er 7 200 innbyggere. Hvor …?"
_SENTENCE_END = re.compile(r"[.!?]\s+(?=\S+\s+\S)")
# A word that no document has in any form, names aside, in a question of more than a few words.
_UNKNOWN_WEIGHT = 0.5
_FEW_WORDS = 3
_SHORT = 2  # letters
# in the middle of a sentence, a capital letter; anywhere, capitals only
_NAME = re.compile(r"(?<=[^\W\d_] |[\w,;] )[A-ZÆØÅÄÖ][\w-]+|\b[A-ZÆØÅÄÖ]{2,}\b")
_UNASKED = {0: 0.0}
_SUBJECT_WEIGHT = 1.5  # of a question just like one that the subject index has for the section
_FRAME_WEIGHT = 0.15  # a word that frames the question, as "does" and "holdes" do


class FoundHit(Protocol):
    """A passage id and how well it matched (higher is better)."""

    @property
    def passage_id(self) -> str: ...
    @property
    def score(self) -> float: ...


class Searches(Protocol):
    """What retrieval needs of the library."""

    def search_words(
        self, scope: Scope, query: Mapping[str, Sequence[Mapping[str, float]]], limit: int
    ) -> Sequence[FoundHit]: ...
    def search_vectors(self, scope: Scope, text: str, limit: int) -> Sequence[FoundHit]: ...
    def passages(self, scope: Scope, ids: Sequence[str]) -> dict[str, Passage]: ...
    def titled(self, scope: Scope, begins: Collection[str]) -> frozenset[str]: ...
    def sections(self, scope: Scope, title: str, locators: Collection[str]) -> Sequence[Passage]: ...
    def documents(self, scope: Scope, ids: Collection[str] | None = None) -> Sequence[Document]: ...
    def frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]: ...
    def fusion(self) -> Fusion: ...


class Reranks(Protocol):
    """How well each text goes with a question, from 0 to 1 (`assistant.library.rerankers`).

    Raises:
        RerankerUnavailable: it has no model, or that failed.
    """

    def relevance(self, question: str, texts: Sequence[str]) -> Sequence[float]: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage with its document and score (higher is better).

    `asked` tells how like the question is to those that the act's subject index has for the passage
    (0–1), by the ledd, stk. or stycke that answers them (0: the whole section).
    """

    passage: Passage
    document: Document
    score: float
    asked: Mapping[int, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Term:
    """A question's stem, how much it tells (0–1), the stems that mean the same, and more general ones.

    `unlike` are stems that look like it and mean something else.
    """

    stem: str
    weight: float
    same: frozenset[str]
    wider: frozenset[str] = frozenset()
    stands: bool = True
    unlike: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Findings:
    """Evidence in falling order, the question's telling words, and whether vectors took part.

    `is_reranked` is False where a reranker should have taken part and could not.
    """

    evidence: tuple[Evidence, ...]
    terms: tuple[Term, ...]
    with_vectors: bool
    is_reranked: bool = True


def find_evidence(
    library: Searches,
    scope: Scope,
    text: str,
    *,
    glossary: Glossary,
    language: str = "",
    leave_out: frozenset[str] = frozenset(),
    limit: int = _PASSAGES,
    method: Method = EVERYTHING,
    fusion: Fusion | None = None,
    reranker: Reranks | None = None,
) -> Findings:
    """The passages in scope that match the question best; empty when nothing does.

    `language` is the question's, "" unknown. `leave_out` are words (folded) that name the
    organisation: the scope has done their work. `fusion` weighs the vectors, by default as the library
    has it.
    """
    if not method.glossary:
        glossary = Glossary({}, glossary.frame)
    sentences = [
        " ".join(word for word in words(part) if fold(word) not in leave_out)
        for part in _SENTENCE_END.split(text)
    ]
    kept = " ".join(sentences)
    asked = _read(kept, sentences[-1], glossary, language)
    if not asked:
        return Findings((), (), True)
    terms = _terms(library, asked, glossary, _names(text))
    word_hits = library.search_words(scope, _query(kept, terms, glossary, method), _WORD_HITS)
    with_vectors = True
    try:
        vector_hits = library.search_vectors(scope, text, _VECTOR_HITS) if method.vectors else ()
    except IndexUnavailable:
        vector_hits, with_vectors = (), False
    by_words, by_meaning = _scaled(word_hits), _near(vector_hits)
    by_subject = _by_subject(library, scope, kept, terms) if method.subjects else {}
    fusion = fusion or library.fusion()
    passages = library.passages(scope, sorted({*by_words, *by_meaning, *by_subject}))
    documents = {
        (document.id, document.version): document
        for document in library.documents(scope, {passage.document_id for passage in passages.values()})
    }
    evidence = [
        Evidence(
            passage,
            document,
            by_words.get(passage.id, 0.0)
            + fusion.weight(language, document.language) * by_meaning.get(passage.id, 0.0)
            + _SUBJECT_WEIGHT * max(by_subject.get(passage.id, _UNASKED).values())
            + _likely(document),
            by_subject.get(passage.id, {}),
        )
        for passage in passages.values()
        if (document := documents.get((passage.document_id, passage.version))) is not None
    ]
    evidence.sort(key=lambda each: (-each.score, each.passage.id))
    is_reranked = True
    if reranker is not None and method.reranker:
        try:
            evidence = _reranked(reranker, text, evidence)
        except RerankerUnavailable:
            is_reranked = False
    return Findings(tuple(evidence[:limit]), terms, with_vectors, is_reranked)


def _reranked(reranker: Reranks, text: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with what the reranker says of the first of it in their scores, best first."""
    first = evidence[:_RERANKED]
    relevance = reranker.relevance(text, [searchable(each.document.title, each.passage) for each in first])
    scored = [
        replace(each, score=each.score + _RERANKED_WEIGHT * relevant)
        for each, relevant in zip(first, relevance, strict=True)
    ]
    return [*sorted(scored, key=lambda each: (-each.score, each.passage.id)), *evidence[_RERANKED:]]


def _by_subject(
    library: Searches, scope: Scope, text: str, terms: Sequence[Term]
) -> dict[str, Mapping[int, float]]:
    """Passage id → part → how like the question is to those its act's subject index has for it."""
    found: dict[str, Mapping[int, float]] = {}
    indexed = indexed_titles()
    for title in sorted(library.titled(scope, indexed)):
        sections = subject_index(indexed[title]).sections(text, terms)
        for passage in library.sections(scope, title, sections):
            found[passage.id] = sections[passage.locator]
    return found


def _likely(document: Document) -> float:
    """How much likelier a document is asked about than others, whatever the words of the question."""
    return _GENERAL_ACT if document.kind is Kind.LAW and _general_acts().search(document.title) else 0.0


@cache
def _general_acts() -> re.Pattern[str]:
    return re.compile("|".join(read_yaml("assistant.retrieval", "data")["general_acts"]), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a word or phrase of the question means: stems that mean the same, and more general ones.

    `counts` is less for what only tells how the question came up.
    """

    same: frozenset[str]
    wider: frozenset[str] = frozenset()
    counts: float = 1.0


def _read(text: str, question: str, glossary: Glossary, language: str) -> dict[str, _Asked]:
    """The stem of each content word in order; the words of a phrase are one, their stems with blanks.

    `question` is the sentence of the text that asks.
    """
    content = set(stems(text))
    asks = set(stems(question))
    pairs = [(stem, word) for word in words(text) for stem in stems(word)[-1:] if stem in content]
    written = glossary.written_for([stem for stem, _ in pairs])
    found: dict[str, _Asked] = {}
    at = 0
    while at < len(pairs):
        length, meaning = glossary.phrase_at([stem for stem, _ in pairs], at)
        some = [stem for stem, _ in pairs[at : at + (length or 1)]]
        counts = 1.0 if asks.intersection(some) else _TOLD_WEIGHT
        if length:
            found.setdefault(" ".join(some), _Asked(meaning, counts=counts))
        else:
            stem, word = pairs[at]
            same = glossary.synonyms(word, language) | written.get(at, frozenset())
            found.setdefault(stem, _Asked(same - {stem}, glossary.more_general(word), counts))
        at += length or 1
    return found


def _names(text: str) -> frozenset[str]:
    """The stems of what is written as a name: "Hultsbo", "AMU", "17b"."""
    return frozenset(stem for name in _NAME.findall(text) for stem in stems(name))


def _terms(
    library: Searches, asked: Mapping[str, _Asked], glossary: Glossary, names: frozenset[str]
) -> tuple[Term, ...]:
    """The question's stems with their inverse document frequency, 1.0 for a name that stands nowhere.

    A stem counts as standing where one that means the same stands. A word that no document has in any
    form is how the asker puts it more often than what is asked about.
    """
    counts, total = library.frequencies(
        list(dict.fromkeys([*asked, *(other for each in asked.values() for other in each.same)]))
    )
    # in a library of a few pages every word is frequent, and that tells nothing
    total = max(total, _FEW_PASSAGES)
    ceiling = math.log(1 + total)

    is_short = sum(stem not in glossary.frame and len(stem) > _SHORT for stem in asked) <= _FEW_WORDS

    def weight(stem: str, same: frozenset[str]) -> float:
        present = max(counts.get(each, 0) for each in (stem, *same))
        rarity = max(0.1, math.log((1 + total) / (1 + present)) / ceiling)
        if stem in names:
            return rarity
        long = max(_LEAST, min(1.0, len(stem) / _LONG))
        known = 1.0 if present or is_short else _UNKNOWN_WEIGHT
        return rarity * long * known * (_FRAME_WEIGHT if stem in glossary.frame else 1.0)

    return tuple(
        Term(
            stem,
            weight(stem, each.same) * each.counts,
            each.same,
            each.wider,
            counts.get(stem, 0) > 0,
            glossary.unlike.get(stem, frozenset()),
        )
        for stem, each in asked.items()
    )


def _query(
    text: str, terms: tuple[Term, ...], glossary: Glossary, method: Method
) -> dict[str, list[dict[str, float]]]:
    """Field → a mapping for each word of the question: its stem, or what may stand for it."""
    body = [_alternatives(term, glossary) for term in terms]
    query = {"body": body}
    if method.grams:
        query["grams"] = [{gram: _GRAM_WEIGHT} for gram in dict.fromkeys(grams(text))]
    if method.headings:
        query["context"] = [
            {stem: weight * _HEADING_WEIGHT for stem, weight in alternatives.items()} for alternatives in body
        ]
    return query


def _alternatives(term: Term, glossary: Glossary) -> dict[str, float]:
    same = _SAME_WEIGHT if term.stands else _INSTEAD_WEIGHT
    return {
        **dict.fromkeys(term.wider, _WIDER_WEIGHT),
        **dict.fromkeys(term.same, same),
        term.stem: _FRAME_WEIGHT if term.stem in glossary.frame else 1.0,
    }


def _scaled(hits: Sequence[FoundHit]) -> dict[str, float]:
    best = max((hit.score for hit in hits), default=0.0)
    return {hit.passage_id: hit.score / best for hit in hits} if best > 0 else {}


def _near(hits: Sequence[FoundHit]) -> dict[str, float]:
    """The hits' scores from 1 for the best to 0 for the last: cosines lie close, wherever they lie."""
    if not hits:
        return {}
    best, last = max(hit.score for hit in hits), min(hit.score for hit in hits)
    return {hit.passage_id: (hit.score - last) / (best - last) if best > last else 1.0 for hit in hits}
