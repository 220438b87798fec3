"""What the file holds, and each question asked of it and each change made to it.

One integer is a passage's row, its row in the words (FTS5) and its id in FAISS, and is never used again
once the passage is gone. A document is stored, replaced or removed in one transaction and is on disk when the
call returns. Whoever writes holds ``index.lock.WriteLock``. SQLite cannot see a flipped bit in a text or in a
vector, so each document carries a checksum over all of them.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexMismatch, LoadError, StoreError
from index.store.blobs import Small, checksum, restored, rounded
from index.store.database import Database, Row, not_found
from index.store.schema import FORMAT, SCHEMA, TOKENIZER
from index.types import Document, Kind, Mark, Passage, Vectors

_DOCUMENT = "SELECT id, path, title, text, pages, headings, sha256 FROM documents"
_LISTED = "IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Origin:
    """Which embedder made the vectors of an index."""

    name: str
    dimension: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list of the documents shows of one: how many pages and passages it has, not its text."""

    id: int
    path: str
    title: str
    pages: int
    passages: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stored passage lies: its document's id, and the offsets in the document's text."""

    document: int
    start: int
    end: int
    page: int | None
    heading: str


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
                        ("fingerprint", origin.fingerprint), ("generation", 0))  # fmt: skip
                database.many("INSERT INTO meta VALUES (?, ?)", iter(meta))
                database.stamp(FORMAT)
            database.make_durable()
            return cls(database)

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open the store at a path, or raise a StoreError that says what is there instead."""
        if not path.exists():
            raise not_found(path)
        with _closed_on_error(Database(path)) as database:
            database.recognise(FORMAT)
            database.make_durable()
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

    def count_documents(self) -> int:
        """Count the documents."""
        return self._number("SELECT count(*) FROM documents")

    def count_passages(self) -> int:
        """Count the passages."""
        return self._number("SELECT count(*) FROM passages")

    def entries(self) -> list[Entry]:
        """List the documents by path."""
        counted = "(SELECT count(*) FROM passages WHERE document = documents.id)"
        columns = f"id, path, title, 0, {counted}, sha256"
        rows = self.database.rows(f"SELECT {columns} FROM documents ORDER BY path")
        return [Entry(*row) for row in rows]

    def document(self, document_id: int) -> Document | None:
        """Read a document by its id; None if it is not there."""
        rows = self.database.rows(f"{_DOCUMENT} WHERE id = ?", (document_id,))
        return self._document(rows[0]) if rows else None

    def find(self, path: str) -> Document | None:
        """Read the document stored under a path; None if there is none."""
        rows = self.database.rows(f"{_DOCUMENT} WHERE path = ?", (path,))
        return self._document(rows[0]) if rows else None

    def places(self, ids: Sequence[int]) -> dict[int, Place]:
        """Map passage ids to where the passages lie; each must be there."""
        columns = "id, document, start, stop, page, heading"
        rows = self.database.rows(f"SELECT {columns} FROM passages WHERE id {_LISTED}", _listed(ids))
        if len(rows) < len(ids):
            raise self.database.damaged(f"passages missing: {len(ids) - len(rows)}")
        return {row[0]: Place(*row[1:]) for row in rows}

    def passage_ids(self) -> NDArray[np.int64]:
        """List the ids of all passages, ascending. **Shape:** (passages,)."""
        rows = self.database.each("SELECT id FROM passages ORDER BY id")
        return np.fromiter((row[0] for row in rows), np.int64)

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

    def match(self, expression: str, limit: int) -> list[tuple[int, float]]:
        """Find the passages that match an FTS5 expression best: their ids and BM25 scores, best first."""
        query = "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank, rowid LIMIT ?"
        return [(row[0], row[1]) for row in self.database.rows(query, (expression, limit))]

    # Changes

    def put(
        self, document: Document, passages: Sequence[Passage], vectors: Vectors, sentences: Sequence[Vectors]
    ) -> int:
        """Store a document in place of the one at its path; return its id.

        **Shape:** vectors is (len(passages), dimension), and sentences has for each passage (n, dimension), n at
        least 1, float32, rows of length 1. Those of sentences are kept in 8 bits a number.
        """
        self._refuse_wrong(document, passages, vectors, sentences)
        small = [rounded(rows) for rows in sentences]
        try:
            with self.database.transaction():
                self._delete("SELECT id FROM documents WHERE path = ?", (document.path,))
                document_id = self._insert(document, checksum(document.text, vectors, small))
                self._insert_passages(document_id, document.title, passages, vectors, small)
                self._count_change()
        except UnicodeEncodeError as error:  # SQLite holds UTF-8
            raise LoadError(
                f"{document.path!a} holds half a character ({error.object[error.start]!a}): save it as UTF-8"
            ) from error
        return document_id

    def remove(self, ids: Sequence[int]) -> int:
        """Remove documents in one transaction; return how many there were."""
        with self.database.transaction():
            removed = self._delete("SELECT value FROM json_each(?)", _listed(ids))
            if removed:
                self._count_change()
        return removed

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
            if document.text[passage.start : passage.end] != passage.text:
                offsets = f"{passage.start} to {passage.end}"
                raise StoreError(f"{document.path}: {offsets} is not the passage: cut the document again")

    def _delete(self, documents: str, values: Sequence[object]) -> int:
        """Delete the documents that a query lists, and all that hangs on them."""
        gone = f"SELECT id FROM passages WHERE document IN ({documents})"
        self.database.rows(f"DELETE FROM words WHERE rowid IN ({gone})", values)
        self.database.rows(f"DELETE FROM documents WHERE id IN ({documents})", values)
        return self.database.changes()

    def _insert(self, document: Document, check: int) -> int:
        headings = [(mark.start, mark.end, mark.kind, mark.label) for mark in document.marks]
        columns = "path, title, sha256, checksum, pages, headings, text"
        return self._number(
            f"INSERT INTO documents ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (document.path, document.title, document.sha256, check,
             "[]", json.dumps(headings), document.text),
        )  # fmt: skip

    def _insert_passages(
        self, document_id: int, title: str, passages: Sequence[Passage], vectors: Vectors, sentences: Sequence[Small]
    ) -> None:
        [(last,)] = self.database.rows("SELECT max(seq) FROM sqlite_sequence WHERE name = 'passages'")
        numbered = list(enumerate(passages, (last or 0) + 1))
        self.database.many(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
            ((number, document_id, p.start, p.end, p.page, p.heading) for number, p in numbered),
        )
        words = ((number, f"{title}\n{passage.heading}", passage.text) for number, passage in numbered)
        self.database.many("INSERT INTO words (rowid, about, text) VALUES (?, ?, ?)", words)
        for table, blobs in (("vectors", vectors.astype("<f4")), ("sentences", sentences)):
            rows = ((number, blob.tobytes()) for (number, _), blob in zip(numbered, blobs, strict=True))
            self.database.many(f"INSERT INTO {table} VALUES (?, ?)", rows)

    def _document(self, row: Row) -> Document:
        document_id, path, title, text, pages, headings, sha256 = row
        try:
            marks = tuple(Mark(start, end, Kind(kind), label) for start, end, kind, label in json.loads(headings))
            return Document(document_id, path, title, text, marks, sha256)
        except (TypeError, ValueError) as error:
            raise self.database.damaged(f"the pages or headings of {path} cannot be read") from error

    def _count_change(self) -> None:
        self.database.rows("UPDATE meta SET value = value + 1 WHERE name = 'generation'")

    def _number(self, sql: str, values: Sequence[object] = ()) -> int:
        return int(self.database.rows(sql, values)[0][0])


def _listed(values: Sequence[object]) -> tuple[str]:
    return (json.dumps(list(values)),)


@contextmanager
def _closed_on_error(database: Database) -> Iterator[Database]:
    try:
        yield database
    except BaseException:
        database.close()
        raise
