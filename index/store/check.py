"""Whether a store is sound: what SQLite sees, and what it does not."""

from collections.abc import Iterator

import numpy as np

from index.errors import StoreError
from index.store.blobs import checksum, summed
from index.store.schema import COUNTERS
from index.store.store import Store
from index.types import Document

_ORPHANS = {
    "vectors without a passage": "SELECT id FROM vectors EXCEPT SELECT id FROM passages",
    "passages without a vector": "SELECT id FROM passages EXCEPT SELECT id FROM vectors",
    "sentences without a passage": "SELECT id FROM sentences EXCEPT SELECT id FROM passages",
    "passages without sentences": "SELECT id FROM passages EXCEPT SELECT id FROM sentences",
    "words without a passage": "SELECT rowid FROM words EXCEPT SELECT id FROM passages",
    "passages without words": "SELECT id FROM passages EXCEPT SELECT rowid FROM words",
    "passages without a document": "SELECT id FROM passages WHERE document NOT IN (SELECT id FROM documents)",
    "files without a document": "SELECT path FROM files WHERE document NOT IN (SELECT id FROM documents)",
    "documents without a file": "SELECT id FROM documents EXCEPT SELECT document FROM files",
    "documents without a passage": "SELECT id FROM documents EXCEPT SELECT document FROM passages",
}


def problems(store: Store) -> list[str]:
    """Return the faults found in a store, one sentence each; none if it is sound."""
    found: list[str] = []
    try:
        with store.snapshot():
            for look in (_seen_by_sqlite, _orphans, _counters, _in_documents, _kept):
                found.extend(look(store))
    except StoreError as error:
        found.append(str(error))
    return found


def _seen_by_sqlite(store: Store) -> Iterator[str]:
    yield from (f"SQLite: {row[0]}" for row in store.database.rows("PRAGMA integrity_check") if row != ("ok",))


def _orphans(store: Store) -> Iterator[str]:
    for what, query in _ORPHANS.items():
        count = len(store.database.rows(query))
        if count:
            yield f"{what}: {count}"


def _counters(store: Store) -> Iterator[str]:
    for name in COUNTERS:
        [(counted,)] = store.database.rows(f"SELECT count(*) FROM {name}")
        kept = getattr(store.counts(), name)
        if counted != kept:
            yield f"the number of {name} is kept as {kept}, and there are {counted}"
    query = "SELECT id FROM documents WHERE passages <> (SELECT count(*) FROM passages WHERE document = documents.id)"
    yield from (f"document {number}: its number of passages is wrong" for (number,) in store.database.rows(query))
    [(counted,)] = store.database.rows("SELECT coalesce(sum(words), 0) FROM passages")
    if counted != store.count_words():
        yield f"the number of words is kept as {store.count_words()}, and there are {counted}"


def _kept(store: Store) -> Iterator[str]:
    """Compare what is kept of the whole with the whole."""
    counted, kept = "SELECT term, doc FROM vocabulary", "SELECT term, passages FROM frequencies"
    wrong = store.number(f"SELECT count(*) FROM ({counted} EXCEPT {kept})")
    wrong += store.number(f"SELECT count(*) FROM ({kept} EXCEPT {counted})")
    if wrong:
        yield f"words that are in more or fewer passages than is kept: {wrong}"
    parts = np.array_split(ids, max(1, len(ids) // 10_000)) if len(ids := store.passage_ids()) else []
    if not np.array_equal(sum(summed(store.kept(part)) for part in parts), store.sum() if parts else 0):
        yield "the sum of the vectors is not what is kept"


def _in_documents(store: Store) -> Iterator[str]:
    for (number,) in store.database.rows("SELECT id FROM documents ORDER BY id"):
        document = store.document(number)
        if document is not None:
            yield from (f"{document.path}: {problem}" for problem in _in_document(store, document))


def _in_document(store: Store, document: Document) -> Iterator[str]:
    end = len(document.text)
    query = "SELECT id, start, stop FROM passages WHERE document = ? ORDER BY id"
    rows = store.database.rows(query, (document.id,))
    if not all(0 <= start < stop <= end for _, start, stop in rows):
        yield "passages reach beyond its text"
    ids = [row[0] for row in rows]
    vectors, sentences = store.kept(np.array(ids, np.int64)), store.sentences(ids)
    [(stored,)] = store.database.rows("SELECT checksum FROM documents WHERE id = ?", (document.id,))
    if checksum(document.text, vectors, [sentences[number] for number in ids]) != stored:
        yield "its text or its vectors are not what was stored"
    if not vectors.any(axis=1).all():  # the length is not kept, so it is 1 unless there is nothing
        yield "its vectors are not of length 1"
    if not all(0 <= mark.start <= mark.end <= end for mark in document.marks):
        yield "marks lie beyond its text"
