"""Readers that read each text once for a question: for measuring, where the same is asked in several ways."""

from collections.abc import Sequence

from qa.read.cascade import Cascade
from qa.read.reader import Reader
from qa.types import Span


class RememberingReader:
    """Reads each text once for a question, however often it is asked to; what its scores mean may change meanwhile."""

    def __init__(self, reader: Reader) -> None:
        """Wrap a reader."""
        self.name, self.calibrated, self.is_english = reader.name, reader.calibrated, reader.is_english
        self.calibration = reader.calibration
        self.times = 0
        """How often it was asked."""
        self._reader = reader
        self._known: dict[tuple[object, ...], list[Span]] = {}

    def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
        """Return what the reader gave, the first time."""
        self.times += 1
        key = (question, text, count, tuple(breaks))
        if key not in self._known:
            self._known[key] = self._reader.read(question, text, count=count, breaks=breaks)
        return self._known[key]


def remembering(reader: Reader) -> Reader:
    """Return a reader that remembers; of a cascade, both."""
    if not isinstance(reader, Cascade):
        return RememberingReader(reader)
    both = Cascade(RememberingReader(reader.quick), RememberingReader(reader.better), reader.scale)
    both.calibration = reader.calibration
    return both
