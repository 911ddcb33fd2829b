"""What an encoder gives is measured by the product's own retrieval."""

import json
from pathlib import Path

import pytest

from assistant.evaluation.measure_encoder import main

QUESTIONS = Path(__file__).parent / "corpus-questions.jsonl"


def test_each_pair_of_languages_has_a_row_and_each_encoder_its_columns(
    corpus_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    chosen = [line for line in lines if json.loads(line)["evidence"]][::30]
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(chosen), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["measure_encoder", f"{corpus_home}={few}"])
    main()
    heading, rule, *rows, speed = capsys.readouterr().out.splitlines()
    assert heading.count("|") == rule.count("|") == rows[0].count("|") == 8
    assert "bundled alone" in heading
    assert all("→" in row for row in rows)
    assert sum(int(row.split("|")[2]) for row in rows) <= len(chosen)
    figures = [float(figure) for row in rows for cell in row.split("|")[3:-1] for figure in cell.split()]
    assert all(0 <= figure <= 1 for figure in figures)
    assert max(figures) == 1
    assert int(speed.split()[1]) > 100


def test_what_training_leaves_out_is_measured_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "questions").mkdir()
    asked = [
        ("Får jag bygga altan?", "Altan får byggas utan lov."),
        ("När är badet öppet?", "Badet är öppet nu."),
    ]
    (tmp_path / "questions" / "swefaq_dev_test.jsonl").write_text(
        "\n".join(json.dumps({"question": one, "context": other}) for one, other in asked), encoding="utf-8"
    )
    monkeypatch.setattr("sys.argv", ["measure_encoder", "--shared", str(tmp_path)])
    main()
    (row,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("| SweFAQ"))
    assert row.split("|")[2:4] == [" 2 ", " 1.000 1.000 "]
