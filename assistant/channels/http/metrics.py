"""Counts of replies and the time they took, in the text format that Prometheus reads."""

from __future__ import annotations

from collections import Counter
from threading import Lock

from assistant.domain.reply import Ended, Narration, Outcome

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class ReplyCounts:
    """What this process has answered since it started; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._outcomes: Counter[Outcome] = Counter()
        self._failures: Counter[str] = Counter()
        self._seconds = 0.0
        self._narrations: Counter[Ended] = Counter()
        self._dropped: Counter[str] = Counter()
        self._tokens: Counter[str] = Counter()

    def answered(self, outcome: Outcome, seconds: float) -> None:
        """Count one reply."""
        with self._lock:
            self._outcomes[outcome] += 1
            self._seconds += seconds

    def failed(self, code: str) -> None:
        """Count one question that got no reply, by the error's code."""
        with self._lock:
            self._failures[code] += 1

    def narrated(self, narration: Narration) -> None:
        """Count what came of asking a language model."""
        with self._lock:
            self._narrations[narration.ended] += 1
            self._dropped.update(narration.dropped)
            self._tokens.update({"in": narration.tokens_in, "out": narration.tokens_out})

    def text(self, generation: int) -> str:
        """All series, each outcome present from the start so that rates can be taken."""
        with self._lock:
            outcomes, failures = Counter(self._outcomes), Counter(self._failures)
            seconds = self._seconds
            narrations, dropped, tokens = (Counter(each) for each in (
                self._narrations, self._dropped, self._tokens
            ))  # fmt: skip
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
            "# HELP mandat_narrations_total How asking the language model ended.",
            "# TYPE mandat_narrations_total counter",
            *(f'mandat_narrations_total{{ended="{ended}"}} {narrations[ended]}' for ended in Ended),
            "# HELP mandat_statements_dropped_total Statements not shown, by the check they failed.",
            "# TYPE mandat_statements_dropped_total counter",
            *(
                f'mandat_statements_dropped_total{{check="{name}"}} {dropped[name]}'
                for name in sorted(dropped)
            ),
            "# HELP mandat_model_tokens_total Tokens that the model's server reports.",
            "# TYPE mandat_model_tokens_total counter",
            *(f'mandat_model_tokens_total{{direction="{name}"}} {tokens[name]}' for name in ("in", "out")),
            "# HELP mandat_library_generation Published generation; 0 when empty, -1 when unreadable.",
            "# TYPE mandat_library_generation gauge",
            f"mandat_library_generation {generation}",
        ]
        return "\n".join(lines) + "\n"
