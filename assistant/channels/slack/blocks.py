"""Replies as Slack shows them: pure functions from a presentation to a message; nothing here calls Slack.

Text of documents and people is data: escaped where Slack reads markup, and quotes and cards are rich
text, which Slack shows letter for letter. Limits are those of docs.slack.dev/reference/block-kit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from assistant.channels import presentation
from assistant.channels.presentation import Card, Presentation, Row, Source
from assistant.channels.slack.values import (
    CHOICE_ACTION,
    FEEDBACK_ACTION,
    SHARE_ACTION,
    SOURCE_ACTION,
    Choice,
    Share,
    Show,
    Verdict,
    written,
)

Block = dict[str, object]

SECTION_CHARS = 3000
BLOCKS = 50
BUTTONS = 25
LABEL_CHARS = 75
# Slack refuses a message whose blocks are too long together, by a number it does not document:
# 13,297 was measured in slackapi/bolt-js issue 2509. This leaves room below that.
MESSAGE_CHARS = 10_000

# What follows the quotes: how many were left out, the buttons that show and share, and feedback.
_END_BLOCKS = 3
_END_CHARS = 3000
_SHOWN_SOURCES = 6
_CARD_CHARS = 3500
_LISTS_CHARS = 300
_BEFORE_CARD = 3
_ROW_CHARS = 300


@dataclass(frozen=True, slots=True)
class Message:
    """What chat.postMessage takes; `text` is for notifications and for clients without blocks.

    `head` holds what the reply says, `tail` what it rests on and the buttons: where the words have been
    streamed, only the tail is added.
    """

    text: str
    head: tuple[Block, ...] = ()
    tail: tuple[Block, ...] = ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The whole message."""
        return self.head + self.tail


def words(language: str) -> dict[str, str]:
    """The words for people in a language; English for one we have no words in."""
    return presentation.words(language, "slack")


def escape(text: str) -> str:
    """Text that Slack's markup cannot take for a mention, a channel or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_message(text: str) -> Message:
    """A message of words of our own."""
    return Message(escape(text))


def render(shown: Presentation, *, shareable: bool = False) -> Message:
    """The message for a reply.

    One that only the asker sees is `shareable`: a button shows it to the channel.
    """
    said = words(shown.language)
    head = [context(f"*{escape(shown.label)}*")] if shown.label else []
    head += [section(part) for part in _parts(shown.text)]
    tail = [context(escape(remark)) for remark in shown.remarks]
    if shown.ask:
        tail.append(context(escape(shown.ask)))
    if shown.options:
        tail.append(_choices(shown))
    if shown.card:
        room = MESSAGE_CHARS - _END_CHARS - _chars([*head, *tail]) - _first_chars(shown.sources, said)
        tail += _card(shown.card, said, min(room, _CARD_CHARS))
    numbers: list[int] = []
    if shown.sources:
        tail.append(context(f"*{escape(shown.heading)}*"))
        quotes, numbers = _quotes(shown.sources, said, [*head, *tail])
        tail += quotes
    buttons = [_share(shown, said)] if shareable and not shown.options else []
    buttons += [_show(shown, number, said) for number in numbers[:_SHOWN_SOURCES]]
    tail += [actions(buttons)] if buttons else []
    if not shown.options:
        tail.append(_feedback(shown, said))
    return Message(_notice(shown.text), tuple(head), tuple(tail))


def section(escaped: str) -> Block:
    """Text in Slack's markup."""
    # verbatim: Slack must not turn a bare address, #word or @word of a document into a link or mention.
    return {"type": "section", "text": {"type": "mrkdwn", "text": escaped, "verbatim": True}}


def context(escaped: str) -> Block:
    """Small text in Slack's markup."""
    text: Block = {"type": "mrkdwn", "text": _cut_escaped(escaped, SECTION_CHARS), "verbatim": True}
    return {"type": "context", "elements": [text]}


def actions(elements: Sequence[Block]) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def button(action_id: str, text: str, value: str) -> Block:
    """A button that sends us a value."""
    return {"type": "button", "action_id": action_id, "text": label(text), "value": value}


def label(text: str, limit: int = LABEL_CHARS) -> Block:
    """Text of a button, an option or a title, which Slack shows letter for letter."""
    return {"type": "plain_text", "text": cut(" ".join(text.split()), limit), "emoji": False}


def rich(*parts: Block) -> Block:
    """Rich text, in which only elements of other types than text are mentions or links."""
    return {"type": "rich_text", "elements": list(parts)}


