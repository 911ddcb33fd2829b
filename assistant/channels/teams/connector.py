"""The way out to Teams: the app's own token, and messages sent through the SDK. The one door to its `App`.

The token is fetched here, not by the SDK: that goes through msal, without a time-out. What of the SDK's
`App` receives, validates and dispatches stays unused; `tokens` and `app` say why.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import httpx
from microsoft_teams.api.activities.message import MessageActivityInput
from microsoft_teams.api.activities.typing import TypingActivityInput
from microsoft_teams.api.auth.cloud_environment import PUBLIC, with_overrides
from microsoft_teams.api.models import Account, ConversationAccount
from microsoft_teams.common import ClientOptions

from assistant.channels.teams.activity import Activity

GRAPH_SCOPE = PUBLIC.graph_scope

TIMEOUT_S = 10.0
ATTEMPTS = 4
_LONGEST_PAUSE_S = 10.0
_RENEW_S = 300.0  # before a token ends
_AGAIN = frozenset({408, 412, 429, 500, 502, 503, 504})
_NO_ID = "DO_NOT_USE_PLACEHOLDER_ID"  # the SDK's, where Teams names none
_LESS = frozenset({400, 413})  # what Teams says of a message that it does not take

_log = logging.getLogger(__name__)

# What the SDK would read of an environment that is not its own: a secret there would replace our token.
_NOT_OURS = (
    "CLIENT_ID", "CLIENT_SECRET", "TENANT_ID", "MANAGED_IDENTITY_CLIENT_ID", "SERVICE_URL", "CLOUD",
    "DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS",
)  # fmt: skip


class SendingFailed(Exception):
    """Teams did not take a message, or our login did not give a token; the message is a code for the log."""


@contextmanager
def _environment(**changed: str | None) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changed}

    def put(values: dict[str, str | None]) -> None:
        for name, value in values.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

    put(changed)
    try:
        yield
    finally:
        put(before)


# Importing it reads the .env file of whatever folder the server is started in, and warns of previews.
with _environment(PYTHON_DOTENV_DISABLED="1"), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from microsoft_teams.apps import App
    from microsoft_teams.apps.http.adapter import HttpRouteHandler


class _NoRoutes:
    """The HTTP side of the SDK's app: none. Our route checks, keeps and answers."""

    def register_route(self, method: Literal["POST"], path: str, handler: HttpRouteHandler) -> None:
        """Leave the SDK's own route out."""

    def serve_static(self, path: str, directory: str) -> None:
        """There is nothing to serve."""

    async def start(self, port: int) -> None:
        """There is nothing to start."""

    async def stop(self) -> None:
        """There is nothing to stop."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where the app gets its tokens, and as whom."""

    url: str
    tenant: str
    app_id: str
    password: str


