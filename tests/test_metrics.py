"""qa.metrics: SQuAD's measures and calibration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.metrics import calibration_error, exact_match, f1, interval, normalise, roc_area


def test_normalising_drops_case_articles_and_punctuation() -> None:
    """As SQuAD's official script does."""
    assert normalise("The  Big, (red) An-apple!") == "big red anapple"


@pytest.mark.parametrize(
    ("prediction", "gold", "expected"),
    [
        ("the cat", "cat", 1.0),
        ("black cat", "cat", 2 / 3),
        ("dog", "cat", 0.0),
        ("", "", 1.0),
        ("", "cat", 0.0),
        ("the", "a", 1.0),
        ("a b b c", "b c d", 2 * 2 / (3 + 3)),
    ],
)
def test_f1_counts_shared_words_as_the_official_script(prediction: str, gold: str, expected: float) -> None:
    """Worked by hand; an article alone is no word, and two empty answers agree."""
    assert f1(prediction, gold) == pytest.approx(expected)


def test_exact_match_is_all_or_nothing() -> None:
    """One word more is wrong."""
    assert exact_match("In Washington.", "in washington") == 1
    assert exact_match("in Washington city", "in Washington") == 0


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_roc_area_equals_counting_every_pair(rows: list[tuple[int, bool]]) -> None:
    """Against the definition: the share of (positive, negative) pairs in the right order, ties half."""
    scores, positive = np.array([s for s, _ in rows], float), np.array([p for _, p in rows])
    pairs = [(a > b) + (a == b) / 2 for a in scores[positive] for b in scores[~positive]]
    area = roc_area(scores, positive)
    assert np.isnan(area) if not pairs else area == pytest.approx(np.mean(pairs))


def test_calibration_error_is_the_gap_between_promise_and_truth() -> None:
    """Promised 0.9, kept 0.5: the error is 0.4."""
    right = np.array([True, False] * 50)
    assert calibration_error(np.full(100, 0.9), right, bins=1) == pytest.approx(0.4)
    assert calibration_error(np.full(100, 0.5), right, bins=1) == pytest.approx(0.0)


def test_the_interval_is_that_of_the_mean() -> None:
    """1.96 standard errors."""
    assert interval(np.array([0.0, 1.0] * 50)) == pytest.approx(1.96 * 0.5 / 10)
