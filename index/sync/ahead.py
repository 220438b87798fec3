"""Reads files ahead of the embedder: a few threads hash them, have them parsed in the sandbox, and cut them."""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from index.cores import cores
from index.files import Stamp, sha256
from index.load import parser_of
from index.load.document import load
from index.load.parsers import is_as_good
from index.store import File
from index.sync.draft import Cut, cut
from index.types import Embedder
from index.view import EMBEDDED

_COUNTED = 256
"""Texts whose tokens are counted between two looks at whether to stop."""

Bytes = tuple[str, str]
"""What makes two files one document: their SHA-256, and who reads them."""


@dataclass(frozen=True, slots=True)
class Task:
    """A file to bring in. ``known`` is what is stored of it; ``alone``: to be read, whatever has the same bytes."""

    number: int
    path: str
    file: Path
    known: File | None
    stamp: Stamp | None
    alone: bool = False

    @property
    def parser(self) -> str:
        """Who reads it, and in which version."""
        return parser_of(self.file.suffix.lower())

    @property
    def is_current(self) -> bool:
        """What is stored was read and embedded as it would be today."""
        known = self.known
        return known is not None and is_as_good(known.parser, self.parser) and known.shape == EMBEDDED.name


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What reads, cuts and embeds a file in place of this process, ``at_once`` files at a time.

    What follows a file waits ``patience`` seconds for it.
    """

    read: Callable[[Task], Cut]
    at_once: int
    patience: float


@dataclass(frozen=True, slots=True)
class Same:
    """The file's bytes are those that are stored for it."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The file's bytes are those of another: of the task with that number, or, -1, of one that is stored."""

    bytes: Bytes
    of: int


Result = Same | Copy | Cut | BaseException
"""What has become of a file; what a reader cannot deal with is told to whoever waits for it."""


class InOrder:
    """Hands results on in the order of their tasks, so that the same files make the same index, but waits for none.

    Not for long, that is: what follows a file that takes a second to read goes before it, and then all that is there.
    """

    def __init__(self, *, patience: float = 1) -> None:
        """Expect nothing."""
        self._expected: deque[Task] = deque()
        self._there: dict[int, tuple[Result, float]] = {}
        self._overtaken: set[int] = set()
        self._patience = patience

    def __len__(self) -> int:
        """Return how many are to be handed on."""
        return len(self._expected)

    def expect(self, task: Task) -> None:
        """Let the task be the last one so far."""
        self._expected.append(task)

    def put(self, task: Task, result: Result) -> None:
        """Take what has come."""
        self._there[task.number] = result, time.monotonic()

    def take(self) -> tuple[Task, Result] | None:
        """Return what is next, if it is there or others have waited for it long enough; None if not."""
        if not self._there:
            return None
        late = any(time.monotonic() - since > self._patience for _, since in self._there.values())
        for task in self._expected:
            if task.number in self._there:
                self._expected.remove(task)
                self._overtaken.discard(task.number)
                return task, self._there.pop(task.number)[0]
            if late:
                self._overtaken.add(task.number)  # a long one holds up the others once, and not one after the other
            elif task.number not in self._overtaken:
                return None
        return None


class Stopped(Exception):
    """Nobody waits any more."""


class Ahead:
    """Threads that take tasks in their order and hand each on, with what has become of it, as ``(task, result)``."""

    def __init__(
        self,
        embedder: Callable[[], Embedder],
        done: Callable[[tuple[Task, Result]], None],
        *,
        stored: Collection[Bytes],
        max_bytes: int,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        """Start them. The embedder is made when the first file has to be cut; ``stored`` need not be read.

        Files are read ``elsewhere`` if that is given.
        """
        self._elsewhere = elsewhere
        self._embedder = embedder
        self._done = done
        self._max_bytes = max_bytes
        self._claimed = dict.fromkeys(stored, -1)
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._looking = threading.Lock()
        self._stopped = False
        self.threads = elsewhere.at_once if elsewhere else cores()
        self._running = [threading.Thread(target=self._run, daemon=True) for _ in range(self.threads)]
        for thread in self._running:
            thread.start()

    def take(self, task: Task) -> None:
        """Let the task be done when its turn comes."""
        self._tasks.put(task)

    def stop(self, *, patience: float = 2) -> None:
        """End the threads, and wait so long for them; one that waits for a parser ends when the parser does."""
        self._stopped = True
        for _ in self._running:
            self._tasks.put(None)
        until = time.monotonic() + patience
        for thread in self._running:
            thread.join(max(0, until - time.monotonic()))

    def _run(self) -> None:
        while not self._stopped:
            with self._looking:  # one after the other: of files with the same bytes, the first is read, every time
                task = self._tasks.get()
                seen = self._look(task) if task else None
            if task is None or self._stopped:
                return
            self._done((task, seen or self._read(task)))

    def _look(self, task: Task) -> Same | Copy | None:
        """Tell whether a file's bytes are known; None if it has to be read."""
        if task.alone or task.stamp is None or task.stamp.size > self._max_bytes:
            return None
        sha = sha256(task.path)
        if task.known and task.is_current and sha == task.known.sha256:
            return Same()
        first = self._claimed.setdefault((sha, task.parser), task.number) if sha else task.number
        return Copy((sha, task.parser), first) if sha and first != task.number else None

    def _read(self, task: Task) -> Result:
        try:
            if self._elsewhere:
                return self._elsewhere.read(task)
            document = load(task.file, max_bytes=self._max_bytes)
            embedder = self._embedder()
            return cut(document, lambda texts: self._count(embedder, texts), embedder.max_tokens)
        except BaseException as error:
            return error

    def _count(self, embedder: Embedder, texts: Sequence[str]) -> list[int]:
        counts: list[int] = []
        for start in range(0, len(texts), _COUNTED):
            if self._stopped:
                raise Stopped
            counts += embedder.count_tokens(texts[start : start + _COUNTED])
        return counts
