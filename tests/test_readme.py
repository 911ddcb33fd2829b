"""The README is true of every setting and command."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from assistant.cli import app
from assistant.settings import Settings, load_settings, unknown_variables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`MANDAT_{name.upper()}`" in README


def test_every_documented_setting_exists() -> None:
    named = set(re.findall(r"`MANDAT_([A-Z_]+)`", README))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_command_is_documented() -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert commands == {
        "ingest",
        "ask",
        "serve",
        "eval",
        "check",
        "gaps",
        "bench",
        "documents",
        "map",
        "key",
        "teams-package",
    }
    assert all(f"`mandat {command}" in README for command in commands)


def test_every_option_of_ask_is_documented() -> None:
    ask = get_command(app).commands["ask"]  # type: ignore[attr-defined]
    options = {option for parameter in ask.params for option in parameter.opts if option.startswith("--")}
    assert all(option in README for option in options)


def test_unknown_variables_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANDAT_HOEM", "x")
    monkeypatch.setenv("MANDAT_HOME", "y")
    assert unknown_variables() == ("MANDAT_HOEM",)
    assert load_settings().home == Path("y")
