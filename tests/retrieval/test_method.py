"""What is asked of the library, and what of it when a part is left out."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pytest

from assistant.domain.document import Passage
from assistant.domain.fusion import Fusion
from assistant.domain.scope import Scope
from assistant.errors import IndexUnavailable
from assistant.language.tokens import grams, stems
from assistant.retrieval.evidence import Findings, find_evidence
from assistant.retrieval.glossary import read_glossary
from assistant.retrieval.method import EVERYTHING, PARTS

GLOSSARY = read_glossary(
    [["ordfører", "borgmester"]],
    ["velger"],
    {"mayor": ("byfogd",)},
    [{"of": ["ordfører"], "in": ["folkevalgt"]}],
    {"chief executive": ["kommunedirektør"]},
)
SCOPE = Scope(frozenset({"granvik", "no"}), None, frozenset({"ledelse"}))


class Recorded:
    """Notes what is searched for, and finds nothing."""

    def __init__(self) -> None:
        self.query: Mapping[str, Sequence[Mapping[str, float]]] = {}
        self.vectors = 0
        self.scopes: set[Scope] = set()

    def search_words(self, scope: Scope, query: Any, limit: int) -> list[Any]:
        self.query = query
        self.scopes.add(scope)
        return []

    def search_vectors(self, scope: Scope, text: str, limit: int) -> list[Any]:
        self.vectors += 1
        self.scopes.add(scope)
        return []

    def passages(self, scope: Scope, ids: Sequence[str]) -> dict[str, Any]:
        return {}

    def documents(self, scope: Scope, ids: Any = None) -> list[Any]:
        return []

    def titled(self, scope: Scope, begins: Collection[str]) -> frozenset[str]:
        return frozenset()

    def sections(self, scope: Scope, title: str, locators: Collection[str]) -> tuple[Passage, ...]:
        return ()

    def fusion(self) -> Fusion:
        return Fusion()

    def frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        return dict.fromkeys(terms, 3), 1000


def asked(without: str = "") -> Recorded:
    library = Recorded()
    method = EVERYTHING.without(without) if without else EVERYTHING
    find_evidence(library, Scope(None, None), "Hvem velger ordfører?", glossary=GLOSSARY, method=method)
    return library


def test_with_everything_all_fields_and_vectors_are_asked() -> None:
    library = asked()
    assert set(library.query) == {"body", "context", "grams"}
    assert library.vectors == 1
    assert any(len(alternatives) > 1 for alternatives in library.query["body"])


@pytest.mark.parametrize(("part", "field"), [("grams", "grams"), ("headings", "context")])
def test_a_field_is_left_out(part: str, field: str) -> None:
    without = asked(part)
    assert set(without.query) == {"body", "context", "grams"} - {field}
    assert {name: without.query[name] for name in without.query} == {
        name: words for name, words in asked().query.items() if name != field
    }
    assert without.vectors == 1


def test_vectors_and_synonyms_are_left_out() -> None:
    assert asked("vectors").vectors == 0
    assert asked("vectors").query == asked().query
    assert all(len(alternatives) == 1 for alternatives in asked("glossary").query["body"])


def test_without_the_glossary_a_word_that_says_little_still_counts_little() -> None:
    frame, matter = asked("glossary").query["body"]
    assert max(frame.values()) < max(matter.values())


@pytest.mark.parametrize("part", ["scope", "ranker"])
def test_what_takes_no_part_in_finding_changes_nothing_here(part: str) -> None:
    assert asked(part).query == asked().query
    assert asked(part).vectors == asked().vectors


def found(text: str, library: Recorded | None = None, **options: Any) -> tuple[Recorded, Findings]:
    library = library or Recorded()
    return library, find_evidence(library, SCOPE, text, glossary=GLOSSARY, **options)


def words_of(library: Recorded) -> list[set[str]]:
    return [set(alternatives) for alternatives in library.query.get("body", ())]


def test_every_search_is_in_the_scope_given() -> None:
    library, _ = found("Hvem velger ordfører?")
    assert library.scopes == {SCOPE}


def test_a_word_is_asked_for_with_what_it_means_and_by_itself_the_most() -> None:
    library, _ = found("Hvem er ordfører?")
    (alternatives,) = library.query["body"]
    by_weight = sorted(alternatives, key=lambda stem: -alternatives[stem])
    assert by_weight == [stems(word)[0] for word in ("ordfører", "borgmester", "folkevalgt")]
    (in_headings,) = library.query["context"]
    assert all(in_headings[stem] < alternatives[stem] for stem in alternatives)
    assert [gram for each in library.query["grams"] for gram in each] == grams("ordfører")


def test_a_word_that_stands_nowhere_leaves_the_word_to_those_that_mean_the_same() -> None:
    class Danish(Recorded):
        def frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
            return {stem: 3 * (stem == stems("borgmester")[0]) for stem in terms}, 1000

    (here,) = found("Hvem er ordfører?")[0].query["body"]
    (there,) = found("Hvem er ordfører?", Danish())[0].query["body"]
    same = stems("borgmester")[0]
    assert there[same] > here[same]


def test_a_phrase_is_one_word_with_its_own_meaning() -> None:
    library, findings = found("Who is the chief executive?", language="en")
    assert stems("kommunedirektør")[0] in words_of(library)[-1]
    assert [len(term.stem.split()) for term in findings.terms if stems("chief")[0] in term.stem] == [2]


def test_only_a_question_in_english_is_looked_up_in_english() -> None:
    byfogd = stems("byfogd")[0]
    assert any(byfogd in each for each in words_of(found("Who is the mayor?", language="en")[0]))
    assert not any(byfogd in each for each in words_of(found("Who is the mayor?", language="nb")[0]))


def test_the_name_of_the_municipality_is_left_out() -> None:
    library, findings = found("Hvem er ordfører i Granvik?", leave_out=frozenset({"granvik"}))
    assert words_of(library) == words_of(found("Hvem er ordfører?")[0])
    assert not any(set(each) & set(grams("Granvik")) for each in library.query["grams"])
    assert [term.stem for term in findings.terms] == stems("ordfører")


def test_a_word_asked_twice_is_asked_for_once() -> None:
    assert words_of(found("Ordfører, ordføreren, ordførers?")[0]) == words_of(found("Ordfører?")[0])


def test_a_question_of_a_name_alone_asks_nothing() -> None:
    library, findings = found("Granvik?", leave_out=frozenset({"granvik"}))
    assert (library.query, library.vectors) == ({}, 0)
    assert findings == Findings((), (), True)


def test_when_vectors_fail_words_go_on_and_it_is_said() -> None:
    class Broken(Recorded):
        def search_vectors(self, scope: Scope, text: str, limit: int) -> list[Any]:
            raise IndexUnavailable("being rebuilt")

    library, findings = found("Hvem er ordfører?", Broken())
    assert library.query
    assert not findings.with_vectors
    assert found("Hvem er ordfører?")[1].with_vectors
    assert found("Hvem er ordfører?", Broken(), method=EVERYTHING.without("vectors"))[1].with_vectors


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    class Counted(Recorded):
        def frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
            return {stem: 900 if stem == stems("formannskapet")[0] else 2 for stem in terms}, 1000

    common, rare = found("Formannskapet og kontrollutvalget", Counted())[1].terms
    assert 0 < common.weight < rare.weight <= 1


@pytest.mark.parametrize("part", PARTS)
def test_one_part_is_left_out_and_the_others_stay(part: str) -> None:
    without = EVERYTHING.without(part)
    assert [name for name in PARTS if not getattr(without, name)] == [part]
    assert all(getattr(EVERYTHING, name) for name in PARTS)


def test_a_part_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="vector"):
        EVERYTHING.without("vector")
