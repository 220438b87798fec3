"""Tables of Word: rows and cells wherever they are wrapped, and cells that were merged."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Table
from index.load.header import TableCell, TableRow
from index.load.office.layout import arranges, asides, table_cell
from index.load.office.package import attribute, is_on, value_of, whole

Reader = Callable[[Element], Iterator[Block]]
UNWRAPPED = frozenset({"tr", "tc", "p", "tbl", "sdtPr", "tblPr", "trPr", "tcPr", "del", "moveFrom"})
"""What holds no rows or cells of the same table."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of the grid: what is in it, and how it was merged."""

    blocks: Sequence[Block]
    columns: int = 1
    goes_on: bool = False
    """It is a part of the cell above."""
    begins: bool = False
    """Those below may be a part of it."""


@dataclass(frozen=True, slots=True)
class _Row:
    cells: Sequence[_Cell]
    is_header: bool


def table(element: Element, read: Reader) -> Iterator[Block]:
    """Yield a table, then the notes and comments in it; of one that only arranges things, what is in its cells.

    ``read`` yields the blocks in a cell.
    """
    rows = [_row(row, read) for row in _children(element, "tr") if not _is_deleted(row)]
    blocks = [block for row in rows for cell in row.cells for block in cell.blocks]
    if all(len(row.cells) <= 1 for row in rows) or any(arranges(cell.blocks) for row in rows for cell in row.cells):
        yield from blocks
        return
    yield Table(_spanned([row for row in rows if row.cells]))
    yield from asides(blocks)


def _row(element: Element, read: Reader) -> _Row:
    properties = element.find("trPr")
    is_header = properties is not None and is_on(properties.find("tblHeader"))
    before = whole(value_of(properties, "gridBefore"))
    cells = [_Cell([], columns=before)] if before > 0 else []
    return _Row([*cells, *(_cell(cell, read) for cell in _children(element, "tc"))], is_header)


def _cell(element: Element, read: Reader) -> _Cell:
    properties = element.find("tcPr")
    merge = properties.find("vMerge") if properties is not None else None
    goes_on = merge is not None and attribute(merge, "val") in {None, "continue"}
    columns = max(1, whole(value_of(properties, "gridSpan"), 1))
    if properties is not None and properties.find("cellDel") is not None:
        return _Cell([], columns)
    return _Cell(list(read(element)), columns, goes_on, merge is not None and not goes_on)


def _spanned(rows: Sequence[_Row]) -> list[TableRow]:
    """The rows as a table has them: cells that were merged downwards are one."""
    below: dict[int, int] = {}  # column: how many cells go on from there downwards
    made = list[TableRow]()
    for row in reversed(rows):
        column, cells, reach = 0, list[TableCell](), dict[int, int]()
        for cell in row.cells:
            rows_below = below.get(column, 0)
            if cell.goes_on:
                reach[column] = rows_below + 1
            else:
                cells.append(table_cell(cell.blocks, columns=cell.columns, rows=rows_below + 1 if cell.begins else 1))
            column += cell.columns
        below = reach
        made.append(TableRow(cells, row.is_header))
    return made[::-1]


def _children(element: Element, tag: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, those in content controls too."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in UNWRAPPED:
            yield from _children(child, tag)


def _is_deleted(row: Element) -> bool:
    properties = row.find("trPr")
    return properties is not None and properties.find("del") is not None
