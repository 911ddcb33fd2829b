"""What each part gives, side by side."""

import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from assistant.domain.question import Question
from assistant.evaluation.metrics import Score
from assistant.evaluation.questions import Case
from assistant.evaluation.report import Report, render_ablation
from assistant.retrieval.method import PARTS


def report(*ranks: int) -> Report:
    """Of questions whose evidence was cited at these places (0: not at all)."""
    return Report(
        tuple(
            Score(Case(str(at), "nb", "forum", Question("Hvem?"), ("span",)), None, 0.25, rank=rank)
            for at, rank in enumerate(ranks)
        )
    )


def shown(everything: Report, without: Mapping[str, Report]) -> list[list[str]]:
    """The table's lines, its columns divided."""
    console = Console(file=StringIO(), width=200)
    console.print(render_ablation(everything, without))
    assert isinstance(console.file, StringIO)
    lines = [line.strip() for line in console.file.getvalue().splitlines()]
    return [line.replace("no ", "no-").split() for line in lines if line and not set(line) <= {"─", " "}]


def test_every_part_has_a_line_below_what_is_reached_with_all_of_them() -> None:
    title, headings, *lines = shown(report(1, 2), {"vectors": report(2, 2), "glossary": report(0, 4)})
    assert title == ["Ablation"]
    figures = [dict(zip(headings, line[1:], strict=True)) for line in lines]
    assert [line[0] for line in lines] == ["everything", "no-vectors", "no-glossary"]
    assert [each["n"] for each in figures] == ["2", "2", "2"]
    assert [each["ev@1"] for each in figures] == ["0.50", "0.00", "0.00"]
    assert [each["ev@3"] for each in figures] == ["1.00", "1.00", "0.00"]
    assert {each["p95"] for each in figures} == {"250"}


def test_what_no_question_bears_on_is_left_blank() -> None:
    _, headings, line = shown(report(1), {})
    assert dict(zip(headings, line[1:], strict=True))["abst."] == "–"


def test_an_ablation_of_no_questions_has_its_lines_all_the_same() -> None:
    *_, everything, without = shown(Report(()), {"[red]ranker[/red]": Report(())})
    assert everything[:2] == ["everything", "0"]
    assert without[0] == "no-[red]ranker[/red]"


def test_the_command_measures_without_each_part_only_when_asked_to(mandat: Any, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text(
        json.dumps(
            {"question": "Hvor ofte møtes HR-forum i Granvik?", "evidence": ["dette står ingen steder"]}
        ),
        encoding="utf-8",
    )
    plain = mandat("eval", file, "--json").json
    assert "without" not in plain
    ran = mandat("eval", file, "--ablation", "--min", "evidence@1=0.5", "--json")
    assert ran.status == 1
    assert ran.json["missed"] == ["evidence@1: 0.000 is under 0.5"]
    assert tuple(ran.json["without"]) == PARTS
    assert all(metrics["evidence@1"] == metrics["errors"] == 0 for metrics in ran.json["without"].values())
