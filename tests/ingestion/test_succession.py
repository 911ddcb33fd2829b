"""Which version of a work is in force."""

from dataclasses import replace
from datetime import date

from assistant.domain.document import Document, Kind, Status
from ingestion.succession import settle_versions

ACT = Document(
    "dk-lov", "2018.a", "Lov om styrelse", "dk", Kind.LAW, "da", "1", "a.md", valid_from=date(2018, 7, 6)
)


def settled(*documents: Document) -> dict[str, Document]:
    changed = {document.version: document for document in settle_versions(documents)}
    return {document.version: changed.get(document.version, document) for document in documents}


def test_each_consolidation_ends_where_the_next_begins() -> None:
    second = replace(ACT, version="2024.b", origin="b.md", valid_from=date(2024, 1, 23))
    third = replace(ACT, version="2026.c", origin="c.md", valid_from=date(2026, 1, 5))
    found = settled(third, ACT, second)
    assert [found[v].valid_to for v in ("2018.a", "2024.b", "2026.c")] == [
        date(2024, 1, 23),
        date(2026, 1, 5),
        None,
    ]
    assert all(document.status is Status.IN_FORCE for document in found.values())


def test_the_same_version_in_two_formats_is_searched_once() -> None:
    found = settled(ACT, replace(ACT, version="2018.x", origin="a.xml"))
    assert sorted(document.status for document in found.values()) == [Status.IN_FORCE, Status.SUPERSEDED]


def test_an_act_that_takes_the_name_of_another_ends_it() -> None:
    old = replace(
        ACT,
        id="no-lov-1992-12-04-126",
        version="1",
        title="Lov om arkiv [arkivlova]",
        valid_from=date(1999, 1, 1),
    )
    new = replace(
        ACT, id="no-lov-2025-06-20-96", version="2", title="Lov om dokumentasjon og arkiv (arkivlova)", valid_from=date(2026, 1, 1)
    )  # fmt: skip
    assert settled(old, new)["1"].valid_to == date(2026, 1, 1)


def test_an_act_that_has_not_taken_effect_ends_nothing() -> None:
    old = replace(ACT, id="no-lov-1967", version="1", title="Lov om x (forvaltningsloven)")
    new = replace(
        ACT,
        id="no-lov-2025",
        version="2",
        title="Lov om y (forvaltningsloven)",
        valid_from=None,
        status=Status.DRAFT,
    )
    assert settle_versions([old, new]) == ()


def test_settling_twice_changes_nothing_and_a_vanished_successor_is_forgotten() -> None:
    second = replace(ACT, version="2024.b", origin="b.md", valid_from=date(2024, 1, 23))
    found = settled(ACT, second)
    assert settle_versions(found.values()) == ()
    assert settle_versions([found["2018.a"]]) == (ACT,)


def test_stated_dates_stay() -> None:
    stated = replace(ACT, valid_to=date(2020, 1, 1))
    second = replace(ACT, version="2024.b", origin="b.md", valid_from=date(2024, 1, 23))
    assert settle_versions([stated, second]) == ()
