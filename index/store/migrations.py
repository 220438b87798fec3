"""An index of an earlier format becomes one of ours, in place and in one transaction; nothing is embedded again."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import PurePath

import numpy as np

from index.errors import StoreError
from index.store.blobs import Sum, checksum, from_bytes, summed, to_bytes
from index.store.database import Database, Row
from index.store.reading import Reading
from index.store.residues import packed_each
from index.store.schema import COUNTERS, DOCUMENTS, FILES, FORMAT, SENTENCES, VECTORS, VIEWS
from index.store.terms import columns, cut
from index.types import Vectors

_FAMILY = {".htm": "html 0", ".html": "html 0", ".markdown": "markdown 0", ".md": "markdown 0", ".pdf": "pdf 0",
           ".text": "text 0", ".txt": "text 0"}  # fmt: skip
"""Who read a file, as far as format 2 tells: not in which version, so it is read once more."""


def migrate(database: Database) -> None:
    """Bring the file to our format, step by step. A crash leaves it as it was."""
    database.rows("PRAGMA foreign_keys = OFF")  # or dropping a table would empty those that refer to it
    with database.transaction():
        # another process may have been here between our look and our lock
        for version in range(database.version(), FORMAT):
            _STEPS[version](database)
        database.stamp(FORMAT)
    database.rows("PRAGMA foreign_keys = ON")
    with suppress(StoreError):  # what a step has freed is given back, where there is room to write the file anew
        database.rows("VACUUM")


def _to_3(database: Database) -> None:
    """Pages and headings become marks; a document's path becomes a file of its own."""
    [(last,)] = database.rows("SELECT max(seq) FROM sqlite_sequence WHERE name = 'documents'") or [(0,)]
    database.rows(DOCUMENTS.format(name="documents_3"))
    old = database.rows("SELECT id, path, sha256, pages, headings, length(text) FROM documents")
    for document, path, sha256, pages, headings, length in old:
        try:
            marks = [*_pages(json.loads(pages), length), *_sections(json.loads(headings), length)]
        except (TypeError, ValueError) as error:
            raise database.damaged(f"the pages or headings of {path} cannot be read") from error
        database.rows(
            "INSERT INTO documents_3 SELECT id, title, ?, ?, '', checksum, ?,"
            " (SELECT count(*) FROM passages WHERE document = documents.id), ?, text FROM documents WHERE id = ?",
            (sha256, _FAMILY.get(PurePath(path).suffix.lower(), ""), len(json.loads(pages)),
             json.dumps(sorted(marks, key=lambda mark: (mark[0], -mark[1]))), document),
        )  # fmt: skip
    database.rows("DROP TABLE documents; ALTER TABLE documents_3 RENAME TO documents")
    database.rows(FILES)
    files = ((path, number, PurePath(path).suffix.lower()[1:]) for number, path, *_ in old)
    database.many("INSERT INTO files VALUES (?, ?, ?, '', NULL, NULL, 0)", files)
    database.rows("ALTER TABLE passages DROP COLUMN page; ALTER TABLE passages DROP COLUMN heading")
    database.rows("UPDATE sqlite_sequence SET seq = ? WHERE name = 'documents'", (last or 0,))
    for name in COUNTERS:
        database.rows(f"INSERT INTO meta SELECT ?, count(*) FROM {name}", (name,))


def _pages(starts: list[int], length: int) -> Iterator[Row]:
    for number, (start, end) in enumerate(pairwise([*starts, length]), 1):
        yield start, end, "page", str(number)


def _sections(headings: list[tuple[int, str]], length: int) -> Iterator[Row]:
    """Yield sections of one level: format 2 did not keep a heading's own."""
    for (start, words), (end, _) in pairwise([*headings, (length, "")]):
        yield start, end, "heading", words


