"""How far a long command has come: a bar on a terminal, now and then a line in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int, str], None]

_LINE_EVERY_S = 30.0
_SHOWN_CHARS = 60


@contextmanager
def shown(quiet: bool) -> Iterator[Progress | None]:
    """What is to be told of steps done, steps in all, and what is being done; None when quiet.

    All of it goes to standard error.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        yield from _bar()
    else:
        yield lines(lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201 - the command's output


def lines(write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> Progress:
    """Progress in lines, of which one is written every half minute: a short run writes none."""
    last = clock()

    def tell(done: int, total: int, what: str) -> None:
        nonlocal last
        if clock() - last >= _LINE_EVERY_S:
            last = clock()
            write(f"mandat: {done} of {total}, {what}")

    return tell


def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def tell(done: int, total: int, what: str) -> None:
            if done < bar.tasks[0].completed:
                bar.reset(task)  # another stage: its time is reckoned anew
            bar.update(task, completed=done, total=total, description=escape(what[-_SHOWN_CHARS:]))

        yield tell
