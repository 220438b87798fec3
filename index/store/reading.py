"""Each question that is asked of the store's file."""

import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.files import Stamp
from index.store.blobs import Kept, Sum, from_bytes
from index.store.database import Database, Row
from index.store.residues import size
from index.store.rows import Counts, Embedded, Entry, File, Origin, Place, Segment
from index.store.schema import COUNTERS, TOKENIZER
from index.store.seen import seen
from index.types import Document, Kind, Mark, Passage, Vectors

Ids = NDArray[np.int64]
LISTED = "IN (SELECT value FROM json_each(?))"


class Reading:
    """Documents, passages, vectors and words, out of one file."""

    def __init__(self, database: Database) -> None:
        """Take over a database; ``Store.open`` and ``Store.create`` look at what is there first."""
        self.database = database

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def snapshot(self) -> AbstractContextManager[None]:
        """See one state of the store throughout, whatever another connection writes meanwhile."""
        return self.database.transaction("DEFERRED")

    # What is there

    def generation(self) -> int:
        """Count the changes so far: while it stays the same, what a reader has kept is right."""
        return self.number("SELECT value FROM meta WHERE name = 'generation'")

    def origin(self) -> Origin:
        """Tell which embedder made the vectors."""
        meta: dict[str, Any] = dict(self.database.rows("SELECT name, value FROM meta"))
        return Origin(meta["name"], meta["dimension"], meta["fingerprint"])

    def counts(self) -> Counts:
        """Tell how much there is, without counting."""
        return Counts(**dict(self.database.rows(f"SELECT name, value FROM meta WHERE name {LISTED}", listed(COUNTERS))))

    def count_passages(self) -> int:
        """Tell how many passages there are, without counting."""
        return self.number("SELECT value FROM meta WHERE name = 'passages'")

    def sum(self) -> Sum:
        """Return the sum of all vectors, as :func:`index.store.blobs.summed` has it. **Shape:** (dimension,)."""
        return np.frombuffer(self.database.rows("SELECT value FROM meta WHERE name = 'sum'")[0][0], "<i8")

    def entries(self) -> list[Entry]:
        """List the files by path."""
        columns = "documents.id, path, title, pages, passages, sha256, size, mtime"
        rows = self.database.rows(f"SELECT {columns} FROM files JOIN documents ON id = document ORDER BY path")
        return [Entry(row[0], row[1], row[2], row[3], row[4], row[5], _stamp(row[6], row[7])) for row in rows]

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

    def read_from(self, sha256: str) -> int | None:
        """Return the document that was read from these bytes, the one read last; None if there is none."""
        query = "SELECT id FROM documents WHERE sha256 = ? AND sha256 <> '' ORDER BY id DESC LIMIT 1"
        rows = self.database.rows(query, (sha256,))
        return rows[0][0] if rows else None

    def passage_around(self, document_id: int, start: int, end: int) -> tuple[int, int] | None:
        """Tell where the first passage starts and ends that holds a part of a document; None if none does."""
        query = "SELECT start, stop FROM passages WHERE document = ? AND start <= ? AND stop >= ? ORDER BY id LIMIT 1"
        rows = self.database.rows(query, (document_id, start, end))
        return (rows[0][0], rows[0][1]) if rows else None

    def names(self, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Map documents to what may change while their text does not: the title, then the paths in order."""
        names: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
        query = f"SELECT id, title FROM documents WHERE id {LISTED}"
        names.update((number, (title,)) for number, title in self.database.rows(query, listed(ids)))
        query = f"SELECT document, path FROM files WHERE document {LISTED} ORDER BY path"
        for number, path in self.database.rows(query, listed(ids)):
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
        rows = self.database.rows(f"SELECT {columns} FROM passages WHERE id {LISTED}", listed(ids))
        if len(rows) < len(ids):
            raise self.database.damaged(f"passages missing: {len(ids) - len(rows)}")
        return {row[0]: Place(*row[1:]) for row in rows}

    def embedded(self, document_id: int) -> Embedded | None:
        """Read a document's passages with their vectors, in order; None if it is not there."""
        if self.document(document_id) is None:
            return None
        passages = self.passages_of(document_id)
        ids = [passage.id for passage in passages]
        sentences = self.sentences(ids)
        return Embedded(passages, self.vectors(np.array(ids, np.int64)), [sentences[number] for number in ids])

    def passages_of(self, document_id: int) -> list[Passage]:
        """Read a document's passages, in order; none if it is not there."""
        document = self.document(document_id)
        query = "SELECT id, start, stop FROM passages WHERE document = ? ORDER BY id"
        rows = self.database.rows(query, (document_id,)) if document else []
        return [Passage(row[0], document, *row[1:]) for row in rows if document]

    def passage_ids(self) -> Ids:
        """List the ids of all passages, ascending. **Shape:** (passages,)."""
        return self.ids("SELECT id FROM passages ORDER BY id")

    def ids(self, query: str, values: Sequence[object] = ()) -> Ids:
        """Run a query for ids. **Shape:** (rows,)."""
        return np.fromiter((row[0] for row in self.database.each(query, values)), np.int64)

    def vectors(self, ids: Ids) -> Vectors:
        """Read the vectors of passages whose ids are ascending. **Shape:** (len(ids), dimension)."""
        return from_bytes(self.kept(ids))

    def kept(self, ids: Ids) -> Kept:
        """Read the same as :func:`index.store.blobs.to_bytes` keeps them. **Shape:** (len(ids), dimension)."""
        width = self.origin().dimension
        among, values = _among(ids)
        rows, wanted, filled = np.empty((len(ids), width), np.uint8), set(ids.tolist()), 0
        for passage_id, vector in self.database.each(
            f"SELECT id, vector FROM vectors WHERE {among} ORDER BY id", values
        ):
            if passage_id in wanted and len(vector) == width:
                rows[filled] = np.frombuffer(vector, np.uint8)
                filled += 1
        if filled < len(ids):
            raise self.database.damaged(f"vectors missing: {len(ids) - filled}")
        return rows

    def sentences(self, ids: Sequence[int]) -> dict[int, Kept]:
        """Map passage ids to what is kept of the passages' sentences.

        **Shape:** each (n, :func:`index.store.residues.size` of the dimension), n at least 1.
        """
        width = size(self.origin().dimension)
        rows = self.database.rows(f"SELECT id, vectors FROM sentences WHERE id {LISTED}", listed(ids))
        sound = {number: blob for number, blob in rows if blob and len(blob) % width == 0}
        if len(sound) < len(ids):
            raise self.database.damaged(f"vectors of sentences missing: {len(ids) - len(sound)}")
        every = np.frombuffer(b"".join(sound.values()), np.uint8).reshape(-1, width)  # one array: faster than one each
        ends = np.cumsum([0, *(len(blob) // width for blob in sound.values())]).tolist()
        return dict(zip(sound, (every[start:end] for start, end in pairwise(ends)), strict=True))

    # Segments

    def segments(self) -> list[Segment]:
        """List the segments, in the order of their passages."""
        columns = "name, first, last, passages, generation, checksums"
        rows = self.database.rows(f"SELECT {columns} FROM segments ORDER BY first")
        return [Segment(row[0], row[1], row[2], row[3], row[4], json.loads(row[5])) for row in rows]

    def covered(self) -> int:
        """Return the last id that a segment may hold; 0 without any."""
        return self.number("SELECT coalesce(max(last), 0) FROM segments")

    def tombstones(self, after: int = -1) -> Ids:
        """List the passages that a segment holds and the store does not, of the changes after a generation."""
        return self.ids("SELECT id FROM tombstones WHERE generation > ?", (after,))

    # Words

    def tokens(self, text: str) -> list[tuple[str, str]]:
        """Cut a text as the words are: each as it is written, and the token (its stem) it is found by."""
        return self.database.tokenize(seen(text), TOKENIZER)

    def stems(self, text: str) -> list[str]:
        """Cut a text as the words are: the tokens alone, in order."""
        return self.database.stems(seen(text), TOKENIZER)

    def frequencies(self, tokens: Sequence[str]) -> dict[str, int]:
        """Map each token that occurs to the number of passages that hold it."""
        return dict(self.database.rows(f"SELECT term, passages FROM frequencies WHERE term {LISTED}", listed(tokens)))

    def spellings(self, stem: str, *, slack: int = 2) -> list[str]:
        """Return the stems that begin with the same letter and are at most ``slack`` characters longer or shorter."""
        query = "SELECT term FROM frequencies WHERE term >= ? AND term < ? AND abs(length(term) - ?) <= ?"
        first = stem[:1]
        following = chr(ord(first) + 1) if first else ""
        return [row[0] for row in self.database.rows(query, (first, following, len(stem), slack))]

    def occurrences(self, term: str) -> tuple[Ids, NDArray[np.float64]]:
        """Return the passages that hold a term, ascending, and how often each does. **Shape:** (n,), (n,).

        Once in a title or a heading counts half.
        """
        # FTS5's own ranking reads as much, and knows no counts but this file's
        self.database.rows("CREATE VIRTUAL TABLE IF NOT EXISTS temp.instances USING fts5vocab(main, words, instance)")
        counted = "SELECT doc, sum(iif(col = 'text', 1.0, 0.5)) FROM temp.instances WHERE term = ?"
        rows = self.database.rows(f"{counted} GROUP BY doc ORDER BY doc", (term,))
        found = np.array(rows, np.float64).reshape(-1, 2)
        return found[:, 0].astype(np.int64), found[:, 1]

    def lengths(self, ids: Ids) -> NDArray[np.float64]:
        """Return how many words each passage has. **Shape:** ids (n,), ascending, and all there."""
        among, values = _among(ids)
        rows = self.database.rows(f"SELECT id, words FROM passages WHERE {among} ORDER BY id", values)
        wanted = set(ids.tolist())
        found = np.array([words for number, words in rows if number in wanted], np.int64)
        if len(found) < len(ids):
            raise self.database.damaged(f"passages missing: {len(ids) - len(found)}")
        return found.astype(np.float64)

    def count_words(self) -> int:
        """Tell how many words all passages have together, without counting."""
        return self.number("SELECT value FROM meta WHERE name = 'words'")

    def match(self, expression: str, limit: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """Find the passages that match an FTS5 expression best: their ids and BM25 scores, best first.

        Only those ``allowed``, if that is given; scores do not depend on it. **Shape:** (n,).
        """
        among = "" if allowed is None else f"AND rowid {LISTED}"
        query = f"SELECT rowid, -rank FROM words WHERE words MATCH ? {among} ORDER BY rank, rowid LIMIT ?"
        values = (expression, *(() if allowed is None else listed(allowed.tolist())), limit)
        return [(row[0], row[1]) for row in self.database.rows(query, values)]

    def _document(self, row: Row, paths: Sequence[str]) -> Document:
        document_id, title, sha256, parser, marks, text = row
        said = dict[str, str]()  # of a sheet's cells thousands have the same label: one text for them all
        try:
            read = tuple(
                Mark(start, end, Kind(kind), said.setdefault(label, label))
                for start, end, kind, label in json.loads(marks)
            )
        except (TypeError, ValueError) as error:
            raise self.database.damaged(f"the marks of {', '.join(paths)} cannot be read") from error
        path, *copies = paths or ("",)
        return Document(document_id, path, title, text, read, sha256, parser, tuple(copies))

    def number(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run a query for one number."""
        return int(self.database.rows(sql, values)[0][0])


def _among(ids: Ids) -> tuple[str, Sequence[object]]:
    """Write the condition on ``id`` that holds for ascending ids, and, where they lie close, for those between them."""
    if len(ids) and len(ids) < (ids[-1] - ids[0]) // 4:
        return f"id {LISTED}", listed(ids.tolist())
    return "id BETWEEN ? AND ?", (int(ids[0]), int(ids[-1])) if len(ids) else (0, -1)


def listed(values: Sequence[object]) -> tuple[str]:
    """Write values as ``LISTED`` takes them: however many there are, they are one parameter."""
    return (json.dumps(list(values)),)


def _stamp(size: int | None, mtime: int | None) -> Stamp | None:
    return None if size is None or mtime is None else Stamp(size, mtime)
