"""Run as a script: fill a home folder, and die by kill -9 before the given statement.

`killed_writer.py HOME ENCODER AT`: AT counts the SQL statements of the writing connection; 0 is
never. The work is what a sync does: store, replace, refuse, remove, amend, publish.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from small_library import DELEGATION, FORUM, SUNDBY, a_document, put
from sqlalchemy import Engine, event

from assistant.domain.document import Status
from assistant.library.writer import LibraryWriter


def work(home: Path, encoder: str) -> None:
    """Bring the library to what the source says, from wherever it stands."""
    with LibraryWriter(home, encoder=encoder) as writer:
        known = writer.known("docs")
        if known.get("delegering.docx") != "f2":
            if "delegering.docx" not in known:
                put(writer, a_document(), DELEGATION)
            put(writer, a_document(version="2025"), [DELEGATION[0], "Ny regel."], fingerprint="f2")
        if "forum.pdf" not in known:
            forum = a_document("sundby/forum", title="Forum", organisation="sundby", origin="forum.pdf")
            put(writer, forum, FORUM, organisation=SUNDBY)
        if "bad.pdf" not in known:
            writer.refuse("docs", "bad.pdf", "f1", "damaged", "truncated")
        put(writer, a_document("nordvik/gone", origin="gone.docx"), ["Skal bort igjen."])
        writer.remove("docs", ["gone.docx"])
        changes = [
            replace(document, title="Lederforum", status=Status.SUPERSEDED, valid_to=date(2025, 1, 1))
            for _, document in writer.all_documents()
            if document.id == "sundby/forum"
        ]
        writer.amend(changes)
        writer.publish()


def die_before(statement: int) -> list[int]:
    """Count the statements that change something, and kill this process before that one."""
    count = [0]

    @event.listens_for(Engine, "before_cursor_execute")
    def _count(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if text.startswith(("INSERT", "UPDATE", "DELETE", "CREATE", "BEGIN IMMEDIATE")):
            count[0] += 1
            if count[0] == statement:
                os.kill(os.getpid(), signal.SIGKILL)

    return count


if __name__ == "__main__":
    counted = die_before(int(sys.argv[3]))
    work(Path(sys.argv[1]), sys.argv[2])
    sys.stdout.write(str(counted[0]))
