"""Files as they are on disk: whether they are what was read, without ever opening what could hang."""

import hashlib
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_LATEST = (1 << 63) - 1
"""Nanoseconds: what SQLite holds. Clocks that were wrong once wrote times beyond."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file's size in bytes and the time of its last change, in nanoseconds since 1970: what tells without reading."""

    size: int
    mtime: int


def stamp(path: str) -> Stamp | None:
    """Look at a regular file without opening it; None where there is none."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    mtime = max(-_LATEST, min(found.st_mtime_ns, _LATEST))
    return Stamp(found.st_size, mtime) if stat.S_ISREG(found.st_mode) else None


def settled(found: Stamp, *, seconds: float = 2.0) -> bool:
    """Tell whether a stamp can be trusted later: a file that changed just now can change again within its clock's tick.

    The same reason for which git calls an index "racy".
    """
    return abs(time.time_ns() - found.mtime) > seconds * 1e9


def sha256(path: str) -> str | None:
    """Hash a file's bytes; None where that cannot be done. A pipe, which could take for ever, is not opened."""
    if stamp(path) is None:
        return None
    with suppress(OSError):
        return _hashed(path)
    return None


def unchanged(path: str, sha: str) -> bool:
    """Tell whether a file still has the bytes with this SHA-256. One that looks as it did last time is not read again.

    What was not read from a file (``sha`` is "") cannot have changed.
    """
    if not sha:
        return True
    found = stamp(path)
    return found is not None and _sha256(path, found) == sha


def _sha256(path: str, seen: Stamp) -> str | None:
    if not settled(seen):
        return sha256(path)
    with suppress(OSError):
        return _remembered(path, seen)
    return None


@lru_cache(maxsize=10_000)
def _remembered(path: str, seen: Stamp) -> str:
    del seen  # a part of the key: what has another one is hashed
    return _hashed(path)


def _hashed(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
