"""Fusion: a pure function, tested by what must hold for any two lists."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search.fuse import fuse

Scores = list[tuple[int, float]]

scores = st.floats(-1e6, 1e6)
lists = st.dictionaries(st.integers(1, 50), scores, max_size=20).map(lambda found: list(found.items()))


def test_scores_are_scaled_and_added() -> None:
    """The mean of 1 and 0.5 stands before the best of one list alone."""
    dense = [(1, 0.9), (2, 0.7), (3, 0.5)]
    lexical = [(2, 30.0), (4, 20.0), (5, 10.0)]
    assert fuse(dense, lexical, weight=0.5) == [(2, pytest.approx(0.75)), (1, 0.5), (4, 0.25), (3, 0.0), (5, 0.0)]


def test_by_how_much_the_first_is_better_counts() -> None:
    """A clear winner by words beats a narrow winner by meaning."""
    dense = [(1, 0.61), (2, 0.60), (3, 0.10)]
    lexical = [(2, 25.0), (1, 6.0), (3, 5.0)]
    assert [found for found, _ in fuse(dense, lexical)] == [2, 1, 3]


def test_the_weight_is_the_dense_lists_share() -> None:
    """With weight 1 only meaning counts, with 0 only words."""
    dense, lexical = [(1, 2.0), (2, 1.0)], [(2, 2.0), (1, 1.0)]
    assert fuse(dense, lexical, weight=1.0) == [(1, 1.0), (2, 0.0)]
    assert fuse(dense, lexical, weight=0.0) == [(2, 1.0), (1, 0.0)]


@pytest.mark.parametrize("score", [0.0, -3.0, 7.5])
def test_equal_scores_are_all_best(score: float) -> None:
    """A list of one, or of equals, has nothing to scale: each gets the whole share."""
    assert fuse([(4, score)], [], weight=0.5) == [(4, 0.5)]
    assert fuse([(4, score), (2, score)], [(2, score)], weight=0.5) == [(2, 1.0), (4, 0.5)]


def test_two_empty_lists_make_an_empty_one() -> None:
    """Nothing found twice is nothing found."""
    assert fuse([], []) == []


@given(lists, lists)
def test_each_passage_is_there_once_sorted_and_between_0_and_1(dense: Scores, lexical: Scores) -> None:
    """The result is the union, best first, ties by id, every score within 0 and 1."""
    fused = fuse(dense, lexical)
    assert sorted(found for found, _ in fused) == sorted(dict(dense) | dict(lexical))
    assert fused == sorted(fused, key=lambda item: (-item[1], item[0]))
    assert all(0 <= score <= 1 for _, score in fused)


@given(lists, lists, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(dense: Scores, lexical: Scores, random: Random) -> None:
    """Lists are sets of scores: shuffled, they fuse to the same."""
    shuffled = random.sample(dense, len(dense))
    assert fuse(shuffled, lexical[::-1]) == fuse(dense, lexical)


@given(lists, lists)
def test_at_one_half_the_two_lists_weigh_the_same(dense: Scores, lexical: Scores) -> None:
    """At the weight of one half, the lists may change places."""
    assert fuse(dense, lexical, weight=0.5) == fuse(lexical, dense, weight=0.5)


@given(lists, lists)
def test_the_scale_of_a_list_does_not_matter(dense: Scores, lexical: Scores) -> None:
    """Doubling every score of a list (exact in floating point) changes nothing."""
    doubled = [(found, 2 * score) for found, score in lexical]
    assert fuse(dense, doubled) == fuse(dense, lexical)
