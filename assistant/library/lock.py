"""One writer at a time: a lock on the home folder that names who holds it."""

from __future__ import annotations

import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import LibraryError, LibraryLocked


class HomeLock:
    """The right to write to a home folder.

    The operating system frees it when its process ends, however it ends; the note beside it
    ("library.lock.json") only says who that is, and may be stale when nobody holds the lock.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._note = home / "library.lock.json"
        self._lock = FileLock(home / "library.lock")

    def take(self) -> None:
        """Take the lock at once.

        Raises:
            LibraryLocked: another process, or another writer in this one, has it.
            LibraryError: the home folder is no folder, or not ours to write to.
        """
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise LibraryLocked(
                f"{self._home} is being written by {self._holder()}; wait until it has finished, or stop it"
            ) from error
        except OSError as error:
            raise LibraryError(
                f"{self._home} cannot be written to ({error.strerror or error}); "
                "set MANDAT_HOME to a folder that can"
            ) from error
        self._note.write_text(
            json.dumps(
                {
                    "pid": os.getpid(),
                    "host": socket.gethostname(),
                    "since": datetime.now(UTC).isoformat(timespec="seconds"),
                    "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]),
                }
            ),
            encoding="utf-8",
        )

    def give_back(self) -> None:
        """Free the lock."""
        self._note.unlink(missing_ok=True)
        self._lock.release()

    def _holder(self) -> str:
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            return f"process {note['pid']} ({note['command']}) on {note['host']}, since {note['since']}"
        except (OSError, ValueError, KeyError):
            return "another process"
