"""Adds up how far a sync has come, and judges how long it will go on."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import PurePath

from index.files import Stamp
from index.store import File
from index.sync.report import Progress


def work(seen: Stamp | None, known: File | None) -> int:
    """Return the bytes that must be read to bring a file in: none if a look tells that it is the same."""
    return 0 if seen is None or (known and known.stamp == seen) else seen.size


class Meter:
    """Counts files, bytes and passages, and tells whoever wants to know.

    The time left goes by passages, which is what takes time: those that are cut and not embedded yet, and of files
    that are not read yet as many as files of their kind have had for their size.
    """

    def __init__(self, work: Mapping[str, int], tell: Callable[[Progress], None] | None) -> None:
        """``work`` has for each file the bytes that are to be read."""
        self.passages = 0
        self._work = work
        self._total = sum(work.values())
        self._tell = tell
        self._started: float | None = None
        self._files = self._bytes = 0
        self._under_way: dict[str, tuple[int, int]] = {}
        self._paid = 0
        self._unread: defaultdict[str, int] = defaultdict(int)
        self._read: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for path, size in work.items():
            self._unread[_kind(path)] += size

    def cut(self, path: str, passages: int, embedded: int = 0) -> None:
        """A file has so many passages, and so many of them are embedded already, from before."""
        self._started = self._started or time.monotonic()
        self._mark_read(path, passages)
        self._under_way[path] = (embedded, passages)
        if embedded:
            self._say(path)

    def embedded(self, path: str, count: int) -> None:
        """So many more passages of a file are embedded."""
        done, of = self._under_way[path]
        self._under_way[path] = (min(of, done + count), of)
        self._paid += count
        self._say(path)

    def file_done(self, path: str) -> None:
        """A file is dealt with, whatever became of it."""
        if path in self._under_way:
            inside = self._under_way.pop(path)
        else:
            inside = (0, 0)
            self._mark_read(path, 0)
        self._files += 1
        self._bytes += self._work[path]
        self.passages += inside[0]
        self._say(path, inside)

    def _mark_read(self, path: str, passages: int) -> None:
        kind, size = _kind(path), self._work[path]
        before = self._read[kind]
        self._unread[kind] -= size
        self._read[kind] = (before[0] + size, before[1] + passages)

    def _say(self, path: str, inside: tuple[int, int] | None = None) -> None:
        if not self._tell:
            return
        parts = [self._work[each] * done // of for each, (done, of) in self._under_way.items() if of]
        passages = self.passages + sum(done for done, _ in self._under_way.values())
        at = inside or self._under_way.get(path, (0, 0))
        now = self._bytes + sum(parts)
        self._tell(
            Progress(path, self._files, len(self._work), now, self._total, passages, at, self._seconds_left(now))
        )

    def _seconds_left(self, done: int) -> float | None:
        """Judge by the pace so far; not before a few passages are embedded and a second has passed, or all is done."""
        if done == self._total:
            return 0.0
        spent = time.monotonic() - self._started if self._started else 0.0
        if not self._paid or spent < 1:
            return None
        return spent / self._paid * (sum(of - done for done, of in self._under_way.values()) + self._expected())

    def _expected(self) -> float:
        """Return how many passages the files have that are not read yet, as far as those that are can tell."""
        size, passages = (sum(column) for column in zip(*self._read.values(), strict=True))
        rate = passages / size if size else 0.0
        rates = {kind: count / read if read else rate for kind, (read, count) in self._read.items()}
        return sum(left * rates.get(kind, rate) for kind, left in self._unread.items())


def _kind(path: str) -> str:
    return PurePath(path).suffix.lower()
