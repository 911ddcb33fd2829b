"""What sidecars and front matter may say, in which words, and what is done with words we do not know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def listed(mandat: Any) -> dict[str, Any]:
    (document,) = mandat("documents", "list", "--json").json
    return dict(document)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("godkjend", "in force"),
        ("Gældende", "in force"),
        ("antagen", "in force"),
        ("utkast", "draft"),
        ("ophævet", "repealed"),
        ("superseded", "superseded"),
    ],
)
def test_a_status_is_understood_in_the_authors_language(
    fresh: Any, tmp_path: Path, word: str, status: str
) -> None:
    (tmp_path / "referat.md").write_text(
        f"---\nstatus: {word}\nutvalg: Formannskapet\n---\n\n# Referat\n\nSak 1 ble utsatt.\n",
        encoding="utf-8",
    )
    assert fresh("ingest", str(tmp_path)).status == 0
    assert listed(fresh)["status"] == status


def test_front_matter_made_for_another_system_does_not_cost_the_file(fresh: Any, tmp_path: Path) -> None:
    (tmp_path / "mandat.md").write_text(
        "---\nstatus: 200 OK\nkind: blogpost\nvalid_from: next summer\n---\n\n# Mandat for forum\n\nMøtes ukentlig.\n",
        encoding="utf-8",
    )
    assert fresh("ingest", str(tmp_path)).status == 0
    document = listed(fresh)
    assert (document["status"], document["kind"], document["valid_from"]) == (
        "in force",
        "forum mandate",
        None,
    )


def test_a_sidecar_is_written_for_us_so_a_word_we_do_not_know_is_an_error(fresh: Any, tmp_path: Path) -> None:
    (tmp_path / "mandat.md").write_text("# Mandat for forum\n\nMøtes ukentlig.\n", encoding="utf-8")
    (tmp_path / "mandat.md.yaml").write_text("status: nesten ferdig\n", encoding="utf-8")
    ran = fresh("ingest", str(tmp_path))
    assert "status is 'nesten ferdig'; use one of draft, in force" in ran.out + ran.err
