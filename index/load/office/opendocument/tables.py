"""Tables of OpenDocument: those in a text, and the sheets of a workbook, which are tables of the same kind."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Table
from index.load.header import TableCell, TableRow
from index.load.office.layout import arranges, asides, own_lines, table_cell
from index.load.office.package import attribute, whole
from index.load.table import MOST_COLUMNS

Reader = Callable[[Element], Iterator[Block]]
FIGURES = frozenset({"float", "percentage", "currency", "date", "time"})
MOST_REPEATED = 100
"""Rows and cells that say the same: further ones add nothing."""


def text_table(element: Element, read: Reader) -> Iterator[Block]:
    """Yield a table, then the notes and comments in it; of one that only arranges things, what is in its cells.

    ``read`` yields the blocks in a cell.
    """
    rows = [([(cell, list(read(cell))) for cell in _cells(row)], head) for row, head in _table_rows(element)]
    said = [blocks for row, _ in rows for _, blocks in row]
    if any(map(arranges, said)) or all(len(row) <= 1 for row, _ in rows):
        yield from (block for blocks in said for block in blocks)
        return
    yield Table([TableRow([_cell(cell, blocks) for cell, blocks in row], head) for row, head in rows if row])
    yield from (block for blocks in said for block in asides(blocks))


def sheet_tables(sheet: Element, read: Reader) -> Iterator[Block]:
    """Yield a table for each run of rows that no empty row parts, then the comments on its cells."""
    rows, number, comments = list[TableRow](), 1, list[Block]()
    for row, is_header in _table_rows(sheet):
        repeated = max(1, whole(attribute(row, "number-rows-repeated"), 1))
        cells, said = _sheet_row(row, read)
        comments += said
        if attribute(row, "visibility") != "collapse":
            if any(cell.text for cell in cells):
                rows += [TableRow(cells, is_header, str(number + n)) for n in range(min(repeated, MOST_REPEATED))]
            elif rows:
                yield _left_aligned(rows)
                rows = []
        number += repeated
    if rows:
        yield _left_aligned(rows)
    yield from comments


def _sheet_row(row: Element, read: Reader) -> tuple[list[TableCell], list[Block]]:
    """Read a row: its cells, what is empty in one, and the comments on them."""
    cells, said, gap = list[TableCell](), list[Block](), 0
    for cell in row:
        if cell.tag not in {"table-cell", "covered-table-cell"}:
            continue
        repeated = max(1, whole(attribute(cell, "number-columns-repeated"), 1))
        blocks = list(read(cell)) if len(cell) else []
        said += asides(blocks)
        if not own_lines(blocks):
            gap += repeated
            continue
        if gap:
            cells.append(TableCell("", columns=gap))
            gap = 0
        cells += [_cell(cell, blocks)._replace(columns=1, rows=1)] * min(repeated, MOST_REPEATED)
    return cells, said


def _left_aligned(rows: Sequence[TableRow]) -> Table:
    """The table without the columns that are empty on its left."""
    lefts = [0 if row.cells[0].text else row.cells[0].columns for row in rows]
    least = min(lefts)
    if not least:
        return Table(rows)
    return Table([replace(row, cells=_shifted(row.cells, least)) for row in rows])


def _shifted(cells: Sequence[TableCell], by: int) -> list[TableCell]:
    first, *rest = cells
    return [first._replace(columns=first.columns - by), *rest] if first.columns > by else rest


def _table_rows(element: Element, *, is_header: bool = False) -> Iterator[tuple[Element, bool]]:
    for child in element:
        if child.tag == "table-row":
            yield child, is_header
        elif child.tag in {"table-header-rows", "table-rows", "table-row-group"}:
            yield from _table_rows(child, is_header=is_header or child.tag == "table-header-rows")


def _cells(row: Element) -> Iterator[Element]:
    """Yield the cells of a row of a text's table."""
    for cell in row:
        if cell.tag == "table-cell":
            repeated = whole(attribute(cell, "number-columns-repeated"), 1)
            yield from [cell] * min(max(1, repeated), 1 if len(cell) else MOST_COLUMNS)


def _cell(cell: Element, blocks: Iterable[Block]) -> TableCell:
    return table_cell(
        blocks,
        columns=max(1, whole(attribute(cell, "number-columns-spanned"), 1)),
        rows=max(1, whole(attribute(cell, "number-rows-spanned"), 1)),
        is_figure=attribute(cell, "value-type") in FIGURES,
    )
