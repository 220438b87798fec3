"""Things that are alike become the rows of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index.load.data.values import BREAK, LONGEST_FIELD, MOST_COLUMNS, Object, fields_of, words_of
from index.load.header import TableCell, TableRow, with_headers
from index.load.parts import one_line

LEAST_FILLED = 0.5
LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells; how many of the first are headers."""

    rows: list[list[str]]
    headers: int


def alike(values: Sequence[Any]) -> Table | None:
    """Things with the same fields, as rows below the names of these."""
    if len(values) < 2 or not all(isinstance(value, Object) and value for value in values):
        return None
    records = list[dict[str, str]]()
    for value in values:
        fields = fields_of("", value)
        if fields is None:
            return None
        record = dict(fields)
        if len(record) < len(fields):
            return None
        records.append(record)
    names = list(dict.fromkeys(name for record in records for name in record))
    if not 0 < len(names) <= MOST_COLUMNS or sum(map(len, records)) < LEAST_FILLED * len(names) * len(records):
        return None
    heads = list(map(one_line, names))
    if "" in heads:
        return None
    return Table([heads, *([record.get(name, "") for name in names] for record in records)], 1)


def keyed(value: Object) -> Table | None:
    """Things with the same fields, each under a name of its own: that is the first column."""
    names = [one_line(name) for name, _ in value]
    table = alike([each for _, each in value])
    if not table or not all(names) or len(table.rows[0]) < 2:
        return None
    return Table([[name, *row] for name, row in zip(["", *names], table.rows, strict=True)], 1)


def grid(values: Sequence[Any]) -> Table | None:
    """Lists as long as each other, as the rows of a table; whether the first is a header, it must look like it."""
    if len(values) < 2 or not all(isinstance(value, list) and not isinstance(value, Object) for value in values):
        return None
    if not 2 <= len(values[0]) <= MOST_COLUMNS or any(len(value) != len(values[0]) for value in values):
        return None
    rows = list[list[str]]()
    for value in values:
        words = [words_of(each) for each in value]
        row = [word for word in words if word is not None and len(word) <= LONGEST_FIELD and not BREAK.search(word)]
        if len(row) < len(words):
            return None
        rows.append(row)
    top = with_headers([TableRow([TableCell(word) for word in row]) for row in rows[:LOOKED_AT]])
    return Table(rows, sum(row.is_header for row in top))
