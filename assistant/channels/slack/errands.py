"""Questions on their way to an answer: taken once, kept until answered, taken up again if need be."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Literal, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from assistant.channels.presentation import Presentation, present
from assistant.channels.slack.blocks import Message, context, escape, plain_message, render, words
from assistant.channels.slack.parts import CHANNEL, Parts, log_failure
from assistant.channels.slack.posting import is_told, metadata_of, post, quickly, respond, tell
from assistant.channels.slack.streaming import stream
from assistant.channels.slack.values import Place
from assistant.domain.question import Question
from assistant.language.identify import identify

UNFINISHED_AFTER = timedelta(minutes=3)
"""What was taken so long ago and is not answered has been left by a process that died."""
RESUME_EVERY_S = 20.0
ANSWER_S = 90.0
"""After so long the asker is told that there will be no answer."""
FINISH_S = 20.0
"""How long a stopping server waits for replies under way: Slack has been told that we have them."""

_ANSWERING = 8  # questions answered at a time; acknowledgements have threads of their own
_NOTING = 2

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Errand:
    """A question to answer, and where.

    `to` is the thread, the asker alone or everyone in the channel (both by `response_url`), or the
    asker's own page (the question is put there first). `organisation` and `language` are what was
    settled by a click; `live` is for a conversation with one person, where they see us look and write.
    """

    event_id: str
    text: str
    team: str
    channel: str
    user: str
    conversation: str
    thread: str = ""
    response_url: str = ""
    organisation: str = ""
    language: str = ""
    to: Literal["thread", "asker", "everyone", "page"] = "thread"
    live: bool = False

    @property
    def place(self) -> Place:
        """Where to tell the asker something."""
        return Place(self.channel, self.thread, self.user, self.language, self.response_url)


def read_errand(payload: str) -> Errand | None:
    """An errand as the inbox kept it; None when it is not of this version's form."""
    try:
        return Errand(**json.loads(payload))
    except (ValueError, TypeError):
        return None


