from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from assistant.domain.question import Question
from assistant.domain.reply import (
    Abstention,
    Answer,
    Clarification,
    Ended,
    Exchange,
    Narration,
    Option,
    Outcome,
    Reply,
)
from assistant.errors import SettingError
from assistant.transcripts.inbox import INBOX_KEPT
from assistant.transcripts.transcripts import UNHELPFUL, Transcripts

ANSWER = Answer(Outcome.ANSWERED, "nb", "Rådmannen avgjør. [1]", (), ())
SILENT = Abstention(Outcome.SILENT, "nb", "Dokumentene sier ikke det.", "no_rule")
NOT_FOUND = Abstention(Outcome.NOT_FOUND, "nb", "Ingenting handler om det.", "nothing_near")
WHICH = Clarification("nb", "Hvilken kommune?", (Option("Greve", "greve"), Option("Solrød", "solrod")))
QUESTION = Question("Hvem avgjør?", organisation="greve", channel="cli")


@dataclass
class Clock:
    now: datetime = datetime(2025, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **how_long: float) -> None:
        self.now += timedelta(**how_long)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def transcripts(tmp_path: Path, clock: Clock) -> Iterator[Transcripts]:
    store = Transcripts(tmp_path / "home", clock=clock)
    yield store
    store.close()


_numbers = count()


def exchange(reply: Reply, conversation: str = "") -> Exchange:
    return Exchange(f"x{next(_numbers)}", reply, "extractive", {"answer": 1.5}, conversation_id=conversation)


def test_a_reply_is_found_by_the_message_it_was_sent_as(transcripts: Transcripts, clock: Clock) -> None:
    first, second = exchange(ANSWER), exchange(SILENT)
    for each in (first, second):
        transcripts.record(QUESTION, each)
    transcripts.sent_as(first.id, "teams:t:a:1")
    transcripts.sent_as("never noted", "teams:t:a:2")
    found = transcripts.exchange_sent_as("teams:t:a:1")
    assert found is not None
    assert found.exchange_id == first.id
    assert transcripts.exchange_sent_as("teams:t:a:2") is None
    assert transcripts.exchange_sent_as("") is None  # what was never sent so has no name
    transcripts.forget(clock.now + timedelta(days=1))
    assert transcripts.exchange_sent_as("teams:t:a:1") is None


def test_what_a_model_did_is_noted_with_the_question_as_it_was_understood(transcripts: Transcripts) -> None:
    told = Narration("openai:m", "0123456789ab", Ended.UNSUPPORTED, 2, 900, 80, ("number", "key"))
    noted = replace(exchange(ANSWER), understood="Hvem avgjør innkjøp i Greve?", narration=told)
    transcripts.record(QUESTION, noted)
    found = transcripts.exchange(noted.id)
    assert found is not None
    assert (found.understood, found.narration) == ("Hvem avgjør innkjøp i Greve?", told)
    plain = exchange(ANSWER)
    transcripts.record(QUESTION, plain)
    without = transcripts.exchange(plain.id)
    assert without is not None
    assert without.narration is None


def test_an_exchange_comes_back_as_it_was_noted(transcripts: Transcripts, clock: Clock) -> None:
    asked = Question(
        "Hvem avgjør?",
        organisation="greve",
        as_of=date(2024, 1, 2),
        language="nb",
        groups=frozenset({"board", "audit"}),
        asker_role="leder",
        conversation_id="c1",
        channel="http",
    )
    noted = exchange(SILENT, "c1")
    transcripts.record(asked, noted, '{"id": "x"}')
    found = transcripts.exchange(noted.id)
    assert found is not None
    assert found.question == asked
    assert (found.outcome, found.reason, found.language, found.mode) == (
        Outcome.SILENT,
        "no_rule",
        "nb",
        "extractive",
    )
    assert found.asked_at == clock.now
    assert found.reply_json == '{"id": "x"}'
    assert found.helpful is None
    assert transcripts.exchange("other") is None


def test_noting_twice_keeps_the_first_and_adds_only_a_missing_reply(transcripts: Transcripts) -> None:
    noted = exchange(ANSWER, "c")
    transcripts.record(QUESTION, noted)
    transcripts.record(replace(QUESTION, text="another"), noted, "{}")
    transcripts.record(QUESTION, noted, '{"late": true}')
    (only,) = transcripts.recent("c")
    assert only.question.text == "Hvem avgjør?"
    assert only.reply_json == "{}"


