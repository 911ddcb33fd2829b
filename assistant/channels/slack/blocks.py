"""Replies as Slack shows them: pure functions from an exchange to a message; nothing here calls Slack.

Text of documents and people is data: escaped where Slack reads markup, and quotes are rich text,
which Slack shows letter for letter. Limits are those of docs.slack.dev/reference/block-kit.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from assistant.channels import presentation
from assistant.channels.wire import document_url, whole_address
from assistant.domain.document import Kind
from assistant.domain.reply import Abstention, Answer, Citation, Clarification, Exchange, Option
from assistant.language.wordlists import read_yaml

Block = dict[str, object]

SECTION_CHARS = 3000
BLOCKS = 50
BUTTONS = 25
LABEL_CHARS = 75
# Slack refuses a message whose blocks are too long together, by a number it does not document:
# 13,297 was measured in slackapi/bolt-js issue 2509. This leaves room below that.
MESSAGE_CHARS = 10_000

FEEDBACK_ACTION = "feedback"
CHOICE_ACTION = "choice"
SHARE_ACTION = "share"
FALLBACK_LANGUAGE = "en"

# What follows the quotes: how many were left out, the button that shares, and the feedback buttons.
_END_BLOCKS = 3
_END_CHARS = 1000


@dataclass(frozen=True, slots=True)
class Message:
    """What chat.postMessage takes; `text` is for notifications and for clients without blocks."""

    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A click on an option of a question back, which was in `language`."""

    exchange_id: str
    organisation: str
    language: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A click on a feedback button; `language` is that of the reply."""

    exchange_id: str
    helpful: bool
    language: str


@dataclass(frozen=True, slots=True)
class Share:
    """A click on "share to channel" under a reply in `language` that only the asker saw."""

    exchange_id: str
    language: str


def words(language: str) -> dict[str, str]:
    """The words for people in a language; English for one we have no words in."""
    own: dict[str, dict[str, str]] = read_yaml("assistant.channels.slack", "words")
    return {**presentation.words(language), **own.get(language, own[FALLBACK_LANGUAGE])}


def escape(text: str) -> str:
    """Text that Slack's markup cannot take for a mention, a channel or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def read_message(text: str, bot_user_id: str) -> str:
    """What a person wrote: without the mention of us, Slack's markup undone, spaces around it trimmed.

    A mention of someone else is left out too: an id says nothing to the documents.
    """
    if bot_user_id:
        text = re.sub(rf"<@{re.escape(bot_user_id)}(\|[^<>]*)?>", " ", text)
    text = re.sub(r"<([^<>]*)>", _read_token, text)
    lines = (" ".join(line.split()) for line in html.unescape(text).splitlines())
    return "\n".join(line for line in lines if line)


def _read_token(token: re.Match[str]) -> str:
    target, _, label = token[1].partition("|")
    if label:
        return f"#{label}" if target.startswith("#") else label
    return " " if target[:1] in "@#!" else target.removeprefix("mailto:")


def plain_message(text: str) -> Message:
    """A message of words of our own."""
    return Message(escape(text))


def render(exchange: Exchange, public_url: str = "", *, shareable: bool = False) -> Message:
    """The message for an exchange; its citations link to the web page at `public_url` when there is one.

    One that only the asker sees is `shareable`: a button shows it to the channel.
    """
    reply = exchange.reply
    said = words(reply.language)
    blocks = [_section(part) for part in _parts(reply.text)]
    blocks += [_context(escape(note)) for note in exchange.notes]
    match reply:
        case Answer():
            heading, citations = said["sources"], reply.citations
        case Abstention():
            heading, citations = said["nearest"], reply.nearest
            if reply.ask and reply.ask not in reply.text:
                blocks.append(_context(escape(said["ask"].format(who=reply.ask))))
        case Clarification():
            blocks += _choices(exchange.id, reply)
            return Message(_notice(reply.text), tuple(blocks))
    if citations:
        blocks.append(_context(f"*{heading}*"))
        blocks += _quotes(citations, said, public_url, blocks)
    if shareable:
        blocks.append(_share(exchange.id, reply.language, said))
    blocks.append(_feedback(exchange.id, reply.language, said))
    return Message(_notice(reply.text), tuple(blocks))


def read_choice(value: str) -> Choice | None:
    """The option a button of ours stands for; None when the value is not one of ours."""
    match _read_value(value):
        case {"exchange": str(exchange_id), "organisation": str(organisation), "language": str(language)}:
            return Choice(exchange_id, organisation, language)
    return None


def read_verdict(value: str) -> Verdict | None:
    """The feedback a button of ours stands for; None when the value is not one of ours."""
    match _read_value(value):
        case {"exchange": str(exchange_id), "helpful": bool(helpful), "language": str(language)}:
            return Verdict(exchange_id, helpful, language)
    return None


