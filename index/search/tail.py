"""What no segment holds: vectors in memory, compared one by one, and words that are looked up as they are stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.store import Store
from index.store.terms import columns, cut
from index.types import Vectors

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Tail:
    """Passages and their vectors, as they were at one time. Later tails share its memory: nothing of it is changed.

    **Shape:** ids (n,), ascending; alive (n,), False where a passage has gone; room (at least n, dimension).
    """

    ids: Ids
    alive: NDArray[np.bool_]
    room: Vectors

    @classmethod
    def empty(cls, dimension: int) -> Self:
        """Hold nothing."""
        return cls(np.empty(0, np.int64), np.empty(0, np.bool_), np.empty((0, dimension), np.float32))

    def __len__(self) -> int:
        """Count the passages that are there."""
        return int(self.alive.sum())

    def moved(self, ids: Ids, store: Store) -> "Tail":
        """Return what a store's passages with these ids are, ascending; only those that came are read."""
        # ids are there once and ascending, so both differences are a merge: 4 ms instead of 830 for 200,000
        came = np.setdiff1d(ids, self.ids, assume_unique=True)
        alive = self.alive & np.isin(self.ids, ids, assume_unique=True)
        if (len(came) and len(self.ids) and came[0] < self.ids[-1]) or alive.sum() < 0.75 * len(alive):
            return Tail.empty(self.room.shape[1]).moved(ids, store)  # memory, or order, is worth a fresh start
        count = len(self.ids) + len(came)
        room = self.room
        if count > len(room):  # half as much again, so that most additions copy nothing
            room = np.empty((count + (count // 2 if len(self.ids) else 0), room.shape[1]), np.float32)
            room[: len(self.ids)] = self.room[: len(self.ids)]
        room[len(self.ids) : count] = store.vectors(came)
        return Tail(np.concatenate([self.ids, came]), np.concatenate([alive, np.ones(len(came), np.bool_)]), room)

    def nearest(self, query: Vectors, k: int, among: Ids | None) -> tuple[Ids, Vectors]:
        """Return at least the k nearest, in any order, with their vectors. **Shape:** query is (1, dimension)."""
        close = self.room[: len(self.ids)] @ query[0]
        close[~self.alive] = -np.inf
        if among is not None:
            close[~np.isin(self.ids, among, assume_unique=True)] = -np.inf
        most = min(k + 8, len(close))  # a few more: what is told apart in 64 bits may be equal in 32
        chosen = np.argpartition(-close, most - 1)[:most] if most < len(close) else np.arange(most)
        chosen = chosen[np.isfinite(close[chosen])]
        return self.ids[chosen], self.room[chosen]

    def vectors(self, ids: Ids) -> Vectors:
        """Return the vectors of passages that are there. **Shape:** (len(ids), dimension)."""
        return self.room[np.searchsorted(self.ids, ids)]


class TailWords:
    """The words of the passages that no segment holds: few, and added to as they come.

    Tails of several times share it. Each leaves out what it does not have, so nothing is ever taken away.
    """

    def __init__(self) -> None:
        """Hold nothing."""
        self._lists: dict[str, list[tuple[int, float]]] = {}
        self._lengths: dict[int, int] = {}

    def learn(self, store: Store, ids: Sequence[int]) -> None:
        """Read the words of passages, unless they are known."""
        new = [number for number in ids if number not in self._lengths]
        if not new:
            return
        documents = sorted({place.document for place in store.places(new).values()})
        passages = {p.id: p for document in documents for p in store.passages_of(document)}
        for number in sorted(new):
            about, text = cut(store.database, columns(passages[number].document.title, passages[number]))
            counts: dict[str, float] = {}
            for terms, weight in ((about, 0.5), (text, 1.0)):
                for term in terms:
                    counts[term] = counts.get(term, 0.0) + weight
            for term, count in counts.items():
                self._lists.setdefault(term, []).append((number, count))
            self._lengths[number] = len(about) + len(text)

    def find(self, term: str) -> tuple[Ids, NDArray[np.float64]]:
        """Return the passages that hold a term, ascending, those that have gone too, and how often each does."""
        found = list(self._lists.get(term, ()))
        return np.array([i for i, _ in found], np.int64), np.array([count for _, count in found], np.float64)

    def lengths(self, ids: Ids) -> NDArray[np.float64]:
        """Return how many words passages have. **Shape:** (len(ids),)."""
        return np.array([self._lengths[number] for number in ids.tolist()], np.float64)
