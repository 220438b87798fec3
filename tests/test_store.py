"""The store: whole documents in and out, whatever happens in between."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import IndexMismatch, IndexNotFound, LoadError, StoreError
from index.store import Counts, Origin, Store, problems
from index.store.blobs import from_bytes, to_bytes
from index.store.database import Database
from index.store.residues import packed, unpacked
from index.types import Document, Kind, Mark
from tests.fakes import HashingEmbedder, document, lines

EMBEDDER = HashingEmbedder(dimension=8)
ORIGIN = Origin(EMBEDDER.name, EMBEDDER.dimension, EMBEDDER.fingerprint)


MARKS = (Mark(0, 9, Kind.PAGE, "i"), Mark(3, 20, Kind.HEADING, "¿Qué?"), Mark(9, 24, Kind.PAGE, "ii"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Make an empty store."""
    made = Store.create(tmp_path / "index.db", ORIGIN)
    yield made
    made.close()


def put(store: Store, notes: Document) -> int:
    """Store a document, each of its lines a passage."""
    passages = lines(notes)
    return store.put(notes, passages, *EMBEDDER.stored(passages))


def test_a_document_comes_back_as_it_went_in(store: Store) -> None:
    """Text and marks are the same to the character: NUL, CR LF, combining marks, emoji."""
    text = "Crème bru\u0302lée\r\n\x00\ufeff zwei \U0001f9d1\u200d\U0001f680\n\u2028three"
    notes = Document(0, "/ä/ß.pdf", "Título", text, MARKS, "f" * 64, "pdf 3")
    found = store.document(put(store, notes))
    assert found is not None
    assert replace(found, id=0) == notes
    assert store.find("/ä/ß.pdf") == found
    assert store.find("/elsewhere") is None
    assert store.document(99) is None


def test_a_passage_is_found_by_the_id_of_its_vector(store: Store) -> None:
    """One integer is the passage's row, its row in the words, and its vector's."""
    notes = document("alpha beta\ngamma delta\nepsilon")
    document_id = put(store, notes)
    [(passage_id, score)] = store.match('"gamma"', 10)
    assert score > 0
    place = store.places([passage_id])
    assert list(place) == [passage_id]
    assert place[passage_id].document == document_id
    assert notes.text[place[passage_id].start : place[passage_id].end] == "gamma delta"
    vectors = store.vectors(np.array([passage_id]))
    assert np.array_equal(vectors, from_bytes(to_bytes(EMBEDDER.encode(["gamma delta"]))))


def test_a_list_shows_each_document_without_its_text(store: Store) -> None:
    """Entries are sorted by path and count pages and passages."""
    put(store, replace(document("one\ntwo", "/b"), marks=(Mark(0, 4, Kind.PAGE, "1"), Mark(4, 7, Kind.PAGE, "2"))))
    put(store, document("three", "/a", sha256="a"))
    shown = [(entry.path, entry.pages, entry.passages, entry.sha256) for entry in store.entries()]
    assert shown == [("/a", 0, 1, "a"), ("/b", 2, 2, "0")]
    assert store.counts() == Counts(documents=2, files=2, passages=3)


def test_a_document_replaces_the_one_at_its_path(store: Store) -> None:
    """Of the old version no passage, vector or word is left."""
    old = put(store, document("alpha\nbeta"))
    new = put(store, document("gamma"))
    assert store.document(old) is None
    assert [entry.id for entry in store.entries()] == [new]
    assert store.match('"alpha"', 10) == []
    assert store.count_passages() == 1
    assert problems(store) == []


def test_ids_are_never_used_again(store: Store) -> None:
    """What a view or a saved result knows by an id can never turn into something else."""
    documents, passages = set[int](), set[int]()
    for round_ in range(5):
        new = put(store, document(f"one {round_}\ntwo {round_}"))
        here = set(store.passage_ids().tolist())
        assert new not in documents
        assert not here & passages
        documents.add(new)
        passages |= here
        if round_ % 2:
            assert store.forget(["/notes.txt"]) == 1


