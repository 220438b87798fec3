"""Part: one shard of an index. It is asked in plain values and answers in them, so it can live on another machine."""

from collections.abc import Collection, Sequence

from index.search import lexical
from index.search.query import Query
from index.search.rerank import rerank
from index.search.searcher import Scored, similarities
from index.search.statistics import Statistics
from index.store import Origin, Store
from index.store.reading import LISTED, listed
from index.stored import Stored
from index.types import Document, Hit, Vectors, Where


class Part(Stored):
    """A shard that is read. Threads may share one; each call sees one state of the store."""

    def origin(self) -> Origin:
        """Tell which embedder made the vectors."""
        with self._readers.store() as store:
            return store.origin()

    def find(self, paths: Collection[str]) -> Document | None:
        """Return the document that one of these paths leads to; None if none does."""
        with self._readers.snapshot() as store:
            return next(filter(None, map(store.find, paths)), None)

    # Words

    def frequencies(self, stems: Sequence[str]) -> dict[str, int]:
        """Map each stem that occurs to the number of passages that hold it."""
        with self._readers.snapshot() as store:
            return store.frequencies(stems)

    def has(self, words: str) -> bool:
        """Tell whether a passage has these words one behind the other."""
        with self._readers.snapshot() as store:
            return bool(store.match(lexical.quoted(words), 1))

    def spellings(self, stem: str) -> list[str]:
        """Return the stems that begin with the same letter as this one and are about as long."""
        with self._readers.snapshot() as store:
            return store.spellings(stem)

    # A question, in four steps

    def statistics(self, stems: Sequence[str], vector: Vectors | None) -> Statistics:
        """Return this shard's share of what the scores need of the whole."""
        with self._readers.snapshot() as store:
            return Statistics.of(store, stems, vector)

    def candidates(self, query: Query) -> tuple[Scored, Scored]:
        """Return the nearest passages by similarity and by words, as (id, score), best first."""
        return self._searched(query.nearest)

    def scored(self, query: Query, ids: Sequence[int]) -> Scored:
        """Score passages by proximity, as (id, score), best first; those that are gone meanwhile are left out."""
        if query.vector is None:
            raise ValueError("expected a question's vector: without one, passages are scored by words alone")
        with self._readers.snapshot() as store:
            hits = self._there(store, ids, query.where)
            there = [hit.passage.id for hit in hits]
            similar = similarities(store, self._searchers.at(store), query.vector, query.average, there)
            ranked = rerank(hits, similar, query.words, store.stems)
            return [(hit.passage.id, hit.score) for hit in ranked]

    def hits(self, ids: Sequence[int], where: Where | None) -> list[Hit]:
        """Return passages with their documents, not scored; those that are gone meanwhile are left out."""
        with self._readers.snapshot() as store:
            return self._there(store, ids, where)

    def _there(self, store: Store, ids: Sequence[int], where: Where | None) -> list[Hit]:
        there = {*store.ids(f"SELECT id FROM passages WHERE id {LISTED}", listed(ids)).tolist()}
        return self._hits(store, [(number, 0.0) for number in ids if number in there], where)
