"""Index: the documents of one folder on disk, to be added to, searched and looked at."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.embed import load_embedder
from index.errors import IndexMismatch, IndexNotFound, StoreError
from index.lock import WriteLock
from index.onnx import encodable
from index.search.fuse import fuse
from index.search.lexical import Words
from index.search.query import Query
from index.search.rerank import HEAD, rerank
from index.search.searcher import Searcher, similarities
from index.search.statistics import Statistics
from index.search.vocabulary import Vocabulary
from index.store import Origin, Store
from index.stored import Stored
from index.sync import Outcome, Progress, Report
from index.types import Document, Embedder, Hit, Vectors, Where
from index.walk import MOST_FILES, is_within, roots, walk

if TYPE_CHECKING:
    from index.sync.ahead import Elsewhere

MEGABYTE = 1 << 20

_DATABASE, _LOCK = "index.db", "write.lock"
DEPTH = 200
"""How far down the two lists go that a fused search joins, whatever k is: their scores are scaled over the list."""


class Mode(StrEnum):
    """What a search goes by."""

    DENSE = "dense"
    LEXICAL = "lexical"
    FUSED = "fused"


class Index(Stored):
    """Documents and their passages in a folder, found by similarity and by words.

    Threads may share one. Any number of processes may read while one writes; a search sees what is stored
    when it begins. Every method may raise StoreError.

    >>> with Index.open(Path("my-index"), create=True) as index:      # doctest: +SKIP
    ...     report = index.sync([Path("minutes")])
    ...     hits = index.search("who led the meeting?", k=5)
    """

    def __init__(self, folder: Path, store: Store, embedder: Embedder | None) -> None:
        """Take over an open store; ``Index.open`` is the way in."""
        super().__init__(store)
        self.folder = folder
        self.origin = store.origin()
        self._embedder = verified(embedder, self.origin, folder) if embedder else None
        self._loading, self._writing = RLock(), RLock()
        self.vocabulary = Vocabulary(self._readers, self._lazy_embedder)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        embedder: Embedder | None = None,
        create: bool = False,
        shards: int | None = None,
        ray: str = "",
    ) -> "Index":
        """Open the index in a folder, with the embedder it was made with unless another is given.

        It may be one file or, if a new one was made so, several ``shards``, which are :class:`index.shards.Shards`.
        These are asked through the actors of a ``ray`` cluster, if its address is given.

        Raises IndexNotFound if there is none, unless ``create``: then an empty one is made, for the given
        embedder or the packaged one. Raises IndexMismatch if it was made with other weights than the given.
        """
        from index.shards import Shards, held  # here and not above: it is made of what is here

        if ray:
            from index.shards.cluster import Cluster

            return Cluster.connect(folder, ray, embedder=embedder, create=create, shards=shards)
        folder = folder.absolute()  # the process may go to another
        if shards or held(folder):
            return Shards.in_folder(folder, embedder=embedder, create=create, shards=shards)
        path = folder / _DATABASE
        try:
            store = Store.open(path)
        except IndexNotFound:
            if not create:
                raise
            store = create_store(path, embedder or load_embedder())
        try:
            return cls(folder, store, embedder)
        except BaseException:
            store.close()
            raise

    # What is in it

    def __len__(self) -> int:
        """Count the documents. Files with the same bytes are one."""
        return self.counts().documents

    def find(self, path: Path | str) -> Document | None:
        """Return the document that was read from a file; None if it is not there."""
        with self._readers.snapshot() as store:
            found = (store.find(written) for written in roots([Path(path)]))
            return next(filter(None, found), None)

    # Changes

    def sync(
        self,
        paths: Sequence[Path],
        *,
        on_progress: Callable[[Progress], None] | None = None,
        on_file: Callable[[Outcome], None] | None = None,
        max_bytes: int = 32 * MEGABYTE,
        exclude: Sequence[str] = (),
        without: Collection[str] = (),
        links: bool = False,
        max_files: int = MOST_FILES,
    ) -> Report:
        """Bring the index in line with files and folders: add, replace, remove what has vanished or is left out.

        :func:`index.walk.walk` says what the last four do.

        A file that cannot be read is a line of the report, and the rest goes on; the version of it that was
        stored before stays. Ctrl-C, or any exception, leaves what was stored so far: call it again to go on.
        Raises IndexLocked while another process writes.
        """
        from index.sync.run import Sync  # here and not above: who only asks reads no file

        with self._writer() as store:
            found = walk(paths, exclude=exclude, without=without, links=links, max_files=max_files)
            run = Sync(
                store,
                self._lazy_embedder,
                on_progress=on_progress,
                on_file=on_file,
                max_bytes=max_bytes,
                elsewhere=self._elsewhere(max_bytes),
            )
            return run.run(paths, found)

    def add(self, document: Document) -> int:
        """Cut, embed and store a document, in place of the one at its path; return its id.

        One that was not read from a file has the ``sha256`` "": it is quoted as it was given.
        """
        from index.sync.draft import store_document  # as above

        with self._writer() as store:
            return store_document(store, self._lazy_embedder(), document)

    def remove(self, paths: Sequence[Path]) -> int:
        """Forget files, or all that lie below folders; return how many went. No file is touched."""
        below = roots(paths)
        with self._writer() as store:
            return store.forget([path for path in store.files() if is_within(path, below)])

    # Search

    def search(self, question: str, k: int = 10, *, mode: Mode = Mode.FUSED, where: Where | None = None) -> list[Hit]:
        """Return the k passages that fit a question best. A blank question, or an empty index, has no hits.

        Scores are cosines (DENSE), BM25 (LEXICAL), or, 0 to 1, those of :mod:`index.search.rerank` (FUSED). ``where``
        confines the search to some documents, and changes no score. A fused search looks at the ``DEPTH`` best by
        similarity and by words, so it returns at most twice as many.
        """
        question = encodable(question)
        if k < 1 or not question.strip() or not len(self):
            return []
        # 1  the question's vector; slow, so other threads may search meanwhile
        vector = None if mode is Mode.LEXICAL else self._lazy_embedder().encode_question(question)
        return self._searched(lambda store, searcher: self._found(store, searcher, question, vector, k, mode, where))

    def _found(
        self,
        store: Store,
        searcher: Searcher,
        question: str,
        vector: Vectors | None,
        k: int,
        mode: Mode,
        where: Where | None,
    ) -> list[Hit]:
        # 2  the nearest by similarity and by words; deeper than k, for what both find in the middle
        depth = DEPTH if mode is Mode.FUSED else max(DEPTH, k)
        cut = Words.cut(store, question)
        whole = Statistics.of(store, [*cut.content], vector)
        words = cut.among(whole)
        query = Query(vector, words, whole.average, depth, by_words=mode is not Mode.DENSE, where=where)
        dense, lexical = query.nearest(store, searcher)
        if vector is None or mode is not Mode.FUSED:
            return self._hits(store, (dense or lexical)[:k], where)
        # 3  one list, and its passages as slices of their documents
        fused = fuse(dense, lexical)
        hits: list[Hit] = []
        # 4  scored anew, forty at a time: the first forty are the same whatever k is
        for start in range(0, min(k, len(fused)), HEAD):
            block = self._hits(store, fused[start : start + HEAD], where)
            similar = similarities(store, searcher, vector, whole.average, [hit.passage.id for hit in block])
            scored = rerank(block, similar, words, store.stems)
            hits += [Hit(hit.passage, min(hit.score, hits[-1].score)) for hit in scored] if hits else scored
        return hits[:k]

    # Keeping

    def __enter__(self) -> Self:
        """Return the index; the end of the ``with`` block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the files."""
        self.close()

    def _lazy_embedder(self) -> Embedder:
        with self._loading:
            if self._embedder is None:
                self._embedder = verified(load_embedder(self.origin.name), self.origin, self.folder)
            return self._embedder

    def _elsewhere(self, max_bytes: int) -> "Elsewhere | None":
        """Return what reads files of at most so many bytes in place of this process; None if it reads them itself."""
        del max_bytes
        return None

    @contextmanager
    def _writer(self) -> Iterator[Store]:
        """Write through a connection of its own, so that a search never sees half a change."""
        with (
            self._writing,
            WriteLock(self.folder / _LOCK),
            closing(Store.open(self.folder / _DATABASE)) as store,
        ):
            yield store
        with self._readers.store() as reader:
            self._builds.look(reader, self._searchers.damaged)


def create_store(path: Path, embedder: Embedder) -> Store:
    """Make the store at a path, or open the one that another process has made meanwhile."""
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


def verified(embedder: Embedder, origin: Origin, folder: Path) -> Embedder:
    """Return the embedder if it is the one that an index was made with; raise IndexMismatch if it is not."""
    found = Origin(embedder.name, embedder.dimension, embedder.fingerprint)
    if not fits(embedder, origin):
        raise IndexMismatch(
            f"the index in {folder} was made with {_described(origin)}, not with {_described(found)}: open it"
            " with that embedder, or make another in a folder of its own: `seedqa add PATH --index DIR`"
        )
    return embedder


def fits(embedder: Embedder, origin: Origin) -> bool:
    """Tell whether an embedder's vectors may stand beside those of an index.

    A library's model was known by its weights alone in indexes of format 2; the packaged one had another number format.
    """
    known = {embedder.fingerprint, getattr(embedder, "former_fingerprint", embedder.fingerprint)}
    return embedder.dimension == origin.dimension and origin.fingerprint in known


def _described(origin: Origin) -> str:
    return f"{origin.name} ({origin.dimension} dimensions, weights {origin.fingerprint[:12]})"
