"""A stretch of a document as blocks: its paragraphs, its headings, its tables, and where a page or a sheet begins."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa import Document, Kind, Mark

LONGEST_GAP = 20_000

PARTS = (Kind.CHAPTER, Kind.PART, Kind.SHEET, Kind.SLIDE, Kind.PAGE)
TABLES = (Kind.HEADER, Kind.ROW, Kind.CELL)
BETWEEN_ROWS = re.compile(r"[\W_]*")
"""Between the rows of one table there are lines, bars, commas and quotes, and no words."""
OPENING = re.compile(r"(?:\A|(?<=\n))[^\w\n]*\Z")

Block = dict[str, Any]


def blocks(document: Document, first: int, last: int) -> list[Block]:
    """Return the blocks of ``text[first:last]``, in order: all of it but the lines and bars between blocks and cells.

    ========= ==============================================================================================
    kind      what it has
    ========= ==============================================================================================
    text      ``start`` and ``text``
    heading   the same, and its ``level``
    part      where a page, slide, sheet, chapter or part begins: ``of``, which of them it is, and its ``label``
    table     ``rows``: whether each is a ``header``, and its ``cells``, as ``[column, start, text]``;
              ``heads``, what is above the columns, where the header is not among the rows
    ========= ==============================================================================================
    """
    return _trimmed(list(_blocks(document, first, last)))


@dataclass(slots=True)
class _Row:
    """A row of a table: its place, and the marks of its cells."""

    start: int
    end: int
    is_header: bool
    cells: list[Mark] = field(default_factory=list)


def _blocks(document: Document, first: int, last: int) -> Iterator[Block]:
    at = first
    for mark, rows in _pieces(document, first, last):
        if mark.start < at and mark.kind not in PARTS:
            continue  # within what has been written
        yield from _text(document, at, mark.start)
        at = max(at, mark.start)
        if rows:
            yield _table(document, rows)
            at = rows[-1].end
        elif mark.kind is Kind.HEADING:
            end = _line_end(document, mark, last)
            level = len(document.around(mark.start, Kind.HEADING))
            yield {"kind": "heading", "start": at, "text": document.text[at:end], "level": min(level, 6)}
            at = end
        elif mark.kind in PARTS:
            yield {"kind": "part", "start": at, "of": mark.kind.value, "label": mark.label}
    yield from _text(document, at, last)


def _text(document: Document, start: int, end: int) -> Iterator[Block]:
    if start < end:
        yield {"kind": "text", "start": start, "text": document.text[start:end]}


def _trimmed(blocks: Sequence[Block]) -> list[Block]:
    """Drop the empty lines, and the bar of a table's first row, at the ends of each text: blocks are apart anyway."""
    for number, block in enumerate(blocks):
        if block["kind"] != "text":
            continue
        following = blocks[number + 1]["kind"] if number + 1 < len(blocks) else ""
        text = OPENING.sub("", block["text"]) if following == "table" else block["text"]
        text = text.rstrip("\n") if following else text.removesuffix("\n")
        kept = text.lstrip("\n") if number else text
        block.update(start=block["start"] + len(text) - len(kept), text=kept)
    return [block for block in blocks if block["kind"] != "text" or block["text"].strip()]


def _line_end(document: Document, mark: Mark, last: int) -> int:
    end = document.text.find("\n", mark.start, min(mark.end, last))
    return min(mark.end, last) if end < 0 else end


def _pieces(document: Document, first: int, last: int) -> Iterator[tuple[Mark, list[_Row]]]:
    """Yield the marks that begin something in a window, in order; a table as its first mark, with its filled rows."""
    for mark, rows in _marked(document, first, last):
        filled = [row for row in rows if row.cells]
        if filled:
            filled[-1].end = rows[-1].end
        if filled or not rows:
            yield mark, filled


