"""The view of the vectors: FAISS against plain numpy, and always what the store holds."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import IndexMismatch, StoreError
from index.search.vectors import VectorView
from index.store import Origin, Store
from index.types import Vectors
from tests.fakes import HashingEmbedder, document, lines

EMBEDDER = HashingEmbedder(dimension=16)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Make an empty store."""
    made = Store.create(tmp_path / "index.db", Origin(EMBEDDER.name, 16, EMBEDDER.fingerprint))
    yield made
    made.close()


def put(store: Store, text: str, path: str = "/notes.txt") -> int:
    """Store a document, each of its lines a passage."""
    notes = document(text, path)
    passages = lines(notes)
    return store.put(notes, passages, *EMBEDDER.stored(passages))


def unit_rows(count: int, dimension: int = 16, seed: int = 0) -> Vectors:
    """Draw vectors of length 1."""
    rows = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


@pytest.mark.parametrize("k", [1, 7, 50, 400])
def test_search_agrees_with_numpy(k: int) -> None:
    """The k largest inner products, best first, under the ids that they were given."""
    rows, ids = unit_rows(300), np.random.default_rng(1).permutation(300) * 1000 + 5
    view = VectorView(16)
    view.add(ids, rows)
    for query in unit_rows(5, seed=2):
        products = rows @ query
        expected = np.argsort(-products)[:k]
        found = view.search(query[None], k)
        assert [passage for passage, _ in found] == ids[expected].tolist()
        assert np.allclose([score for _, score in found], products[expected], atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sets(st.integers(1, 40), max_size=8)), max_size=12))
def test_any_run_of_additions_and_removals_agrees_with_numpy(changes: list[tuple[bool, set[int]]]) -> None:
    """After each change the view finds exactly the vectors that are left, each under its own id."""
    rows = unit_rows(41)
    view, left = VectorView(16), set[int]()
    for adding, some in changes:
        chosen = np.array(sorted(some - left if adding else some & left), np.int64)
        if adding:
            view.add(chosen, rows[chosen])
            left |= some
        else:
            view.remove(chosen)
            left -= some
        assert set(view.ids().tolist()) == left
        assert len(view) == len(left)
        if left:
            best = max(left, key=lambda each: float(rows[each] @ rows[0]))
            assert view.search(rows[:1], 1)[0][0] == best
        some_left = sorted(left)[::-2]
        assert np.allclose(view.products(rows[:1], some_left), rows[some_left] @ rows[0], atol=1e-6)
        expected = float(np.mean(rows[sorted(left)] @ rows[0])) if left else 0.0
        assert view.average(rows[:1]) == pytest.approx(expected, abs=1e-6)


def test_an_id_is_never_there_twice() -> None:
    """FAISS would take it silently, and a passage would be found twice."""
    view = VectorView(16)
    view.add(np.array([1, 2]), unit_rows(2))
    with pytest.raises(ValueError, match="an id is there already"):
        view.add(np.array([2]), unit_rows(1))
    with pytest.raises(ValueError, match="given twice"):
        view.add(np.array([3, 3]), unit_rows(2))
    assert view.ids().tolist() == [1, 2]


def test_a_search_among_some_agrees_with_numpy() -> None:
    """Only what is allowed is found, with the scores that it has anyway; the mean is that of all."""
    rows, ids = unit_rows(200), np.arange(200) * 3
    view = VectorView(16)
    view.add(ids, rows)
    allowed = ids[::7]
    for query in unit_rows(3, seed=4):
        products = rows[::7] @ query
        found = view.search(query[None], 10, allowed)
        assert [number for number, _ in found] == allowed[np.argsort(-products)[:10]].tolist()
        assert view.average(query[None]) == pytest.approx(float((rows @ query).mean()), abs=1e-6)
    assert view.search(rows[:1], 10, ids[:0]) == []
    assert len(view.search(rows[:1], 100, allowed)) == len(allowed)


def test_vectors_of_another_width_are_refused() -> None:
    """Both on the way in and as a question; the message names both."""
    view = VectorView(16)
    with pytest.raises(ValueError, match=r"\(1, 16\).*\(1, 8\)"):
        view.add(np.array([1]), unit_rows(1, dimension=8))
    with pytest.raises(IndexMismatch, match=r"\(1, 16\).*\(1, 8\)"):
        view.search(unit_rows(1, dimension=8), 3)


def test_an_empty_view_finds_nothing(store: Store) -> None:
    """Nothing stored is nothing found, also after a refresh."""
    view = VectorView(16)
    assert view.search(unit_rows(1), 5) == []
    view.refresh(store)
    assert view.search(unit_rows(1), 5) == []


def test_a_refresh_brings_what_came_and_takes_what_went(store: Store) -> None:
    """An updated view finds what a new one would, after a replacement, a removal and an addition."""
    view = VectorView(16)
    put(store, "alpha beta\ngamma", "/a")
    put(store, "delta\nepsilon", "/b")
    view.refresh(store)
    assert view.ids().tolist() == [1, 2, 3, 4]
    put(store, "zeta\neta theta", "/a")
    store.forget(["/b"])
    put(store, "iota", "/c")
    view.refresh(store)
    fresh = VectorView(16)
    fresh.refresh(store)
    assert sorted(view.ids().tolist()) == fresh.ids().tolist() == store.passage_ids().tolist()
    for text in ("zeta", "eta theta", "iota", "alpha beta"):
        query = EMBEDDER.encode([text])
        assert view.search(query, 1) == fresh.search(query, 1)


def test_a_view_is_read_again_only_when_the_generation_moved(store: Store) -> None:
    """What was written behind the counter's back stays unseen: a refresh costs one small read."""
    view = VectorView(16)
    put(store, "alpha\nbeta")
    view.refresh(store)
    store.database.rows("DELETE FROM passages WHERE id = 1")
    view.refresh(store)
    assert len(view) == 2
    put(store, "gamma", "/other")
    view.refresh(store)
    assert view.ids().tolist() == [2, 3]


def test_a_refresh_that_fails_is_made_good_by_the_next(store: Store) -> None:
    """A store that lacks a vector raises, and the view is right again as soon as the store is."""
    put(store, "alpha\nbeta")
    kept = store.database.rows("SELECT vector FROM vectors WHERE id = 2")
    store.database.rows("DELETE FROM vectors WHERE id = 2")
    view = VectorView(16)
    with pytest.raises(StoreError, match="vectors missing"):
        view.refresh(store)
    store.database.rows("INSERT INTO vectors VALUES (2, ?)", kept[0])
    view.refresh(store)
    assert view.ids().tolist() == [1, 2]
