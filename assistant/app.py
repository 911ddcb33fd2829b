"""The composition root: Settings → the objects that answer, serve and remember.

Imports happen inside the functions, so that a command loads only what it uses.
"""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import cache, partial
from typing import TYPE_CHECKING, TypedDict

from pydantic import SecretStr

from assistant.errors import RerankerUnavailable, SettingError
from assistant.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import FastAPI

    from assistant.answering.assistant import Assistant
    from assistant.domain.fusion import Fusion
    from assistant.library.check import Disagreement
    from assistant.library.habits import Adjustments
    from assistant.library.library import Library
    from assistant.library.publishing import Progress
    from assistant.library.rerankers import Reranker
    from assistant.library.writer import LibraryWriter
    from assistant.narration.narrator import Narrator
    from assistant.narration.patience import PatientModel
    from assistant.transcripts.transcripts import Transcripts

_log = logging.getLogger("mandat")


def open_library(settings: Settings) -> Library:
    """The library of the home folder, for reading."""
    from assistant.library.library import Library

    return Library(settings.home, **_engines(settings))


def open_writer(settings: Settings) -> LibraryWriter:
    """The library of the home folder, for writing; enter it to take the lock."""
    from assistant.library.writer import LibraryWriter

    return LibraryWriter(settings.home, **_engines(settings))


def check_library(settings: Settings) -> tuple[Disagreement, ...]:
    """Where catalogue, word index and vector index of the home folder disagree."""
    from assistant.library.check import check

    return check(settings.home, **_engines(settings))


def repair_library(settings: Settings, progress: Progress | None = None) -> tuple[Disagreement, ...]:
    """Rebuilds what disagrees; what is left."""
    from assistant.library.check import repair

    return repair(settings.home, **_engines(settings), progress=progress)


class _Engines(TypedDict):
    encoder: str
    adjusted: Adjustments
    database_url: str
    chroma_url: str


def _engines(settings: Settings) -> _Engines:
    from assistant.library.habits import adjustments

    return {
        "encoder": settings.encoder,
        "adjusted": adjustments(settings),
        "database_url": settings.database_url,
        "chroma_url": settings.chroma_url,
    }


def open_assistant(
    settings: Settings,
    library: Library,
    transcripts: Transcripts | None = None,
    *,
    without: str = "",
    narrated: bool = True,
) -> Assistant:
    """What answers questions from this library, with the conversations that `transcripts` remembers.

    `without` names a part to leave out, to see what it gives. Not `narrated`, it asks no language model,
    whatever the settings name.

    Raises:
        SettingError: the language model that the settings name cannot be opened.
    """
    from assistant.answering.assistant import Assistant
    from assistant.retrieval.method import EVERYTHING

    method = EVERYTHING.without(without) if without else EVERYTHING
    earlier = transcripts.earlier if transcripts else lambda _: ()
    return Assistant(
        library,
        organisation=settings.organisation,
        method=method,
        earlier=earlier,
        narrator=open_narrator(settings) if narrated else None,
        reranker=open_reranker(settings),
    )


def weighed_assistants(settings: Settings, library: Library) -> Callable[[Fusion], Assistant]:
    """What answers from this library with the vectors weighed as told, without a language model."""
    from assistant.answering.assistant import Assistant
    from assistant.evaluation.calibrating import Found, Reread

    loaded = open_reranker(settings)
    reranker = Reread(loaded) if loaded else None
    found = Found(library)

    def weighed(fusion: Fusion) -> Assistant:
        return Assistant(found, organisation=settings.organisation, reranker=reranker, fusion=fusion)

    return cache(weighed)


