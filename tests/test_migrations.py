"""An index of format 2 opens, and answers as before; nothing is embedded again."""

import hashlib
import json
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index import Index, IndexMismatch, Kind, StoreError
from index.load import parser_of
from index.store import Counts, Store
from index.store.blobs import checksum, to_int8
from index.store.database import Database
from index.types import Document, Embedder, Mark, Vectors
from tests.fakes import HashingEmbedder, lines

FORMAT_2 = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    sha256 TEXT NOT NULL, checksum INTEGER NOT NULL, pages TEXT NOT NULL, headings TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, page INTEGER, heading TEXT NOT NULL
);
CREATE INDEX passages_of_document ON passages (document);
CREATE TABLE vectors (id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE, vector BLOB NOT NULL);
CREATE TABLE sentences (id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE, vectors BLOB NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(
    about, text, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO words (words, rank) VALUES ('rank', 'bm25(0.5, 1.0)');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
"""


class Refusing(HashingEmbedder):
    """Embeds questions, and no passage."""

    def encode_parts(self, texts: object, parts: object) -> tuple[Vectors, list[Vectors]]:
        """Fail: what was embedded is embedded again."""
        raise AssertionError(f"embedded again: {texts!r}, {parts!r}")


def old_index(folder: Path, files: dict[Path, str], embedder: Embedder) -> None:
    """Write what an earlier seedqa stored of these files: a page for each line, the first line its heading."""
    folder.mkdir()
    database = Database(folder / "index.db", create=True)
    database.rows(FORMAT_2)
    meta = {"name": embedder.name, "dimension": embedder.dimension, "fingerprint": embedder.fingerprint}
    database.many("INSERT INTO meta VALUES (?, ?)", iter([*meta.items(), ("generation", len(files))]))
    passage_id = 10  # as after removals
    for document_id, (path, sha256) in enumerate(files.items(), 5):
        text = path.read_text()
        document = Document(0, str(path), path.stem, text, (), sha256)
        passages = lines(document)
        vectors = embedder.encode([p.text for p in passages])
        small = [to_int8(row[None]) for row in vectors]
        database.rows(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (document_id, str(path), path.stem, sha256, checksum(text, vectors, small),
             json.dumps([p.start for p in passages]), json.dumps([[0, passages[0].text]]), text),
        )  # fmt: skip
        for page, (passage, row, inner) in enumerate(zip(passages, vectors, small, strict=True), 1):
            passage_id += 1
            values = (passage_id, document_id, passage.start, passage.end, page, passages[0].text)
            database.rows("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)", values)
            database.rows("INSERT INTO words (rowid, about, text) VALUES (?, ?, ?)",
                          (passage_id, f"{path.stem}\n{passages[0].text}", passage.text))  # fmt: skip
            database.rows("INSERT INTO vectors VALUES (?, ?)", (passage_id, row.tobytes()))
            database.rows("INSERT INTO sentences VALUES (?, ?)", (passage_id, inner.tobytes()))
    database.rows("DELETE FROM documents WHERE id = 99")
    database.stamp(2)
    database.make_durable()
    database.close()


@pytest.fixture
def docs(tmp_path: Path) -> dict[Path, str]:
    """Write two files; return them with their hashes."""
    texts = {"minutes.txt": "Minutes\nAda Lovelace led the meeting.\n", "leave.md": "Leave\nSixteen weeks are paid.\n"}
    made = {}
    (tmp_path / "docs").mkdir()
    for name, text in texts.items():
        path = (tmp_path / "docs" / name).resolve()
        path.write_text(text)
        made[path] = hashlib.sha256(text.encode()).hexdigest()
    return made


def test_an_index_of_format_2_opens_and_finds_as_before(tmp_path: Path, docs: dict[Path, str]) -> None:
    """Ids, texts, scores, pages and headings are what they were; the store is sound."""
    old_index(tmp_path / "index", docs, HashingEmbedder())
    with Index.open(tmp_path / "index", embedder=Refusing()) as index:
        assert index.check() == []
        assert index.counts() == Counts(documents=2, files=2, passages=4)
        hit = index.search("who led the meeting?", 1)[0]
        assert hit.passage.text == "Ada Lovelace led the meeting."
        assert (hit.passage.id, hit.passage.document.id) == (12, 5)
        assert (hit.passage.page, hit.passage.heading) == (2, "Minutes")
        assert hit.passage.document.marks[0] == Mark(0, 38, Kind.HEADING, "Minutes")
        assert [(Path(e.path).name, e.pages, e.passages) for e in index.documents()] == [
            ("leave.md", 2, 2),
            ("minutes.txt", 2, 2),
        ]


def test_a_sync_after_the_migration_embeds_nothing_again(tmp_path: Path, docs: dict[Path, str]) -> None:
    """The files are read by the parser of today; the passages whose text is the same keep their vectors."""
    for path in docs:
        path.write_text(path.read_text().replace("\n", " ").strip())  # one line, so one passage then and now
        docs[path] = hashlib.sha256(path.read_bytes()).hexdigest()
    old_index(tmp_path / "index", docs, HashingEmbedder())
    with Index.open(tmp_path / "index", embedder=Refusing()) as index:
        report = index.sync([tmp_path / "docs"])
        assert (report.added, report.replaced, report.unchanged, report.removed) == (0, 0, 2, 0)
        assert index.check() == []
        assert [document.parser for document in map(index.find, docs) if document] == [
            parser_of(".txt"),
            parser_of(".md"),
        ]
        assert index.search("who led the meeting?", 1)[0].passage.page is None, "read anew: this kind has no pages"


def test_ids_go_on_where_they_were(tmp_path: Path, docs: dict[Path, str]) -> None:
    """A document's id is never used again, not even across a change of the format."""
    old_index(tmp_path / "index", docs, HashingEmbedder())
    database = Database(tmp_path / "index" / "index.db")
    database.rows("UPDATE sqlite_sequence SET seq = 40 WHERE name = 'documents'")
    database.close()
    with Index.open(tmp_path / "index", embedder=HashingEmbedder()) as index:
        assert index.add(Document(0, "/memo", "memo", "Grace wrote this.", (), "")) == 41


def test_a_migration_that_fails_leaves_the_index_as_it_was(tmp_path: Path, docs: dict[Path, str]) -> None:
    """It is one transaction: the next try, with the fault mended, succeeds."""
    old_index(tmp_path / "index", docs, HashingEmbedder())
    path = tmp_path / "index" / "index.db"
    database = Database(path)
    database.rows("UPDATE documents SET headings = '[[' WHERE id = 6")
    database.close()
    with pytest.raises(StoreError, match=r"pages or headings of .*leave\.md cannot be read"):
        Index.open(tmp_path / "index", embedder=HashingEmbedder())
    database = Database(path)
    assert database.version() == 2
    assert len(database.rows("SELECT path, pages FROM documents")) == 2
    database.rows("UPDATE documents SET headings = '[]' WHERE id = 6")
    database.close()
    with Index.open(tmp_path / "index", embedder=HashingEmbedder()) as index:
        assert index.check() == []


def test_a_newer_format_says_update(tmp_path: Path, docs: dict[Path, str]) -> None:
    """Nobody is told to delete what a later seedqa made."""
    old_index(tmp_path / "index", docs, HashingEmbedder())
    database = Database(tmp_path / "index" / "index.db")
    database.stamp(9)
    database.close()
    with pytest.raises(IndexMismatch, match="update seedqa"):
        Index.open(tmp_path / "index", embedder=HashingEmbedder())


MIGRATE = "import sys; from pathlib import Path; from index.store import Store; Store.open(Path(sys.argv[1])).close()"


def test_a_migration_that_is_killed_has_done_nothing_or_all(tmp_path: Path) -> None:
    """At whatever moment it is: what is opened next is sound, and holds the same vectors."""
    files = {}
    for number in range(40):
        path = tmp_path / f"{number}.txt"
        path.write_text("".join(f"Item {number} has part {part}.\n" for part in range(12)))
        files[path] = hashlib.sha256(path.read_bytes()).hexdigest()
    old_index(tmp_path / "index", files, HashingEmbedder())
    for wait in np.linspace(0.1, 0.6, 5):
        command = [sys.executable, "-c", MIGRATE, str(tmp_path / "index" / "index.db")]
        with subprocess.Popen(command, cwd=Path(__file__).parent.parent) as process:
            time.sleep(float(wait))
            process.kill()
    with Index.open(tmp_path / "index", embedder=Refusing()) as index:
        assert index.check() == []
        assert index.counts() == Counts(documents=40, files=40, passages=480)
        [hit] = index.search("Item 7 has part 3.", 1)
        assert hit.passage.text == "Item 7 has part 3."


def test_vectors_take_half_the_bytes_and_lose_next_to_nothing(tmp_path: Path, docs: dict[Path, str]) -> None:
    """Two bytes a number, each within a 65,000th of what it was."""
    old_index(tmp_path / "index", docs, HashingEmbedder())
    with closing(Store.open(tmp_path / "index" / "index.db")) as store:
        ids = store.passage_ids()
        whole = HashingEmbedder().encode([text for path in docs for text in path.read_text().splitlines()])
        assert np.abs(store.vectors(ids) - whole).max() <= 0.5 / 32767 + 1e-7
        [(size,)] = store.database.rows("SELECT max(length(vector)) FROM vectors")
        assert size == 2 * whole.shape[1]


def test_a_document_that_was_damaged_is_still_found_to_be(tmp_path: Path, docs: dict[Path, str]) -> None:
    """A checksum that did not fit is not made to fit."""
    old_index(tmp_path / "index", docs, HashingEmbedder())
    database = Database(tmp_path / "index" / "index.db")
    database.rows("UPDATE documents SET text = replace(text, 'Ada', 'Eva')")
    database.close()
    with Index.open(tmp_path / "index", embedder=Refusing()) as index:
        assert [problem for problem in index.check() if "not what was stored" in problem]