class AppTokens:
    """The app's own tokens by scope, kept until shortly before they end."""

    def __init__(
        self, login: Login, client: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._login = login
        self._client = client
        self._clock = clock
        self._kept: dict[str, tuple[float, str]] = {}
        self._asking = asyncio.Lock()

    async def token(self, scope: str) -> str:
        """A token for a scope.

        Raises:
            SendingFailed: the login gave none.
        """
        async with self._asking:
            until, token = self._kept.get(scope, (0.0, ""))
            if token and self._clock() < until:
                return token
            try:
                answer = await self._client.post(
                    f"{self._login.url.rstrip('/')}/{self._login.tenant}/oauth2/v2.0/token",
                    data={
                        "grant_type": "client_credentials",
                        "client_id": self._login.app_id,
                        "client_secret": self._login.password,
                        "scope": scope,
                    },
                )
                answer.raise_for_status()
                told = answer.json()
                token, lasts_s = str(told["access_token"]), float(told.get("expires_in", 0))
            except httpx.HTTPStatusError as error:
                raise SendingFailed(f"login_{error.response.status_code}") from None
            except (httpx.HTTPError, KeyError, TypeError, ValueError, AttributeError) as error:
                raise SendingFailed(f"login_{type(error).__name__}") from None
            self._kept[scope] = (self._clock() + lasts_s - _RENEW_S, token)
            return token


class Connector:
    """Sends messages to conversations; `pause_s` is the first wait before another attempt."""

    def __init__(
        self, login: Login, tokens: AppTokens, *, pause_s: float = 0.5, timeout_s: float = TIMEOUT_S
    ) -> None:
        async def token(scope: str | list[str], _tenant: str | None) -> str:
            return await tokens.token(scope if isinstance(scope, str) else scope[0])

        with _environment(**dict.fromkeys(_NOT_OURS)), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._app = App(
                client_id=login.app_id,
                tenant_id=login.tenant,
                token=token,
                cloud=with_overrides(PUBLIC, login_endpoint=login.url.rstrip("/")),
                # without one a send may wait for ever
                client=ClientOptions(timeout=timeout_s),
                http_server_adapter=_NoRoutes(),
                dangerously_allow_unauthenticated_requests=False,
                fetch_user_token=False,
                state=False,
                telemetry={"agent365": False},
            )
        self._pause_s = pause_s

    async def close(self) -> None:
        """Let go of the connections."""
        await self._app.api.http.http.aclose()

    async def send(self, asked: Activity, drafts: Sequence[MessageActivityInput]) -> str:
        """The id of the message that Teams took ("": it names none): the first draft it finds no fault with.

        Raises:
            SendingFailed: it took none, or could not be reached in some attempts.
        """
        for draft in drafts:
            try:
                return await self._post(asked, draft)
            except httpx.HTTPStatusError as error:
                status = error.response.status_code
                if status not in _LESS or draft is drafts[-1]:
                    raise SendingFailed(f"connector_{status}") from None
                _log.warning("Teams refused a message (%s); sending less of it", status)
        raise SendingFailed("nothing_to_send")

    async def show_typing(self, asked: Activity) -> None:
        """Say that an answer is being made; a failure is left."""
        try:
            await self._once(asked, TypingActivityInput())
        except Exception as error:  # noqa: BLE001 - the answer itself is yet to come
            _log.info("Teams was not shown that we are typing: %s", type(error).__name__)

    async def _post(self, asked: Activity, draft: MessageActivityInput) -> str:
        for attempt in range(1, ATTEMPTS + 1):
            wait_s = min(self._pause_s * 2 ** (attempt - 1), _LONGEST_PAUSE_S)
            try:
                return await self._once(asked, draft)
            except httpx.HTTPStatusError as error:
                if error.response.status_code not in _AGAIN or attempt == ATTEMPTS:
                    raise
                wait_s = max(wait_s, _told_to_wait(error.response))
            except (httpx.HTTPError, SendingFailed) as error:
                if attempt == ATTEMPTS:
                    if isinstance(error, SendingFailed):
                        raise
                    raise SendingFailed(f"connector_{type(error).__name__}") from None
            await asyncio.sleep(wait_s)
        raise SendingFailed("attempts")

    async def _once(self, asked: Activity, draft: MessageActivityInput | TypingActivityInput) -> str:
        draft.from_ = Account(id=asked.bot, name=asked.bot_name or None)
        draft.recipient = Account(id=asked.sender)
        draft.conversation = ConversationAccount(id=asked.conversation)
        draft.reply_to_id = asked.id or None
        # the SDK puts the id into the address as it is
        named = quote(asked.conversation, safe=":@;=")
        try:
            sent = await self._app.api.conversations.create_activity(named, draft, service_url=asked.service)
        except (AttributeError, TypeError, ValueError):
            return ""  # it was taken, and the SDK cannot read what it is called: to send it again is worse
        return "" if sent.id == _NO_ID else sent.id


def _told_to_wait(answer: httpx.Response) -> float:
    told = answer.headers.get("retry-after", "")
    return min(float(told), _LONGEST_PAUSE_S) if told.isdecimal() else 0.0
