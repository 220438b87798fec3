"""What a score means: the threshold below which we abstain, and the share of answers that are right above it."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from index import ModelError
from index.onnx import settings

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Learned on held-out questions by ``qa.train.calibrate`` or ``seedqa eval --calibrate``, and kept as JSON.

    ``threshold`` is the score (span minus no-answer) below which abstaining serves SQuAD 2.0's F1 best.
    ``scores`` and ``confidences`` are the knots of a rising, piecewise linear map (isotonic regression,
    Zadrozny and Elkan 2002): of the answers with confidence p, a share p is right. ``retrieval_weight``
    says how much of a score a passage loses that retrieval did not put first, and ``ceiling`` is what the reader
    is expected to give at most: enough to stop reading where no later passage could lead (``qa.train.weigh``).
    """

    threshold: float
    scores: tuple[float, ...]
    confidences: tuple[float, ...]
    retrieval_weight: float = 0.0
    ceiling: float = np.inf

    @property
    def is_placeholder(self) -> bool:
        """Whether its confidences say nothing: a map of one knot was never learned."""
        return len(self.scores) < 2

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Calibration":
        """Read what :meth:`to_json` made. Raises KeyError, TypeError or ValueError if it is something else."""
        given = {name: float(row[name]) for name in ("retrieval_weight", "ceiling") if name in row}
        scores, confidences = (tuple(float(number) for number in row[name]) for name in ("scores", "confidences"))
        if not scores or len(scores) != len(confidences):
            raise ValueError(f"it has {len(scores)} scores and {len(confidences)} confidences")
        return cls(float(row["threshold"]), scores, confidences, **given)

    def to_json(self) -> dict[str, Any]:
        """Return it as one JSON object, rounded; a ceiling that is none is left out: JSON has no infinity."""
        row = {
            "threshold": round(self.threshold, 4),
            "scores": [round(score, 4) for score in self.scores],
            "confidences": [round(confidence, 4) for confidence in self.confidences],
            "retrieval_weight": self.retrieval_weight,
        }
        return row | ({"ceiling": self.ceiling} if np.isfinite(self.ceiling) else {})

    def combined(self, score: float, behind: float) -> float:
        """Return a span's score, less what its passage loses for being ``behind`` the first in retrieval's score."""
        return score - self.retrieval_weight * behind

    def confidence(self, score: float) -> float:
        """Return the share of held-out answers with this score that were right, 0 to 1."""
        return float(np.interp(score, self.scores, self.confidences))


NEUTRAL = Calibration(0.0, (0.0,), (0.5,))
"""Of a reader whose scores nobody has looked at: it answers where it prefers a span to no answer.

The confidence of 0.5 is a placeholder and says nothing: a curve that rises with the score would look like knowledge.
"""

# Learning one

STEPS, RIDGE = 30, 0.01
"""Of Newton's method; the ridge keeps the curve finite where a score parts all right answers from all wrong ones."""


def fit(scores: ArrayLike, right: ArrayLike, gains: ArrayLike, *, bins: int = 24) -> Calibration:
    """Learn a calibration from answers: their scores, whether each is right, and what giving each gains.

    The threshold is the score from which on answers gain on average; a gain is the answer's F1, or −1 where the right
    answer is none. The map's knots are equally filled bins of scores, made to rise. Raises ValueError without answers.

    **Shape:** all (answers,).
    """
    scored = np.asarray(scores, np.float64)
    known = np.isfinite(scored)  # a text without a word in it has no span, and no score
    scored, rightly, gained = scored[known], np.asarray(right, np.float64)[known], np.asarray(gains, np.float64)[known]
    if not len(scored):
        raise ValueError("There is nothing to learn a calibration from: the reader gave no span at all.")
    parts = [part for part in np.array_split(np.argsort(scored, kind="stable"), bins) if len(part)]
    shares = rising([rightly[part].mean() for part in parts], [len(part) for part in parts])
    return Calibration(_threshold(scored, gained), tuple(float(scored[part].mean()) for part in parts), shares)


def rising(values: Sequence[float], weights: Sequence[float]) -> tuple[float, ...]:
    """Return the nearest values, by weighted squares, that never fall (pool adjacent violators, Ayer et al. 1955)."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many values
    for value, weight in zip(values, weights, strict=True):
        mean, total, count = float(value), float(weight), 1
        while blocks and blocks[-1][0] > mean:
            before, heavy, many = blocks.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total, count = heavy + total, many + count
        blocks.append((mean, total, count))
    return tuple(mean for mean, _, count in blocks for _ in range(count))


def _threshold(scores: Numbers, gains: Numbers) -> float:
    """Return the score from which on giving an answer gains: where a logistic curve through the gains is zero.

    The score with the largest sum above it is the same in theory, but that sum is flat, and where its highest point
    lies is chance: of a thousand questions it moves by whole units of score, and this by tenths. As Platt (1999).
    """
    mean, spread = scores.mean(), scores.std() or 1.0
    inputs = np.stack([np.ones_like(scores), (scores - mean) / spread], axis=1)
    weights = np.zeros(2)
    for _ in range(STEPS):
        expected = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        upward = inputs.T @ ((gains + 1) / 2 - expected) - RIDGE * weights
        curved = (inputs.T * (expected * (1 - expected))) @ inputs + RIDGE * np.eye(2)
        weights += np.linalg.solve(curved, upward)
    level, slope = weights.tolist()
    zero = -level / slope if slope > 0 else math.copysign(math.inf, -level)  # scores that say nothing: all or none
    return float(np.clip(mean + spread * zero, scores.min(), scores.max()))


# Keeping one


def keep(calibration: Calibration, fingerprint: str, folder: Path | None, learned: Mapping[str, Any]) -> Path:
    """Write down what was learned of a reader, and from what; return where: beside its weights if that can be done."""
    text = json.dumps({**calibration.to_json(), "learned": dict(learned)}, indent=2) + "\n"
    *rather, last = _places(fingerprint, folder)
    for path in rather:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError:  # a folder that is not ours to write to
            continue
        return path
    last.parent.mkdir(parents=True, exist_ok=True)
    last.write_text(text, encoding="utf-8")
    return last


def latest(fingerprint: str, folder: Path | None) -> Path | None:
    """Return where what was learned of a reader last is written down; None if nothing was."""
    found = [path for path in _places(fingerprint, folder) if path.is_file()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def load(path: Path) -> Calibration:
    """Read what was learned of a reader. Raises ModelError if the file is damaged."""
    try:
        return Calibration.from_json(settings(path))
    except (ModelError, KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"The calibration {path} is damaged ({error}): delete it, or learn it again with seedqa eval --calibrate."
        ) from error


def _places(fingerprint: str, folder: Path | None) -> list[Path]:
    import platformdirs

    name = f"calibration-{fingerprint[:16]}.json"
    ours = platformdirs.user_data_path("seedqa") / "calibrations" / name
    return [folder / name, ours] if folder else [ours]
