"""Reading in a process of its own, with limits on memory and time: a hostile file costs only itself.

Parent and child speak over two pipes: every message is its length (8 bytes, big-endian) and its
bytes. A request is two messages, the settings as JSON and the file; a reply is one (`wire`).
The child ends when its input does, so it never outlives the parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from assistant.errors import DamagedFile, ReadingError, TooLarge
from ingestion.reading.reading import Reading
from ingestion.reading.wire import pack, unpack

_LENGTH = struct.Struct(">Q")
_MB = 1024 * 1024
_START_TIMEOUT_S = 60.0
_MAX_REPLY_BYTES = 1024 * _MB
_FILES_A_CHILD = 200
_READY = b"ready"
_OUT_OF_MEMORY = 75  # the child's exit status then
_PATIENCE_S = 2.0
# What a reader may need: where programs and fonts are. Never the secrets of the parent.
_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TESSDATA_PREFIX",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
)


class ReadingProcess:
    """One child process at a time, used for many files and started anew when it dies.

    Not for several threads at once. `timeout_s` and `memory_mb` hold for each file.
    """

    def __init__(self, *, timeout_s: float = 120.0, memory_mb: int = 1536) -> None:
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._child: _Child | None = None

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id of the child, 0 when none is running."""
        return self._child.pid if self._child else 0

    def close(self) -> None:
        """End the child. A later `read` starts another."""
        if self._child:
            self._child.end()
            self._child = None

    def read(self, name: str, data: bytes) -> Reading:
        """As `ingestion.reading.read_document`, within the limits.

        Raises:
            TooLarge: over a limit on memory or time.
            DamagedFile: the file made its reader crash.
            ReadingError: any that `read_document` raises.
        """
        if self._child is None or not self._child.usable():
            self.close()
            self._child = _Child(self._memory_mb)
        child = self._child
        request = json.dumps({"name": name, "timeout_s": self._timeout_s}).encode()
        try:
            reply = child.ask((request, data), self._timeout_s)
            outcome = unpack(reply)
        except TimeoutError:
            self.close()
            raise TooLarge(
                f"reading took over {self._timeout_s:g} s; split the file, or save it in a simpler format"
            ) from None
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self._child = None
            raise self._death(child) from None
        except ValueError as error:
            self.close()
            raise DamagedFile(f"its reader gave an unusable reply ({error}); save the file again") from error
        if isinstance(outcome, ReadingError):
            if isinstance(outcome, TooLarge):
                self.close()  # what it allocated may not come back
            raise outcome
        return outcome

    def _death(self, child: _Child) -> ReadingError:
        status, used_mb = child.reap()
        if status == -signal.SIGXCPU:
            return TooLarge(f"reading took over {self._timeout_s:g} s of processor time; split the file")
        if status in {-signal.SIGKILL, _OUT_OF_MEMORY} or used_mb > 0.7 * self._memory_mb:
            used = f"it had used {used_mb} MB, " if used_mb else ""
            return TooLarge(
                f"its reader was stopped, which happens when memory runs out ({used}"
                f"the limit is {self._memory_mb} MB); split the file"
            )
        return DamagedFile(f"its reader crashed ({_named(status)}): the file is damaged; save it again")


def read_in_child(name: str, data: bytes, *, timeout_s: float = 120.0, memory_mb: int = 1536) -> Reading:
    """One file, read in a child process of its own.

    Raises:
        ReadingError: as `ReadingProcess.read`.
    """
    with ReadingProcess(timeout_s=timeout_s, memory_mb=memory_mb) as process:
        return process.read(name, data)


