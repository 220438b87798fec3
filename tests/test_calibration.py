"""qa.read.calibration: what a score means, and how that is learned and kept."""

import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.read.calibration import NEUTRAL, Calibration, fit, keep, latest, load, rising
from qa.read.onnx import SMALL


def test_confidence_is_read_between_the_knots_and_flat_beyond_them() -> None:
    """Piecewise linear; no score promises more than the best that was seen."""
    calibration = Calibration(0.0, (-2.0, 0.0, 4.0), (0.1, 0.3, 0.9))
    found = [calibration.confidence(x) for x in (-9, -2, -1, 2, 4, 99)]
    assert found == pytest.approx([0.1, 0.1, 0.2, 0.6, 0.9, 0.9])


def test_the_shipped_calibration_rises_and_stays_within_0_and_1() -> None:
    """A higher score is never less sure, and the map is one that was learned: many knots, not two."""
    row = json.loads((SMALL / "config.json").read_text())["calibration"]
    shipped = Calibration.from_json(row)
    assert len(shipped.scores) == len(shipped.confidences) >= 10
    assert all(a < b for a, b in pairwise(shipped.scores))
    assert all(0 <= a <= b <= 1 for a, b in pairwise(shipped.confidences))
    assert shipped.scores[0] < shipped.threshold < shipped.scores[-1]


def test_it_survives_its_own_json() -> None:
    """Every field; a ceiling that is none is left out, for JSON has no infinity."""
    made = Calibration(1.5, (-2.0, 4.0), (0.1, 0.9), retrieval_weight=60.0, ceiling=8.0)
    assert Calibration.from_json(json.loads(json.dumps(made.to_json()))) == made
    endless = Calibration(1.5, (-2.0, 4.0), (0.1, 0.9))
    assert "ceiling" not in endless.to_json()
    assert Calibration.from_json(endless.to_json()) == endless


def test_a_reader_that_nobody_looked_at_has_a_confidence_that_says_nothing() -> None:
    """One half whatever the score: a curve would pass for a probability."""
    assert [NEUTRAL.confidence(score) for score in (-50, 0, 50)] == [0.5, 0.5, 0.5]
    assert NEUTRAL.is_placeholder
    assert not Calibration(0.0, (0.0, 1.0), (0.5, 0.5)).is_placeholder
    assert NEUTRAL.combined(3.0, behind=0.5) == 3.0


def test_values_that_fall_are_pooled_by_hand() -> None:
    """3 and 1 of weights 1 and 3 meet at 1.5, and draw in what is above that before them."""
    assert rising([0, 3, 1, 5], [1, 1, 3, 1]) == (0, 1.5, 1.5, 5)
    assert rising([2, 3, 1], [1, 1, 3]) == (1.6, 1.6, 1.6)
    assert rising([], []) == ()


@settings(deadline=None)  # the first run imports scipy
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 50)), min_size=1, max_size=40))
def test_pooling_agrees_with_scipy(drawn: list[tuple[float, int]]) -> None:
    """The reference, which is no part of what runs on a user's machine."""
    isotonic = pytest.importorskip("scipy.optimize").isotonic_regression
    values, weights = [list(each) for each in zip(*drawn, strict=True)]
    found = rising(values, weights)
    assert found == pytest.approx(isotonic(values, weights=weights).x, abs=1e-9)
    assert all(a <= b for a, b in pairwise(found))


def test_a_threshold_and_a_map_are_learned_by_hand() -> None:
    """Three right answers above two traps: the threshold lies between them, and the shares are those of the bins."""
    scores, right, gains = [5.0, 4.0, 3.0, 1.0, 0.0], [1, 1, 0, 0, 0], [1.0, 1.0, 0.5, -1.0, -1.0]
    found = fit(scores, right, gains, bins=5)
    assert 1.0 < found.threshold < 3.0
    assert found.scores == (0, 1, 3, 4, 5)
    assert found.confidences == (0, 0, 0, 1, 1)
    assert fit(scores, right, gains, bins=1).confidences == (0.4,)


def test_the_threshold_is_where_answers_begin_to_gain() -> None:
    """Drawn around a known one, again and again: the highest sum of gains strays twice as far from it, or farther."""
    random = np.random.default_rng(7)
    found, highest = [], []
    for _ in range(40):
        scores = random.normal(0.0, 3.0, 900)
        gains = np.where(random.random(900) < 1 / (1 + np.exp(-(scores - 1.5) / 2)), 1.0, -1.0)
        found.append(fit(scores, gains > 0, gains).threshold)
        order = np.argsort(-scores)
        highest.append(scores[order][np.cumsum(gains[order]).argmax()])
    assert np.mean(found) == pytest.approx(1.5, abs=0.1)
    assert 2 * np.std(found) < np.std(highest)


@pytest.mark.parametrize(
    ("scores", "gains", "threshold"),
    [
        ([3.0, 1.0, 2.0], [1.0, 1.0, 1.0], 1.0),
        ([3.0, 1.0, 2.0], [-1.0, -1.0, -1.0], 3.0),
        ([2.0, 2.0], [1.0, -1.0], 2.0),
        ([9.0, 1.0, 1.0, 1.0], [-1.0, 1.0, 1.0, 1.0], 1.0),
    ],
)
def test_scores_that_say_nothing_let_all_pass_or_the_best_alone(
    scores: list[float], gains: list[float], threshold: float
) -> None:
    """By what answers gain on the whole."""
    assert fit(scores, [0.0] * len(scores), gains).threshold == pytest.approx(threshold)


def test_an_answer_without_a_score_teaches_nothing() -> None:
    """A text without a word has no span: minus infinity would make every knot and every confidence NaN."""
    found = fit([-np.inf, 2.0, 1.0], [0, 1, 0], [-1.0, 1.0, -1.0], bins=2)
    assert found == fit([2.0, 1.0], [1, 0], [1.0, -1.0], bins=2)
    with pytest.raises(ValueError, match="nothing to learn a calibration from"):
        fit([-np.inf], [0], [-1.0])


@given(st.lists(st.tuples(st.floats(-20, 20), st.booleans()), min_size=1, max_size=200))
def test_a_learned_confidence_never_falls_and_stays_within_0_and_1(drawn: list[tuple[float, bool]]) -> None:
    """Whatever the scores, equal ones too."""
    scores, right = [score for score, _ in drawn], [float(hit) for _, hit in drawn]
    found = fit(scores, right, [1.0 if hit else -1.0 for hit in right])
    confidences = [found.confidence(score) for score in np.linspace(-25, 25, 60)]
    assert all(0 <= a <= b <= 1 for a, b in pairwise(confidences))


def test_the_latest_of_two_places_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that could not be written to, and now can: what was learned last is what is found."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    old, new = Calibration(1.0, (0.0, 1.0), (0.0, 1.0)), Calibration(2.0, (0.0, 1.0), (0.0, 1.0))
    assert latest("ab" * 32, tmp_path) is None
    first = keep(old, "ab" * 32, None, {"questions": "a.json"})
    second = keep(new, "ab" * 32, tmp_path, {"questions": "b.json"})
    assert second.parent == tmp_path != first.parent
    for path, when in ((first, 1_000_000_000), (second, 2_000_000_000)):
        os.utime(path, (when, when))
    assert latest("ab" * 32, tmp_path) == second
    assert load(second) == new
    assert json.loads(second.read_text())["learned"] == {"questions": "b.json"}
    assert latest("cd" * 32, tmp_path) is None
