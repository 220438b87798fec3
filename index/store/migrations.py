"""An index of an earlier format becomes one of ours, in place and in one transaction; nothing is embedded again."""

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import PurePath

from index.store.database import Database, Row
from index.store.schema import COUNTERS, DOCUMENTS, FILES, FORMAT

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


_STEPS: dict[int, Callable[[Database], None]] = {2: _to_3}
OLDEST = min(_STEPS)
"""The earliest format that can be brought to ours."""
