"""Tables on a page: by the lines that are ruled around their cells, else by columns that are clear of words."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.load.pdf.page import Page, Rule
from index.load.pdf.words import Line, Word

CLOSE = 3.0
"""Ruled lines that are no further apart, in points, meet."""
LONGEST_CELL = 80
"""A box with more words is a frame around prose, and no cell."""
MOST_WORDS = 6
"""Columns of so many words a cell, at the mean, are columns of prose."""
FEWEST_WORDS = 4
"""A line, at the mean, in each column of prose."""
WIDE = 0.9
"""Of a line's height: a gap that parts columns, and no words of a sentence."""
FEWEST_ROWS = 3
MOST_RULES = 2_000


@dataclass(slots=True)
class Cell:
    """What stands in a cell, and how many columns it covers."""

    words: list[Word]
    columns: int = 1

    @property
    def is_bold(self) -> bool:
        """Whether all of it is bold."""
        return bool(self.words) and all(word.bold for word in self.words)


@dataclass(slots=True)
class Table:
    """Rows of cells, where the first line of it stood among the lines of its page."""

    rows: list[list[Cell]]


Item = Line | Table


def with_tables(page: Page) -> list[Item]:
    """Return the page's lines, with those that make up a table as that."""
    if not page.is_placed:
        return list(page.lines)
    return _by_columns(_by_rules(page))


# Ruled tables


@dataclass(slots=True)
class _Grid:
    """Ruled lines that meet: rows from the top down, each with the columns that are ruled off in it."""

    ys: list[float]
    xs: list[list[float]]

    def cell(self, word: Word) -> tuple[int, int] | None:
        """The row and the column that a word's middle is in."""
        x, y = (word.left + word.right) / 2, (word.bottom + word.top) / 2
        row = bisect_right([-edge for edge in self.ys], -y) - 1
        if not 0 <= row < len(self.ys) - 1:
            return None
        column = bisect_right(self.xs[row], x) - 1
        return (row, column) if 0 <= column < len(self.xs[row]) - 1 else None


def _by_rules(page: Page) -> list[Item]:
    items: list[Item] = list(page.lines)
    for grid in _grids(page):
        items = _fill(grid, items)
    return items


def _grids(page: Page) -> Iterator[_Grid]:
    """Yield what is ruled into two rows or more, some of two columns or more."""
    if len(page.level) > MOST_RULES or len(page.upright) > MOST_RULES:
        return
    level, upright = _joined(page.level), _joined(page.upright)
    for rows, columns in _meeting(level, upright):
        ys = _distinct([rule.at for rule in rows])[::-1]
        xs = [_distinct([rule.at for rule in columns if _spans(rule, (a + b) / 2)]) for a, b in pairwise(ys)]
        if len(ys) >= 3 and any(len(edges) >= 3 for edges in xs):
            yield _Grid(ys, xs)


def _spans(rule: Rule, at: float) -> bool:
    return rule.start <= at <= rule.end


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """Rules in one line that touch become one."""
    joined: list[Rule] = []
    for group in _near(sorted(rules)):
        at = group[0].at
        for rule in sorted(group, key=lambda rule: rule.start):
            if joined and joined[-1].at == at and rule.start <= joined[-1].end + CLOSE:
                joined[-1] = Rule(at, joined[-1].start, max(joined[-1].end, rule.end))
            else:
                joined.append(Rule(at, rule.start, rule.end))
    return joined


