"""A sheet: its rows and what it says of them, as tables that empty rows and columns part."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Table
from index.load.header import TableCell, TableRow
from index.load.office.chart import drawn
from index.load.office.package import Package, attribute, whole
from index.load.office.xlsx.aside import boxes, comments
from index.load.office.xlsx.book import Book
from index.load.office.xlsx.cells import column_number, is_true, shown_cells
from index.load.table import MOST_COLUMNS

REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII)


MOST_MERGES = 100_000
READ = frozenset({"row", "sheetPr", "col", "pane", "autoFilter", "mergeCell"})


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's number, how many rows are shown above it, and its cells that show something, with their columns."""

    number: int
    place: int
    cells: Sequence[tuple[int, TableCell]]


@dataclass
class _Rows:
    """A sheet's rows as they come, and what else the sheet says of them."""

    rows: list["_Row"] = field(default_factory=list)
    wide: dict[tuple[int, int], int] = field(default_factory=dict)
    """How many columns a merged cell covers, by its row and column."""
    heads: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    is_filtered: bool = False


def sheet_blocks(package: Package, part: str, book: Book) -> Iterator[Block]:
    """Yield a sheet's tables, which empty rows part, then its charts, text boxes and comments."""
    found = _read(package, part, book)
    for table in package.related(part, "table"):
        root = package.optional(table)
        match = REFERENCE.match(attribute(root, "ref") or "") if root is not None else None
        if root is not None and match and whole(attribute(root, "headerRowCount"), 1):
            found.heads.add(int(match[2]))
    yield from _tables(found)
    for name in package.related(part, "drawing"):
        root = package.optional(name)
        if root is not None:
            yield from boxes(root)
            yield from drawn(package, root, package.relations(name))
    yield from comments(package, part)


def _read(package: Package, part: str, book: Book) -> _Rows:
    found, number, unseen = _Rows(), 0, 0
    for tag, element in package.elements(part, READ):
        if tag == "row":
            number = whole(element.get("r"), number + 1)
            if is_true(element, "hidden") and not found.is_filtered:  # a filter hides no row for good
                unseen += 1
            elif cells := list(shown_cells(element, book, found.hidden)):
                found.rows.append(_Row(number, number - unseen, cells))
            element.clear()
        else:
            _note(tag, element, found)
    return found


def _note(tag: str, element: Element, found: _Rows) -> None:
    """Note what a sheet says of its columns, of its header, and of cells that were merged."""
    if tag == "sheetPr":
        found.is_filtered = is_true(element, "filterMode")
    elif tag == "col" and is_true(element, "hidden"):
        first, last = whole(element.get("min")), whole(element.get("max"))
        found.hidden.update(range(first, min(last, first + MOST_COLUMNS) + 1))
    elif tag == "pane" and element.get("state") in {"frozen", "frozenSplit"}:
        found.heads.add(whole(element.get("ySplit")))
    elif tag == "autoFilter" and (match := REFERENCE.match(element.get("ref") or "")):
        found.heads.add(int(match[2]))
    elif tag == "mergeCell" and len(found.wide) < MOST_MERGES:
        ends = REFERENCE.findall(element.get("ref") or "")
        if len(ends) == 2:
            (left, top), (right, _) = ends
            found.wide[int(top), column_number(left)] = max(1, column_number(right) - column_number(left) + 1)


def _tables(found: _Rows) -> Iterator[Block]:
    """Yield a table for each run of rows that no empty row parts."""
    rows = list[_Row]()
    for row in found.rows:
        if rows and row.place > rows[-1].place + 1:
            yield from (_table(part, found) for part in _beside(rows))
            rows = []
        rows.append(row)
    yield from (_table(part, found) for part in _beside(rows))


def _beside(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Yield the rows in parts that stand side by side: an empty column parts them, and they begin in other rows."""
    tops: dict[int, int] = {}
    for row in rows:
        for column, _ in row.cells:
            tops.setdefault(column, row.number)
    columns = sorted(tops)
    edges = [columns[:1], *([after] for before, after in pairwise(columns) if after > before + 1), [1 << 30]]
    groups = list(pairwise(edge[0] for edge in edges if edge))
    first = [min(tops[column] for column in columns if low <= column < high) for low, high in groups]
    if len({*first}) < len(first):  # what begins beside each other belongs together
        groups = [(0, 1 << 30)] if rows else []
    for low, high in groups:
        parts = (replace(row, cells=[each for each in row.cells if low <= each[0] < high]) for row in rows)
        yield [part for part in parts if part.cells]


def _table(rows: Sequence[_Row], found: _Rows) -> Table:
    first = min(row.cells[0][0] for row in rows)
    return Table([_row(row, first, found) for row in rows])


def _row(row: _Row, first: int, found: _Rows) -> TableRow:
    """The row from its table's first column on, what is empty in one cell."""
    cells, at = list[TableCell](), first
    for column, cell in row.cells:
        if column > at:
            cells.append(TableCell("", columns=column - at))
        wide = found.wide.get((row.number, column), 1)
        cells.append(cell._replace(columns=wide) if wide > 1 else cell)
        at = column + wide
    return TableRow(cells, row.number in found.heads and len(cells) > 1, str(row.number))
