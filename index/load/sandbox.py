"""Parses hostile files in another process, with limits on its memory and time. What comes back is JSON.

One worker serves one file after another (starting it takes far longer than parsing a page does), and is
replaced when a file crashed it, hung it or hit a limit.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from index.load.parsed import OUT_OF_MEMORY, Parsed, ParseError
from index.load.text import clean
from index.types import Kind, Mark

ROOT = Path(__file__).parents[2]
REPLY_BYTES = 256 << 20
ADVICE = "it may be damaged: open it and save it again, or leave it out"


class _WorkerError(ParseError):
    """The worker ended by itself, perhaps of what it read before this file."""


class Sandbox:
    """A worker process and its limits. Threads may share it: it reads one file at a time."""

    def __init__(self, *, memory: int = 2 << 30, cpu_seconds: int = 20, wall_seconds: float = 60) -> None:
        """Set the limits: ``memory`` in bytes of address space for the worker, the times for each file."""
        self.memory = memory
        self.cpu_seconds = cpu_seconds
        self.wall_seconds = wall_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def parse(self, suffix: str, data: bytes) -> Parsed:
        """Parse the bytes in the worker; raise ParseError if that fails, whatever the file does to it."""
        with self._lock:
            if self._process:
                # Whether this file is to blame, or those before it, only a fresh worker can tell.
                with suppress(_WorkerError):
                    return _from_reply(self._exchange(suffix, data))
            return _from_reply(self._exchange(suffix, data))

    def close(self) -> None:
        """End the worker. The next parse starts another."""
        process, self._process = self._process, None
        if process:
            process.kill()
            process.communicate()  # closes the pipes and reaps the process

    def forget(self) -> None:
        """In a forked child: leave the worker, and whoever holds the lock, to the parent."""
        self._process = None
        self._lock = threading.Lock()

    def _exchange(self, suffix: str, data: bytes) -> bytes:
        """Send one file and wait for the line that answers it; without one, end the worker and say why."""
        process = self._process = self._process or self._start()
        assert process.stdin
        assert process.stdout
        deadline = time.monotonic() + self.wall_seconds
        alarm = threading.Timer(self.wall_seconds, process.kill)
        alarm.daemon = True
        alarm.start()
        reply = b""
        try:
            header = json.dumps({"suffix": suffix, "size": len(data)}).encode()
            process.stdin.write(header + b"\n" + data)
            process.stdin.flush()
            reply = process.stdout.readline(REPLY_BYTES)
        except OSError:
            pass  # it died while it was being written to: the exit status says why
        finally:
            alarm.cancel()
            late = time.monotonic() >= deadline
            if late or not reply.endswith(b"\n"):  # interrupted by Ctrl-C, too: half a reply must not stay
                self._process = None
                _end(process)
        if reply.endswith(b"\n"):
            return reply
        raise self._failure(late, process.returncode)

    def _start(self) -> subprocess.Popen[bytes]:
        path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
        return subprocess.Popen(
            # -P: the current folder, which may hold anything, is not searched for modules.
            [sys.executable, "-P", "-m", "index.load.worker", str(self.memory), str(self.cpu_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C is for the parent
        )

    def _failure(self, late: bool, status: int) -> ParseError:
        if late or status == -getattr(signal, "SIGXCPU", 0):
            return ParseError(f"takes too long to read; {ADVICE}")
        if status == OUT_OF_MEMORY:
            return _WorkerError(f"needs more than {self.memory >> 20} MB of memory to read; {ADVICE}")
        return _WorkerError(f"crashes the program that reads it; {ADVICE}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Reap a worker that gave no answer, and kill it if it has not ended by itself."""
    try:
        process.wait(0.2)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()


def _from_reply(line: bytes) -> Parsed:
    """Check what the worker sent as one checks input: by shape, by type, and every offset by range."""
    try:
        match json.loads(line):
            case {"unreadable": str(reason)}:
                raise ParseError(clean(reason))
            case {"title": str(title), "text": str(text), "marks": [*marks]}:
                return Parsed(clean(title), _storable(text), tuple(_mark(*row, text) for row in marks))
    except (ValueError, TypeError, RecursionError):
        pass
    raise ParseError(f"crashes the program that reads it; {ADVICE}")


def _storable(text: str) -> str:
    if clean(text) != text:
        raise ValueError("the text holds NULs or lone surrogates")
    return text


def _mark(start: object, end: object, kind: str, label: str, text: str) -> Mark:
    return Mark(_offset(start, text), _offset(end, text), Kind(kind), clean(label))


def _offset(value: object, text: str) -> int:
    if not isinstance(value, int) or not 0 <= value <= len(text):
        raise ValueError(f"{value!r} is not an offset into the text")
    return value


_shared = Sandbox()
parse = _shared.parse
atexit.register(_shared.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_shared.forget)
