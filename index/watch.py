"""Watches files and folders by looking: what has changed, once it is left alone.

By looking and not by the system's notices: those do not come for network drives and mounted folders, and run out in
large trees. A look at 20,000 files takes about a quarter of a second.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.files import Stamp, stamp
from index.walk import Found, is_within


@dataclass(frozen=True, slots=True)
class Changes:
    """Files that are new, different or gone, and files that are still there and are to be left out from now on."""

    differ: tuple[Path, ...]
    left_out: tuple[Path, ...]


class Watch:
    """Compares what is there with what was there when it was made.

    Make it before a sync, and what changes during the sync is not missed. A file is told of when two looks have found
    it the same, so one that is being written is waited for; what changes within a moment is told of together.
    """

    def __init__(
        self, roots: Sequence[Path], walk: Callable[[Sequence[Path]], Found], *, pause: float = 0.4, longest: float = 30
    ) -> None:
        """``walk`` finds the files below the roots. A file that never rests is told of after ``longest`` seconds."""
        self._roots = tuple(path.absolute() for path in roots)
        self._walk = walk
        self._pause, self._longest = pause, longest
        self._known = self._look()

    def changes(self, stopped: Callable[[], bool] = lambda: False) -> Iterator[Changes]:
        """Yield what has changed, until ``stopped`` says so, which is asked at each look."""
        before, since = self._known, dict[str, float]()
        while not stopped():
            began = time.monotonic()
            now = self._look()
            differ = {path for path in {*now, *self._known} if now.get(path) != self._known.get(path)}
            since = {path: since.get(path, began) for path in differ}
            resting = {path for path in differ if now.get(path) == before.get(path)}
            overdue = {path for path in differ if began - since[path] > self._longest}
            old = any(began - since[path] >= 1 for path in resting)
            if overdue or (resting and (old or resting == differ)):
                told = resting | overdue
                yield self._told(told, now)
                since = {path: at for path, at in since.items() if path not in told}
            before = now
            spent = time.monotonic() - began
            time.sleep(max(self._pause, min(1.0, 2 * spent)))  # a large tree is looked at a third of the time at most

    def _told(self, paths: set[str], now: dict[str, Stamp | None]) -> Changes:
        for path in paths:
            if path in now:
                self._known[path] = now[path]
            else:
                del self._known[path]
        left_out = {path for path in paths if path not in now and os.path.lexists(path)}
        return Changes(
            tuple(Path(path) for path in sorted(paths - left_out)), tuple(Path(path) for path in sorted(left_out))
        )

    def _look(self) -> dict[str, Stamp | None]:
        """Look at every file. Below a root that is not there, a drive that was pulled out, all is as it was."""
        there = [root for root in self._roots if root.exists()]
        found = {path: stamp(path) for path in self._walk(there).files}
        if len(there) < len(self._roots):
            away = {os.path.realpath(root) for root in self._roots if root not in there}
            found |= {path: seen for path, seen in self._known.items() if is_within(path, away)}
        return found
