"""The tables of the transcripts store."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

metadata = sa.MetaData()


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment with its time zone, stored in UTC; SQLite would drop the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """UTC, bare where the database keeps no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"got the moment {value.isoformat()} without a time zone; give it one")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """The moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Transcript = sa.Table(
    "transcript",
    metadata,
    # Counts up in the order of noting: two exchanges may share a moment.
    sa.Column(
        "number",
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    sa.Column("exchange_id", sa.String, nullable=False, unique=True),
    sa.Column("conversation_id", sa.String, nullable=False, index=True),
    sa.Column("asked_at", Moment, nullable=False, index=True),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("organisation", sa.String, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("question_key", sa.Text, nullable=False),
    sa.Column("question_language", sa.String, nullable=False),
    sa.Column("as_of", sa.Date),
    sa.Column("asker_role", sa.String, nullable=False),
    sa.Column("groups", sa.JSON, nullable=False),
    sa.Column("language", sa.String, nullable=False),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("mode", sa.String, nullable=False),
    sa.Column("timing_ms", sa.JSON, nullable=False),
    sa.Column("reply_json", sa.Text, nullable=False),
    sa.Column("helpful", sa.Boolean),
    sa.Column("comment", sa.Text, nullable=False, server_default=""),
    sa.Column("complaint", sa.String, nullable=False, server_default=""),
    sa.Column("feedback_at", Moment),
    # The question as it was answered, with what it left to the conversation.
    sa.Column("understood", sa.Text, nullable=False, server_default=""),
    # Where a language model was asked: how it ended, by which prompts, at what cost, what was not shown.
    sa.Column("model", sa.String, nullable=False, server_default=""),
    sa.Column("model_ended", sa.String, nullable=False, server_default=""),
    sa.Column("prompts", sa.String, nullable=False, server_default=""),
    sa.Column("model_calls", sa.Integer, nullable=False, server_default="0"),
    sa.Column("tokens_in", sa.Integer, nullable=False, server_default="0"),
    sa.Column("tokens_out", sa.Integer, nullable=False, server_default="0"),
    sa.Column("dropped", sa.String, nullable=False, server_default=""),
    # The message it was sent as, in channels that tell of a click by the message alone.
    sa.Column("message_id", sa.String, nullable=False, server_default=""),
)

Inbox = sa.Table(
    "transcript_inbox",
    metadata,
    sa.Column("event_id", sa.String, primary_key=True),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("claimed_at", Moment, nullable=False, index=True),
    # What came, until it has been acted on: an event that a killed process had taken is taken up again.
    sa.Column("payload", sa.Text, nullable=False, server_default=""),
    sa.Column("leased_at", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
)

Preference = sa.Table(
    "transcript_preference",
    metadata,
    # "slack:T1:C1" → {"organisation": "granvik", "language": "nb"}
    sa.Column("place", sa.String, primary_key=True),
    sa.Column("chosen", sa.JSON, nullable=False),
)
