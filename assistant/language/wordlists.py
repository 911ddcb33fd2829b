"""Data files a secretary can read and correct: this package's word lists, and any package's YAML."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any


def read_lines(name: str) -> tuple[str, ...]:
    """The lines of the data file `name` in order; what follows # is a remark, empty lines are left out."""
    text = resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


def read_words(name: str) -> tuple[str, ...]:
    """The words of the data file `name` in order, separated by space or line."""
    return tuple(word for line in read_lines(name) for word in line.split())


@cache
def read_yaml(package: str, name: str) -> Any:
    """The content of `<name>.yaml` beside the modules of a package; read once, not to be changed."""
    import yaml

    return yaml.safe_load(resources.files(package).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