def test_the_generation_counts_changes_and_nothing_else(store: Store) -> None:
    """A put and a removal count one each; a removal of nothing does not."""
    before = store.generation()
    put(store, document("alpha"))
    assert store.generation() == before + 1
    assert store.forget(["/elsewhere"]) == 0
    assert store.generation() == before + 1
    assert store.forget(["/notes.txt", "/elsewhere"]) == 1
    assert store.generation() == before + 2


def test_what_is_stored_survives_reopening(tmp_path: Path) -> None:
    """A closed store is complete, and remembers which embedder it is for."""
    store = Store.create(tmp_path / "index.db", ORIGIN)
    put(store, document("alpha"))
    store.close()
    again = Store.open(tmp_path / "index.db")
    assert again.origin() == ORIGIN
    assert [entry.path for entry in again.entries()] == ["/notes.txt"]
    again.close()


def test_a_snapshot_does_not_move_while_another_connection_writes(store: Store, tmp_path: Path) -> None:
    """A reader sees one state throughout, neither waits for the other, and the next snapshot sees the new."""
    put(store, document("alpha"))
    writer = Store.open(tmp_path / "index.db")
    with store.snapshot():
        before = store.generation()
        put(writer, document("beta", "/other"))
        assert store.generation() == before
        assert store.match('"beta"', 10) == []
        assert store.counts().documents == 1
    assert store.generation() == before + 1
    assert len(store.match('"beta"', 10)) == 1
    writer.close()


@pytest.mark.parametrize("where", ["path", "title", "text", "heading"])
def test_half_a_character_is_refused_and_nothing_changes(store: Store, where: str) -> None:
    """A lone surrogate cannot be stored; the version that was there stays whole."""
    put(store, document("alpha"))
    before = store.generation()
    half = "b\ud800"
    bad = {
        "path": document("beta", half),
        "title": document("beta", title=half),
        "text": document(half),
        "heading": document("beta", heading=half),
    }
    with pytest.raises(LoadError, match="half a character"):
        put(store, bad[where])
    assert store.generation() == before
    assert len(store.match('"alpha"', 10)) == 1
    assert problems(store) == []


@pytest.mark.parametrize(
    ("vectors", "sentences", "named"),
    [
        ((1, 9), [(1, 8)], r"\(1, 9\)"),
        ((1, 8), [(2, 9)], r"\(2, 9\)"),
        ((1, 8), [(0, 8)], r"\(0, 8\)"),
        ((1, 8), [], r"\(1, 8\) and 0"),
    ],
)
def test_vectors_of_another_width_are_refused(
    store: Store, vectors: tuple[int, int], sentences: list[tuple[int, int]], named: str
) -> None:
    """The message names both shapes, those of sentences too; nothing is stored."""
    inner = [np.zeros(shape, np.float32) for shape in sentences]
    with pytest.raises(IndexMismatch, match=rf"\(1, 8\).*{named}"):
        store.put(document("alpha"), lines(document("alpha")), np.zeros(vectors, np.float32), inner)
    assert store.counts().documents == 0


def test_sentences_come_back_beside_their_passages(store: Store) -> None:
    """Each passage has as many rows as it was given, as near to what they were as packing brings them."""
    notes = document("alpha beta\ngamma")
    rows = EMBEDDER.encode(["alpha", "beta", "gamma"])
    store.put(notes, lines(notes), *EMBEDDER.stored(lines(notes))[:1], [rows[:2], rows[2:]])
    found = store.sentences([2, 1])
    assert {number: len(each) for number, each in found.items()} == {1: 2, 2: 1}
    about = store.vectors(np.array([1, 2]))
    assert np.array_equal(found[1], packed(rows[:2], about[0]))
    np.testing.assert_allclose(unpacked(found[2], about[1]), rows[2:], atol=1e-4)
    assert store.sentences([]) == {}


def test_a_passage_that_is_not_a_slice_is_refused(store: Store) -> None:
    """The promise behind every citation is checked at the door."""
    passage = replace(lines(document("alpha beta"))[0], end=11)
    with pytest.raises(StoreError, match="0 to 11 is not in its text"):
        store.put(document("alpha beta"), [passage], *EMBEDDER.stored([passage]))


# What is not a store


