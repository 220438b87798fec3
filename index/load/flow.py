"""The text of a page as it is written: what parts its pieces, and the headings, tables and lists in it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import accumulate

from index.load.clutter import HEADINGS, Piece, Place
from index.load.parsed import Heading
from index.load.table import Cell, Row


class Gap(IntEnum):
    """What stands between two pieces of text; of several, the widest wins."""

    NONE = 0
    SPACE = 1
    CELL = 2
    LINE = 3
    PARAGRAPH = 4


SEPARATORS = ("", " ", "\t", "\n", "\n\n")
# fmt: off
PARAGRAPHS = (
    "address", "article", "aside", "blockquote", "body", "caption", "center", "details", "dialog", "dir", "div", "dl",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "legend", "listing", "main", "menu",
    "nav", "ol", "p", "plaintext", "pre", "search", "section", "summary", "table", "ul", "xmp", *HEADINGS,
)
# fmt: on
GAPS = {
    **dict.fromkeys(PARAGRAPHS, Gap.PARAGRAPH),
    **dict.fromkeys(("br", "dd", "dt", "li", "option", "tr"), Gap.LINE),
    **dict.fromkeys(("td", "th"), Gap.CELL),
    **dict.fromkeys(("button", "img", "input", "select", "textarea"), Gap.SPACE),
}
CELLS = frozenset({"td", "th"})
TERMS = frozenset({"dt", "dd"})
LONGEST_SPAN = {"colspan": 1000, "rowspan": 65534}  # HTML, 4.9.11
RAISED = {ord(plain): raised for plain, raised in zip("0123456789+-\u2212=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True)}
LOWERED = {ord(plain): lowered for plain, lowered in zip("0123456789+-\u2212=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True)}
BESIDE = frozenset({"a", "button", "label"})
"""Two of them side by side are two words, whatever the page's rules put between them."""


@dataclass
class _Table:
    """A table that is being written: its rows so far, and the cell that is open."""

    is_layout: bool  # it only arranges what is in it, and its rows are no rows of data
    is_list: bool = False  # of terms, each with what is said of it
    rows: list[Row] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    in_head: bool = False
    cell: tuple[Mapping[str, str | None], int, int] | None = None  # attributes; length and parts before it

    @property
    def tags(self) -> frozenset[str]:
        """The elements that are its cells."""
        return TERMS if self.is_list else CELLS


@dataclass(slots=True)
class _List:
    """The numbers of a list: the next one, and how they are written."""

    number: int
    step: int
    style: str

    @classmethod
    def of(cls, attributes: Mapping[str, str | None]) -> "_List":
        """Take what the element says; a list that counts down is not counted out, and begins at its start."""
        backwards = "reversed" in attributes
        return cls(_number(attributes.get("start"), 1), -1 if backwards else 1, attributes.get("type") or "1")

    def next(self, value: str | None) -> str:
        """Return the next item's number, or the one that it has of its own."""
        self.number = _number(value, self.number)
        label, self.number = _written(self.number, self.style), self.number + self.step
        return f"{label}."


def _number(written: str | None, otherwise: int) -> int:
    found = re.fullmatch(r"\s*([+-]?\d{1,9})\s*", written or "", re.ASCII)
    return int(found[1]) if found else otherwise


def _written(number: int, style: str) -> str:
    if style in {"a", "A"} and 1 <= number <= 26:
        return chr(ord(style) + number - 1)
    if style in {"i", "I"} and 1 <= number < 400:
        roman = "".join(sign * count for sign, count in _romans(number))
        return roman if style == "i" else roman.upper()
    return str(number)


