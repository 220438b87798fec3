"""Excel: each visible sheet as it is shown, formulas as their values, numbers and dates in their formats."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Paragraph, Table, Writer
from index.load.header import TableCell, TableRow
from index.load.office.chart import drawn, paragraph_text
from index.load.office.inline import tidy
from index.load.office.numbers import BUILT_IN, shown
from index.load.office.package import Package, attribute, is_on, local, reference, whole
from index.load.parsed import Parsed
from index.load.table import MOST_COLUMNS
from index.types import Kind

T = TypeVar("T")
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII)
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
MOST_MERGES = 100_000
READ = frozenset({"row", "sheetPr", "col", "pane", "autoFilter", "mergeCell"})
UNNAMED = re.compile(r"(?:sheet|tabelle|feuil|feuille|hoja|foglio|blad|planilha|worksheet|лист) ?\d*", re.IGNORECASE)
"""What programs call a sheet that nobody has named."""


def parse(data: bytes) -> Parsed:
    """The sheets in the order of their tabs, each with what is drawn on it and said of it; hidden ones are left out."""
    package = Package(data, suffix=".xlsx")
    main = package.main()
    if main.endswith(".bin"):
        raise package.other()
    book = _Book.of(package, main)
    writer = Writer()
    for name, part in book.sheets:
        with writer.marked(Kind.SHEET, name):
            if not UNNAMED.fullmatch(name):
                writer.write([Paragraph(name, level=1)])
            writer.write(_sheet(package, part, book))
        writer.end_sections()
    return writer.parsed(package.title())


@dataclass(frozen=True, slots=True)
class _Book:
    """What the sheets share: who they are, the strings, and how each style shows numbers."""

    sheets: Sequence[tuple[str, str]]
    strings: Sequence[str]
    looks: Mapping[str, tuple[str, bool]]
    """The number format of each style, and whether it is bold."""
    since_1904: bool

    @classmethod
    def of(cls, package: Package, main: str) -> "_Book":
        root = package.xml(main)
        if root.tag != "workbook":
            raise package.other()
        relations = package.relations(main)
        visible = [each for each in root.iter("sheet") if attribute(each, "state") in {None, "visible"}]
        found = [(tidy(attribute(e, "name") or ""), relations.get(reference(e))) for e in visible]
        properties = root.find("workbookPr")
        styles = package.related(main, "styles")
        looks = package.optional(styles[0]) if styles else None
        return cls(
            sheets=[(name, relation.target) for name, relation in found if relation and relation.target in package],
            strings=[words for name in package.related(main, "sharedStrings") for words in _strings(package, name)],
            looks=_looks(looks) if looks is not None else {},
            since_1904=properties is not None and attribute(properties, "date1904") in {"1", "true"},
        )


def _looks(root: Element) -> dict[str, tuple[str, bool]]:
    pairs = zip(_formats(root), _bold(root), strict=True)
    return {str(number): look for number, look in enumerate(pairs)}


def _formats(root: Element) -> list[str]:
    own = {attribute(each, "numFmtId"): attribute(each, "formatCode") or "" for each in root.iter("numFmt")}
    ids = [attribute(each, "numFmtId") for each in root.findall("cellXfs/xf")]
    return [own.get(number, BUILT_IN.get(whole(number), "")) for number in ids]


def _bold(root: Element) -> list[bool]:
    fonts = [is_on(font.find("b")) for font in root.findall("fonts/font")]
    used = [whole(attribute(each, "fontId"), -1) for each in root.findall("cellXfs/xf")]
    return [0 <= number < len(fonts) and fonts[number] for number in used]


def _strings(package: Package, name: str) -> Iterator[str]:
    """Yield the strings that cells share, in order; how each is spoken is not shown."""
    for _, element in package.elements(name, {"si"}):
        yield _rich(element)
        element.clear()


def _rich(element: Element) -> str:
    pieces = list[str]()
    for child in element:
        tag = local(child.tag)
        if tag == "t":
            pieces.append(child.text or "")
        elif tag == "r":
            pieces += [part.text or "" for part in child if local(part.tag) == "t"]
    return tidy(ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(pieces)))


# a sheet


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's number, how many rows are shown above it, and its cells that show something, with their columns."""

    number: int
    place: int
    cells: Sequence[tuple[int, TableCell]]


