"""Part: one shard of an index. It is asked in plain values and answers in them, so it can live on another machine."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.readers import Readers
from index.recent import RecentDocuments
from index.search import lexical
from index.search.build import Builds, build
from index.search.lexical import Words
from index.search.postings import DamagedSegment
from index.search.rerank import rerank
from index.search.statistics import Statistics
from index.search.view import View, Views, similarities
from index.search.where import allowed, confined
from index.store import Counts, Entry, Origin, Store, problems
from index.store.reading import LISTED, listed
from index.types import Document, Hit, Passage, Vectors, Where

Scored = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Query:
    """A question as a shard is asked it: its vector, its words as the whole knows them, and the whole's mean cosine.

    Without a ``vector`` nothing is found by similarity; with ``by_words`` off, nothing by words.
    """

    vector: Vectors | None
    words: Words
    average: float
    depth: int
    by_words: bool = True
    where: Where | None = None


class Part:
    """A shard that is read. Threads may share one; each call sees one state of the store."""

    def __init__(self, store: Store) -> None:
        """Take over an open store."""
        self._store = store
        self._origin = store.origin()
        self._readers = Readers(store)
        folder = store.database.path.parent
        self._views, self._builds = Views(folder, self._origin.dimension), Builds(store.database.path)
        self._recent = RecentDocuments()

    # What is in it

    def origin(self) -> Origin:
        """Tell which embedder made the vectors."""
        return self._origin

    def counts(self) -> Counts:
        """Tell how many documents, files and passages there are."""
        with self._readers.snapshot() as store:
            return store.counts()

    def generation(self) -> int:
        """Count the changes so far."""
        with self._readers.snapshot() as store:
            return store.generation()

    def entries(self) -> list[Entry]:
        """List the files by path."""
        with self._readers.snapshot() as store:
            return store.entries()

    def document(self, key: int | str) -> Document | None:
        """Return a document by its id, or by the SHA-256 of the bytes it was read from; None if it is not there."""
        with self._readers.snapshot() as store:
            number = store.read_from(key) if isinstance(key, str) else key
            if number is None or number not in store.names([number]):
                return None
            return self._recent.read(store, [number])[number]

    def passage_around(self, document_id: int, start: int, end: int) -> tuple[int, int] | None:
        """Tell where the passage starts and ends that holds ``text[start:end]`` of a document; None if none does."""
        with self._readers.snapshot() as store:
            return store.passage_around(document_id, start, end)

    def find(self, paths: Collection[str]) -> Document | None:
        """Return the document that one of these paths leads to; None if none does."""
        with self._readers.snapshot() as store:
            return next(filter(None, map(store.find, paths)), None)

    def settle(self) -> None:
        """Make the segments now that are otherwise made in the background."""
        while build(self._store.database.path):
            pass

    def problems(self) -> list[str]:
        """Return the faults found in the store, one sentence each; none if it is sound."""
        with self._readers.store() as store:
            return problems(store)

    def is_replaced(self) -> bool:
        """Tell whether the file that was opened is no longer there."""
        return self._store.database.is_replaced()

    def close(self) -> None:
        """Close the file."""
        self._readers.close()

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
        with self._readers.snapshot() as store:
            self._builds.look(store, self._views.damaged)
            view = self._views.at(store)
            try:
                return _candidates(store, view, query)
            except DamagedSegment:
                self._views.distrust(view)
            return _candidates(store, self._views.at(store), query)

    def scored(self, query: Query, ids: Sequence[int]) -> Scored:
        """Score passages by proximity, as (id, score), best first; those that are gone meanwhile are left out."""
        if query.vector is None:
            raise ValueError("expected a question's vector: without one, passages are scored by words alone")
        with self._readers.snapshot() as store:
            hits = self._hits(store, ids, query.where)
            there = [hit.passage.id for hit in hits]
            similar = similarities(store, self._views.at(store), query.vector, query.average, there)
            ranked = rerank(hits, similar, query.words, store.stems)
            return [(hit.passage.id, hit.score) for hit in ranked]

    def hits(self, ids: Sequence[int], where: Where | None) -> list[Hit]:
        """Return passages with their documents, not scored; those that are gone meanwhile are left out."""
        with self._readers.snapshot() as store:
            return self._hits(store, ids, where)

    def _hits(self, store: Store, ids: Sequence[int], where: Where | None) -> list[Hit]:
        there = store.ids(f"SELECT id FROM passages WHERE id {LISTED}", listed(ids))
        places = store.places(there.tolist())
        documents = self._recent.read(store, {place.document for place in places.values()})
        found = [(number, places[number]) for number in ids if number in places]
        return [
            Hit(Passage(number, confined(documents[place.document], where), place.start, place.end), 0.0)
            for number, place in found
        ]


def _candidates(store: Store, view: View, query: Query) -> tuple[Scored, Scored]:
    among = allowed(store, query.where)
    near = [] if query.vector is None else view.near(store, query.vector, query.depth, among)
    return near, lexical.search(view.lists(store), query.words, query.depth, among) if query.by_words else []
