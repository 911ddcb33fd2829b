"""The file a document was read from: given while it lies there as it was read, and to nobody who may not read it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.domain.scope import Scope
from assistant.errors import DocumentNotFound
from assistant.library.library import Library
from tests.conftest import run_mandat

TEXT = "# Mandat for HR-forum\n\nHR-forum møtes annenhver tirsdag. HR-sjefen leder forumet.\n"


def test_a_file_is_the_original_while_it_is_unchanged(tmp_path: Path) -> None:
    folder, home = tmp_path / "inn" / "hr", tmp_path / "home"
    folder.mkdir(parents=True)
    file, closed = folder / "mandat.md", tmp_path / "lukket.md"
    file.write_text(TEXT, "utf-8")
    closed.write_text(TEXT.replace("HR-forum", "Bonusutvalget"), "utf-8")
    for given in ((file.parents[1],), (closed, "--audience", "direktion")):
        run_mandat(home, "ingest", *given, "--organisation", "Granvik kommune")
    library = Library(home)
    everyone, board = Scope(None, None), Scope(None, None, frozenset({"direktion"}))
    titles = {document.title: document.id for document in library.documents(board)}
    public, secret = titles["Mandat for HR-forum"], titles["Mandat for Bonusutvalget"]
    assert library.original(everyone, public) == file
    assert library.original(board, secret) == closed  # a source of one file
    with pytest.raises(DocumentNotFound):
        library.original(everyone, secret)
    when = file.stat()
    file.write_text(TEXT.replace("tirsdag", "onsdag."), "utf-8")
    os.utime(file, ns=(when.st_atime_ns, when.st_mtime_ns + 1))
    assert library.original(everyone, public) is None
    file.write_text(TEXT, "utf-8")
    assert library.original(everyone, public) == file
    file.unlink()
    assert library.original(everyone, public) is None
    library.close()
