"""What a log says of a failure: where and how, and nothing of what was asked."""

from __future__ import annotations

import logging
import traceback

from assistant.errors import MandatError


def log_failure(log: logging.Logger, what: str, error: BaseException) -> None:
    """Where it failed and how, without the message, which may quote the question."""
    code = error.code if isinstance(error, MandatError) else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    log.error("%s: %s in %s", what, code, where)
