"""What the scenarios share: a world with Slack in it, and a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsers import chromium
from slack_world import World, slack_world


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
async def world(tmp_path: Path, no_proxy: None) -> AsyncIterator[World]:
    async with slack_world(tmp_path) as made:
        yield made
