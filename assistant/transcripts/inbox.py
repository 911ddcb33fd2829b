"""The inbox: events that channels have taken up, each acted on once; and what was chosen in a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from assistant.transcripts import tables
from assistant.transcripts.store import Store, storable

INBOX_KEPT = timedelta(days=7)
"""How long event ids are remembered: channels send an event again for at most some hours."""

ATTEMPTS = 3
"""How often an event is acted on, should it end each process that does."""

_PRUNE_EVERY = timedelta(hours=1)


class Inbox(Store):
    """Events by id, with what they held until they have been acted on."""

    def __init__(
        self, home: Path, *, database_url: str = "", clock: Callable[[], datetime] | None = None
    ) -> None:
        """As `Store`."""
        super().__init__(home, database_url=database_url, clock=clock)
        self._pruned_at: datetime | None = None

    def claim(self, event_id: str, channel: str, payload: str = "") -> bool:
        """True exactly once per event id, whichever process asks; ids are forgotten after `INBOX_KEPT`.

        A `payload` is kept until `finish`: should this process be killed, `unfinished` gives it again.
        """
        self._prune()
        now = self._clock()
        row = {
            "event_id": event_id,
            "channel": channel,
            "claimed_at": now,
            "payload": storable(payload),
            "leased_at": now if payload else None,
            "attempts": 1,
        }
        try:
            with self._write() as connection:
                connection.execute(sa.insert(tables.Inbox), row)
        except IntegrityError:
            return False
        return True

    def finish(self, event_id: str) -> None:
        """The event has been acted on: what it held is erased, its id is remembered."""
        with self._write() as connection:
            connection.execute(
                sa.update(tables.Inbox)
                .where(tables.Inbox.c.event_id == event_id)
                .values(payload="", leased_at=None)
            )

    def unfinished(self, channel: str, older_than: timedelta) -> tuple[tuple[str, str], ...]:
        """(event id, payload) of what was claimed so long ago and not finished, each to one caller only.

        Who is given an event has it for as long again. After `ATTEMPTS` it is given up.
        """
        now = self._clock()
        taken: list[tuple[str, str]] = []
        with self._write() as connection:
            late = connection.execute(
                sa.select(tables.Inbox)
                .where(tables.Inbox.c.channel == channel, tables.Inbox.c.leased_at < now - older_than)
                .order_by(tables.Inbox.c.claimed_at)
            ).all()
            for row in late:
                gone = row.attempts >= ATTEMPTS
                again = (
                    {"payload": "", "leased_at": None} if gone
                    else {"leased_at": now, "attempts": row.attempts + 1}
                )  # fmt: skip
                changed = connection.execute(
                    sa.update(tables.Inbox)
                    .where(tables.Inbox.c.event_id == row.event_id, tables.Inbox.c.attempts == row.attempts)
                    .where(tables.Inbox.c.leased_at == row.leased_at)
                    .values(**again)
                )
                if changed.rowcount and not gone:
                    taken.append((row.event_id, row.payload))
        return tuple(taken)

    def prefer(self, place: str, chosen: Mapping[str, str]) -> None:
        """Keep what was chosen (organisation, language) for a channel or a person's own page of one."""
        with self._write() as connection:
            connection.execute(sa.delete(tables.Preference).where(tables.Preference.c.place == place))
            connection.execute(sa.insert(tables.Preference), {"place": place, "chosen": dict(chosen)})

    def preferred(self, place: str) -> dict[str, str]:
        """What was chosen there; empty when nothing was."""
        with self._engine.connect() as connection:
            found = connection.execute(
                sa.select(tables.Preference.c.chosen).where(tables.Preference.c.place == place)
            ).scalar()
        return dict(found or {})

    def _prune(self) -> None:
        now = self._clock()
        if self._pruned_at is not None and now - self._pruned_at < _PRUNE_EVERY:
            return
        self._pruned_at = now
        with self._write() as connection:
            connection.execute(sa.delete(tables.Inbox).where(tables.Inbox.c.claimed_at < now - INBOX_KEPT))
