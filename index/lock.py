"""One writer at a time: a lock that names its holder, and that the system drops when its holder dies."""

import os
import re
import shlex
import socket
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from index.errors import IndexLocked, StoreError

if sys.platform == "win32":
    import msvcrt

    _BYTE = 1 << 30  # a locked byte cannot be read by others, so it lies far behind the text

    def _lock(file: int) -> None:
        os.lseek(file, _BYTE, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

    def _unlock(file: int) -> None:
        os.lseek(file, _BYTE, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


PATIENCE = 5.0
"""Seconds that the children of a dead process have to let go."""

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
"""A link in the lock's place would have the file that it leads to emptied."""
_NAMED = re.compile(r"process (?P<process>\d+) on (?P<host>\S+) ")


class WriteLock:
    """Holds the right to write to an index while the ``with`` block runs; raises IndexLocked if another does.

    The text in the file only informs: the lock is the operating system's, so a dead process holds none.
    """

    def __init__(self, path: Path) -> None:
        """Name the lock file; it stays when the lock is dropped (to delete it would let two in)."""
        self.path = path
        self._file = -1

    def __enter__(self) -> Self:
        """Take the lock, at once or not at all; from a holder that is dead as soon as its children have let go."""
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o644)
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written ({error.strerror}): look at its permissions") from error
        try:
            self._wait_for(file)
            _overwrite(file, _myself())
        except BaseException:  # an open file that nobody closes would hold the lock as long as this process lives
            os.close(file)
            raise
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop the lock."""
        try:
            _overwrite(self._file, "")
            _unlock(self._file)  # not by closing alone: a forked child may have the file open too
        finally:
            os.close(self._file)

    def _wait_for(self, file: int) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                _lock(file)
            except OSError as error:
                if time.monotonic() > until or not self._is_orphaned():
                    raise IndexLocked(self._held()) from error
            else:
                return
            time.sleep(0.02)

    def _is_orphaned(self) -> bool:
        """Tell whether who wrote its name here is dead: killed while it started a worker, which lets go in a moment."""
        named = _NAMED.match(self.path.read_text("utf-8", errors="replace"))
        if sys.platform == "win32" or not named or named["host"] != socket.gethostname():
            return False
        try:
            with suppress(PermissionError):  # it is another user's, and alive
                os.kill(int(named["process"]), 0)
        except ProcessLookupError:
            return True
        return False

    def _held(self) -> str:
        holder = self.path.read_text("utf-8", errors="replace").strip() or "another process"
        return f"{self.path.parent} is being written to by {holder}: wait until it has finished, or stop it"


def _overwrite(file: int, text: str) -> None:
    """Write the text if it can be written: it only informs, and of a full disk those tell who have to write to it."""
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, text.encode("utf-8", errors="replace"))


def _myself() -> str:
    command = shlex.join([Path(sys.argv[0]).name or "python", *sys.argv[1:]])[:200]
    since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    return f"process {os.getpid()} on {socket.gethostname()} (`{command}`, since {since})"
