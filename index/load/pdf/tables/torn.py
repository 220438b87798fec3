"""Tables and charts that are drawn column by column, or from the bottom up: their rows put together by place."""

import re
from collections.abc import Sequence
from itertools import chain, pairwise

from index.load.pdf.tables.cells import Item, Table
from index.load.pdf.tables.columns import by_columns, parts
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
    return len(line.words) <= MOST_WORDS or len(line.words) <= MOST_WORDS * len(parts(line))


def _joined(run: Sequence[Line]) -> Sequence[Item]:
    """The run, with the lines from the first that is torn from its row to the last as the table that they are."""
    if len(run) < FEWEST_LINES:
        return run
    torn = {id(line) for row in _rows(run) if len(row) > 1 for line in row}
    if len(torn) < 2 * FEWEST_ROWS:
        return run
    places = [number for number, line in enumerate(run) if id(line) in torn]
    first, last = places[0], places[-1] + 1
    rows = _rows(run[first:last])
    if any(other.left < one.right for row in rows for one, other in pairwise(row)):
        return run
    heights = [number for number, row in enumerate(rows) if len(row) > 1]
    above, below = rows[: heights[0]], rows[heights[-1] + 1 :]  # a title, the scale of a chart
    table = by_columns([Line([word for line in row for word in line.words]) for row in rows[heights[0] : heights[-1] + 1]])
    if not _are_numbers(table):
        return run
    return [*run[:first], *chain(*above), *table, *chain(*below), *run[last:]]


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines by their height on the page, those beside each other in one row, from the left."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=_middle, reverse=True):
        if rows and _middle(rows[-1][0]) - _middle(line) < LEVEL * min(line.height, rows[-1][0].height):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _middle(line: Line) -> float:
    return line.bottom + line.height / 2


def _are_numbers(items: Sequence[Item]) -> bool:
    """Whether most of what stands there is a table, and what stands in that, numbers."""
    cells = [cell for item in items if isinstance(item, Table) for row in item.rows for cell in row if cell.words]
    outside = sum(len(item.words) for item in items if isinstance(item, Line))
    numbers = sum(NUMBER.fullmatch(" ".join(word.text for word in cell.words)) is not None for cell in cells)
    return sum(len(cell.words) for cell in cells) > 2 * outside and numbers >= NUMBERS * len(cells)
