"""Adaptive Cards (1.5): a decision, a forum or a role at a glance, options to choose, and what was wrong.

Words of documents stand in text runs, which show no markup; only words of our own stand elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from microsoft_teams.cards import (
    ActionSet,
    AdaptiveCard,
    CardElement,
    Choice,
    ChoiceSetInput,
    Column,
    ColumnSet,
    OpenUrlAction,
    RichTextBlock,
    SubmitAction,
    TextBlock,
    TextInput,
    TextRun,
)

from assistant.channels.presentation import Card, Presentation, Row, Source, words
from assistant.channels.teams.text import cut
from assistant.channels.wire import WireOption
from assistant.domain.reply import Complaint

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
COMMENT, COMPLAINT = "comment", "complaint"
COMMENT_CHARS = 2_000
ROWS = 20
OPTIONS = 24
_ROW_CHARS = 500
_BUTTON_CHARS = 60
_BUTTONS_A_LINE = 3


def glance(card: Card, language: str) -> AdaptiveCard:
    """A decision right with the way it goes, or what is said of a forum or role; a row opens its source."""
    said = words(language)
    body: list[CardElement] = [
        TextBlock(text=card.label, size="Small", is_subtle=True, wrap=True),
        _rich(_run(card.title, weight="Bolder", size="Medium")),
    ]
    body += [_row(row, said) for row in card.rows[:ROWS]]
    if card.chain:
        body.append(
            TextBlock(text=said["chain"], weight="Bolder", wrap=True, separator=True, spacing="Medium")
        )
        body += [_step(at, step, said) for at, step in enumerate(card.chain[:ROWS])]
    left_out = max(len(card.rows) - ROWS, 0) + max(len(card.chain) - ROWS, 0)
    if left_out:
        body.append(TextBlock(text=said["more"].format(count=left_out), is_subtle=True, wrap=True))
    return AdaptiveCard(
        body=body, lang=language, fallback_text=cut(f"{card.label}: {card.title}", _ROW_CHARS)
    )


def whole_quote(source: Source, language: str) -> AdaptiveCard:
    """What a citation opens: the words in full, and where they stand. Nothing in it can be clicked."""
    return AdaptiveCard(
        body=[
            _rich(_run(source.quote)),
            _rich(_run(source.line, is_subtle=True, size="Small")),
        ],
        lang=language,
    )


def choices(shown: Presentation) -> AdaptiveCard:
    """A button an option, at most `OPTIONS`."""
    options = shown.options[:OPTIONS]
    lines = [options[at : at + _BUTTONS_A_LINE] for at in range(0, len(options), _BUTTONS_A_LINE)]
    return AdaptiveCard(
        body=[ActionSet(actions=[_choice(each, shown) for each in line]) for line in lines],
        lang=shown.language,
    )


def complaint_form(helpful: bool, language: str) -> dict[str, Any]:
    """The answer to Teams when somebody clicks a thumb: a form for what was wrong, or for praise."""
    said = words(language)
    body: list[CardElement] = []
    if not helpful:
        listed = [Choice(title=said[f"complaint_{each}"], value=each.value) for each in Complaint]
        body.append(ChoiceSetInput(id=COMPLAINT, label=said["why"], choices=listed, style="expanded"))
    body.append(TextInput(id=COMMENT, label=said["comment"], is_multiline=True, max_length=COMMENT_CHARS))
    card = AdaptiveCard(body=body, actions=[SubmitAction(title=said["send"])], lang=language)
    title = said["helpful" if helpful else "unhelpful"]
    attached = {"contentType": CONTENT_TYPE, "content": as_json(card)}
    return {"task": {"type": "continue", "value": {"title": title, "card": attached}}}


def as_json(card: AdaptiveCard) -> dict[str, Any]:
    """The card as it is sent."""
    return card.model_dump(by_alias=True, exclude_none=True)


def _row(row: Row, said: Mapping[str, str]) -> ColumnSet:
    return ColumnSet(
        columns=[
            Column(width="110px", items=[TextBlock(text=row.label, is_subtle=True, wrap=True)]),
            Column(width="stretch", items=[_rich(_run(row.text), *_pointer(row))]),
        ],
        select_action=_opens(row, said),
        spacing="Small",
    )


def _step(at: int, step: Row, said: Mapping[str, str]) -> ColumnSet:
    told = [_run(step.label, weight="Bolder"), _run(f" {step.text}"), *_pointer(step)]
    return ColumnSet(
        columns=[
            Column(width="24px", items=[TextBlock(text="↓" if at else "•", is_subtle=True)]),
            Column(width="stretch", items=[_rich(*told)]),
        ],
        select_action=_opens(step, said),
        spacing="Small",
    )


def _opens(row: Row, said: Mapping[str, str]) -> OpenUrlAction | None:
    return OpenUrlAction(url=row.url, title=said["open"]) if row.url else None


def _pointer(row: Row) -> list[TextRun]:
    return [TextRun(text=f" [{row.source}]", is_subtle=True)] if row.source else []


def _rich(*runs: TextRun) -> RichTextBlock:
    return RichTextBlock(inlines=list[CardElement](runs))


def _run(text: str, **style: Any) -> TextRun:
    # the SDK's notes say that some hosts read a little Markdown here: a link is kept from becoming one
    return TextRun(text=cut(text, _ROW_CHARS if style else 4_000).replace("](", "]\u2060("), **style)


def _choice(option: WireOption, shown: Presentation) -> SubmitAction:
    label = cut(option.label, _BUTTON_CHARS)
    chosen = {"exchange": shown.exchange_id, "organisation": option.organisation}
    back = {"type": "messageBack", "displayText": label, "text": label, "value": chosen}
    return SubmitAction(title=label, data={**chosen, "msteams": back})
