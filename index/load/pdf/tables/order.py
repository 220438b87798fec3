"""Lines in the order in which they are read, where the file draws some of a column before what stands above them."""

from bisect import bisect, insort
from collections.abc import Sequence
from itertools import pairwise

from index.load.pdf.words import Line

MOST_LINES = 1_000
"""Of a page: a map or a drawing has more, and each is compared with each."""
LEVEL = 0.5
"""Of a line's height: lines whose middles are no further apart stand beside each other."""
SHARED = 0.5
"""Of the narrower line's width: what is above and shares as much is in the same column, or goes across it."""


def downward(lines: Sequence[Line]) -> list[Line]:
    """Return the lines as the file has them, but none before another that stands above it in its column.

    So all headings may be drawn first and the lists under them last; columns are still read one after the other.
    """
    if len(lines) > MOST_LINES or all(not _is_above(other, one) for one, other in pairwise(lines)):
        return list(lines)
    below: list[list[int]] = [[] for _ in lines]
    above = [0] * len(lines)
    for number, one in enumerate(lines):
        for other, line in enumerate(lines):
            if _is_above(one, line) and _is_in_column(one, line):
                below[number].append(other)
                above[other] += 1
    ready = [number for number, count in enumerate(above) if not count]
    done, last = [], -1
    while ready:  # what was held back comes when the file has nothing more that may come before it
        last = ready.pop(bisect(ready, last) % len(ready))
        done.append(lines[last])
        for number in below[last]:
            above[number] -= 1
            if not above[number]:
                insort(ready, number)
    return done


def _is_above(one: Line, other: Line) -> bool:
    if not (one.is_flat and other.is_flat):
        return False
    return _middle(one) - _middle(other) > LEVEL * max(one.height, other.height)


def _is_in_column(one: Line, other: Line) -> bool:
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared > SHARED * min(one.right - one.left, other.right - other.left)


def _middle(line: Line) -> float:
    return line.bottom + line.height / 2
