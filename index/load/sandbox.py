"""Parses files in other processes, with limits on their memory and time, and with nothing to steal or to write to.

A worker serves one file after another (starting it takes far longer than parsing a page does), and is
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

from index.cores import cores
from index.load import reply
from index.load.parsed import OUT_OF_MEMORY, Parsed, ParseError
from index.load.parsers import OCR, extra_seconds

ROOT = Path(__file__).parents[2]
ADVICE = "it may be damaged: open it and save it again, or leave it out"
KEPT = frozenset({"PATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "LANG", "TESSDATA_PREFIX", OCR})
"""What Python needs to start. Keys and passwords, and where to look for them, are none of a parser's business."""

PROGRAM = f"""
import sys, types
index = sys.modules["index"] = types.ModuleType("index")
index.__path__ = [{str(ROOT / "index")!r}]
import index.load.worker
index.load.worker.run()
"""
"""Runs the worker without index/__init__.py, which imports the whole of the index: 0.3 s for each worker."""


class _WorkerError(ParseError):
    """The worker ended by itself, perhaps of what it read before this file."""


class Sandbox:
    """Up to ``workers`` processes and their limits. Threads share it: each gets a worker, or waits for one."""

    def __init__(
        self,
        *,
        workers: int | None = None,
        memory: int = 2 << 30,
        cpu_seconds: int = 20,
        wall_seconds: float = 60,
    ) -> None:
        """Set the limits: ``memory`` in bytes of address space for a worker, the times for each file.

        Without ``workers``, there may be as many as the cores that this process may use. None is started yet.
        """
        self.memory = memory
        self.cpu_seconds = cpu_seconds
        self.wall_seconds = wall_seconds
        self._size = workers or cores()
        self._registered = False
        self.forget()

    def parse(self, parser: str, data: bytes) -> Parsed:
        """Have the module named ``parser`` parse the bytes; raise ParseError if that fails, whatever they do to it."""
        with self._free:
            if used := self._idle_one():
                # Whether this file is to blame, or those before it, only a fresh worker can tell.
                with suppress(_WorkerError):
                    return self._read(used, parser, data)
            return self._read(self._start(), parser, data)

    def close(self) -> None:
        """End the workers. The next parse starts another."""
        while self._workers:
            with suppress(KeyError):  # another thread ended it
                self._workers.pop().end()
        self._idle.clear()

    def forget(self) -> None:
        """In a forked child: leave the workers, and whoever waits for one, to the parent."""
        self._free = threading.BoundedSemaphore(self._size)
        self._workers = set[_Worker]()
        self._idle = list[_Worker]()

    def _idle_one(self) -> "_Worker | None":
        try:
            return self._idle.pop()
        except IndexError:  # none, or another thread took the last one just now
            return None

    def _read(self, worker: "_Worker", parser: str, data: bytes) -> Parsed:
        """Have the worker read a file. It comes back to the idle ones unless the file was the end of it."""
        try:
            return worker.read(parser, data, self.wall_seconds + extra_seconds(parser))
        finally:
            if worker.is_sound:
                self._idle.append(worker)
            else:
                self._workers.discard(worker)

    def _start(self) -> "_Worker":
        if not self._registered:  # here, and not at import, which nobody asked to start anything
            self._registered = True
            atexit.register(self.close)
            if hasattr(os, "register_at_fork"):
                os.register_at_fork(after_in_child=self.forget)
        worker = _Worker(self.memory, self.cpu_seconds)
        self._workers.add(worker)
        return worker


class _Worker:
    """One process, as its parent sees it."""

    def __init__(self, memory: int, cpu_seconds: int) -> None:
        self.is_sound = True
        self._memory = memory
        self._process = subprocess.Popen(
            # -P: the current folder, which may hold anything, is not searched for modules. -B: it may not write.
            [sys.executable, "-PBs", "-c", PROGRAM, str(memory), str(cpu_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the parent
        )

    def read(self, parser: str, data: bytes, seconds: float) -> Parsed:
        """Send one file and wait for the reply; without one, end the process and say why."""
        self.is_sound = False  # until the reply is complete; Ctrl-C, too, leaves half of one behind
        deadline = time.monotonic() + seconds
        alarm = threading.Timer(seconds, self._process.kill)
        alarm.daemon = True
        alarm.start()
        try:
            return self._exchange(parser, data)
        except (OSError, reply.BrokenReplyError):
            pass  # it died while it was being written to, or answered with rubbish: the exit status says why
        finally:
            alarm.cancel()
            late = time.monotonic() >= deadline  # then the alarm has killed it, complete as the reply may be
            self.is_sound = self.is_sound and not late
            if not self.is_sound:
                self.end(0.2)
        raise self._failure(late, self._process.returncode)

    def end(self, patience: float = 0) -> None:
        """Reap the process, and kill it if it does not end by itself in so many seconds."""
        self.is_sound = False
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self._process.kill()
        self._process.communicate()  # closes the pipes

    def _exchange(self, parser: str, data: bytes) -> Parsed:
        requests, replies = self._process.stdin, self._process.stdout
        assert requests
        assert replies
        requests.write(json.dumps({"parser": parser, "size": len(data)}).encode() + b"\n")
        requests.write(data)
        requests.flush()
        try:
            parsed = reply.read(replies)
        except ParseError:  # the file cannot be read, and the worker is fine
            self.is_sound = True
            raise
        self.is_sound = True
        return parsed

    def _failure(self, late: bool, status: int) -> ParseError:
        if late or status == -getattr(signal, "SIGXCPU", 0):
            return ParseError(f"takes too long to read; {ADVICE}")
        if status == OUT_OF_MEMORY:
            return _WorkerError(f"needs more than {self._memory >> 20} MB of memory to read; {ADVICE}")
        return _WorkerError(f"crashes the program that reads it; {ADVICE}")


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.upper() in KEPT or name.startswith("LC_")}
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    return {**kept, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}


_shared = Sandbox()
parse = _shared.parse
