"""Which rows of a table are its header, where the format does not say: by what is bold, and by where figures begin.

In doubt there is none: a label from the wrong cell is worse than no label.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple


class TableCell(NamedTuple):
    """What a cell says, and what tells whether it heads others. (A tuple: of half a million, the making counts.)"""

    text: str
    is_header: bool = False
    is_bold: bool = False
    is_figure: bool = False
    """A number or a date, where the format says so."""
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells that start in a row, empty ones too; ``label`` is its number as its readers count, if they do."""

    cells: Sequence[TableCell]
    is_header: bool = False
    label: str = ""


MOST_HEADERS = 3
"""Rows that a header may have; more in a row that look like it are data."""
LOOKED_AT = 200
"""Rows below, which tell whether the first is a header."""
FIGURE = re.compile(
    r"[-+(−]?\s*(?:[€$£¥₹]|[A-Z]{3})?\s*\d[\d.,\s'’]*\)?\s*(?:[%‰€$£]|[A-Z]{3})?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*"
)
YEAR = re.compile(r"(?:19|20)\d\d")
MOST_WORDS = 8
LONGEST_NAME = 120
LONGEST_FIGURE = 40


def with_headers(rows: Sequence[TableRow]) -> list[TableRow]:
    """Return the rows with the headers among them marked. What the format marks itself stays as it is."""
    rows = list(rows)
    if any(row.is_header or any(cell.is_header for cell in row.cells) for row in rows):
        return rows
    first = next((n for n, row in enumerate(rows) if len(_filled(row)) > 1), None)
    if first is None:
        return rows
    count = _count(rows[first:])
    for number in range(first, first + count):
        rows[number] = replace(rows[number], is_header=True)
    if not count and _is_pairs(rows[first:]):
        rows[first:] = [_pair(row) for row in rows[first:]]
    return rows


def _count(rows: Sequence[TableRow]) -> int:
    """How many of the rows, from the first on, are the header."""
    below = rows[1 : 1 + LOOKED_AT]
    if not below or not _may_head(rows[0]):
        return 0
    is_bold = _is_bold(rows[0]) and not all(map(_is_bold, below))
    if not (is_bold or _has_figures_below(rows[0], below) or _is_short_throughout(rows[0], below)):
        return 0
    count = 1
    while count < min(MOST_HEADERS, len(rows) - 1) and _goes_on(rows[count - 1], rows[count], is_bold=is_bold):
        count += 1
    return count


def _goes_on(above: TableRow, row: TableRow, *, is_bold: bool) -> bool:
    """Whether the row is one of the header too: below cells that reach over several columns, or bold as it is."""
    spans = any(cell.columns > 1 for cell in above.cells) or any(cell.rows > 1 for cell in above.cells)
    return _may_head(row) and (spans or (is_bold and _is_bold(row)))


def _may_head(row: TableRow) -> bool:
    filled = _filled(row)
    words = all(not _is_figure(cell) or YEAR.fullmatch(cell.text) for cell in filled)
    return len(filled) > 1 and words and all(map(_is_short, filled))


def _is_bold(row: TableRow) -> bool:
    filled = _filled(row)
    return bool(filled) and all(cell.is_bold for cell in filled)


def _has_figures_below(head: TableRow, below: Sequence[TableRow]) -> bool:
    """Whether a column that the header heads with a word is of figures throughout. Two pairs tell nothing."""
    if len(head.cells) == 2 and len(below) < 2:
        return False
    rows = [_by_column(row) for row in below]
    for column, cell in _by_column(head).items():
        said = [row[column] for row in rows if column in row]
        if not _is_figure(cell) and said and all(map(_is_figure, said)):
            return True
    return False


def _is_short_throughout(head: TableRow, below: Sequence[TableRow]) -> bool:
    """Whether the row says short things that differ, above each column of three or more but one."""
    heads = _by_column(head)
    columns = {column for row in below for column in _by_column(row)} | heads.keys()
    words = [cell.text for cell in heads.values()]
    short = all(len(word) < 40 and len(word.split()) <= 4 and not re.search(r"\d", word) for word in words)
    return len(columns) >= 3 and len(words) >= len(columns) - 1 and short and len({*words}) == len(words)


def _is_pairs(rows: Sequence[TableRow]) -> bool:
    """Whether each row is a name and what it is: two cells, the names short and no two alike."""
    filled = [row for row in rows if _filled(row)]
    names = [row.cells[0].text for row in filled]
    two = all(len(row.cells) == 2 and row.cells[0].columns == 1 for row in filled)
    short = all(name and _is_short(row.cells[0]) for name, row in zip(names, filled, strict=True))
    figures = all(_is_figure(row.cells[0]) for row in filled)
    return two and short and not figures and len({*names}) == len(names) > 1


def _pair(row: TableRow) -> TableRow:
    if len(row.cells) != 2:
        return row
    name, value = row.cells
    return replace(row, cells=(name._replace(is_header=True), value))


def _is_short(cell: TableCell) -> bool:
    return len(cell.text) <= LONGEST_NAME and len(cell.text.split()) <= MOST_WORDS


def _is_figure(cell: TableCell) -> bool:
    return cell.is_figure or (len(cell.text) <= LONGEST_FIGURE and FIGURE.fullmatch(cell.text) is not None)


def _by_column(row: TableRow) -> dict[int, TableCell]:
    """The cells that say something, by the column in which they start."""
    column, cells = 0, dict[int, TableCell]()
    for cell in row.cells:
        if cell.text:
            cells[column] = cell
        column += cell.columns
    return cells


def _filled(row: TableRow) -> list[TableCell]:
    return [cell for cell in row.cells if cell.text]