def test_recent_is_the_end_of_one_conversation_in_order(transcripts: Transcripts, clock: Clock) -> None:
    for number in range(5):
        transcripts.record(replace(QUESTION, text=f"q{number}"), exchange(ANSWER, "c"))
        if number % 2:
            clock.wait(seconds=1)
    transcripts.record(replace(QUESTION, text="elsewhere"), exchange(ANSWER, "d"))
    transcripts.record(replace(QUESTION, text="nameless"), exchange(ANSWER))
    assert [asked.question.text for asked in transcripts.recent("c", 3)] == ["q2", "q3", "q4"]
    assert transcripts.recent("") == ()


def test_gaps_gather_one_question_however_it_is_typed(transcripts: Transcripts, clock: Clock) -> None:
    typed = ("Hvem rår?", "  hvem   RÅR ", "“Hvem ra\u030ar”")
    for text in typed:
        clock.wait(hours=1)
        transcripts.record(replace(QUESTION, text=text), exchange(SILENT))
    clock.wait(hours=1)
    transcripts.record(replace(QUESTION, text="hvem rår", channel="slack"), exchange(NOT_FOUND))
    transcripts.record(replace(QUESTION, organisation="solrod"), exchange(SILENT))
    transcripts.record(replace(QUESTION, text="Hva er budsjettet?"), exchange(ANSWER))
    first, second = transcripts.gaps()
    assert (first.question, first.organisation, first.count) == ("hvem rår", "greve", 4)
    assert (first.outcome, first.reason, first.channel) == (Outcome.NOT_FOUND, "nothing_near", "slack")
    assert first.last_asked == clock.now
    assert (second.organisation, second.count) == ("solrod", 1)
    assert transcripts.gaps(limit=1) == (first,)


def test_gaps_since_a_day(transcripts: Transcripts, clock: Clock) -> None:
    transcripts.record(QUESTION, exchange(SILENT))
    clock.wait(days=2)
    assert [gap.count for gap in transcripts.gaps(date(2025, 3, 1))] == [1]
    assert transcripts.gaps(date(2025, 3, 2)) == ()


def test_unhelpful_feedback_makes_a_gap_and_helpful_unmakes_it(transcripts: Transcripts) -> None:
    noted = exchange(ANSWER)
    transcripts.record(QUESTION, noted)
    assert transcripts.gaps() == ()
    assert transcripts.feedback(noted.id, False, "feil kommune")
    (gap,) = transcripts.gaps()
    assert (gap.outcome, gap.reason, gap.comment) == (Outcome.ANSWERED, UNHELPFUL, "feil kommune")
    assert transcripts.feedback(noted.id, True)
    assert transcripts.gaps() == ()
    assert not transcripts.feedback("unknown", True)


def test_a_question_back_is_a_gap_until_it_is_settled(transcripts: Transcripts) -> None:
    open_question = Question("Hvem avgjør?", conversation_id="c")
    transcripts.record(open_question, exchange(WHICH, "c"))
    transcripts.record(open_question, exchange(WHICH, "other"))
    (gap,) = transcripts.gaps()
    assert (gap.outcome, gap.reason, gap.count) == (Outcome.CLARIFY, "", 2)
    transcripts.record(replace(open_question, organisation="greve"), exchange(ANSWER, "c"))
    (gap,) = transcripts.gaps()
    assert gap.count == 1


def test_what_is_forgotten_is_gone_from_the_files(
    transcripts: Transcripts, tmp_path: Path, clock: Clock
) -> None:
    old, new = "zebrastripet hemmelighet", "grønnkål i lunsjen"
    for number in range(20):
        transcripts.record(replace(QUESTION, text=f"{old} {number}"), exchange(SILENT))
    clock.wait(days=100)
    transcripts.record(replace(QUESTION, text=new), exchange(SILENT))
    assert transcripts.forget(clock.now - timedelta(days=90)) == 20
    assert [gap.question for gap in transcripts.gaps()] == [new]
    stored = b"".join(path.read_bytes() for path in sorted((tmp_path / "home").iterdir()))
    assert new.encode() in stored
    assert old.encode() not in stored