def test_where_nothing_is_the_error_says_what_to_type(tmp_path: Path) -> None:
    """A missing file, and one whose making was stopped, are both no index."""
    with pytest.raises(IndexNotFound, match="seedqa add PATH --index"):
        Store.open(tmp_path / "index.db")
    (tmp_path / "index.db").touch()
    with pytest.raises(IndexNotFound, match="seedqa add PATH --index"):
        Store.open(tmp_path / "index.db")


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    """Text, and another program's database, are named for what they are, and not touched."""
    path = tmp_path / "index.db"
    path.write_text("These are my notes. " * 100)
    with pytest.raises(StoreError, match="not an index"):
        Store.open(path)
    assert path.read_text() == "These are my notes. " * 100
    path.unlink()
    other = Database(path, create=True)
    other.rows("CREATE TABLE customers (name)")
    other.close()
    with pytest.raises(StoreError, match="another program's file"):
        Store.open(path)


def test_another_version_of_the_format_is_refused(tmp_path: Path) -> None:
    """One of a later seedqa is never told to be deleted; one that was never released is."""
    store = Store.create(tmp_path / "index.db", ORIGIN)
    store.database.rows("PRAGMA user_version = 7")
    store.close()
    with pytest.raises(IndexMismatch, match="format 7, and this seedqa reads up to format 5: update seedqa") as error:
        Store.open(tmp_path / "index.db")
    assert "delete" not in str(error.value)
    later = Database(tmp_path / "index.db")
    later.rows("PRAGMA user_version = 1")
    later.close()
    with pytest.raises(IndexMismatch, match="format 1, which was never released: delete"):
        Store.open(tmp_path / "index.db")


# Damage


PLANTED = {
    "DELETE FROM vectors WHERE id = 1": "passages without a vector: 1",
    "DELETE FROM words WHERE rowid = 1": "passages without words: 1",
    "INSERT INTO words (rowid, text) VALUES (9, 'x')": "words without a passage: 1",
    "PRAGMA foreign_keys = OFF; DELETE FROM documents": "passages without a document: 2",
    "PRAGMA foreign_keys = OFF; DELETE FROM passages WHERE id = 1": "vectors without a passage: 1",
    "UPDATE passages SET stop = 99 WHERE id = 1": "passages reach beyond its text",
    "UPDATE documents SET text = 'alpHa' || char(10) || 'beta'": "not what was stored",
    'UPDATE documents SET marks = \'[[0, 99, "page", "1"]]\'': "marks lie beyond its text",
    "UPDATE documents SET marks = '[['": "marks of /notes.txt cannot be read",
    'UPDATE documents SET marks = \'[[0, 1, "planet", "1"]]\'': "marks of /notes.txt cannot be read",
    "DELETE FROM files": "documents without a file: 1",
    "PRAGMA foreign_keys = OFF; UPDATE files SET document = 9": "files without a document: 1",
    "UPDATE meta SET value = 9 WHERE name = 'passages'": "the number of passages is kept as 9, and there are 2",
    "UPDATE meta SET value = 9 WHERE name = 'words'": "the number of words is kept as 9, and there are 4",
    "UPDATE frequencies SET passages = 3 WHERE term = 'beta'": "words that are in more or fewer passages",
    "DELETE FROM frequencies WHERE term = 'beta'": "words that are in more or fewer passages",
    "UPDATE meta SET value = zeroblob(64) WHERE name = 'sum'": "the sum of the vectors is not what is kept",
    "UPDATE documents SET passages = 1": "its number of passages is wrong",
    "UPDATE vectors SET vector = x'00' WHERE id = 1": "vectors missing: 1",
    "UPDATE vectors SET vector = zeroblob(8) WHERE id = 1": "not of length 1",
    "DELETE FROM sentences WHERE id = 1": "passages without sentences: 1",
    "PRAGMA foreign_keys = OFF; DELETE FROM passages WHERE id = 2": "sentences without a passage: 1",
    "UPDATE sentences SET vectors = x'00' WHERE id = 1": "vectors of sentences missing: 1",
    "UPDATE sentences SET vectors = zeroblob(8) WHERE id = 1": "not what was stored",
}


