"""A disk that fails: the N-th write, sync or rename, or one that is full from then on.

SQLite's calls go through a VFS of ours, Python's through os.
"""

import errno
import os
import signal
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import apsw


class Failing(StrEnum):
    """What fails."""

    WRITE = "write"
    SYNC = "sync"
    NAME = "rename or delete"
    FULL = "disk full from the write on"
    DIE = "kill -9 at the write or sync"


class Disk:
    """Counts what is done to files, and lets one of them fail: the ``at``-th, counted from 1; 0: none."""

    def __init__(self, failing: Failing, at: int) -> None:
        """Fail nothing until :meth:`install`."""
        self.count = 0
        self._failing, self._at = failing, at
        self._kinds = {
            Failing.WRITE: {"write"},
            Failing.SYNC: {"sync"},
            Failing.NAME: {"name"},
            Failing.FULL: {"write"},
            Failing.DIE: {"write", "sync"},
        }[failing]

    def note(self, kind: str) -> None:
        """Count an operation; raise OSError, or end the process, where it is the one that is to fail."""
        if kind not in self._kinds:
            return
        self.count += 1
        if not self._at or self.count < self._at or (self.count > self._at and self._failing is not Failing.FULL):
            return
        if self._failing is Failing.DIE:
            os.kill(os.getpid(), signal.SIGKILL)
        code = errno.ENOSPC if self._failing is Failing.FULL else errno.EIO
        raise OSError(code, os.strerror(code))

    def install(self) -> "Shim":
        """Let all of this process's files be on this disk. Keep what is returned: SQLite does not."""
        for name, kind in (("fsync", "sync"), ("rename", "name"), ("replace", "name"), ("unlink", "name")):
            setattr(os, name, self._noted(getattr(os, name), kind))
        # Without shared memory, which such a VFS has not, only one connection can write ahead.
        apsw.connection_hooks.append(_alone)
        return Shim(self)

    def _noted(self, call: Callable[..., Any], kind: str) -> Callable[..., Any]:
        def noted(*values: Any, **named: Any) -> Any:
            self.note(kind)
            return call(*values, **named)

        return noted

    def sqlite(self, kind: str) -> None:
        """Do as :meth:`note`, in SQLite's words."""
        try:
            self.note(kind)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise apsw.FullError(error.strerror) from error
            raise apsw.IOError(error.strerror) from error


def _alone(connection: apsw.Connection) -> None:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")


class Shim(apsw.VFS):
    """The system's own, with a count of what is done."""

    def __init__(self, disk: Disk) -> None:
        """Become the one that is used."""
        self._disk = disk
        self._below = apsw.vfs_names()[0]
        super().__init__("failing", self._below, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> "_File":  # noqa: N802
        """Open a file that counts."""
        return _File(self._below, name, flags, self._disk)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        """Delete a file, if it may be."""
        self._disk.sqlite("name")
        super().xDelete(name, syncdir)


class _File(apsw.VFSFile):
    def __init__(self, below: str, name: Any, flags: list[int], disk: Disk) -> None:
        self._disk = disk
        super().__init__(below, name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.sqlite("write")
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._disk.sqlite("write")
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.sqlite("sync")
        super().xSync(flags)
