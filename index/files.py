"""Files as they are on disk: whether they are what was read, without ever opening what could hang."""

import hashlib
import stat
import time
from dataclasses import dataclass
from pathlib import Path


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
    return Stamp(found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def settled(found: Stamp, *, seconds: float = 2.0) -> bool:
    """Tell whether a stamp can be trusted later: a file that changed just now can change again within its clock's tick.

    The same reason for which git calls an index "racy".
    """
    return abs(time.time_ns() - found.mtime) > seconds * 1e9


def sha256(path: str) -> str | None:
    """Hash a file's bytes; None where that cannot be done. A pipe, which could take for ever, is not opened."""
    if stamp(path) is None:
        return None
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def unchanged(path: str, sha: str, seen: Stamp | None = None) -> bool:
    """Tell whether a file still has the bytes with this SHA-256.

    ``seen`` is its stamp when it was known to: a file of another size is not read, nor one with the same stamp. What
    was not read from a file (``sha`` is "") cannot have changed.
    """
    if not sha:
        return True
    found = stamp(path)
    if found is None or (seen and seen.size != found.size):
        return False
    return found == seen or sha256(path) == sha