@pytest.mark.parametrize("damage", PLANTED)
def test_check_names_what_is_wrong(store: Store, damage: str) -> None:
    """Each way in which the parts can disagree is found and said."""
    put(store, document("alpha\nbeta"))
    assert problems(store) == []
    store.database.rows(damage)
    assert PLANTED[damage] in "\n".join(problems(store))


@pytest.mark.parametrize("what", ["text", "vector", "sentence"])
def test_a_flipped_bit_on_disk_is_found(tmp_path: Path, what: str) -> None:
    """SQLite has no checksums; ours sees one bit of a text or of a vector."""
    path = tmp_path / "index.db"
    store = Store.create(path, ORIGIN)
    put(store, document("alpha beta gamma"))
    store.close()
    data = bytearray(path.read_bytes())
    rows = EMBEDDER.encode(["alpha beta gamma"])
    kept = to_bytes(rows)
    sentence = packed(rows, from_bytes(kept)[0])
    target = {"text": b"alpha beta gamma", "vector": kept.tobytes(), "sentence": sentence.tobytes()}[what]
    assert data.count(target) == 1
    data[data.index(target) + 5] ^= 1
    path.write_bytes(data)
    damaged = Store.open(path)
    assert "not what was stored" in "\n".join(problems(damaged))
    damaged.close()


def test_a_flipped_bit_in_what_rows_are_looked_up_by_is_found(tmp_path: Path) -> None:
    """An index of SQLite's holds paths once more; with one of them wrong, a document would be told under another."""
    path = tmp_path / "index.db"
    store = Store.create(path, ORIGIN)
    put(store, document("alpha beta gamma"))
    [(page,)] = store.database.rows("SELECT rootpage FROM sqlite_master WHERE name = 'files_of_document'")
    store.close()
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    data[page * size - 1] ^= 1  # rows stand at the end of a page
    path.write_bytes(data)
    damaged = Store.open(path)
    assert "missing from index files_of_document" in "\n".join(problems(damaged))
    damaged.close()


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_file_is_a_store_error_or_a_problem_never_a_crash(tmp_path: Path, seed: int) -> None:
    """Overwrite a stretch of the file: whoever opens, lists and checks it hears of it in words."""
    path = tmp_path / "index.db"
    store = Store.create(path, ORIGIN)
    for number in range(60):
        put(store, document(f"alpha {number}\nbeta {number}\n" * 20, f"/{number}"))
    store.close()
    random = np.random.default_rng(seed)
    data = bytearray(path.read_bytes())
    start = int(random.integers(100, len(data) - 30_000))
    data[start : start + 30_000] = random.bytes(30_000)
    path.write_bytes(data)
    try:
        damaged = Store.open(path)
    except StoreError:
        return
    assert problems(damaged)
    damaged.close()


def test_what_is_missing_is_an_error_not_a_wrong_answer(store: Store) -> None:
    """Neither whatever memory held before, nor a hit that goes missing without a word."""
    put(store, document("alpha\nbeta"))
    store.database.rows("DELETE FROM vectors WHERE id = 1")
    with pytest.raises(StoreError, match=r"vectors missing: 1\).*seedqa add"):
        store.vectors(store.passage_ids())
    with pytest.raises(StoreError, match="passages missing: 1"):
        store.places([1, 99])
    with pytest.raises(StoreError, match=r"vectors of sentences missing: 1\).*seedqa add"):
        store.sentences([1, 99])


changes = st.lists(
    st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.text("xyz \n", min_size=1, max_size=9))),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(changes)
def test_any_run_of_changes_leaves_what_a_dict_would_hold(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, str | None]]
) -> None:
    """The store behaves as a mapping from path to text, and stays sound."""
    store = Store.create(tmp_path_factory.mktemp("store") / "index.db", ORIGIN)
    expected: dict[str, str] = {}
    for path, text in changes:
        if text is not None and lines(document(text)):
            put(store, document(text, path))
            expected[path] = text
        else:
            store.forget([path])
            expected.pop(path, None)
    stored = {entry.path: getattr(store.document(entry.id), "text", None) for entry in store.entries()}
    assert stored == expected
    assert problems(store) == []
    store.close()
