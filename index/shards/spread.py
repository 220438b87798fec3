"""Spread: several stores written to as one. A document lies in the shard that its content's hash names."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from index.files import Stamp
from index.store import Counts, Entry, File, Origin, Store
from index.store.blobs import Kept
from index.store.rows import Embedded
from index.types import Document, Passage, Vectors


class Spread(Store):
    """What a sync writes to, whether it is one file or several.

    Ids are given out over all shards together, in the order in which documents come: they are those that one index
    would give, so that what is decided by id is decided alike.

    A file whose content has changed may move to another shard. The new version is stored there before the old one goes
    here; after a crash between the two, both are found by ``files``, and the older is taken out.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        """Open the shards for writing, in their order."""
        with ExitStack() as opened:
            self.shards = [Shard.open(path) for path in paths]
            for shard in self.shards:
                opened.callback(shard.close)
            opened.pop_all()
        self.database = self.shards[0].database  # what lies beside the file, and is no part of it, lies in its folder
        self._moved: list[tuple[Store, str]] | None = None
        self._last = tuple(max(numbers) for numbers in zip(*(shard.last() for shard in self.shards), strict=True))

    def close(self) -> None:
        """Close the files."""
        for shard in self.shards:
            shard.close()

    # What is there

    def generation(self) -> int:
        """Count the changes so far."""
        return sum(shard.generation() for shard in self.shards)

    def origin(self) -> Origin:
        """Tell which embedder made the vectors."""
        return self.shards[0].origin()

    def counts(self) -> Counts:
        """Tell how much there is, without counting."""
        return total(shard.counts() for shard in self.shards)

    def entries(self) -> list[Entry]:
        """List the files by path."""
        return sorted((entry for shard in self.shards for entry in shard.entries()), key=lambda entry: entry.path)

    def files(self) -> dict[str, File]:
        """Map the stored paths to what is known of them; of a file that is there twice, the version stored last."""
        found: dict[str, tuple[File, Shard]] = {}
        for shard in self.shards:
            for path, file in shard.files().items():
                other, elsewhere = found.get(path, (file, shard))
                newest = file.document >= other.document
                if elsewhere is not shard:  # what wrote it was stopped between two shards
                    (elsewhere if newest else shard).forget([path])
                if newest:
                    found[path] = file, shard
        return {path: file for path, (file, _) in found.items()}

    def same(self, sha256: str, parser: str, shape: str) -> int | None:
        """Return the document that was made of these bytes, by this parser, embedded so; None if there is none."""
        return self._shard_of(sha256).same(sha256, parser, shape)

    def document(self, document_id: int) -> Document | None:
        """Read a document by its id; None if it is not there."""
        return self._holder(document_id).document(document_id)

    def find(self, path: str) -> Document | None:
        """Read the document that a path leads to; None if there is none."""
        return next(filter(None, (shard.find(path) for shard in self.shards)), None)

    def shape(self, document_id: int) -> str:
        """Tell what a document's passages were embedded as."""
        return self._holder(document_id).shape(document_id)

    def embedded(self, document_id: int) -> Embedded | None:
        """Read a document's passages with their vectors, in order; None if it is not there."""
        return self._holder(document_id).embedded(document_id)

    # Changes

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make all changes in the ``with`` block one transaction in each shard; each may still fail alone."""
        with ExitStack() as transactions:
            for shard in self.shards:
                transactions.enter_context(shard.together())
            self._moved = []
            yield
            moved, self._moved = self._moved, None
        for left, path in moved:  # now that the other shard has the new version for certain
            left.forget([path])

    def put(
        self,
        document: Document,
        passages: Sequence[Passage],
        vectors: Vectors,
        sentences: Sequence[Vectors | Kept],
        *,
        shape: str = "",
        stamp: Stamp | None = None,
        settled: bool = False,
        via: str = "",
    ) -> int:
        """Store a document at its path, in place of what was there; return its id."""
        shard = self._shard_of(document.sha256 or document.path)
        with self._next_ids(shard):
            stored = shard.put(
                document, passages, vectors, sentences, shape=shape, stamp=stamp, settled=settled, via=via
            )
        self._only_in(shard, document.path)
        return stored

    def link(
        self, path: str, document_id: int, stamp: Stamp | None, *, settled: bool, via: str = "", instead: str = ""
    ) -> None:
        """Let a path lead to a document that is stored already, ``instead`` of another path that is no more."""
        shard = self._holder(document_id)
        with self._next_ids(shard):  # a document that gets another title has new passages
            shard.link(path, document_id, stamp, settled=settled, via=via, instead=instead)
        self._only_in(shard, path)

    def see(self, path: str, stamp: Stamp | None, *, settled: bool, via: str) -> None:
        """Note how a file looks now; what it says is the same."""
        for shard in self._leading(path):
            shard.see(path, stamp, settled=settled, via=via)

    def forget(self, paths: Sequence[str]) -> int:
        """Forget files, and documents that no other file leads to; return how many files went."""
        return sum(shard.forget(paths) for shard in self.shards)

    @contextmanager
    def _next_ids(self, shard: "Shard") -> Iterator[None]:
        """Let a shard give out the ids that come next in all shards."""
        shard.after = self._last
        yield
        self._last = tuple(map(max, self._last, shard.last()))

    def _only_in(self, shard: Store, path: str) -> None:
        for other in self._leading(path):
            if other is not shard and self._moved is None:
                other.forget([path])
            elif other is not shard and self._moved is not None:
                self._moved.append((other, path))

    def _shard_of(self, key: str) -> "Shard":
        return self.shards[place(key, len(self.shards))]

    def _leading(self, path: str) -> Iterator[Store]:
        query = "SELECT 1 FROM files WHERE path = ?"
        yield from (shard for shard in self.shards if shard.database.rows(query, (path,)))

    def _holder(self, document_id: int) -> "Shard":
        query = "SELECT 1 FROM documents WHERE id = ?"
        there = (shard for shard in self.shards if shard.database.rows(query, (document_id,)))
        return next(there, self.shards[0])


class Shard(Store):
    """A store whose ids go on from those of the other shards."""

    after: tuple[int, ...] = (0, 0)
    """The last document's id and the last passage's, in all shards."""

    @classmethod
    def open(cls, path: Path) -> "Shard":
        """Open the store at a path."""
        return cls(super().open(path).database)

    def last(self) -> tuple[int, ...]:
        """Return the last ids that were given to a document and to a passage here."""
        given: dict[str, int] = dict(self.database.rows("SELECT name, seq FROM sqlite_sequence"))
        return given.get("documents", 0), given.get("passages", 0)

    def _insert(self, document: Document, shape: str, check: int, passages: int) -> int:
        self._go_on()
        return super()._insert(document, shape, check, passages)

    def _insert_passages(
        self, document_id: int, passages: Sequence[Passage], vectors: Kept, sentences: Sequence[Kept]
    ) -> None:
        self._go_on()
        super()._insert_passages(document_id, passages, vectors, sentences)

    def _go_on(self) -> None:
        for name, last in zip(("documents", "passages"), self.after, strict=True):
            self.database.rows("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (last, name))
            if not self.database.changes():
                self.database.rows("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last))


def place(key: str, shards: int) -> int:
    """Return the shard of a document: by the hash of its content, or of its path if it was not read from a file."""
    return int.from_bytes(hashlib.sha256(key.encode(errors="surrogatepass")).digest()[:8]) % shards


def total(counts: Iterator[Counts]) -> Counts:
    """Add up what shards hold. A document is in one of them, so nothing is counted twice."""
    rows = [(each.documents, each.files, each.passages) for each in counts]
    return Counts(*(sum(column) for column in zip(*rows, strict=True)))
