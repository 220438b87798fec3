"""Paragraphs and tables become a text with marks: for formats that say what is a paragraph, a heading, a table.

Offsets are noted while the text is written.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from index.load.header import TableRow, with_headers
from index.load.parsed import Heading, Parsed, ParseError, heading_note, ordered, sections
from index.load.table import MOST_CELLS, Cell, Row, table_marks
from index.types import Kind, Mark

MOST_CHARACTERS = 64 << 20
"""A small file can say the same thing a million times; what a file of 32 MB can hold, this can."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Its text, without white space at its ends; the level of its heading if it is one; what it belongs to."""

    text: str
    level: int | None = None
    is_item: bool = False
    part: str = ""
    """Such as "footnote 3" or "comment by Ann Lee"; "" for what is no such thing."""
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table. Which of them are headers is worked out where no row says so."""

    rows: Sequence[TableRow]


Block = Paragraph | Table


class Writer:
    """The text written so far, and its marks."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.length = 0
        self.title = ""
        self._parts: list[str] = []
        self._marks: list[Mark] = []
        self._tables: list[list[Row]] = []
        self._headings: list[Heading] = []
        self._note = ""
        self._cells = 0
        self._was_item = False

    def write(self, blocks: Sequence[Block] | Iterator[Block]) -> None:
        """Write blocks one after another."""
        for block in blocks:
            if isinstance(block, Table):
                self._table(block)
            elif block.text:
                self._paragraph(block)

    @contextmanager
    def marked(self, kind: Kind, label: str) -> Iterator[None]:
        """Mark all that is written meanwhile; nothing, if nothing is."""
        before, first = self.length, len(self._parts)
        yield
        if len(self._parts) > first:
            self._marks.append(Mark(before + len(self._parts[first]), self.length, kind, label))

    def end_sections(self) -> None:
        """End the sections that are open: what comes is below no heading so far."""
        self._marks += sections(self._headings, self.length)
        self._note = self._note or heading_note(self._headings)
        self._headings.clear()

    def parsed(self, title: str) -> Parsed:
        """Return what was written; without a title, that of the first heading."""
        self.end_sections()
        text = "".join(self._parts)
        tables = [mark for rows in self._tables for mark in table_marks(rows, text)]
        return Parsed(title=title or self.title, text=text, marks=ordered([*self._marks, *tables]), note=self._note)

    def _paragraph(self, block: Paragraph) -> None:
        with self.marked(Kind.PART, block.part) if block.part else _nothing():
            start = self._append(block.text, "\n" if block.is_item and self._was_item else "\n\n")
        self._was_item = block.is_item
        if block.level is not None:
            words = " ".join(block.text.split())
            self._headings.append(Heading(start, words, block.level))
            self.title = self.title or words

    def _append(self, text: str, separator: str) -> int:
        """Write a piece of text and return where it starts."""
        separator = separator if self._parts else ""
        self._parts += [separator, text]
        start = self.length + len(separator)
        self.length = start + len(text)
        if self.length > MOST_CHARACTERS:
            raise ParseError(f"holds more than {MOST_CHARACTERS >> 20} million characters of text: split it")
        return start

    def _table(self, table: Table) -> None:
        rows, gap = list[Row](), "\n\n"
        for row in with_headers(table.rows):
            cells, start = list[Cell](), self.length
            self._cells += len(row.cells)
            is_marked = self._cells <= MOST_CELLS
            for cell in row.cells:
                at = self.length
                if cell.text:
                    at = self._append(cell.text, gap)
                    start = at if gap != "\t" else start
                    gap = "\t"
                if is_marked:
                    cells.append(Cell(at, self.length, cell.is_header, cell.columns, cell.rows))
            if is_marked:
                rows.append(Row(start, self.length, cells, row.is_header, row.label))
            gap = "\n" if gap == "\t" else gap
        self._tables.append(rows)
        self._was_item = False


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def one_paragraph(block: Paragraph, *, part: str) -> Paragraph:
    """The paragraph as one that belongs to something."""
    return replace(block, part=block.part or part)
