"""Near by words: BM25 over the store's words. A question is never a query: each of its words is quoted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from index.store import Store

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
    number of passages that hold each of these, if any does, out of ``passages``.
    """

    order: tuple[str, ...]
    content: Mapping[str, str]
    frequencies: Mapping[str, int]
    passages: int

    @classmethod
    def of(cls, store: Store, question: str) -> Self:
        """Cut a question as passages were cut, and look its words up."""
        found = store.tokens(question)
        written = {token: word for word, token in found}
        content = {token: word for token, word in written.items() if word.lower() not in STOP_WORDS} or written
        order = tuple(token for _, token in found)
        return cls(order, content, store.frequencies([*content]), store.count_passages())

    def weights(self) -> dict[str, float]:
        """Return how much each content word says: its inverse document frequency, as BM25 has it, above 0."""
        return {token: self.weight(n) for token, n in self.frequencies.items()}

    def weight(self, passages: int) -> float:
        """Return how much a word says that so many passages hold."""
        return math.log1p((self.passages - passages + 0.5) / (passages + 0.5))


def search(store: Store, words: Words, limit: int, allowed: NDArray[np.int64] | None = None) -> list[tuple[int, float]]:
    """Find the passages that share the question's content words, as (id, BM25 score), best first.

    Only those ``allowed``, if that is given. **Shape:** (n,).

    A question of stop words alone is asked with them; one without a word that occurs finds nothing.
    """
    rare = rarest(words.frequencies, words.passages)
    return store.match(" OR ".join(quoted(words.content[token]) for token in rare), limit, allowed) if rare else []


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