def _marked(document: Document, first: int, last: int) -> Iterator[tuple[Mark, list[_Row]]]:
    table: list[_Row] = []
    opening: Mark | None = None
    for mark in document.within(first, last):
        if mark.kind in TABLES:
            if mark.end > last:
                continue
            if not table or _continues(document, table, mark):
                opening = opening or mark
                _take(document, table, mark)
                continue
            if opening:
                yield opening, table
            table, opening = [], mark
            _take(document, table, mark)
        elif mark.kind in PARTS or mark.kind is Kind.HEADING:
            if opening:
                yield opening, table
            table, opening = [], None
            yield mark, []
    if opening:
        yield opening, table


def _continues(document: Document, table: Sequence[_Row], mark: Mark) -> bool:
    """Whether a mark belongs to a table: a header after rows, or a first row after others, begins another one."""
    has_rows = any(not row.is_header for row in table)
    begins = (mark.kind is Kind.HEADER and mark.start >= table[-1].end) or (mark.kind, mark.label) == (Kind.ROW, "1")
    if has_rows and begins:
        return False
    gap = document.text[table[-1].end : mark.start]
    return len(gap) < LONGEST_GAP and BETWEEN_ROWS.fullmatch(gap) is not None


def _take(document: Document, table: list[_Row], mark: Mark) -> None:
    """Put a mark into the table: a row begins one, a cell goes into the row that it lies in, or else into a header."""
    if mark.kind is Kind.ROW:
        table.append(_Row(mark.start, mark.end, is_header=False))
        return
    if not table or mark.end > table[-1].end:
        beside = table and table[-1].is_header and "\n" not in document.text[table[-1].end : mark.start]
        if not beside:
            table.append(_Row(mark.start, mark.end, is_header=True))
        table[-1].end = mark.end
    table[-1].cells.append(mark)


def _table(document: Document, rows: Sequence[_Row]) -> Block:
    columns = _columns(rows)
    placed = [
        {"header": row.is_header, "cells": [[c, *_cell(document, m)] for c, m in _placed(row, columns)]}
        for row in _joined(rows, len(columns))
    ]
    heads = [] if any(row.is_header for row in rows) or not any(columns) else columns
    return {"kind": "table", "start": rows[0].start, "end": rows[-1].end, "heads": heads, "rows": placed}


def _cell(document: Document, mark: Mark) -> tuple[int, str]:
    return mark.start, document.text[mark.start : mark.end]


def _joined(rows: Sequence[_Row], columns: int) -> Sequence[_Row]:
    """Put a header's cells in one row where each was written as a paragraph of its own."""
    heads = [row for row in rows if row.is_header]
    if len(heads) != columns or any(len(row.cells) > 1 for row in heads) or rows[: len(heads)] != heads:
        return rows
    one = _Row(heads[0].start, heads[-1].end, is_header=True, cells=[cell for row in heads for cell in row.cells])
    return [one, *rows[len(heads) :]]


def _columns(rows: Sequence[_Row]) -> list[str]:
    """Return what the columns are headed by, left to right, as far as the cells say: an empty cell has no mark."""
    columns: list[str] = []
    for row in rows:
        at = 0
        for label in _labels(row) if not row.is_header else ():
            if label in columns[at:]:
                at = columns.index(label, at)
            elif label or at == len(columns):
                columns.insert(at, label)
            at += 1
    return columns


def _labels(row: _Row) -> list[str]:
    """Return what heads each cell; nothing does where the row itself begins with its header, as "Born" | "1921"."""
    is_pair = any(cell.kind is Kind.HEADER for cell in row.cells) and not row.is_header
    return ["" if is_pair else cell.label for cell in row.cells]


def _placed(row: _Row, columns: Sequence[str]) -> Iterator[tuple[int, Mark]]:
    """Yield the cells of a row with their columns: the next one that is headed as the cell says."""
    at = 0
    for label, cell in zip(_labels(row), row.cells, strict=True):
        at += columns[at:].index(label) if label in columns[at:] else 0
        yield at, cell
        at += 1
