"""What stands between two lines: nothing more than a space, a line end, or a blank line."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index.load.pdf.tables import Item
from index.load.pdf.words import Line

ENDS = re.compile(r"[.!?:;…。！？｡]['\"”’)\]»]*[¹²³⁰⁴-⁹]*$")
MARKER = re.compile(r"(?:[-*+•‣◦▪–]|\(?(?:\d{1,3}|[A-Za-z])[.)])(?:\s|$)")
EXPECTS_MORE = re.compile(
    r"[,–—(]$|\b(?:a|an|the|and|or|of|to|in|on|at|by|for|from|with|as|than|that|is|are|was|were|has|have|had|be|will"
    r"|der|die|das|und|oder|von|zu|mit|le|la|les|de|des|du|et|ou|el|los|las|y|e|o|di|da|van|het|een)$",
    re.IGNORECASE,
)
"""No sentence ends with such a word."""
LOOSER = 1.3
"""Than the lines of a paragraph stand: between paragraphs."""
FULL = 0.8
"""Of the widest line: the next word may not have had room."""
SHORTEST_FULL = 25
"""Letters: a line that is shorter is a title, or an item of a list, as wide as it may be."""
FEWEST_WORDS = 6
"""And a line that ends in a small letter and without a stop is prose, and no title."""


def leading(pages: Iterable[Sequence[Item]]) -> float:
    """How far apart lines stand in most of the text, in heights of a line."""
    steps = sorted(
        (one.bottom - other.bottom) / other.height
        for page in pages
        for one, other in pairwise(page)
        if isinstance(one, Line) and isinstance(other, Line) and _is_under(one, other)
    )
    return steps[len(steps) // 4] if steps else 1.2


def _is_under(one: Line, other: Line) -> bool:
    """Whether a line of the same size stands below another, and no other between them."""
    return _is_near(one, other) and abs(one.height - other.height) < 0.1 * one.height


def _is_near(one: Line, other: Line) -> bool:
    drop = one.bottom - other.bottom
    overlaps = one.left < other.right and other.left < one.right
    return one.is_flat and other.is_flat and 0 < drop < 3 * other.height and overlaps


def between(one: Line, other: Line, lead: float, page: Sequence[Item]) -> str:
    """What parts two lines of a page, neither of which is a heading."""
    if not (one.is_flat and other.is_flat):
        return "\n"
    if abs(one.bottom - other.bottom) < 0.5 * one.height and other.left >= one.right:  # beside it
        return "\n"
    if _is_near(one, other):
        goes_on = other.text[0].islower() and not ENDS.search(one.text)
        near = _is_under(one, other) and one.bottom - other.bottom <= lead * LOOSER * other.height
        return "\n" if near or goes_on else "\n\n"
    return "\n" if goes_on_elsewhere(one, other, page) else "\n\n"


def goes_on_elsewhere(one: Line, other: Line, page: Sequence[Item]) -> bool:
    """Whether a sentence goes on in another column or on the next page; ``page`` is that of the first line."""
    said, following = one.text, other.text
    if ENDS.search(said) or MARKER.match(following) or abs(one.height - other.height) > 0.1 * one.height:
        return False
    if following[0].islower() or EXPECTS_MORE.search(said):
        return True
    words = said.split()
    is_prose = len(words) >= FEWEST_WORDS and words[-1].islower()
    is_full = one.is_flat and one.right - one.left >= FULL * _widest(one, page)
    return len(said) >= SHORTEST_FULL and (is_prose or is_full)


def _widest(line: Line, page: Sequence[Item]) -> float:
    """The width of the widest line that begins about where this one does."""
    alike = (
        other
        for other in page
        if isinstance(other, Line) and other.is_flat and abs(other.left - line.left) < 2 * line.height
    )
    return max(other.right - other.left for other in alike)
