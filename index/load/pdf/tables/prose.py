"""Columns of prose that a file has line by line across: one is read after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from statistics import median

from index.load.pdf.tables.cells import Item, Table
from index.load.pdf.words import WIDE, Line, Word

FEWEST_ACROSS = 6
"""Lines that have words in two columns or more."""
SHARE_ACROSS = 0.25
"""Of all lines: in a file that has one column after the other, hardly one has."""
FEWEST_WORDS = 4
"""A line, at the mean, in each column of prose."""
FULL, HALF_FULL = 0.7, 0.45
"""Of its column's width, in the middle: a line of prose; the cells of a table are as wide as what they say."""
OPEN = 0.12
"""Of the words that cover a place of the page at the median: a gutter, but for headings across it."""
NARROWEST = 6.0  # points

Gutter = tuple[float, float]


@dataclass(slots=True)
class _Piece:
    """What stands in one column, or across several (-1), and how high."""

    item: Item
    column: int
    middle: float


def in_columns(items: Sequence[Item]) -> list[Item]:
    """Return the items of a page, column by column if its lines go across columns of prose."""
    lines = [item for item in items if isinstance(item, Line)]
    fewest = max(FEWEST_ACROSS, SHARE_ACROSS * len(lines))
    across = [line for line in lines if len(line.words) >= 2 * FEWEST_WORDS and len(line.parts) > 1]
    if len(across) < fewest or not all(line.is_flat for line in lines):
        return list(items)
    gutters = _gutters([word for line in lines for word in line.words], median(line.height for line in lines))
    if sum(any(line.left < left and line.right > right for left, right in gutters) for line in across) < fewest:
        return list(items)
    pieces = list(_rows([piece for item in items for piece in _pieces(item, gutters)]))
    columns = len(gutters) + 1
    return list(_ordered(pieces, columns)) if _are_prose(pieces, columns) else list(items)


def _gutters(words: Sequence[Word], height: float) -> list[Gutter]:
    """Upright strips that next to no words reach into."""
    start, end = int(min(word.left for word in words)), ceil(max(word.right for word in words))
    steps = [0] * (end - start + 2)
    for word in words:
        steps[int(word.left) - start] += 1
        steps[ceil(word.right) - start] -= 1
    covered, cover = list[int](), 0
    for step in steps[:-2]:
        cover += step
        covered.append(cover)
    most = max(1.0, OPEN * median(covered))
    found, open_ = list[Gutter](), start
    for at, cover in enumerate([*covered, 0], start):
        if cover > most or at == end:
            if at - open_ >= max(NARROWEST, height / 2) and open_ > start and at < end:
                found.append((open_, at))
            open_ = at + 1
    return found


def _pieces(item: Item, gutters: Sequence[Gutter]) -> Iterator[_Piece]:
    """Cut a line where it goes over a gutter, or from one height to another."""
    if isinstance(item, Table):
        words = [word for row in item.rows for cell in row for word in cell.words]
        yield _Piece(item, _column(words, gutters), max(word.top for word in words))
        return
    wide = WIDE * item.height
    parts = [[item.words[0]]]
    for one, other in pairwise(item.words):
        is_level = one.bottom < other.top and other.bottom < one.top
        over = any(one.right <= left + 1 and other.left >= right - 1 for left, right in gutters)
        if over or not is_level or other.left - one.right > wide or other.left < one.left:
            parts.append([other])
        else:
            parts[-1].append(other)
    for part in parts:
        line = Line(part)
        yield _Piece(line, _column(part, gutters), line.bottom + line.height / 2)


def _column(words: Sequence[Word], gutters: Sequence[Gutter]) -> int:
    """The column that words stand in; -1 if they reach over a gutter."""
    start, end = min(word.left for word in words), max(word.right for word in words)
    if any(start < left and end > right for left, right in gutters):
        return -1
    return sum((start + end) / 2 > (left + right) / 2 for left, right in gutters)


def _rows(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    """Join the lines that stand beside each other in a column."""
    row: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.column, -piece.middle)):
        if row and not (_is_beside(row[0], piece)):
            yield _row(row)
            row = []
        row.append(piece)
    if row:
        yield _row(row)


def _is_beside(one: _Piece, other: _Piece) -> bool:
    if isinstance(one.item, Table) or isinstance(other.item, Table) or one.column != other.column:
        return False
    return abs(one.middle - other.middle) < 0.4 * max(one.item.height, other.item.height)


def _row(pieces: Sequence[_Piece]) -> _Piece:
    if len(pieces) == 1:
        return pieces[0]
    lines = sorted((piece.item for piece in pieces if isinstance(piece.item, Line)), key=lambda line: line.left)
    return _Piece(Line([word for line in lines for word in line.words]), pieces[0].column, pieces[0].middle)


def _are_prose(pieces: Sequence[_Piece], columns: int) -> bool:
    """Whether there are sentences in each column; one may be cut into columns itself for a part of the page."""
    fullest = 0.0
    for column in range(columns):
        lines = [piece.item for piece in pieces if piece.column == column and isinstance(piece.item, Line)]
        if not lines or sum(len(line.words) for line in lines) < FEWEST_WORDS * len(lines):
            return False
        width = max(line.right for line in lines) - min(line.left for line in lines)
        full = median(line.right - line.left for line in lines) / width
        if full < HALF_FULL:
            return False
        fullest = max(fullest, full)
    return fullest >= FULL


def _ordered(pieces: Sequence[_Piece], columns: int) -> Iterator[Item]:
    """Yield column after column, from one piece that goes across to the next; each may hold columns of its own."""
    across = sorted((piece for piece in pieces if piece.column < 0), key=lambda piece: -piece.middle)
    rest = [piece for piece in pieces if piece.column >= 0]
    for end in [*across, None]:
        band = [piece for piece in rest if not end or piece.middle >= end.middle]
        rest = [piece for piece in rest if end and piece.middle < end.middle]
        for column in range(columns):
            yield from in_columns([piece.item for piece in band if piece.column == column])
        if end:
            yield end.item
