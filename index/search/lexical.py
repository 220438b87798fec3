"""Near by words: BM25, as FTS5 computes it, with the counts of the whole collection. A question is never a query."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from index.search.statistics import Statistics
from index.store import Store

Ids = NDArray[np.int64]
Numbers = NDArray[np.float64]

K1, B = 1.2, 0.75
"""FTS5's own."""
_ENGLISH = """
    a about after all also am an and any are as at be because been before being between both but by can could
    did do does doing down during each for from further had has have having he her here hers herself him
    himself his how i if in into is it its itself just me more most my myself no nor not of off on once only
    or other our ours out over own same she should so some such than that the their theirs them themselves
    then there these they this those through to too under until up very was we were what when where which
    while who whom whose why will with would you your yours s t d ll m re ve
"""
STOP_WORDS: Final = frozenset(_ENGLISH.split())


@dataclass(frozen=True, slots=True)
class Words:
    """A question's words, as an index knows them.

    ``order`` holds the token (the stem) of every word as it was asked. ``content`` maps the tokens that say what is
    asked, all but stop words, to how they are written: if there are stop words only, those. ``frequencies`` has the
    number of passages that hold each of these, if any does, out of ``passages``, whose mean ``length`` is in words.
    """

    order: tuple[str, ...]
    content: Mapping[str, str]
    frequencies: Mapping[str, int]
    passages: int
    length: float = 0.0

    @classmethod
    def of(cls, store: Store, question: str) -> Self:
        """Cut a question as passages were cut, and look its words up."""
        cut = cls.cut(store, question)
        return cut.among(Statistics.of(store, [*cut.content]))

    @classmethod
    def cut(cls, store: Store, question: str) -> Self:
        """Cut a question as passages were cut."""
        found = store.tokens(question)
        written = {token: word for word, token in found}
        content = {token: word for token, word in written.items() if word.lower() not in STOP_WORDS} or written
        return cls(tuple(token for _, token in found), content, {}, 0)

    def among(self, whole: Statistics) -> Self:
        """Return the same words with the counts of a collection."""
        return replace(self, frequencies=whole.frequencies, passages=whole.passages, length=whole.length)

    def weights(self) -> dict[str, float]:
        """Return how much each content word says: its inverse document frequency, as BM25 has it, above 0."""
        return {token: self.weight(n) for token, n in self.frequencies.items()}

    def weight(self, passages: int) -> float:
        """Return how much a word says that so many passages hold."""
        return math.log1p((self.passages - passages + 0.5) / (passages + 0.5))


class Lists(Protocol):
    """Where the words' lists are: which passages hold a term, and how often. A ``Store`` is one."""

    def occurrences(self, term: str) -> tuple[Ids, Numbers]:
        """Return the passages that hold a term, ascending, and how often each does. **Shape:** (n,), (n,)."""
        ...

    def lengths(self, ids: Ids) -> Numbers:
        """Return how many words each passage has. **Shape:** ids (n,), ascending."""
        ...


def search(lists: Lists, words: Words, limit: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
    """Find the passages that share the question's content words, as (id, BM25 score), best first.

    Only those ``allowed``, if that is given, ascending. **Shape:** (n,). Scores do not depend on it.

    A question of stop words alone is asked with them; one without a word that occurs finds nothing.
    """
    terms = rarest(words.frequencies, words.passages)
    found = [_among(*lists.occurrences(term), allowed) for term in terms]
    ids = np.unique(np.concatenate([holding for holding, _ in found])) if found else np.empty(0, np.int64)
    if not len(ids):
        return []
    longer = K1 * (1 - B + B * lists.lengths(ids) / words.length)
    scores = np.zeros(len(ids))
    for term, (holding, counts) in zip(terms, found, strict=True):
        places = np.searchsorted(ids, holding)
        scores[places] += rarity(words.frequencies[term], words.passages) * (
            counts * (K1 + 1) / (counts + longer[places])
        )
    best = np.lexsort((ids, -scores))[:limit]
    return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))


def _among(ids: Ids, counts: Numbers, allowed: Ids | None) -> tuple[Ids, Numbers]:
    if allowed is None:
        return ids, counts
    kept = np.isin(ids, allowed, assume_unique=True)
    return ids[kept], counts[kept]


def rarity(holding: int, passages: int) -> float:
    """Return BM25's inverse document frequency; next to nothing for a word that more than half of all passages have."""
    weight = math.log((passages - holding + 0.5) / (holding + 0.5))
    return weight if weight > 0 else 1e-6


def rarest(frequencies: Mapping[str, int], passages: int, *, share: float = 0.05, most: int = 64) -> list[str]:
    """Keep the rarest tokens, at most ``most``, without those in more than a ``share`` of the passages.

    Such words hardly change the order, and reading their lists is what a query spends its time on. Up to 500
    passages cost nothing, and the rarest token is kept whatever it is.
    """
    ordered = sorted(frequencies, key=lambda token: (frequencies[token], token))
    limit = max(500, share * passages)
    return ordered[:1] + [token for token in ordered[1:most] if frequencies[token] <= limit]


def quoted(word: str) -> str:
    """Write a word so that FTS5 takes it as a word, whatever it is.

    >>> quoted("NEAR"), quoted('a"b')
    ('"NEAR"', '"a""b"')
    """
    return '"' + word.replace('"', '""') + '"'
