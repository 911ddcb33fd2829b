"""The same library with its vectors on a real Chroma server on this machine."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from small_library import EVERYONE, FORUM, a_document, by_words, put, put_all

from assistant.domain.scope import Scope
from assistant.errors import IndexUnavailable
from assistant.library.catalogue import Catalogue, read_state
from assistant.library.encoders import encoder_fingerprint
from assistant.library.generations import Shelf
from assistant.library.library import Library
from assistant.library.publishing import is_stale
from assistant.library.writer import LibraryWriter

HR = Scope(None, None, frozenset({"hr"}))
COMMAND = shutil.which("chroma", path=str(Path(sys.executable).parent))


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    if COMMAND is None:
        pytest.skip("the `chroma` command is not installed beside this Python")
    port = free_port()
    command = [COMMAND, "run", "--path", str(tmp_path / "server"), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}", process
    process.kill()
    process.wait()


def test_a_library_on_a_server(
    tmp_path: Path, encoder: str, server: tuple[str, subprocess.Popen[bytes]]
) -> None:
    url, process = server
    home = tmp_path / "home"
    library = Library(home, encoder=encoder, chroma_url=url)
    with LibraryWriter(home, encoder=encoder, chroma_url=url) as writer:
        put_all(writer)
        assert writer.publish()
        assert not writer.publish()
        assert len(library.search_vectors(EVERYONE, FORUM[0], 50)) == 5
        assert len(library.search_vectors(HR, FORUM[0], 50)) == 6
        put(writer, a_document("nordvik/new", origin="n"), ["Nemnda møtes."])
        writer.remove("docs", ["hr.docx"])
        assert writer.publish()
        assert len(library.search_vectors(HR, FORUM[0], 50)) == 6
    assert not list(home.rglob("*.bin"))
    catalogue = Catalogue(home)
    with catalogue.read() as connection:
        state = read_state(connection)
    fingerprint = encoder_fingerprint(encoder)
    assert not is_stale(state, Shelf(home, state.library, url), fingerprint)
    assert is_stale(state, Shelf(home, state.library), fingerprint)
    catalogue.close()
    process.kill()
    process.wait()
    with pytest.raises(IndexUnavailable, match="vectors"):
        library.search_vectors(EVERYONE, FORUM[0], 3)
    assert by_words(library, EVERYONE, FORUM[0])
    library.close()


@pytest.mark.parametrize("url", ["chroma:8000", "ftp://chroma", "http://"])
def test_an_address_that_is_none_is_named(home: Path, encoder: str, url: str) -> None:
    library = Library(home, encoder=encoder, chroma_url=url)
    with pytest.raises(IndexUnavailable, match="MANDAT_CHROMA_URL"):
        library.search_vectors(EVERYONE, "lederforum", 3)
    assert by_words(library, EVERYONE, "lederforum")
    library.close()


def test_a_server_that_never_answers_costs_seconds_once(home: Path, encoder: str) -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        library = Library(home, encoder=encoder, chroma_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        begun = time.monotonic()
        for _ in range(5):
            with pytest.raises(IndexUnavailable):
                library.search_vectors(EVERYONE, "lederforum", 3)
        assert time.monotonic() - begun < 9
        library.close()
