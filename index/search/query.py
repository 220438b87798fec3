"""A question as a store is asked it."""

from dataclasses import dataclass

from index.search import lexical
from index.search.lexical import Words
from index.search.searcher import Scored, Searcher
from index.search.where import allowed
from index.store import Store
from index.types import Vectors, Where


@dataclass(frozen=True, slots=True)
class Query:
    """A question's vector, its words as the whole collection knows them, and the whole's mean cosine.

    Without a ``vector`` nothing is found by similarity; with ``by_words`` off, nothing by words.
    """

    vector: Vectors | None
    words: Words
    average: float
    depth: int
    by_words: bool = True
    where: Where | None = None

    def nearest(self, store: Store, searcher: Searcher) -> tuple[Scored, Scored]:
        """Find the ``depth`` nearest passages by similarity and by words, as (id, score), best first."""
        among = allowed(store, self.where)
        near = [] if self.vector is None else searcher.near(store, self.vector, self.depth, among)
        return near, lexical.search(searcher.lists(store), self.words, self.depth, among) if self.by_words else []
