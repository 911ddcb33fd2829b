"""Mandat in Teams: a message or a mention is answered where it was written, once.

Import this only where Teams is configured: the SDK takes two seconds. A request is told to be from Teams
before anything of it is read, kept in the inbox, accepted (202) and answered after; what a killed process
leaves is taken up by another. In a personal chat the asker's groups count; everywhere else everybody
reads the answer, so public documents only.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import httpx
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from assistant.channels.failures import log_failure
from assistant.channels.ports import Suggests
from assistant.channels.replying import Replies
from assistant.channels.teams import tokens
from assistant.channels.teams.activity import Activity, activity_from_json, language_of, read_activity
from assistant.channels.teams.answers import CHANNEL, Answers, Remembers, read_choice
from assistant.channels.teams.audience import Readers, membership, read_audience
from assistant.channels.teams.cards import complaint_form
from assistant.channels.teams.connector import (
    GRAPH_SCOPE,
    TIMEOUT_S,
    AppTokens,
    Connector,
    Login,
    SendingFailed,
)
from assistant.channels.teams.feedback import FORM, VERDICT, Verdict, read_thumb, read_verdict
from assistant.errors import SettingError
from assistant.settings import Settings
from assistant.transcripts.transcripts import Asked

MAX_BODY_BYTES = 1_000_000
FINISH_S = 20.0
"""How long a stopping server waits for replies under way: Teams has been told that we have them."""

ACT_S = 90.0
"""How long one event may take beside a model's time; then it is left to be taken up again."""

LEFT_S = 30.0
"""What is unfinished so much longer was left by a process that is gone."""

SWEEP_S = 30.0
"""Between looks for what was left."""

TYPING_AFTER_S = 0.4
"""An answer that is made sooner needs no sign that it is being made."""

_TYPING_LASTS_S = 4.0
_SOON = {"retry-after": "5"}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_log = logging.getLogger(__name__)


