"""The line of the best answer, read once more by itself: it bears the answer out, or it does not.

A span that a reader was led to by words some sentences away looks as good, in its passage, as one whose own line says
what was asked. The line by itself has none of those words; but it has none of those either that speak against it. So
the two looks at one answer err in different places, and it is as sure as the less sure of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from index import Shape, View
from index.types import Extent
from qa.read.cascade import Cascade
from qa.read.in_order import READ
from qa.read.reader import Reader
from qa.types import Candidate


def borne_out(
    reader: Reader,
    question: str,
    shown: Sequence[Candidate],
    *,
    line_of: Callable[[Candidate], Extent],
    shape: Shape = READ,
) -> list[Candidate]:
    """Return the candidates, best first, none above what the better reader says of the first one's line by itself.

    Only of a cascade was the threshold learnt so: of another reader, all stay as they are.
    """
    ordered = sorted(shown, key=lambda each: -each.score)
    if not isinstance(reader, Cascade) or not reader.bears_out or not ordered:
        return ordered
    most = said_of_line(reader.better, question, ordered[0], line_of=line_of, shape=shape)
    return [replace(each, score=min(each.score, most)) for each in ordered]


def said_of_line(
    reader: Reader,
    question: str,
    candidate: Candidate,
    *,
    line_of: Callable[[Candidate], Extent],
    shape: Shape = READ,
) -> float:
    """Return the reader's best score in a candidate's line, under its headings; infinity if it gives none."""
    passage, (first, last) = candidate.hit.passage, line_of(candidate)
    start = min(max(first, passage.start), candidate.start)  # a row may be longer than any passage
    end = max(min(last, passage.end), candidate.end)
    view = View.of(replace(passage, start=start, end=end), shape)
    spans = reader.read(question, view.text, breaks=view.breaks())
    return spans[0].score if spans else float("inf")
