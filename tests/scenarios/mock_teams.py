"""Teams' side, on 127.0.0.1: OpenID metadata and keys, the login, the connector, Graph; and signed requests."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from local_server import served_locally

APP_ID = "11111111-2222-3333-4444-555555555555"
TENANT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
PASSWORD = "a secret of the app"
BOT = f"28:{APP_ID}"
USER = "99999999-8888-7777-6666-555555555555"
SENDER = "29:1abc"
ISSUER = "https://api.botframework.com"
PERSONAL = "a:1personal"
THREAD = "19:abc@thread.tacv2;messageid=1700000000001"
GROUP = "19:group@thread.v2"

Payload = dict[str, Any]


@cache
def private_key(name: str = "one", bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key of that name, the same for the whole run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


class MockTeams:
    """Records what it is sent; answers as Microsoft does unless told to fail."""

    def __init__(self) -> None:
        self.url = ""
        self.posted: list[Payload] = []
        self.conversations: list[str] = []
        self.typing: list[str] = []
        self.logins: list[Payload] = []
        self.authorizations: list[str] = []
        self.memberships: list[tuple[str, list[str]]] = []
        self.member_of: dict[str, set[str]] = {}
        self.fetched: list[str] = []
        self.keys: dict[str, Payload] = {"one": {"endorsements": ["msteams", "webchat"]}}
        self.keys_answer: web.Response | None = None
        self.jwks_url = ""
        self.hold_keys = asyncio.Event()
        self.hold_keys.set()
        self._failures: deque[tuple[int, dict[str, str]] | float] = deque()
        self.login_status = 200
        self.graph_status = 200

    def fail(self, *failures: int | float, **headers: str) -> None:
        """The next messages fail so: an HTTP status, or so many seconds without an answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._failures.extend(each if isinstance(each, float) else (each, named) for each in failures)

    async def wait_for(self, count: int = 1, timeout_s: float = 10) -> list[Payload]:
        """The messages posted, once there are `count` of them."""
        async with asyncio.timeout(timeout_s):
            while len(self.posted) < count:
                await asyncio.sleep(0.005)
        return self.posted

    async def metadata(self, request: web.Request) -> web.Response:
        self.fetched.append("metadata")
        await self.hold_keys.wait()
        if self.keys_answer is not None:
            return self.keys_answer
        return web.json_response({"issuer": ISSUER, "jwks_uri": self.jwks_url or f"{self.url}/keys"})

    async def jwks(self, request: web.Request) -> web.Response:
        self.fetched.append("keys")
        listed = []
        for name, fields in self.keys.items():
            public = private_key(name, fields.get("bits", 2048)).public_key()
            listed.append(
                {
                    **json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(public)),
                    "use": "sig",
                    "kid": name,
                    **fields,
                }
            )
        return web.json_response({"keys": listed})

    async def login(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        self.logins.append({"tenant": request.match_info["tenant"], **form})
        if self.login_status != 200:
            return web.json_response({"error": "invalid_client"}, status=self.login_status)
        token = jwt.encode({"scope": str(form["scope"])}, "k" * 32)
        return web.json_response({"token_type": "Bearer", "expires_in": 3600, "access_token": token})

    async def activity(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers.get("authorization", ""))
        body = await request.json()
        if body["type"] == "typing":
            self.typing.append(request.match_info["conversation"])
            return web.Response(status=202)
        if self._failures:
            failure = self._failures.popleft()
            if isinstance(failure, float):
                await asyncio.sleep(failure)
                return web.Response(status=503)
            return web.json_response({"error": {"code": "BadSyntax"}}, status=failure[0], headers=failure[1])
        self.posted.append(body)
        self.conversations.append(request.match_info["conversation"])
        return web.json_response({"id": f"170000000{len(self.posted):04}"}, status=201)

    async def membership(self, request: web.Request) -> web.Response:
        asked = (await request.json())["groupIds"]
        user = request.match_info["user"]
        self.memberships.append((user, asked))
        if self.graph_status != 200:
            return web.Response(status=self.graph_status)
        return web.json_response({"value": sorted(self.member_of.get(user, set()) & set(asked))})

    @property
    def service_url(self) -> str:
        return f"{self.url}/emea/"

    def settings(self) -> Payload:
        """What a `Settings` takes to talk to this Teams."""
        return {
            "teams_app_id": APP_ID,
            "teams_app_password": PASSWORD,
            "teams_tenant_id": TENANT,
            "teams_service_hosts": self.url.removeprefix("http://"),
            "teams_openid_url": f"{self.url}/openid",
            "teams_login_url": self.url,
            "teams_graph_url": self.url,
        }

    def token(
        self,
        *,
        key: str = "one",
        bits: int = 2048,
        headers: Payload | None = None,
        without: str = "",
        **claims: Any,
    ) -> str:
        """A token as the Bot Framework makes it, with some claims of another kind, or without one."""
        now = int(time.time())
        made = {
            "iss": ISSUER,
            "aud": APP_ID,
            "nbf": now - 300,
            "exp": now + 3600,
            "serviceurl": self.service_url,
        }
        made |= claims
        made.pop(without, None)
        return jwt.encode(
            made, private_key(key, bits), algorithm="RS256", headers={"kid": key} | (headers or {})
        )

    def signed(self, **claims: Any) -> dict[str, str]:
        """The headers that come with an activity."""
        return {"authorization": f"Bearer {self.token(**claims)}", "content-type": "application/json"}

    def message(self, text: str, activity_id: str = "1", **fields: Any) -> Payload:
        """A message in a personal chat."""
        return {
            "type": "message",
            "id": activity_id,
            "timestamp": "2026-03-01T12:00:00Z",
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "from": {"id": SENDER, "name": "Kari Nordmann", "aadObjectId": USER},
            "recipient": {"id": BOT, "name": "Mandat"},
            "conversation": {"id": PERSONAL, "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            "locale": "nb-NO",
            "textFormat": "plain",
            "text": text,
        } | fields

    def mention(self, text: str, activity_id: str = "1", *, group: bool = False, **fields: Any) -> Payload:
        """A mention of us in a thread of a channel, or in a group chat."""
        mentioned = {"type": "mention", "mentioned": {"id": BOT, "name": "Mandat"}, "text": "<at>Mandat</at>"}
        place = (
            {"id": GROUP, "conversationType": "groupChat", "tenantId": TENANT, "isGroup": True}
            if group
            else {"id": THREAD, "conversationType": "channel", "tenantId": TENANT, "isGroup": True}
        )
        return self.message(
            f"<at>Mandat</at> {text}", activity_id, conversation=place, entities=[mentioned], **fields
        )

    def thumb(self, message_id: str, name: str, value: Payload, **fields: Any) -> Payload:
        """A click on a thumb under a message of ours, or what was entered after it."""
        return self.message("", "f:1", type="invoke", name=name, replyToId=message_id, value=value) | fields


@asynccontextmanager
async def mock_teams() -> AsyncIterator[MockTeams]:
    """A running Teams at `.url`."""
    teams = MockTeams()
    server = web.Application()
    server.router.add_get("/openid", teams.metadata)
    server.router.add_get("/keys", teams.jwks)
    server.router.add_post("/{tenant}/oauth2/v2.0/token", teams.login)
    server.router.add_post("/emea/v3/conversations/{conversation}/activities", teams.activity)
    server.router.add_post("/v1.0/users/{user}/checkMemberGroups", teams.membership)
    async with served_locally(server) as teams.url:
        try:
            yield teams
        finally:
            teams.hold_keys.set()


@contextmanager
def teams_in_a_thread() -> Iterator[MockTeams]:
    """A running Teams for tests that have no event loop."""
    started: list[MockTeams] = []
    ready, done = threading.Event(), threading.Event()

    async def run() -> None:
        async with mock_teams() as teams:
            started.append(teams)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield started[0]
    finally:
        done.set()
        thread.join(10)