def test_a_moment_without_zone_is_refused(transcripts: Transcripts) -> None:
    transcripts.record(QUESTION, exchange(SILENT))
    with pytest.raises(Exception, match="without a time zone"):
        transcripts.forget(datetime(2030, 1, 1))  # noqa: DTZ001 - the fault under test
    assert len(transcripts.gaps()) == 1


def test_text_no_database_takes_is_stored_all_the_same(transcripts: Transcripts) -> None:
    noted = exchange(SILENT)
    transcripts.record(replace(QUESTION, text="hvem\ud800 er\0 det"), noted)
    found = transcripts.exchange(noted.id)
    assert found is not None
    assert found.question.text == "hvem? er\ufffd det"


def test_claim_is_true_once_among_threads(transcripts: Transcripts) -> None:
    claimed: list[bool] = []
    threads = [
        threading.Thread(target=lambda: claimed.append(transcripts.claim("Ev1", "slack"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == [False] * 7 + [True]
    assert transcripts.claim("Ev2", "slack")


CLAIMER = """
import sys
from pathlib import Path
from assistant.transcripts.transcripts import Transcripts
transcripts = Transcripts(Path(sys.argv[1]))
sys.stdin.readline()
print(sum(transcripts.claim(f"Ev{n}", "slack") for n in range(50)))
"""


def test_claim_is_true_once_among_processes(tmp_path: Path) -> None:
    """The store is opened, and its tables made, by all of them at once."""
    command = [sys.executable, "-c", CLAIMER, str(tmp_path / "home")]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    counts = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert sum(counts) == 50


def test_old_event_ids_are_pruned(transcripts: Transcripts, clock: Clock) -> None:
    assert transcripts.claim("Ev1", "slack")
    clock.wait(hours=3)
    assert not transcripts.claim("Ev1", "slack")
    clock.now += INBOX_KEPT
    assert transcripts.claim("Ev1", "slack")


def test_a_database_address_of_ones_own(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'shared.db'}"
    one, other = (Transcripts(tmp_path / name, database_url=address) for name in ("a", "b"))
    noted = exchange(SILENT)
    one.record(QUESTION, noted)
    assert other.exchange(noted.id) is not None
    assert not (tmp_path / "a").exists()
    one.close()
    other.close()


@pytest.mark.parametrize("address", ["nonsense", "nosuch://user:secret@host/db", "sqlite+nosuch:///x"])
def test_an_unusable_address_is_named_without_its_password(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingError, match="MANDAT_DATABASE_URL") as caught:
        Transcripts(tmp_path, database_url=address)
    assert "secret" not in str(caught.value)


def test_a_failing_statement_does_not_tell_what_was_asked(transcripts: Transcripts, tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "home" / "transcripts.db") as connection:
        connection.execute("DROP TABLE transcript")
    with pytest.raises(Exception, match="no such table") as caught:
        transcripts.record(replace(QUESTION, text="hemmelig spørsmål"), exchange(SILENT))
    assert "hemmelig" not in str(caught.value)


def test_a_conversation_gives_what_was_asked_in_it_here_by_who_may_know(
    transcripts: Transcripts, clock: Clock
) -> None:
    def note(text: str, **given: object) -> None:
        question = Question(text, conversation_id="c1", channel="http")
        transcripts.record(replace(question, **given), exchange(ANSWER, "c1"))  # type: ignore[arg-type]
        clock.wait(seconds=1)

    note("Hvem leder HR-forum?")
    note("Hvem får bonus?", groups=frozenset({"direktion"}))
    note("Hvem avgjør?", organisation="greve")
    note("Fra Slack?", channel="slack")
    transcripts.record(Question("En annen?", conversation_id="c2", channel="http"), exchange(ANSWER, "c2"))
    asking = Question("og når?", conversation_id="c1", channel="http")
    assert transcripts.earlier(asking) == ("Hvem leder HR-forum?", "Hvem avgjør i greve?")
    assert "Hvem får bonus?" in transcripts.earlier(replace(asking, groups=frozenset({"direktion"})))
    assert transcripts.earlier(replace(asking, channel="slack")) == ("Fra Slack?",)
    assert transcripts.earlier(replace(asking, conversation_id="")) == ()
