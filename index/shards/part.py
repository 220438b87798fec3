"""Part: one shard of an index. It is asked in plain values and answers in them, so it can live on another machine."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock

from index.recent import RecentDocuments
from index.search import lexical
from index.search.lexical import Words
from index.search.rerank import Similarity, centred, rerank
from index.search.vectors import VectorView, products
from index.search.where import allowed, confined
from index.shards import bm25
from index.store import Counts, Entry, Origin, Store, problems
from index.store.reading import LISTED, listed
from index.types import Document, Hit, Passage, Vectors, Where

Scored = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the scores of a question need of the whole: the sum of what the shards say.

    ``frequencies`` has the number of passages that hold each of the question's words, ``words`` the length of all
    passages, ``similarity`` the sum of the cosines of all passages with the question.
    """

    passages: int = 0
    words: int = 0
    similarity: float = 0.0
    frequencies: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Statistics") -> "Statistics":
        """Add up two parts of a whole."""
        both = sorted({*self.frequencies, *other.frequencies})
        return Statistics(
            self.passages + other.passages,
            self.words + other.words,
            self.similarity + other.similarity,
            {word: self.frequencies.get(word, 0) + other.frequencies.get(word, 0) for word in both},
        )


@dataclass(frozen=True, slots=True)
class Query:
    """A question as a shard is asked it: its vector, its words, and the whole's numbers.

    Without a ``vector`` nothing is found by similarity; with ``by_words`` off, nothing by words.
    """

    vector: Vectors | None
    words: Words
    whole: Statistics
    depth: int
    by_words: bool = True
    where: Where | None = None


class Part:
    """A shard that is read. Threads may share one; each call sees one state of the store."""

    def __init__(self, store: Store) -> None:
        """Take over an open store."""
        self._store = store
        self._origin = store.origin()
        self._view: VectorView | None = None
        self._recent = RecentDocuments()
        self._lock = RLock()

    # What is in it

    def origin(self) -> Origin:
        """Tell which embedder made the vectors."""
        return self._origin

    def counts(self) -> Counts:
        """Tell how many documents, files and passages there are."""
        with self._reading():
            return self._store.counts()

    def generation(self) -> int:
        """Count the changes so far."""
        with self._reading():
            return self._store.generation()

    def entries(self) -> list[Entry]:
        """List the files by path."""
        with self._reading():
            return self._store.entries()

    def document(self, key: int | str) -> Document | None:
        """Return a document by its id, or by the SHA-256 of the bytes it was read from; None if it is not there."""
        with self._reading():
            number = self._store.read_from(key) if isinstance(key, str) else key
            if number is None or number not in self._store.names([number]):
                return None
            return self._recent.read(self._store, [number])[number]

    def passage_around(self, document_id: int, start: int, end: int) -> tuple[int, int] | None:
        """Tell where the passage starts and ends that holds ``text[start:end]`` of a document; None if none does."""
        with self._reading():
            return self._store.passage_around(document_id, start, end)

    def find(self, paths: Collection[str]) -> Document | None:
        """Return the document that one of these paths leads to; None if none does."""
        with self._reading():
            return next(filter(None, map(self._store.find, paths)), None)

    def problems(self) -> list[str]:
        """Return the faults found in the store, one sentence each; none if it is sound."""
        with self._lock:
            return problems(self._store)

    def is_replaced(self) -> bool:
        """Tell whether the file that was opened is no longer there."""
        return self._store.database.is_replaced()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._store.close()

    # Words

    def frequencies(self, stems: Sequence[str]) -> dict[str, int]:
        """Map each stem that occurs to the number of passages that hold it."""
        with self._reading():
            return self._store.frequencies(stems)

    def has(self, words: str) -> bool:
        """Tell whether a passage has these words one behind the other."""
        with self._reading():
            return bool(self._store.match(lexical.quoted(words), 1))

    def spellings(self, stem: str) -> list[str]:
        """Return the stems that begin with the same letter as this one and are about as long."""
        with self._reading():
            return self._store.spellings(stem)

    # A question, in four steps

    def statistics(self, stems: Sequence[str], vector: Vectors | None) -> Statistics:
        """Return this shard's share of what the scores need of the whole."""
        with self._reading():
            passages = self._store.count_passages()
            similarity = 0.0 if vector is None else passages * self._vectors().average(vector)
            return Statistics(passages, bm25.total_words(self._store), similarity, self._store.frequencies(stems))

    def candidates(self, query: Query) -> tuple[Scored, Scored]:
        """Return the nearest passages by similarity and by words, as (id, score), best first."""
        with self._reading():
            among = allowed(self._store, query.where)
            near = [] if query.vector is None else self._vectors().search(query.vector, query.depth, among)
            if not query.by_words:
                return near, []
            whole = query.whole
            return near, bm25.search(
                self._store,
                query.words.frequencies,
                passages=whole.passages,
                mean=whole.words / max(1, whole.passages),
                limit=query.depth,
                allowed=among,
            )

    def scored(self, query: Query, ids: Sequence[int]) -> Scored:
        """Score passages by proximity, as (id, score), best first; those that are gone meanwhile are left out."""
        assert query.vector is not None
        with self._reading():
            hits = self._hits(ids, query.where)
            similar = self._similarity(query, [hit.passage.id for hit in hits])
            ranked = rerank(hits, similar, query.words, self._store.stems)
            return [(hit.passage.id, hit.score) for hit in ranked]

    def hits(self, ids: Sequence[int], where: Where | None) -> list[Hit]:
        """Return passages with their documents, not scored; those that are gone meanwhile are left out."""
        with self._reading():
            return self._hits(ids, where)

    def _similarity(self, query: Query, ids: Sequence[int]) -> dict[int, Similarity]:
        assert query.vector is not None
        average = query.whole.similarity / max(1, query.whole.passages)
        whole = dict(zip(ids, self._vectors().products(query.vector, ids), strict=True)) if ids else {}
        nearest = {number: max(products(rows, query.vector)) for number, rows in self._store.sentences(ids).items()}
        return {n: Similarity(centred(average, whole[n]), centred(average, nearest[n])) for n in ids}

    def _hits(self, ids: Sequence[int], where: Where | None) -> list[Hit]:
        there = self._store.ids(f"SELECT id FROM passages WHERE id {LISTED}", listed(ids))
        places = self._store.places(there.tolist())
        documents = self._recent.read(self._store, {place.document for place in places.values()})
        found = [(number, places[number]) for number in ids if number in places]
        return [
            Hit(Passage(number, confined(documents[place.document], where), place.start, place.end), 0.0)
            for number, place in found
        ]

    def _vectors(self) -> VectorView:
        if self._view is None:
            self._view = VectorView(self._origin.dimension)
        self._view.refresh(self._store)
        return self._view

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock, self._store.snapshot():
            yield
