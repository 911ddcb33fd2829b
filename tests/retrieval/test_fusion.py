"""How words and vectors are put together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from assistant.domain.document import Document, Kind, Passage
from assistant.domain.fusion import Fusion
from assistant.domain.scope import Scope
from assistant.errors import RerankerUnavailable
from assistant.retrieval.evidence import Findings, find_evidence
from assistant.retrieval.glossary import read_glossary
from assistant.retrieval.method import EVERYTHING

WEIGHTS = Fusion(within=0.2, across=0.5)


@dataclass(frozen=True)
class Found:
    passage_id: str
    score: float


class Shelf:
    """Passages found by words and by vectors as told, each of its own document."""

    def __init__(
        self, by_words: Mapping[str, float], by_meaning: Mapping[str, float], languages: Mapping[str, str]
    ) -> None:
        self._found = [[Found(*item) for item in scores.items()] for scores in (by_words, by_meaning)]
        self._languages = languages

    def search_words(self, scope: Scope, query: Any, limit: int) -> list[Found]:
        return self._found[0]

    def search_vectors(self, scope: Scope, text: str, limit: int) -> list[Found]:
        return self._found[1]

    def passages(self, scope: Scope, ids: Sequence[str]) -> dict[str, Passage]:
        return {key: Passage(key, key, "1", 0, 0, 4, "text", (), "") for key in ids}

    def documents(self, scope: Scope, ids: Collection[str] | None = None) -> list[Document]:
        return [
            Document(key, "1", "", "", Kind.OTHER, self._languages.get(key, "nb"), "", "")
            for key in sorted(ids or ())
        ]

    def titled(self, scope: Scope, begins: Collection[str]) -> frozenset[str]:
        return frozenset()

    def sections(self, scope: Scope, title: str, locators: Collection[str]) -> tuple[Passage, ...]:
        return ()

    def fusion(self) -> Fusion:
        return WEIGHTS

    def frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        return dict.fromkeys(terms, 3), 1000


def order(
    by_words: Mapping[str, float],
    by_meaning: Mapping[str, float],
    languages: Mapping[str, str] | None = None,
    asked: str = "nb",
    **options: Any,
) -> list[str]:
    shelf = Shelf(by_words, by_meaning, languages or {})
    found = find_evidence(
        shelf,
        Scope(None, None),
        "Hvem velger ordfører?",
        glossary=read_glossary([], []),
        language=asked,
        **options,
    )
    return [each.passage.id for each in found.evidence]


def test_in_one_language_words_go_first() -> None:
    assert order({"a": 10.0, "b": 7.0}, {"b": 0.9, "a": 0.1}) == ["a", "b"]


@pytest.mark.parametrize("asked", ["sv", "en"])
def test_in_another_language_meaning_goes_first(asked: str) -> None:
    assert order({"a": 10.0, "b": 7.0}, {"b": 0.9, "a": 0.1}, asked=asked) == ["b", "a"]


@pytest.mark.parametrize("asked", ["nn", "da", ""])
def test_norwegian_and_danish_count_as_one_and_an_unknown_language_as_none_other(asked: str) -> None:
    assert order({"a": 10.0, "b": 7.0}, {"b": 0.9, "a": 0.1}, asked=asked) == ["a", "b"]


def test_of_two_alike_by_words_the_nearer_goes_first() -> None:
    assert order({"a": 10.0, "b": 10.0}, {"b": 0.31, "a": 0.30}) == ["b", "a"]


def test_only_how_cosines_differ_counts_not_where_they_lie() -> None:
    by_words = {"a": 10.0, "b": 9.2, "c": 8.5}
    near = {"c": 0.3, "b": 0.2, "a": 0.1}
    assert order(by_words, near) == order(by_words, {key: value + 0.6 for key, value in near.items()})


def test_what_only_vectors_find_is_found() -> None:
    assert order({}, {"b": 0.9, "a": 0.1}) == ["b", "a"]


def test_a_single_near_passage_is_found() -> None:
    assert order({}, {"a": 0.4}) == ["a"]


def test_weights_given_go_before_the_librarys() -> None:
    found = {"a": 10.0, "b": 7.0}, {"b": 0.9, "a": 0.1}
    assert order(*found, fusion=Fusion(within=0.5, across=0.0)) == ["b", "a"]
    assert order(*found, asked="en", fusion=Fusion(within=0.5, across=0.0)) == ["a", "b"]


class Reverse:
    """Finds the last of what it is given the most relevant."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        self.asked.append((question, list(texts)))
        return [at / (len(texts) - 1) for at in range(len(texts))]


class Broken:
    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        raise RerankerUnavailable("out of memory")


def test_a_reranker_reorders_the_first_of_what_was_found_and_counts_beside_it() -> None:
    by_words = {f"p{at:02}": 40.0 - at / 4 for at in range(25)}
    reranker = Reverse()
    reordered = order(by_words, {}, reranker=reranker, limit=25)
    ((question, texts),) = reranker.asked
    assert question == "Hvem velger ordfører?"
    assert len(texts) == 20
    assert all(text.endswith("text") for text in texts)
    assert reordered == [*sorted(by_words)[19::-1], *sorted(by_words)[20:]]
    assert order(by_words, {}, reranker=Reverse(), limit=3) == ["p19", "p18", "p17"]
    far = {"a": 10.0, "b": 4.0}
    assert order(far, {}, reranker=Reverse()) == ["a", "b"]


def test_a_reranker_that_fails_leaves_the_order_and_is_told_of() -> None:
    shelf = Shelf({"a": 10.0, "b": 9.0}, {}, {})

    def found(**options: Any) -> Findings:
        scope = Scope(None, None)
        return find_evidence(shelf, scope, "Hvem velger?", glossary=read_glossary([], []), **options)

    failed = found(reranker=Broken())
    assert [each.passage.id for each in failed.evidence] == ["a", "b"]
    assert not failed.is_reranked
    assert found().is_reranked
    left_out = found(reranker=Broken(), method=EVERYTHING.without("reranker"))
    assert left_out.is_reranked
    assert left_out.evidence == found().evidence
