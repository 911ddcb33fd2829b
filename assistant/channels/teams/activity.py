"""What Teams sends: an activity of its JSON as a value, and the question in its message.

Read here and not by the SDK's models, which refuse a whole activity for one field of another form.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

MAX_QUESTION_CHARS = 20_000
_MAX_ID_CHARS = 1_000
_LANGUAGES = {"nb": "nb", "no": "nb", "nn": "nn", "da": "da", "sv": "sv"}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MENTION = re.compile(r"<at\b[^<>]*>[^<]*</at\s*>", re.IGNORECASE)
_LINE_END = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h\d|blockquote)\s*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Activity:
    """What came: a message, a click (`value`), an installation (`action`) or a call with a name (an invoke).

    `conversation` names a thread where there are threads, `conversation_type` is personal, groupChat or
    channel. `user` is the asker's id in Entra ID, "" when Teams names none. `tenant` is "" when it is
    missing or named in two ways.
    """

    type: str
    id: str
    service: str
    channel: str
    tenant: str
    conversation: str
    conversation_type: str
    sender: str
    user: str
    bot: str
    bot_name: str
    locale: str
    text: str
    mentions_us: bool
    name: str = ""
    action: str = ""
    reply_to: str = ""
    value: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_personal(self) -> bool:
        """Whether nobody but the asker reads the answer."""
        return self.conversation_type == "personal"

    @property
    def place(self) -> str:
        """Names the conversation among those of all tenants."""
        return f"teams:{self.tenant}:{self.conversation}"

    @property
    def event(self) -> str:
        """Names what happened: the same for each time that Teams sends it."""
        parts = (self.place, self.type, self.id)
        return f"teams:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"

    def to_json(self) -> str:
        """All of it, to be kept until it has been acted on."""
        return json.dumps(asdict(self), ensure_ascii=False)


def activity_from_json(kept: str) -> Activity:
    """What `to_json` made."""
    return Activity(**json.loads(kept))


def read_activity(sent: object) -> Activity | None:
    """The activity in a request's JSON; None when it is not of the documented form."""
    body = _object(sent)
    conversation, recipient = _object(body.get("conversation")), _object(body.get("recipient"))
    sender, data = _object(body.get("from")), _object(body.get("channelData"))
    kind, named = _text(body.get("type")), _text(conversation.get("id"))
    if not kind or not named or not _text(sender.get("id")):
        return None
    bot = _text(recipient.get("id"))
    tenants = {
        tenant.casefold()
        for tenant in (_text(conversation.get("tenantId")), _text(_object(data.get("tenant")).get("id")))
        if tenant
    }
    entities = body.get("entities")
    user = _text(sender.get("aadObjectId")).casefold()
    return Activity(
        type=kind,
        id=_text(body.get("id")),
        service=_text(body.get("serviceUrl")),
        channel=_text(body.get("channelId")),
        tenant=tenants.pop() if len(tenants) == 1 else "",
        conversation=named,
        conversation_type=_text(conversation.get("conversationType")),
        sender=_text(sender.get("id")),
        user=user if _GUID.fullmatch(user) else "",
        bot=bot,
        bot_name=_text(recipient.get("name")),
        locale=_text(body.get("locale")),
        text=read_message(body.get("text")),
        mentions_us=_mentions(entities if isinstance(entities, list) else (), bot),
        name=_text(body.get("name")),
        action=_text(body.get("action")),
        reply_to=_text(body.get("replyToId")),
        value=_object(body.get("value")),
    )


def read_message(text: object) -> str:
    """What a person wrote: mentions left out, HTML undone, spaces around it trimmed.

    A mention of someone else is left out too: a name says nothing to the documents.
    """
    if not isinstance(text, str):
        return ""
    text = _MENTION.sub(" ", _whole(text[: MAX_QUESTION_CHARS * 2]))
    text = _TAG.sub("", _LINE_END.sub("\n", text))
    lines = (" ".join(line.split()) for line in _INVISIBLE.sub("", html.unescape(text)).splitlines())
    return "\n".join(line for line in lines if line)[:MAX_QUESTION_CHARS]


def language_of(locale: str) -> str:
    """The language of a Teams client's locale; English for one we have no words in."""
    return _LANGUAGES.get(locale.replace("_", "-").partition("-")[0].casefold(), "en")


def _mentions(entities: Sequence[object], bot: str) -> bool:
    mentioned = (
        _text(_object(each.get("mentioned")).get("id"))
        for each in map(_object, entities)
        if each.get("type") == "mention"
    )
    return bool(bot) and bot in mentioned


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return _whole(value) if isinstance(value, str) and len(value) <= _MAX_ID_CHARS else ""


def _whole(text: str) -> str:
    """The text without halves of surrogate pairs, which JSON can name and nothing can send or store."""
    return text.encode("utf-8", "replace").decode("utf-8")
