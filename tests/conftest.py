"""What tests of the whole product share: the command, and the sample corpus ingested once a worker."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).parents[1] / "corpus"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command ended with and printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, read as JSON."""
        return json.loads(self.out)


Mandat = Callable[..., Ran]


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("MANDAT_")]:
            patch.delenv(name)
        yield


def run_mandat(home: Path, *arguments: object, **settings: str) -> Ran:
    """`mandat ARGUMENTS` with its library in `home`, in this process: engines are imported once.

    `settings` are further variables. Any exception of ours that is not caught fails the test.
    """
    from assistant.cli import main

    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["mandat", *map(str, arguments)])
        for name, value in {"MANDAT_HOME": str(home), **settings}.items():
            patch.setenv(name, value)
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Ran(status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def corpus_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the sample corpus; to be read only (what is asked of it is noted in it)."""
    home = tmp_path_factory.mktemp("corpus") / "home"
    ran = run_mandat(home, "ingest", CORPUS)
    assert ran.status == 0, ran.err
    return home


@pytest.fixture
def corpus_copy(corpus_home: Path, tmp_path: Path) -> Path:
    """A home folder with the sample corpus and no transcripts, to do anything to."""
    return Path(
        shutil.copytree(corpus_home, tmp_path / "home", ignore=shutil.ignore_patterns("transcripts*"))
    )


@pytest.fixture
def run() -> Mandat:
    """Runs the command: `run(home, "ask", …)`."""
    return run_mandat


@pytest.fixture
def mandat(corpus_home: Path) -> Mandat:
    """Runs the command over the sample corpus."""
    return lambda *arguments, **settings: run_mandat(corpus_home, *arguments, **settings)


@pytest.fixture
def fresh(tmp_path: Path) -> Mandat:
    """Runs the command in a home folder of the test's own, empty at first."""
    return lambda *arguments, **settings: run_mandat(tmp_path / "home", *arguments, **settings)