def spoken(text: str, **style: bool) -> Block:
    """An element of rich text, shown letter for letter."""
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def cut(text: str, limit: int) -> str:
    """At most so many characters, with a mark where something is left out."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def source_line(source: Source, said: dict[str, str]) -> str:
    """Where a quote stands, escaped, with a link that opens it there."""
    line = escape(cut(source.line, 500))
    return f"{line} · <{escape(source.url)}|{said['open']}>" if source.url else line


def _quotes(
    sources: Sequence[Source], said: dict[str, str], before: Sequence[Block]
) -> tuple[list[Block], list[int]]:
    """Two blocks a source, as many as the message has room for, then how many were left out; and which."""
    room = MESSAGE_CHARS - _chars(before) - _END_CHARS
    shown: list[Block] = []
    numbers: list[int] = []
    for place, source in enumerate(sources):
        pair = _pair(source, said)
        room -= _chars(pair)
        if room < 0 or len(before) + len(shown) + len(pair) + _END_BLOCKS > BLOCKS:
            shown.append(context(escape(said["more"].format(count=len(sources) - place))))
            break
        shown += pair
        numbers.append(source.number)
    return shown, numbers


def _pair(source: Source, said: dict[str, str]) -> list[Block]:
    """Where a quote stands, and the quote."""
    quote: Block = {"type": "rich_text_quote", "elements": [spoken(source.quote)]}
    where = context(f"[{source.number}] {source_line(source, said)}")
    return [where, rich(quote)] if source.quote else [where]


def _first_chars(sources: Sequence[Source], said: dict[str, str]) -> int:
    """The room that the first sources take, which go before a card."""
    return sum(_chars(_pair(source, said)) for source in sources[:_BEFORE_CARD])


def _card(card: Card, said: dict[str, str], room: int) -> list[Block]:
    """The card as one rich text: a title, a list of what is told, and the way that a power goes.

    What has no room is left out and counted; nothing where there is room for next to nothing.
    """
    title = _line(spoken(cut(f"{card.label}: {card.title}", _ROW_CHARS), bold=True))
    way = [
        _line(spoken(f"{cut(link.label, _ROW_CHARS)} ", bold=True), *_row(link, said)) for link in card.chain
    ]
    told = [
        _line(spoken(f"{cut(row.label, _ROW_CHARS)}: ", bold=True), *_row(row, said)) for row in card.rows
    ]
    room -= _chars([title]) + _LISTS_CHARS
    kept = told[: _fitting(told, room)]
    drawn = way[: _fitting(way, room - _chars(kept))]
    if not kept:
        return []
    parts: list[Block] = [title, {"type": "rich_text_list", "style": "bullet", "elements": kept}]
    if len(kept) < len(told):
        parts.append(_line(spoken(said["more"].format(count=len(told) - len(kept)))))
    if drawn:
        parts.append(_line(spoken(said["chain"], bold=True)))
        parts.append({"type": "rich_text_list", "style": "ordered", "elements": drawn})
    return [rich(*parts)]


def _row(row: Row, said: dict[str, str]) -> list[Block]:
    """What a row tells and a link to where it stands."""
    told = spoken(cut(row.text, _ROW_CHARS) or "–")
    if not row.url:
        return [told, spoken(f" [{row.source}]")] if row.source else [told]
    link: Block = {
        "type": "link",
        "url": row.url,
        "text": f"[{row.source}]" if row.source else said["open"],
    }
    return [told, spoken(" "), link]


def _line(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def _fitting(lines: Sequence[Block], room: int) -> int:
    """How many of the lines there is room for."""
    for count, line in enumerate(lines):
        room -= _chars([line])
        if room < 0:
            return count
    return len(lines)


def _chars(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))


def _choices(shown: Presentation) -> Block:
    return actions(
        [
            button(
                f"{CHOICE_ACTION}:{place}",
                option.label,
                written(Choice(shown.exchange_id, option.organisation, shown.language)),
            )
            for place, option in enumerate(islice(shown.options, BUTTONS))
        ]
    )


def _share(shown: Presentation, said: dict[str, str]) -> Block:
    return button(SHARE_ACTION, said["share"], written(Share(shown.exchange_id, shown.language)))


def _show(shown: Presentation, number: int, said: dict[str, str]) -> Block:
    value = written(Show(shown.exchange_id, number, shown.language))
    return button(f"{SOURCE_ACTION}:{number}", said["show_source"].format(count=number), value)


def _feedback(shown: Presentation, said: dict[str, str]) -> Block:
    def thumb(helpful: bool) -> Block:
        word = said["helpful" if helpful else "unhelpful"]
        value = written(Verdict(shown.exchange_id, helpful, shown.language))
        return {"text": label(word), "accessibility_label": word, "value": value}

    buttons: Block = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK_ACTION,
        "positive_button": thumb(True),
        "negative_button": thumb(False),
    }
    return {"type": "context_actions", "elements": [buttons]}


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


def _cut_escaped(escaped: str, limit: int, mark: str = "…") -> str:
    """Escaped text of at most `limit` characters, never cut inside an entity."""
    if len(escaped) <= limit:
        return escaped
    return re.sub(r"&[a-z]*$", "", escaped[: limit - len(mark)]) + mark
