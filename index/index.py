"""Index: the documents of one folder on disk, to be added to, searched and looked at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from index.embed import load_embedder
from index.errors import IndexMismatch, IndexNotFound, StoreError
from index.lock import WriteLock
from index.search import lexical
from index.search.fuse import fuse
from index.search.lexical import Words
from index.search.rerank import HEAD, Meaning, above, rerank
from index.search.vectors import VectorView
from index.store import Entry, Origin, Store, problems
from index.sync import Progress, Report, Sync, store_document
from index.types import Document, Embedder, Hit, Passage, Vectors, Where
from index.walk import is_within, roots

MEGABYTE = 1 << 20

_DATABASE, _LOCK = "index.db", "write.lock"
_KEPT = 64 * MEGABYTE  # characters of documents kept in memory for the next search


class Mode(StrEnum):
    """What a search goes by."""

    DENSE = "dense"
    LEXICAL = "lexical"
    FUSED = "fused"


class Index:
    """Documents and their passages in a folder, found by meaning and by words.

    Threads may share one. Any number of processes may read while one writes; a search sees what is stored
    when it begins. Every method may raise StoreError.

    >>> with Index.open(Path("my-index"), create=True) as index:      # doctest: +SKIP
    ...     report = index.sync([Path("minutes")])
    ...     hits = index.search("who led the meeting?", k=5)
    """

    def __init__(self, folder: Path, store: Store, embedder: Embedder | None) -> None:
        """Take over an open store; ``Index.open`` is the way in."""
        self.folder = folder
        self.origin = store.origin()
        self._embedder = _verified(embedder, self.origin, folder) if embedder else None
        self._store = store
        self._view: VectorView | None = None
        self._recent: dict[int, Document] = {}
        self._reading, self._writing = RLock(), RLock()

    @classmethod
    def open(cls, folder: Path, *, embedder: Embedder | None = None, create: bool = False) -> Self:
        """Open the index in a folder, with the embedder it was made with unless another is given.

        Raises IndexNotFound if there is none, unless ``create``: then an empty one is made, for the given
        embedder or the packaged one. Raises IndexMismatch if it was made with other weights than the given.
        """
        path = folder / _DATABASE
        try:
            store = Store.open(path)
        except IndexNotFound:
            if not create:
                raise
            store = _create(path, embedder or load_embedder())
        try:
            return cls(folder, store, embedder)
        except BaseException:
            store.close()
            raise

    # What is in it

    def __len__(self) -> int:
        """Count the documents."""
        with self._reading:
            return self._store.count_documents()

    def documents(self) -> list[Entry]:
        """List the documents by path, without their texts."""
        with self._reading:
            return self._store.entries()

    def document(self, document_id: int) -> Document | None:
        """Return a document by its id; None if it is not there."""
        with self._reading:
            return self._store.document(document_id)

    def find(self, path: Path | str) -> Document | None:
        """Return the document that was read from a file; None if it is not there."""
        with self._reading:
            found = (self._store.find(written) for written in roots([Path(path)]))
            return next(filter(None, found), None)

    def check(self) -> list[str]:
        """List what is wrong with what is stored, a sentence each; empty if it is sound."""
        with self._reading:
            return problems(self._store)

    # Changes

    def sync(
        self,
        paths: Sequence[Path],
        *,
        on_progress: Callable[[Progress], None] | None = None,
        max_bytes: int = 32 * MEGABYTE,
    ) -> Report:
        """Bring the index in line with files and folders: add, replace, remove what has vanished.

        A file that cannot be read is a line of the report, and the rest goes on; the version of it that was
        stored before stays. Ctrl-C, or any exception, leaves what was stored so far: call it again to go on.
        Raises IndexLocked while another process writes.
        """
        with self._writer() as store:
            run = Sync(store, self._lazy_embedder, on_progress=on_progress, max_bytes=max_bytes)
            return run.run(paths)

    def add(self, document: Document) -> int:
        """Cut, embed and store a document, in place of the one at its path; return its id."""
        with self._writer() as store:
            return store_document(store, self._lazy_embedder(), document)

    def remove(self, paths: Sequence[Path]) -> int:
        """Forget files, or all that lie below folders; return how many documents went. No file is touched."""
        below = roots(paths)
        with self._writer() as store:
            return store.remove([entry.id for entry in store.entries() if is_within(entry.path, below)])

    # Search

    def is_replaced(self) -> bool:
        """Tell whether the folder no longer holds the index that was opened here: deleted, or made again."""
        return self._store.database.is_replaced()

    def search(self, question: str, k: int = 10, *, mode: Mode = Mode.FUSED, where: Where | None = None) -> list[Hit]:
        """Return the k passages that fit a question best. A blank question, or an empty index, has no hits.

        Scores are cosines (DENSE), BM25 (LEXICAL), or, 0 to 1, those of :mod:`index.search.rerank` (FUSED).
        """
        question = question.encode(errors="replace").decode()  # half characters are no text
        if k < 1 or not question.strip() or not len(self):
            return []
        # 1  the question's vector; slow, so other threads may search meanwhile
        vector = None if mode is Mode.LEXICAL else self._lazy_embedder().encode_question(question)
        with self._reading, self._store.snapshot():
            # 2  near by meaning, near by words; deeper than k, for what both find in the middle
            depth = max(200, 5 * k)
            words = Words.of(self._store, question)
            near = [] if vector is None else self._near(vector, depth)
            worded = [] if mode is Mode.DENSE else lexical.search(self._store, words, depth)
            if vector is None or mode is not Mode.FUSED:
                return self._hits((near or worded)[:k])
            # 3  one list, and its head's passages as slices of their documents
            head = self._hits(fuse(near, worded)[: max(HEAD, k)])
            # 4  the head again, looked at closely
            return rerank(head, self._meaning(vector, head), words, self._store.stems)[:k]

    def _near(self, vector: Vectors, depth: int) -> list[tuple[int, float]]:
        if self._view is None:
            self._view = VectorView(self.origin.dimension)
        self._view.refresh(self._store)
        return self._view.search(vector, depth)

    def _meaning(self, vector: Vectors, hits: Sequence[Hit]) -> Mapping[int, Meaning]:
        """Map the hits' passages to how near by meaning they are; :meth:`_near` has brought the view up to date."""
        assert self._view is not None
        ids = [hit.passage.id for hit in hits]
        average = self._view.average(vector)
        whole = dict(zip(ids, self._view.products(vector, ids), strict=True))
        stored = self._store.sentences(ids)
        return {
            number: Meaning(above(average, whole[number]), above(average, float((rows @ vector[0]).max())))
            for number, rows in stored.items()
        }

    def _hits(self, scored: Sequence[tuple[int, float]]) -> list[Hit]:
        places = self._store.places([passage_id for passage_id, _ in scored])
        hits = []
        for passage_id, score in scored:
            place = places[passage_id]
            document = self._recent_document(place.document)
            hits.append(Hit(Passage(passage_id, document, place.start, place.end), score))
        return hits

    def _recent_document(self, document_id: int) -> Document:
        """Read a document, or take it from those read last: an id always means the same text."""
        document = self._recent.pop(document_id, None) or self._store.document(document_id)
        if document is None:
            raise self._store.database.damaged(f"document {document_id} is missing")
        self._recent[document_id] = document
        while len(self._recent) > 1 and sum(len(each.text) for each in self._recent.values()) > _KEPT:
            del self._recent[next(iter(self._recent))]
        return document

    # Keeping

    def close(self) -> None:
        """Close the files."""
        with self._reading:
            self._store.close()

    def __enter__(self) -> Self:
        """Return the index; the end of the ``with`` block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the files."""
        self.close()

    def _lazy_embedder(self) -> Embedder:
        with self._reading:
            if self._embedder is None:
                self._embedder = _verified(load_embedder(self.origin.name), self.origin, self.folder)
            return self._embedder

    @contextmanager
    def _writer(self) -> Iterator[Store]:
        """Write through a connection of its own, so that a search never sees half a change."""
        with (
            self._writing,
            WriteLock(self.folder / _LOCK),
            closing(Store.open(self.folder / _DATABASE)) as store,
        ):
            yield store


def _create(path: Path, embedder: Embedder) -> Store:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # what it holds is nobody else's business
    except OSError as error:
        problem = f"the folder {path.parent} cannot be made ({error.strerror})"
        raise StoreError(f"{problem}: choose another with --index") from error
    with WriteLock(path.with_name(_LOCK)):
        try:
            return Store.open(path)  # another process may have made it meanwhile
        except IndexNotFound:
            return Store.create(path, Origin(embedder.name, embedder.dimension, embedder.fingerprint))


def _verified(embedder: Embedder, origin: Origin, folder: Path) -> Embedder:
    found = Origin(embedder.name, embedder.dimension, embedder.fingerprint)
    if (found.dimension, found.fingerprint) != (origin.dimension, origin.fingerprint):
        raise IndexMismatch(
            f"the index in {folder} was made with {_described(origin)}, not with {_described(found)}: open it"
            f" with that embedder, or delete the folder and run `seedqa add PATH --index {folder}`"
        )
    return embedder


def _described(origin: Origin) -> str:
    return f"{origin.name} ({origin.dimension} dimensions, weights {origin.fingerprint[:12]})"
