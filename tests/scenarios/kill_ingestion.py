"""Kills `mandat ingest` at random moments, and compares what a rerun makes with one clean ingestion.

`python tests/scenarios/kill_ingestion.py --kills 50` prints a line a kill and exits 1 at the first
difference; a test runs a few kills. Between kills the source changes a little, as sources do.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus"
QUESTIONS = (
    "Hvor ofte møtes kommunedirektørens ledergruppe i Granvik?",
    "Hvem må indgå kontrakt på 400.000 kr. i Strandlev?",
    "Hvem har ansvar for nøkkelskapet i Granvik kommune?",
)
_PATIENCE_S = 30.0
_TIMEOUT_S = 300.0
_SAMPLES = (
    "granvik/organisation.yaml",
    "granvik/rollebeskrivelser.md",
    "granvik/lederfora.pptx",
    "granvik/delegeringsreglement.docx",
    "granvik/delegeringsreglement.docx.yaml",
    "granvik/delegeringsreglement-2022.docx",
    "granvik/delegeringsreglement-2022.docx.yaml",
    "granvik/ny-leiar.html",
    "strandlev/organisation.yaml",
    "strandlev/indkoebspolitik.md",
    "strandlev/indkoebspolitik-2023.md",
)


class Difference(AssertionError):
    """The rerun did not end where a clean ingestion ends."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: how long after the start (s), whether the whole group, and what was under way."""

    after_s: float
    whole_group: bool
    under_way: str


