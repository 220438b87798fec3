"""Makes segments: of the passages that none holds, and of those of smaller ones, so that there are never many.

It runs in a process of its own, at low priority, and may be stopped at any moment: what it has written counts from the
transaction on that lists it.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from index.errors import Error, IndexLocked
from index.lock import WriteLock
from index.search.postings import DamagedSegment, Postings
from index.search.segment import FOLDER, verify, write
from index.search.vectors import LISTED, Quantised
from index.store import Segment, Store
from index.store.terms import columns, cut

Ids = NDArray[np.int64]
SMALL = 50_000
"""Up to so many passages, all are looked at for each question, and there are no segments."""
TAIL = 2_000
"""So many passages that no segment holds are worth one."""
_LARGEST = 4_000_000
_AT_ONCE = 20_000
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from index.search.build import main; main(sys.argv[2])"


def due(
    store: Store, damaged: Collection[str] = (), *, small: int | None = None, tail: int | None = None
) -> int | None:
    """Return the first passage of the segment that should be made, which reaches to the last of all; None if none.

    It takes in the newest segments as long as they are not much larger than what it has: so each passage is written
    again a few times only, and there are as many segments as the number of passages has digits, not more.
    """
    if store.count_passages() < (SMALL if small is None else small):
        return None
    segments, first = store.segments(), store.covered() + 1
    size = store.number("SELECT count(*) FROM passages WHERE id >= ?", (first,))
    worn = _worn(store, segments) | {*damaged}
    broken = [segment.first for segment in segments if segment.name in worn]
    if size < (TAIL if tail is None else tail) and not broken:
        return None
    for segment in reversed(segments):
        if segment.first < min(broken, default=first) and not segment.passages <= min(2 * size, _LARGEST - size):
            break
        first, size = segment.first, size + segment.passages
    return first


def _worn(store: Store, segments: Collection[Segment]) -> set[str]:
    """Name the segments of which a third has gone."""
    query = "SELECT count(*) FROM tombstones WHERE id BETWEEN ? AND ?"
    return {each.name for each in segments if 3 * store.number(query, (each.first, each.last)) > each.passages}


def build(path: Path, *, small: int | None = None, tail: int | None = None, listed: int = LISTED) -> bool:
    """Make a segment for the store at a path, if one is due; tell whether it was made.

    Raises IndexLocked while another process makes one.
    """
    folder = path.parent / FOLDER
    with closing(Store.open(path)) as store:
        if store.database.read_only:
            return False
        folder.mkdir(mode=0o700, exist_ok=True)
        with WriteLock(folder / "build.lock"):
            _clear(store, folder)
            with store.snapshot():
                first = due(store, _damaged(store, folder), small=small, tail=tail)
                if first is None:
                    return False
                ids = store.ids("SELECT id FROM passages WHERE id >= ? ORDER BY id", (first,))
                name, generation = os.urandom(8).hex(), store.generation()
                (folder / name).mkdir()
                checksums = _written(store, folder / name, ids, listed=listed) if len(ids) else {}
            if not len(ids):
                retire(store, first)
                return True
            register(store, Segment(name, first, int(ids[-1]), len(ids), generation, checksums), ids)
            _clear(store, folder)
    return True


def register(store: Store, segment: Segment, ids: Ids) -> None:
    """List a segment in place of those whose passages it holds, with what has gone while it was made."""
    values = (segment.first, segment.last)
    row = (segment.name, *values, segment.passages, segment.generation, json.dumps(segment.checksums))
    with store.database.transaction():
        there = store.ids("SELECT id FROM passages WHERE id BETWEEN ? AND ? ORDER BY id", values)
        gone = np.setdiff1d(ids, there, assume_unique=True).tolist()
        now = store.generation()
        store.database.rows("DELETE FROM tombstones WHERE id BETWEEN ? AND ?", values)
        store.database.many("INSERT INTO tombstones VALUES (?, ?)", ((now, number) for number in gone))
        store.database.rows("DELETE FROM segments WHERE first BETWEEN ? AND ?", values)
        store.database.rows("INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)", row)


def retire(store: Store, first: int) -> None:
    """Unlist the segments from a passage on: all that they hold has gone."""
    with store.database.transaction():
        store.database.rows("DELETE FROM segments WHERE first >= ?", (first,))
        store.database.rows("DELETE FROM tombstones WHERE id >= ?", (first,))


def _written(store: Store, folder: Path, ids: Ids, *, listed: int) -> dict[str, int]:
    width = store.origin().dimension
    vectors = Quantised.of(len(ids), width, lambda places: store.vectors(ids[places]), listed=listed)
    return write(folder, ids, vectors, Postings.joined([Postings.of(cuts) for cuts in _cuts(store, ids)]))


def _cuts(store: Store, ids: Ids) -> Iterator[Iterator[tuple[list[str], list[str]]]]:
    """Yield the terms of the passages, some thousands at a time."""
    for part in np.array_split(ids, max(1, len(ids) // _AT_ONCE)):
        yield _cut(store, part)


def _cut(store: Store, ids: Ids) -> Iterator[tuple[list[str], list[str]]]:
    wanted = set(ids.tolist())
    query = "SELECT document FROM passages WHERE id BETWEEN ? AND ? GROUP BY document ORDER BY min(id)"
    for document in store.ids(query, (int(ids[0]), int(ids[-1]))).tolist() if len(ids) else ():
        for passage in store.passages_of(document):
            if passage.id in wanted:
                yield cut(store.database, columns(passage.document.title, passage))


def _damaged(store: Store, folder: Path) -> set[str]:
    """Name the segments that are missing or not what was written, their lists included."""
    wrong = set()
    for segment in store.segments():
        try:
            verify(folder / segment.name, segment.checksums)
            postings = Postings.read(folder / segment.name)
            for term in postings.terms():
                postings.find(term.decode())
        except (DamagedSegment, OSError, ValueError):
            wrong.add(segment.name)
    return wrong


def _clear(store: Store, folder: Path) -> None:
    """Delete what is not listed: left over from a build that was stopped, or taken in by a later one."""
    listed = {segment.name for segment in store.segments()}
    for path in folder.iterdir():
        if path.is_dir() and path.name not in listed:
            shutil.rmtree(path, ignore_errors=True)  # where a reader's map holds it: the next one deletes it


class Builds:
    """Starts a process that makes segments where one is due, one at a time."""

    _running: ClassVar[list["subprocess.Popen[bytes]"]] = []
    """Kept beyond the index that started them: they go on."""

    def __init__(self, path: Path) -> None:
        """Name the store."""
        self._path = path
        self._looked: tuple[int, frozenset[str]] = (-1, frozenset())

    def look(self, store: Store, damaged: Collection[str]) -> None:
        """Start a process if there is need; looks only when something has changed."""
        state = store.generation(), frozenset(damaged)
        if state == self._looked or store.database.read_only:
            return
        self._looked = state
        running = [process for process in self._running if process.poll() is None]
        self._running[:] = running
        if not running and due(store, damaged) is not None:
            self._running.append(start(self._path))


def start(path: Path) -> "subprocess.Popen[bytes]":
    """Make segments in another process, which outlives this one."""
    command = [sys.executable, "-c", _PROGRAM, str(Path(__file__).parents[2]), str(path)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)


def main(path: str) -> None:
    """Make the segments that are due, one by one, giving way to all else."""
    with suppress(AttributeError, OSError):
        os.nice(15)
    with suppress(IndexLocked, Error):
        while build(Path(path)):
            pass
