"""Reads the passages that were found, best first, and stops where no later one could lead."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from index import Hit, Shape, View
from qa.read.reader import Reader
from qa.types import Candidate, Span

READ = Shape(headings=True, rows=True, speakers=True)
"""What passages are read as."""

GIVE_UP = 0.2
"""How far behind the first passage reading goes on, in retrieval's score, while the reader has accepted none."""

AT_LEAST = 3
"""Passages that are read before that counts: in a small index the second is often far behind."""

OnRead = Callable[[int, int], None]
"""Is told how many passages have been read, and of how many."""


def read_in_order(
    reader: Reader,
    question: str,
    hits: Sequence[Hit],
    *,
    count: int = 3,
    shape: Shape = READ,
    is_about: Callable[[Hit], bool] = lambda _: True,
    on_read: OnRead = lambda _done, _of: None,
) -> list[Candidate]:
    """Return up to ``count`` candidates of each passage read, best passage first.

    A passage loses for being behind the first one that the reader accepts, if that ``is_about`` what was asked: a title
    page that has all the words of the question, and no answer, is not what others are behind. Reading stops where a
    later passage could lead only with a higher score than the reader is expected to give: the bound of a threshold
    algorithm (Fagin et al. 2003), with a ceiling measured on held-out questions.
    """
    meaning = reader.calibration
    found: list[tuple[Hit, list[Candidate]]] = []
    known: dict[str, list[Span]] = {}
    first, best = None, float("-inf")
    for place, hit in enumerate(hits):
        if first is None and place >= AT_LEAST and hits[0].score - hit.score > GIVE_UP:
            break
        if first is not None and best >= meaning.combined(meaning.ceiling, first - hit.score):
            break
        on_read(place, len(hits))
        read = spans_in(reader, question, hit, count=count, shape=shape, known=known)
        found.append((hit, read))
        top = max((each.score for each in read), default=float("-inf"))
        if first is None and top >= meaning.threshold and (place == 0 or is_about(hit)):
            first = hit.score
        if first is not None:
            best = max(best, meaning.combined(top, first - hit.score))
    lead = max((hit.score for hit, _ in found), default=0.0) if first is None else first
    return [
        replace(each, score=meaning.combined(each.score, max(0.0, lead - hit.score)))
        for hit, read in found
        for each in read
    ]


def spans_in(
    reader: Reader, question: str, hit: Hit, *, count: int, shape: Shape, known: dict[str, list[Span]]
) -> list[Candidate]:
    """Return up to ``count`` candidates of one passage, with the reader's scores; what is ``known`` is not read again.

    The same words stand in many files: in copies with another first page, in forms, in mails that quote each other.
    """
    view = View.of(hit.passage, shape)
    spans = known.get(view.text)
    if spans is None:
        spans = known[view.text] = reader.read(question, view.text, count=count, breaks=view.breaks())
    # what is made of the words around the passage has no place in it, and can never be quoted
    places = ((view.origin(span.start, span.end), span.score) for span in spans)
    return [Candidate(hit, *place, score) for place, score in places if place]