@dataclass(slots=True)
class Source:
    """A folder that changes. `marks` are words of the text that is in it, `gone` of what was taken out."""

    folder: Path
    chance: random.Random
    number: int = 0
    marks: dict[Path, set[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def fill(self) -> None:
        """Part of the sample corpus and made-up files."""
        for name in _SAMPLES:
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(CORPUS / name, target)
        for _ in range(6):
            self.add()
        self.add_stray()

    def change(self) -> str:
        """Edit, add or remove something; what was done."""
        changes: tuple[Callable[[], None], ...] = (
            self.edit,
            self.add,
            self.remove,
            self.rename,
            self.restrict,
            self.add_damaged,
            self.mend_damaged,
            self.add_edition,
            self.drop_edition,
            self.add_stray,
            self.redescribe,
        )
        chosen = self.chance.sample(changes, self.chance.randint(1, 3))
        for change in chosen:
            change()
        return "+".join(change.__name__ for change in chosen)

    def add(self) -> None:
        self._write(self.folder / "granvik" / f"rutine-{self._next():03}.md")

    def edit(self) -> None:
        path = self._one("granvik/rutine-*.md")
        self._write(path)

    def remove(self) -> None:
        path = self._one("granvik/rutine-*.md")
        self._forget(path)
        path.unlink()
        path.with_name(path.name + ".yaml").unlink(missing_ok=True)
        self.add()

    def rename(self) -> None:
        path = self._one("granvik/rutine-*.md")
        target = path.with_name(f"rutine-{self._next():03}.md")
        path.rename(target)
        path.with_name(path.name + ".yaml").unlink(missing_ok=True)
        self.marks[target] = self.marks.pop(path, set())

    def restrict(self) -> None:
        path = self._one("granvik/rutine-*.md")
        path.with_name(path.name + ".yaml").write_text("audience: [ledelse]\n", encoding="utf-8")

    def add_damaged(self) -> None:
        whole = (CORPUS / "granvik" / "delegeringsreglement.docx").read_bytes()
        half = whole[: self.chance.randrange(100, len(whole) // 2)]
        (self.folder / "strandlev" / f"skadet-{self._next():03}.docx").write_bytes(half)

    def mend_damaged(self) -> None:
        # A good file is never damaged here: the library then keeps what it has, by design.
        for path in sorted(self.folder.glob("strandlev/skadet-*.docx"))[:1]:
            if self.chance.random() < 0.5:
                path.unlink()
            else:
                shutil.copyfile(CORPUS / "strandlev" / "kompetenceplan.docx", path)

    def add_edition(self) -> None:
        year = 2030 + self._next()
        fields = f"title: Innkjøpsrutine\nversion: '{year}'\nvalid_from: {year}-01-01\nwork: innkjopsrutine\n"
        self._write(self.folder / "granvik" / f"utgave-{year}.md", f"---\n{fields}---\n")

    def drop_edition(self) -> None:
        for path in sorted(self.folder.glob("granvik/utgave-*.md"))[:1]:
            self._forget(path)
            path.unlink()

    def add_stray(self) -> None:
        """A file above the organisations' folders: whose it is follows from its text or its sidecar."""
        name = self.chance.choice(("aa", "zz"))
        path = self.folder / f"{name}-{self._next():03}.md"
        self._write(path, "# Rutine i Granvik kommune\n\n")
        if self.chance.random() < 0.5:
            path.with_name(path.name + ".yaml").write_text("organisation: Granvik\n", encoding="utf-8")

    def redescribe(self) -> None:
        aliases = ["Granvik", *self.chance.sample(("GK", "Granvika", "Granvik herad"), 1)]
        (self.folder / "granvik" / "organisation.yaml").write_text(
            f'name: Granvik kommune\naliases: [{", ".join(aliases)}]\ncountry: "no"\nlanguage: nb\n',
            encoding="utf-8",
        )

    def _write(self, path: Path, head: str = "") -> None:
        self._forget(path)
        mark = "".join(self.chance.choices("bdfgklmnprtv", k=12))
        self.marks[path] = {mark}
        parts = [
            f"## Avsnitt {number}\n\nEnhet {self.chance.randint(1, 99)} i Granvik kommune har ansvar for "
            f"nøkkelskap {number} med kode {mark}. Avdelingslederen svarer for skapet, og Granvik kommunes "
            f"arkiv fører protokoll nummer {self.chance.randint(100, 999)} hver måned.\n"
            for number in range(1, self.chance.randint(3, 12))
        ]
        path.write_text(head + "\n".join(parts), encoding="utf-8")

    def _forget(self, path: Path) -> None:
        self.gone |= self.marks.pop(path, set())

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _one(self, pattern: str) -> Path:
        return self.chance.choice(sorted(self.folder.glob(pattern)))


@dataclass(slots=True)
class Pace:
    """How long runs take (s): until the indexes are begun, and from there to the end."""

    storing: list[float] = field(default_factory=lambda: [2.0])
    publishing: list[float] = field(default_factory=lambda: [2.0])

    def moment(self, chance: random.Random) -> tuple[float, bool]:
        """A wait (s), and whether it is counted from the beginning of the indexes."""
        storing, publishing = (statistics.median(times[-5:]) for times in (self.storing, self.publishing))
        if chance.random() < 0.5:
            return chance.uniform(0, storing + publishing), False
        return chance.uniform(0, publishing), True


@dataclass(slots=True)
class Loop:
    """Kills, reruns and comparisons in a folder of its own. `say` is told of every kill."""

    work: Path
    seed: int
    say: Callable[[str], None] = lambda line: None
    kills: list[Kill] = field(default_factory=list)
    compared: int = 0
    pace: Pace = field(default_factory=Pace)

    def run(self, kills: int, in_a_row: tuple[int, ...] = (1, 1, 2)) -> None:
        """Kill so many times; a rerun and a comparison after one of `in_a_row` kills, drawn each time.

        Raises:
            Difference: what a rerun left is not what a clean ingestion gives.
        """
        chance = random.Random(self.seed)  # noqa: S311 - repeatable, not secret
        (self.work / "temporary").mkdir(parents=True)
        source = Source(self.work / "source", chance)
        source.fill()
        home = self.work / "home"
        while len(self.kills) < kills:
            if home.exists() and chance.random() < 0.4:
                shutil.rmtree(home)
                source.gone.clear()
            for _ in range(chance.choice(in_a_row)):
                if len(self.kills) < kills:
                    self.kill_once(source, home, chance)
                    if chance.random() < 0.8:
                        self.say(f"    changed: {source.change()}")
            self.complete(source, home)
            self.compare(source, home)

    def kill_once(self, source: Source, home: Path, chance: random.Random) -> None:
        """Start an ingestion and kill it. One that was done too soon begins anew, in an empty home."""
        whole_group = chance.random() < 0.7
        while True:
            wait_s, from_indexes = self.pace.moment(chance)
            before, begun = _generations(home), time.monotonic()
            run = self._start(source.folder, home)
            if from_indexes:
                _until(lambda run=run, before=before: run.poll() is not None or _generations(home) - before)
            deadline = time.monotonic() + wait_s
            while time.monotonic() < deadline and run.poll() is None:
                time.sleep(0.002)
            under_way, after_s = _under_way(home, before), time.monotonic() - begun
            if run.poll() is None and whole_group:
                os.killpg(run.pid, signal.SIGKILL)
            elif run.poll() is None:
                run.kill()
            output = run.communicate(timeout=_TIMEOUT_S)[0]
            if run.returncode == -signal.SIGKILL:
                break
            if run.returncode != 0:
                raise Difference(f"an ingestion failed with {run.returncode}: {output}")
            shutil.rmtree(home)
            source.gone.clear()
        self.kills.append(Kill(after_s, whole_group, under_way))
        what = "group" if whole_group else "process"
        self.say(f"{len(self.kills):4}  {what:<8} after {after_s:5.2f} s  {under_way}")
        self._expect_no_survivors()

    def complete(self, source: Source, home: Path) -> None:
        """Run an ingestion to its end."""
        before, begun = _generations(home), time.monotonic()
        run = self._start(source.folder, home)
        _until(lambda: run.poll() is not None or _generations(home) - before)
        stored = time.monotonic()
        output = run.communicate(timeout=_TIMEOUT_S)[0]
        if run.returncode != 0:
            raise Difference(f"the rerun failed with {run.returncode}: {output}")
        if "Traceback" in output:
            raise Difference(f"the rerun complained: {output}")
        self.pace.storing.append(stored - begun)
        self.pace.publishing.append(time.monotonic() - stored)
        self._expect_no_survivors()

    def compare(self, source: Source, home: Path) -> None:
        """Hold the library against a clean ingestion of the same source."""
        from assistant.library.catalogue import Catalogue, read_state
        from assistant.library.check import check
        from assistant.library.writer import LibraryWriter
        from ingestion.sync import sync_source

        clean = self.work / "clean"
        with LibraryWriter(clean) as writer:
            sync_source(str(source.folder), writer)
        _equal(dump(home), dump(clean))
        if found := check(home):
            raise Difference(f"check: {'; '.join(map(str, found))}")
        for one, other in zip(answers(home), answers(clean), strict=True):
            if one != other:
                raise Difference(f"another answer:\n{one}\nclean:\n{other}")
        if left := sorted(_found_in(home, source.gone)):
            raise Difference(f"removed text is still in the home folder: {', '.join(left)}")
        catalogue = Catalogue(home)
        with catalogue.read() as connection:
            state = read_state(connection)
        catalogue.close()
        if state.erasing:
            raise Difference("the removed text is not erased")
        if _generations(home) != {str(number) for number in (state.generation, state.previous) if number}:
            raise Difference(f"generations left behind: {sorted(_generations(home))}")
        shutil.rmtree(clean)
        self.compared += 1

    def _start(self, folder: Path, home: Path) -> subprocess.Popen[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MANDAT_")}
        return subprocess.Popen(
            [sys.executable, "-m", "assistant.cli", "ingest", str(folder)],
            cwd=ROOT,
            # By the folder for temporary files its processes are known, whichever group they are in.
            env={**environment, "MANDAT_HOME": str(home), "TMPDIR": str(self.work / "temporary")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def _expect_no_survivors(self) -> None:
        if not _until(lambda: not self._survivors()):
            raise Difference(f"processes outlive the ingestion: {self._survivors()}")

    def _survivors(self) -> list[str]:
        mark = f"TMPDIR={self.work / 'temporary'}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue  # another user's, or just ended
        return found


def dump(home: Path) -> list[tuple[object, ...]]:
    """Everything that ingestion put into the catalogue of a home folder."""
    from assistant.library.catalogue import Catalogue

    catalogue = Catalogue(home)
    try:
        return catalogue.dump()
    finally:
        catalogue.close()


def answers(home: Path) -> list[object]:
    """The replies to the questions, citations and offsets included."""
    from assistant.answering.assistant import Assistant
    from assistant.domain.question import Question
    from assistant.library.library import Library

    library = Library(home)
    try:
        assistant = Assistant(library)
        exchanges = [assistant.ask(Question(question)) for question in QUESTIONS]
        return [(exchange.reply, exchange.notes) for exchange in exchanges]
    finally:
        library.close()


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder for one loop, deleted at its end."""
    with tempfile.TemporaryDirectory(prefix="mandat-kill-") as folder:
        yield Path(folder).resolve()


def _equal(rerun: list[tuple[object, ...]], clean: list[tuple[object, ...]]) -> None:
    if rerun == clean:
        return
    only = [f"rerun: {_short(row)}" for row in rerun if row not in clean]
    only += [f"clean: {_short(row)}" for row in clean if row not in rerun]
    raise Difference("the catalogues differ:\n" + "\n".join(only[:20]))


def _short(row: tuple[object, ...]) -> str:
    return " | ".join(str(value)[:60] for value in row)


def _generations(home: Path) -> set[str]:
    index = home / "index"
    return set(os.listdir(index)) if index.is_dir() else set()


def _under_way(home: Path, before: set[str]) -> str:
    for name in sorted(_generations(home) - before):
        folder = home / "index" / name
        return "vectors" if (folder / "vectors").exists() else "words"
    return "storing" if (home / "catalogue.sqlite3").exists() else "starting"


def _found_in(home: Path, words: set[str]) -> set[str]:
    files = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    return {word for word in words if any(word.encode() in content for content in files)}


def _until(true: Callable[[], object]) -> bool:
    deadline = time.monotonic() + _PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def main() -> None:
    """Run the loop from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    with working_folder() as work:
        loop = Loop(work, asked.seed, lambda line: print(line, flush=True))
        try:
            loop.run(asked.kills)
        except Difference as difference:
            print(f"after {len(loop.kills)} kills, {loop.compared} comparisons: {difference}")
            sys.exit(1)
    hit = ", ".join(f"{count} {name}" for name, count in Counter(k.under_way for k in loop.kills).items())
    print(f"{len(loop.kills)} kills ({hit}), {loop.compared} comparisons, no difference")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