def _to_4(database: Database) -> None:
    """What a search needs of the whole is kept as it changes. Vectors, 32 bits a number, wait for the next step."""
    database.rows("ALTER TABLE passages ADD COLUMN words INTEGER NOT NULL DEFAULT 0")
    database.rows(VIEWS)
    for (document,) in database.rows("SELECT id FROM documents ORDER BY id"):
        _measure(database, document)
    database.rows("INSERT INTO frequencies SELECT term, doc FROM vocabulary")
    database.rows("INSERT INTO meta SELECT 'words', coalesce(sum(words), 0) FROM passages")
    database.rows("INSERT INTO meta VALUES ('sum', '')")


def _to_5(database: Database) -> None:
    """Vectors take half the bytes, those of sentences a quarter. A checksum that does not fit still does not."""
    database.rows(f"{VECTORS.format(name='vectors_5')}; {SENTENCES.format(name='sentences_5')}")
    [(width,)] = database.rows("SELECT value FROM meta WHERE name = 'dimension'")
    total = np.zeros(width, np.int64)
    for (document,) in database.rows("SELECT id FROM documents ORDER BY id"):
        total += _shrink(database, document, width)
    for table in ("vectors", "sentences"):
        database.rows(f"DROP TABLE {table}; ALTER TABLE {table}_5 RENAME TO {table}")
    database.rows("UPDATE meta SET value = ? WHERE name = 'sum'", (total.astype("<i8").tobytes(),))


def _shrink(database: Database, document: int, width: int) -> Sum:
    """Store a document's vectors anew, and a checksum that is right if it was; return the sum of the vectors."""
    query = "SELECT id, vector, vectors FROM passages JOIN vectors USING (id) JOIN sentences USING (id)"
    rows = [row for row in database.rows(f"{query} WHERE document = ? ORDER BY id", (document,)) if _fits(row, width)]
    ids, vectors, small = ([row[column] for row in rows] for column in range(3))
    [(text, check)] = database.rows("SELECT text, checksum FROM documents WHERE id = ?", (document,))
    was_right = checksum(text, vectors, small) == check
    kept = to_bytes(np.array([_read(vector, width) for vector in vectors], np.float32).reshape(-1, width))
    inner = [np.frombuffer(blob, np.int8).reshape(-1, width).astype(np.float32) / np.float32(127) for blob in small]
    sentences = packed_each(inner, from_bytes(kept))
    for table, blobs in (("vectors_5", kept), ("sentences_5", sentences)):
        stored = ((number, blob.tobytes()) for number, blob in zip(ids, blobs, strict=True))
        database.many(f"INSERT INTO {table} VALUES (?, ?)", stored)
    if was_right:  # else it stays wrong, and is found to be
        database.rows("UPDATE documents SET checksum = ? WHERE id = ?", (checksum(text, kept, sentences), document))
    return summed(kept)


def _fits(row: Row, width: int) -> bool:
    return len(row[1]) in {2 * width, 4 * width} and len(row[2]) > 0 and len(row[2]) % width == 0


def _read(vector: bytes, width: int) -> Vectors:
    """Read a passage's vector: in 32 bits a number until format 3, in 16 since, where 32767 is 1."""
    if len(vector) == 4 * width:
        return np.frombuffer(vector, "<f4").astype(np.float32)
    return np.frombuffer(vector, "<i2").astype(np.float32) / np.float32(32767)


def _measure(database: Database, document: int) -> None:
    """Note how many words each passage of a document has."""
    passages = Reading(database).passages_of(document)
    cuts = [(passage.id, cut(database, columns(passage.document.title, passage))) for passage in passages]
    lengths = ((len(about) + len(text), number) for number, (about, text) in cuts)
    database.many("UPDATE passages SET words = ? WHERE id = ?", lengths)


_STEPS: dict[int, Callable[[Database], None]] = {2: _to_3, 3: _to_4, 4: _to_5}
OLDEST = min(_STEPS)
"""The earliest format that can be brought to ours."""
