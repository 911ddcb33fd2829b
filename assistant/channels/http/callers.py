"""Who calls: API keys with their groups and rate limits, told from the request's header alone.

A key is kept as its SHA-256, so that the file of keys opens nothing. What a caller may read follows
from the key and never from the body of a request.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import monotonic

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.channels.http.refusals import refusal
from assistant.errors import SettingError

_GUARDED = ("/v1/", "/mcp")
_ADDRESSES = 10_000  # callers whose recent requests are remembered
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request: `name` is "" for the public; `per_minute` 0 is without limit."""

    name: str = ""
    groups: frozenset[str] = frozenset()
    per_minute: int = 0


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    groups: list[str] = []
    per_minute: int = Field(default=0, ge=0)


def new_key() -> tuple[str, str]:
    """A key to hand over once, and its SHA-256 to keep."""
    key = f"mandat-{secrets.token_urlsafe(32)}"
    return key, digest(key)


def digest(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def read_callers(path: Path | None) -> Mapping[str, Caller]:
    """Digest of a key → its caller, from a YAML list of `name`, `sha256`, `groups` and `per_minute`.

    Raises:
        SettingError: the file cannot be read, is of another form, or has a name or key twice.
    """
    if path is None:
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = TypeAdapter(list[_Entry]).validate_python(content or [])
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingError(f"MANDAT_API_KEYS: {path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the list"
        raise SettingError(
            f"MANDAT_API_KEYS: {path}, {place}: {first['msg']}; `mandat key NAME` prints an entry"
        ) from error
    callers = {e.sha256: Caller(e.name, frozenset(e.groups), e.per_minute) for e in entries}
    if len(callers) < len(entries) or len({e.name for e in entries}) < len(entries):
        raise SettingError(f"MANDAT_API_KEYS: {path} has a name or a key twice")
    return callers


class Gate:
    """ASGI middleware: tells who calls, refuses unknown keys (401) and too many requests (429).

    Without any key in `callers` a key sent along is passed over: clients of other services send one
    always. `per_minute` limits the public, each address for itself; 0 is without limit. The caller is
    in `request.state.caller`.
    """

    def __init__(
        self,
        app: ASGIApp,
        callers: Mapping[str, Caller],
        per_minute: int = 0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.app = app
        self._callers = callers
        self._public = Caller(per_minute=per_minute)
        self._clock = clock
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = self._public
        if not scope["path"].startswith(_GUARDED):
            await self.app(scope, receive, send)
            return
        scheme, _, key = Headers(scope=scope).get("authorization", "").partition(" ")
        caller = self._public
        if self._callers and key:
            known = self._callers.get(digest(key.strip())) if scheme.casefold() == "bearer" else None
            if known is None:
                response = refusal(
                    401, "unknown_key", "the API key is not known; leave it out to read as the public"
                )
                response.headers["www-authenticate"] = "Bearer"
                await response(scope, receive, send)
                return
            caller = known
        scope["state"]["caller"] = caller
        wait_s = self._wait_s(caller, scope)
        if wait_s > 0:
            response = refusal(
                429, "too_many_requests", f"over {caller.per_minute} requests a minute; wait a little"
            )
            response.headers["retry-after"] = str(ceil(wait_s))
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _wait_s(self, caller: Caller, scope: Scope) -> float:
        """Seconds until the caller may ask again; 0 when this request is within the limit (token bucket)."""
        if not caller.per_minute:
            return 0.0
        who = f"key {caller.name}" if caller.name else f"address {(scope.get('client') or ('',))[0]}"
        now = self._clock()
        left, since = self._spent.pop(who, (float(caller.per_minute), now))
        rate = caller.per_minute / _MINUTE_S
        left = min(float(caller.per_minute), left + (now - since) * rate)
        allowed = left >= 1
        self._spent[who] = (left - 1 if allowed else left, now)
        if len(self._spent) > _ADDRESSES:
            self._spent.popitem(last=False)
        return 0.0 if allowed else (1 - left) / rate