class Desk:
    """Takes errands and sees them done."""

    def __init__(self, parts: Parts, client: AsyncWebClient, hasty: AsyncWebClient) -> None:
        """`hasty` is a client that does not wait when Slack asks it to: for what is only nice to have."""
        self.parts = parts
        self.client = client
        self.hasty = hasty
        self.answer_s = ANSWER_S
        self._under_way: dict[str, asyncio.Task[Any]] = {}
        self._answering = ThreadPoolExecutor(_ANSWERING, "slack-answer")
        self._noting = ThreadPoolExecutor(_NOTING, "slack-note")

    async def note(self, call: Callable[..., _T], *args: Any) -> _T:
        """A short call to what blocks, which does not wait for answers under way."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._noting, functools.partial(call, *args))

    async def take(self, errand: Errand) -> bool:
        """Whether the errand is ours to do: true once, whoever is asked."""
        payload = json.dumps(asdict(errand), ensure_ascii=False)
        return await self.note(self.parts.transcripts.claim, errand.event_id, CHANNEL, payload)

    async def carry_out(self, errand: Errand, *, again: bool = False) -> None:
        """Answer; what cannot be answered is said where the answer would have been.

        What cannot be said either stays in the inbox, and is taken up again.
        """
        if errand.event_id in self._under_way:
            return
        with self._marked(errand.event_id):
            try:
                told = again and await is_told(
                    self.client, errand.channel, errand.thread, metadata_of(errand.event_id, "")
                )
                if not told:
                    await self._answer(errand)
                await self.note(self.parts.transcripts.finish, errand.event_id)
            except Exception as error:  # noqa: BLE001 - a listener's error would only be printed
                log_failure(f"event {errand.event_id} stays in the inbox", error)

    async def take_and_carry_out(self, errand: Errand) -> None:
        """Do an errand that Slack will not send again; a failing inbox is said."""
        try:
            ours = await self.take(errand)
        except Exception as error:  # noqa: BLE001 - whatever failed, the asker is told that something did
            log_failure("the inbox failed", error)
            apology = plain_message(words(errand.language or identify(errand.text))["apology"])
            await self.told(errand.place, apology, here=True)
            return
        if ours:
            await self.carry_out(errand)

    async def told(self, place: Place, message: Message, *, here: bool = False) -> None:
        """Tell one person; that it could not be told is only logged, as there is no one else to tell."""
        try:
            await tell(self.client, place, message, here=here)
        except Exception as error:  # noqa: BLE001 - the last resort
            log_failure("a message to one person was not taken", error)

    async def resume(self, older_than: timedelta = UNFINISHED_AFTER) -> None:
        """Answer what a process that died had taken."""
        left = await self.note(self.parts.transcripts.unfinished, CHANNEL, older_than)
        errands = {event_id: read_errand(payload) for event_id, payload in left}
        for event_id in (each for each, errand in errands.items() if errand is None):
            _log.error("Slack: event %s in the inbox cannot be read; it is left", event_id)
            await self.note(self.parts.transcripts.finish, event_id)
        # Together: what waited for its turn could be given to another process meanwhile.
        await asyncio.gather(*(self.carry_out(each, again=True) for each in errands.values() if each))

    async def keep_resuming(self, every_s: float = RESUME_EVERY_S) -> None:
        """Look after the inbox until cancelled."""
        while True:
            try:
                await self.resume()
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                log_failure("the inbox could not be looked through", error)
            await asyncio.sleep(every_s)

    async def finish(self, timeout_s: float = FINISH_S) -> None:
        """Wait until no reply is under way, at most `timeout_s`."""
        if self._under_way:
            await asyncio.wait(set(self._under_way.values()), timeout=timeout_s)

    def close(self) -> None:
        """Let go of the threads."""
        self._answering.shutdown(wait=False, cancel_futures=True)
        self._noting.shutdown(wait=False)

    @contextmanager
    def _marked(self, event_id: str) -> Iterator[None]:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a reply is made in a task of an event loop")
        self._under_way[event_id] = task
        try:
            yield
        finally:
            self._under_way.pop(event_id, None)

    async def _answer(self, errand: Errand) -> None:
        if errand.to == "page":
            errand = await self._put_on_page(errand)
        thinking = asyncio.get_running_loop().run_in_executor(
            self._answering, think, errand, self.parts, errand.to == "asker"
        )
        looking = self._look_busy(errand) if errand.live and errand.text else asyncio.sleep(0)
        (message, shown), _ = await asyncio.gather(self._in_time(thinking, errand), looking)
        metadata = metadata_of(errand.event_id, shown.outcome if shown else "")
        if errand.to in ("asker", "everyone"):
            if await respond(errand.response_url, message, in_channel=errand.to == "everyone"):
                return
            if errand.to == "asker":
                await tell(self.client, errand.place, message)
                return
        if errand.live and shown:
            user = (errand.team, errand.user)
            await stream(
                self.client, self.hasty, errand.channel, errand.thread, user, shown, message, metadata
            )
        else:
            await post(self.client, errand.channel, errand.thread, message, metadata)

    async def _in_time(
        self, thinking: asyncio.Future[tuple[Message, Presentation | None]], errand: Errand
    ) -> tuple[Message, Presentation | None]:
        try:
            return await asyncio.wait_for(thinking, self.answer_s)
        except TimeoutError as error:
            log_failure(f"no answer in {self.answer_s:.0f} s", error)
            return plain_message(words(errand.language or identify(errand.text))["apology"]), None

    async def _look_busy(self, errand: Errand) -> None:
        status = words(errand.language or identify(errand.text))["looking"]
        await quickly(
            self.hasty.assistant_threads_setStatus(
                channel_id=errand.channel, thread_ts=errand.thread, status=status
            )
        )

    async def _put_on_page(self, errand: Errand) -> Errand:
        """The errand in a thread of the asker's own conversation with us, opened by the question."""
        asked = escape(errand.text)
        opened = await self.client.chat_postMessage(
            channel=errand.user, text=asked, blocks=[context(f"*{asked}*")], parse="none"
        )
        channel, thread = str(opened["channel"]), str(opened["ts"])
        return replace(
            errand,
            channel=channel,
            thread=thread,
            conversation=f"{CHANNEL}:{errand.team}:{channel}:{thread}",
            live=True,
        )


def think(errand: Errand, parts: Parts, shareable: bool) -> tuple[Message, Presentation | None]:
    """The message for an errand's question, and what it shows of a reply; an apology when that fails."""
    language = errand.language
    try:
        # A person's own choices are for what they alone are told, and where the channel has none.
        chosen = parts.chosen(errand.team, errand.channel, errand.user)
        language = language or chosen.language
        if not errand.text:
            return plain_message(words(parts.language(chosen))["empty"]), None
        question = Question(
            text=errand.text,
            organisation=errand.organisation,
            language=language,
            groups=frozenset(),
            conversation_id=errand.conversation,
            channel=CHANNEL,
        )
        shown = present(parts.replies(parts.asked_of(question, chosen)), parts.public_url)
        return render(shown, shareable=shareable), shown
    except Exception as error:  # noqa: BLE001 - whatever failed, the asker is told that something did
        log_failure("a question got no reply", error)
        return plain_message(words(language or identify(errand.text))["apology"]), None
