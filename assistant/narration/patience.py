"""How long, how often and how many at once a model is asked: one deadline, retries, a circuit breaker."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import random
from typing import Any, Protocol

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


class Listener(Protocol):
    """Hears an answer while it is being given, in the thread that asked for it."""

    def begin(self) -> None:
        """An attempt begins: what was heard of an earlier one is void."""
        ...

    def hear(self, text: str) -> None:
        """All that has been said so far."""
        ...

    @property
    def is_bound(self) -> bool:
        """Whether what was heard has been used, so that no other attempt may say something else."""
        ...


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

    def say(
        self, prompt: Prompt, schema: Mapping[str, Any], spent: Spent, listener: Listener | None = None
    ) -> Said:
        """The answer to a prompt; `listener` hears it while it is being given.

        Raises:
            ModelFailed: there is none within the deadline.
        """
        for attempt in range(1, ATTEMPTS + 1):
            if not self._breaker.may_ask():
                raise ModelFailed(Ended.RESTING)
            spent.calls += 1
            if listener is not None:
                listener.begin()
            try:
                said = self._within(prompt, schema, spent.until, listener)
            except ModelFailed as failure:
                if failure.why != Ended.BUSY:
                    self._breaker.went(well=failure.why not in _IS_DOWN)
                wait_s = self._first_wait_s * 2 ** (attempt - 1) * (0.5 + random())  # noqa: S311 - spreads
                pause_s = max(failure.wait_s, wait_s)
                is_late = time.monotonic() + pause_s + _LEAST_S > spent.until
                is_bound = listener is not None and listener.is_bound
                if failure.why not in _AGAIN or is_late or is_bound or attempt == ATTEMPTS:
                    raise
                time.sleep(pause_s)
                continue
            self._breaker.went(well=True)
            spent.tokens_in += said.tokens_in
            spent.tokens_out += said.tokens_out
            return said
        raise AssertionError("the last attempt returns or raises")

    def _within(
        self, prompt: Prompt, schema: Mapping[str, Any], until: float, listener: Listener | None
    ) -> Said:
        """One call in a thread of its own, given up at `until` whatever the client does."""
        if not self._places.acquire(timeout=max(0.0, until - time.monotonic())):
            raise ModelFailed(Ended.BUSY)
        heard: queue.SimpleQueue[str | Said | ModelFailed] = queue.SimpleQueue()
        stopped = threading.Event()

        def call() -> None:
            try:
                heard.put(self._model.say(prompt, schema, stopped, heard.put))
            except ModelFailed as failure:
                heard.put(failure)
            except Exception:  # noqa: BLE001 - whatever a client raises, the reader gets an answer
                heard.put(ModelFailed(Ended.MALFORMED))
            finally:
                self._places.release()

        threading.Thread(target=call, name="narration", daemon=True).start()
        failure = ModelFailed(Ended.TIMEOUT)
        unheard = ""
        while (left_s := until - time.monotonic()) > 0:
            try:
                latest = heard.get(timeout=left_s)
            except queue.Empty:
                break
            if isinstance(latest, Said):
                return latest
            if isinstance(latest, ModelFailed):
                failure = latest
                break
            unheard = latest
            if listener is not None and heard.empty():  # else more of it waits to be heard
                listener.hear(unheard)
                unheard = ""
        stopped.set()
        if listener is not None and unheard:
            listener.hear(unheard)
        raise failure