@dataclass
class _Rows:
    """A sheet's rows as they come, and what else the sheet says of them."""

    rows: list["_Row"] = field(default_factory=list)
    wide: dict[tuple[int, int], int] = field(default_factory=dict)
    """How many columns a merged cell covers, by its row and column."""
    heads: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    is_filtered: bool = False


def _sheet(package: Package, part: str, book: _Book) -> Iterator[Block]:
    """Yield a sheet's tables, which empty rows part, then its charts, text boxes and comments."""
    found = _read(package, part, book)
    for table in package.related(part, "table"):
        root = package.optional(table)
        match = REFERENCE.match(attribute(root, "ref") or "") if root is not None else None
        if root is not None and match and whole(attribute(root, "headerRowCount"), 1):
            found.heads.add(int(match[2]))
    yield from _tables(found)
    for name in package.related(part, "drawing"):
        root = package.optional(name)
        if root is not None:
            yield from _boxes(root)
            yield from drawn(package, root, package.relations(name))
    yield from _comments(package, part)


def _read(package: Package, part: str, book: _Book) -> _Rows:
    found, number, unseen = _Rows(), 0, 0
    for tag, element in package.elements(part, READ):
        if tag == "row":
            number = whole(element.get("r"), number + 1)
            if is_true(element, "hidden") and not found.is_filtered:  # a filter hides no row for good
                unseen += 1
            elif cells := list(_cells(element, book, found.hidden)):
                found.rows.append(_Row(number, number - unseen, cells))
            element.clear()
        else:
            _note(tag, element, found)
    return found


def _note(tag: str, element: Element, found: _Rows) -> None:
    """Note what a sheet says of its columns, of its header, and of cells that were merged."""
    if tag == "sheetPr":
        found.is_filtered = is_true(element, "filterMode")
    elif tag == "col" and is_true(element, "hidden"):
        first, last = whole(element.get("min")), whole(element.get("max"))
        found.hidden.update(range(first, min(last, first + MOST_COLUMNS) + 1))
    elif tag == "pane" and element.get("state") in {"frozen", "frozenSplit"}:
        found.heads.add(whole(element.get("ySplit")))
    elif tag == "autoFilter" and (match := REFERENCE.match(element.get("ref") or "")):
        found.heads.add(int(match[2]))
    elif tag == "mergeCell" and len(found.wide) < MOST_MERGES:
        ends = REFERENCE.findall(element.get("ref") or "")
        if len(ends) == 2:
            (left, top), (right, _) = ends
            found.wide[int(top), _column(left)] = max(1, _column(right) - _column(left) + 1)


@lru_cache(maxsize=1 << 15)
def _column(letters: str) -> int:
    """The number of a column, counted from 1; 0 if there is none of that name."""
    number = 0
    if not 0 < len(letters) <= 3 or not (letters.isascii() and letters.isupper() and letters.isalpha()):
        return 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _tables(found: _Rows) -> Iterator[Block]:
    """Yield a table for each run of rows that no empty row parts."""
    rows = list[_Row]()
    for row in found.rows:
        if rows and row.place > rows[-1].place + 1:
            yield from (_table(part, found) for part in _beside(rows))
            rows = []
        rows.append(row)
    yield from (_table(part, found) for part in _beside(rows))


