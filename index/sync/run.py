"""Sync: one run over some paths, from what a walk has found to a report."""

import os
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.files import settled, stamp
from index.store import File, Store
from index.sync.ahead import Elsewhere, Task
from index.sync.changes import moved, nowhere, vanished, via
from index.sync.flow import Done, Flow
from index.sync.meter import Meter, work
from index.sync.report import Fate, Outcome, Progress, Report
from index.sync.unfinished import forget_old
from index.types import Embedder
from index.view import EMBEDDED
from index.walk import Failure, Found


class Sync:
    """One run over some paths. What is stored stays, whatever stops the run; running it again goes on."""

    def __init__(
        self,
        store: Store,
        embedder: Callable[[], Embedder],
        *,
        on_progress: Callable[[Progress], None] | None,
        on_file: Callable[[Outcome], None] | None,
        max_bytes: int,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        """Take what a run needs. The embedder is made when the first file has to be embedded.

        Files are read ``elsewhere`` if that is given.
        """
        self._elsewhere = elsewhere
        self._store = store
        self._embedder = embedder
        self._on_progress = on_progress
        self._on_file = on_file or (lambda _: None)
        self._max_bytes = max_bytes
        self._counts = Counter(dict.fromkeys(Fate, 0))
        self._failed: list[Failure] = []
        self._noted: list[Failure] = []

    def run(self, paths: Sequence[Path], found: Found) -> Report:
        """Bring the store in line with the files at these paths, which are those that a walk has found."""
        started = time.monotonic()
        # 1  what there is, and what there was
        known = self._store.files()
        self._failed += [*found.failed, *nowhere(paths, known)]
        for failure in self._failed:
            self._on_file(Outcome(failure.path, Fate.FAILED, failure.message))
        # 2  what has vanished goes, unless it only has another name now
        gone = {path: known.pop(path) for path in vanished(paths, known, found)}
        renamed = self._rename(gone, found, known)
        removed = self._store.forget(list(gone))
        for path in gone:
            self._on_file(Outcome(path, Fate.REMOVED))
        # 3  what is new or has changed comes, many files at a time
        tasks = [
            Task(number, path, file, known.get(path), stamp(path))
            for number, (path, file) in enumerate(found.files.items())
        ]
        meter = Meter({task.path: work(task.stamp, task.known) for task in tasks}, self._on_progress)
        with closing(self._done(tasks, known, meter)) as done:
            for each in done:
                outcome = each.outcome
                if each.task.path in renamed and outcome.fate is Fate.UNCHANGED:
                    outcome = replace(outcome, fate=Fate.MOVED)
                self._note(each, outcome)
                meter.file_done(each.task.path)
                self._on_file(outcome)
        forget_old(self._store.database.path.parent)
        return Report(
            added=self._counts[Fate.ADDED],
            replaced=self._counts[Fate.REPLACED],
            unchanged=self._counts[Fate.UNCHANGED],
            moved=self._counts[Fate.MOVED],
            removed=removed,
            passages=meter.passages,
            ignored=found.ignored,
            left_out=sum(os.path.realpath(path) == path for path in found.left_out),
            failed=tuple(self._failed),
            seconds=time.monotonic() - started,
            noted=tuple(self._noted),
        )

    def _done(self, tasks: Sequence[Task], known: Mapping[str, File], meter: Meter) -> Generator[Done, None, None]:
        """Yield what a look tells to be unchanged, then the rest as it is stored."""
        rest = []
        for task in tasks:
            if task.known and task.is_current and task.stamp and task.stamp == task.known.stamp:
                yield Done(task, Outcome(task.path, Fate.UNCHANGED))
            else:
                rest.append(task)
        if rest:
            stored = {(file.sha256, file.parser) for file in known.values() if file.shape == EMBEDDED.name}
            flow = Flow(
                self._store,
                self._embedder,
                meter,
                stored=stored,
                max_bytes=self._max_bytes,
                elsewhere=self._elsewhere,
            )
            yield from flow.run(rest)

    def _note(self, done: Done, outcome: Outcome) -> None:
        self._counts[outcome.fate] += 1
        if outcome.fate is Fate.FAILED:
            self._failed.append(Failure(str(done.task.file), outcome.reason))
        elif done.note:
            self._noted.append(Failure(str(done.task.file), done.note))

    def _rename(self, gone: dict[str, File], found: Found, known: dict[str, File]) -> set[str]:
        """Let new paths lead where those that moved there led; take these out of ``gone``, put those into ``known``."""
        pairs = list(moved(gone, found.files, known))
        with self._store.together():
            for path, old in pairs:
                known[path] = self._moved_to(path, old, gone.pop(old), found.files[path])
        return {path for path, _ in pairs}

    def _moved_to(self, path: str, old: str, was: File, file: Path) -> File:
        """Let the new path lead where the old one led; return what is known of it now."""
        seen, link = stamp(path), via(path, file)
        is_settled = seen is not None and settled(seen)
        self._store.link(path, was.document, seen, settled=is_settled, via=link, instead=old)
        return replace(was, stamp=seen if is_settled else None, via=link)
