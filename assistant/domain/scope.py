"""Whose documents, on which date, for which reader: what every read of the library requires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Scope:
    """What a reader may be shown. Built in `assistant.retrieval`; checked by every library read.

    `organisations` None means all of them. `groups` are the caller's groups from authentication:
    a document with an audience is visible only when they share a group. `as_of` None means every
    version, whatever its dates (for administration); a date means the versions in force then.
    """

    organisations: frozenset[str] | None
    as_of: date | None
    groups: frozenset[str] = frozenset()

    def may_read(self, audience: frozenset[str]) -> bool:
        """Whether a document with this audience is visible to the caller."""
        return not audience or bool(audience & self.groups)
