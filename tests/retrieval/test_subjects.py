"""A subject index leads from everyday words to a section; it never answers by itself."""

from pathlib import Path
from typing import Any

import pytest

from assistant.retrieval.evidence import Term
from assistant.retrieval.subjects import (
    Entry,
    SubjectIndex,
    indexed_titles,
    part_of,
    read_entries,
    subject_index,
)

INDEX = SubjectIndex(
    [
        Entry("§ 1", 1, "hvem bestemmer når vi møtes"),
        Entry("§ 1", 2, "må protokollen legges ut på nett"),
        Entry("§ 2", 0, "kan vi sparke rådmannen"),
    ]
)


def term(stem: str, *same: str, weight: float = 1.0) -> Term:
    return Term(stem, weight, frozenset(same))


def test_a_question_in_like_words_leads_to_the_section_and_its_part() -> None:
    found = INDEX.sections("Må protokollen ut på nett?", [term("protokol"), term("net")])
    assert list(found) == ["§ 1"]
    assert found["§ 1"][2] > found["§ 1"].get(1, 0.0)


def test_a_word_that_means_the_same_leads_there_too_and_less() -> None:
    same = INDEX.sections("avsette rådmannen", [term("avset", "spark"), term("råtman")])
    own = INDEX.sections("sparke rådmannen", [term("spark"), term("råtman")])
    assert 0 < same["§ 2"][0] < own["§ 2"][0] <= 1


def test_what_is_like_nothing_leads_nowhere() -> None:
    assert INDEX.sections("Hva koster en parkeringsplass?", [term("parkerinksplas")]) == {}
    assert INDEX.sections("", []) == {}


@pytest.mark.parametrize(
    ("locator", "part"),
    [
        ("§ 5-6 første ledd", 1),
        ("§ 17, stk. 4", 4),
        ("5 kap. 12 § andra stycket", 2),
        ("§ 5-6", 0),
        ("§ 14-2 første ledd bokstav b", 1),
    ],
)
def test_the_part_that_a_locator_names(locator: str, part: int) -> None:
    assert part_of(locator) == part


@pytest.mark.parametrize("name", sorted(set(indexed_titles().values())))
def test_the_indexes_that_come_with_the_product_can_be_read(name: str) -> None:
    package = Path(__file__).parents[2] / "assistant" / "retrieval" / "subjects"
    entries = list(read_entries((package / f"{name}.txt").read_text(encoding="utf-8")))
    assert len(entries) > 1000
    assert len({(entry.section, entry.question) for entry in entries}) == len(entries)
    assert all("§" in entry.section and entry.question and entry.part >= 0 for entry in entries)
    assert subject_index(name) is subject_index(name)


def test_the_act_is_found_by_its_index_where_its_words_fail(fresh: Any, tmp_path: Path) -> None:
    (tmp_path / "kommuneloven.md").write_text(
        "# Lov om kommuner og fylkeskommuner (kommuneloven)\n\n"
        "## § 11-2. Møteprinsippet. Innkalling\n\nFolkevalgte organer treffer vedtak i møter.\n\n"
        "## § 11-9. Vedtaksførhet\n\nMinst halvparten av medlemmene må ha vært til stede.\n\n"
        "## § 11-12. Forslag\n\nInnbyggere kan fremme forslag.\n",
        encoding="utf-8",
    )
    (tmp_path / "organisation.yaml").write_text("name: Norge\ncountry: 'no'\n", encoding="utf-8")
    assert fresh("ingest", tmp_path).status == 0
    # the words of the question stand in another section, if anywhere
    asked = "Hvor mange må møte for at vi kan stemme?"
    found = fresh("ask", asked, "--json").json
    assert found["citations"][0]["locator"].startswith("§ 11-9")
