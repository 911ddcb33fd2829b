"""From what was written in Teams to the message that answers it; no request and no sending here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from microsoft_teams.api.activities.message import MessageActivityInput
from pydantic import ValidationError

from assistant.channels.failures import log_failure
from assistant.channels.ports import HasInbox, Suggests
from assistant.channels.presentation import present
from assistant.channels.replying import Replies
from assistant.channels.teams.activity import Activity, language_of
from assistant.channels.teams.audience import Readers
from assistant.channels.teams.message import SUGGESTIONS, drafts, own_words, words
from assistant.channels.wire import WireReply
from assistant.domain.question import Question
from assistant.domain.reply import Outcome
from assistant.language.identify import identify
from assistant.transcripts.transcripts import Asked

CHANNEL = "teams"

Messages = Sequence[MessageActivityInput]
"""A message, then the same with less, should Teams not take it."""

_log = logging.getLogger(__name__)


class Remembers(HasInbox, Protocol):
    """What this channel needs of the transcripts store (blocking)."""

    def recent(self, conversation_id: str, limit: int = 10) -> tuple[Asked, ...]:
        """The last exchanges of a conversation, oldest first."""
        ...

    def sent_as(self, exchange_id: str, message_id: str) -> None:
        """Note the name of the message that a reply was sent as."""
        ...

    def exchange_sent_as(self, message_id: str) -> Asked | None:
        """The exchange whose reply was sent as that message."""
        ...


class Answers:
    """Makes messages of what was asked; a failure is a message too."""

    def __init__(
        self,
        replies: Replies,
        transcripts: Remembers,
        readers: Readers,
        suggestions: Suggests,
        *,
        organisation: str = "",
        public_url: str = "",
    ) -> None:
        self._replies = replies
        self._transcripts = transcripts
        self._readers = readers
        self._suggestions = suggestions
        self._organisation = organisation
        self._public_url = public_url

    async def welcome(self, activity: Activity) -> Messages:
        """What stands in a conversation that the app was added to."""
        language = language_of(activity.locale)
        return own_words(words(language)["welcome"], await self._suggested(language))

    async def answer(self, activity: Activity) -> tuple[str, Messages]:
        """The id of the exchange ("" for words of our own), and the message."""
        language = language_of(activity.locale)
        try:
            question = await self._question(activity)
            if question is None:
                return "", own_words(words(language)["expired"])
            if not question.text:
                return "", own_words(words(language)["empty"], await self._suggested(language))
            language = question.language or identify(question.text)
            began = time.monotonic()
            reply = await asyncio.to_thread(self._replies, question)
            seconds = time.monotonic() - began
            _log.info("exchange %s in Teams: %s, %.2f s", reply.id, reply.outcome, seconds)
            return reply.id, drafts(present(reply, self._public_url))
        except Exception as error:  # noqa: BLE001 - whatever failed, the asker is told that something did
            log_failure(_log, "a question in Teams got no reply", error)
            return "", own_words(words(language)["apology"])

    async def chooses(self, activity: Activity) -> bool:
        """Whether the words are an option of the question back that stands last in the conversation."""
        return bool(activity.text) and await asyncio.to_thread(self._chosen, activity) is not None

    async def _question(self, activity: Activity) -> Question | None:
        """What was asked, and by whom it may be read; None for an option whose question is gone."""
        groups = await self._readers.groups(activity.user) if activity.is_personal else frozenset[str]()
        choice = read_choice(activity)
        if choice:
            asked = await asyncio.to_thread(self._transcripts.exchange, choice[0])
            # what a click holds can be made up: only what was asked here is asked again
            if asked is None or asked.question.conversation_id != activity.place:
                return None
            chosen: tuple[Asked, str] | None = (asked, choice[1])
        else:
            chosen = await asyncio.to_thread(self._chosen, activity)
        if chosen is None:
            return Question(activity.text, groups=groups, conversation_id=activity.place, channel=CHANNEL)
        asked, organisation = chosen
        return replace(
            asked.question, organisation=organisation, language=asked.language, groups=groups, channel=CHANNEL
        )

    def _chosen(self, activity: Activity) -> tuple[Asked, str] | None:
        """The question that was asked back about last in this conversation, and the option the words name."""
        last = next(iter(self._transcripts.recent(activity.place, 1)), None)
        if last is None or last.outcome is not Outcome.CLARIFY:
            return None
        try:
            options = WireReply.model_validate_json(last.reply_json).clarification
        except ValidationError:  # noted by another version
            return None
        for option in options.options if options else ():
            if option.label.casefold() == activity.text.casefold():
                return last, option.organisation
        return None

    async def _suggested(self, language: str) -> Sequence[str]:
        try:
            found = await asyncio.to_thread(self._suggestions, self._organisation, language)
        except Exception as error:  # noqa: BLE001 - the message does without
            log_failure(_log, "no questions could be suggested", error)
            return ()
        return tuple(found)[:SUGGESTIONS]


def read_choice(activity: Activity) -> tuple[str, str] | None:
    """The exchange and the organisation that a button of ours stands for; None when it is not one of ours."""
    match activity.value:
        case {"exchange": str(exchange_id), "organisation": str(organisation)}:
            return exchange_id, organisation
    return None
