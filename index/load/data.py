"""JSON as people would write it down: fields as "name: value", lists of like things as tables, long texts as texts.

Each value stands in the text character for character as the file has it, escapes apart: a number keeps its zeros. Where
something stands is a JSON pointer (RFC 6901), or the number of the line where each line is a value of its own.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.load import markdown
from index.load.header import TableCell, TableRow, with_headers
from index.load.parsed import Parsed, ordered
from index.load.parts import one_line
from index.load.table import MOST_CELLS, Cell, Row, table_marks
from index.load.text import clean, decode
from index.types import Kind, Mark

DEEPEST = 60
FEW = 8
"""Values that a thing in a thing may have and be written in the same breath: "address city: Brekk"."""
SHORT = 120
LONG = 500
LONGEST_FIELD = 300
MOST_COLUMNS = 40
LEAST_FILLED = 0.5
LOOKED_AT = 200
BREAK = re.compile(r"[\n\t]")
BLOB = re.compile(r"data:[\w.+/-]+;base64,.*|[A-Za-z0-9+/=_\r\n-]{400,}", re.DOTALL)
"""A picture, a key: nothing that anybody reads."""
NAMES = ("title", "name", "headline", "subject", "label")


class _Object(list[tuple[str, Any]]):
    """The members of an object in order, those with the same name too."""


class _Literal(str):
    """A number as it was written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of as many cells; how many of the first are headers."""

    rows: list[list[str]]
    headers: int


class _TooDeepError(Exception):
    """Nobody wrote that by hand, and nobody reads it: the text stays as it is."""


def parse(data: bytes) -> Parsed:
    """The values, or, if it is no JSON, the text as it stands."""
    text = decode(data)
    try:
        return _written(_loads(text))
    except (ValueError, RecursionError):
        pass
    except _TooDeepError:
        return _as_it_stands(text)
    try:
        return _lines(text)
    except (ValueError, RecursionError, _TooDeepError):
        return _as_it_stands(text)


def _loads(text: str) -> Any:
    return json.loads(
        text,
        object_pairs_hook=_Object,
        parse_int=_Literal,
        parse_float=_Literal,
        parse_constant=_Literal,
    )


def _as_it_stands(text: str) -> Parsed:
    return Parsed("", text, (Mark(0, len(text), Kind.CODE, "json"),) if text.strip() else ())


def _written(value: Any) -> Parsed:
    writer = _Writer()
    if isinstance(value, _Object) and {"cells", "nbformat"} <= {name for name, _ in value}:
        _notebook(writer, value)
        return writer.parsed("")
    writer.value(value, "", 0)
    return writer.parsed(_name(value))


def _lines(text: str) -> Parsed:
    """Each line a value; raises ValueError if hardly any is."""
    values, bad = list[Any](), 0
    for line in text.split("\n"):
        if line.strip():
            try:
                values.append(_loads(line))
            except ValueError:
                values.append(line.strip())
                bad += 1
    if bad * 10 > len(values):
        raise ValueError("these are no lines of JSON")
    writer = _Writer(pointer="line ")
    writer.array(values, "", 0)
    return writer.parsed("")


def _name(value: Any) -> str:
    """What a thing is called, if one of its fields says so."""
    fields = dict(value) if isinstance(value, _Object) else {}
    found = (fields.get(name) for name in NAMES)
    return next((one_line(each) for each in found if isinstance(each, str) and 0 < len(each.strip()) <= SHORT), "")


def _is_long(value: Any) -> bool:
    """Whether it has a text that fills passages."""
    fields = value if isinstance(value, _Object) else []
    return any(isinstance(each, str) and len(each) > LONG for _, each in fields)


def _scalar(value: Any) -> str | None:
    """A value's words, none of a picture's; None if it holds others."""
    if isinstance(value, str):
        blob = not isinstance(value, _Literal) and BLOB.fullmatch(value)
        return "" if blob else clean(value).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if value is None:
        return ""
    return None if isinstance(value, list) else ("true" if value else "false")


def _fields(name: str, value: Any, depth: int = 0) -> list[tuple[str, str]] | None:
    """A value as a few short fields; None if it is too much for that."""
    words = _scalar(value)
    if words is not None:
        return [(name, words)] if len(words) <= LONGEST_FIELD and not BREAK.search(words) else None
    if len(value) > (4 * FEW if depth else MOST_COLUMNS) or depth > 3:
        return None
    if not isinstance(value, _Object):
        return _joined(name, value)
    fields = list[tuple[str, str]]()
    for inner, each in value:
        found = _fields(f"{name} {inner}".strip(), each, depth + 1)
        if found is None:
            return None
        fields += found
    return fields if len(fields) <= FEW or not depth else None


def _joined(name: str, values: Sequence[Any]) -> list[tuple[str, str]] | None:
    """A list of short values as one: "red, green"."""
    words = [_scalar(value) for value in values]
    whole = ", ".join(word for word in words if word)
    short = all(word is not None and len(word) <= SHORT and "\n" not in word for word in words)
    return [(name, whole)] if short and len(whole) <= LONGEST_FIELD and "\t" not in whole else None


class _Writer:
    """The text written so far, and its marks."""

    def __init__(self, *, pointer: str = "/") -> None:
        """Begin with nothing; values at the top are named by ``pointer`` and their number."""
        self._pointer = pointer
        self._pieces: list[str] = []
        self._length = 0
        self._marks: list[Mark] = []
        self._tables: list[list[Row]] = []
        self._cells = 0
        self._rows = 0
        self._gap = "\n\n"

    def parsed(self, title: str) -> Parsed:
        text = "".join(self._pieces)
        tables = [mark for rows in self._tables for mark in table_marks(rows, text)]
        return Parsed(title, text, ordered([*self._marks, *tables]))

    # what a value is written as

    def value(self, value: Any, at: str, depth: int) -> None:
        if depth > DEEPEST:
            raise _TooDeepError
        if isinstance(value, _Object):
            self.object(value, at, depth)
        elif isinstance(value, list):
            self.array(value, at, depth)
        elif words := _scalar(value):
            self.paragraph(words)

    def object(self, value: _Object, at: str, depth: int) -> None:
        """Fields a line each; what is more than a few fields gets a heading."""
        if rows := _keyed(value):
            self.table(rows)
            return
        self._rows = 0
        for name, each in value:
            fields = _fields(clean(name), each, 1)
            if fields is not None:
                for label, words in fields:
                    self.field(label, words)
            elif not isinstance(each, list):
                self.long(clean(name), _scalar(each) or "")
            else:
                self.section(name, each, f"{at}/{_escaped(name)}", depth)

    def section(self, name: str, value: Any, at: str, depth: int) -> None:
        """A thing in a thing, below its name."""
        self._gap = "\n\n"
        start = self.write(one_line(name) or at)
        self._gap = "\n"
        self.value(value, at, depth + 1)
        self._marks.append(Mark(start, self._length, Kind.PART, one_line(at)))
        self._marks.append(Mark(start, self._length, Kind.HEADING, one_line(name) or one_line(at)))
        self._gap, self._rows = "\n\n", 0

    def array(self, values: list[Any], at: str, depth: int) -> None:
        """A table if its items are alike, else one item after the other."""
        if rows := _alike(values) or _grid(values):
            self.table(rows)
            return
        for number, value in enumerate(values):
            if isinstance(value, list):
                self.record(value, at, number, depth)
            else:
                self.item(_scalar(value) or "")

    def record(self, value: Any, at: str, number: int, depth: int) -> None:
        """An item that is a thing of its own."""
        self._gap, self._rows = "\n\n", 0
        before, first = self._length, len(self._pieces)
        here = f"{at}/{number}" if at or self._pointer == "/" else f"{self._pointer}{number + 1}"
        name = _name(value) if _is_long(value) else ""
        if name:  # its later passages are nothing without it
            self.write(name)
            self._gap = "\n"
        self.value(value, here, depth + 1)
        if len(self._pieces) > first:
            start = before + len(self._pieces[first])
            self._marks.append(Mark(start, self._length, Kind.PART, one_line(here)))
            self._marks += [Mark(start, self._length, Kind.HEADING, name)] if name else []
        self._gap = "\n\n"

    def cell(self, words: str, label: str, *, is_code: bool) -> None:
        """A cell of a notebook: Markdown, or a program and what it printed."""
        start = self.write(words)
        self._marks.append(Mark(start, self._length, Kind.PART, label))
        if is_code:
            self._marks.append(Mark(start, self._length, Kind.CODE, ""))
        else:
            marks = markdown.marks(words)
            self._marks += [replace(mark, start=start + mark.start, end=start + mark.end) for mark in marks]

    # how it is written

    def write(self, text: str) -> int:
        gap = self._gap if self._pieces else ""
        self._pieces += [gap, text]
        start = self._length + len(gap)
        self._length = start + len(text)
        return start

    def paragraph(self, words: str) -> None:
        self.write(words)
        self._gap, self._rows = "\n\n", 0

    def item(self, words: str) -> None:
        if words:
            self.write(f"- {words}")
            self._gap = "\n"

    def field(self, label: str, words: str) -> None:
        if not words:
            return
        start = self.write(f"{label}: {words}")
        self._gap = "\n"
        self._rows += 1
        self._cells += 2
        if self._cells <= MOST_CELLS and label:
            named = one_line(label)
            self._marks += [
                Mark(start, self._length, Kind.ROW, str(self._rows)),
                Mark(start, start + len(label), Kind.HEADER, named),
                Mark(start + len(label) + 2, self._length, Kind.CELL, named),
            ]

    def long(self, label: str, words: str) -> None:
        """A text among the fields: below its name, and no row."""
        if not words:
            return
        self.write(f"{label}:")
        self._gap = "\n"
        self.paragraph(words)

    def table(self, table: _Table) -> None:
        """Write rows of cells, and mark them as far as the marks of a file go."""
        gap, marked = self._gap, max(0, (MOST_CELLS - self._cells) // max(1, len(table.rows[0])))
        places = list[Row]()
        for number, row in enumerate(table.rows[:marked]):
            cells = list[Cell]()
            for words in row:
                self._gap = "\t" if cells else gap
                cells.append(Cell(self.write(words), self._length))
            places.append(Row(cells[0].start, self._length, cells, number < table.headers))
            gap = "\n"
        self._cells += len(places) * len(table.rows[0])
        self._tables.append(places)
        self._gap = gap
        if rest := table.rows[marked:]:
            self.write("\n".join(map("\t".join, rest)))
        self._gap, self._rows = "\n\n", 0


def _alike(values: Sequence[Any]) -> _Table | None:
    """Things with the same fields, as rows below the names of these."""
    if len(values) < 2 or not all(isinstance(value, _Object) and value for value in values):
        return None
    records = list[dict[str, str]]()
    for value in values:
        fields = _fields("", value)
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
    return _Table([heads, *([record.get(name, "") for name in names] for record in records)], 1)


def _keyed(value: _Object) -> _Table | None:
    """Things with the same fields, each under a name of its own: that is the first column."""
    names = [one_line(name) for name, _ in value]
    table = _alike([each for _, each in value])
    if not table or not all(names) or len(table.rows[0]) < 2:
        return None
    return _Table([[name, *row] for name, row in zip(["", *names], table.rows, strict=True)], 1)


def _grid(values: Sequence[Any]) -> _Table | None:
    """Lists as long as each other, as the rows of a table; whether the first is a header, it must look like it."""
    if len(values) < 2 or not all(isinstance(value, list) and not isinstance(value, _Object) for value in values):
        return None
    if not 2 <= len(values[0]) <= MOST_COLUMNS or any(len(value) != len(values[0]) for value in values):
        return None
    rows = list[list[str]]()
    for value in values:
        words = [_scalar(each) for each in value]
        row = [word for word in words if word is not None and len(word) <= LONGEST_FIELD and not BREAK.search(word)]
        if len(row) < len(words):
            return None
        rows.append(row)
    top = with_headers([TableRow([TableCell(word) for word in row]) for row in rows[:LOOKED_AT]])
    return _Table(rows, sum(row.is_header for row in top))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _notebook(writer: _Writer, value: _Object) -> None:
    """A Jupyter notebook: its cells, and what they printed."""
    cells = dict(value)["cells"]
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        fields = dict(cell) if isinstance(cell, _Object) else {}
        is_code = fields.get("cell_type") == "code"
        for words in (_text(fields.get("source")), *_outputs(fields.get("outputs"))):
            if words.strip():
                writer.cell(words, f"cell {number}", is_code=is_code)


def _outputs(outputs: Any) -> Iterator[str]:
    for output in outputs if isinstance(outputs, list) else []:
        fields = dict(output) if isinstance(output, _Object) else {}
        shown = fields.get("data")
        yield _text(fields.get("text"))
        yield _text(dict(shown).get("text/plain")) if isinstance(shown, _Object) else ""


def _text(value: Any) -> str:
    lines = value if isinstance(value, list) and not isinstance(value, _Object) else [value]
    return (_scalar("".join(line for line in lines if isinstance(line, str))) or "").rstrip()
