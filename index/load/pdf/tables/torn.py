"""Tables and charts that are drawn column by column, or from the bottom up: their rows put together by place."""

import re
from collections.abc import Sequence
from itertools import pairwise

from index.load.pdf.tables.cells import Item, Table
from index.load.pdf.tables.columns import by_columns
from index.load.pdf.words import Line

MOST_WORDS = 5
"""In a part of a line between wide gaps: what has more is prose, of which no two columns are to be mixed."""
FEWEST_LINES = 6
FEWEST_ROWS = 3
LEVEL = 0.4
"""Of a line's height: the middles of what stands in one row are no further apart."""
NUMBER = re.compile(r"[-+\u2212(<>≤≥±$€£¥~]*[.,]?\d\S*|[-\u2013\u2014]|n/a", re.IGNORECASE)
NUMBERS = 0.4
"""Of the cells: addresses side by side have fewer, and are read one after the other."""


def by_rows(items: Sequence[Item]) -> list[Item]:
    """Join the lines that are the cells of a row, where they make a table of numbers; leave the others as they are."""
    done: list[Item] = []
    run: list[Line] = []
    for item in items:
        if isinstance(item, Line) and item.is_flat and _is_short(item):
            run.append(item)
            continue
        done += [*_joined(run), item]
        run = []
    return [*done, *_joined(run)]


def _is_short(line: Line) -> bool:
    return len(line.words) <= MOST_WORDS or len(line.words) <= MOST_WORDS * len(line.parts)


def _joined(run: Sequence[Line]) -> Sequence[Item]:
    """The run, with the lines from the first that is torn from its row to the last as the table that they are."""
    if len(run) < FEWEST_LINES:
        return run
    torn = [row for row in _rows(run) if _is_torn(row)]
    if len(torn) < FEWEST_ROWS:
        return run
    places = [number for row in torn for number, _ in row]
    first, last = min(places), max(places) + 1
    rows = _rows(run[first:last])
    if any(other.left < one.right for row in rows for (_, one), (_, other) in pairwise(row)):
        return run
    heights = [number for number, row in enumerate(rows) if _is_torn(row)]
    lines = [Line([word for _, part in row for word in part.words]) for row in rows]
    above, below = lines[: heights[0]], lines[heights[-1] + 1 :]  # a title, the scale of a chart
    table = by_columns(lines[heights[0] : heights[-1] + 1])
    return [*run[:first], *above, *table, *below, *run[last:]] if _are_numbers(table) else run


def _is_torn(row: Sequence[tuple[int, Line]]) -> bool:
    return len({number for number, _ in row}) > 1


def _rows(lines: Sequence[Line]) -> list[list[tuple[int, Line]]]:
    """The parts of lines between wide gaps, each with its line's number, by their height: a row's from the left."""
    rows: list[list[tuple[int, Line]]] = []
    cut = ((number, Line(part)) for number, line in enumerate(lines) for part in line.parts)
    for number, part in sorted(cut, key=lambda pair: -_middle(pair[1])):
        above = rows[-1][0][1] if rows else None
        if above and _middle(above) - _middle(part) < LEVEL * min(part.height, above.height):
            rows[-1].append((number, part))
        else:
            rows.append([(number, part)])
    return [sorted(row, key=lambda pair: pair[1].left) for row in rows]


def _middle(line: Line) -> float:
    return line.bottom + line.height / 2


def _are_numbers(items: Sequence[Item]) -> bool:
    """Whether most of what stands there is a table, and what stands in that, numbers."""
    cells = [cell for item in items if isinstance(item, Table) for row in item.rows for cell in row if cell.words]
    outside = sum(len(item.words) for item in items if isinstance(item, Line))
    numbers = sum(NUMBER.fullmatch(" ".join(word.text for word in cell.words)) is not None for cell in cells)
    return sum(len(cell.words) for cell in cells) > 2 * outside and numbers >= NUMBERS * len(cells)
