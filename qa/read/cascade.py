"""Two readers as one: a quick one reads what was found, and a better one reads again what it leaves open.

As in retrieve-and-rerank, the costly model sees only what the cheap one puts first (cascades, Viola and Jones 2001).
And it looks at each answer once more: at its line by itself, which has to bear it out (``qa.read.alone``).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.onnx import damaged, settings
from index.sentences import sentences
from qa.read.onnx import OnnxReader
from qa.read.reader import Reader
from qa.types import Candidate, Span

AGAIN = 3
"""Passages that are read again, at most: those that the quick reader thinks most of."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What the quick reader's score is worth beside the better one's: ``slope`` × score + ``shift``.

    From ``settled`` on, on the quick reader's own scale, nothing is read again. Of what is, the quick reader's best
    score in the same passage keeps a ``share``: two readers err less together (an ensemble of their scores).
    """

    slope: float
    shift: float
    settled: float
    share: float = 0.0

    def __call__(self, score: float) -> float:
        """Return a score of the quick reader on the better one's scale."""
        return self.slope * score + self.shift

    def mixed(self, better: float, quick: float) -> float:
        """Return the score of what the better reader read again, where the quick one had said ``quick``."""
        return (1 - self.share) * better + self.share * self(quick)


class Cascade:
    """Reads one text as the engine reads many passages: the better reader, where the quick one has not settled it.

    Either way an answer is no surer than what the better one says of its sentence by itself.
    """

    is_english = True

    def __init__(self, quick: Reader, better: Reader, scale: Scale, *, fingerprint: str = "") -> None:
        """Join two readers; ``better`` may open its weights when it is first needed."""
        self.quick, self.better, self.scale = quick, better, scale
        self.name, self.folder = "both", None
        self.calibration, self.calibrated = better.calibration, better.calibrated
        self.learned: Path | None = None
        """Where what seedqa eval --calibrate learned is written down, if the calibration is from there."""
        self.bears_out = True
        """Whether an answer is no surer than its line by itself; to learn what scores mean, it is asked apart."""
        self.fingerprint = fingerprint

    @classmethod
    def of(cls, quick: OnnxReader, folder: Path) -> "Cascade":
        """Join a quick reader and the better one in a folder, whose config says what the quick one's scores are worth.

        Raises ModelError if it does not.
        """
        row = settings(folder / "config.json").get("cascade")
        if not isinstance(row, dict) or {"slope", "shift", "settled", "share"} - row.keys():
            raise damaged(folder / "config.json", "no scale of a quicker reader in it")
        try:
            scale = Scale(*(float(row[name]) for name in ("slope", "shift", "settled", "share")))
        except (TypeError, ValueError) as error:
            raise damaged(folder / "config.json", str(error)) from error
        better = OnnxReader(folder, later=True)
        return cls(quick, better, scale, fingerprint=f"{quick.fingerprint}+{better.fingerprint}")

    def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
        """Return up to ``count`` spans of one text that do not overlap, best first, on the better reader's scale."""
        quick = self.quick.read(question, text, count=count, breaks=breaks)
        said = max((span.score for span in quick), default=math.nan)  # a text without words gives neither any
        if said >= self.scale.settled:
            return self._borne_out(question, text, [replace(span, score=self.scale(span.score)) for span in quick])
        better = self.better.read(question, text, count=count, breaks=breaks)
        mixed = [replace(span, score=self.scale.mixed(span.score, said)) for span in better]
        return self._borne_out(question, text, mixed)

    def _borne_out(self, question: str, text: str, spans: list[Span]) -> list[Span]:
        """Return the spans, none above what the better reader says of the first one's sentence by itself."""
        if not spans or not self.bears_out:
            return spans
        around = [(start, end) for start, end in sentences(text) if start < spans[0].end and spans[0].start < end]
        alone = self.better.read(question, text[around[0][0] : around[-1][1]])
        most = alone[0].score if alone else math.inf
        return [replace(span, score=min(span.score, most)) for span in spans]

    def is_settled(self, candidates: Sequence[Candidate]) -> bool:
        """Tell whether the quick reader's candidates, as they may be shown, leave nothing to read again."""
        return any(each.score >= self.scale.settled for each in candidates)

    def scaled(self, candidates: Sequence[Candidate], *, most: float = float("inf")) -> list[Candidate]:
        """Return the quick reader's candidates on the better one's scale, none above ``most``."""
        return [replace(each, score=min(most, self.scale(each.score))) for each in candidates]
