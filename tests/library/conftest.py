"""One published library for the whole folder of tests, and a copy of it for each that damages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_library import put_all, tiny_encoder

from assistant.library.library import Library
from assistant.library.writer import LibraryWriter


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoders") / "tiny")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, encoder: str) -> Path:
    """A home folder with generation 1; to be read only."""
    home = tmp_path_factory.mktemp("published") / "home"
    with LibraryWriter(home, encoder=encoder) as writer:
        put_all(writer)
        assert writer.publish()
    return home


@pytest.fixture
def home(published: Path, tmp_path: Path) -> Path:
    """A copy of the published home folder, to do anything to."""
    return Path(shutil.copytree(published, tmp_path / "home"))


@pytest.fixture(scope="session")
def library(published: Path, encoder: str) -> Iterator[Library]:
    reader = Library(published, encoder=encoder)
    yield reader
    reader.close()
