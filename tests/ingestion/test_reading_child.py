"""Reading in a child process with limits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from assistant.errors import DamagedFile, NoTextFound, ReadingError, TooLarge, UnsupportedFormat
from ingestion.reading import read_document
from ingestion.reading.child import ReadingProcess, read_in_child
from ingestion.reading.wire import pack, unpack

SLOW = b"<p>x" * 2_000_000  # many seconds of work
TABLE = "| Sak | Hvem |\n|---|---|\n| Innkjøp | Rådmann |\n".encode()
ROOT = Path(__file__).parents[2]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    try:
        return ") Z" not in state.read_text() if state.parent.parent.exists() else True
    except OSError:
        return False


def test_a_child_reads_what_the_parent_would_and_is_used_again() -> None:
    with ReadingProcess() as process:
        for name, data in (
            ("a.md", TABLE),
            ("b.txt", "Blå\n\n- øy".encode("latin-1")),
            ("c.html", b"<h1>T</h1>x"),
        ):
            assert process.read(name, data) == read_document(name, data)
        pid = process.pid
        with pytest.raises(UnsupportedFormat, match=r"a \.exe file"):
            process.read("d.exe", b"tekst")
        with pytest.raises(NoTextFound):
            process.read("e.txt", b"   ")
        with pytest.raises(DamagedFile, match="empty"):
            process.read("f.txt", b"")
        assert process.pid == pid
    assert not is_running(pid)


def test_one_file_in_a_child_of_its_own() -> None:
    assert read_in_child("a.txt", b"hei").text == "hei"


def test_too_much_memory_is_a_named_error_and_the_next_file_is_read() -> None:
    with ReadingProcess(memory_mb=150) as process:
        with pytest.raises(TooLarge):
            process.read("stor.html", SLOW)
        assert process.read("neste.txt", b"neste").text == "neste"


def test_too_much_time_is_a_named_error_and_the_next_file_is_read() -> None:
    with ReadingProcess(timeout_s=1.0) as process:
        process.read("a.txt", b"varm")
        pid = process.pid
        started = time.monotonic()
        with pytest.raises(TooLarge, match="over 1 s"):
            process.read("treg.html", SLOW)
        assert time.monotonic() - started < 10
        assert not is_running(pid)
        assert process.read("neste.txt", b"neste").text == "neste"


@pytest.mark.parametrize(
    ("cause", "error", "words"),
    [
        (signal.SIGKILL, TooLarge, "memory"),
        (signal.SIGXCPU, TooLarge, "processor time"),
        (signal.SIGSEGV, DamagedFile, "SIGSEGV"),
    ],
)
def test_a_child_killed_midway_costs_that_file_only(
    cause: signal.Signals, error: type[ReadingError], words: str
) -> None:
    with ReadingProcess() as process:
        process.read("a.txt", b"varm")
        pid = process.pid
        killer = threading.Timer(0.4, os.kill, (pid, cause))
        killer.start()
        with pytest.raises(error, match=words):
            process.read("midt.html", SLOW)
        killer.join()
        assert process.read("neste.txt", b"neste").text == "neste"
        assert process.pid != pid


def test_a_child_killed_between_files_is_replaced() -> None:
    with ReadingProcess() as process:
        process.read("a.txt", b"en")
        pid = process.pid
        os.kill(pid, signal.SIGKILL)
        while is_running(pid):
            time.sleep(0.01)
        time.sleep(0.2)  # its threads, and its end of the pipe, may outlive its first thread a moment
        assert process.read("b.txt", b"to").text == "to"


@pytest.mark.parametrize("busy", [False, True])
def test_the_child_ends_when_its_parent_is_killed(busy: bool) -> None:
    script = (
        "import threading, time\n"
        "from ingestion.reading.child import ReadingProcess\n"
        "process = ReadingProcess()\n"
        "process.read('a.txt', b'hei')\n"
        "print(process.pid, flush=True)\n"
        + ("process.read('b.html', b'<p>x' * 2_000_000)\n" if busy else "time.sleep(60)\n")
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.3 if busy else 0)
    assert is_running(child)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)
    parent.stdout.close()


def test_the_child_loads_no_engine_and_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANDAT_SLACK_BOT_TOKEN", "hemmelig")
    with ReadingProcess() as process:
        process.read("a.md", TABLE)
        assert process.pid
        if Path("/proc").exists():
            assert b"hemmelig" not in Path(f"/proc/{process.pid}/environ").read_bytes()
            maps = Path(f"/proc/{process.pid}/maps").read_text()
            assert not [engine for engine in ("chromadb", "torch", "tantivy") if engine in maps]


def test_the_wire_carries_readings_and_errors_unchanged() -> None:
    reading = read_document("a.md", TABLE + "\n# Tittel\n\nBlå 🐟 øy".encode())
    assert unpack(pack(reading)) == reading
    error = unpack(pack(TooLarge("for stor")))
    assert (type(error), str(error)) == (TooLarge, "for stor")


@pytest.mark.parametrize(
    "change",
    [
        {"blocks": [[0, 999, "paragraph", 0, 0, -1, -1]]},
        {"blocks": [[5, 2, "paragraph", 0, 0, -1, -1]]},
        {"blocks": [[0, 2, "script", 0, 0, -1, -1]]},
        {"blocks": [[0, 2]]},
        {"text": 7},
        {"tables": [[["a"], [[0, 1, [[0, 99]]]], "x"]]},
        {"properties": {"a": ["b"]}},
        {"text": None},
    ],
)
def test_a_reply_that_is_no_reading_is_refused(change: dict[str, object]) -> None:
    honest = json.loads(pack(read_document("a.txt", b"hei du")))
    with pytest.raises(ValueError):  # noqa: PT011 - any message of it
        unpack(json.dumps(honest | change).encode())


@pytest.mark.parametrize("reply", [b"", b"[]", b"\x80\x04.", b"{}", b'{"error": "x"}'])
def test_noise_is_refused(reply: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any message of it
        unpack(reply)


def test_the_memory_of_the_parent_is_not_laid_to_the_child() -> None:
    code = (
        "import os, signal, threading\n"
        "from ingestion.reading.child import ReadingProcess\n"
        "from assistant.errors import DamagedFile\n"
        "large = bytearray(os.urandom(1 << 20)) * 600\n"
        "with ReadingProcess(memory_mb=800) as process:\n"
        "    process.read('a.txt', b'varm')\n"
        "    threading.Timer(0.4, os.kill, (process.pid, signal.SIGSEGV)).start()\n"
        "    try:\n"
        "        process.read('midt.html', b'<p>x' * 2_000_000)\n"
        "    except DamagedFile as error:\n"
        "        print(error)\n"
    )
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert "SIGSEGV" in ran.stdout, ran.stderr