def read_share(value: str) -> Share | None:
    """The reply a button of ours would share; None when the value is not one of ours."""
    match _read_value(value):
        case {"share": str(exchange_id), "language": str(language)}:
            return Share(exchange_id, language)
    return None


def _read_value(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        return None


def _quotes(
    citations: Sequence[Citation],
    said: dict[str, str],
    public_url: str,
    before: Sequence[Block],
) -> list[Block]:
    """Two blocks a citation, as many citations as the message has room for, then how many were left out."""
    several = len({citation.organisation_name for citation in citations}) > 1
    room = MESSAGE_CHARS - _chars(before) - _END_CHARS
    shown: list[Block] = []
    for place, citation in enumerate(citations):
        pair = [_source(citation, said, several, public_url), *_quote(citation.quote)]
        room -= _chars(pair)
        if room < 0 or len(before) + len(shown) + len(pair) + _END_BLOCKS > BLOCKS:
            shown.append(_context(escape(said["more"].format(count=len(citations) - place))))
            break
        shown += pair
    return shown


def _chars(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))


def _source(citation: Citation, said: dict[str, str], several: bool, public_url: str) -> Block:
    document = citation.document
    parts = [document.title, citation.locator]
    if several:
        parts.insert(0, citation.organisation_name)
    if document.kind is Kind.GUIDANCE:
        parts.append(said["guidance"])
    line = escape(_cut(" · ".join(" ".join(part.split()) for part in parts if part.strip()), 500))
    if public_url:
        path = document_url(document.id, document.version, citation.start, citation.end)
        line += f" · <{escape(whole_address(public_url, path))}|{said['open']}>"
    return _context(f"[{citation.number}] {line}")


def _quote(text: str) -> list[Block]:
    if not text:
        return []
    words_of_document: Block = {"type": "text", "text": text}
    marked: Block = {"type": "rich_text_quote", "elements": [words_of_document]}
    return [{"type": "rich_text", "elements": [marked]}]


def _choices(exchange_id: str, reply: Clarification) -> list[Block]:
    def value(option: Option) -> str:
        chosen = {
            "exchange": exchange_id,
            "organisation": option.organisation,
            "language": reply.language,
        }
        return json.dumps(chosen)

    buttons: list[Block] = [
        {
            "type": "button",
            "action_id": f"{CHOICE_ACTION}:{place}",
            "text": _label(option.label),
            "value": value(option),
        }
        for place, option in enumerate(islice(reply.options, BUTTONS))
    ]
    return [{"type": "actions", "elements": buttons}] if buttons else []


def _feedback(exchange_id: str, language: str, said: dict[str, str]) -> Block:
    def button(helpful: bool) -> Block:
        word = said["helpful" if helpful else "unhelpful"]
        value = json.dumps({"exchange": exchange_id, "helpful": helpful, "language": language})
        return {"text": _label(word), "accessibility_label": word, "value": value}

    buttons: Block = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK_ACTION,
        "positive_button": button(True),
        "negative_button": button(False),
    }
    return {"type": "context_actions", "elements": [buttons]}


def _share(exchange_id: str, language: str, said: dict[str, str]) -> Block:
    button: Block = {
        "type": "button",
        "action_id": SHARE_ACTION,
        "text": _label(said["share"]),
        "value": json.dumps({"share": exchange_id, "language": language}),
    }
    return {"type": "actions", "elements": [button]}


def _section(escaped: str) -> Block:
    # verbatim: Slack must not turn a bare address, #word or @word of a document into a link or mention.
    return {"type": "section", "text": {"type": "mrkdwn", "text": escaped, "verbatim": True}}


def _context(escaped: str) -> Block:
    text: Block = {"type": "mrkdwn", "text": _cut_escaped(escaped, SECTION_CHARS), "verbatim": True}
    return {"type": "context", "elements": [text]}


def _label(text: str) -> Block:
    return {"type": "plain_text", "text": _cut(text, LABEL_CHARS), "emoji": False}


def _notice(text: str) -> str:
    return next(iter(_parts(text)), "…")


def _parts(text: str) -> list[str]:
    """The text escaped, in parts that each fit a section, cut between lines or words where there are any."""
    rest = escape(text.strip())
    parts: list[str] = []
    while len(rest) > SECTION_CHARS and len(parts) < 2:
        part = _cut_escaped(rest, SECTION_CHARS, mark="")
        at = max(part.rfind("\n"), part.rfind(" "))
        part = part[:at] if at > SECTION_CHARS // 2 else part
        parts.append(part.rstrip())
        rest = rest[len(part) :].lstrip()
    return [part for part in (*parts, _cut_escaped(rest, SECTION_CHARS)) if part]


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _cut_escaped(escaped: str, limit: int, mark: str = "…") -> str:
    """Escaped text of at most `limit` characters, never cut inside an entity."""
    if len(escaped) <= limit:
        return escaped
    return re.sub(r"&[a-z]*$", "", escaped[: limit - len(mark)]) + mark
