"""A document becomes passages: whole sentences, under one heading, within a budget of tokens."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise

from index.sentences import sentences_of
from index.types import Document, Extent, Kind, Passage
from index.view import Shape, View

TokenCounter = Callable[[Sequence[str]], list[int]]

CLAUSE_END = re.compile(r"[,;:—–)\]](?=\s)|[，；：、]")
WHITE_SPACE = re.compile(r"\s+")
LONE_HEADING = re.compile(r"[^\n]*(?:\n[ \t]*(?:=+|-+))?")
SHORTEST_PART = 200
CHARACTERS_PER_TOKEN = 16
"""A span weighs at least one token for so many characters: WordPiece calls a megabyte of base64 one token."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never cut again: a sentence, or a part of one that is over the budget."""

    start: int
    end: int
    tokens: int
    opens: bool
    """It opens a paragraph."""


def chunk(
    document: Document, count_tokens: TokenCounter, *, budget: int = 160, overlap: int = 40, room: int = 254
) -> list[Passage]:
    """Cut a document into passages of at most ``budget`` tokens, special tokens left out.

    Every character is in a passage but white space and what is marked as an aside; no passage lies within another.
    A passage may run over the end of a page, as a sentence does. A passage that
    starts inside a section repeats the sentences before it, up to ``overlap`` tokens of them. A sentence
    over the budget is cut between clauses, else between words, else between characters. Rows are read with their
    headers: of them a passage has no more than ``room`` tokens hold, but for a single one.
    """
    if not 0 <= overlap < budget:
        raise ValueError(f"overlap is {overlap}: use 0 or more, and less than the budget of {budget} tokens.")
    text = document.text
    # 1. Sections, which no passage leaves, and the sentences in them.
    sections = _sections(document)
    spans = [span for section in sections for span in _sentences(document, section)]
    # 2. Count the tokens of all sentences at once, and cut those that are over the budget.
    units = _units(text, _fit(text, spans, count_tokens, budget))
    weighed = _with_headers(document, list(units), count_tokens, budget / room)
    # 3. Fill passages with sentences.
    starts = [start for start, _ in sections]
    by_section = groupby(weighed, key=lambda unit: bisect_right(starts, unit.start))
    packed = [span for _, group in by_section for span in _pack(list(group), budget, overlap)]
    # 4. Tokens need not add up: count those of the passages themselves, and cut what is still over.
    fitted = [(start, end) for start, end, _ in _fit(text, packed, count_tokens, budget)]
    return [Passage(0, document, start, end) for start, end in _outermost(fitted)]


def _sections(document: Document) -> list[Extent]:
    """Cut at slides, sheets, parts and headings, but not between a heading alone and the next; leave asides out."""
    text = document.text
    starts = {mark.start for mark in document.marked(Kind.HEADING)}
    around = {edge for mark in document.marked(Kind.ASIDE) for edge in (mark.start, mark.end)}
    sheets = {mark.start for kind in (Kind.SLIDE, Kind.SHEET) for mark in document.marked(kind)}
    parts = sheets | (_parts(document) - starts)
    headings = starts - around - parts - {len(text)}
    edges = sorted({0, len(text), *around, *headings, *parts})
    joined = {
        here
        for before, here in pairwise(edges)
        if here in headings and before in starts and _is_lone_heading(text[before:here])
        if _are_in_one_part(document, before, here)
    }
    spans = pairwise(edge for edge in edges if edge not in joined)
    return [span for span in spans if not document.around(span[0], Kind.ASIDE)]


def _are_in_one_part(document: Document, one: int, other: int) -> bool:
    """Whether no part begins or ends between them, but for one in the part that the first begins."""
    inner, outer = document.around(other, Kind.PART), document.around(one, Kind.PART)
    return inner[: len(outer)] == outer and (len(inner) == len(outer) or any(mark.start == one for mark in outer))


def _parts(document: Document) -> set[int]:
    """Where chapters and files in files begin and end. What is short, such as a note, stays with the others."""
    marks = (*document.marked(Kind.CHAPTER), *document.marked(Kind.PART))
    long = [mark for mark in marks if mark.kind is Kind.CHAPTER or mark.end - mark.start >= SHORTEST_PART]
    return {edge for mark in long for edge in (mark.start, mark.end)}


def _is_lone_heading(section: str) -> bool:
    return LONE_HEADING.fullmatch(section.strip()) is not None


def _sentences(document: Document, section: Extent) -> Iterator[Extent]:
    for start, end in sentences_of(document, *section):
        yield from _trimmed(document.text, start, end)


