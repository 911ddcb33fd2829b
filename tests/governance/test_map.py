"""The map of the sample municipalities: what is drawn, and what a secretary is told to look at."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.domain.document import Organisation
from assistant.domain.governance import Act, Facet
from assistant.domain.scope import Scope
from assistant.governance.chart import listing, mermaid, overview, remarks
from assistant.governance.map import GovernanceMap, Line, Node, Source, draw_map
from assistant.governance.sayings import is_compulsory, times_a_year
from assistant.library.library import Library
from tests.conftest import Mandat

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def library(corpus_home: Path) -> Iterator[Library]:
    library = Library(corpus_home)
    yield library
    library.close()


def drawn(library: Library, name: str, as_of: date = TODAY) -> GovernanceMap:
    about = next(each for each in library.organisations() if each.id == name)
    return draw_map(library, about, as_of)


def node(of: GovernanceMap, name: str) -> Node:
    return next(each for each in of.nodes if each.name == name)


def test_bodies_and_roles_are_one_node_each_whatever_form_their_name_has(library: Library) -> None:
    granvik = drawn(library, "granvik")
    names = [each.name for each in granvik.nodes]
    assert len(names) == len(set(names))
    assert "Kommunedirektøren" in node(granvik, "Kommunedirektør").aliases
    assert node(granvik, "Kommunedirektør").is_role
    assert not node(granvik, "HR-forum").is_role
    assert [fact.text for fact in node(granvik, "Økonomiforum").told(Facet.MEETS)] == [
        "Månedlig, andre tirsdag"
    ]


def test_every_fact_is_verbatim_and_of_the_municipality(library: Library) -> None:
    for name in ("granvik", "strandlev", "ekangs"):
        of = drawn(library, name)
        sources = [fact.source for each in of.nodes for fact in each.facts]
        sources += [each.source for each in (*of.lines, *of.rights, *of.rules)]
        assert len(sources) > 80
        for source in sources:
            assert source.document.organisation == name
            text = library.text(Scope(None, None), source.document.id, source.document.version)
            assert text[source.start : source.end] == source.quote


def test_the_lines_are_who_reports_to_whom_and_who_leads_what(library: Library) -> None:
    lines = {(line.above, line.below, line.kind) for line in drawn(library, "granvik").lines}
    assert ("Kommunedirektør", "Kommunalsjef", "reports to") in lines
    assert ("Kommunalsjef", "Enhetsleder", "reports to") in lines
    assert ("Kommunedirektør", "Strategisk lederforum", "leads") in lines
    assert ("Kommunalsjef for samfunn og teknikk", "Digitaliseringsrådet", "leads") in lines


def test_the_map_is_that_of_the_day_asked_for(library: Library) -> None:
    matter = "Inngåelse av kontrakt om kjøp av varer og tjenester"

    def limit(as_of: date) -> list[str]:
        rights = drawn(library, "granvik", as_of).rights
        return [right.limits for right in rights if right.matter.endswith(matter)]

    assert limit(TODAY) == ["Inntil 2 500 000 kr ekskl. mva. per kontrakt"]
    assert limit(date(2024, 1, 1)) == ["Inntil 1 300 000 kr ekskl. mva. per kontrakt"]


def test_a_draft_and_what_was_only_proposed_are_no_rights(library: Library) -> None:
    quotes = "\n".join(right.source.quote for right in drawn(library, "ekangs").rights)
    assert "450 000 kr" not in quotes.replace("årshyra högst 450 000 kr", "")
    assert "200 000 kr" not in quotes


def test_the_secretary_is_told_of_conflicts_drafts_and_documents_without_an_owner(library: Library) -> None:
    told = {
        name: [(each.kind, each.about.split(":")[0]) for each in drawn(library, name).remarks]
        for name in ("granvik", "strandlev", "ekangs")
    }
    assert [about for kind, about in told["granvik"] if kind == "conflict"] == ["HR-forum", "HR-forum"]
    assert [about for kind, about in told["strandlev"] if kind == "conflict"] == ["Strategisk lederforum"]
    assert [about for kind, about in told["ekangs"] if kind == "conflict"] == ["Enhetschef"]
    assert any(kind == "no owner" for kind, _ in told["granvik"])


def test_a_document_older_than_a_council_s_term_is_due_for_a_look(library: Library) -> None:
    later = drawn(library, "strandlev", date(2031, 1, 1))
    assert any(each.kind == "old" for each in later.remarks)
    assert not any(each.kind == "old" for each in drawn(library, "strandlev").remarks)


def test_the_chart_is_mermaid_and_names_cannot_break_it() -> None:
    norway = Organisation("x", "X", "no", "nb")
    source = Source.__new__(Source)
    nodes = (Node('A "b" <c>', False, (), ()), Node("D", True, (), ()))
    of = GovernanceMap(norway, TODAY, nodes, (Line("D", 'A "b" <c>', "leads", source),), ())
    assert mermaid(of).splitlines() == ["flowchart TD", '  n0("A  b   c ")', '  n1["D"]', "  n1 -.-> n0"]


def test_the_overview_for_somebody_new_is_in_the_municipality_s_language(library: Library) -> None:
    shown = overview(drawn(library, "strandlev"), "da")
    assert "Hvem afgør hvad" in shown
    assert "Chefforum" in shown
    assert "God start som leder" in shown or "mentor" in shown
    assert len(shown.splitlines()) < 60
    assert "Who decides what" in overview(drawn(library, "strandlev"), "en")


def test_the_listing_has_every_right_with_its_source(library: Library) -> None:
    of = drawn(library, "ekangs")
    shown = listing(of)
    assert "Kommunstyrelsens arbetsutskott decides: Tilldelningsbeslut" in shown
    assert "[Delegationsordning för kommunstyrelsen, § 11, nr 1.2]" in shown
    assert f"Decision rights ({len(of.rights)})" in shown
    assert all(right.act in Act for right in of.rights)
    assert "Enhetschefen attesterar" in remarks(of)


def test_the_command_draws_lists_and_reviews(mandat: Mandat) -> None:
    chart = mandat("map", "--organisation", "Granvik", "--mermaid")
    assert chart.status == 0
    assert chart.out.startswith("flowchart TD")
    whole = mandat("map", "--organisation", "Granvik", "--json").json
    assert {"bodies", "roles", "lines", "rights", "rules", "remarks"} <= set(whole)
    assert whole["rights"][0]["source"]["url"].startswith("/documents/")
    several = mandat("map")
    assert several.status != 0
    assert "Granvik kommune" in several.err


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("annenhver uke, tirsdag i partallsuker", 26),
        ("Månedlig, andre tirsdag", 12),
        ("hver anden måned", 6),
        ("ét møde hvert kvartal", 4),
        ("hver tirsdag kl. 8.30", 52),
        ("Seks ganger i året", 6),
        ("ved behov", None),
    ],
)
def test_how_often_is_told_from_the_words(said: str, times: float | None) -> None:
    assert times_a_year(said) == times


def test_attendance_that_is_for_some_only_is_neither() -> None:
    assert is_compulsory("Møteplikt for alle medlemmer") is True
    assert is_compulsory("Frivillig for enhetsledere") is False
    assert is_compulsory("obligatorisk for HR-partnere, frivilligt for lønkonsulenter") is None
    assert is_compulsory("hver tirsdag") is None
