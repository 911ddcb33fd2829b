"""What Teams asks and tells when somebody clicks a thumb under a reply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.channels.teams.cards import COMMENT, COMMENT_CHARS, COMPLAINT
from assistant.domain.reply import Complaint

FORM = "message/fetchTask"
VERDICT = "message/submitAction"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader thought of a reply."""

    helpful: bool
    comment: str = ""
    complaint: Complaint | None = None


def read_thumb(value: Mapping[str, Any]) -> bool | None:
    """Which thumb the form is asked for; None when it is not of the documented form."""
    # the documents have it at the top, the SDK's models under `data`
    return _helpful(value.get("data", value))


def read_verdict(value: Mapping[str, Any]) -> Verdict | None:
    """What was entered, in our form or in Teams' own; None when it is not of the documented form."""
    helpful = _helpful(value)
    if helpful is None:
        return None
    entered = value["actionValue"].get("feedback")
    if isinstance(entered, str):
        try:
            entered = json.loads(entered)
        except (ValueError, RecursionError):
            entered = {COMMENT: entered}
    if not isinstance(entered, dict):
        return Verdict(helpful)
    comment = entered.get(COMMENT) or entered.get("feedbackText")
    kind = entered.get(COMPLAINT)
    return Verdict(
        helpful,
        comment[:COMMENT_CHARS] if isinstance(comment, str) else "",
        # of praise nothing was wrong
        Complaint(kind) if not helpful and isinstance(kind, str) and kind in set(Complaint) else None,
    )


def _helpful(value: object) -> bool | None:
    match value:
        case {"actionValue": {"reaction": "like" | "dislike" as reaction}}:
            return bool(reaction == "like")
    return None
