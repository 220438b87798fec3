"""Vectors as bytes: how near what comes back is to what was put in, and that bytes never drift."""

import numpy as np
import pytest
from numpy.typing import NDArray

from index.store.blobs import from_bytes, mean, summed, to_bytes
from index.store.residues import bits_of, packed, packed_each, products, size, turned, unpacked
from index.types import Vectors

WIDTHS = (1, 2, 8, 65, 384, 768)


def unit(rows: NDArray[np.floating]) -> Vectors:
    """Make rows length 1."""
    made: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return made


def drawn(count: int, width: int, seed: int = 0) -> Vectors:
    """Draw rows of length 1."""
    return unit(np.random.default_rng(seed).normal(size=(count, width)))


def sentences(passage: Vectors, count: int, share: float, seed: int = 1) -> Vectors:
    """Draw rows of length 1 near a passage's: ``share`` of each is something else."""
    return unit(passage + share * drawn(count, len(passage), seed))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_passages_numbers_are_off_by_half_a_step_at_most(width: int) -> None:
    """A step is a 127th of the row's largest number; the rounding moves the length by less than another half."""
    rows = drawn(50, width)
    read = from_bytes(to_bytes(rows))
    step = np.abs(rows).max(axis=1, keepdims=True) / 127
    assert (np.abs(read - rows) <= step * (0.5 + 0.25 * width**0.5)).all()
    np.testing.assert_allclose(np.linalg.norm(read, axis=1), 1, atol=1e-6)


def test_products_of_passages_hardly_move() -> None:
    """Of rows of 384 numbers, by 0.0005 as a rule, and by no more than 0.003."""
    rows, query = drawn(500, 384), drawn(50, 384, seed=1)
    moved = (from_bytes(to_bytes(rows)) - rows) @ query.T
    assert moved.std() < 0.0006
    assert np.abs(moved).max() < 0.003


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_read_is_kept_as_the_same_bytes(width: int) -> None:
    """However often a document is read and stored again, its vectors stay what they were."""
    kept = to_bytes(drawn(50, width))
    assert np.array_equal(to_bytes(from_bytes(kept)), kept)


def test_sums_are_exact_in_any_order() -> None:
    """What is taken off again leaves nothing behind, and the mean is that of the rows as they are read."""
    kept = to_bytes(drawn(300, 384))
    parts = sum(summed(part) for part in np.array_split(kept[::-1], 7))
    assert np.array_equal(parts, summed(kept))
    assert not (summed(kept) - summed(kept[:299]) - summed(kept[299:])).any()
    np.testing.assert_allclose(mean(summed(kept), 300), from_bytes(kept).mean(axis=0), atol=1e-7)


def test_a_row_of_nothing_is_kept_as_nothing() -> None:
    """No division by zero; ``check`` names such a row."""
    assert not to_bytes(np.zeros((1, 8), np.float32)).any()
    assert not from_bytes(np.zeros((1, 8), np.uint8)).any()


SHARES = [(384, 1, 0.9), (384, 2, 0.45), (384, 4, 0.16), (768, None, 0.45), (65, None, 0.25), (8, None, 0.2)]