def _most_used_mb() -> int:
    """The most memory that this process has used, in MB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale // _MB


class _Child:
    """The parent's end of one child process."""

    def __init__(self, memory_mb: int) -> None:
        root = str(Path(__file__).resolve().parents[2])
        environment = {key: os.environ[key] for key in _ENVIRONMENT if key in os.environ}
        environment |= {
            "PYTHONPATH": root,
            "PYTHONUTF8": "1",
            # Each thread of these libraries reserves address space, which the memory limit counts.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "OMP_THREAD_LIMIT": "1",
            "MALLOC_ARENA_MAX": "2",
        }
        # a child begins with its parent's mark of most memory used: up to this it says nothing of the child
        self._inherited_mb = _most_used_mb()
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `reap`
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-m", "ingestion.reading.child", str(memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=environment,
            bufsize=0,
            start_new_session=True,  # so that programs it starts end with it
        )
        self.pid = self._process.pid
        self._files = 0
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None  # noqa: S101 - Popen was asked for both
            os.set_blocking(pipe.fileno(), False)
        try:
            ready = self.ask((), _START_TIMEOUT_S)
        except (EOFError, TimeoutError) as error:
            self._complaints.seek(0)
            complaint = self._complaints.read()[-500:].decode("utf-8", "replace").strip()
            self.end()
            raise ReadingError(
                f"the reading process does not start: {complaint or 'no reason given'}"
            ) from error
        if ready != _READY:
            self.end()
            raise ReadingError("the reading process does not start: something else answers in its place")

    def usable(self) -> bool:
        return self._process.poll() is None and self._files < _FILES_A_CHILD

    def ask(self, messages: tuple[bytes, ...], timeout_s: float) -> bytes:
        """Send the messages and wait for one reply.

        Raises:
            TimeoutError, EOFError, BrokenPipeError: no reply in time, or no child.
        """
        self._files += 1
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None  # noqa: S101, PT018 - Popen was asked for both
        unsent = [memoryview(part) for message in messages for part in (_LENGTH.pack(len(message)), message)]
        reply = bytearray()
        deadline = time.monotonic() + timeout_s
        with selectors.DefaultSelector() as ready:
            ready.register(stdout, selectors.EVENT_READ)
            if unsent:
                ready.register(stdin, selectors.EVENT_WRITE)
            while True:
                events = ready.select(max(0.0, deadline - time.monotonic()))
                if not events or time.monotonic() > deadline:
                    raise TimeoutError
                for key, _ in events:
                    if key.fileobj is stdin:
                        written = os.write(stdin.fileno(), unsent[0])
                        unsent[0] = unsent[0][written:]
                        while unsent and not unsent[0]:
                            unsent.pop(0)
                        if not unsent:
                            ready.unregister(stdin)
                        continue
                    received = os.read(stdout.fileno(), _MB)
                    if not received:
                        raise EOFError
                    reply += received
                    if len(reply) >= _LENGTH.size:
                        expected = _LENGTH.unpack_from(reply)[0]
                        if expected > _MAX_REPLY_BYTES:
                            raise ValueError(f"{expected} bytes")
                        if len(reply) >= _LENGTH.size + expected:
                            return bytes(reply[_LENGTH.size :])

    def end(self) -> None:
        """Kill it and whatever programs it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.reap()

    def reap(self) -> tuple[int, int]:
        """Its exit status (negative for a signal) and the most memory it used, in MB (0: not known)."""
        used_mb = 0
        deadline = time.monotonic() + _PATIENCE_S
        while self._process.returncode is None:
            try:
                pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            except ChildProcessError:
                break
            if pid:
                self._process.returncode = os.waitstatus_to_exitcode(status)
                scale = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
                most_mb = usage.ru_maxrss * scale // _MB
                used_mb = most_mb if most_mb > self._inherited_mb else 0
            elif time.monotonic() > deadline:
                os.killpg(self.pid, signal.SIGKILL)
            else:
                time.sleep(0.005)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout, self._complaints):
            if pipe is not None:
                pipe.close()
        return self._process.returncode or 0, used_mb


def _named(status: int) -> str:
    if status >= 0:
        return f"exit {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """The child's part: answer requests until the input ends."""
    from ingestion.reading import read_document

    _send(sink, _READY)
    while (request := _receive(source)) is not None and (data := _receive(source)) is not None:
        asked = json.loads(request)
        _limit_processor_time(float(asked["timeout_s"]))
        try:
            reply = pack(read_document(str(asked["name"]), data))
        except ReadingError as error:
            reply = pack(error)
        except MemoryError:
            data = b""
            reply = pack(TooLarge("reading it needs more memory than the limit; split the file"))
        _send(sink, reply)


def _send(sink: BinaryIO, message: bytes) -> None:
    sink.write(_LENGTH.pack(len(message)))
    sink.write(message)
    sink.flush()


def _receive(source: BinaryIO) -> bytes | None:
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    expected = _LENGTH.unpack(head)[0]
    message = source.read(expected)
    return message if len(message) == expected else None


def _limit_memory(memory_mb: int) -> None:
    import resource

    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        _, hard = resource.getrlimit(kind)
        wanted = memory_mb * _MB
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):  # a system that knows no such limit
            resource.setrlimit(kind, (allowed, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_processor_time(timeout_s: float) -> None:
    """Processor time is counted over the life of a process: the limit is what is used and a file's share."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(time.process_time() + timeout_s) + 2
    resource.setrlimit(
        resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
    )


def _end_with(parent: int) -> None:
    """End this process soon after the parent, even in the middle of a file."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def main() -> None:
    """Run as `python -m ingestion.reading.child MEMORY_MB` by `ReadingProcess` only."""
    # Libraries print to standard output; the replies must be alone in their pipe.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    _limit_memory(int(sys.argv[1]))
    try:
        serve(sys.stdin.buffer, replies)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except BrokenPipeError:
        os._exit(1)


if __name__ == "__main__":
    main()
