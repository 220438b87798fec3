"""Texts that are read on their own, and what holds within a group."""

import re
from dataclasses import dataclass, field, replace

from index.load.blocks import Block, Paragraph, Table
from index.load.header import TableCell, TableRow
from index.load.parsed import clean

ITEM = re.compile(r"(?:[•◦▪■●–-]|\(?\w{1,4}[.)])\t")


@dataclass(slots=True)
class Flow:
    """Text that is read on its own: the body, a note, a header."""

    part: str = ""
    blocks: list[Block] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    cells: list[TableCell] = field(default_factory=list)
    rows: list[TableRow] = field(default_factory=list)
    in_cell: list[str] = field(default_factory=list)

    def end_paragraph(self, group: "Group") -> None:
        """End a paragraph, of a cell or of the text."""
        text = self._taken()
        if group.in_table:
            self.in_cell.append(text)
            return
        self._end_table()
        if text:
            level = None if self.part else group.level
            self.blocks.append(Paragraph(text, level, is_item=ITEM.match(text) is not None, part=self.part))

    def end_cell(self, group: "Group") -> None:
        """End a cell of the row."""
        lines = [*self.in_cell, self._taken()]
        self.cells.append(TableCell("\n".join(filter(None, lines)), is_bold=group.is_bold))
        self.in_cell.clear()

    def end_row(self, is_header: bool) -> None:
        """End a row of the table."""
        if self.cells:
            self.rows.append(TableRow(list(self.cells), is_header))
        self.cells.clear()

    def end(self, group: "Group") -> None:
        """End all that is open."""
        if self.cells or self.in_cell:
            self.end_cell(group)
            self.end_row(False)
        self._end_table()
        self.end_paragraph(replace(group, in_table=False))

    def _end_table(self) -> None:
        if self.rows:
            self.blocks.append(Table(list(self.rows)))
            self.rows.clear()

    def _taken(self) -> str:
        text = clean("".join(self.pieces)).strip()
        self.pieces.clear()
        return text


@dataclass(slots=True)
class Group:
    """What holds until the group ends."""

    flow: Flow
    destination: str = ""
    is_skipped: bool = False
    is_hidden: bool = False
    is_deleted: bool = False
    is_bold: bool = False
    in_table: bool = False
    level: int | None = None
    font: int | None = None
    skip: int = 1
    """How many characters after a ``\\u`` stand for the same, for old readers."""
