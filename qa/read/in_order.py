"""Reads the passages that were found, best first, and stops where no later one could lead; some are read again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypedDict, Unpack

from index import Hit, Shape, View
from qa.read.calibration import Calibration
from qa.read.cascade import AGAIN, Cascade
from qa.read.reader import Reader
from qa.types import Candidate, Span

READ = Shape(headings=True, rows=True, speakers=True, words=True)
"""What passages are read as."""

GIVE_UP = 0.2
"""How far behind the first passage reading goes on, in retrieval's score, while the reader has accepted none."""

AT_LEAST = 3
"""Passages that are read before that counts: in a small index the second is often far behind."""

OnRead = Callable[[int, int], None]
"""Is told how many passages have been read, and of how many."""


class How(TypedDict, total=False):
    """What one reader is told beside question and passages: see :func:`read_in_order`."""

    count: int
    shape: Shape
    is_about: Callable[[Hit], bool]
    on_read: OnRead


def read(
    reader: Reader,
    question: str,
    hits: Sequence[Hit],
    *,
    as_shown: Callable[[Sequence[Candidate]], Sequence[Candidate]] = lambda found: found,
    **how: Unpack[How],
) -> list[Candidate]:
    """Return up to ``count`` candidates of each passage read; of a cascade, on the better reader's scale.

    Whether the quick reader settles it, and which passages are read again if not, goes by its candidates ``as_shown``:
    whole, and less what they lose for being no answer to such a question.
    """
    if not isinstance(reader, Cascade):
        return read_in_order(reader, question, hits, **how)
    found = read_in_order(reader.quick, question, hits, **how)
    shown = as_shown(found)
    if reader.is_settled(shown):
        return reader.scaled(found)
    return read_again(reader, question, found, best_passages(shown or found), **how)


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
    calibration = reader.calibration
    found: list[tuple[Hit, list[Candidate]]] = []
    known: dict[str, list[Span]] = {}
    first, best = None, float("-inf")
    for place, hit in enumerate(hits):
        if first is None and place >= AT_LEAST and hits[0].score - hit.score > GIVE_UP:
            break
        if first is not None and best >= calibration.combined(calibration.ceiling, first - hit.score):
            break
        on_read(place, len(hits))
        read = spans_in(reader, question, hit, count=count, shape=shape, known=known)
        found.append((hit, read))
        top = max((each.score for each in read), default=float("-inf"))
        if first is None and top >= calibration.threshold and (place == 0 or is_about(hit)):
            first = hit.score
        if first is not None:
            best = max(best, calibration.combined(top, first - hit.score))
    return _combined(found, calibration, first)


def read_again(
    cascade: Cascade,
    question: str,
    found: Sequence[Candidate],
    again: Sequence[Hit],
    *,
    count: int = 3,
    shape: Shape = READ,
    is_about: Callable[[Hit], bool] = lambda _: True,
    on_read: OnRead = lambda _done, _of: None,
) -> list[Candidate]:
    """Return the candidates of the passages that are read ``again``, as the better reader reads them.

    Each is scored with a share of what the quick reader thought of its passage.

    What it ``found`` elsewhere follows, on the better one's scale, and never above what that one puts first, or, if
    it accepts none, at the threshold: another place may say the same, but it does not lead.
    """
    calibration = cascade.calibration
    known: dict[str, list[Span]] = {}
    read: list[tuple[Hit, list[Candidate]]] = []
    for place, hit in enumerate(again):
        on_read(place, len(again))
        read.append((hit, spans_in(cascade.better, question, hit, count=count, shape=shape, known=known)))
    in_order = sorted(read, key=lambda each: -each[0].score)
    said = {id(each.hit): each.score for each in sorted(found, key=lambda each: each.score)}

    def mixed(each: Candidate) -> float:
        return cascade.scale.mixed(each.score, said[id(each.hit)])

    sure = (hit for hit, spans in in_order if any(mixed(each) >= calibration.threshold for each in spans))
    accepted = (hit.score for hit in sure if is_about(hit))
    better = [replace(each, score=mixed(each)) for each in _combined(in_order, calibration, next(accepted, None))]
    best = max((each.score for each in better), default=float("-inf"))
    most = best if best >= calibration.threshold else min(best, calibration.threshold) - 1e-3
    read_now = {id(hit) for hit in again}
    rest = [each for each in found if id(each.hit) not in read_now]
    return [*better, *cascade.scaled(rest, most=most)]


def best_passages(found: Sequence[Candidate]) -> list[Hit]:
    """Return the passages with the best candidates, as many as are read again, the best first."""
    best: dict[int, Hit] = {}
    for each in sorted(found, key=lambda each: -each.score):
        best.setdefault(id(each.hit), each.hit)
    return list(best.values())[:AGAIN]


def _combined(
    found: Sequence[tuple[Hit, list[Candidate]]], calibration: Calibration, first: float | None
) -> list[Candidate]:
    """Return the candidates, less what their passages lose for being behind the ``first`` that was accepted."""
    lead = max((hit.score for hit, _ in found), default=0.0) if first is None else first
    return [
        replace(each, score=calibration.combined(each.score, max(0.0, lead - hit.score)))
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
