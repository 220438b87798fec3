"""BM25 as FTS5 computes it, with the whole collection's numbers in place of one file's.

FTS5's own function knows the counts of its table alone: asked in eight shards, one passage would get eight scores. So
the positions are read from FTS5's index, and the formula is worked out here, in the same order of operations: the
scores are those of one index to the last bit.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.search.lexical import rarest
from index.store import Store

K1, B = 1.2, 0.75
"""FTS5's own."""
_ABOUT = 0.5  # what a word in a title or a heading counts, as the table's rank has it; one in the text counts 1
_LEAST = 1e-6  # the weight of a word that more than half of all passages have

_INSTANCES = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.instances USING fts5vocab(main, words, instance)"

Ids = NDArray[np.int64]


def total_words(store: Store) -> int:
    """Count the words of all passages, titles and headings included."""
    rows = store.database.rows("SELECT block FROM words_data WHERE id = 1")
    return sum(list(_varints(rows[0][0]))[1:]) if rows and rows[0][0] else 0


def search(
    store: Store,
    frequencies: Mapping[str, int],
    *,
    passages: int,
    mean: float,
    limit: int,
    allowed: Ids | None = None,
) -> list[tuple[int, float]]:
    """Find the passages that share the rare words, as (id, BM25 score), best first.

    ``frequencies``, ``passages`` and ``mean``, the mean number of words in a passage, are those of the whole.
    """
    store.database.rows(_INSTANCES)
    terms = rarest(frequencies, passages)
    found = [_occurrences(store, term, allowed) for term in terms]
    ids = np.unique(np.concatenate([rows for rows, _ in found])) if found else np.empty(0, np.int64)
    if not len(ids):
        return []
    longer = K1 * (1 - B + B * _lengths(store, ids) / mean)
    scores = np.zeros(len(ids))
    for term, (rows, counts) in zip(terms, found, strict=True):
        places = np.searchsorted(ids, rows)
        scores[places] += _rarity(frequencies[term], passages) * ((counts * (K1 + 1)) / (counts + longer[places]))
    best = np.lexsort((ids, -scores))[:limit]
    return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))


def _rarity(holding: int, passages: int) -> float:
    weight = math.log((passages - holding + 0.5) / (holding + 0.5))
    return weight if weight > 0 else _LEAST


def _occurrences(store: Store, term: str, allowed: Ids | None) -> tuple[Ids, NDArray[np.float64]]:
    """Return the passages that hold a term, ascending, and how often each does: its weighted count. **Shape:** (n,)."""
    rows = store.database.rows("SELECT doc, col = 'text' FROM temp.instances WHERE term = ?", (term,))
    both = np.array(rows, np.int64).reshape(-1, 2)
    ids, places = np.unique(both[:, 0], return_inverse=True)
    weights = np.where(both[:, 1], 1.0, _ABOUT)
    counts = np.bincount(places, weights, len(ids)).astype(np.float64)
    kept = np.isin(ids, allowed, assume_unique=True) if allowed is not None else np.ones(len(ids), np.bool_)
    return ids[kept], counts[kept]


def _lengths(store: Store, ids: Ids) -> NDArray[np.float64]:
    """Return the passages' numbers of words; the ids are ascending. **Shape:** (len(ids),)."""
    query = "SELECT sz FROM words_docsize WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
    lengths = [sum(_varints(row[0])) for row in store.database.each(query, (json.dumps(ids.tolist()),))]
    if len(lengths) < len(ids):
        raise store.database.damaged(f"lengths of passages missing: {len(ids) - len(lengths)}")
    return np.array(lengths, np.float64)


def _varints(blob: Sequence[int]) -> Iterator[int]:
    """Read SQLite's numbers of variable length: seven bits a byte, the high bit set on all but the last."""
    value = 0
    for byte in blob:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            yield value
            value = 0
