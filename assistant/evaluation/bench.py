"""The whole product timed from outside: start-up, ingestion, cold and warm answers, memory."""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from assistant.errors import UsageError

_WARM_ASKS = 60
_START_S = 60.0


def run_bench(source: Path, questions: tuple[str, ...], *, repeat: int = 3) -> dict[str, float]:
    """Figures by name, in seconds, milliseconds or megabytes as the name says; medians of `repeat`.

    Everything runs in processes of its own over a library in a temporary folder, so that imports
    and engine starts are in the figures.

    Raises:
        UsageError: there is nothing to ingest at `source`.
    """
    if not source.exists():
        raise UsageError(f"{source} does not exist; give a file or folder of documents to measure with")
    with tempfile.TemporaryDirectory(prefix="mandat-bench-") as folder:
        environment = {**os.environ, "MANDAT_HOME": folder}
        figures = {
            "mandat --help (s)": _median(["--help"], environment, repeat),
            f"ingest {source.name}, cold (s)": _median(["ingest", str(source)], environment, 1),
            f"ingest {source.name}, unchanged (s)": _median(["ingest", str(source)], environment, repeat),
            "ask, cold process (s)": _median(["ask", questions[0]], environment, repeat),
        }
        figures.update(_server_figures(environment, questions))
    return figures


def _median(arguments: list[str], environment: dict[str, str], repeat: int) -> float:
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        done = _run(arguments, environment)
        seconds.append(time.perf_counter() - start)
        if done.returncode not in (0, 3):
            raise UsageError(f"mandat {' '.join(arguments[:1])} failed: {done.stderr.strip()[-300:]}")
    return round(statistics.median(seconds), 2)


def _run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command with the arguments above
        [sys.executable, "-m", "assistant.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def _server_figures(environment: dict[str, str], questions: tuple[str, ...]) -> dict[str, float]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "assistant.cli", "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            start = time.perf_counter()
            _wait_until_ready(client)
            ready = time.perf_counter() - start
            start = time.perf_counter()
            client.post("/v1/ask", json={"question": questions[0]}).raise_for_status()
            first = time.perf_counter() - start
            laps = []
            for number in range(_WARM_ASKS):
                start = time.perf_counter()
                client.post("/v1/ask", json={"question": questions[number % len(questions)]})
                laps.append((time.perf_counter() - start) * 1000)
            memory = _resident_mb(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)
    laps.sort()
    return {
        "serve, until ready (s)": round(ready, 2),
        "first answer over HTTP (s)": round(first, 2),
        "warm answer over HTTP, p50 (ms)": round(statistics.median(laps), 1),
        "warm answer over HTTP, p95 (ms)": round(laps[int(0.95 * len(laps))], 1),
        "serve, resident memory (MB)": memory,
    }


def _wait_until_ready(client: httpx.Client) -> None:
    deadline = time.perf_counter() + _START_S
    while time.perf_counter() < deadline:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise UsageError("mandat serve did not become ready within a minute")


def _resident_mb(pid: int) -> float:
    """Resident memory of a process; 0.0 where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return round(int(found[1]) / 1024, 1) if found else 0.0
