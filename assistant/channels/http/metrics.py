"""Counts of replies and the time they took, in the text format that Prometheus reads."""

from __future__ import annotations

from collections import Counter
from threading import Lock

from assistant.domain.reply import Outcome

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class ReplyCounts:
    """What this process has answered since it started; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._outcomes: Counter[Outcome] = Counter()
        self._failures: Counter[str] = Counter()
        self._seconds = 0.0

    def answered(self, outcome: Outcome, seconds: float) -> None:
        """Count one reply."""
        with self._lock:
            self._outcomes[outcome] += 1
            self._seconds += seconds

    def failed(self, code: str) -> None:
        """Count one question that got no reply, by the error's code."""
        with self._lock:
            self._failures[code] += 1

    def text(self, generation: int) -> str:
        """All series, each outcome present from the start so that rates can be taken."""
        with self._lock:
            outcomes, failures = Counter(self._outcomes), Counter(self._failures)
            seconds = self._seconds
        lines = [
            "# HELP mandat_replies_total Replies given over HTTP, by outcome.",
            "# TYPE mandat_replies_total counter",
            *(f'mandat_replies_total{{outcome="{outcome}"}} {outcomes[outcome]}' for outcome in Outcome),
            "# HELP mandat_reply_failures_total Questions that got no reply, by error code.",
            "# TYPE mandat_reply_failures_total counter",
            *(f'mandat_reply_failures_total{{code="{code}"}} {failures[code]}' for code in sorted(failures)),
            "# HELP mandat_reply_seconds Time from question to reply.",
            "# TYPE mandat_reply_seconds summary",
            f"mandat_reply_seconds_sum {seconds:.6f}",
            f"mandat_reply_seconds_count {outcomes.total()}",
            "# HELP mandat_library_generation Published generation; 0 when empty, -1 when unreadable.",
            "# TYPE mandat_library_generation gauge",
            f"mandat_library_generation {generation}",
        ]
        return "\n".join(lines) + "\n"
