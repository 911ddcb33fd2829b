"""Whether a request is from the Bot Framework: its token, and the keys that such tokens are signed with.

The SDK's own validation is not used: it fetches keys on the event loop, without a time-out, for any token
that somebody makes up, and takes tokens of other issuers than the connector's. Nothing here opens when a
key host is down: without keys every request is refused.

What is checked follows "Authentication with the Bot Connector API" (learn.microsoft.com/azure/bot-service).
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt

ISSUER = "https://api.botframework.com"
CHANNEL = "msteams"
MAX_TOKEN_CHARS = 16_000
LEEWAY_S = 60
"""How far the clocks of two machines may be apart."""

REFRESH_S = 12 * 3600.0
EXPIRE_S = 48 * 3600.0
"""Keys are used no longer than this after they were last fetched, whatever the key host does."""

UNKNOWN_KEY_S = 60.0
"""Between fetches that an unknown key asks for: whoever makes up tokens cannot make us fetch more often."""

RETRY_S = 5.0
"""Between fetches while there are no keys at all."""

FETCH_S = 5.0
_MAX_KEYS_BYTES = 1_000_000
_MIN_KEY_BITS = 2048

_log = logging.getLogger(__name__)


class TokenRefused(Exception):
    """The token is not one that the Bot Framework made for us, now; the message is a code for the log."""


class KeysUnavailable(Exception):
    """The keys that would tell cannot be had; the request may be sent again."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, and the channels it is endorsed for (None: the key set does not say)."""

    public: Any
    endorsements: frozenset[str] | None


Fetch = Callable[[str], dict[str, Key]]
"""Address of the OpenID metadata → the keys by their ids; blocking."""


class KeySet:
    """The Bot Framework's keys, fetched in a thread, one fetch at a time, and kept."""

    def __init__(
        self, openid_url: str, *, fetch: Fetch | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = openid_url
        self._fetch = fetch or fetch_keys
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._failed = False
        self._fetching: asyncio.Task[None] | None = None

    async def warm(self) -> None:
        """Fetch the keys before the first request asks for them; a failure is logged, no more."""
        await self._refresh()

    async def close(self) -> None:
        """Give up a fetch under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})
            self._fetching = None

    async def find(self, key_id: str) -> Key:
        """The key of that id.

        Raises:
            TokenRefused: the Bot Framework has no such key.
            KeysUnavailable: it cannot be asked.
        """
        age_s = self._clock() - self._fetched_at
        if age_s >= EXPIRE_S:
            self._keys = {}
        key = self._keys.get(key_id)
        if key is None:
            await self._refresh()
            key = self._keys.get(key_id)
        elif age_s >= REFRESH_S and self._may_fetch():
            self._begin()  # the old keys serve meanwhile
        if key is not None:
            return key
        if self._failed or not self._keys:
            raise KeysUnavailable
        raise TokenRefused("unknown_key")

    def _may_fetch(self) -> bool:
        return self._clock() - self._tried_at >= (UNKNOWN_KEY_S if self._keys else RETRY_S)

    async def _refresh(self) -> None:
        if self._fetching is None and not self._may_fetch():
            return
        # who asked may go away: the others wait for the same fetch
        await asyncio.wait({self._begin()})

    def _begin(self) -> asyncio.Task[None]:
        if self._fetching is None:
            self._tried_at = self._clock()
            self._fetching = asyncio.create_task(self._replace())
        return self._fetching

    async def _replace(self) -> None:
        try:
            self._keys = await asyncio.wait_for(asyncio.to_thread(self._fetch, self._url), FETCH_S * 2)
            self._fetched_at = self._clock()
            self._failed = False
        except Exception as error:  # noqa: BLE001 - whatever failed: there are no new keys
            self._failed = True
            _log.warning("the keys for Teams could not be fetched: %s", type(error).__name__)
        finally:
            self._fetching = None


def fetch_keys(openid_url: str) -> dict[str, Key]:
    """The signing keys that the OpenID metadata at an address leads to; blocking, at most `FETCH_S`.

    Raises:
        ValueError, httpx.HTTPError: it cannot be reached, or is not of the documented form.
    """
    until = time.monotonic() + FETCH_S
    with httpx.Client(timeout=FETCH_S, follow_redirects=False) as client:
        address = _read_json(client, openid_url, until).get("jwks_uri")
        if not isinstance(address, str) or _origin(address) != _origin(openid_url):
            raise ValueError("the key set is not where its metadata is")
        listed = _read_json(client, address, until).get("keys")
    keys = {str(each["kid"]): key for each in listed or () if "kid" in each and (key := _read_key(each))}
    if not keys:
        raise ValueError("the key set holds no key that we can use")
    return keys


def _read_json(client: httpx.Client, url: str, until: float) -> dict[str, Any]:
    body = bytearray()
    with client.stream("GET", url) as answer:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            body += part
            # the client's time-out is for each read: a host that drips would hold the thread for ever
            if len(body) > _MAX_KEYS_BYTES or time.monotonic() > until:
                raise ValueError("too much, or too slow")
    read = json.loads(body)
    if not isinstance(read, dict):
        raise TypeError("not an object")
    return read


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _read_key(listed: dict[str, Any]) -> Key | None:
    if listed.get("kty") != "RSA" or listed.get("use", "sig") != "sig":
        return None
    try:
        public = jwt.PyJWK.from_dict(listed, algorithm="RS256").key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if public.key_size < _MIN_KEY_BITS:
        return None
    endorsed = listed.get("endorsements")
    return Key(public, frozenset(map(str, endorsed)) if isinstance(endorsed, list) else None)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Checks the tokens that are made for the app of `app_id`."""

    app_id: str
    keys: KeySet

    async def service_of(self, authorization: str) -> str:
        """The service that a request's token was made for, which alone may be answered.

        Raises:
            TokenRefused: it is not a token that the Bot Framework made for us and that holds now.
            KeysUnavailable: that cannot be told now.
        """
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.casefold() != "bearer" or not token or len(token) > MAX_TOKEN_CHARS:
            raise TokenRefused("no_token")
        # what nobody has verified decides one thing only: whether keys are looked for at all
        key = await self.keys.find(_key_id(token))
        if key.endorsements is not None and CHANNEL not in key.endorsements:
            raise TokenRefused("not_endorsed")
        try:
            claims = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                issuer=ISSUER,
                audience=self.app_id,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud"], "strict_aud": True},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise TokenRefused(type(error).__name__) from None
        service = claims.get("serviceurl")
        if not isinstance(service, str) or not service:
            raise TokenRefused("no_service")
        return service


def _key_id(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise TokenRefused("not_a_token") from None
    if header.get("alg") != "RS256":
        raise TokenRefused("algorithm")
    if claims.get("iss") != ISSUER:
        raise TokenRefused("issuer")
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not key_id:
        raise TokenRefused("no_key_named")
    return key_id


def same_service(one: str, other: str) -> bool:
    """Whether two service addresses are the same, but for a final slash."""
    return one.rstrip("/") == other.rstrip("/")


def is_allowed_service(url: str, hosts: frozenset[str]) -> bool:
    """Whether our token may be sent to an address: https at one of the hosts, which may name a port.

    Plain http is for a host that is this machine, in tests.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").casefold()
    if not host or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return False
    named = f"{host}:{port}" if port else host
    if parts.scheme == "http":
        return host in ("127.0.0.1", "localhost") and named in hosts
    return parts.scheme == "https" and (named in hosts or (port == 443 and host in hosts))
