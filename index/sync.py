"""Files → the store: what is new is added, what has changed is replaced, what has vanished is removed."""

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from index.chunk import chunk
from index.errors import LoadError
from index.load import load
from index.sentences import sentences
from index.store import Entry, Store
from index.types import Document, Embedder, Vectors
from index.walk import Failure, is_gone, is_within, roots, walk

_SLICE = 32  # passages embedded at a time: progress moves and Ctrl-C is heard every second or two


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync has come, and with which file: the counts only grow, and end at the totals."""

    path: str
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    passages: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a sync did. The first four count documents; ``passages`` those that were stored.

    ``ignored`` counts files in folders of a kind that nothing here reads; ``failed`` has a line for every
    other file that was not stored. Where an earlier version of it is in the index, that version stays.
    """

    added: int
    replaced: int
    unchanged: int
    removed: int
    passages: int
    ignored: int
    failed: tuple[Failure, ...]
    seconds: float


OnSlice = Callable[[int, int], None]
"""Called with the passages of a document embedded so far, and in all."""


def store_document(store: Store, embedder: Embedder, document: Document, on_slice: OnSlice | None = None) -> int:
    """Cut, embed and store a document; return its id. Raises LoadError if it has no text to search."""
    budget = min(160, embedder.max_tokens - 2)  # with the two special tokens, all of a passage is read
    passages = chunk(document, embedder.count_tokens, budget=budget, overlap=budget // 4)
    if not passages:
        raise LoadError(f"{document.path} has no text that can be searched: leave it out")
    return store.put(document, passages, *embed(embedder, [passage.text for passage in passages], on_slice))


def embed(embedder: Embedder, texts: Sequence[str], on_slice: OnSlice | None = None) -> tuple[Vectors, list[Vectors]]:
    """Embed passages, and the sentences of each. **Shape:** (len(texts), dimension) and (n, dimension) for each."""
    rows, inner = np.empty((len(texts), embedder.dimension), np.float32), []
    for start in range(0, len(texts), _SLICE):
        part = texts[start : start + _SLICE]
        rows[start : start + len(part)], of_sentences = embedder.encode_parts(part, [sentences(text) for text in part])
        inner += of_sentences
        if on_slice:
            on_slice(start + len(part), len(texts))
    return rows, inner


class Sync:
    """One run over some paths. What is stored stays, whatever stops the run; running it again goes on."""

    def __init__(
        self,
        store: Store,
        embedder: Callable[[], Embedder],
        *,
        on_progress: Callable[[Progress], None] | None,
        max_bytes: int,
    ) -> None:
        """Take what a run needs. The embedder is made when the first file has to be embedded."""
        self._store = store
        self._embedder = embedder
        self._on_progress = on_progress
        self._max_bytes = max_bytes
        self._counts = Counter(added=0, replaced=0, unchanged=0)
        self._failed: list[Failure] = []

    def run(self, paths: Sequence[Path]) -> Report:
        """Bring the store in line with the files at these paths."""
        started = time.monotonic()
        # 1  what there is, and what there was
        found = walk(paths)
        entries = {entry.path: entry for entry in self._store.entries()}
        self._failed += [*found.failed, *_nowhere(paths, entries)]
        # 2  what has vanished goes
        removed = self._store.remove(_vanished(paths, entries.values()))
        # 3  what is new or has changed comes, each file in a transaction of its own
        meter = _Meter(found.files, self._on_progress)
        for path, file in found.files.items():
            self._take(path, file, entries.get(path), meter)
            meter.file_done(path)
        return Report(
            **self._counts,
            removed=removed,
            passages=meter.passages,
            ignored=found.ignored,
            failed=tuple(self._failed),
            seconds=time.monotonic() - started,
        )

    def _take(self, path: str, file: Path, entry: Entry | None, meter: "_Meter") -> None:
        if entry and entry.sha256 == _sha256(path):
            self._counts["unchanged"] += 1
            return
        try:
            document = load(file, max_bytes=self._max_bytes)
            store_document(self._store, self._embedder(), document, partial(meter.slice_done, path))
        except LoadError as error:
            kept = " The version stored before stays in the index." if entry else ""
            self._failed.append(Failure(str(file), f"{error}{kept}"))
        else:
            self._counts["replaced" if entry else "added"] += 1


class _Meter:
    """Adds up how far a run has come, and tells whoever wants to know."""

    def __init__(self, paths: Iterable[str], tell: Callable[[Progress], None] | None) -> None:
        self._sizes = {path: _size(path) for path in paths}
        self._total = sum(self._sizes.values())
        self._tell = tell
        self._files = self._bytes = self._now = 0
        self.passages = 0

    def slice_done(self, path: str, done: int, of: int) -> None:
        self._now = done
        self._say(path, self._bytes + self._sizes[path] * done // of)

    def file_done(self, path: str) -> None:
        self._files += 1
        self._bytes += self._sizes[path]
        self.passages, self._now = self.passages + self._now, 0
        self._say(path, self._bytes)

    def _say(self, path: str, done: int) -> None:
        if self._tell:
            passages = self.passages + self._now
            self._tell(Progress(path, self._files, len(self._sizes), done, self._total, passages))


def _nowhere(paths: Iterable[Path], entries: Iterable[str]) -> Iterator[Failure]:
    """Name the given paths at which there is nothing and, as far as the index knows, never was."""
    for path in paths:
        below = roots([path])
        if not os.path.lexists(path) and not any(is_within(entry, below) for entry in entries):
            yield Failure(str(path), f"{path} does not exist: check the spelling")


def _vanished(paths: Sequence[Path], entries: Iterable[Entry]) -> list[int]:
    below = roots(paths)
    return [entry.id for entry in entries if is_within(entry.path, below) and is_gone(entry.path)]


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _sha256(path: str) -> str | None:
    """Hash a file's bytes; None where that cannot be done, which ``load`` then explains."""
    try:
        if not Path(path).is_file():  # to open a pipe could take for ever
            return None
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