def _trimmed(text: str, start: int, end: int) -> list[Extent]:
    """The span without white space at its ends; none if nothing is left."""
    inner = text[start:end]
    start += len(inner) - len(inner.lstrip())
    end -= len(inner) - len(inner.rstrip())
    return [(start, end)] if start < end else []


def _fit(text: str, spans: Sequence[Extent], count_tokens: TokenCounter, budget: int) -> list[tuple[int, int, int]]:
    """Cut the spans that are over the budget until none is; return (start, end, tokens), in order.

    All spans are counted in one call, then the parts of those that were over in another, and so on: two
    or three rounds. A text that occurs often is counted once. A single character is never cut, whatever it weighs.
    """
    fitted: list[tuple[int, int, int]] = []
    while spans:
        parts: list[Extent] = []
        texts = list(dict.fromkeys(text[start:end] for start, end in spans))
        counted = dict(zip(texts, count_tokens(texts), strict=True))
        for start, end in spans:
            tokens = max(counted[text[start:end]], -((start - end) // CHARACTERS_PER_TOKEN))
            if tokens <= budget or end - start == 1:
                fitted.append((start, end, tokens))
            else:
                parts += _cut(text, (start, end), parts=-(-tokens * 4 // (budget * 3)))
        spans = parts
    return sorted(fitted)


def _cut(text: str, span: Extent, *, parts: int) -> list[Extent]:
    """Cut a span into about equal parts, at good places no further than a quarter of a part away."""
    start, end = span
    parts = min(max(parts, 2), end - start)
    step = (end - start) / parts
    cuts = [_good_place(text, start + int(step * number), int(step / 4)) for number in range(1, parts)]
    return [inner for piece in pairwise([start, *cuts, end]) for inner in _trimmed(text, *piece)]


def _good_place(text: str, middle: int, slack: int) -> int:
    """The end of a clause that is nearest to ``middle``, else of a word, else ``middle`` itself."""
    for pattern in (CLAUSE_END, WHITE_SPACE):
        ends = [match.end() for match in pattern.finditer(text, middle - slack, middle + slack)]
        if ends:
            return min(ends, key=lambda end: abs(end - middle))
    return middle


def _units(text: str, fitted: Sequence[tuple[int, int, int]]) -> Iterator[_Unit]:
    before = 0
    for start, end, tokens in fitted:
        yield _Unit(start, end, tokens, opens=text.count("\n", before, start) > 1)
        before = end


def _with_headers(document: Document, units: list[_Unit], count_tokens: TokenCounter, share: float) -> list[_Unit]:
    """Let each row weigh what it is embedded as: with its headers, it may be four times as long."""
    if not document.marked(Kind.ROW):
        return units
    shown = [View.of(Passage(0, document, unit.start, unit.end), Shape(rows=True)).text for unit in units]
    longer = [text for text, unit in zip(shown, units, strict=True) if len(text) > unit.end - unit.start]
    counted = dict(zip(longer, count_tokens(longer), strict=True)) if longer else {}
    weights = [int(counted.get(text, 0) * share) for text in shown]
    return [replace(unit, tokens=max(unit.tokens, weight)) for unit, weight in zip(units, weights, strict=True)]


def _pack(units: Sequence[_Unit], budget: int, overlap: int) -> Iterator[Extent]:
    """Fill spans with units up to the budget, each span reaching further than the one before."""
    totals = [0, *accumulate(unit.tokens for unit in units)]
    first = stop = 0
    while stop < len(units):
        full = max(bisect_right(totals, totals[first] + budget) - 1, stop + 1)
        stop = _paragraph_end(units, totals, range(stop + 1, full + 1), totals[first] + budget // 2)
        yield units[first].start, units[stop - 1].end
        if stop < len(units):  # go back by the overlap, but not so far that the next unit would not fit
            earliest = max(totals[stop] - overlap, totals[stop + 1] - budget)
            first = bisect_left(totals, earliest, lo=first + 1, hi=stop)


def _paragraph_end(units: Sequence[_Unit], totals: Sequence[int], stops: range, least: int) -> int:
    """The last stop; rather the last one at the end of a paragraph if that is no less than ``least``."""
    if stops[-1] == len(units):
        return stops[-1]
    ends = (stop for stop in reversed(stops) if units[stop].opens and totals[stop] >= least)
    return next(ends, stops[-1])


def _outermost(spans: Sequence[Extent]) -> Iterator[Extent]:
    """Drop the spans that lie within another."""
    reached = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > reached:
            yield start, end
            reached = end
