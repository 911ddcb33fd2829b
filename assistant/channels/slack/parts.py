"""What the listeners of this channel share, handed to them by the composition root."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from assistant.channels import failures
from assistant.channels.ports import HasInbox, Reads, Suggests
from assistant.channels.presentation import FALLBACK_LANGUAGE
from assistant.channels.replying import Replies
from assistant.domain.document import Organisation
from assistant.domain.question import Question
from assistant.domain.scope import Scope
from assistant.retrieval.scoping import find_scope, stranger_in

CHANNEL = "slack"

_log = logging.getLogger(__name__)


class Keeps(HasInbox, Protocol):
    """What this channel needs of the transcripts store (blocking)."""

    def earlier(self, question: Question) -> tuple[str, ...]:
        """The questions asked before in a question's conversation, oldest first."""
        ...

    def prefer(self, place: str, chosen: Mapping[str, str]) -> None:
        """Keep what was chosen for a place."""
        ...

    def preferred(self, place: str) -> dict[str, str]:
        """What was chosen there; empty when nothing was."""
        ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """Organisation (its id) and language that hold where nothing else is said; "" for none."""

    organisation: str = ""
    language: str = ""


def place_of(team: str, where: str) -> str:
    """The key under which a channel's or a person's choices are kept."""
    return f"{CHANNEL}:{team}:{where}"


@dataclass(frozen=True, slots=True)
class Parts:
    """What answers, what remembers and what can be shown. Everything here blocks: call it in a thread."""

    replies: Replies
    transcripts: Keeps
    library: Reads
    public_url: str = ""
    organisation: str = ""
    suggestions: Suggests = lambda organisation, language: ()

    def chosen(self, team: str, *wheres: str) -> Chosen:
        """What holds in the first of these places where anything was chosen, each choice by itself."""
        try:
            each = [self.transcripts.preferred(place_of(team, where)) for where in wheres if where]
        except Exception as error:  # noqa: BLE001 - a choice that cannot be read must not cost the answer
            log_failure("choices could not be read", error)
            return Chosen()
        organisation = next((one["organisation"] for one in each if one.get("organisation")), "")
        language = next((one["language"] for one in each if one.get("language")), "")
        return Chosen(organisation, language)

    def municipalities(self) -> tuple[Organisation, ...]:
        """Those whose documents are in the library, by name."""
        found = (each for each in self.library.organisations() if not each.is_country)
        return tuple(sorted(found, key=lambda each: each.name.casefold()))

    def language(self, chosen: Chosen) -> str:
        """What to speak to somebody who has not said anything yet."""
        everyone = self.municipalities()
        about = chosen.organisation or self.organisation
        own = {each.language for each in everyone if about in (each.id, each.name)}
        spoken = own or {each.language for each in everyone}
        return chosen.language or (next(iter(spoken)) if len(spoken) == 1 else FALLBACK_LANGUAGE)

    def names_whose(self, question: Question) -> bool:
        """Whether the question, or one before it in its conversation, says whose rules it asks for."""
        everyone = self.library.organisations()
        for text in (question.text, *self.transcripts.earlier(question)):
            subject = find_scope(Question(text), everyone, "", date.min)
            if subject.named or subject.scope.organisations is not None or stranger_in(text, everyone):
                return True
        return False

    def asked_of(self, question: Question, chosen: Chosen) -> Question:
        """The question with the chosen organisation, where it leaves open whose rules it asks for."""
        known = {each.id for each in self.library.organisations()} if chosen.organisation else ()
        if question.organisation or chosen.organisation not in known or self.names_whose(question):
            return question
        return replace(question, organisation=chosen.organisation)


def public_scope() -> Scope:
    """Every version of what everyone may read: all that anybody in Slack is shown."""
    return Scope(None, None)


def in_force() -> Scope:
    """What everyone may read of what is in force today."""
    return Scope(None, datetime.now().astimezone().date())


def log_failure(what: str, error: BaseException) -> None:
    """As every channel logs it, said to be Slack's."""
    failures.log_failure(_log, f"Slack: {what}", error)
