"""Tables without rules: neighbouring lines that wide gaps part at the same places."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.load.pdf.tables.cells import Cell, Item, Table
from index.load.pdf.words import Line, Word

MOST_WORDS = 6
"""Columns of so many words a cell, at the mean, are columns of prose."""
FEWEST_WORDS = 4
"""A line, at the mean, in each column of prose."""


FEWEST_ROWS = 3


Span = tuple[float, float]


@dataclass(slots=True)
class _Cut:
    """A line cut at its wide gaps."""

    line: Line
    parts: list[list[Word]]

    def spans(self) -> list[Span]:
        return [(part[0].left, max(word.right for word in part)) for part in self.parts]


def by_columns(items: Sequence[Item]) -> list[Item]:
    """Make tables of neighbouring lines that wide gaps part at the same places."""
    done: list[Item] = []
    run: list[_Cut] = []
    for item in items:
        cut = _Cut(item, item.parts) if isinstance(item, Line) and item.is_flat else None
        if cut and len(cut.parts) > 1 and (not run or _below(run[-1].line, cut.line)):
            run.append(cut)
            continue
        done += _table(run)
        run = [cut] if cut and len(cut.parts) > 1 else []
        done += [] if run else [item]
    return [*done, *_table(run)]


def _below(one: Line, other: Line) -> bool:
    """Whether a line stands right below another."""
    return 0 < one.bottom - other.bottom < 3.5 * max(one.height, other.height)


def _table(run: Sequence[_Cut]) -> list[Item]:
    """A run of cut lines as a table if they have their columns in common; else the lines."""
    lines: list[Item] = [cut.line for cut in run]
    columns = _columns(run)
    if len(run) < FEWEST_ROWS or len(columns) < 2:
        return lines
    rows = [_placed(cut, columns) for cut in run]
    words = [len(cell.words) for row in rows for cell in row if cell.words]
    if sum(words) > MOST_WORDS * len(words):
        return _prose(rows) or lines
    filled = sum(bool(cell.words) for row in rows for cell in row)
    return [Table(rows)] if filled * 5 >= 3 * len(rows) * len(columns) else lines


def _prose(rows: Sequence[Sequence[Cell]]) -> list[Item]:
    """Columns of prose that were written line by line across: one after the other; nothing if they are none."""
    columns = list(zip(*rows, strict=True))
    if any(sum(len(cell.words) for cell in column) < FEWEST_WORDS * len(column) for column in columns):
        return []
    return [Line(cell.words) for column in columns for cell in column if cell.words]


def _columns(run: Sequence[_Cut]) -> list[Span]:
    """The columns: stretches that words cover in some line, and that no line bridges.

    The heads of columns may be wider than what is below them, so the first line may bridge what no other does.
    """
    best: list[Span] = []
    for lines in (run, run[1:]):
        found: list[Span] = []
        for left, right in sorted(span for cut in lines for span in cut.spans()):
            if found and left < found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], right))
            else:
                found.append((left, right))
        best = max(best, found, key=len)
    return best


def _placed(cut: _Cut, columns: Sequence[Span]) -> list[Cell]:
    """The parts of a line in their columns: each in the one that it shares most with."""
    cells = [Cell([]) for _ in columns]
    for part, (left, right) in zip(cut.parts, cut.spans(), strict=True):
        shared = [min(right, end) - max(left, start) for start, end in columns]
        cell = cells[max(range(len(columns)), key=shared.__getitem__)]
        cell.words += part
    return cells
