"""How long, how often and how many at once a model is asked: one deadline, retries, a circuit breaker."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import random
from typing import Any

from assistant.domain.reply import Ended
from assistant.errors import ModelFailed
from assistant.narration.chat import ChatModel, Said
from assistant.narration.prompts import Prompt

AT_ONCE = 8
"""Calls under way in one process, those given up but not yet ended among them."""

FAILURES = 5
"""Failures in a row after which the model is left alone"""
REST_S = 30.0
"""for so long; then one call tries whether it is back."""

ATTEMPTS = 3
"""Requests for one answer, where a further one may help."""

_FIRST_WAIT_S = 0.4  # before the second attempt, doubled for each further
_LEAST_S = 0.3  # no attempt is begun with less than this left
_AGAIN = (Ended.RATE_LIMITED, Ended.UNREACHABLE, Ended.TRUNCATED)
_IS_DOWN = (Ended.RATE_LIMITED, Ended.UNREACHABLE, Ended.TIMEOUT, Ended.REJECTED)


@dataclass
class Spent:
    """The time that is left for one reply, and what it has cost so far; one thread's own."""

    until: float
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass
class Breaker:
    """Tells whether the model may be asked; thread-safe. `clock` counts seconds."""

    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _rests_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def may_ask(self) -> bool:
        """Whether to ask now; after a rest, one caller is let through and the others wait for its luck."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self.clock() < self._rests_until:
                return False
            self._rests_until = self.clock() + REST_S
            return True

    def went(self, well: bool) -> None:
        """Note how a call went."""
        with self._lock:
            self._failures = 0 if well else self._failures + 1
            if self._failures == FAILURES:
                self._rests_until = self.clock() + REST_S


class PatientModel:
    """A model that is asked within a deadline, again where that may help, and left alone when it is down."""

    def __init__(
        self,
        model: ChatModel,
        timeout_s: float,
        *,
        breaker: Breaker | None = None,
        at_once: int = AT_ONCE,
        first_wait_s: float = _FIRST_WAIT_S,
    ) -> None:
        self.name = model.name
        self._model = model
        self._timeout_s = timeout_s
        self._breaker = breaker or Breaker()
        self._first_wait_s = first_wait_s
        self._places = threading.BoundedSemaphore(at_once)

    def begin(self) -> Spent:
        """The deadline of one reply, from now."""
        return Spent(time.monotonic() + self._timeout_s)

    def say(self, prompt: Prompt, schema: Mapping[str, Any], spent: Spent) -> Said:
        """The answer to a prompt.

        Raises:
            ModelFailed: there is none within the deadline.
        """
        for attempt in range(1, ATTEMPTS + 1):
            if not self._breaker.may_ask():
                raise ModelFailed(Ended.RESTING)
            spent.calls += 1
            try:
                said = self._within(prompt, schema, spent.until)
            except ModelFailed as failure:
                if failure.why != Ended.BUSY:
                    self._breaker.went(well=failure.why not in _IS_DOWN)
                wait_s = self._first_wait_s * 2 ** (attempt - 1) * (0.5 + random())  # noqa: S311 - spreads
                pause_s = max(failure.wait_s, wait_s)
                is_late = time.monotonic() + pause_s + _LEAST_S > spent.until
                if failure.why not in _AGAIN or is_late or attempt == ATTEMPTS:
                    raise
                time.sleep(pause_s)
                continue
            self._breaker.went(well=True)
            spent.tokens_in += said.tokens_in
            spent.tokens_out += said.tokens_out
            return said
        raise AssertionError("the last attempt returns or raises")

    def _within(self, prompt: Prompt, schema: Mapping[str, Any], until: float) -> Said:
        """One call in a thread of its own, given up at `until` whatever the client does."""
        if not self._places.acquire(timeout=max(0.0, until - time.monotonic())):
            raise ModelFailed(Ended.BUSY)
        ended: queue.SimpleQueue[Said | ModelFailed] = queue.SimpleQueue()
        stopped = threading.Event()

        def call() -> None:
            try:
                ended.put(self._model.say(prompt, schema, stopped))
            except ModelFailed as failure:
                ended.put(failure)
            except Exception:  # noqa: BLE001 - whatever a client raises, the reader gets an answer
                ended.put(ModelFailed(Ended.MALFORMED))
            finally:
                self._places.release()

        threading.Thread(target=call, name="narration", daemon=True).start()
        try:
            result = ended.get(timeout=max(0.01, until - time.monotonic()))
        except queue.Empty:
            stopped.set()
            raise ModelFailed(Ended.TIMEOUT) from None
        if isinstance(result, ModelFailed):
            raise result
        return result
