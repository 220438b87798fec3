"""Near by meaning: the store's vectors as a FAISS index in memory. The only importer of faiss.

FAISS is a view. It is read from the store when a search first needs it and, when the store's generation has
moved on, brought up to date by what came and went: a passage's id is never used again and its vector never
changes. Nothing of it is kept on disk, because a cache file would not be faster. Measured, median of 5, with
vectors of 384 numbers: 20,000 passages in 0.06 s from SQLite and 0.06 s from a file with its SHA-256 checked;
100,000 in 0.31 s and 0.39 s. So there is nothing that can be stale or damaged.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexMismatch
from index.store import Store
from index.types import Vectors

Ids = NDArray[np.int64]


class VectorView:
    """An exact inner-product index over a store's vectors."""

    def __init__(self, dimension: int) -> None:
        """Make an empty view."""
        import faiss  # here and not above: 30 to 60 ms that adding documents need not pay

        self._faiss = faiss
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._ids: Ids = np.empty(0, np.int64)  # those that FAISS holds, ascending
        self._sum: NDArray[np.float64] = np.zeros(dimension)
        self._generation = -1
        self.dimension = dimension

    def __len__(self) -> int:
        """Count the vectors."""
        return len(self._ids)

    def ids(self) -> Ids:
        """List the ids, as FAISS holds them. **Shape:** (len(self),)."""
        ids: Ids = self._faiss.vector_to_array(self._index.id_map)
        return ids

    def refresh(self, store: Store) -> None:
        """Bring the view to the store's generation. Call it inside a snapshot."""
        generation = store.generation()
        if generation == self._generation:
            return
        stored = store.passage_ids()
        # ids are there once and ascending, so both differences are a merge: 4 ms instead of 830 for 200,000
        self.remove(np.setdiff1d(self._ids, stored, assume_unique=True))
        came = np.setdiff1d(stored, self._ids, assume_unique=True)
        self.add(came, store.vectors(came))
        self._generation = generation

    def add(self, ids: Ids, rows: Vectors) -> None:
        """Add vectors, no id twice (FAISS would take it). **Shape:** ids (n,), rows (n, dimension)."""
        if rows.shape != (len(ids), self.dimension):
            raise ValueError(f"expected rows of shape ({len(ids)}, {self.dimension}), got {rows.shape}")
        if len(np.unique(ids)) < len(ids) or self._has(ids).any():
            raise ValueError("an id is there already, or is given twice: each vector has an id of its own")
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(rows), ids)
            self._ids = np.sort(np.concatenate([self._ids, ids]), kind="stable")  # two runs: merged in one pass
            self._sum += rows.sum(axis=0, dtype=np.float64)

    def remove(self, ids: Ids) -> None:
        """Remove the vectors with these ids. **Shape:** (n,)."""
        ids = ids[self._has(ids)]
        if len(ids):
            self._sum -= self._index.reconstruct_batch(ids).sum(axis=0, dtype=np.float64)
            self._index.remove_ids(ids)
            self._ids = np.setdiff1d(self._ids, ids, assume_unique=True)

    def search(self, query: Vectors, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """Find the k nearest as (id, inner product), best first; only those ``allowed``, if that is given.

        **Shape:** query is (1, dimension), allowed (n,).
        """
        if query.shape != (1, self.dimension):
            raise IndexMismatch(
                f"expected a question's vector of shape (1, {self.dimension}), got {query.shape}: use the"
                " embedder that the index was made with"
            )
        k = min(k, len(self if allowed is None else allowed))
        if k == 0:
            return []
        self._faiss.omp_set_num_threads(1)  # a thread's own setting; two threads are slower for one question
        options: Any = None if allowed is None else self._faiss.SearchParameters()
        if allowed is not None:
            options.sel = self._faiss.IDSelectorBatch(allowed)
        scores, ids = self._index.search(np.ascontiguousarray(query, np.float32), k, params=options)
        found = [
            (number, score) for number, score in zip(ids[0].tolist(), scores[0].tolist(), strict=True) if number >= 0
        ]
        return sorted(found, key=lambda item: (-item[1], item[0]))  # FAISS has an order of its own for equals

    def products(self, query: Vectors, ids: Sequence[int]) -> list[float]:
        """Compute the inner product with each of these vectors. **Shape:** query is (1, dimension)."""
        rows: Vectors = self._index.reconstruct_batch(np.array(ids, np.int64))
        return products(rows, query)

    def average(self, query: Vectors) -> float:
        """Compute the mean inner product with all vectors; 0 without any. **Shape:** query is (1, dimension)."""
        return float(self._sum @ query[0]) / max(1, len(self))

    def _has(self, ids: Ids) -> NDArray[np.bool_]:
        """Tell which of the ids are there. **Shape:** (len(ids),)."""
        places = np.minimum(np.searchsorted(self._ids, ids), max(0, len(self) - 1))
        return self._ids[places] == ids if len(self) else np.zeros(len(ids), np.bool_)


def products(rows: Vectors, query: Vectors) -> list[float]:
    """Compute the inner product of each row with a query, the same one wherever the row stands among others.

    In 32 bits, how a row is added up depends on its neighbours: equal passages would have unequal scores.

    **Shape:** rows (n, dimension), query (1, dimension).
    """
    exact: list[float] = (rows.astype(np.float64) @ query[0].astype(np.float64)).astype(np.float32).tolist()
    return exact
