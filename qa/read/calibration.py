"""What a score means: the threshold below which we abstain, and the share of answers that are right above it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Calibration:
    """Learned on held-out questions by ``qa.train.calibrate``, and kept beside the weights.

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

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Calibration":
        """Read what ``qa.train.calibrate`` wrote."""
        given = {name: row[name] for name in ("retrieval_weight", "ceiling") if name in row}
        return cls(row["threshold"], tuple(row["scores"]), tuple(row["confidences"]), **given)

    def combined(self, reader: float, behind: float) -> float:
        """Return a span's score, less what its passage loses for being ``behind`` the first in retrieval's score."""
        return reader - self.retrieval_weight * behind

    def confidence(self, score: float) -> float:
        """Return the share of held-out answers with this score that were right, 0 to 1."""
        return float(np.interp(score, self.scores, self.confidences))
