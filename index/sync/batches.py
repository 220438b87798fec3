"""Passages of several files are embedded together, those of like length side by side, in a thread of its own."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from index.sync.draft import Draft
from index.types import Embedder, Vectors

BATCH = 32
"""Passages embedded at a time: progress moves and Ctrl-C is heard every second or two."""
_WINDOW = 4 * BATCH
"""Passages that are sorted by length: more, and a file would wait long for its last ones."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text to embed, and whose it is."""

    text: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts that are embedded together. **Shape:** rows (n, dimension), inner n times (m, dimension)."""

    texts: Sequence[Text]
    rows: Vectors
    inner: Sequence[Vectors]

    def hand_over(self) -> list[tuple[Draft, int]]:
        """Give each draft its own; return the drafts, and how many passages of each are embedded by that."""
        of: defaultdict[int, list[int]] = defaultdict(list)
        for place, each in enumerate(self.texts):
            of[each.draft.number].append(place)
        told = []
        for _, places in sorted(of.items()):
            draft, texts = self.texts[places[0]].draft, [self.texts[place].text for place in places]
            draft.take(texts, self.rows[places], [self.inner[place] for place in places])
            told.append((draft, sum(draft.made.times[text] for text in texts)))
        return told


class Batches:
    """What waits to be embedded, and the thread that does it: it hands on a Batch, or the exception that ended it.

    One thread: the embedder spreads a batch over the cores. The longest text of a batch goes first, so that no core
    waits long for the last one.
    """

    def __init__(self, embedder: Callable[[], Embedder], done: Callable[[Batch | BaseException], None]) -> None:
        """Start nothing yet: a sync in which nothing has changed needs no embedder."""
        self._embedder = embedder
        self._done = done
        self._waiting: deque[Text] = deque()
        self._sorted: deque[list[Text]] = deque()
        self._queue: SimpleQueue[list[Text] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self.under_way = 0
        """Batches that the thread has."""

    def add(self, draft: Draft) -> None:
        """Let what is missing in a draft be embedded, after what was there before."""
        self._waiting += [Text(text, draft) for text in draft.missing()]

    def __len__(self) -> int:
        """Return how many passages wait that the thread does not have."""
        return len(self._waiting) + sum(map(len, self._sorted))

    def send(self, *, more: bool) -> None:
        """Let the thread have a batch, and another one for when that is done.

        While ``more`` passages are to come, the second waits until it is full.
        """
        while len(self) and (self.under_way == 0 or (self.under_way == 1 and (len(self) >= BATCH or not more))):
            if not self._sorted:
                self._sort()
            if not self._thread:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self.under_way += 1
            self._queue.put(self._sorted.popleft())

    def received(self) -> None:
        """Note that the thread has handed on a batch."""
        self.under_way -= 1

    def stop(self) -> None:
        """End the thread, once the batch that it is at is embedded."""
        self._stopped = True
        self._queue.put(None)
        if self._thread:
            self._thread.join()

    def _sort(self) -> None:
        count = min(_WINDOW, len(self._waiting))
        window = sorted((self._waiting.popleft() for _ in range(count)), key=lambda each: -len(each.text))
        self._sorted += [window[start : start + BATCH] for start in range(0, count, BATCH)]

    def _run(self) -> None:
        while (texts := self._queue.get()) and not self._stopped:
            try:
                parts = [each.draft.made.parts[each.text] for each in texts]
                rows, inner = self._embedder().encode_parts([each.text for each in texts], parts)
                self._done(Batch(texts, rows, inner))
            except BaseException as error:
                self._done(error)
