"""The one door to langchain's chat models, of whichever provider.

Importing this module is cheap; langchain is imported when a model is opened. Calls are never traced:
what is asked goes to the model and nowhere else, whatever LANGSMITH_… says.
"""

from __future__ import annotations

import importlib.util
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from json import dumps
from math import ceil
from typing import Any, Protocol

from assistant.domain.reply import Ended
from assistant.errors import ModelFailed, SettingError
from assistant.narration.prompts import Prompt
from assistant.settings import Settings

MAX_TOKENS = 4000  # of an answer: four statements with their quotes, and room for a model that thinks first
MAX_CHARS = 20_000  # of an answer; more is no draft

# provider → the package with its client, and the extra that installs it
_PROVIDERS = {
    "openai": ("langchain_openai", ""),
    "azure_openai": ("langchain_openai", ""),
    "anthropic": ("langchain_anthropic", "anthropic"),
    "mistralai": ("langchain_mistralai", "mistralai"),
    "ollama": ("langchain_ollama", "ollama"),
}
_NO_KEY = "none"  # a server of one's own often asks for none, and OpenAI's client insists on one
_WHY_BY_NAME = (
    (re.compile(r"Timeout"), Ended.TIMEOUT),
    (re.compile(r"Refusal|ContentFilter"), Ended.REFUSED),
    (re.compile(r"LengthFinish"), Ended.TRUNCATED),
    (re.compile(r"RateLimit"), Ended.RATE_LIMITED),
    (re.compile(r"IncompleteRead|RemoteProtocol"), Ended.TRUNCATED),
    (re.compile(r"Connect|Transport|Network|ReadError|APIError|ServerError"), Ended.UNREACHABLE),
)
_CUT_SHORT = ("length", "max_tokens")
_FILTERED = ("content_filter", "refusal", "SAFETY")
_TOO_MANY = 429
_SERVER = 500
_CLIENT = 400
_TIMEOUTS = (408, 504)


@dataclass(frozen=True, slots=True)
class Said:
    """What a model answered, a JSON object if it did as told, and the tokens it reports."""

    text: str
    tokens_in: int = 0
    tokens_out: int = 0


class ChatModel(Protocol):
    """A model that can be asked; `name` is what readers are told ("openai:gpt-5")."""

    @property
    def name(self) -> str: ...

    def say(
        self, prompt: Prompt, schema: Mapping[str, Any], stopped: threading.Event, hear: Callable[[str], None]
    ) -> Said:
        """The answer to a prompt, of the form of a JSON schema; blocking, until `stopped` at the latest.

        `hear` is told all that has been said so far, as often as the provider sends more of it.

        Raises:
            ModelFailed: there is none.
        """
        ...


def open_model(settings: Settings) -> ChatModel:
    """The model that the settings name.

    Raises:
        SettingError: no such provider, its client is not installed, or a credential is missing.
    """
    provider, _, model = settings.model.partition(":")
    if not model or provider not in _PROVIDERS:
        raise SettingError(
            f"MANDAT_MODEL is {settings.model!r}; give provider:model with one of the providers "
            f"{', '.join(_PROVIDERS)}, as in openai:gpt-5, or leave it empty to answer without a model"
        )
    package, extra = _PROVIDERS[provider]
    if importlib.util.find_spec(package) is None:
        raise SettingError(
            f"MANDAT_MODEL is {settings.model!r}, whose client is not installed; "
            f"install it with: pip install 'mandat[{extra}]'"
        )
    # a deployment of Azure has a name of one's own, and some models there take no temperature
    options: dict[str, Any] = {} if provider == "azure_openai" else {"temperature": 0}
    if settings.model_url:
        options["azure_endpoint" if provider == "azure_openai" else "base_url"] = settings.model_url
    if provider == "ollama":
        options |= {"num_predict": MAX_TOKENS, "client_kwargs": {"timeout": settings.model_timeout_s}}
    else:
        # Mistral's client takes whole seconds
        options |= {"max_tokens": MAX_TOKENS, "timeout": ceil(settings.model_timeout_s), "max_retries": 0}
        key = _key(settings)
        if key:
            options["api_key"] = key
        elif provider == "openai" and settings.model_url and not _is_set("OPENAI_API_KEY"):
            options["api_key"] = _NO_KEY
    if provider in ("openai", "azure_openai"):
        options["stream_usage"] = True
    from langchain.chat_models import init_chat_model

    try:
        client = init_chat_model(model, model_provider=provider, **options)
    except Exception as error:  # noqa: BLE001 - each client has its own
        # never str(error): it may hold what was given
        raise SettingError(
            f"MANDAT_MODEL is {settings.model!r}, whose client cannot be opened ({type(error).__name__}); "
            "is its key set (MANDAT_MODEL_KEY, MANDAT_MODEL_KEY_FILE or the provider's own variable), "
            "and for azure_openai its endpoint (MANDAT_MODEL_URL) and OPENAI_API_VERSION?"
        ) from None
    return LangchainModel(settings.model, client)


