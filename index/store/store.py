"""What the file holds, and each question asked of it and each change made to it.

One integer is a passage's row, its row in the words (FTS5) and its id in FAISS, and is never used again
once the passage is gone. A file is a path that leads to a document; a document is a text, however many files hold it,
and goes with the last of them. Each change is one transaction and is on disk when the call returns. Whoever writes
holds ``index.lock.WriteLock``. SQLite cannot see a flipped bit in a text or in a vector, so each document carries a
checksum over all of them.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexMismatch, LoadError, StoreError
from index.files import Stamp
from index.store.blobs import Small, checksum, restored, rounded
from index.store.database import Database, Row, not_found
from index.store.migrations import OLDEST, migrate
from index.store.schema import COUNTERS, FORMAT, SCHEMA, TOKENIZER
from index.types import Document, Kind, Mark, Passage, Vectors

_LISTED = "IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Origin:
    """Which embedder made the vectors of an index."""

    name: str
    dimension: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list of the documents shows of a file: ``id`` is its document's; no text.

    ``stamp`` is the file's size and the time of its last change when it was read; None for what is not a file, or was
    indexed by a version that did not look.
    """

    id: int
    path: str
    title: str
    pages: int
    passages: int
    sha256: str
    stamp: Stamp | None


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a stored file: its document, how that was read and embedded, and its stamp if it can be trusted.

    ``via`` is the link by which the file was reached, "" if by none.
    """

    document: int
    sha256: str
    parser: str
    shape: str
    stamp: Stamp | None
    via: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is. Two files with the same bytes are one document."""

    documents: int
    files: int
    passages: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stored passage lies: its document's id, and the offsets in the document's text."""

    document: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Embedded:
    """A document's passages as they are stored. **Shape:** vectors (n, dimension), sentences n times (m, dimension)."""

    passages: list[Passage]
    vectors: Vectors
    sentences: list[Vectors]


