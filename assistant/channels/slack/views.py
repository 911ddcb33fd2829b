"""Windows and the home page as Slack shows them: pure functions from what is to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.channels.presentation import Source
from assistant.channels.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    cut,
    escape,
    label,
    rich,
    section,
    source_line,
    spoken,
    words,
)
from assistant.channels.slack.parts import Chosen
from assistant.channels.slack.values import EXAMPLE_ACTION, PREFER_ACTION, Example, Place, written
from assistant.domain.document import Organisation
from assistant.domain.reply import Complaint
from assistant.language.identify import LANGUAGES

View = dict[str, Any]

WHY_VIEW = "why"
SETTINGS_VIEW = "settings"
COMMENT_CHARS = 2_000
EXAMPLES = 4

_TITLE_CHARS = 24
_NONE = "-"
_OPTIONS = 100
_KNOWN = 30
_AROUND_CHARS = 1_200


@dataclass(frozen=True, slots=True)
class InPlace:
    """A source with the version it is of and the text of its passage before and after the quote."""

    source: Source
    version: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Known:
    """An organisation, and how many documents of it everyone may read."""

    name: str
    documents: int


def why_view(place: Place) -> View:
    """Asks what was wrong with a reply."""
    said = words(place.language)
    reasons: Block = {
        "type": "radio_buttons",
        "action_id": "reason",
        "options": [_option(said[f"complaint_{each}"], each.value) for each in Complaint],
    }
    comment: Block = {
        "type": "plain_text_input",
        "action_id": "comment",
        "multiline": True,
        "max_length": COMMENT_CHARS,
    }
    return {
        **_window(WHY_VIEW, said["why"], said, said["send"]),
        "private_metadata": written(place),
        "blocks": [
            {"type": "input", "block_id": "reason", "label": label(said["why"]), "element": reasons},
            {
                "type": "input",
                "block_id": "comment",
                "label": label(said["comment"]),
                "element": comment,
                "optional": True,
            },
        ],
    }


def read_why(view: View) -> tuple[Complaint | None, str]:
    """The reason and the comment of a sent form."""
    values = (view.get("state") or {}).get("values") or {}
    reason = _selected(values, "reason", "reason")
    comment = ((values.get("comment") or {}).get("comment") or {}).get("value") or ""
    known = {each.value: each for each in Complaint}
    return known.get(reason), str(comment).strip()


def source_view(shown: InPlace | None, language: str) -> View:
    """A source in its place, or that it can no longer be shown."""
    said = words(language)
    return {
        "type": "modal",
        "title": label(said["source"], _TITLE_CHARS),
        "close": label(said["close"], _TITLE_CHARS),
        "blocks": list(source_message(shown, language).blocks),
    }


def source_message(shown: InPlace | None, language: str) -> Message:
    """The same as a message, for where no window opens."""
    said = words(language)
    if shown is None:
        return Message(escape(said["source_gone"]), (section(escape(said["source_gone"])),))
    before, after = shown.before, shown.after
    if len(before) > _AROUND_CHARS:
        before = "… " + before[-_AROUND_CHARS:]
    parts = [
        spoken(text, **style)
        for text, style in (
            (before, {}),
            (shown.source.quote, {"bold": True}),
            (cut(after, _AROUND_CHARS), {}),
        )
        if text
    ]
    text: Block = {"type": "rich_text_section", "elements": parts}
    where = [section(f"[{shown.source.number}] {source_line(shown.source, said)}")]
    if shown.version:
        where.append(context(escape(f"{said['version']}: {shown.version}")))
    return Message(escape(shown.source.line), (*where, rich(text)))


def settings_view(place: Place, organisations: Sequence[Organisation], chosen: Chosen, language: str) -> View:
    """Chooses organisation and language for a channel; `place.about` is the key they are kept under."""
    said = words(language)
    return {
        **_window(SETTINGS_VIEW, said["settings"], said, said["save"]),
        "private_metadata": written(place),
        "blocks": [
            section(escape(said["settings_about"])),
            {
                "type": "input",
                "block_id": "organisation",
                "label": label(said["organisation"]),
                "hint": label(said["organisation_about"], 150),
                "element": _organisations("organisation", organisations, chosen, said),
            },
            {
                "type": "input",
                "block_id": "language",
                "label": label(said["language"]),
                "element": _languages("language", chosen, said),
            },
        ],
    }


def read_settings(view: View) -> Chosen:
    """What was chosen in a sent form."""
    values = (view.get("state") or {}).get("values") or {}
    return Chosen(
        picked(_selected(values, "organisation", "organisation")),
        picked(_selected(values, "language", "language")),
    )


def picked(value: str) -> str:
    """What an option of a picker stands for, "" for none."""
    return "" if value == _NONE else value


def home_view(
    known: Sequence[Known],
    organisations: Sequence[Organisation],
    examples: Sequence[str],
    chosen: Chosen,
    language: str,
) -> View:
    """A person's own page: what this is and knows, examples to click, and their choices."""
    said = words(language)
    blocks: list[Block] = [section(escape(said["about"])), _header(said["knows"])]
    lines = [
        escape(cut(said["documents"].format(name=each.name, count=each.documents), 90))
        for each in known[:_KNOWN]
    ]
    if len(known) > _KNOWN:
        lines.append(escape(said["more"].format(count=len(known) - _KNOWN)))
    blocks.append(section("\n".join(lines) or escape(said["knows_nothing"])))
    if examples:
        blocks.append(_header(said["try"]))
        blocks.append(
            actions(
                [
                    button(f"{EXAMPLE_ACTION}:{at}", example, written(Example(example, language)))
                    for at, example in enumerate(examples[:EXAMPLES])
                ]
            )
        )
    blocks += [
        _header(said["yours"]),
        {
            **section(f"*{escape(said['organisation'])}*\n{escape(said['organisation_about'])}"),
            "accessory": _organisations(f"{PREFER_ACTION}:organisation", organisations, chosen, said),
        },
        {
            **section(f"*{escape(said['language'])}*"),
            "accessory": _languages(f"{PREFER_ACTION}:language", chosen, said),
        },
    ]
    return {"type": "home", "blocks": blocks}


