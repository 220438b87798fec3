"""The marks of a table, whatever format it is written in: where its headers, rows and cells are, and what is above."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.load.lines import MOST_LINES
from index.types import Kind, Mark

MOST_COLUMNS = 1000
"""A cell further right has no header: a span of a billion columns must not cost a billion steps."""


MOST_CELLS = 150_000
"""What has more separators is text alone, so that it is read in time, with fewer marks than a reply may hold."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's place in the text, white space apart; an empty cell ends where it starts."""

    start: int
    end: int
    is_header: bool = False
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """The cells that start in a row, the row's own place in the text, and whether it is said to be a header's."""

    start: int
    end: int
    cells: Sequence[Cell]
    is_header: bool = False
    label: str = ""
    """Its number as readers count, where they do not count from the first row of data."""

    @property
    def heads(self) -> bool:
        """Whether its cells are the headers of what follows."""
        return self.is_header or (bool(self.cells) and all(cell.is_header for cell in self.cells))


def one_line(text: str) -> str:
    """The words of a cell, on one line."""
    return " ".join(text.split())


def is_countable(text: str, *separators: str) -> bool:
    """Whether the text has few enough lines and separators to look for tables in it."""
    return text.count("\n") <= MOST_LINES and sum(map(text.count, separators)) <= MOST_CELLS


def cut(line: str, offset: int, edges: Sequence[int]) -> list[Cell]:
    """Cut a line at its edges, each a place of one character that is in no cell."""
    places = [strip(line, left + 1, right) for left, right in pairwise(edges)]
    return [Cell(offset + start, offset + end) for start, end in places]


def strip(line: str, start: int, end: int) -> tuple[int, int]:
    """Where the part of the line is without the white space at its ends."""
    part = line[start:end]
    start += len(part) - len(part.lstrip())
    return start, max(start, start + len(part.strip()))


def table_marks(rows: Sequence[Row], text: str, *, words: Callable[[str], str] = one_line) -> list[Mark]:
    """Mark a table: a header's cells, each row of data and its cells; what is empty gets none.

    A cell's label is what its column is headed by; of headers in several rows, "2025 Q1". Without a header, the first
    cell of a row of two that is a header heads the second, as in ``<th>Born</th><td>1921</td>``; so it does below a
    header of two empty cells, which Markdown has to have.
    """
    marks, above, number, headed, keyed = list[Mark](), dict[int, str](), 0, False, False
    for row, columns in zip(rows, _columns(rows), strict=True):
        if row.heads and not headed and not any(cell.start < cell.end for cell in row.cells):
            keyed = len(row.cells) == 2
            continue
        if row.heads:
            above = _heads(row, columns, {} if number and len(row.cells) > 1 else above, text, words)
            marks += [_header(cell, text, words) for cell in row.cells if cell.start < cell.end]
            headed = True
            continue
        number += 1
        if any(cell.start < cell.end for cell in row.cells):
            marks.append(Mark(row.start, row.end, Kind.ROW, row.label or str(number)))
        is_pair = [cell.is_header for cell in row.cells] == [True, False] or (keyed and len(row.cells) == 2)
        if not headed and is_pair:
            marks += _pair(row, text, words)
            continue
        labelled = zip(row.cells, columns, strict=True)
        marks += [Mark(c.start, c.end, Kind.CELL, above.get(column, "")) for c, column in labelled if c.start < c.end]
    return marks


def _pair(row: Row, text: str, words: Callable[[str], str]) -> Iterator[Mark]:
    key, value = row.cells
    if key.start < key.end:
        yield _header(key, text, words)
    if value.start < value.end:
        yield Mark(value.start, value.end, Kind.CELL, words(text[key.start : key.end]))


def _header(cell: Cell, text: str, words: Callable[[str], str]) -> Mark:
    return Mark(cell.start, cell.end, Kind.HEADER, words(text[cell.start : cell.end]))


def _heads(
    row: Row, columns: Sequence[int], above: dict[int, str], text: str, words: Callable[[str], str]
) -> dict[int, str]:
    """What heads each column below this row. A single cell among the data is a title, and heads no column."""
    if above and len(row.cells) == 1 and not row.is_header:
        return above
    heads = dict(above)
    for cell, column in zip(row.cells, columns, strict=True):
        said = words(text[cell.start : cell.end])
        for covered in range(column, min(column + cell.columns, MOST_COLUMNS)):
            heads[covered] = " ".join(filter(None, (above.get(covered, ""), said)))
    return heads


def _columns(rows: Sequence[Row]) -> Iterator[list[int]]:
    """Yield the column of each cell, row by row: beside those before it, and those that reach down from above."""
    taken = dict[int, int]()  # column: the first row in which it is free again
    in_head = False
    for number, row in enumerate(rows):
        if row.is_header is not in_head:  # a span ends with its group of rows (HTML, 4.9.12)
            taken, in_head = {}, row.is_header
        column, columns = 0, []
        for cell in row.cells:
            while taken.get(column, 0) > number:
                column += 1
            columns.append(column)
            if cell.rows > 1:
                reached = range(column, min(column + cell.columns, MOST_COLUMNS))
                taken |= dict.fromkeys(reached, number + cell.rows)
            column += cell.columns
        yield columns
