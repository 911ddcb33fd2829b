"""Which groups' documents a person may read in a personal chat, from who they are in Entra ID.

It rests on the id that Teams puts in an activity (`aadObjectId`) of the one tenant we take activities
from, in a request whose token has been verified. Whoever is not listed, and everybody while Entra ID
cannot be asked, reads public documents only.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from assistant.errors import SettingError

_GUID = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
_ASKED_AT_ONCE = 20  # learn.microsoft.com/graph/api/directoryobject-checkmembergroups
_KEPT_S = 300.0  # how long a membership that has ended still counts
_PEOPLE = 10_000

_log = logging.getLogger(__name__)

MemberOf = Callable[[str, Collection[str]], Awaitable[Collection[str]]]
"""(user, ids of Entra ID groups) → those of them that the user is a member of, also through others."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user: str = Field(default="", pattern=f"^$|{_GUID}")
    entra_group: str = Field(default="", pattern=f"^$|{_GUID}")
    groups: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_one(self) -> _Entry:
        if bool(self.user) == bool(self.entra_group):
            raise ValueError("give `user` or `entra_group`")
        return self


@dataclass(frozen=True, slots=True)
class Audience:
    """Ids in Entra ID → groups, as documents name their audience."""

    users: Mapping[str, frozenset[str]] = field(default_factory=dict)
    entra_groups: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_audience(path: Path | None) -> Audience:
    """The audience in a YAML list of `user` or `entra_group` (object ids in Entra ID) and `groups`.

    Raises:
        SettingError: the file cannot be read or is of another form.
    """
    if path is None:
        return Audience()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = TypeAdapter(list[_Entry]).validate_python(content or [])
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingError(f"MANDAT_TEAMS_AUDIENCE: {path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the list"
        raise SettingError(f"MANDAT_TEAMS_AUDIENCE: {path}, {place}: {first['msg']}") from error
    users: dict[str, frozenset[str]] = {}
    entra_groups: dict[str, frozenset[str]] = {}
    for entry in entries:
        told, key = (users, entry.user) if entry.user else (entra_groups, entry.entra_group)
        told[key.casefold()] = told.get(key.casefold(), frozenset()) | frozenset(entry.groups)
    return Audience(users, entra_groups)


class Readers:
    """The groups of the people who ask, remembered for some minutes."""

    def __init__(
        self, audience: Audience, member_of: MemberOf, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._audience = audience
        self._member_of = member_of
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, frozenset[str]]] = OrderedDict()

    async def groups(self, user: str) -> frozenset[str]:
        """The groups of a person by their id in Entra ID ("": nobody we know); never raises."""
        if not user:
            return frozenset()
        own = self._audience.users.get(user, frozenset())
        if not self._audience.entra_groups:
            return own
        now = self._clock()
        asked_at, known = self._known.get(user, (float("-inf"), frozenset[str]()))
        if now - asked_at >= _KEPT_S:
            try:
                found = await self._member_of(user, tuple(self._audience.entra_groups))
            except Exception as error:  # noqa: BLE001 - whatever failed: no membership is known
                _log.warning("groups in Entra ID could not be asked for: %s", type(error).__name__)
                return own
            told = (self._audience.entra_groups.get(str(each).casefold(), frozenset()) for each in found)
            known = frozenset[str]().union(*told)
            self._known[user] = (now, known)
            self._known.move_to_end(user)
            if len(self._known) > _PEOPLE:
                self._known.popitem(last=False)
        return own | known


def membership(graph_url: str, client: httpx.AsyncClient, token: Callable[[], Awaitable[str]]) -> MemberOf:
    """Asks Microsoft Graph; the app needs the application permission GroupMember.Read.All."""

    async def member_of(user: str, entra_groups: Collection[str]) -> Collection[str]:
        asked, found = sorted(entra_groups), set[str]()
        for at in range(0, len(asked), _ASKED_AT_ONCE):
            answer = await client.post(
                f"{graph_url.rstrip('/')}/v1.0/users/{user}/checkMemberGroups",
                json={"groupIds": asked[at : at + _ASKED_AT_ONCE]},
                headers={"authorization": f"Bearer {await token()}"},
            )
            answer.raise_for_status()
            found.update(str(each) for each in answer.json()["value"])
        return found

    return member_of
