"""Transcripts: what was asked, how it ended, what people thought of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from assistant.domain.question import Question
from assistant.domain.reply import Abstention, Complaint, Ended, Exchange, Narration, Outcome
from assistant.transcripts.inbox import Inbox
from assistant.transcripts.store import storable
from assistant.transcripts.tables import Transcript

UNHELPFUL = "unhelpful"
"""The reason of a gap whose last reply was an answer that a reader called unhelpful."""

_LEFT_OPEN = tuple(
    outcome.value for outcome in Outcome if outcome not in (Outcome.ANSWERED, Outcome.CONFLICTING)
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One exchange as it was noted. `groups` are those it was asked with: show it to no one with fewer."""

    exchange_id: str
    question: Question
    asked_at: datetime
    language: str
    outcome: Outcome
    reason: str
    mode: str
    reply_json: str = field(repr=False)
    helpful: bool | None = None
    comment: str = ""
    complaint: str = ""
    understood: str = ""
    narration: Narration | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A question the documents left open, asked `count` times; the rest tells of the last time.

    `reason` is the abstention's code, `UNHELPFUL` for an answer called so, "" for a question back;
    `complaint` and `comment` are what the reader said in that feedback.
    """

    question: str
    organisation: str
    count: int
    last_asked: datetime
    outcome: Outcome
    reason: str
    channel: str
    comment: str = ""
    complaint: str = ""


class Transcripts(Inbox):
    """Exchanges, beside the inbox in one database. Who asked is never stored."""

    def record(self, question: Question, exchange: Exchange, reply_json: str = "") -> None:
        """Note an exchange. Noting it again changes nothing, save to add a `reply_json` that was missing."""
        row = {
            "exchange_id": exchange.id,
            "conversation_id": storable(exchange.conversation_id or question.conversation_id),
            "asked_at": self._clock(),
            "channel": question.channel,
            "organisation": storable(question.organisation),
            "question": storable(question.text),
            "question_key": _key(storable(question.text)),
            "question_language": question.language,
            "as_of": question.as_of,
            "asker_role": storable(question.asker_role),
            "groups": sorted(question.groups),
            "language": exchange.reply.language,
            "outcome": exchange.reply.outcome.value,
            "reason": exchange.reply.reason if isinstance(exchange.reply, Abstention) else "",
            "mode": exchange.mode,
            "timing_ms": exchange.timing_ms,
            "reply_json": storable(reply_json),
            "understood": storable(exchange.understood),
            **_narrated(exchange.narration),
        }
        try:
            with self._write() as connection:
                connection.execute(sa.insert(Transcript), row)
        except IntegrityError:
            if not reply_json:
                return
            with self._write() as connection:
                connection.execute(
                    sa.update(Transcript)
                    .where(Transcript.c.exchange_id == exchange.id, Transcript.c.reply_json == "")
                    .values(reply_json=storable(reply_json))
                )

    def feedback(
        self, exchange_id: str, helpful: bool, comment: str = "", complaint: Complaint | None = None
    ) -> bool:
        """Note what a reader thought of a reply; the last word counts. False: no such exchange is stored."""
        with self._write() as connection:
            found = connection.execute(
                sa.update(Transcript)
                .where(Transcript.c.exchange_id == exchange_id)
                .values(
                    helpful=helpful,
                    comment=storable(comment),
                    complaint=complaint.value if complaint else "",
                    feedback_at=self._clock(),
                )
            )
        return found.rowcount > 0

    def exchange(self, exchange_id: str) -> Asked | None:
        """The exchange of that id; None when it was never stored or has been forgotten."""
        return next(self._asked(sa.select(Transcript).where(Transcript.c.exchange_id == exchange_id)), None)

    def sent_as(self, exchange_id: str, message_id: str) -> None:
        """Note the name of the message that a reply was sent as, unique among all conversations."""
        with self._write() as connection:
            connection.execute(
                sa.update(Transcript)
                .where(Transcript.c.exchange_id == exchange_id)
                .values(message_id=storable(message_id))
            )

    def exchange_sent_as(self, message_id: str) -> Asked | None:
        """The exchange whose reply was sent as that message; None when none was, or it has been forgotten."""
        if not message_id:
            return None
        sent = sa.select(Transcript).where(Transcript.c.message_id == storable(message_id))
        return next(self._asked(sent.order_by(Transcript.c.number.desc()).limit(1)), None)

    def recent(self, conversation_id: str, limit: int = 10) -> tuple[Asked, ...]:
        """The last `limit` exchanges of a conversation, oldest first. A nameless conversation has none."""
        if not conversation_id:
            return ()
        last = (
            sa.select(Transcript)
            .where(Transcript.c.conversation_id == conversation_id)
            .order_by(Transcript.c.asked_at.desc(), Transcript.c.number.desc())
            .limit(limit)
        )
        return tuple(self._asked(last))[::-1]

    def earlier(self, question: Question) -> tuple[str, ...]:
        """The questions asked before in the conversation of a question, oldest first.

        One asked with groups that the asker does not have now is left out, and so is one asked in
        another channel: whoever guesses a conversation's name there learns nothing of it. One asked
        about an organisation that was given beside it names that.
        """
        return tuple(
            f"{each.question.text.rstrip('?. ')} i {each.question.organisation}?"
            if each.question.organisation
            else each.question.text
            for each in self.recent(question.conversation_id)
            if each.question.groups <= question.groups and each.question.channel == question.channel
        )

    def gaps(self, since: date | None = None, limit: int = 100) -> tuple[Gap, ...]:
        """Questions that ended in an abstention, a question back or unhelpful feedback; most asked first.

        The same question of the same organisation, whatever its capitals, spacing and final marks,
        is one gap. A question back that the asker settled (the same question again, in the same
        conversation) is none. `since` is a day in UTC.
        """
        again = Transcript.alias()
        settled = sa.exists().where(
            again.c.conversation_id == Transcript.c.conversation_id,
            again.c.conversation_id != "",
            again.c.question_key == Transcript.c.question_key,
            again.c.number > Transcript.c.number,
        )
        left_open = sa.or_(Transcript.c.outcome.in_(_LEFT_OPEN), Transcript.c.helpful.is_(False))
        condition = left_open & ~((Transcript.c.outcome == Outcome.CLARIFY.value) & settled)
        if since is not None:
            condition &= Transcript.c.asked_at >= datetime.combine(since, time(), UTC)
        group = (Transcript.c.question_key, Transcript.c.organisation)
        # The identity column settles which of two asked in the same microsecond was the last.
        ranked = (
            sa.select(
                Transcript,
                sa.func.count().over(partition_by=group).label("times"),
                sa.func.row_number()
                .over(partition_by=group, order_by=Transcript.c.number.desc())
                .label("place"),
            )
            .where(condition)
            .subquery()
        )
        chosen = (
            sa.select(ranked)
            .where(ranked.c.place == 1)
            .order_by(ranked.c.times.desc(), ranked.c.asked_at.desc(), ranked.c.number.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(chosen).all()
        return tuple(
            Gap(
                question=row.question,
                organisation=row.organisation,
                count=row.times,
                last_asked=row.asked_at,
                outcome=Outcome(row.outcome),
                reason=row.reason or (UNHELPFUL if row.helpful is False else ""),
                channel=row.channel,
                comment=row.comment if row.helpful is False else "",
                complaint=row.complaint if row.helpful is False else "",
            )
            for row in rows
        )

    def forget(self, before: datetime) -> int:
        """Erase the exchanges noted before a moment (with its time zone); how many there were."""
        with self._write() as connection:
            gone = connection.execute(sa.delete(Transcript).where(Transcript.c.asked_at < before)).rowcount
        if self._engine.dialect.name == "sqlite":
            # secure_delete has overwritten the rows in the pages; this empties the log of old pages.
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def _asked(self, selection: sa.Select[tuple[object, ...]]) -> Iterator[Asked]:
        with self._engine.connect() as connection:
            rows = connection.execute(selection).all()
        for row in rows:
            yield Asked(
                exchange_id=row.exchange_id,
                question=Question(
                    text=row.question,
                    organisation=row.organisation,
                    as_of=row.as_of,
                    language=row.question_language,
                    groups=frozenset(row.groups),
                    asker_role=row.asker_role,
                    conversation_id=row.conversation_id,
                    channel=row.channel,
                ),
                asked_at=row.asked_at,
                language=row.language,
                outcome=Outcome(row.outcome),
                reason=row.reason,
                mode=row.mode,
                reply_json=row.reply_json,
                helpful=row.helpful,
                comment=row.comment,
                complaint=row.complaint,
                understood=row.understood,
                narration=_narration_of(row),
            )


def _narrated(narration: Narration | None) -> dict[str, object]:
    if narration is None:
        return {}
    return {
        "model": narration.model,
        "model_ended": narration.ended.value,
        "prompts": narration.prompts,
        "model_calls": narration.calls,
        "tokens_in": narration.tokens_in,
        "tokens_out": narration.tokens_out,
        "dropped": " ".join(narration.dropped),
    }


def _narration_of(row: sa.Row[tuple[object, ...]]) -> Narration | None:
    if not row.model:
        return None
    return Narration(
        row.model,
        row.prompts,
        Ended(row.model_ended),
        row.model_calls,
        row.tokens_in,
        row.tokens_out,
        tuple(row.dropped.split()),
    )


def _key(text: str) -> str:
    """The text without what does not make it another question: capitals, spacing, marks at its ends."""
    words = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    return words.strip(" ?!.,;:…\"'«»“”„")