class Teams:
    """The channel: what comes in, what is under way, and what goes out."""

    def __init__(
        self,
        settings: Settings,
        replies: Replies,
        transcripts: Remembers,
        *,
        suggestions: Suggests = lambda _organisation, _language: (),
        pause_s: float = 0.5,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """The channel of a configured app.

        `pause_s` is the first wait before a message is sent again, `timeout_s` the longest for an answer.

        Raises:
            SettingError: an id or the password is missing or of another form, or the audience is.
        """
        login = _login(settings)
        audience = read_audience(settings.teams_audience)
        self._tenant = login.tenant
        self._hosts = frozenset(
            host.strip().casefold() for host in settings.teams_service_hosts.split(",") if host.strip()
        )
        self._transcripts = transcripts
        self._keys = tokens.KeySet(settings.teams_openid_url)
        self._tokens = tokens.Tokens(login.app_id, self._keys)
        self._client = httpx.AsyncClient(timeout=timeout_s)
        own = AppTokens(login, self._client)
        self._connector = Connector(login, own, pause_s=pause_s, timeout_s=timeout_s)

        async def graph_token() -> str:
            return await own.token(GRAPH_SCOPE)

        readers = Readers(audience, membership(settings.teams_graph_url, self._client, graph_token))
        self._answers = Answers(
            replies,
            transcripts,
            readers,
            suggestions,
            organisation=settings.organisation,
            public_url=settings.public_url,
        )
        self._act_s = ACT_S + settings.model_timeout_s
        self.lease = timedelta(seconds=self._act_s + LEFT_S)
        self._acting: set[asyncio.Task[None]] = set()
        self._watching: tuple[asyncio.Task[None], ...] = ()

    async def start(self) -> None:
        """Have the keys fetched, and look from now on for what another process left."""
        self._watching = (asyncio.create_task(self._keys.warm()), asyncio.create_task(self._sweep_on()))

    async def stop(self) -> None:
        """Wait for the replies under way, at most `FINISH_S`; what is not done then is done later."""
        for task in self._watching:
            task.cancel()
        await self.finish()
        for acting in self._acting:
            acting.cancel()
        await asyncio.gather(*self._watching, *self._acting, return_exceptions=True)
        await self._keys.close()
        await self._connector.close()
        await self._client.aclose()

    async def finish(self, timeout_s: float = FINISH_S) -> None:
        """Wait until nothing is under way, at most `timeout_s`."""
        if self._acting:
            await asyncio.wait(set(self._acting), timeout=timeout_s)

    async def receive(self, request: Request) -> Response:
        """The answer to a request: 202 for what will be acted on, 200 for what is not or is answered here.

        401 for what the Bot Framework did not sign for us, 403 for another channel, service or tenant,
        413 over `MAX_BODY_BYTES`, 400 for a body we cannot read, 503 while the keys or the inbox cannot
        be had.
        """
        try:
            service = await self._tokens.service_of(request.headers.get("authorization", ""))
        except tokens.TokenRefused as refused:
            _log.warning("a request to Teams' address was refused: %s", refused)
            return Response(status_code=401)
        except tokens.KeysUnavailable:
            return Response(status_code=503, headers=_SOON)
        body = bytearray()
        try:
            async for part in request.stream():
                body += part
                if len(body) > MAX_BODY_BYTES:
                    return Response(status_code=413)
        except ClientDisconnect:
            return Response(status_code=400)
        activity = _read(bytes(body))
        if activity is None:
            return Response(status_code=400)
        reason = self._misplaced(activity, service)
        if reason:
            _log.warning("an activity from Teams was refused: %s", reason)
            return Response(status_code=403)
        try:
            return await (self._answer_now(activity) if activity.type == "invoke" else self._take(activity))
        except Exception as error:  # noqa: BLE001 - it was not kept: Teams may send it again
            log_failure(_log, "an activity from Teams could not be taken", error)
            return Response(status_code=503, headers=_SOON)

    def _misplaced(self, activity: Activity, service: str) -> str:
        """Why a signed activity is not for us; "" when it is."""
        if activity.channel != tokens.CHANNEL:
            return "channel"
        if not tokens.same_service(activity.service, service):
            return "service_differs"
        if not tokens.is_allowed_service(activity.service, self._hosts):
            return "service_host"
        return "" if activity.tenant == self._tenant else "tenant"

    async def _take(self, activity: Activity) -> Response:
        if not await self._is_for_us(activity):
            return Response(status_code=200)
        event = _event(activity)
        # kept before it is accepted: should that fail, Teams sends it again
        if await asyncio.to_thread(self._transcripts.claim, event, CHANNEL, activity.to_json()):
            self._begin(self._act(event, activity))
        return Response(status_code=202)

    async def _is_for_us(self, activity: Activity) -> bool:
        """Whether a person asked us, chose an option of ours, or installed the app."""
        if activity.sender == activity.bot or activity.sender.startswith("28:"):
            return False
        if activity.type == "installationUpdate":
            return activity.action == "add"
        if activity.type != "message":
            return False
        if activity.is_personal or activity.mentions_us or read_choice(activity):
            return True
        # a suggested action of ours may come back as words without a mention
        return await self._answers.chooses(activity)

    async def _answer_now(self, activity: Activity) -> Response:
        """Feedback, whose answer Teams waits for: the form, and what was entered in it."""
        if activity.name == FORM:
            helpful = read_thumb(activity.value)
            if helpful is None:
                return Response(status_code=400)
            asked = await asyncio.to_thread(self._asked_in, activity)
            language = asked.language if asked else language_of(activity.locale)
            return JSONResponse(complaint_form(helpful, language))
        if activity.name == VERDICT:
            verdict = read_verdict(activity.value)
            if verdict is None:
                return Response(status_code=400)
            await asyncio.to_thread(self._keep, activity, verdict)
            # Teams takes an empty object, and no other
            return JSONResponse({})
        return Response(status_code=501)

    def _keep(self, activity: Activity, verdict: Verdict) -> None:
        asked = self._asked_in(activity)
        if asked is not None:
            self._transcripts.feedback(asked.exchange_id, verdict.helpful, verdict.comment, verdict.complaint)

    def _asked_in(self, activity: Activity) -> Asked | None:
        named = _message(activity, activity.reply_to)
        return self._transcripts.exchange_sent_as(named) if named else None

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)

    async def _sweep_on(self) -> None:
        while True:
            with suppress(Exception):  # the store may be busy or away: there is a next time
                await self.sweep()
            await asyncio.sleep(SWEEP_S)

    async def sweep(self) -> None:
        """Take up what another process has claimed and left."""
        for event, kept in await asyncio.to_thread(self._transcripts.unfinished, CHANNEL, self.lease):
            try:
                activity = activity_from_json(kept)
            except (ValueError, TypeError) as error:  # kept by another version
                log_failure(_log, "an activity from Teams could not be read again", error)
            else:
                self._begin(self._act(event, activity))

    async def _act(self, event: str, activity: Activity) -> None:
        try:
            async with asyncio.timeout(self._act_s):
                if activity.type == "installationUpdate":
                    await self._connector.send(activity, await self._answers.welcome(activity))
                else:
                    await self._answer(activity)
        except (SendingFailed, TimeoutError) as error:
            # left unfinished: it is taken up again
            _log.error("a message could not be sent to Teams: %s", str(error) or type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a task has nobody to raise to
            log_failure(_log, "an activity from Teams was not acted on", error)
        else:
            await asyncio.to_thread(self._transcripts.finish, event)

    async def _answer(self, activity: Activity) -> None:
        making = asyncio.create_task(self._answers.answer(activity))
        try:
            wait_s = TYPING_AFTER_S
            while not (await asyncio.wait({making}, timeout=wait_s))[0]:
                await self._connector.show_typing(activity)
                wait_s = _TYPING_LASTS_S
            exchange_id, messages = making.result()
        finally:
            making.cancel()
        named = _message(activity, await self._connector.send(activity, messages))
        if exchange_id and named:
            try:
                await asyncio.to_thread(self._transcripts.sent_as, exchange_id, named)
            except Exception as error:  # noqa: BLE001 - feedback on it will be lost; the answer is not
                log_failure(_log, "a message was sent to Teams and not noted", error)


def teams_routes(teams: Teams) -> APIRouter:
    """`POST /teams/messages`, the messaging endpoint of the Azure Bot."""

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        await teams.start()
        try:
            yield
        finally:
            await teams.stop()

    routes = APIRouter(lifespan=lifespan)

    @routes.post("/teams/messages", include_in_schema=False)
    async def messages(request: Request) -> Response:
        return await teams.receive(request)

    return routes


def _login(settings: Settings) -> Login:
    given = {"APP_ID": settings.teams_app_id, "TENANT_ID": settings.teams_tenant_id}
    for name, value in given.items():
        if not _GUID.fullmatch(value):
            got = repr(value) if value else "empty"
            raise SettingError(
                f"MANDAT_TEAMS_{name} is {got}; give the id that Azure shows "
                "(00000000-0000-0000-0000-000000000000)"
            )
    password = settings.teams_app_password.get_secret_value()
    if not password:
        raise SettingError(
            "MANDAT_TEAMS_APP_ID is set, but MANDAT_TEAMS_APP_PASSWORD is empty; "
            "give the value of a client secret of that app"
        )
    tenant, app_id = settings.teams_tenant_id.casefold(), settings.teams_app_id.casefold()
    return Login(settings.teams_login_url, tenant, app_id, password)


def _read(body: bytes) -> Activity | None:
    try:
        return read_activity(json.loads(body.decode("utf-8")))
    except (ValueError, RecursionError):
        return None


def _event(activity: Activity) -> str:
    """An event's name: what Teams sends again has the same; an option of a question back is chosen once."""
    choice = read_choice(activity)
    return f"{activity.place}:choice:{choice[0]}:{choice[1]}" if choice else activity.event


def _message(activity: Activity, message_id: str) -> str:
    """Names a message among those of all conversations; a thread's number is not part of it."""
    return f"{activity.place.partition(';')[0]}:{message_id}" if message_id else ""
