"""Files → the store: what is new is added, what has changed is replaced, what has vanished is removed."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from index.chunk import chunk
from index.errors import LoadError
from index.files import Stamp, settled, sha256, stamp
from index.load import load, parser_of
from index.sentences import sentences
from index.store import File, Store
from index.types import Document, Embedder, Vectors
from index.view import EMBEDDED, Shape, View
from index.walk import Failure, Found, is_gone, is_within, roots

_SLICE = 32  # passages embedded at a time: progress moves and Ctrl-C is heard every second or two


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync has come, and with which file: the counts only grow, and end at the totals.

    Bytes are those of files that have to be read: what a look tells to be unchanged is no work. ``file_passages`` says
    how many passages of this file are embedded, and how many it has, once that is known.
    """

    path: str
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    passages: int
    file_passages: tuple[int, int] = (0, 0)
    seconds_left: float | None = None


class Fate(StrEnum):
    """What became of a file."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    MOVED = "moved"
    REMOVED = "removed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sync did with one file; ``reason`` is a sentence where it failed."""

    path: str
    fate: Fate
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a sync did. The first five count files; ``passages`` those that were stored.

    ``moved`` have another name or place now, and were not read again.
    ``ignored`` counts files in folders of a kind that nothing here reads, ``left_out`` what the rules leave out, which
    is taken out of the index; ``failed`` has a line for every other file that was not stored. Where an earlier version
    of it is in the index, that version stays. ``noted`` has one for each that was stored without what could not be read
    of it.
    """

    added: int
    replaced: int
    unchanged: int
    moved: int
    removed: int
    passages: int
    ignored: int
    failed: tuple[Failure, ...]
    seconds: float
    noted: tuple[Failure, ...] = ()
    left_out: int = 0


OnSlice = Callable[[int, int], None]
"""Called with the passages of a document embedded so far, and in all."""


def store_document(
    store: Store,
    embedder: Embedder,
    document: Document,
    on_slice: OnSlice | None = None,
    *,
    stamp: Stamp | None = None,
    via: str = "",
    before: int | None = None,
) -> int:
    """Cut, embed and store a document at its path; return its id. Raises LoadError if it has no text to search.

    What the document ``before`` it was embedded as is not embedded again.
    """
    budget = min(160, embedder.max_tokens - 2)  # with the two special tokens, all of a passage is read
    passages = chunk(document, embedder.count_tokens, budget=budget, overlap=budget // 4)
    if not passages:
        raise LoadError(f"{document.path} has no text that can be searched: leave it out")
    texts = [View.of(passage, EMBEDDED).text for passage in passages]
    rows, inner = embed(embedder, texts, on_slice, known=_known(store, before))
    is_settled = stamp is not None and settled(stamp)
    return store.put(document, passages, rows, inner, shape=EMBEDDED.name, stamp=stamp, settled=is_settled, via=via)


Known = Mapping[str, tuple[Vectors, Vectors]]
"""Texts that have been embedded already. **Shape:** (dimension,), and (n, dimension) of the sentences."""


def embed(
    embedder: Embedder, texts: Sequence[str], on_slice: OnSlice | None = None, *, known: Known | None = None
) -> tuple[Vectors, list[Vectors]]:
    """Embed passages, and the sentences of each. **Shape:** (len(texts), dimension) and (n, dimension) for each."""
    found = dict(known or {})
    new = [text for text in dict.fromkeys(texts) if text not in found]
    for start in range(0, len(new), _SLICE):
        part = new[start : start + _SLICE]
        rows, inner = embedder.encode_parts(part, [sentences(text) for text in part])
        found.update(zip(part, zip(rows, inner, strict=True), strict=True))
        if on_slice:
            on_slice(len(texts) - len(new) + start + len(part), len(texts))
    if on_slice and not new:
        on_slice(len(texts), len(texts))
    both = [found[text] for text in texts]
    return np.stack([row for row, _ in both]) if both else np.empty((0, embedder.dimension), np.float32), [
        inner for _, inner in both
    ]


def _known(store: Store, document: int | None) -> Known:
    """Return what a stored document was embedded as: in its own shape, which may be another than today's."""
    kept = store.embedded(document) if document is not None else None
    if kept is None:
        return {}
    shape = Shape.named(store.shape(kept.passages[0].document.id))
    texts = [View.of(passage, shape).text for passage in kept.passages]
    return dict(zip(texts, zip(kept.vectors, kept.sentences, strict=True), strict=True))


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
    ) -> None:
        """Take what a run needs. The embedder is made when the first file has to be embedded."""
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
        self._failed += [*found.failed, *_nowhere(paths, known)]
        for failure in self._failed:
            self._on_file(Outcome(failure.path, Fate.FAILED, failure.message))
        # 2  what has vanished goes, unless it only has another name now
        vanished = {path: known.pop(path) for path in _vanished(paths, known, found)}
        moved = set()
        for path, old in _moved(vanished, found.files, known):
            known[path] = self._moved_to(path, old, vanished.pop(old), found.files[path])
            moved.add(path)
        removed = self._store.forget(list(vanished))
        for path in vanished:
            self._on_file(Outcome(path, Fate.REMOVED))
        # 3  what is new or has changed comes, each file in a transaction of its own
        stamps = {path: stamp(path) for path in found.files}
        meter = _Meter({path: _work(stamps[path], known.get(path)) for path in stamps}, self._on_progress)
        for path, file in found.files.items():
            outcome = self._take(path, file, known.get(path), stamps[path], meter)
            if path in moved and outcome.fate is Fate.UNCHANGED:
                outcome = replace(outcome, fate=Fate.MOVED)
            self._counts[outcome.fate] += 1
            meter.file_done(path)
            self._on_file(outcome)
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

    def _moved_to(self, path: str, old: str, was: File, file: Path) -> File:
        """Let the new path lead where the old one led; return what is known of it now."""
        seen, via = stamp(path), _via(path, file)
        is_settled = seen is not None and settled(seen)
        self._store.link(path, was.document, seen, settled=is_settled, via=via, instead=old)
        return replace(was, stamp=seen if is_settled else None, via=via)

    def _take(self, path: str, file: Path, known: File | None, seen: Stamp | None, meter: "_Meter") -> Outcome:
        """Bring the store in line with one file; return what became of it."""
        parser = parser_of(file.suffix.lower())
        current = known is not None and (known.parser, known.shape) == (parser, EMBEDDED.name)
        if known and current and seen and seen == known.stamp:
            return Outcome(path, Fate.UNCHANGED)
        sha = sha256(path) if seen and seen.size <= self._max_bytes else None
        facts: dict[str, Any] = {"settled": seen is not None and settled(seen), "via": _via(path, file)}
        if known and current and sha == known.sha256:
            self._store.see(path, seen, **facts)
            return Outcome(path, Fate.UNCHANGED)
        if sha and (same := self._store.same(sha, parser, EMBEDDED.name)):
            self._store.link(path, same, seen, **facts)
            return Outcome(path, Fate.REPLACED if known else Fate.ADDED)
        return self._read(path, file, known, seen, meter)

    def _read(self, path: str, file: Path, known: File | None, seen: Stamp | None, meter: "_Meter") -> Outcome:
        try:
            document = load(file, max_bytes=self._max_bytes)
            store_document(
                self._store,
                self._embedder(),
                document,
                partial(meter.slice_done, path),
                stamp=seen,
                via=_via(path, file),
                before=known.document if known else None,
            )
        except LoadError as error:
            kept = " The version stored before stays in the index." if known else ""
            failure = Failure(str(file), f"{error}{kept}")
            self._failed.append(failure)
            return Outcome(path, Fate.FAILED, failure.message)
        self._noted += [Failure(str(file), document.note)] if document.note else []
        if known is None:
            return Outcome(path, Fate.ADDED)
        return Outcome(path, Fate.UNCHANGED if known.sha256 == document.sha256 else Fate.REPLACED)


