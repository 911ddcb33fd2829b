"""What a question gets: an answer, an abstention or a question back; none is a bare string."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.domain.document import Document
from assistant.domain.governance import Facet


class Outcome(StrEnum):
    """The seven ways an exchange can end."""

    ANSWERED = "answered"
    CONFLICTING = "conflicting"
    CLARIFY = "clarify"
    SILENT = "silent"
    NOT_FOUND = "not_found"
    OUT_OF_SCOPE = "out_of_scope"
    UNAVAILABLE = "unavailable"


class Complaint(StrEnum):
    """What a reader who was not helped says was wrong."""

    WRONG = "wrong"
    INCOMPLETE = "incomplete"
    OUTDATED = "outdated"
    ELSEWHERE = "elsewhere"
    UNCLEAR = "unclear"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Citation:
    """A pointer to a verbatim span: the canonical text of `document` at [start:end] is `quote`."""

    number: int
    document: Document
    organisation_name: str
    locator: str
    quote: str
    start: int
    end: int
    passage_id: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim and the numbers of the citations it rests on (at least one)."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the way from who has a power to who acts: who, the act, and the citation that says so.

    `act` is an `Act` value, or "delegates" and "may receive" for those before and after a decider.
    """

    actor: str
    act: str
    limits: str
    citation: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides a matter, as a table or sentence states it: `limits` and `legal_basis` in its own words.

    `further` tells whether the power may be delegated further: "yes", "no" or "unstated".
    """

    matter: str
    decider: str
    act: str
    limits: str
    legal_basis: str
    further: str
    chain: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a body or role in one respect, in the document's words, and where it stands."""

    facet: Facet
    text: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Profile:
    """The body or role that an answer is about, with what the documents say of it.

    Its citations are beside those of the answer and numbered on from them.
    """

    name: str
    is_role: bool
    facts: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is what a person reads (at most 900 characters, [n] marks citations).

    `decision` is who decides, where a decision right leads the answer; `profile` the body or role,
    where what is said of one does.
    """

    outcome: Outcome
    language: str
    text: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    decision: Decision | None = None
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class Abstention:
    """The documents do not answer. `reason` is a stable code; `nearest` what came closest.

    `ask` names whom to ask when a document names an owner, else "". Its text in the reader's
    language is `text`.
    """

    outcome: Outcome
    language: str
    text: str
    reason: str
    nearest: tuple[Citation, ...] = ()
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to make the question clear: `organisation` goes with the question asked again."""

    label: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question back, with the options that would settle it."""

    language: str
    text: str
    options: tuple[Option, ...]
    outcome: Outcome = Outcome.CLARIFY


Reply = Answer | Abstention | Clarification


class Ended(StrEnum):
    """How it ended to ask a language model to word an answer.

    `NARRATED` and `DECLINED` (it found no answer in the evidence) are the model's; after all others the
    answer without a model stands. `REWRITTEN`: it only put a follow-up in full. `UNSUPPORTED`: what was
    left after the checks did not answer.
    `RESTING`: it failed so often that it is left alone for a while. `BUSY`: too many ask at once.
    """

    NARRATED = "narrated"
    DECLINED = "declined"
    REWRITTEN = "rewritten"
    UNSUPPORTED = "unsupported"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    REJECTED = "rejected"
    RESTING = "resting"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Narration:
    """What came of asking a language model, for the transcript and the log; none of it is shown.

    `prompts` is the version of the prompt files that were used. `calls` counts requests, failed ones
    too; tokens are those the model's server reported. `dropped` has the reason for each statement that
    was not shown, in order.
    """

    model: str
    prompts: str
    ended: Ended
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question's reply as it leaves the house, with what the transcript needs.

    `id` names it in feedback; `mode` is "extractive" or the model that narrated; `notes` are
    visible remarks ("answered from words only"); `timing_ms` has understand, retrieve, answer,
    verify, and narrate where a model was asked. `understood` is the question as it was answered, with
    what it left to the conversation, in its parts where it asked several things; `narration` is None where
    no model was asked.
    """

    id: str
    reply: Reply
    mode: str
    timing_ms: dict[str, float]
    notes: tuple[str, ...] = ()
    conversation_id: str = ""
    understood: str = ""
    narration: Narration | None = None
