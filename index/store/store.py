"""What the file holds, and each change made to it; what it is asked is in ``reading``.

One integer is a passage's row, its row in the words (FTS5) and its id in FAISS, and is never used again
once the passage is gone. A file is a path that leads to a document; a document is a text, however many files hold it,
and goes with the last of them. Each change is one transaction and is on disk when the call returns. Whoever writes
holds ``index.lock.WriteLock``. SQLite cannot see a flipped bit in a text or in a vector, so each document carries a
checksum over all of them.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexMismatch, LoadError, StoreError
from index.files import Stamp
from index.store.blobs import Kept, Sum, checksum, from_bytes, summed, to_bytes
from index.store.database import Database, not_found
from index.store.migrations import OLDEST, migrate
from index.store.reading import LISTED, Reading, listed
from index.store.residues import packed_each, size
from index.store.rows import Origin
from index.store.schema import COUNTERS, FORMAT, SCHEMA
from index.store.terms import add_frequencies, columns, cut
from index.types import Document, Kind, Passage, Vectors


class Store(Reading):
    """Documents, passages, vectors and words, in and out of one file."""

    @classmethod
    def create(cls, path: Path, origin: Origin) -> "Store":
        """Make an empty store for the vectors of one embedder."""
        with _closed_on_error(Database(path, create=True)) as database:
            with database.transaction():
                database.rows(SCHEMA)
                meta = (("name", origin.name), ("dimension", origin.dimension),
                        ("fingerprint", origin.fingerprint), ("generation", 0), ("words", 0),
                        ("sum", np.zeros(origin.dimension, "<i8").tobytes()),
                        *((name, 0) for name in COUNTERS))  # fmt: skip
                database.many("INSERT INTO meta VALUES (?, ?)", iter(meta))
                database.stamp(FORMAT)
            database.make_durable()
            return cls(database)

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open the store at a path, or raise a StoreError that says what is there instead.

        An earlier format is brought to ours first; nothing is embedded again.
        """
        if not path.exists():
            raise not_found(path)
        with _closed_on_error(Database(path)) as database:
            found = database.recognise(OLDEST, FORMAT)
            if found < FORMAT and database.read_only:
                raise IndexMismatch(f"{path} has format {found} and cannot be written: open it once where it can be")
            database.make_durable()
            if found < FORMAT:
                migrate(database)
            return cls(database)

    # Changes

    def together(self) -> AbstractContextManager[None]:
        """Make the changes in the ``with`` block one transaction; one that is refused as no text does not count."""
        return self.database.transaction()

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
        """Store a document at its path, in place of what was there; return its id.

        **Shape:** vectors is (len(passages), dimension), and sentences has for each passage (n, dimension), n at
        least 1, float32, rows of length 1; or, of sentences, what ``residues.packed_each`` has made of them.
        """
        self._refuse_wrong(document, passages, vectors, sentences)
        kept = to_bytes(vectors)
        small = packed_each(sentences, from_bytes(kept))
        try:
            for words in (document.path, document.title, document.text, via):
                words.encode()  # before anything is changed: it may be one of several changes
            with self.database.transaction():
                document_id = self._insert(document, shape, checksum(document.text, kept, small), len(passages))
                self._insert_passages(document_id, passages, kept, small)
                self._words(document_id, document.title, passages)
                self._lead(document.path, document_id, stamp, settled, via)
                self._count_change()
        except UnicodeEncodeError as error:  # SQLite holds UTF-8
            raise LoadError(
                f"{document.path!a} holds half a character ({error.object[error.start]!a}): save it as UTF-8"
            ) from error
        return document_id

    def link(
        self, path: str, document_id: int, stamp: Stamp | None, *, settled: bool, via: str = "", instead: str = ""
    ) -> None:
        """Let a path lead to a document that is stored already, ``instead`` of another path that is no more."""
        with self.database.transaction():
            if instead:
                self._rename_title(document_id, instead, path)
                self.database.rows("DELETE FROM files WHERE path = ?", (instead,))
                self._add_to("files", -1)
            self._lead(path, document_id, stamp, settled, via)
            self._count_change()

    def see(self, path: str, stamp: Stamp | None, *, settled: bool, via: str) -> None:
        """Note how a file looks now; what it says is the same."""
        size, mtime = (stamp.size, stamp.mtime) if stamp else (None, None)
        values = (size, mtime, settled, via, path)
        with self.database.transaction():
            self.database.rows("UPDATE files SET size = ?, mtime = ?, settled = ?, via = ? WHERE path = ?", values)

    def forget(self, paths: Sequence[str]) -> int:
        """Forget files, and documents that no other file leads to, in one transaction; return how many files went."""
        with self.database.transaction():
            query = f"SELECT DISTINCT document FROM files WHERE path {LISTED}"
            documents = [row[0] for row in self.database.rows(query, listed(paths))]
            self.database.rows(f"DELETE FROM files WHERE path {LISTED}", listed(paths))
            gone = self.database.changes()
            if gone:
                self._add_to("files", -gone)
                self._delete_unled(documents)
                self._count_change()
        return gone

    def _refuse_wrong(
        self, document: Document, passages: Sequence[Passage], vectors: Vectors, sentences: Sequence[Vectors | Kept]
    ) -> None:
        count, width = len(passages), self.origin().dimension
        wrong = [rows.shape for rows in sentences if not len(rows) or rows.shape[1:] != (_wide(rows, width),)]
        if vectors.shape != (count, width) or len(sentences) != count or wrong:
            found = f"{vectors.shape} and {wrong[0] if wrong else len(sentences)}"
            raise IndexMismatch(
                f"{document.path}: expected vectors of shape {(count, width)} and as many of sentences, got {found}:"
                " use the embedder that the index was made with, or make another index"
            )
        for passage in passages:
            if not 0 <= passage.start < passage.end <= len(document.text):
                offsets = f"{passage.start} to {passage.end}"
                raise StoreError(f"{document.path}: {offsets} is not in its text: cut the document again")

    def _lead(self, path: str, document_id: int, stamp: Stamp | None, settled: bool, via: str) -> None:
        """Let a path lead to a document; what it led to before goes, if no other path leads there."""
        before = self.database.rows("SELECT document FROM files WHERE path = ?", (path,))
        size, mtime = (stamp.size, stamp.mtime) if stamp else (None, None)
        self.database.rows(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
            (path, document_id, PurePath(path).suffix.lower()[1:], via, size, mtime, settled),
        )
        self._add_to("files", 1 - len(before))
        self._delete_unled([row[0] for row in before if row[0] != document_id])

    def _delete_unled(self, documents: Sequence[int]) -> None:
        """Delete those of the documents that no path leads to, and all that hangs on them."""
        query = f"SELECT id, passages FROM documents WHERE id {LISTED} AND id NOT IN (SELECT document FROM files)"
        unled = self.database.rows(query, listed(documents))
        ids = [row[0] for row in unled]
        self._delete_passages(ids)
        self.database.rows(f"DELETE FROM documents WHERE id {LISTED}", listed(ids))
        self._add_to("documents", -len(unled))
        self._add_to("passages", -sum(row[1] for row in unled))

    def _delete_passages(self, documents: Sequence[int]) -> None:
        """Delete what is found of documents, and no longer count it."""
        for number in documents:
            self._unword(number)
        gone = self.ids(f"SELECT id FROM passages WHERE document {LISTED} ORDER BY id", listed(documents))
        self._add_to_sum(-summed(self.kept(gone)))
        self._bury(gone)
        self.database.rows(f"DELETE FROM passages WHERE id {LISTED}", listed(gone.tolist()))

    def _bury(self, ids: NDArray[np.int64]) -> None:
        """Note which of the passages that go are in a segment."""
        kept = ids[ids <= self.covered()].tolist()
        now = self.generation() + 1  # what counts this change comes last
        self.database.many("INSERT INTO tombstones VALUES (?, ?)", ((now, number) for number in kept))

    def _insert(self, document: Document, shape: str, check: int, passages: int) -> int:
        marks = json.dumps([(mark.start, mark.end, mark.kind, mark.label) for mark in document.marks])
        columns = "title, sha256, parser, shape, checksum, pages, passages, marks, text"
        self._add_to("documents", 1)
        self._add_to("passages", passages)
        return self.number(
            f"INSERT INTO documents ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (document.title, document.sha256, document.parser, shape, check,
             len(document.marked(Kind.PAGE)), passages, marks, document.text),
        )  # fmt: skip

    def _insert_passages(
        self, document_id: int, passages: Sequence[Passage], vectors: Kept, sentences: Sequence[Kept]
    ) -> None:
        [(last,)] = self.database.rows("SELECT max(seq) FROM sqlite_sequence WHERE name = 'passages'")
        ids = range((last or 0) + 1, (last or 0) + 1 + len(passages))
        rows = ((number, document_id, p.start, p.end) for number, p in zip(ids, passages, strict=True))
        self.database.many("INSERT INTO passages (id, document, start, stop) VALUES (?, ?, ?, ?)", rows)
        self._add_to_sum(summed(vectors))
        for table, blobs in (("vectors", vectors), ("sentences", sentences)):
            stored = ((number, blob.tobytes()) for number, blob in zip(ids, blobs, strict=True))
            self.database.many(f"INSERT INTO {table} VALUES (?, ?)", stored)

    def _words(self, document_id: int, title: str, passages: Sequence[Passage]) -> None:
        """Let a document's passages, just inserted, be found by their words."""
        ids = self.ids("SELECT id FROM passages WHERE document = ? ORDER BY id", (document_id,)).tolist()
        written = [columns(title, passage) for passage in passages]
        rows = ((number, *both) for number, both in zip(ids, written, strict=True))
        self.database.many("INSERT INTO words (rowid, about, text) VALUES (?, ?, ?)", rows)
        cuts = [cut(self.database, both) for both in written]
        lengths = [len(about) + len(text) for about, text in cuts]
        self.database.many("UPDATE passages SET words = ? WHERE id = ?", zip(lengths, ids, strict=True))
        self._add_to("words", sum(lengths))
        add_frequencies(self.database, cuts)

    def _unword(self, document_id: int) -> None:
        """Let a document's passages be found by their words no longer."""
        passages = self.passages_of(document_id)
        ids = [passage.id for passage in passages]
        [(length,)] = self.database.rows(f"SELECT coalesce(sum(words), 0) FROM passages WHERE id {LISTED}", listed(ids))
        self._add_to("words", -length)
        self.database.rows(f"DELETE FROM words WHERE rowid {LISTED}", listed(ids))
        written = [columns(passage.document.title, passage) for passage in passages]
        add_frequencies(self.database, [cut(self.database, both) for both in written], sign=-1)

    def _rename_title(self, document_id: int, old: str, new: str) -> None:
        """Give a document that is called after its file the file's new name, by which it is found too.

        Its passages get new ids: what an id is found by never changes.
        """
        kept = self.embedded(document_id)
        if kept and kept.passages and kept.passages[0].document.title == PurePath(old).stem:
            title = PurePath(new).stem
            self._delete_passages([document_id])
            self.database.rows("UPDATE documents SET title = ? WHERE id = ?", (title, document_id))
            self._insert_passages(document_id, kept.passages, to_bytes(kept.vectors), kept.sentences)
            self._words(document_id, title, kept.passages)

    def _add_to_sum(self, rows: Sum) -> None:
        total = (self.sum() + rows).astype("<i8").tobytes()
        self.database.rows("UPDATE meta SET value = ? WHERE name = 'sum'", (total,))

    def _add_to(self, counter: str, number: int) -> None:
        if number:
            self.database.rows("UPDATE meta SET value = value + ? WHERE name = ?", (number, counter))

    def _count_change(self) -> None:
        self.database.rows("UPDATE meta SET value = value + 1 WHERE name = 'generation'")


def _wide(rows: Vectors | Kept, width: int) -> int:
    """Return how long rows of vectors of a width must be: those that are packed are shorter."""
    return size(width) if rows.dtype == np.uint8 else width


@contextmanager
def _closed_on_error(database: Database) -> Iterator[Database]:
    try:
        yield database
    except BaseException:
        database.close()
        raise