def _romans(number: int) -> Iterator[tuple[str, int]]:
    for value, sign in (
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        yield sign, number // value
        number %= value


class Flow:
    """The text written so far, and what is in it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.parts: list[str] = []
        self.headings: list[Heading] = []
        self.tables: list[list[Row]] = []
        self.anchors: dict[str, int] = {}
        self.pieces: list[Piece] = []
        self.place = Place()
        self._open: list[_Table] = []
        self._length = 0
        self._gap = Gap.NONE
        self._preformatted = 0
        self._heading: int | None = None  # index in parts of the open heading's first part
        self._lists: list[_List | None] = []
        self._labelled = False  # the number of an item stands there, and the item is to follow on its line
        self._closed = ""  # the element that ended where the text ends now
        self._shifted: list[Mapping[int, str]] = []

    def enter(
        self, tag: str, attributes: Mapping[str, str | None], *, block: bool = False, plain: bool = False
    ) -> None:
        """Begin an element; ``block`` if the page's rules make it one, ``plain`` if they take its list's numbers."""
        if block or "-" in tag or (tag in BESIDE and self._closed == tag):
            self._widen(Gap.LINE if block else Gap.SPACE)
        self._separate(tag)
        self._preformatted += tag == "pre"
        if tag in HEADINGS:
            self._heading = len(self.parts)
        if self._open and (tag in HEADINGS or tag == "table" or (tag == "dl" and self._open[-1].is_list)):
            self._open[-1].is_layout = True
        if tag in {"ol", "ul", "menu"}:
            self._lists.append(_List.of(attributes) if tag == "ol" and not plain else None)
        elif tag == "li" and self._lists and (numbers := self._lists[-1]):
            self._label(numbers.next(attributes.get("value")))
        elif tag in {"sup", "sub"}:
            self._shifted.append(RAISED if tag == "sup" else LOWERED)
        if tag == "table":
            self._open.append(_Table(attributes.get("role") in {"none", "presentation"}))
        elif tag == "dl" and not self._open:
            self._open.append(_Table(is_layout=False, is_list=True))
        elif self._open:
            self._enter_table(self._open[-1], tag, attributes)

    def leave(self, tag: str, *, block: bool = False) -> None:
        """End the element that was begun last."""
        if block or "-" in tag:
            self._widen(Gap.LINE if block else Gap.SPACE)
        self._separate(tag)
        self._closed = tag
        if tag in {"ol", "ul", "menu"} and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._labelled = False
        elif tag in {"sup", "sub"} and self._shifted:
            self._shifted.pop()
        self._preformatted -= tag == "pre"
        if tag in HEADINGS and self._heading is not None:
            self._close_heading(self._heading, int(tag[1]))
        if self._open:
            self._leave_table(self._open[-1], tag)

    def _enter_table(self, table: _Table, tag: str, attributes: Mapping[str, str | None]) -> None:
        if tag == "thead":
            table.in_head = True
        elif tag == "tr":
            table.cells = []
        elif tag in table.tags:
            table.cell = (attributes, self._length, len(self.parts))

    def _leave_table(self, table: _Table, tag: str) -> None:
        if tag == ("dl" if table.is_list else "table"):
            self._open.pop()
            if not table.is_layout and any(len(row.cells) > 1 for row in table.rows):
                self.tables.append(table.rows)
        elif tag == "thead":
            table.in_head = False
        elif tag == "tr" and table.cells:
            filled = [cell for cell in table.cells if cell.start < cell.end]
            start, end = (filled[0].start, filled[-1].end) if filled else (0, 0)
            table.rows.append(Row(start, end, table.cells, table.in_head))
            table.cells = []
        elif tag in table.tags and table.cell:
            cell = self._cell(tag in {"th", "dt"}, *table.cell)
            table.cell = None
            if table.is_list:
                self._list_cell(table, cell)
            else:
                table.cells.append(cell)

    @staticmethod
    def _list_cell(table: _Table, cell: Cell) -> None:
        """A term and what is said of it are a row, as in a table of two columns; what else is said of it is text."""
        if cell.start == cell.end:
            return
        if cell.is_header:
            table.cells = [cell]
        elif table.cells:
            table.rows.append(Row(table.cells[0].start, cell.end, [*table.cells, cell]))
            table.cells = []

    def _cell(self, is_header: bool, attributes: Mapping[str, str | None], length: int, first: int) -> Cell:
        """The cell whose parts are those from ``first`` on, written after so many characters."""
        start = self._length
        if first < len(self.parts):
            separator, piece = self.parts[first : first + 2]
            start = length + len(separator) + len(piece) - len(piece.lstrip())
        return Cell(start, self._length, is_header, _span(attributes, "colspan"), _span(attributes, "rowspan"))

    def places(self) -> dict[str, int]:
        """Return where the text after each anchor starts."""
        ends = [0, *accumulate(map(len, self.parts))]
        return {name: ends[min(part + 1, len(ends) - 1)] for name, part in self.anchors.items()}

    def write(self, text: str) -> None:
        """Write what stands in an element."""
        if self._shifted:
            text = self._shift(text)
        if self._preformatted:
            self._write_lines(text)
            return
        if text[:1].isspace():
            self._widen(Gap.SPACE)
        self._append(" ".join(text.split()))
        if text[-1:].isspace():
            self._widen(Gap.SPACE)

    def _write_lines(self, text: str) -> None:
        for number, line in enumerate(text.split("\n")):
            if number:
                self._widen(Gap.LINE if self._gap < Gap.LINE else Gap.PARAGRAPH)
            self._append(line.rstrip())
            if line[-1:].isspace():
                self._widen(Gap.SPACE)

    def _shift(self, text: str) -> str:
        """Write what is raised as raised, so that 10⁶ is not 106; lowered only where it would be another number."""
        table = self._shifted[-1]
        said = text.strip()
        follows = self._gap is Gap.NONE and self.parts and self.parts[-1][-1:].isdigit()
        if not said or any(ord(character) not in table for character in said) or (table is LOWERED and not follows):
            return text
        return text.translate(table)

    def _label(self, label: str) -> None:
        self._append(label)
        self._gap, self._labelled = Gap.SPACE, True

    def _separate(self, tag: str) -> None:
        gap = GAPS.get(tag, Gap.NONE)
        self._widen(min(gap, Gap.SPACE) if self._heading is not None and tag not in HEADINGS else gap)

    def _widen(self, gap: Gap) -> None:
        if not self._labelled:
            self._gap = max(self._gap, gap)

    def _append(self, text: str) -> None:
        if not text:
            return
        separator = SEPARATORS[self._gap] if self.parts else ""
        self.parts += [separator, text]
        opens = not self.pieces or self._gap >= Gap.LINE
        self._length += len(separator) + len(text)
        self.pieces.append(Piece(self._length - len(text), self._length, self.place, opens))
        self._gap, self._labelled, self._closed = Gap.NONE, False, ""

    def _close_heading(self, first: int, level: int) -> None:
        """Note the heading: parts from ``first`` on, whose first one is the separator before it."""
        written = "".join(self.parts[first:])
        if title := written.strip():
            start = self._length - len(written.lstrip())
            self.headings.append(Heading(start, title, level))
        self._heading = None


def _span(attributes: Mapping[str, str | None], name: str) -> int:
    """How many columns or rows a cell covers; rowspan=0 is all that follow."""
    match = re.match(r"\s*\+?(\d{1,9})", attributes.get(name) or "", re.ASCII)
    if not match:
        return 1
    most = LONGEST_SPAN[name]
    return min(int(match[1]), most) or (most if name == "rowspan" else 1)
