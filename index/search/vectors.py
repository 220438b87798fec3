"""Similarity search among many: vectors in 8 bits a number, in lists by where they lie. The only importer of faiss.

What it finds are candidates; their scores are those of the vectors in the store.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.types import Vectors

Ids = NDArray[np.int64]
LISTED = 200_000
"""From how many vectors on they are kept in lists: fewer are compared with the question faster than lists are made."""
_AT_ONCE = 20_000


class Quantised:
    """Vectors by place, 8 bits a number. Threads may share one that is read."""

    def __init__(self, index: Any) -> None:
        """Take over a FAISS index; ``read`` and ``of`` are the ways in."""
        self._index = index

    @classmethod
    def of(cls, count: int, dimension: int, rows: Callable[[Ids], Vectors], *, listed: int = LISTED) -> Self:
        """Make one of the vectors at the places 0 to ``count``. **Shape:** rows (n,) → (n, dimension)."""
        faiss = _faiss()
        eight, product = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        if count < listed:
            index, sample = faiss.IndexScalarQuantizer(dimension, eight, product), 50_000
        else:
            lists = 2 ** round(np.log2(2 * count**0.5))
            index = faiss.IndexIVFScalarQuantizer(faiss.IndexFlatIP(dimension), dimension, lists, eight, product)
            index.cp.niter, index.cp.spherical, sample = 8, True, 50 * lists
        chosen = np.sort(np.random.default_rng(0).choice(count, min(count, sample), replace=False))
        index.train(rows(chosen))
        for start in range(0, count, _AT_ONCE):
            index.add(rows(np.arange(start, min(start + _AT_ONCE, count))))
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Map a file that ``write`` wrote: only what searches look at is read."""
        faiss = _faiss()
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    def write(self, path: Path) -> None:
        """Write a file."""
        faiss = _faiss()
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        """Count the vectors."""
        return int(self._index.ntotal)

    def search(self, query: Vectors, k: int, among: NDArray[np.bool_] | None = None, *, probes: int = 24) -> Ids:
        """Find about the k nearest places, only those ``among``, if it is given. **Shape:** query (1, dimension)."""
        faiss = _faiss()
        faiss.omp_set_num_threads(1)  # a thread's own setting; two threads are slower for one question
        bits = None if among is None else np.packbits(among, bitorder="little")  # lives as long as the search
        options: dict[str, Any] = {} if bits is None else {"sel": faiss.IDSelectorBitmap(bits)}
        parameters = faiss.SearchParameters(**options)
        if hasattr(self._index, "nlist"):
            # where few are among them, they may lie in any list
            share = 1.0 if among is None else max(1, int(among.sum())) / max(1, len(self))
            parameters = faiss.SearchParametersIVF(nprobe=min(self._index.nlist, round(probes / share)), **options)
        _, places = self._index.search(np.ascontiguousarray(query, np.float32), min(k, len(self)), params=parameters)
        found: Ids = places[0]
        return found[found >= 0]


def _faiss() -> Any:
    import faiss  # here and not above: 30 to 60 ms that a small index need not pay

    return faiss


def products(rows: Vectors, query: Vectors) -> Vectors:
    """Compute the inner product of each row with a query, the same one wherever the row stands among others.

    In 32 bits, how a row is added up depends on its neighbours: equal passages would have unequal scores.

    **Shape:** rows (n, dimension), query (1, dimension) → (n,).
    """
    exact: Vectors = (rows.astype(np.float64) @ query[0].astype(np.float64)).astype(np.float32)
    return exact