@pytest.mark.parametrize(("width", "bits", "most"), SHARES)
def test_a_sentence_comes_back_up_to_a_share_of_what_its_passage_does_not_have(
    width: int, bits: int | None, most: float
) -> None:
    """The error is measured against what is left of the sentence beside its passage, whatever the embedder."""
    passage = drawn(1, width)[0]
    spiky = np.zeros((4, width))
    spiky[range(4), [0, -1, width // 2, 1]] = 1  # nearly all of what is left is in one number
    for rows in (sentences(passage, 200, 0.5), unit(passage + 0.5 * spiky)):
        kept = packed(rows, passage, bits=bits)
        assert kept.shape == (len(rows), size(width, bits=bits))
        left = np.linalg.norm(rows - np.outer(rows @ passage, passage), axis=1)
        off = np.linalg.norm(unpacked(kept, passage, bits=bits) - rows, axis=1)
        assert (off <= most * left + 2e-4).all()


def test_products_of_sentences_move_by_less_than_between_two_sentences() -> None:
    """At 384 numbers by some 0.008, so that of two sentences further apart than 0.07 the nearer one stays so."""
    passage, query = drawn(1, 384)[0], drawn(100, 384, seed=2)
    rows = sentences(passage, 60, 0.5)
    kept, true = packed(rows, passage), query @ rows.T
    found = np.array([products(kept, row[None], np.repeat(row @ passage, 60)) for row in query])
    assert np.sqrt(((found - true) ** 2).mean()) < 0.01
    apart = true[:, :, None] - true[:, None, :] > 0.07
    assert apart.sum() > 1_000
    assert (found[:, :, None] > found[:, None, :])[apart].all()


@pytest.mark.parametrize("width", WIDTHS)
def test_products_are_those_of_the_rows_that_come_back(width: int) -> None:
    """They are worked out without unpacking; alone and among others they are the same to the bit."""
    passage, query = drawn(1, width)[0], drawn(1, width, seed=2)
    kept = packed(sentences(passage, 9, 0.5), passage)
    whole = np.repeat(query[0] @ passage, 9)
    found = products(kept, query, whole)
    np.testing.assert_allclose(found, unpacked(kept, passage) @ query[0], atol=1e-6)
    assert [products(kept[[n]], query, whole[[n]])[0] for n in range(9)] == found.tolist()


def test_a_sentence_that_is_its_passage_comes_back_as_it() -> None:
    """Nothing is left beside it: most passages of a table or a list are one sentence."""
    [passage] = from_bytes(to_bytes(drawn(1, 384)))
    np.testing.assert_allclose(unpacked(packed(passage[None], passage), passage)[0], passage, atol=1e-4)


def test_what_is_packed_stays_as_it_is() -> None:
    """A passage that is stored again, or handed over by an unfinished run, loses nothing."""
    passage = drawn(1, 384)
    kept = packed_each([sentences(passage[0], 3, 0.5)], passage)
    [again] = packed_each(kept, drawn(1, 384, seed=3))
    assert again is kept[0]


def test_sentences_of_many_passages_are_packed_as_those_of_each() -> None:
    """To the bit: what an index holds does not depend on what was embedded beside it."""
    passages = drawn(600, 384)
    inner = [sentences(row, 1 + number % 4, 0.5, seed=number) for number, row in enumerate(passages)]
    found = packed_each(inner, passages)
    assert [len(rows) for rows in found] == [len(rows) for rows in inner]
    assert all(np.array_equal(*both) for both in zip(found, map(packed, inner, passages), strict=True))
    assert packed_each([], passages[:0]) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_rotation_keeps_products_and_can_be_undone(width: int) -> None:
    """So a question that is rotated too is as near as before."""
    one, other = drawn(5, width).astype(float), drawn(5, width, seed=1).astype(float)
    np.testing.assert_allclose(turned(one) @ turned(other).T, one @ other.T, atol=1e-12)
    np.testing.assert_allclose(turned(turned(one), back=True), one, atol=1e-12)


def test_one_large_number_is_spread_over_many() -> None:
    """Whichever it is: what is left of a sentence has no number that a few bits cannot hold."""
    assert np.abs(turned(np.eye(384))).max() < 0.16  # three standard deviations of a normal distribution
    assert np.abs(turned(np.full((1, 384), 384**-0.5))).max() < 0.16


def test_stored_bytes_mean_the_same_in_every_version() -> None:
    """The rotation, the levels and their order are part of the format: a change needs a new one."""
    passage = np.zeros(12, np.float32)
    passage[0] = 1
    row = np.arange(12, dtype=np.float32)[None] - 3
    assert packed(row / np.linalg.norm(row), passage).tobytes().hex() == "fee5ed296659abc3536b"
    assert bits_of(12) == 4
    assert bits_of(384) == 2
