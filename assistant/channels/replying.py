"""One way from a question to the reply that is counted, recorded and sent, for every channel over HTTP."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Protocol

from assistant.answering.assistant import Progress
from assistant.channels.http.metrics import ReplyCounts
from assistant.channels.ports import Asks, Remembers
from assistant.channels.wire import WireReply, wire_exchange
from assistant.domain.question import Question
from assistant.errors import MandatError

_log = logging.getLogger(__name__)


class Replies(Protocol):
    """Answers a question; blocking, so an event loop calls it in a thread."""

    def __call__(self, question: Question, progress: Progress | None = None) -> WireReply:
        """The reply; `progress` is told how it comes about, in the thread that asks."""
        ...


def replying(assistant: Asks, transcripts: Remembers, counts: ReplyCounts) -> Replies:
    """What answers a question, counts the reply and notes it in the transcripts."""

    def reply_to(question: Question, progress: Progress | None = None) -> WireReply:
        began = perf_counter()
        try:
            exchange = assistant.ask(question, progress) if progress else assistant.ask(question)
        except Exception as error:
            counts.failed(error.code if isinstance(error, MandatError) else MandatError.code)
            raise
        counts.answered(exchange.reply.outcome, perf_counter() - began)
        if exchange.narration is not None:
            counts.narrated(exchange.narration)
        reply = wire_exchange(exchange)
        try:
            transcripts.record(question, exchange, reply.model_dump_json())
        except Exception:  # noqa: BLE001 - a full disk there must not take the reply from the reader
            _log.exception("exchange %s was answered but could not be recorded", exchange.id)
        return reply

    return reply_to
