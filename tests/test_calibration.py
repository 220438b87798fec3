"""qa.calibration: what a score means."""

import json
from itertools import pairwise

import pytest

from qa.read.calibration import Calibration
from qa.read.onnx import PACKAGED


def test_confidence_is_read_between_the_knots_and_flat_beyond_them() -> None:
    """Piecewise linear; no score promises more than the best that was seen."""
    calibration = Calibration(0.0, (-2.0, 0.0, 4.0), (0.1, 0.3, 0.9))
    found = [calibration.confidence(x) for x in (-9, -2, -1, 2, 4, 99)]
    assert found == pytest.approx([0.1, 0.1, 0.2, 0.6, 0.9, 0.9])


def test_the_shipped_calibration_rises_and_stays_within_0_and_1() -> None:
    """A higher score is never less sure, and the map is one that was learned: many knots, not two."""
    row = json.loads((PACKAGED / "config.json").read_text())["calibration"]
    shipped = Calibration.from_json(row)
    assert len(shipped.scores) == len(shipped.confidences) >= 10
    assert all(a < b for a, b in pairwise(shipped.scores))
    assert all(0 <= a <= b <= 1 for a, b in pairwise(shipped.confidences))
    assert shipped.scores[0] < shipped.threshold < shipped.scores[-1]
