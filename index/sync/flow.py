"""Files on their way into the store: reading, embedding and storing go on side by side, and meet here.

Only the thread that runs this touches the store. What is yielded is on disk.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue

from index.errors import LoadError
from index.files import settled
from index.store import Store
from index.sync.ahead import Ahead, Bytes, Copy, Elsewhere, InOrder, Result, Same, Task
from index.sync.batches import Batch, Batches
from index.sync.changes import via
from index.sync.draft import LARGE, Cut, Draft, known
from index.sync.meter import Meter
from index.sync.report import Fate, Outcome
from index.sync.unfinished import Unfinished
from index.types import Embedder
from index.view import EMBEDDED

_AT_ONCE = 64
"""Files stored in one transaction, at most: each transaction waits for the disk."""
_PAUSE = 0.25
"""Seconds between two transactions while there is more to do: what is not told yet is never more than that."""
_AHEAD = 512
"""Passages that may wait to be embedded before no further file is read."""

Event = tuple[Task, Result] | Batch | BaseException


@dataclass(frozen=True, slots=True)
class Done:
    """A file that is dealt with; ``note`` says what of it could not be read."""

    task: Task
    outcome: Outcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Ready:
    """What is left to do for a file; ``write`` does it, and returns None if the file has to be read after all."""

    task: Task
    write: Callable[[], Outcome | None]
    draft: Draft | None = None


class Flow:
    """One run over some tasks."""

    def __init__(
        self,
        store: Store,
        embedder: Callable[[], Embedder],
        meter: Meter,
        *,
        stored: Collection[Bytes],
        max_bytes: int,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        """Take what it needs; ``stored`` says of which bytes there are documents. See :class:`Ahead`."""
        self._store = store
        self._embedder = embedder
        self._meter = meter
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._ahead = Ahead(embedder, self._events.put, stored=stored, max_bytes=max_bytes, elsewhere=elsewhere)
        self._batches = Batches(embedder, self._events.put)
        self._todo: deque[Task] = deque()
        self._reading = InOrder(patience=elsewhere.patience) if elsewhere else InOrder()
        self._drafts: dict[int, Task] = {}
        self._ready: list[_Ready] = []
        self._stored_at = 0.0
        self._finished: set[int] = set()
        self._waiting: defaultdict[int, list[tuple[Task, Copy]]] = defaultdict(list)

    def run(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """Yield the tasks as they are done, nearly in their order. Closing this ends its threads."""
        self._todo += tasks
        try:
            while self._todo or self._reading or self._drafts or self._ready:
                self._feed()
                for event in self._happened():
                    yield from self._take(event)
                while read := self._reading.take():
                    self._read(*read)
                    self._feed()
                yield from self._store_ready()
        finally:
            self._ahead.stop()
            self._batches.stop()
            self._keep_the_rest()

    # Reading and embedding

    def _feed(self) -> None:
        """Give the readers and the embedder enough to do."""
        while self._todo and len(self._reading) < 2 * self._ahead.threads and len(self._batches) < _AHEAD:
            self._reading.expect(self._todo[0])
            self._ahead.take(self._todo.popleft())
        self._batches.send(more=bool(self._reading))

    def _happened(self) -> Iterator[Event]:
        """Yield what a thread has done next, if anything is under way; not after a while if something is to store."""
        if not (self._reading or self._drafts):
            return
        with suppress(Empty):
            yield self._events.get(timeout=_PAUSE)

    def _take(self, event: Event) -> Iterator[Done]:
        if isinstance(event, BaseException):
            raise event
        if not isinstance(event, Batch):
            self._reading.put(*event)
            return
        self._batches.received()
        self._feed()  # before storing, which takes its time
        for draft, count in event.hand_over():
            self._meter.embedded(self._drafts[draft.number].path, count)
            if draft.is_whole:
                self._put(self._drafts.pop(draft.number), draft)
                yield from self._store_ready()

    def _read(self, task: Task, result: Result) -> None:
        match result:
            case Cut():
                self._begin(task, result)
            case Same():
                self._ready.append(_Ready(task, lambda: self._see(task)))
            case Copy(of=of) if of in self._finished or of < 0:
                self._ready.append(_Ready(task, lambda: self._link(task, result.bytes)))
            case Copy(of=of):
                self._waiting[of].append((task, result))
            case LoadError():
                outcome = _failed(task, result)
                self._ready.append(_Ready(task, lambda: outcome))
            case _:
                raise result

    def _begin(self, task: Task, made: Cut) -> None:
        """Find out what of a document is to be embedded, and have it done."""
        draft = Draft(made, task.number)
        if task.known:
            draft.know(known(self._store, task.known.document))
        if len(draft.missing()) >= LARGE:
            embedder, folder = self._embedder(), self._store.database.path.parent
            draft.resume(Unfinished(folder, made.document.sha256, fingerprint=embedder.fingerprint,
                                    dimension=embedder.dimension))  # fmt: skip
        self._meter.cut(task.path, len(made.passages), draft.embedded())
        if draft.is_whole:
            self._put(task, draft)
        else:
            self._drafts[draft.number] = task
            self._batches.add(draft)

    def _keep_the_rest(self) -> None:
        """Write down what was embedded while the run was being stopped, for the next one."""
        while not self._events.empty():
            if isinstance(event := self._events.get(), Batch):
                event.hand_over()

    # Storing

    def _store_ready(self) -> Iterator[Done]:
        """Store what is ready, all at once, if it is time to; a document after those before it that are being embedded.

        So passages have the same ids whatever was embedded together with what.
        """
        first = min(self._drafts, default=None)
        ready = [each for each in self._ready if each.draft is None or first is None or each.task.number < first]
        now, busy = time.monotonic(), self._reading or self._drafts
        if not ready or (busy and len(ready) < _AT_ONCE and now - self._stored_at < _PAUSE):
            return
        ready.sort(key=lambda each: each.task.number)
        taken = {each.task.number for each in ready}
        self._ready = [each for each in self._ready if each.task.number not in taken]
        with self._store.together():
            outcomes = [each.write() for each in ready]
        self._stored_at = time.monotonic()
        for each, outcome in zip(ready, outcomes, strict=True):
            self._finish(each, is_done=outcome is not None)
        for each, outcome in zip(ready, outcomes, strict=True):
            if outcome:
                yield Done(each.task, outcome, each.draft.made.document.note if each.draft else "")

    def _finish(self, ready: _Ready, *, is_done: bool) -> None:
        if not is_done:
            self._todo.appendleft(replace(ready.task, alone=True))
            return
        if ready.draft and ready.draft.unfinished:
            ready.draft.unfinished.drop()
        self._finished.add(ready.task.number)
        for task, copy in self._waiting.pop(ready.task.number, ()):
            self._read(task, copy)

    def _put(self, task: Task, draft: Draft) -> None:
        def write() -> Outcome:
            try:
                draft.put(self._store, stamp=task.stamp, via=via(task.path, task.file))
            except LoadError as error:
                return _failed(task, error)
            if task.known is None:
                return Outcome(task.path, Fate.ADDED)
            same = task.known.sha256 == draft.made.document.sha256
            return Outcome(task.path, Fate.UNCHANGED if same else Fate.REPLACED)

        self._ready.append(_Ready(task, write, draft))

    def _see(self, task: Task) -> Outcome:
        self._store.see(task.path, task.stamp, settled=_settled(task), via=via(task.path, task.file))
        return Outcome(task.path, Fate.UNCHANGED)

    def _link(self, task: Task, those: Bytes) -> Outcome | None:
        same = self._store.same(*those, EMBEDDED.name)
        if same is None:  # it could not be stored, or is no more
            return None
        self._store.link(task.path, same, task.stamp, settled=_settled(task), via=via(task.path, task.file))
        return Outcome(task.path, Fate.REPLACED if task.known else Fate.ADDED)


def _settled(task: Task) -> bool:
    return task.stamp is not None and settled(task.stamp)


def _failed(task: Task, error: LoadError) -> Outcome:
    kept = " The version stored before stays in the index." if task.known else ""
    return Outcome(task.path, Fate.FAILED, f"{error}{kept}")