class Store:
    """Documents, passages, vectors and words, in and out of one file."""

    def __init__(self, database: Database) -> None:
        """Take over a database; ``Store.open`` and ``Store.create`` look at what is there first."""
        self.database = database

    @classmethod
    def create(cls, path: Path, origin: Origin) -> "Store":
        """Make an empty store for the vectors of one embedder."""
        with _closed_on_error(Database(path, create=True)) as database:
            database.rows("PRAGMA page_size = 8192")  # holds five vectors of 384 numbers; 4096 holds two
            with database.transaction():
                database.rows(SCHEMA)
                meta = (("name", origin.name), ("dimension", origin.dimension),
                        ("fingerprint", origin.fingerprint), ("generation", 0),
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

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def snapshot(self) -> AbstractContextManager[None]:
        """See one state of the store throughout, whatever another connection writes meanwhile."""
        return self.database.transaction("DEFERRED")

    # What is there

    def generation(self) -> int:
        """Count the changes so far: while it stays the same, what a reader has kept is right."""
        return self._number("SELECT value FROM meta WHERE name = 'generation'")

    def origin(self) -> Origin:
        """Tell which embedder made the vectors."""
        meta: dict[str, Any] = dict(self.database.rows("SELECT name, value FROM meta"))
        return Origin(meta["name"], meta["dimension"], meta["fingerprint"])

    def counts(self) -> Counts:
        """Tell how much there is, without counting."""
        return Counts(
            **dict(self.database.rows(f"SELECT name, value FROM meta WHERE name {_LISTED}", _listed(COUNTERS)))
        )

    def count_passages(self) -> int:
        """Tell how many passages there are, without counting."""
        return self._number("SELECT value FROM meta WHERE name = 'passages'")

    def entries(self) -> list[Entry]:
        """List the files by path."""
        columns = "documents.id, path, title, pages, passages, sha256, size, mtime"
        rows = self.database.rows(f"SELECT {columns} FROM files JOIN documents ON id = document ORDER BY path")
        return [Entry(*row, stamp=_stamp(size, mtime)) for *row, size, mtime in rows]

    def files(self) -> dict[str, File]:
        """Map the stored paths to what is known of them."""
        columns = "path, documents.id, sha256, parser, shape, size, mtime, settled, via"
        rows = self.database.rows(f"SELECT {columns} FROM files JOIN documents ON id = document")
        return {
            path: File(document, sha256, parser, shape, _stamp(size, mtime) if settled else None, via)
            for path, document, sha256, parser, shape, size, mtime, settled, via in rows
        }

    def document(self, document_id: int) -> Document | None:
        """Read a document by its id; None if it is not there."""
        columns = "id, title, sha256, parser, marks, text"
        rows = self.database.rows(f"SELECT {columns} FROM documents WHERE id = ?", (document_id,))
        return self._document(rows[0], self.names([document_id])[document_id][1:]) if rows else None

    def find(self, path: str) -> Document | None:
        """Read the document that a path leads to; None if there is none."""
        rows = self.database.rows("SELECT document FROM files WHERE path = ?", (path,))
        return self.document(rows[0][0]) if rows else None

    def names(self, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Map documents to what may change while their text does not: the title, then the paths in order."""
        names: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
        query = f"SELECT id, title FROM documents WHERE id {_LISTED}"
        names.update((number, (title,)) for number, title in self.database.rows(query, _listed(ids)))
        query = f"SELECT document, path FROM files WHERE document {_LISTED} ORDER BY path"
        for number, path in self.database.rows(query, _listed(ids)):
            names[number] += (path,)
        return names

    def same(self, sha256: str, parser: str, shape: str) -> int | None:
        """Return the document that was made of these bytes, by this parser, embedded so; None if there is none."""
        query = "SELECT id FROM documents WHERE sha256 = ? AND parser = ? AND shape = ? AND sha256 <> '' ORDER BY id"
        rows = self.database.rows(query, (sha256, parser, shape))
        return rows[0][0] if rows else None

    def shape(self, document_id: int) -> str:
        """Tell what a document's passages were embedded as."""
        return str(self.database.rows("SELECT shape FROM documents WHERE id = ?", (document_id,))[0][0])

    def places(self, ids: Sequence[int]) -> dict[int, Place]:
        """Map passage ids to where the passages lie; each must be there."""
        columns = "id, document, start, stop"
        rows = self.database.rows(f"SELECT {columns} FROM passages WHERE id {_LISTED}", _listed(ids))
        if len(rows) < len(ids):
            raise self.database.damaged(f"passages missing: {len(ids) - len(rows)}")
        return {row[0]: Place(*row[1:]) for row in rows}

    def embedded(self, document_id: int) -> Embedded | None:
        """Read a document's passages with their vectors, in order; None if it is not there."""
        document = self.document(document_id)
        if document is None:
            return None
        query = "SELECT id, start, stop FROM passages WHERE document = ? ORDER BY id"
        passages = [Passage(row[0], document, *row[1:]) for row in self.database.rows(query, (document_id,))]
        ids = [passage.id for passage in passages]
        sentences = self.sentences(ids)
        return Embedded(passages, self.vectors(np.array(ids, np.int64)), [sentences[number] for number in ids])

    def passage_ids(self) -> NDArray[np.int64]:
        """List the ids of all passages, ascending. **Shape:** (passages,)."""
        return self.ids("SELECT id FROM passages ORDER BY id")

    def ids(self, query: str, values: Sequence[object] = ()) -> NDArray[np.int64]:
        """Run a query for ids. **Shape:** (rows,)."""
        return np.fromiter((row[0] for row in self.database.each(query, values)), np.int64)

    def vectors(self, ids: NDArray[np.int64]) -> Vectors:
        """Read the vectors of passages whose ids are ascending. **Shape:** (len(ids), dimension)."""
        rows = np.empty((len(ids), self.origin().dimension), "<f4")
        wanted, filled = set(ids.tolist()), 0
        first, last = (int(ids[0]), int(ids[-1])) if len(ids) else (0, 0)
        query = "SELECT id, vector FROM vectors WHERE id BETWEEN ? AND ? ORDER BY id"
        for passage_id, vector in self.database.each(query, (first, last)):
            if passage_id in wanted and len(vector) == 4 * rows.shape[1]:
                rows[filled] = np.frombuffer(vector, "<f4")
                filled += 1
        if filled < len(ids):
            raise self.database.damaged(f"vectors missing: {len(ids) - filled}")
        return rows.astype(np.float32, copy=False)

    def sentences(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """Map passage ids to the vectors of the passages' sentences. **Shape:** each (n, dimension), n at least 1."""
        width = self.origin().dimension
        rows = self.database.rows(f"SELECT id, vectors FROM sentences WHERE id {_LISTED}", _listed(ids))
        sound = {number: blob for number, blob in rows if blob and len(blob) % width == 0}
        if len(sound) < len(ids):
            raise self.database.damaged(f"vectors of sentences missing: {len(ids) - len(sound)}")
        return {number: restored(blob, width) for number, blob in sound.items()}

    # Words

    def tokens(self, text: str) -> list[tuple[str, str]]:
        """Cut a text as the words are: each as it is written, and the token (its stem) it is found by."""
        return self.database.tokenize(text, TOKENIZER)

    def stems(self, text: str) -> list[str]:
        """Cut a text as the words are: the tokens alone, in order."""
        return self.database.stems(text, TOKENIZER)

    def frequencies(self, tokens: Sequence[str]) -> dict[str, int]:
        """Map each token that occurs to the number of passages that hold it."""
        query = f"SELECT term, doc FROM vocabulary WHERE term {_LISTED}"
        return dict(self.database.rows(query, _listed(tokens)))

    def match(self, expression: str, limit: int, allowed: NDArray[np.int64] | None = None) -> list[tuple[int, float]]:
        """Find the passages that match an FTS5 expression best: their ids and BM25 scores, best first.

        Only those ``allowed``, if that is given; scores do not depend on it. **Shape:** (n,).
        """
        among = "" if allowed is None else f"AND rowid {_LISTED}"
        query = f"SELECT rowid, -rank FROM words WHERE words MATCH ? {among} ORDER BY rank, rowid LIMIT ?"
        values = (expression, *(() if allowed is None else _listed(allowed.tolist())), limit)
        return [(row[0], row[1]) for row in self.database.rows(query, values)]

    # Changes

    def put(
        self,
        document: Document,
        passages: Sequence[Passage],
        vectors: Vectors,
        sentences: Sequence[Vectors],
        *,
        shape: str = "",
        stamp: Stamp | None = None,
        settled: bool = False,
        via: str = "",
    ) -> int:
        """Store a document at its path, in place of what was there; return its id.

        **Shape:** vectors is (len(passages), dimension), and sentences has for each passage (n, dimension), n at
        least 1, float32, rows of length 1. Those of sentences are kept in 8 bits a number.
        """
        self._refuse_wrong(document, passages, vectors, sentences)
        small = [rounded(rows) for rows in sentences]
        try:
            with self.database.transaction():
                document_id = self._insert(document, shape, checksum(document.text, vectors, small), len(passages))
                self._insert_passages(document_id, passages, vectors, small)
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
        """Forget files, and the documents that no other file leads to, in one transaction; return how many files went."""
        with self.database.transaction():
            query = f"SELECT DISTINCT document FROM files WHERE path {_LISTED}"
            documents = [row[0] for row in self.database.rows(query, _listed(paths))]
            self.database.rows(f"DELETE FROM files WHERE path {_LISTED}", _listed(paths))
            gone = self.database.changes()
            if gone:
                self._add_to("files", -gone)
                self._delete_unled(documents)
                self._count_change()
        return gone

    def _refuse_wrong(
        self, document: Document, passages: Sequence[Passage], vectors: Vectors, sentences: Sequence[Vectors]
    ) -> None:
        count, width = len(passages), self.origin().dimension
        wrong = [rows.shape for rows in sentences if not len(rows) or rows.shape[1:] != (width,)]
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
        query = f"SELECT id, passages FROM documents WHERE id {_LISTED} AND id NOT IN (SELECT document FROM files)"
        unled = self.database.rows(query, _listed(documents))
        ids = _listed([row[0] for row in unled])
        gone = f"SELECT id FROM passages WHERE document {_LISTED}"
        self.database.rows(f"DELETE FROM words WHERE rowid IN ({gone})", ids)
        self.database.rows(f"DELETE FROM documents WHERE id {_LISTED}", ids)
        self._add_to("documents", -len(unled))
        self._add_to("passages", -sum(row[1] for row in unled))

    def _insert(self, document: Document, shape: str, check: int, passages: int) -> int:
        marks = json.dumps([(mark.start, mark.end, mark.kind, mark.label) for mark in document.marks])
        columns = "title, sha256, parser, shape, checksum, pages, passages, marks, text"
        self._add_to("documents", 1)
        self._add_to("passages", passages)
        return self._number(
            f"INSERT INTO documents ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (document.title, document.sha256, document.parser, shape, check,
             len(document.marked(Kind.PAGE)), passages, marks, document.text),
        )  # fmt: skip

    def _insert_passages(
        self, document_id: int, passages: Sequence[Passage], vectors: Vectors, sentences: Sequence[Small]
    ) -> None:
        [(last,)] = self.database.rows("SELECT max(seq) FROM sqlite_sequence WHERE name = 'passages'")
        ids = range((last or 0) + 1, (last or 0) + 1 + len(passages))
        rows = ((number, document_id, p.start, p.end) for number, p in zip(ids, passages, strict=True))
        self.database.many("INSERT INTO passages VALUES (?, ?, ?, ?)", rows)
        for table, blobs in (("vectors", vectors.astype("<f4")), ("sentences", sentences)):
            stored = ((number, blob.tobytes()) for number, blob in zip(ids, blobs, strict=True))
            self.database.many(f"INSERT INTO {table} VALUES (?, ?)", stored)

    def _words(self, document_id: int, title: str, passages: Sequence[Passage]) -> None:
        ids = self.ids("SELECT id FROM passages WHERE document = ? ORDER BY id", (document_id,)).tolist()
        words = ((number, f"{title}\n{p.heading}", p.text) for number, p in zip(ids, passages, strict=True))
        self.database.many("INSERT INTO words (rowid, about, text) VALUES (?, ?, ?)", words)

    def _rename_title(self, document_id: int, old: str, new: str) -> None:
        """Give a document that is called after its file the file's new name, by which it is found too."""
        found = self.embedded(document_id)
        if found and found.passages and found.passages[0].document.title == PurePath(old).stem:
            title = PurePath(new).stem
            self.database.rows("UPDATE documents SET title = ? WHERE id = ?", (title, document_id))
            self.database.rows(f"DELETE FROM words WHERE rowid {_LISTED}", _listed([p.id for p in found.passages]))
            self._words(document_id, title, found.passages)

    def _document(self, row: Row, paths: Sequence[str]) -> Document:
        document_id, title, sha256, parser, marks, text = row
        try:
            read = tuple(Mark(start, end, Kind(kind), label) for start, end, kind, label in json.loads(marks))
        except (TypeError, ValueError) as error:
            raise self.database.damaged(f"the marks of {', '.join(paths)} cannot be read") from error
        path, *copies = paths or ("",)
        return Document(document_id, path, title, text, read, sha256, parser, tuple(copies))

    def _add_to(self, counter: str, number: int) -> None:
        if number:
            self.database.rows("UPDATE meta SET value = value + ? WHERE name = ?", (number, counter))

    def _count_change(self) -> None:
        self.database.rows("UPDATE meta SET value = value + 1 WHERE name = 'generation'")

    def _number(self, sql: str, values: Sequence[object] = ()) -> int:
        return int(self.database.rows(sql, values)[0][0])


def _stamp(size: int | None, mtime: int | None) -> Stamp | None:
    return None if size is None or mtime is None else Stamp(size, mtime)


def _listed(values: Sequence[object]) -> tuple[str]:
    return (json.dumps(list(values)),)


@contextmanager
def _closed_on_error(database: Database) -> Iterator[Database]:
    try:
        yield database
    except BaseException:
        database.close()
        raise
