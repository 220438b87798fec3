"""The Reader: (question, text) → spans, each with a score."""

from collections.abc import Sequence
from typing import Protocol

from qa.read.calibration import Calibration
from qa.types import Span


class Reader(Protocol):
    """Finds in a text the spans that may answer a question."""

    name: str
    """Where it is found again: "small", "base", "both", an absolute folder, or a hub name."""
    calibrated: bool
    """Whether what its scores mean was learned from questions; if not, its confidence says nothing."""
    is_english: bool
    """Whether it has learnt English alone; of others nobody knows here what they have learnt."""
    calibration: Calibration
    """What its scores mean: the no-answer threshold, and the share of right answers at a score."""

    def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
        """Return up to ``count`` spans that do not overlap, best first; no score depends on other texts.

        No span goes over one of the ``breaks``, offsets in the text in ascending order.
        """
        ...
