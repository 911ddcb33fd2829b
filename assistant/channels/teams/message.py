"""A reply as Teams shows it: pure functions from a presentation to messages; nothing here calls Teams.

Limits are those of learn.microsoft.com/microsoftteams/platform/bots/how-to/bot-messages-ai-generated-content:
20 citations, a name of 80 and an excerpt of 160 characters; three suggested actions, and none beside a card.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from microsoft_teams.api.activities.message import MessageActivityInput
from microsoft_teams.api.models import SuggestedActions
from microsoft_teams.api.models.card import CardAction, CardActionType
from microsoft_teams.api.models.entity import CitationAppearance, CitationEntity, CitationUsageInfo

from assistant.channels import presentation
from assistant.channels.presentation import Presentation, Source, plain_text
from assistant.channels.teams import cards, text

CITATIONS = 20
SUGGESTIONS = 3
_KEYWORD_CHARS = 28
_LABEL_ID = "guidance"
_POINTER = re.compile(r"\[(\d{1,3})\]")


def words(language: str) -> dict[str, Any]:
    """The words for people in a language; English for one we have no words in."""
    return presentation.words(language, "teams")


def drafts(shown: Presentation) -> tuple[MessageActivityInput, ...]:
    """The reply, then the same with less, should Teams not take it: without cards and citations, bare."""
    return _whole(shown), _listed(shown), MessageActivityInput(text=plain_text(shown), text_format="plain")


def own_words(said: str, suggestions: Sequence[str] = ()) -> tuple[MessageActivityInput, ...]:
    """A message of words of our own, with questions to ask; then without them."""
    message = MessageActivityInput(text=text.escaped(said).replace("\n", "  \n"))
    if not suggestions:
        return (message,)
    return _suggesting(message.model_copy(), suggestions), message


def _whole(shown: Presentation) -> MessageActivityInput:
    cited = _cited(shown)
    numbers = frozenset(source.number for source in cited)
    pointed = {int(number) for number in _POINTER.findall(shown.text)}
    unpointed = [s for s in shown.sources if s.number not in pointed or s.number not in numbers]
    # Teams shows a citation where the text points to it: those that it does not are listed, with a pointer
    message = MessageActivityInput(text=_text(shown, text.body(shown, numbers), unpointed))
    message.add_ai_generated().add_feedback("custom")
    for source in cited:
        message.add_citation(source.number, _appearance(source, shown.language))
    _label_guidance(message, shown, cited)
    if shown.options:
        if len(shown.options) <= SUGGESTIONS:
            return _suggesting(message, [option.label for option in shown.options])
        return message.add_card(cards.choices(shown))
    return message.add_card(cards.glance(shown.card, shown.language)) if shown.card else message


def _listed(shown: Presentation) -> MessageActivityInput:
    said = presentation.words(shown.language)
    lines = [f"- {text.escaped(option.label)}" for option in shown.options]
    if shown.card:
        told = [f"{row.label}: {row.text}" for row in shown.card.rows]
        told += (
            [said["chain"], *(f"{step.label} {step.text}" for step in shown.card.chain)]
            if shown.card.chain
            else []
        )
        lines += [f"- {text.escaped(each)}" for each in told]
    numbers = frozenset(source.number for source in shown.sources)
    body = "\n\n".join(part for part in (text.body(shown, numbers), "\n".join(lines)) if part)
    message = MessageActivityInput(text=_text(shown, body, shown.sources, quoted=True))
    return message.add_ai_generated().add_feedback("custom")


def _text(shown: Presentation, body: str, listed: Sequence[Source], *, quoted: bool = False) -> str:
    parts = [f"**{text.escaped(shown.label)}**"] if shown.label else []
    parts += [body, text.escaped(shown.ask)]
    if listed:
        lines = [text.source_line(source) + (_quote(source) if quoted else "") for source in listed]
        parts.append("  \n".join([f"**{text.escaped(shown.heading)}**", *lines]))
    parts += [f"*{text.escaped(remark)}*" for remark in shown.remarks]
    return "\n\n".join(part for part in parts if part)


def _quote(source: Source) -> str:
    return "  \n" + "  \n".join(text.escaped(line) for line in source.quote.splitlines() if line.strip())


def _cited(shown: Presentation) -> tuple[Source, ...]:
    """The sources that get a citation: those the text points to before the others, at most `CITATIONS`."""
    pointed = {int(number) for number in _POINTER.findall(shown.text)}
    first = sorted(shown.sources, key=lambda source: source.number not in pointed)[:CITATIONS]
    return tuple(sorted(first, key=lambda source: source.number))


def _appearance(source: Source, language: str) -> CitationAppearance:
    excerpt = text.excerpt(source)
    whole = cards.as_json(cards.whole_quote(source, language)) if excerpt.endswith("…") else None
    label = presentation.words(language)["guidance"]
    return CitationAppearance(
        name=text.named(source),
        abstract=excerpt,
        url=source.url or None,
        text=json.dumps(whole, ensure_ascii=False) if whole else None,
        keywords=[text.cut(label, _KEYWORD_CHARS)] if source.is_guidance else None,
        usage_info=_usage(label, "") if source.is_guidance else None,
    )


def _label_guidance(message: MessageActivityInput, shown: Presentation, cited: Sequence[Source]) -> None:
    """Says of the message which sources do not bind: Teams takes the label of a citation only with it."""
    guidance = [source for source in cited if source.is_guidance]
    entity = next((each for each in message.entities or () if isinstance(each, CitationEntity)), None)
    if not guidance or entity is None:
        return
    label = presentation.words(shown.language)["guidance"]
    told = _usage(label, " ".join(f"[{source.number}]" for source in guidance))
    # one label of that id may have one description only
    for claim in entity.citation or ():
        if claim.appearance.usage_info is not None:
            claim.appearance.usage_info = told
    entity.__pydantic_extra__ = {
        **(entity.__pydantic_extra__ or {}),
        "usageInfo": told.model_dump(by_alias=True, exclude_none=True),
    }


def _usage(name: str, description: str) -> CitationUsageInfo:
    return CitationUsageInfo(at_id=_LABEL_ID, name=name, description=description, **{"@type": "CreativeWork"})  # type: ignore[arg-type]


def _suggesting(message: MessageActivityInput, suggestions: Sequence[str]) -> MessageActivityInput:
    actions = [
        CardAction(type=CardActionType.IM_BACK, title=each, value=each) for each in suggestions[:SUGGESTIONS]
    ]
    return message.with_suggested_actions(SuggestedActions(to=[], actions=actions))
