"""Running heads, feet and page numbers: lines that return at the same place of several pages."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.load.pdf.headings import LARGER, body_height
from index.load.pdf.page import Page
from index.load.pdf.words import Line

DEEPEST = 4
"""So many lines from the edge of a page may be a running head."""
SAME_PLACE = 6.0  # points
MARGIN = 0.08
"""Of a page's height: what returns there is no text, even if something else stands in the margin too."""
NUMBER = re.compile(r"(?<![\w.,-])\d{1,9}(?![\w-]|[.,]\d)")
PAGE_NUMBER = re.compile(r"(?:[^\W\d_]{1,6}\.?\s*)?\W*#\W*(?:(?:of|von|de|sur|di|van|/)\s*#\W*)?")
"""With a word for a page before it, or none."""
APART = 1.0
"""Of a line's height: the gap between a running head and the page's number."""
ROMAN = re.compile(r"[ivxlc]+")


@dataclass(frozen=True, slots=True)
class _Place:
    """A line near an edge of a page."""

    page: int
    line: int
    at: float
    """How high it stands."""
    numbers: tuple[int, ...]


def running(pages: Sequence[Page]) -> list[set[int]]:
    """Return, for each page, which of its lines return on other pages, numbers that count the pages apart."""
    found: list[set[int]] = [set() for _ in pages]
    first = next((number for number, page in enumerate(pages) if page.lines), 0)
    body = body_height([page.lines for page in pages])
    for top in (True, False):
        edges = [_edge(page, top=top) for page in pages]
        returning = set(_returning(pages, edges, body))
        for number, (page, edge) in enumerate(zip(pages, edges, strict=True)):
            if not (top and number == first):  # there the head stands above everything, and in the way of nothing
                found[number] |= set(_outermost(page, number, edge, returning))
    return [away if len(away) < len(page.lines) else set() for page, away in zip(pages, found, strict=True)]


def _edge(page: Page, *, top: bool) -> list[int]:
    """The lines nearest to an edge, the outermost first, of those in that half of what is written."""
    flat = [number for number, line in enumerate(page.lines) if line.is_flat]
    by_height = sorted(flat, key=lambda number: page.lines[number].bottom, reverse=top)
    return by_height[: min(DEEPEST, (len(flat) + 1) // 2)]


def key(line: Line) -> str:
    """The words of a line, whatever the numbers in it are."""
    text = NUMBER.sub("#", line.text.casefold().strip())
    return "#" if ROMAN.fullmatch(text) else text


def _returning(pages: Sequence[Page], edges: Sequence[Sequence[int]], body: float) -> Iterator[tuple[int, int]]:
    """Yield (page, line) of what returns: twice in a short document, three times in a longer one."""
    fewest = 2 if len(pages) <= 5 else 3
    groups: dict[tuple[str, int | str], list[_Place]] = defaultdict(list)
    for number, (page, edge) in enumerate(zip(pages, edges, strict=True)):
        for rank, at in enumerate(edge):
            line = page.lines[at]
            if line.height > body * LARGER:  # a title: of one invoice after another, or of a slide
                continue
            numbers = tuple(int(digits) for digits in NUMBER.findall(line.text))
            place = _Place(number, at, line.bottom, numbers)
            height = round(line.bottom / SAME_PLACE)
            groups[key(line), height].append(place)
            groups[key(line), height + 1].append(place)  # what stands on the border of two is in both
            groups[key(line), f"line {rank}"].append(place)  # where pages end when their text does
    for group in groups.values():
        if len({place.page for place in group}) >= fewest and _counts_pages(pages, group):
            yield from ((place.page, place.line) for place in group)


def _counts_pages(pages: Sequence[Page], group: Sequence[_Place]) -> bool:
    """Whether each number in the lines is mostly the same, or grows with the pages as only a page's number does."""
    for values in zip(*(place.numbers for place in group), strict=False):
        if max(map(values.count, set(values))) * 2 >= len(group):
            continue
        steps = [value - place.page for value, place in zip(values, group, strict=True)]
        if max(map(steps.count, set(steps))) * 2 < len(group):
            return False
        if not all(_has_page_number(pages[place.page].lines[place.line]) for place in group):
            return False
    return True


def _has_page_number(line: Line) -> bool:
    """Whether a number in a line is the page's: alone, behind a word for it, or at an end and apart from the rest."""
    if is_page_number(line):
        return True
    apart = [b.left - a.right > APART * line.height for a, b in pairwise(line.words)]
    ends = (line.words[0], apart[:1]), (line.words[-1], apart[-1:])
    return any(gap == [True] and NUMBER.fullmatch(word.text) for word, gap in ends)


def is_page_number(line: Line) -> bool:
    """Tell whether a line is nothing but a page's number, or "Page 3 of 12"."""
    return PAGE_NUMBER.fullmatch(key(line)) is not None


def _outermost(page: Page, number: int, edge: Sequence[int], returning: set[tuple[int, int]]) -> Iterator[int]:
    """Yield the returning lines with nothing else between them and the edge of the page, or in its margin."""
    limit: float | None = None
    for at in edge:
        line = page.lines[at]
        is_inside = limit is not None and abs(line.bottom - limit) > line.height / 2
        in_margin = not MARGIN * page.height < line.bottom < (1 - MARGIN) * page.height
        if (number, at) in returning and (in_margin or not is_inside):
            yield at
        elif limit is None:
            limit = line.bottom
