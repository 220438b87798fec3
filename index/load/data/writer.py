"""What each value is written as, and where it then stands."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from index.load import markdown
from index.load.data.tables import Table, alike, grid, keyed
from index.load.data.values import Object, fields_of, is_long, name_of, words_of
from index.load.parsed import Parsed, clean, ordered
from index.load.parts import one_line
from index.load.table import MOST_CELLS, Cell, Row, table_marks
from index.types import Kind, Mark

DEEPEST = 60


class TooDeepError(Exception):
    """Nobody wrote that by hand, and nobody reads it: the text stays as it is."""


class Writer:
    """The text written so far, and its marks."""

    def __init__(self, *, lines: Sequence[int] = ()) -> None:
        """Begin with nothing; ``lines`` are those that the values at the top stand on, if each has its own."""
        self._lines = lines
        self._pieces: list[str] = []
        self._length = 0
        self._marks: list[Mark] = []
        self._tables: list[list[Row]] = []
        self._cells = 0
        self._rows = 0
        self._gap = "\n\n"
        self._note = ""

    def parsed(self, title: str) -> Parsed:
        """Return what was written."""
        text = "".join(self._pieces)
        tables = [mark for rows in self._tables for mark in table_marks(rows, text)]
        return Parsed(title, text, ordered([*self._marks, *tables]), self._note)

    # what a value is written as

    def value(self, value: Any, at: str, depth: int) -> None:
        """Write any value; ``at`` is its pointer."""
        if depth > DEEPEST:
            raise TooDeepError
        if isinstance(value, Object):
            self.object(value, at, depth)
        elif isinstance(value, list):
            self.array(value, at, depth)
        elif words := words_of(value):
            self.paragraph(words)

    def object(self, value: Object, at: str, depth: int) -> None:
        """Fields a line each; what is more than a few fields gets a heading."""
        if rows := keyed(value):
            self.table(rows)
            return
        self._rows = 0
        for name, each in value:
            fields = fields_of(clean(name), each, 1)
            if fields is not None:
                for label, words in fields:
                    self.field(label, words)
            elif not isinstance(each, list):
                self.long(clean(name), words_of(each) or "")
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
        if rows := alike(values) or grid(values):
            self.table(rows)
            return
        for number, value in enumerate(values):
            if isinstance(value, list):
                self.record(value, at, number, depth)
            else:
                self.item(words_of(value) or "")

    def record(self, value: Any, at: str, number: int, depth: int) -> None:
        """An item that is a thing of its own."""
        self._gap, self._rows = "\n\n", 0
        before, first = self._length, len(self._pieces)
        here = f"line {self._lines[number]}" if self._lines and not at else f"{at}/{number}"
        name = name_of(value) if is_long(value) else ""
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
            marks, note = markdown.marked(words)
            self._note = self._note or note
            self._marks += [replace(mark, start=start + mark.start, end=start + mark.end) for mark in marks]

    # how it is written

    def write(self, text: str) -> int:
        """Write a piece of text, and return where it starts."""
        gap = self._gap if self._pieces else ""
        self._pieces += [gap, text]
        start = self._length + len(gap)
        self._length = start + len(text)
        return start

    def paragraph(self, words: str) -> None:
        """Write a text that stands alone."""
        self.write(words)
        self._gap, self._rows = "\n\n", 0

    def item(self, words: str) -> None:
        """Write a short value of a list."""
        if words:
            self.write(f"- {words}")
            self._gap = "\n"

    def field(self, label: str, words: str) -> None:
        """Write a name and its value on a line, and mark them as a row."""
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

    def table(self, table: Table) -> None:
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


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
