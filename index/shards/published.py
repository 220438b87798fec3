"""Shards as others load them: a whole copy of each beside it, with its checksum, that never changes again.

SQLite's log ahead needs memory that reader and writer share, so a file that is written on one machine cannot be read on
another. What is published is a file like any other: on a network drive or not, it is whole or it is not there.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import IndexLocked, IndexNotFound, StoreError
from index.lock import WriteLock
from index.store import Store

_LIST = "published.json"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Copy:
    """A shard's file as it was at a generation; ``name`` is relative to the folder of all shards."""

    name: str
    generation: int
    sha256: str


def publish(folder: Path, databases: Sequence[Path]) -> bool:
    """Publish each shard that has changed since it last was; return False if another process is at it just now."""
    with suppress(IndexLocked), WriteLock(folder / "publish.lock"):
        before: list[Copy | None] = list(published(folder) or ()) or [None] * len(databases)
        after = [_copy(folder, path, last) for path, last in zip(databases, before, strict=True)]
        if after != before:
            written = folder / f"{_LIST}.new"
            written.write_text(json.dumps([asdict(each) for each in after]), encoding="utf-8")
            written.replace(folder / _LIST)
        kept = {each.name for each in (*after, *before) if each}  # whoever loads the last ones is not cut off
        for path in databases:
            for old in path.parent.glob("published-*"):
                if old.relative_to(folder).as_posix() not in kept:
                    old.unlink()
        return True
    return False


def published(folder: Path) -> list[Copy] | None:
    """Return the shards that are published; None if none are."""
    try:
        return [Copy(**each) for each in json.loads((folder / _LIST).read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{folder / _LIST} cannot be read ({error}): delete it and run `seedqa add` again") from error


def fetch(folder: Path, copy: Copy, into: Path) -> None:
    """Bring a published shard onto this machine; raise StoreError if it is not what was published."""
    try:
        with (folder / copy.name).open("rb") as source, into.open("wb") as target:
            shutil.copyfileobj(source, target, _PIECE)
    except OSError as error:
        raise IndexNotFound(f"{folder / copy.name} cannot be read ({error.strerror}): is the storage there?") from error
    if _sha256(into) != copy.sha256:
        raise StoreError(f"{folder / copy.name} is not what was published: delete it and run `seedqa add` again")


def stamp(folder: Path) -> tuple[int, int] | None:
    """Return what tells, without reading, whether something has been published since; None if nothing is there."""
    try:
        found = (folder / _LIST).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _copy(folder: Path, path: Path, last: Copy | None) -> Copy:
    with closing(Store.open(path)) as store:
        generation = store.generation()
        if last and last.generation == generation and (folder / last.name).exists():
            return last
        made = path.with_name(f"published-{generation}.db")
        made.unlink(missing_ok=True)
        store.database.rows("VACUUM INTO ?", (str(made),))
    with closing(Store.open(made)) as copied:  # it may have been written to after the look
        generation = copied.generation()
        copied.database.rows("PRAGMA journal_mode = DELETE")  # one file
    with made.open("rb") as file:
        os.fsync(file.fileno())
    return Copy(made.relative_to(folder).as_posix(), generation, _sha256(made))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
