"""Tables whose cells are ruled off."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.load.pdf.page import Page, Rule
from index.load.pdf.tables.cells import Cell, Item, Table, is_beside
from index.load.pdf.words import WIDE, Line, Word

CLOSE = 3.0
"""Ruled lines that are no further apart, in points, meet."""
LONGEST_CELL = 80
"""A box with more words is a frame around prose, and no cell."""


MOST_RULES = 300
"""Of either kind, those in one line joined: a drawing has more, and each is compared with each."""


@dataclass(slots=True)
class _Grid:
    """Ruled lines that meet: rows from the top down, each with the columns that are ruled off in it."""

    ys: list[float]
    xs: list[list[float]]

    def cell(self, word: Word) -> tuple[int, int] | None:
        """The row and the column that a word's middle is in."""
        x, y = (word.left + word.right) / 2, (word.bottom + word.top) / 2
        row = bisect_right(self.ys, -y, key=lambda edge: -edge) - 1
        if not 0 <= row < len(self.ys) - 1:
            return None
        column = bisect_right(self.xs[row], x) - 1
        return (row, column) if 0 <= column < len(self.xs[row]) - 1 else None


def by_rules(page: Page) -> list[Item]:
    """Return the page's lines, with those in ruled cells as tables."""
    items: list[Item] = list(page.lines)
    for grid in _grids(page):
        items = _fill(grid, items)
    return items


def _grids(page: Page) -> Iterator[_Grid]:
    """Yield what is ruled into two rows or more, some of two columns or more."""
    level, upright = _joined(page.level), _joined(page.upright)
    if max(len(level), len(upright)) > MOST_RULES:
        return
    for rows, columns in _meeting(level, upright):
        ys = _distinct([rule.at for rule in rows])[::-1]
        xs = [_distinct([rule.at for rule in columns if _spans(rule, (a + b) / 2)]) for a, b in pairwise(ys)]
        if len(ys) >= 3 and any(len(edges) >= 3 for edges in xs):
            sides = list(_open_sides(page, rows, columns))
            yield _Grid(ys, [_distinct([*edges, *sides]) for edges in xs])


def _open_sides(page: Page, rows: Sequence[Rule], columns: Sequence[Rule]) -> Iterator[float]:
    """Yield where the level rules end beyond the outermost upright ones: a side of a table that has no frame."""
    top, bottom = max(rule.at for rule in rows), min(rule.at for rule in rows)
    lines = [line for line in page.lines if line.is_flat and bottom < (line.bottom + line.top) / 2 < top]
    first, last = min(rule.at for rule in columns), max(rule.at for rule in columns)
    for end, edge in ((min(rule.start for rule in rows), first), (max(rule.end for rule in rows), last)):
        if abs(end - edge) > CLOSE and any(line.left < edge < line.right for line in lines):
            yield end


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

    That is so where each of three cells or more has as many lines as the others, or is in the middle of them, as what
    holds for each.
    """
    edges = _distinct([edge for xs in grid.xs for edge in xs])
    spans = [sum(a - CLOSE < edge < b - CLOSE for edge in edges) for a, b in pairwise(grid.xs[number])]
    lines = [_lines(cells.get((number, column), [])) for column in range(len(spans))]
    count = _rows_in(lines)
    for row in range(count):
        words = [each[row] if row < len(each) else [] for each in lines]
        yield [Cell(said, span) for said, span in zip(words, spans, strict=True)]
    if not count and any(lines):
        yield [Cell([word for line in each for word in line], span) for each, span in zip(lines, spans, strict=True)]


def _rows_in(lines: Sequence[Sequence[Sequence[Word]]]) -> int:
    """How many rows the cells of a ruled one hold, by the lines in each; none if they are one."""
    counts = [len(each) for each in lines if each]
    most = max(counts, default=0)
    if len(counts) > 2 and set(counts) == {most}:
        return most
    full = [each for each in lines if len(each) == most]
    numbers = sum(all(any(map(str.isdigit, line[0].text)) for line in each) for each in full)
    return most if most > 1 and set(counts) == {1, most} and len(full) > 2 and numbers >= 2 else 0


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """The lines of a cell, in the order in which PDFium has its words."""
    lines: list[list[Word]] = []
    for word in words:
        middle = (word.top + word.bottom) / 2
        if lines and (lines[-1][0].bottom < middle < lines[-1][0].top or is_beside(lines[-1][-1], word)):
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _is_ruled_off(cells: Sequence[Sequence[Word]]) -> bool:
    """Whether the cells are what the rules part: no frame around prose, and next to no columns inside them."""
    inner = sum(
        any(is_beside(a, b) and b.left - a.right > WIDE * (a.top - a.bottom) for a, b in pairwise(cell))
        for cell in cells
    )
    return inner * 5 <= len(cells) and all(len(cell) <= LONGEST_CELL for cell in cells)


def _is_table(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether two rows or more have two cells or more, and not most of the cells are empty."""
    filled = [sum(bool(cell.words) for cell in row) for row in rows]
    return sum(count >= 2 for count in filled) >= 2 and sum(filled) * 5 >= 2 * sum(map(len, rows))