class _Meter:
    """Adds up how far a run has come, and tells whoever wants to know."""

    def __init__(self, work: Mapping[str, int], tell: Callable[[Progress], None] | None) -> None:
        """``work`` has for each file the bytes that are to be read."""
        self._work = work
        self._total = sum(work.values())
        self._tell = tell
        self._started = time.monotonic()
        self._files = self._bytes = 0
        self._inside = (0, 0)
        self.passages = 0

    def slice_done(self, path: str, done: int, of: int) -> None:
        self._inside = (done, of)
        self._say(path, self._bytes + self._work[path] * done // of)

    def file_done(self, path: str) -> None:
        self._files += 1
        self._bytes += self._work[path]
        self.passages += self._inside[0]
        inside, self._inside = self._inside, (0, 0)
        self._say(path, self._bytes, inside)

    def _say(self, path: str, done: int, inside: tuple[int, int] | None = None) -> None:
        if self._tell:
            passages = self.passages + self._inside[0]
            left = self._seconds_left(done)
            at = inside or self._inside
            self._tell(Progress(path, self._files, len(self._work), done, self._total, passages, at, left))

    def _seconds_left(self, done: int) -> float | None:
        """Judge by the bytes done so far; not before some are, and a few seconds have passed or all is done."""
        spent = time.monotonic() - self._started
        if done == self._total:
            return 0.0
        return spent / done * (self._total - done) if done and spent > 1 else None


def _work(seen: Stamp | None, known: File | None) -> int:
    """Return the bytes that must be read to bring a file in: none if a look tells that it is the same."""
    return 0 if seen is None or (known and known.stamp == seen) else seen.size


def _nowhere(paths: Iterable[Path], entries: Iterable[str]) -> Iterator[Failure]:
    """Name the given paths at which there is nothing and, as far as the index knows, never was."""
    for path in paths:
        below = roots([path])
        if not os.path.lexists(path) and not any(is_within(entry, below) for entry in entries):
            yield Failure(str(path), f"{path} does not exist: check the spelling")


def _vanished(paths: Sequence[Path], known: Mapping[str, File], found: Found) -> list[str]:
    """Return the stored paths below the given ones that are to go.

    There is no file any more, no link leads there any more, or the rules leave it out now.
    """
    below = roots(paths)
    return [
        path
        for path, file in known.items()
        if path not in found.files
        and (
            (is_within(path, below) and is_gone(path))
            or (file.via and is_within(file.via, below) and os.path.realpath(file.via) != path)
            or (found.left_out and (is_within(path, found.left_out) or is_within(file.via, found.left_out)))
        )
    ]


def _moved(
    vanished: Mapping[str, File], found: Mapping[str, Path], known: Mapping[str, File]
) -> Iterator[tuple[str, str]]:
    """Yield each new path that has the bytes, and the kind, of one that vanished, with that one's path."""
    left = {(file.sha256, Path(path).suffix.lower()): path for path, file in vanished.items() if file.sha256}
    kinds = {kind for _, kind in left}
    for path, file in found.items():
        if left and path not in known and file.suffix.lower() in kinds:
            old = left.pop((sha256(path) or "", file.suffix.lower()), None)
            if old:
                yield path, old


def _via(path: str, file: Path) -> str:
    """Return the link by which a file was reached; "" if by none."""
    reached = str(file.absolute())
    return "" if reached == path or os.path.normpath(reached) == path else reached
