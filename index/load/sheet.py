"""Tables as text, a row a line: CSV and its kin. Quotes and separators are no part of what is read."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from index.load.blocks import Table, Writer
from index.load.header import TableCell, TableRow
from index.load.parsed import Parsed
from index.load.text import decode
from index.types import Kind

SEPARATORS = "\t;,|"
SAMPLE = 1 << 16
LONGEST_FIELD = 1 << 15
"""A longer one was opened by a quote that nothing closes, and has swallowed the rows that follow."""
SAID = re.compile(r'"?sep=(.)"?\n', re.IGNORECASE)
"""What Excel writes, and reads, as a first line."""


def parse(data: bytes) -> Parsed:
    """The rows of a file with separated values, numbered as a spreadsheet numbers them."""
    text = decode(data)
    said = SAID.match(text)
    separator = said[1] if said else separator_of(text[:SAMPLE])
    rows = list(_rows(text[said.end() :] if said else text, separator))
    writer = Writer()
    with writer.marked(Kind.SHEET, ""):
        first = 2 if said else 1
        writer.write([Table([row for number, cells in enumerate(rows, first) if (row := _row(cells, number))])])
    return writer.parsed("")


def separator_of(sample: str) -> str:
    r"""The separator that cuts most rows into equally many cells, more than one; of several, the first of "\t;,|".

    >>> separator_of("Name;Price\nTea;2,50\nCake;3,20\n")
    ';'
    """
    rated = []
    for separator in SEPARATORS:
        widths = Counter(len(row) for row in islice(_rows(sample, separator), 200) if any(row))
        width, rows = max(widths.items(), key=lambda each: (each[1] * (each[0] > 1), each[0]), default=(1, 0))
        rated.append((rows / max(1, widths.total()) if width > 1 else 0.0, separator))
    best = max(rated, key=lambda each: each[0])
    return best[1] if best[0] > 0 else ","


def _rows(text: str, separator: str) -> Iterator[Sequence[str]]:
    """Yield the rows as lists of cells; with quotes taken for what they are if some of them do not close."""
    csv.field_size_limit(LONGEST_FIELD)
    lines = io.StringIO(text, newline="")  # splitlines() would end a row at a form feed or a U+2028 in a cell too
    try:
        yield from list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
    except csv.Error:
        yield from (line.split(separator) for line in text.split("\n"))


def _row(cells: Sequence[str], number: int) -> TableRow | None:
    found = [TableCell(_tidy(cell)) for cell in cells]
    return TableRow(found, label=str(number)) if any(cell.text for cell in found) else None


def _tidy(cell: str) -> str:
    if "\n" not in cell:
        return " ".join(cell.split())
    return "\n".join(filter(None, (" ".join(line.split()) for line in cell.split("\n"))))
