"""Killed at any statement and run again, the library equals one clean run."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import killed_writer
import pytest
from small_library import EVERYONE, FORUM, by_words

from assistant.library.catalogue import Catalogue, read_state
from assistant.library.library import Library

# Spread over the run, the transactions of create, store, replace, remove, amend and publish among
# them; the last is in the publish, after the pointer has moved.
SHARES = (0.05, 0.5, 0.85, 1.0)


def run(home: Path, encoder: str, at: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, killed_writer.__file__, str(home), encoder, str(at)]
    return subprocess.run(command, capture_output=True, text=True)


def dump(home: Path) -> list[tuple[object, ...]]:
    catalogue = Catalogue(home)
    found = catalogue.dump()
    catalogue.close()
    return found


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory, encoder: str) -> tuple[list[tuple[object, ...]], int]:
    """What one clean run makes, and how many statements it takes."""
    home = tmp_path_factory.mktemp("clean")
    done = run(home, encoder, 0)
    assert done.returncode == 0, done.stderr
    return dump(home), int(done.stdout)


@pytest.mark.parametrize("share", SHARES)
def test_a_killed_run_is_made_whole_by_the_next(
    tmp_path: Path, encoder: str, clean: tuple[list[tuple[object, ...]], int], share: float
) -> None:
    expected, statements = clean
    killed = run(tmp_path, encoder, max(1, round(share * statements)))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    killed_writer.work(tmp_path, encoder)
    assert dump(tmp_path) == expected
    catalogue = Catalogue(tmp_path)
    with catalogue.read() as connection:
        state = read_state(connection)
    catalogue.close()
    assert state.sequence == state.published_sequence
    assert not state.erasing
    kept = {str(number) for number in (state.generation, state.previous) if number}
    assert {path.name for path in (tmp_path / "index").iterdir()} == kept
    library = Library(tmp_path, encoder=encoder)
    assert by_words(library, EVERYONE, FORUM[0])
    assert len(library.search_vectors(EVERYONE, FORUM[0], 50)) == 4
    library.close()
