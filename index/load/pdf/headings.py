"""Which lines of a PDF are headings: those that its outline names, else those that are set larger than the text."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.load.pdf.tables import Item
from index.load.pdf.words import Line

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

LARGER = 1.12
"""Than the text, and a line is a heading."""
MOST_WORDS = 15
MOST_ENTRIES = 5_000
DEEPEST = 6
MOST_LINES = 4
ENDS = re.compile(r"[.,;!?…]['\"”’)\]»]*$")
SENTENCE = re.compile(r"[.;…]['\"”’)\]»]*$")
LETTER = re.compile(r"[^\W\d_]")
NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)*|[ivxlc]+|[a-z])[.)]?\s+", re.IGNORECASE)

Place = tuple[int, int]
"""A page, and an item of it."""
Titles = dict[str, tuple[int, int]]
"""The letters of lines, by which a title is known, to the first item that they stand in and how many they take."""


@dataclass(frozen=True, slots=True)
class Found:
    """A heading: its level, and how many lines it takes."""

    level: int
    lines: int


def headings(pdf: "PdfDocument", pages: Sequence[Sequence[Item]]) -> dict[Place, Found]:
    """Return the headings by the place of their first line."""
    named = dict(_named(pdf, pages))
    return named if len(named) > 1 else dict(_larger(pages))


def body_height(pages: Sequence[Sequence[Item]]) -> float:
    """The height of most of the text."""
    heights: Counter[float] = Counter()
    for page in pages:
        for item in page:
            if isinstance(item, Line) and item.is_flat:
                heights[round(item.height, 1)] += len(item.text)
    return heights.most_common(1)[0][0] if heights else 0.0


# The outline


def _named(pdf: "PdfDocument", pages: Sequence[Sequence[Item]]) -> Iterator[tuple[Place, Found]]:
    known: dict[int, Titles] = {}  # an outline may have a thousand entries for a page
    for level, title, number in _outline(pdf):
        if number < len(pages):
            if number not in known:
                known[number] = _titles(pages[number])
            found = _find(title, known[number])
            if found:
                yield (number, found[0]), Found(level, found[1])


def _outline(pdf: "PdfDocument") -> Iterator[tuple[int, str, int]]:
    """Yield (level, title, page) of the outline's entries; a damaged one ends it."""
    from pypdfium2 import PdfiumError

    try:
        for count, entry in enumerate(pdf.get_toc(max_depth=DEEPEST)):
            target = entry.get_dest()
            number = target.get_index() if target else None
            if number is not None:
                yield entry.level + 1, entry.get_title(), number
            if count >= MOST_ENTRIES:
                return
    except (PdfiumError, ValueError, RecursionError):
        return


def _find(title: str, titles: Titles) -> tuple[int, int] | None:
    """The item at which a title stands, and how many lines it takes."""
    sought = (_letters(title), _letters(NUMBERING.sub("", title)))
    return min((titles[letters] for letters in sought if letters in titles), default=None)


def _titles(page: Sequence[Item]) -> Titles:
    """The titles that lines of a page may be: alone or with up to three below them, with a number or without."""
    found: Titles = {}
    for first in range(len(page)):
        said = number = ""
        for count, line in enumerate(page[first : first + MOST_LINES], 1):
            if not isinstance(line, Line):
                break
            if count == 1:
                number = _letters((NUMBERING.match(f"{line.text} ") or [""])[0])
            said += _letters(line.text)
            for letters in (said, said.removeprefix(number)):
                if letters:
                    found.setdefault(letters, (first, count))
    return found


def _letters(text: str) -> str:
    return NOT_ALPHANUMERIC.sub("", text.casefold())


# The size of the type


def _larger(pages: Sequence[Sequence[Item]]) -> Iterator[tuple[Place, Found]]:
    body = body_height(pages)
    candidates = [place for place in _lines(pages) if body and _is_set_off(pages, place, body)]
    sizes = sorted({_size(pages, place, body) for place in candidates}, reverse=True)
    levels = {size: min(level, DEEPEST) for level, size in enumerate(sizes, 1)}
    taken = 0
    for number, (page, at) in enumerate(candidates):
        if taken:
            taken -= 1
            continue
        run = 1
        while candidates[number + run : number + run + 1] == [(page, at + run)] and _goes_on(pages, (page, at + run)):
            run += 1
        taken = run - 1
        yield (page, at), Found(levels[_size(pages, (page, at), body)], run)


def _lines(pages: Sequence[Sequence[Item]]) -> Iterator[Place]:
    for number, page in enumerate(pages):
        for at, item in enumerate(page):
            if isinstance(item, Line) and item.is_flat:
                yield number, at


def _line(pages: Sequence[Sequence[Item]], place: Place) -> Line:
    item = pages[place[0]][place[1]]
    assert isinstance(item, Line)
    return item


def _size(pages: Sequence[Sequence[Item]], place: Place, body: float) -> float:
    """The height in steps of a half point; what is only bold is the smallest."""
    height = _line(pages, place).height
    return round(height * 2) / 2 if height >= body * LARGER else 0.0


def _is_set_off(pages: Sequence[Sequence[Item]], place: Place, body: float) -> bool:
    """Whether a line is larger than the text, or bold where what follows is not; and no sentence."""
    line = _line(pages, place)
    text = line.text
    is_larger = line.height >= body * LARGER
    if len(line.words) > MOST_WORDS or not LETTER.search(text) or len(text) < 3:
        return False
    if is_larger or ENDS.search(text):
        return is_larger and not SENTENCE.search(text)
    following = pages[place[0]][place[1] + 1 : place[1] + 2]
    return (
        line.is_bold
        and line.height >= body * 0.95
        and bool(following)
        and isinstance(following[0], Line)
        and not any(word.bold for word in following[0].words)
    )


def _goes_on(pages: Sequence[Sequence[Item]], place: Place) -> bool:
    """Whether a line of a heading goes on with what the line before began: as large, and right below it."""
    before, line = _line(pages, (place[0], place[1] - 1)), _line(pages, place)
    drop = before.bottom - line.bottom
    return abs(before.height - line.height) < 0.6 and 0 < drop < 1.6 * line.height
