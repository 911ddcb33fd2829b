"""Opening a model: the providers, what is missing, and where its key comes from."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import Runnable

from assistant.app import open_narrator
from assistant.errors import ModelFailed, SettingError
from assistant.narration.chat import LangchainModel, open_model
from assistant.narration.drafting import DRAFT_SCHEMA, json_object, read_draft
from assistant.narration.prompts import Prompt
from assistant.settings import Settings

URL = "http://127.0.0.1:9/v1"


def opened(**fields: object) -> LangchainModel:
    return open_model(Settings(**fields))  # type: ignore[arg-type, return-value]


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "OPENAI_API_VERSION"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_model_nothing_is_opened() -> None:
    assert open_narrator(Settings()) is None


def test_a_server_of_one_s_own_needs_no_key() -> None:
    assert opened(model="openai:llama", model_url=URL).name == "openai:llama"


def test_azure_takes_its_endpoint_from_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_VERSION", "2025-01-01")
    assert opened(model="azure_openai:vart", model_url="https://x.openai.azure.com", model_key="k").name


def test_a_missing_key_is_named_without_showing_anything() -> None:
    with pytest.raises(SettingError, match="MANDAT_MODEL_KEY"):
        opened(model="openai:gpt-5")


def test_the_key_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("sk-file\n")
    client = opened(model="openai:m", model_url=URL, model_key_file=path)._client
    assert client.openai_api_key.get_secret_value() == "sk-file"
    with pytest.raises(SettingError, match="cannot be read"):
        opened(model="openai:m", model_url=URL, model_key_file=tmp_path / "none")
    with pytest.raises(SettingError, match="both"):
        opened(model="openai:m", model_url=URL, model_key="a", model_key_file=path)


def test_the_key_never_shows_in_the_settings() -> None:
    assert "sk-x" not in repr(Settings(model_key="sk-x"))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["gpt-5", "openai:", "nobody:model", ":x"])
def test_another_provider_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(SettingError, match="azure_openai"):
        opened(model=name)


@pytest.mark.parametrize("provider", ["anthropic", "mistralai", "ollama"])
def test_a_provider_whose_client_is_missing_is_named_with_its_extra(provider: str) -> None:
    if provider in sys.modules or __import__("importlib.util").util.find_spec(f"langchain_{provider}"):
        pytest.skip("its client is installed here")
    with pytest.raises(SettingError, match=rf"mandat\[{provider}\]"):
        opened(model=f"{provider}:some-model")


def test_without_a_model_no_client_is_imported() -> None:
    """A cold question must not pay for what it does not use."""
    code = (
        "import sys; from assistant.app import open_narrator; from assistant.settings import Settings;"
        "import assistant.answering.assistant; open_narrator(Settings());"
        "print([n for n in ('langchain', 'openai', 'langsmith', 'assistant.narration') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ran.stdout.strip() == "[]", ran.stderr


@pytest.mark.parametrize(
    "text",
    [
        "", "nothing", "{", '{"answered": true}', '{"answered": true, "statements": []}', "[1, 2]",
        '{"answered": "maybe", "statements": []}', '{"answered": true, "statements": [{"text": "Hei"}]}',
        '{"answered": true, "statements": [{"text": "Hei du", "quotes": []}]}',
        '{"answered": true, "statements": [{"text": "%s", "quotes": [{"key": "A", "words": "ord"}]}]}' % ("a" * 901),
        '{"answered": true, "statements": [{"text": "Hei", "quotes": [{"key": "A", "words": "%s"}]}]}' % ("a" * 701),
        "{" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_draft_is_refused(text: str) -> None:
    with pytest.raises(ModelFailed):
        read_draft(text)


def test_a_draft_is_found_among_other_words() -> None:
    assert read_draft('Sure! ```json\n{"answered": false}\n```').answered is False
    assert json_object('{bad} then {"a": 1}') == {"a": 1}


def test_a_draft_is_heard_while_a_tool_is_called_with_it() -> None:
    """Providers without a schema of their own give their answer as what they call a tool with."""
    from langchain_core.language_models import GenericFakeChatModel
    from langchain_core.messages import AIMessageChunk
    from langchain_core.messages.tool import tool_call_chunk
    from langchain_core.outputs import ChatGenerationChunk

    pieces = ('{"answered": ', "true, ", '"statements": []}')

    class Calling(GenericFakeChatModel):
        def _stream(self, *_: object, **__: object) -> Iterator[ChatGenerationChunk]:
            for place, piece in enumerate(pieces):
                last = {"stop_reason": "tool_use"} if place == len(pieces) - 1 else {}
                call = tool_call_chunk(name="Draft" if place == 0 else None, args=piece, id="1", index=0)
                message = AIMessageChunk(content="", tool_call_chunks=[call], response_metadata=last)
                yield ChatGenerationChunk(message=message)

        def bind_tools(self, *_: object, **__: object) -> Runnable[Any, Any]:
            return self.bind()

    heard: list[str] = []
    model = LangchainModel("calling:model", Calling(messages=iter(())))
    said = model.say(Prompt("x", "system", "user"), DRAFT_SCHEMA, threading.Event(), heard.append)
    assert said.text == '{"answered": true, "statements": []}'
    assert list(dict.fromkeys(heard))[:3] == [pieces[0], "".join(pieces[:2]), "".join(pieces)]
