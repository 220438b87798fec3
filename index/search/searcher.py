"""A store as searches see it at one time: segments, and the tail that none of them holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexMismatch
from index.search.lexical import Lists
from index.search.postings import DamagedSegment
from index.search.rerank import Similarity, centred
from index.search.segment import FOLDER, Opened
from index.search.tail import Tail, TailWords
from index.search.vectors import products
from index.store import Segment, Store, residues
from index.types import Vectors

Ids = NDArray[np.int64]
Scored = list[tuple[int, float]]


@dataclass(frozen=True)
class Live:
    """A segment, and which of its passages are still there. **Shape:** alive (n,); None if all are."""

    files: Opened
    segment: Segment
    alive: NDArray[np.bool_] | None

    def without(self, gone: Ids) -> "Live":
        """Return the same segment without some passages."""
        places = places_of(self.files.ids, gone)
        if not len(places):
            return self
        alive = np.ones(len(self.files.ids), np.bool_) if self.alive is None else self.alive.copy()
        alive[places] = False
        return Live(self.files, self.segment, alive)

    def nearest(self, query: Vectors, k: int, among: Ids | None) -> Ids:
        """Return about the k nearest, in any order."""
        ids, mask = self.files.ids, self.alive
        if among is not None:
            chosen = np.zeros(len(ids), np.bool_)
            chosen[places_of(ids, among)] = True
            mask = chosen if mask is None else chosen & mask
        return ids[self.files.vectors.search(query, k, mask)] if mask is None or mask.any() else ids[:0]

    def occurrences(self, term: str) -> tuple[Ids, NDArray[np.float64]]:
        """Return the passages that hold a term, ascending, and how often each does."""
        places, counts = self.files.postings.find(term)
        if self.alive is not None:
            kept = self.alive[places]
            places, counts = places[kept], counts[kept]
        return self.files.ids[places], counts


@dataclass(frozen=True)
class Searcher:
    """Segments and a tail, as they were at a generation. Threads share it, each with a store of its own."""

    stamp: tuple[int, tuple[str, ...]]
    lives: tuple[Live, ...]
    tail: Tail
    words: TailWords

    def near(self, store: Store, query: Vectors, k: int, among: Ids | None = None) -> Scored:
        """Find the k nearest as (id, inner product), best first, ties by id; only those ``among``, ascending.

        **Shape:** query is (1, dimension). Of segments, half as many again are looked at with the exact vectors.
        """
        if query.shape != (1, self.tail.room.shape[1]):
            raise IndexMismatch(
                f"expected a question's vector of shape (1, {self.tail.room.shape[1]}), got {query.shape}: use the"
                " embedder that the index was made with"
            )
        ids, rows = self.tail.nearest(query, k, among)
        found = np.sort(np.concatenate([ids[:0], *(live.nearest(query, k + k // 2, among) for live in self.lives)]))
        ids = np.concatenate([ids, found])
        rows = np.concatenate([rows, store.vectors(found)]) if len(found) else rows
        scores = products(rows, query)
        best = np.lexsort((ids, -scores))[:k]
        return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))

    def products(self, store: Store, query: Vectors, ids: Sequence[int]) -> Vectors:
        """Compute the inner product with each of these passages. **Shape:** query (1, dimension) → (len(ids),)."""
        order, places = np.unique(np.array(ids, np.int64), return_inverse=True)
        inside = np.isin(order, self.tail.ids, assume_unique=True)
        rows = np.empty((len(order), query.shape[1]), np.float32)
        rows[inside] = self.tail.vectors(order[inside])
        if not inside.all():
            rows[~inside] = store.vectors(order[~inside])
        return products(rows, query)[places]

    def lists(self, store: Store) -> Lists:
        """Return where the words' lists are."""
        return _Lists(self, store)


@dataclass(frozen=True)
class _Lists:
    searcher: Searcher
    store: Store

    def occurrences(self, term: str) -> tuple[Ids, NDArray[np.float64]]:
        """Return the passages that hold a term, ascending, and how often each does."""
        if not self.searcher.lives:
            return self.store.occurrences(term)
        ids, counts = self.searcher.words.find(term)
        kept = np.isin(ids, self.searcher.tail.ids[self.searcher.tail.alive], assume_unique=True)
        found = [*(live.occurrences(term) for live in self.searcher.lives), (ids[kept], counts[kept])]
        every, each = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(every, kind="stable")  # runs: merged in one pass
        return every[order], each[order]

    def lengths(self, ids: Ids) -> NDArray[np.float64]:
        """Return how many words each passage has. **Shape:** (len(ids),), ascending."""
        lengths, left = np.zeros(len(ids)), np.ones(len(ids), np.bool_)
        for live in self.searcher.lives:
            start, stop = np.searchsorted(ids, [live.segment.first, live.segment.last + 1])
            places = np.searchsorted(live.files.ids, ids[start:stop])
            lengths[start:stop], left[start:stop] = live.files.postings.lengths[places], False
        lengths[left] = self.searcher.tail.lengths(ids[left])
        return lengths