def _window(callback_id: str, title: str, said: dict[str, str], send: str) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": label(title, _TITLE_CHARS),
        "submit": label(send, _TITLE_CHARS),
        "close": label(said["cancel"], _TITLE_CHARS),
    }


def _header(text: str) -> Block:
    return {"type": "header", "text": label(text)}


def _organisations(
    action_id: str, organisations: Sequence[Organisation], chosen: Chosen, said: dict[str, str]
) -> Block:
    none = _option(said["no_organisation"], _NONE)
    options = [_option(each.name, each.id) for each in organisations]
    current = next((each for each in options if each["value"] == chosen.organisation), none)
    return {"type": "static_select", "action_id": action_id, "initial_option": current} | _grouped(
        [none, *options]
    )


def _grouped(options: list[Block]) -> Block:
    """Options by the hundred: a list takes no more, but takes so many lists."""
    if len(options) <= _OPTIONS:
        return {"options": options}
    groups = [options[at : at + _OPTIONS] for at in range(0, len(options), _OPTIONS)]
    return {
        "option_groups": [
            {"label": label(f"{_first_letter(group[0])}–{_first_letter(group[-1])}"), "options": group}
            for group in groups
        ]
    }


def _first_letter(option: Block) -> str:
    text = option["text"]
    return str(text["text"])[:1].upper() if isinstance(text, dict) else ""


def _languages(action_id: str, chosen: Chosen, said: dict[str, str]) -> Block:
    none = _option(said["same_language"], _NONE)
    options = [_option(words(language)["name"], language) for language in LANGUAGES]
    current = next((each for each in options if each["value"] == chosen.language), none)
    return {
        "type": "static_select",
        "action_id": action_id,
        "initial_option": current,
        "options": [none, *options],
    }


def _option(text: str, value: str) -> Block:
    return {"text": label(text), "value": value}


def _selected(values: View, block: str, action: str) -> str:
    option = ((values.get(block) or {}).get(action) or {}).get("selected_option") or {}
    return str(option.get("value") or "")
