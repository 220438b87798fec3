"""An index of an earlier format opens, and answers as before; nothing is embedded again."""

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
from index.search.build import build
from index.store import Counts, Store
from index.store.blobs import checksum
from index.store.database import Database
from index.store.residues import unpacked
from index.sync.draft import cut, embed
from index.types import Document, Embedder, Mark, Vectors
from tests.fakes import HashingEmbedder, document, lines

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
        small = [np.rint(127 * row[None]).astype(np.int8) for row in vectors]
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


def test_vectors_take_a_quarter_of_the_bytes_and_lose_next_to_nothing(tmp_path: Path, docs: dict[Path, str]) -> None:
    """One byte a number instead of four, each within a step of what it was."""
    old_index(tmp_path / "index", docs, HashingEmbedder())
    with closing(Store.open(tmp_path / "index" / "index.db")) as store:
        ids = store.passage_ids()
        whole = HashingEmbedder().encode([text for path in docs for text in path.read_text().splitlines()])
        assert (np.abs(store.vectors(ids) - whole) <= whole.max(axis=1, keepdims=True) / 127).all()
        [(size,)] = store.database.rows("SELECT max(length(vector)) FROM vectors")
        assert size == whole.shape[1]


def test_a_document_that_was_damaged_is_still_found_to_be(tmp_path: Path, docs: dict[Path, str]) -> None:
    """A checksum that did not fit is not made to fit."""
    old_index(tmp_path / "index", docs, HashingEmbedder())
    database = Database(tmp_path / "index" / "index.db")
    database.rows("UPDATE documents SET text = replace(text, 'Ada', 'Eva')")
    database.close()
    with Index.open(tmp_path / "index", embedder=Refusing()) as index:
        assert [problem for problem in index.check() if "not what was stored" in problem]


SAID = [
    "The mill was built in 1802. Its wheel turned day and night. Flour went to the harbour by boat. A fee was due.",
    "The harbour is deep. Boats from the north lie there in winter. Nobody knows who dug it. It freezes in March.",
    "Ada Lovelace led the meeting. Grace Hopper wrote the minutes. The budget was approved. Nobody was against it.",
    " ".join(f"Ship {number} carries {number + 7} barrels of salt to the north." for number in range(60)),
]


def made(folder: Path, embedder: Embedder) -> None:
    """Make an index of today's, with a segment."""
    with Index.open(folder, embedder=embedder, create=True) as index:
        for number, text in enumerate(SAID):
            index.add(document(text, f"/{number}", title=""))
    assert build(folder / "index.db", small=0, tail=1)


def to_format_4(path: Path, embedder: Embedder) -> None:
    """Store vectors as format 4 did: 16 bits a number, 32767 for 1; those of sentences 8, and 127."""
    store, total = Store.open(path), np.zeros(embedder.dimension, np.int64)
    for entry in store.entries():
        kept = store.find(entry.path)
        assert kept is not None
        rows, inner = embed(embedder, cut(kept, embedder.count_tokens, embedder.max_tokens).texts)
        half = np.rint(32767 * rows).astype("<i2")
        small = [np.rint(127 * each).astype(np.int8) for each in inner]
        total += half.sum(axis=0, dtype=np.int64)
        for passage, row, each in zip(store.passages_of(kept.id), half, small, strict=True):
            store.database.rows("UPDATE vectors SET vector = ? WHERE id = ?", (row.tobytes(), passage.id))
            store.database.rows("UPDATE sentences SET vectors = ? WHERE id = ?", (each.tobytes(), passage.id))
        check = checksum(kept.text, half, small)
        store.database.rows("UPDATE documents SET checksum = ? WHERE id = ?", (check, kept.id))
    store.database.rows("UPDATE meta SET value = ? WHERE name = 'sum'", (total.astype("<i8").tobytes(),))
    store.database.stamp(4)
    store.close()


def read(store: Store) -> Vectors:
    """Read the sentences' vectors, passage by passage. **Shape:** (n, dimension)."""
    ids = store.passage_ids()
    rows, inner = store.vectors(ids), store.sentences(ids.tolist())
    return np.concatenate([unpacked(inner[number], row) for number, row in zip(ids.tolist(), rows, strict=True)])


def test_an_index_of_format_4_finds_what_one_of_today_finds(tmp_path: Path) -> None:
    """The same passages with the same scores, through the same segment; it is sound, and a sixth as many bytes."""
    embedder = HashingEmbedder(dimension=384)
    for name in ("old", "new"):
        made(tmp_path / name, embedder)
    path = tmp_path / "old" / "index.db"
    to_format_4(path, embedder)
    with closing(Database(path)) as database:
        [(before,)] = database.rows("SELECT sum(length(vectors)) FROM sentences")
    refusing = Refusing(dimension=384)
    with (
        Index.open(tmp_path / "old", embedder=refusing) as old,
        Index.open(tmp_path / "new", embedder=refusing) as new,
    ):
        assert old.check() == []
        for question in ("who led the meeting?", "when was the mill built?", "what freezes in March?"):
            one, other = old.search(question), new.search(question)
            assert [hit.passage.text for hit in one] == [hit.passage.text for hit in other]
            assert [hit.score for hit in one] == pytest.approx([hit.score for hit in other], abs=0.002)
    with closing(Store.open(path)) as store:
        assert store.database.version() == 5
        assert len(store.segments()) == 1
        [(after,)] = store.database.rows("SELECT sum(length(vectors)) FROM sentences")
        assert after * 384 == before * 100
        assert read(store).shape[0] > 72
        with closing(Store.open(tmp_path / "new" / "index.db")) as fresh:
            np.testing.assert_allclose(read(store), read(fresh), atol=0.1)


def test_a_vector_that_format_4_had_lost_is_still_said_to_be_missing(tmp_path: Path) -> None:
    """What is half there is not made up."""
    embedder = HashingEmbedder(dimension=384)
    made(tmp_path, embedder)
    to_format_4(tmp_path / "index.db", embedder)
    with closing(Database(tmp_path / "index.db")) as database:
        database.rows("UPDATE sentences SET vectors = x'00' WHERE id = 2")
    with Index.open(tmp_path, embedder=Refusing(dimension=384)) as index:
        assert "passages without a vector: 1" in index.check()
        assert "passages without sentences: 1" in index.check()
