"""The one writer: runs what is to be added and removed, one after the other."""

import itertools
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import qa
from qa import Engine, Fate, Outcome, Progress
from ui.jobs.job import Job, Kind, Snapshot, State

_LOG = logging.getLogger(__name__)
_BATCH = 64
"""Files that are added in one go: the folder is locked and the counts are told once for all of them."""
_KEPT = 1000
"""Lines that are kept of what is done, and as many of what failed or was stopped: the newest."""
_APOLOGY = "Something went wrong here; the terminal that runs seedqa has the details. Try it again."


class _Aside(Exception):
    """Lets go of the index between two files: something shorter waits, or somebody said stop."""


class Jobs:
    """Runs what is to be added and removed, one after the other, in a thread of its own.

    A removal goes first, and waits for one file at most. Each method returns at once and may be called by any thread.
    """

    def __init__(self, engine: Engine, *, patience: float = 1.0, max_bytes: int = 32 << 20) -> None:
        """``patience`` is how many seconds to wait before trying again when another process is writing."""
        self.left_out: set[str] = set()
        """Files that a folder is added without: they were removed by hand."""
        self._engine = engine
        self._patience = patience
        self._max_bytes = max_bytes
        self._ids = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._batch: list[Job] = []
        self._removed: dict[int, tuple[tuple[Path, ...], str]] = {}
        self._progress: Progress | None = None
        self._first = 1
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    # What can be asked for

    def add(self, paths: Sequence[Path], *, name: str = "") -> int:
        """Bring the index in line with files or a folder; return the job's id."""
        return self._submit(Kind.ADD, paths, name)

    def remove(self, paths: Sequence[Path], *, name: str = "") -> int:
        """Forget files; return the job's id, which :meth:`undo` takes."""
        with self._changed:
            job = self._submit(Kind.REMOVE, paths, name)
            self._removed[job] = (tuple(paths), self._jobs[job].name)
            return job

    def undo(self, removal: int) -> int | None:
        """Add again what a removal took out; return the new job's id, None if there is nothing to add."""
        with self._changed:
            paths, name = self._removed.pop(removal, ((), ""))
            return self._submit(Kind.ADD, paths, name) if paths else None

    def removed(self, removal: int) -> tuple[Path, ...] | None:
        """Return what a removal took out and nobody has added again, while it can be undone; None if it cannot."""
        with self._changed:
            found = self._removed.get(removal)
            return found[0] if found else None

    def is_going(self, path: Path) -> bool:
        """Tell whether a file is being removed, or waits for that: though it is in the index, it soon is not."""
        with self._changed:
            removals = (job for job in self._jobs.values() if job.kind is Kind.REMOVE and not job.is_over)
            return any(path in job.paths for job in removals)

    def reclaim(self, paths: Iterable[Path]) -> None:
        """Take files that are wanted again out of all removals: :meth:`forget` gives them up no more."""
        wanted = set(paths)
        with self._changed:
            self._removed = {
                removal: (tuple(path for path in removed if path not in wanted), name)
                for removal, (removed, name) in self._removed.items()
            }

    def forget(self, removal: int) -> tuple[Path, ...]:
        """Give up undoing a removal; return the files that could still have been brought back by it."""
        with self._changed:
            return self._removed.pop(removal, ((), ""))[0]

    def stop(self, job: int | None = None) -> None:
        """Stop a job, or all that are not finished. What has been stored stays."""
        with self._changed:
            for each in self._jobs.values():
                if job in (None, each.id) and each.kind is Kind.ADD and not each.is_over:
                    each.state, each.reason = State.STOPPED, "Stopped; what was read before is kept."
            self._changed.notify_all()

    def retry(self, job: int) -> int | None:
        """Do again what failed or was stopped, in place of its line; return the new job's id."""
        with self._changed:
            old = self._jobs.get(job)
            if old is None or not old.can_retry:
                return None
            del self._jobs[job]
        failed = tuple(Path(outcome.path) for outcome in old.failures)
        some = old.state is State.DONE and len(failed) == old.fates[Fate.FAILED]  # the rest is in the index
        return self._submit(old.kind, failed if some else old.paths, old.name)

    def clear(self) -> None:
        """Forget the lines of what is finished."""
        with self._changed:
            self._jobs = {number: job for number, job in self._jobs.items() if not job.is_over}

    def snapshot(self) -> Snapshot:
        """Return the queue as it is now, oldest first."""
        with self._changed:
            jobs = [replace(job, fates=job.fates.copy(), failures=job.failures.copy()) for job in self._jobs.values()]
            recent = [job for job in jobs if job.id >= self._first]
            done = sum(job.is_over for job in recent)
            before = done - sum(job.is_over for job in self._batch)
            share = (before + len(self._batch) * _share(self._progress)) / max(1, len(recent))
            return Snapshot(jobs, done, len(recent), self._progress, min(1.0, share), self._seconds_left())

    def wait(self, job: int, seconds: float = 60.0) -> State:
        """Wait until a job is finished; return how it ended, or how far it is when the time is over."""
        with self._changed:
            over = self._changed.wait_for(lambda: self._state(job) not in (State.WAITING, State.RUNNING), seconds)
            return self._state(job) if over else State.RUNNING

    def close(self) -> None:
        """Stop at the next file and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread:
            thread.join()

    # How it runs

    def _state(self, job: int) -> State:
        return self._jobs[job].state if job in self._jobs else State.DONE

    def _seconds_left(self) -> float | None:
        """Judge what waits by the pace of what runs; of a folder that waits nothing is known."""
        now = self._progress
        if now is None or now.seconds_left is None or now.bytes_done >= now.bytes_total:
            return None
        waiting = sum(job.size for job in self._jobs.values() if job.state is State.WAITING)
        return now.seconds_left * (1 + waiting / (now.bytes_total - now.bytes_done))

    def _submit(self, kind: Kind, paths: Sequence[Path], name: str) -> int:
        with self._changed:
            job = Job(next(self._ids), kind, name or (paths[0].name or str(paths[0])), tuple(paths), _size(paths))
            if not self._unfinished():
                self._first = job.id
            self._jobs[job.id] = job
            self._forget_oldest()
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="seedqa-jobs", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return job.id

    def _unfinished(self) -> bool:
        return not all(job.is_over for job in self._jobs.values())

    def _forget_oldest(self) -> None:
        for states in ((State.DONE,), (State.FAILED, State.STOPPED)):  # what failed is not pushed out by what is done
            finished = [job.id for job in self._jobs.values() if job.state in states]
            for number in finished[: max(0, len(finished) - _KEPT)]:
                del self._jobs[number]

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._next())
                if self._closed:
                    return
                self._batch = self._next()
                for job in self._batch:
                    job.state, job.reason = State.RUNNING, ""
            self._work(self._batch)
            with self._changed:
                self._batch, self._progress = [], None
                self._changed.notify_all()

    def _next(self) -> list[Job]:
        """Return what is to be done now: a removal, a folder, or files that wait behind each other."""
        waiting = [job for job in self._jobs.values() if job.state is State.WAITING]
        if removal := next((job for job in waiting if job.kind is Kind.REMOVE), None):
            return [removal]
        files = list(itertools.takewhile(_is_files, waiting[:_BATCH]))
        return files or waiting[:1]

    def _work(self, batch: Sequence[Job]) -> None:
        try:
            if batch[0].kind is Kind.REMOVE:
                self._engine.remove(batch[0].paths)
            else:
                self._add(batch)
        except _Aside:
            self._put_back(batch, "")
        except qa.IndexLocked as error:
            self._put_back(batch, str(error))
            with self._changed:
                self._changed.wait_for(lambda: self._closed, self._patience)
        except qa.Error as error:
            self._fail(batch, str(error))
        except Exception:
            _LOG.exception("a job failed")
            self._fail(batch, _APOLOGY)
        else:
            with self._changed:
                for job in _running(batch):
                    job.settle()

    def _add(self, batch: Sequence[Job]) -> None:
        alone = batch[0] if len(batch) == 1 else None
        by_path: dict[str, list[Job]] = {}
        for job in batch:  # a file that was sent twice has two lines
            by_path.setdefault(os.path.realpath(job.paths[0]), []).append(job)

        def on_file(outcome: Outcome) -> None:
            with self._changed:
                for job in [alone] if alone else by_path.get(os.path.realpath(outcome.path), ()):
                    job.note(outcome)
                    if not alone and job.state is State.RUNNING:
                        job.settle()
                self._changed.notify_all()
                self._look_aside(batch)

        paths = [path for job in batch for path in job.paths]
        self._engine.add(
            paths,
            on_progress=self._show(batch),
            on_file=on_file,
            max_bytes=self._max_bytes,
            without=frozenset(self.left_out),
        )

    def _show(self, batch: Sequence[Job]) -> Callable[[Progress], None]:
        def show(progress: Progress) -> None:
            with self._changed:
                self._progress = progress
                if self._closed or not any(_running(batch)):
                    raise _Aside

        return show

    def _look_aside(self, batch: Sequence[Job]) -> None:
        """Let go of the index where something else has to come first."""
        urgent = any(job.state is State.WAITING and job.kind is Kind.REMOVE for job in self._jobs.values())
        stopped = any(job.state is State.STOPPED for job in batch)
        if urgent or stopped or self._closed:
            raise _Aside

    def _put_back(self, batch: Sequence[Job], reason: str) -> None:
        with self._changed:
            for job in _running(batch):
                job.state, job.reason = State.WAITING, reason
                job.fates.clear()
                job.failures.clear()

    def _fail(self, batch: Sequence[Job], reason: str) -> None:
        with self._changed:
            for job in _running(batch):
                job.state, job.reason = State.FAILED, reason


def _share(progress: Progress | None) -> float:
    return progress.bytes_done / progress.bytes_total if progress and progress.bytes_total else 0.0


def _size(paths: Sequence[Path]) -> int:
    """Add up the files' bytes; folders, and what cannot be looked at, count nothing."""
    total = 0
    for path in paths:
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def _running(batch: Iterable[Job]) -> Iterator[Job]:
    return (job for job in batch if job.state is State.RUNNING)


def _is_files(job: Job) -> bool:
    return job.kind is Kind.ADD and len(job.paths) == 1 and not job.paths[0].is_dir()
