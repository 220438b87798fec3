"""HTML as the text that a reader sees. Offsets are noted while that text is written, never searched for."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import accumulate
from typing import TYPE_CHECKING

from index.load import front
from index.load.parsed import Heading, Parsed, ordered, sections
from index.load.parts import Parts, form
from index.load.table import Cell, Row, table_marks
from index.load.text import decode

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode


class Gap(IntEnum):
    """What stands between two pieces of text; of several, the widest wins."""

    NONE = 0
    SPACE = 1
    CELL = 2
    LINE = 3
    PARAGRAPH = 4


SEPARATORS = ("", " ", "\t", "\n", "\n\n")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
UNSEEN = frozenset(
    ("head", "script", "style", "noscript", "template", "svg", "iframe", "object", "audio", "video", "canvas")
)
# fmt: off
PARAGRAPHS = (
    "address", "article", "aside", "blockquote", "body", "caption", "details", "dialog", "div", "dl",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "main", "menu", "nav",
    "ol", "p", "pre", "search", "section", "summary", "table", "ul", *HEADINGS,
)
# fmt: on
GAPS = {
    **dict.fromkeys(PARAGRAPHS, Gap.PARAGRAPH),
    **dict.fromkeys(("br", "dd", "dt", "li", "option", "tr"), Gap.LINE),
    **dict.fromkeys(("td", "th"), Gap.CELL),
}
CELLS = frozenset({"td", "th"})
WITH_ATTRIBUTES = frozenset({"table", *CELLS})
LONGEST_SPAN = {"colspan": 1000, "rowspan": 65534}  # HTML, 4.9.11
SAID = frozenset({"title", "author", "date"})
"""What front matter says of a page that its reader may be shown; the rest is for the program that makes it."""
DECLARED = re.compile(rb"<meta[^>]{0,512}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # they would split words for a search


def parse(data: bytes) -> Parsed:
    """Visible text: blocks are paragraphs, items and rows lines; the title is <title>, else the first h1."""
    source = decode(data, declared=_declared(data))
    top = front.block(source)
    if not top:
        return read(source)[0]
    parts, page = Parts(), read(source[top.end() :])[0]
    parts.add(form((field["name"].title(), field["value"]) for field in front.fields(top) if field["name"] in SAID))
    parts.add(page)
    return parts.parsed(front.title(top) or page.title)


def read(source: str, *, anchors: Collection[str] = ()) -> tuple[Parsed, dict[str, int]]:
    """Return a page, and where in its text the elements with these ids begin, as far as they are there."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(source, scripting=True)
    flow, wanted = _Flow(), frozenset(anchors)
    for node, entering in _walk(tree.root):
        if node.is_text_node:
            flow.write((node.text_content or "").translate(INVISIBLE))
        elif entering:
            flow.enter(node.tag or "", node.attributes if node.tag in WITH_ATTRIBUTES else {})
            if wanted and (name := node.attributes.get("id") or node.attributes.get("name")) in wanted:
                flow.anchors.setdefault(name or "", len(flow.parts))
        else:
            flow.leave(node.tag or "")
    text = "".join(flow.parts)
    tables = [mark for rows in flow.tables for mark in table_marks(rows, text)]
    parsed = Parsed(title=_title(tree), text=text, marks=ordered([*sections(flow.headings, len(text)), *tables]))
    return parsed, flow.places()


def _declared(data: bytes) -> str | None:
    """The encoding that the page declares; Latin-1 means cp1252 (WHATWG Encoding, 4.2)."""
    match = DECLARED.search(data[:1024])
    name = match[1].decode("ascii", errors="ignore").lower() if match else None
    return "cp1252" if name in {"iso-8859-1", "latin1", "ascii", "us-ascii"} else name


def _title(tree: "LexborHTMLParser") -> str:
    for selector in ("head > title", "h1"):
        node = tree.css_first(selector)
        if node and (title := " ".join(node.text().translate(INVISIBLE).split())):
            return title
    return ""


def _walk(root: "LexborNode | None") -> Iterator[tuple["LexborNode", bool]]:
    """Yield each visible node on the way in, and elements again on the way out; no recursion to overflow."""
    stack = [(root, True)] if root else []
    while stack:
        node, entering = stack.pop()
        if node.is_text_node or not entering:
            yield node, entering
        elif node.is_element_node and node.tag not in UNSEEN and "hidden" not in node.attributes:
            yield node, entering
            stack.append((node, False))
            child = node.last_child
            while child is not None:
                stack.append((child, True))
                child = child.prev


@dataclass
class _Table:
    """A table that is being written: its rows so far, and the cell that is open."""

    is_layout: bool  # it only arranges what is in it, and its rows are no rows of data
    rows: list[Row] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    in_head: bool = False
    cell: tuple[Mapping[str, str | None], int, int] | None = None  # attributes; length and parts before it


class _Flow:
    """The text written so far, and the headings and tables in it."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.headings: list[Heading] = []
        self.tables: list[list[Row]] = []
        self.anchors: dict[str, int] = {}
        self._open: list[_Table] = []
        self._length = 0
        self._gap = Gap.NONE
        self._preformatted = 0
        self._heading: int | None = None  # index in parts of the open heading's first part

    def enter(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        self._separate(tag)
        self._preformatted += tag == "pre"
        if tag in HEADINGS:
            self._heading = len(self.parts)
        if self._open and (tag in HEADINGS or tag == "table"):
            self._open[-1].is_layout = True
        if tag == "table":
            self._open.append(_Table(attributes.get("role") in {"none", "presentation"}))
        elif self._open:
            self._enter_table(self._open[-1], tag, attributes)

    def leave(self, tag: str) -> None:
        self._separate(tag)
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
        elif tag in CELLS:
            table.cell = (attributes, self._length, len(self.parts))

    def _leave_table(self, table: _Table, tag: str) -> None:
        if tag == "table":
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
        elif tag in CELLS and table.cell:
            table.cells.append(self._cell(tag == "th", *table.cell))
            table.cell = None

    def _cell(self, is_header: bool, attributes: Mapping[str, str | None], length: int, first: int) -> Cell:
        """The cell whose parts are those from ``first`` on, written after so many characters."""
        start = self._length
        if first < len(self.parts):
            separator, piece = self.parts[first : first + 2]
            start = length + len(separator) + len(piece) - len(piece.lstrip())
        return Cell(start, self._length, is_header, _span(attributes, "colspan"), _span(attributes, "rowspan"))

    def places(self) -> dict[str, int]:
        """Where the text after each anchor starts."""
        ends = [0, *accumulate(map(len, self.parts))]
        return {name: ends[min(part + 1, len(ends) - 1)] for name, part in self.anchors.items()}

    def write(self, text: str) -> None:
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

    def _separate(self, tag: str) -> None:
        gap = GAPS.get(tag, Gap.NONE)
        self._widen(min(gap, Gap.SPACE) if self._heading is not None and tag not in HEADINGS else gap)

    def _widen(self, gap: Gap) -> None:
        self._gap = max(self._gap, gap)

    def _append(self, text: str) -> None:
        if not text:
            return
        separator = SEPARATORS[self._gap] if self.parts else ""
        self.parts += [separator, text]
        self._length += len(separator) + len(text)
        self._gap = Gap.NONE

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
