"""A killed ingestion, run again, ends where a clean one does; `kill_ingestion.py` has the loop."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from kill_ingestion import Difference, Loop

SEED = 20261121
KILLS = 5


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system knows no SIGKILL")
def test_what_a_kill_leaves_is_completed(tmp_path: Path) -> None:
    lines: list[str] = []
    loop = Loop(tmp_path, SEED, lines.append)
    try:
        loop.run(KILLS, in_a_row=(2,))
    except Difference as difference:
        story = "\n".join([f"seed {SEED}, Python {sys.version.split()[0]}", *lines, str(difference)])
        pytest.fail(story, pytrace=False)
    assert len(loop.kills) == KILLS
    assert loop.compared >= KILLS / 2
