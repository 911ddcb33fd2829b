"""Invented municipalities whose questions no word list was written for.

Those called "dev" were looked at while the product was made, those called "held" only in sum.
"""

from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "unseen"


@pytest.mark.parametrize(
    ("name", "answered"),
    [("no-dev", 0.84), ("no-held", 0.66), ("sv-dev", 0.66), ("da-held", 0.58), ("sv-held", 0.48)],
)
def test_documents_not_seen_before_are_answered(fresh: Any, name: str, answered: float) -> None:
    assert fresh("ingest", FOLDER / name).status == 0
    ran = fresh(
        "eval",
        FOLDER / f"{name}.jsonl",
        "--json",
        "--min",
        f"answer_accuracy={answered}",
        "--min",
        "verbatim=1",
    )
    assert ran.json["missed"] == []


def test_an_ablation_names_every_part(fresh: Any, tmp_path: Path) -> None:
    from assistant.retrieval.method import PARTS

    assert fresh("ingest", FOLDER / "no-dev").status == 0
    few = tmp_path / "few.jsonl"
    lines = (FOLDER / "no-dev.jsonl").read_text(encoding="utf-8").splitlines()[:4]
    few.write_text("\n".join(lines), encoding="utf-8")
    without = fresh("eval", few, "--ablation", "--json").json["without"]
    assert tuple(without) == PARTS
    assert all("answer_accuracy" in metrics for metrics in without.values())
    table = fresh("eval", few, "--ablation", "--worst", 0).out
    assert all(f"no {part}" in table for part in PARTS)
