"""What came is acted on once, also when the process that took it is killed; and what was chosen is kept."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.domain.reply import Complaint
from assistant.transcripts.inbox import ATTEMPTS
from assistant.transcripts.transcripts import Transcripts

LATE = timedelta(seconds=60)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Transcripts]:
    opened = Transcripts(tmp_path, clock=clock)
    yield opened
    opened.close()


def test_what_was_not_finished_is_given_again_to_one_caller(store: Transcripts, clock: Clock) -> None:
    assert store.claim("e1", "teams", "hva?")
    assert store.unfinished("teams", LATE) == ()
    clock.now += LATE * 2
    taken: list[tuple[tuple[str, str], ...]] = []
    callers = [
        threading.Thread(target=lambda: taken.append(store.unfinished("teams", LATE))) for _ in range(6)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sorted(taken) == [()] * 5 + [(("e1", "hva?"),)]
    assert store.unfinished("slack", LATE) == ()


def test_what_is_finished_is_erased_and_stays_claimed(
    store: Transcripts, clock: Clock, tmp_path: Path
) -> None:
    assert store.claim("e1", "slack", "hemmelig spørsmål")
    store.finish("e1")
    clock.now += LATE * 2
    assert store.unfinished("slack", LATE) == ()
    assert not store.claim("e1", "slack", "hemmelig spørsmål")
    with sqlite3.connect(tmp_path / "transcripts.db") as connection:
        assert connection.execute("SELECT payload FROM transcript_inbox").fetchall() == [("",)]


def test_an_event_that_ends_every_process_is_given_up(store: Transcripts, clock: Clock) -> None:
    store.claim("e1", "slack", "x")
    given = 0
    for _ in range(ATTEMPTS + 3):
        clock.now += LATE * 2
        given += len(store.unfinished("slack", LATE))
    assert given == ATTEMPTS - 1


def test_a_claim_without_a_payload_is_never_given_again(store: Transcripts, clock: Clock) -> None:
    store.claim("click", "slack")
    clock.now += LATE * 2
    assert store.unfinished("slack", LATE) == ()


def test_what_was_chosen_for_a_place_is_kept_until_it_is_chosen_anew(store: Transcripts) -> None:
    assert store.preferred("slack:T1:C1") == {}
    store.prefer("slack:T1:C1", {"organisation": "granvik", "language": "nn"})
    store.prefer("slack:T1:C1", {"organisation": "sundby"})
    assert store.preferred("slack:T1:C1") == {"organisation": "sundby"}
    assert store.preferred("slack:T1:C2") == {}


def test_a_store_of_an_earlier_version_gets_the_columns_it_lacks(tmp_path: Path) -> None:
    Transcripts(tmp_path).close()
    with sqlite3.connect(tmp_path / "transcripts.db") as connection:
        connection.execute("ALTER TABLE transcript DROP COLUMN complaint")
        for column in ("payload", "leased_at", "attempts"):
            connection.execute(f"ALTER TABLE transcript_inbox DROP COLUMN {column}")
        connection.execute("INSERT INTO transcript_inbox VALUES ('old', 'slack', datetime('now'))")
    store = Transcripts(tmp_path)
    assert not store.claim("old", "slack")
    assert store.claim("new", "slack", "x")
    assert not store.feedback("x", False, "", Complaint.WRONG)
    store.close()
