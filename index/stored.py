"""Stored: what one file holds, as the threads that share it read it. An index is one, and so is each of its shards."""

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TypeVar

from index.errors import StoreError
from index.readers import Readers
from index.recent import RecentDocuments
from index.search.build import Builds, build
from index.search.postings import DamagedSegment
from index.search.searcher import Searcher, Searchers
from index.search.where import below, confined
from index.store import Counts, Entry, Store, problems
from index.types import Document, Hit, Passage, Where

T = TypeVar("T")


class Stored:
    """Documents and passages in one file. Threads may share it; each call sees one state."""

    def __init__(self, store: Store) -> None:
        """Take over an open store."""
        self._store = store
        self._readers = Readers(store)
        path = store.database.path
        self._searchers, self._builds = Searchers(path.parent, store.origin().dimension), Builds(path)
        self._recent = RecentDocuments()

    def counts(self) -> Counts:
        """Tell how many documents, files and passages there are."""
        with self._readers.store() as store:
            return store.counts()

    def generation(self) -> int:
        """Count the changes so far: while it stays the same, so does all that is here. Costs next to nothing."""
        with self._readers.store() as store:
            return store.generation()

    def documents(self) -> list[Entry]:
        """List the files by path, without their texts."""
        with self._readers.store() as store:
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
        with self._readers.store() as store:
            return store.passage_around(document_id, start, end)

    def check(self) -> list[str]:
        """Return the faults found in the store, one sentence each; none if it is sound."""
        try:
            # a connection of its own: FTS5 checks by what it has cached, and a change by another looks like damage
            with closing(Store.open(self._store.database.path)) as store:
                return problems(store)
        except StoreError as error:
            return [str(error)]

    def settle(self) -> None:
        """Make the segments now that are otherwise made in the background. Raises IndexLocked while they are."""
        while build(self._store.database.path):
            pass

    def is_replaced(self) -> bool:
        """Tell whether the file that was opened is no longer there: deleted, or made again."""
        return self._store.database.is_replaced()

    def close(self) -> None:
        """Close the file."""
        self._readers.close()

    def _searched(self, read: Callable[[Store, Searcher], T]) -> T:
        """Read what is stored with its segments, and once more without one that turns out to be damaged."""
        with self._readers.snapshot() as store:
            self._builds.look(store, self._searchers.damaged)
            searcher = self._searchers.at(store)
            try:
                return read(store, searcher)
            except DamagedSegment:
                self._searchers.distrust(searcher)
            return read(store, self._searchers.at(store))

    def _hits(self, store: Store, scored: Sequence[tuple[int, float]], where: Where | None) -> list[Hit]:
        """Read passages with their documents; each must be there."""
        places = store.places([number for number, _ in scored])
        documents = self._recent.read(store, {place.document for place in places.values()})
        hits, roots = [], below(where)  # once: each of the paths is looked up on the disk
        for number, score in scored:
            place = places[number]
            document = confined(documents[place.document], roots)
            hits.append(Hit(Passage(number, document, place.start, place.end), score))
        return hits