def open_reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder that the settings name, not loaded yet; None when they name none."""
    if not settings.reranker:
        return None
    from assistant.library.rerankers import shared_reranker

    return shared_reranker(settings.reranker, settings.encoder_device, settings.encoder_batch)


def open_narrator(settings: Settings) -> Narrator | None:
    """What puts answers into words, None when no model is set: then nothing of it is imported.

    Raises:
        SettingError: the language model that the settings name cannot be opened.
    """
    if not settings.model:
        return None
    from assistant.narration.narrator import Narrator

    return Narrator(open_chat(settings))


def open_chat(settings: Settings) -> PatientModel:
    """The language model that the settings name, asked within their deadline.

    Raises:
        SettingError: it cannot be opened.
    """
    from assistant.narration.chat import open_model
    from assistant.narration.patience import PatientModel

    return PatientModel(open_model(settings), settings.model_timeout_s)


def open_transcripts(settings: Settings) -> Transcripts:
    """What was asked and answered, beside the library."""
    from assistant.transcripts.transcripts import Transcripts

    return Transcripts(settings.home, database_url=settings.database_url)


def create_server(settings: Settings) -> FastAPI:
    """The HTTP interface, the web page and, where they are configured, Slack and Teams, over one library."""
    from assistant.answering.suggesting import Suggestions
    from assistant.channels.http.api import create_api, local_today
    from assistant.channels.http.callers import read_callers
    from assistant.channels.http.metrics import ReplyCounts
    from assistant.channels.replying import replying

    with_slack = _is_on(settings, "Slack", "slack_bot_token", "slack_app_token", "slack_signing_secret")
    with_teams = _is_on(settings, "Teams", "teams_app_id", "teams_app_password", "teams_tenant_id")
    library = open_library(settings)
    transcripts = open_transcripts(settings)
    assistant = open_assistant(settings, library, transcripts)
    counts = ReplyCounts()
    # whether a suggested question has an answer is no reason to ask a model
    quoting = open_assistant(settings, library, narrated=False) if settings.model else assistant
    suggestions = Suggestions(library, quoting.ask, local_today)
    api = create_api(
        assistant,
        library,
        transcripts,
        organisation=settings.organisation,
        public_url=settings.public_url,
        callers=read_callers(settings.api_keys),
        per_minute=settings.rate_limit,
        counts=counts,
        suggestions=suggestions,
    )
    replies = replying(assistant, transcripts, counts)
    channels: list[Callable[[], AbstractAsyncContextManager[None]]] = []
    if with_slack:
        from assistant.channels.slack.app import create_slack, running, slack_routes

        slack = create_slack(settings, replies, transcripts, library, suggestions=suggestions)
        if slack is not None:
            channels.append(partial(running, slack))
            if slack.signing_secret:
                api.include_router(slack_routes(slack))

    if with_teams:
        from assistant.channels.teams.app import Teams, teams_routes

        api.include_router(teams_routes(Teams(settings, replies, transcripts, suggestions=suggestions)))

    inner = api.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        import asyncio

        # both engines are opened off the event loop, so that the first question finds them warm
        warming = asyncio.create_task(asyncio.to_thread(_warm, library, open_reranker(settings)))
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(inner(app))
                for channel in channels:
                    await stack.enter_async_context(channel())
                yield
        finally:
            await asyncio.gather(warming, return_exceptions=True)
            library.close()
            transcripts.close()

    api.router.lifespan_context = lifespan
    return api


def _warm(library: Library, reranker: Reranker | None) -> None:
    library.warm()
    if reranker is not None:
        with suppress(RerankerUnavailable):  # it has said so in the log, and is tried again
            reranker.warm()


def _is_on(settings: Settings, channel: str, key: str, *beside: str) -> bool:
    """Whether a channel is set up, by the setting `key`; says when it is off.

    Raises:
        SettingError: only what goes with it, `beside`, is set.
    """
    given = [name for name in (key, *beside) if _text(getattr(settings, name))]
    if not given:
        _log.info("%s is off: %s is not set", channel, _variable(key))
        return False
    if key not in given:
        raise SettingError(
            f"{_variable(given[0])} is set, but {_variable(key)} is not; {channel} needs both, or neither"
        )
    return True


def _text(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _variable(name: str) -> str:
    return f"MANDAT_{name.upper()}"