def _near(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    group: list[Rule] = []
    for rule in rules:
        if group and rule.at - group[0].at > CLOSE:
            yield group
            group = []
        group.append(rule)
    if group:
        yield group


def _distinct(places: Sequence[float]) -> list[float]:
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > CLOSE:
            found.append(place)
    return found


def _meeting(level: Sequence[Rule], upright: Sequence[Rule]) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """Yield the groups of rules that cross or touch each other."""
    group_of = list(range(len(level) + len(upright)))

    def root(number: int) -> int:
        while group_of[number] != number:
            group_of[number] = number = group_of[group_of[number]]
        return number

    for one, row in enumerate(level):
        for other, column in enumerate(upright):
            if (
                row.start - CLOSE <= column.at <= row.end + CLOSE
                and column.start - CLOSE <= row.at <= column.end + CLOSE
            ):
                group_of[root(one)] = root(len(level) + other)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for number, rule in enumerate([*level, *upright]):
        groups.setdefault(root(number), ([], []))[number >= len(level)].append(rule)
    yield from ((rows, columns) for rows, columns in groups.values() if rows and columns)


def _fill(grid: _Grid, items: Sequence[Item]) -> list[Item]:
    """Move the words that stand in the grid into a table, in place of the first of them."""
    cells: dict[tuple[int, int], list[Word]] = {}
    left: list[Item] = []
    at: int | None = None
    for item in items:
        kept = []
        for word in item.words if isinstance(item, Line) else ():
            place = grid.cell(word) if isinstance(item, Line) and item.is_flat else None
            if place is None:
                kept.append(word)
            else:
                cells.setdefault(place, []).append(word)
                at = len(left) + bool(kept) if at is None else at
        if isinstance(item, Table) or kept:
            left.append(item if isinstance(item, Table) else replace(item, words=kept))
    rows = [row for number in range(len(grid.xs)) for row in _rows(cells, grid, number)]
    if at is None or not _is_table(rows) or not _is_ruled_off(list(cells.values())):
        return list(items)
    return [*left[:at], Table(rows), *left[at:]]


def _rows(cells: dict[tuple[int, int], list[Word]], grid: _Grid, number: int) -> Iterator[list[Cell]]:
    """Yield a row's cells, each over as many columns as the other rows have there; more than one where none is ruled.

    That is so where each of three cells or more has as many lines as the others.
    """
    edges = _distinct([edge for xs in grid.xs for edge in xs])
    spans = [sum(a - CLOSE < edge < b - CLOSE for edge in edges) for a, b in pairwise(grid.xs[number])]
    lines = [_lines(cells.get((number, column), [])) for column in range(len(spans))]
    counts = [len(each) for each in lines if each]
    if len(counts) > 2 and len(set(counts)) == 1:
        for row in range(counts[0]):
            yield [Cell(each[row] if each else [], span) for each, span in zip(lines, spans, strict=True)]
    elif counts:
        yield [Cell([word for line in each for word in line], span) for each, span in zip(lines, spans, strict=True)]


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """The lines of a cell, in the order in which PDFium has its words."""
    lines: list[list[Word]] = []
    for word in words:
        middle = (word.top + word.bottom) / 2
        if lines and (lines[-1][0].bottom < middle < lines[-1][0].top or _is_beside(lines[-1][-1], word)):
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _is_beside(one: Word, other: Word) -> bool:
    """Whether a word stands behind another on its line, be it raised."""
    return one.bottom < other.top and other.bottom < one.top and other.left >= one.right - 1


def _is_ruled_off(cells: Sequence[Sequence[Word]]) -> bool:
    """Whether the cells are what the rules part: no frame around prose, and next to no columns inside them."""
    inner = sum(
        any(_is_beside(a, b) and b.left - a.right > WIDE * (a.top - a.bottom) for a, b in pairwise(cell))
        for cell in cells
    )
    return inner * 5 <= len(cells) and all(len(cell) <= LONGEST_CELL for cell in cells)


def _is_table(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether two rows or more have two cells or more, and not most of the cells are empty."""
    filled = [sum(bool(cell.words) for cell in row) for row in rows]
    return sum(count >= 2 for count in filled) >= 2 and sum(filled) * 5 >= 2 * sum(map(len, rows))


# Tables without rules


Span = tuple[float, float]


@dataclass(slots=True)
class _Cut:
    """A line cut at its wide gaps."""

    line: Line
    parts: list[list[Word]]

    def spans(self) -> list[Span]:
        return [(part[0].left, max(word.right for word in part)) for part in self.parts]


def _by_columns(items: Sequence[Item]) -> list[Item]:
    """Make tables of neighbouring lines that wide gaps part at the same places."""
    done: list[Item] = []
    run: list[_Cut] = []
    for item in items:
        cut = _cut(item) if isinstance(item, Line) and item.is_flat else None
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


def _cut(line: Line) -> _Cut:
    wide = WIDE * line.height
    parts = [[line.words[0]]]
    for one, other in pairwise(line.words):
        if other.left - one.right > wide:
            parts.append([other])
        else:
            parts[-1].append(other)
    return _Cut(line, parts)


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