def _key(settings: Settings) -> str:
    key, path = settings.model_key.get_secret_value(), settings.model_key_file
    if key and path is not None:
        raise SettingError("MANDAT_MODEL_KEY and MANDAT_MODEL_KEY_FILE are both set; set one of them")
    if path is None:
        return key
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"MANDAT_MODEL_KEY_FILE is {path}, which cannot be read ({type(error).__name__}); "
            "give a text file with the key alone"
        ) from None


def _is_set(variable: str) -> bool:
    import os

    return bool(os.environ.get(variable))


class LangchainModel:
    """A langchain chat model; its answers are streamed, so that a call can be given up between pieces."""

    def __init__(self, name: str, client: Any) -> None:
        self.name = name
        self._client = client
        # some servers refuse a schema: they are asked for JSON in words alone, which the prompt does too
        self._takes_schema = True

    def say(
        self, prompt: Prompt, schema: Mapping[str, Any], stopped: threading.Event, hear: Callable[[str], None]
    ) -> Said:
        from langsmith import tracing_context

        with tracing_context(enabled=False):
            if not self._takes_schema:
                return self._say(self._client, prompt, stopped, hear)
            try:
                return self._say(self._structured(schema), prompt, stopped, hear)
            except ModelFailed as failure:
                if failure.why != Ended.REJECTED:
                    raise
                said = self._say(self._client, prompt, stopped, hear)
                self._takes_schema = False  # only when it is the schema that was refused
                return said

    def _structured(self, schema: Mapping[str, Any]) -> Any:
        try:
            # the model told of the schema, without the parser after it: that keeps the words, and so does
            # `include_raw`, until the last has come
            return self._client.with_structured_output(dict(schema)).first
        except (NotImplementedError, ValueError, TypeError, AttributeError):
            self._takes_schema = False
            return self._client

    def _say(
        self, runnable: Any, prompt: Prompt, stopped: threading.Event, hear: Callable[[str], None]
    ) -> Said:
        whole: Any = None
        chars = 0
        try:
            for piece in runnable.stream([("system", prompt.system), ("human", prompt.user)]):
                if stopped.is_set():
                    raise ModelFailed(Ended.TIMEOUT)
                whole = piece if whole is None else whole + piece
                chars += len(str(piece.content))
                if chars > MAX_CHARS:
                    raise ModelFailed(Ended.MALFORMED)
                hear(_so_far(whole))
        except ModelFailed:
            raise
        except Exception as error:  # noqa: BLE001 - each client has its own
            # from None: what a server says may repeat the question, and must not reach a log
            raise _failure(error) from None
        if whole is None:
            raise ModelFailed(Ended.TRUNCATED)
        return _said(whole)


def _said(message: Any) -> Said:
    """The answer of a whole message.

    Raises:
        ModelFailed: it was refused, or is cut short.
    """
    about = message.response_metadata or {}
    finish = str(about.get("finish_reason") or about.get("stop_reason") or about.get("done_reason") or "")
    if message.additional_kwargs.get("refusal") or finish in _FILTERED:
        raise ModelFailed(Ended.REFUSED)
    if not finish or finish in _CUT_SHORT:
        raise ModelFailed(Ended.TRUNCATED)
    calls = message.tool_calls
    text = dumps(calls[0]["args"], ensure_ascii=False) if calls else _text(message.content)
    usage = message.usage_metadata or {}
    return Said(text, int(usage.get("input_tokens", 0)), int(usage.get("output_tokens", 0)))


def _so_far(message: Any) -> str:
    """The words of a message that is not whole yet; what it calls a tool with, where the provider does so."""
    calls = getattr(message, "tool_call_chunks", None)
    return str(calls[0].get("args") or "") if calls else _text(message.content)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    blocks = [each.get("text", "") if isinstance(each, dict) else str(each) for each in content]
    return "".join(blocks)


def _failure(error: Exception) -> ModelFailed:
    """Why a call failed, told by its status where it has one, else by the names of its classes."""
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    if isinstance(status, int):
        if status == _TOO_MANY:
            return ModelFailed(Ended.RATE_LIMITED, _wait_s(getattr(response, "headers", None)))
        if status in _TIMEOUTS:
            return ModelFailed(Ended.TIMEOUT)
        if status >= _SERVER:
            return ModelFailed(Ended.UNREACHABLE)
        if status >= _CLIENT:
            return ModelFailed(Ended.REJECTED)
    names = " ".join(kind.__name__ for kind in type(error).__mro__)
    for pattern, why in _WHY_BY_NAME:
        if pattern.search(names):
            return ModelFailed(why)
    return ModelFailed(Ended.MALFORMED)


def _wait_s(headers: Any) -> float:
    try:
        return max(0.0, float((headers or {}).get("retry-after", 0)))
    except (TypeError, ValueError):
        return 0.0