def _beside(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Yield the rows in parts that stand side by side: an empty column parts them, and they begin in other rows."""
    tops: dict[int, int] = {}
    for row in rows:
        for column, _ in row.cells:
            tops.setdefault(column, row.number)
    columns = sorted(tops)
    edges = [columns[:1], *([after] for before, after in pairwise(columns) if after > before + 1), [1 << 30]]
    groups = list(pairwise(edge[0] for edge in edges if edge))
    first = [min(tops[column] for column in columns if low <= column < high) for low, high in groups]
    if len({*first}) < len(first):  # what begins beside each other belongs together
        groups = [(0, 1 << 30)] if rows else []
    for low, high in groups:
        parts = (replace(row, cells=[each for each in row.cells if low <= each[0] < high]) for row in rows)
        yield [part for part in parts if part.cells]


def _table(rows: Sequence[_Row], found: _Rows) -> Table:
    first = min(row.cells[0][0] for row in rows)
    return Table([_row(row, first, found) for row in rows])


def _row(row: _Row, first: int, found: _Rows) -> TableRow:
    """The row from its table's first column on, what is empty in one cell."""
    cells, at = list[TableCell](), first
    for column, cell in row.cells:
        if column > at:
            cells.append(TableCell("", columns=column - at))
        wide = found.wide.get((row.number, column), 1)
        cells.append(cell._replace(columns=wide) if wide > 1 else cell)
        at = column + wide
    return TableRow(cells, row.number in found.heads and len(cells) > 1, str(row.number))


# what is on a sheet


def _boxes(root: Element) -> Iterator[Block]:
    """Yield the words of text boxes and shapes."""
    for body in root.iter("txBody"):
        words = tidy("\n".join(paragraph_text(each) for each in body.iter("p")))
        yield Paragraph(words)


def _comments(package: Package, part: str) -> Iterator[Block]:
    """Yield what people say of cells, with who says it: it must never be taken for what the sheet says."""
    people = _people(package)
    for name in package.related(part, "threadedComment"):
        for each in package.optional(name) or ():
            author = people.get(attribute(each, "personId") or "", "")
            yield from _comment(author, attribute(each, "ref"), tidy(each.findtext("text") or ""))
    for name in package.related(part, "comments"):
        root = package.optional(name)
        authors = [each.text or "" for each in root.iter("author")] if root is not None else []
        for each in root.iter("comment") if root is not None else ():
            said, author = each.find("text"), _at(authors, whole(attribute(each, "authorId"), -1), "")
            words = _rich(said) if said is not None else ""
            if not words.startswith("[Threaded comment]"):  # a copy, for programs that know no threads
                yield from _comment(author, attribute(each, "ref"), words.removeprefix(f"{author}:").strip())


def _people(package: Package) -> dict[str, str]:
    """The names of those who comment, by their ids."""
    roots = (package.optional(name) for name in package.related(package.main(), "person"))
    people = (each for root in roots if root is not None for each in root)
    return {attribute(each, "id") or "": attribute(each, "displayName") or "" for each in people}


def _comment(author: str, cell: str | None, words: str) -> Iterator[Block]:
    if words:
        part = " ".join(filter(None, ("comment", author and f"by {tidy(author)}", cell and f"on {cell}")))
        yield Paragraph(f"C{part[1:]}: {words}", part=part)


# a cell


def is_true(element: Element, name: str) -> bool:
    """Whether an attribute says so."""
    return element.get(name) in {"1", "true"}


def _cells(row: Element, book: _Book, hidden: set[int]) -> Iterator[tuple[int, TableCell]]:
    """Yield the cells of a row that show something, each with its column, counted from 1."""
    column = 0
    for cell in row:
        letters = (cell.get("r") or "").rstrip("0123456789")
        column = _column(letters) or column + 1
        if column in hidden:
            continue
        said = _cell(cell, book)
        if said.text:
            yield column, said


def _cell(cell: Element, book: _Book) -> TableCell:
    code, is_bold = book.looks.get(cell.get("s") or "0", ("", False))
    kind, value = cell.get("t") or "n", ""
    for child in cell:
        if child.tag.endswith("}v"):
            value = child.text or ""
        elif child.tag.endswith("}is"):
            return TableCell(_rich(child), is_bold=is_bold)
    if kind == "n":
        return TableCell(shown(value, code, since_1904=book.since_1904) if value else "", False, is_bold, True)
    if kind == "s":
        return TableCell(_at(book.strings, whole(value, -1), ""), is_bold=is_bold)
    if kind == "b":
        return TableCell("TRUE" if value == "1" else "FALSE" if value else "", is_bold=is_bold)
    if kind == "d":
        return TableCell(value.removesuffix("T00:00:00").replace("T", " "), is_bold=is_bold, is_figure=True)
    return TableCell(tidy(ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)), is_bold=is_bold)


def _at(values: Sequence[T], number: int, default: T) -> T:
    return values[number] if 0 <= number < len(values) else default
