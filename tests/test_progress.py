"""How far a long command has come."""

import io
from contextlib import redirect_stderr

from assistant.progress import lines, shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_has_a_line_each_half_minute() -> None:
    written: list[str] = []
    clock = iter([0, 1, 29, 31, 31, 40, 61, 61])
    tell = lines(written.append, lambda: next(clock))
    for done in (1, 2, 3, 4, 5):
        tell(done, 5, "encoding passages")
    assert written == ["mandat: 3 of 5, encoding passages", "mandat: 5 of 5, encoding passages"]


def test_a_terminal_has_a_bar_that_begins_anew_with_each_stage() -> None:
    terminal = Terminal()
    with redirect_stderr(terminal), shown(quiet=False) as tell:
        assert tell is not None
        tell(0, 1, "[odd] name.pdf")
        tell(300, 300, "encoding passages")
        tell(100, 600, "indexing passages")
    assert "indexing passages" in terminal.getvalue()
    with shown(quiet=True) as nothing:
        assert nothing is None
