"""The HTTP API and the web page as one application."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from assistant import __version__
from assistant.channels.http.asking import asking_routes
from assistant.channels.http.callers import Caller, Gate
from assistant.channels.http.documents import document_routes
from assistant.channels.http.guard import Guard
from assistant.channels.http.health import health_routes
from assistant.channels.http.map import map_routes
from assistant.channels.http.metrics import ReplyCounts
from assistant.channels.http.refusals import WireError, handle_failures
from assistant.channels.mcp import create_mcp, mcp_application
from assistant.channels.openai import openai_routes
from assistant.channels.ports import Asks, Reads, Remembers, Suggests
from assistant.channels.presentation import words
from assistant.channels.replying import replying

_PAGE = Path(__file__).parent / "page"

_ABOUT = """Answers "who decides this?", "what is this forum for?" and "what may this role do?" from a
municipality's own documents, with the words they rest on. Offsets count Unicode code points."""


class _PageFiles(StaticFiles):
    """The page's files, checked for change each time so that an upgrade reaches open browsers."""

    def file_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


def words_of_page() -> dict[str, dict[str, str]]:
    """By language: the words of the page, and those that every channel shows."""
    own: dict[str, dict[str, str]] = json.loads((_PAGE / "words.json").read_text("utf-8"))
    return {language: {**words(language), **said} for language, said in own.items()}


def local_today() -> date:
    """Today where the server stands: what "in force" means when no date is asked for."""
    return datetime.now().astimezone().date()


def create_api(
    assistant: Asks,
    library: Reads,
    transcripts: Remembers,
    *,
    organisation: str = "",
    public_url: str = "",
    callers: Mapping[str, Caller] | None = None,
    per_minute: int = 0,
    counts: ReplyCounts | None = None,
    suggestions: Suggests = lambda _organisation, _language: (),
    today: Callable[[], date] = local_today,
) -> FastAPI:
    """The application: `/v1/…`, `/mcp`, the health routes, and the web page at `/`.

    `callers` are those who have API keys, by the digests of these; everyone else is the public, reads
    public documents only and asks at most `per_minute` times (0: without limit). No field of a request
    can widen what is read. `organisation` is whose map is drawn when none is named, `public_url` the
    address people reach the page at, for links in what other programs show. `suggestions` gives
    questions to begin with.
    """
    counts = counts or ReplyCounts()
    replies = replying(assistant, transcripts, counts)
    tools = create_mcp(
        replies,
        assistant.find,
        library,
        today,
        organisation=organisation,
        public_url=public_url,
    )
    served = mcp_application(tools, public_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with tools.session_manager.run():
            yield

    app = FastAPI(
        title="Mandat",
        lifespan=lifespan,
        version=__version__,
        description=_ABOUT,
        # The interactive documentation loads its scripts from another address.
        docs_url=None,
        redoc_url=None,
        responses={422: {"model": WireError, "description": "The request is not of the documented form"}},
    )
    app.include_router(asking_routes(replies, transcripts, suggestions))
    app.include_router(openai_routes(replies, library, public_url))
    app.include_router(document_routes(library, today))
    app.include_router(map_routes(library, today, organisation))
    app.include_router(health_routes(library, counts))

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(_PAGE / "index.html", headers={"cache-control": "no-cache"})

    @app.get("/map", include_in_schema=False)
    def map_page() -> FileResponse:
        return FileResponse(_PAGE / "map.html", headers={"cache-control": "no-cache"})

    # before the folder of the same address: the page's words are its own and those of every channel
    @app.get("/page/words.json", include_in_schema=False)
    def page_words() -> JSONResponse:
        return JSONResponse(words_of_page(), headers={"cache-control": "no-cache"})

    app.router.routes.extend(served.routes)
    app.mount("/page", _PageFiles(directory=_PAGE))
    handle_failures(app)
    app.add_middleware(Gate, callers=callers or {}, per_minute=per_minute)
    app.add_middleware(Guard)
    return app