class Searchers:
    """Keeps the newest searcher. A segment that is missing or damaged is not in it: its passages are in the tail."""

    def __init__(self, folder: Path, dimension: int) -> None:
        """Look at the segments beside a store."""
        self._folder = folder / FOLDER
        self._opened: dict[str, Opened] = {}
        self.damaged: set[str] = set()
        self._searcher = Searcher((-1, ()), (), Tail.empty(dimension), TailWords())
        self._lock = RLock()

    def at(self, store: Store) -> Searcher:
        """Return the searcher of a store's snapshot; one that is as new is there already."""
        segments = store.segments()
        stamp = store.generation(), tuple(each.name for each in segments if each.name not in self.damaged)
        searcher = self._searcher
        if searcher.stamp == stamp:
            return searcher
        with self._lock:
            searcher = self._moved(store, segments, stamp)
            if (
                searcher.stamp[0] >= self._searcher.stamp[0]
            ):  # a snapshot may be older than what another thread has seen
                self._searcher = searcher
            return searcher

    def distrust(self, searcher: Searcher) -> None:
        """Look at a searcher's segments again: a list in one of them was not what was written."""
        with self._lock:
            for live in searcher.lives:
                try:
                    for term in live.files.postings.terms():
                        live.files.postings.find(term.decode())
                except DamagedSegment:
                    self.damaged.add(live.segment.name)

    def _moved(self, store: Store, segments: Sequence[Segment], stamp: tuple[int, tuple[str, ...]]) -> Searcher:
        before = self._searcher
        same = before.stamp[1] == stamp[1] and before.stamp[0] <= stamp[0]
        gone = np.sort(store.tombstones(before.stamp[0] if same else -1))
        lives = before.lives if same else tuple(Live(*both, None) for both in self._open(segments))
        kept = lives if same and not len(gone) else tuple(live.without(gone) for live in lives)
        # what an older snapshot adds to memory must not be where a newer one adds
        known = before.tail if before.stamp[0] <= stamp[0] else Tail.empty(before.tail.room.shape[1])
        tail = known.moved(_outside(store, [live.segment for live in kept]), store)
        words = before.words if same else TailWords()
        if kept:
            words.learn(store, tail.ids[tail.alive].tolist())
        names = tuple(live.segment.name for live in kept)
        return Searcher((stamp[0], names), kept, tail, words)

    def _open(self, segments: Sequence[Segment]) -> list[tuple[Opened, Segment]]:
        found = []
        for segment in segments:
            try:
                if segment.name not in self.damaged:
                    files = self._opened.get(segment.name) or Opened.open(self._folder / segment.name, segment)
                    self._opened[segment.name] = files
                    found.append((files, segment))
            except DamagedSegment:
                self.damaged.add(segment.name)
        names = {segment.name for segment in segments}
        self._opened = {name: files for name, files in self._opened.items() if name in names - self.damaged}
        return found


def similarities(
    store: Store, searcher: Searcher, query: Vectors, average: float, ids: Sequence[int]
) -> dict[int, Similarity]:
    """Map passages to how similar they are to a question, above the ``average`` of all passages."""
    if not ids:
        return {}
    stored = store.sentences(ids)
    sentences = [stored[number] for number in ids]
    counts = [len(rows) for rows in sentences]
    whole = searcher.products(store, query, ids)
    inside = residues.products(np.concatenate(sentences), query, np.repeat(whole, counts))
    nearest = np.maximum.reduceat(inside, np.cumsum([0, *counts[:-1]]))
    return {
        number: Similarity(centred(average, near), centred(average, most))
        for number, near, most in zip(ids, whole.tolist(), nearest.tolist(), strict=True)
    }


def _outside(store: Store, segments: Sequence[Segment]) -> Ids:
    """List the passages that none of the segments holds, ascending."""
    ranges = " ".join("AND id NOT BETWEEN ? AND ?" for _ in segments)
    values = [value for segment in segments for value in (segment.first, segment.last)]
    covered, start = 0, 0
    for segment in segments:  # those that follow each other from the first on need not be looked through
        if segment.first <= covered + 1:
            covered = start = segment.last
    return store.ids(f"SELECT id FROM passages WHERE id > ? {ranges} ORDER BY id", [start, *values])


def places_of(ids: Ids, wanted: Ids) -> Ids:
    """Return where the wanted ids are, those that are there. **Shape:** both ascending."""
    places = np.searchsorted(ids, wanted)
    inside = places < len(ids)
    places, wanted = places[inside], wanted[inside]
    there: Ids = places[ids[places] == wanted]
    return there
