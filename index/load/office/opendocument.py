"""OpenDocument: texts (odt), spreadsheets (ods) and presentations (odp), one format for three kinds of bodies."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Paragraph, Table, Writer, one_paragraph
from index.load.header import TableCell, TableRow
from index.load.office.chart import open_chart
from index.load.office.counting import counted
from index.load.office.inline import tidy
from index.load.office.package import ENCRYPTED, Package, attribute, named, whole
from index.load.office.symbols import bullet
from index.load.parsed import Parsed, ParseError
from index.load.table import MOST_COLUMNS
from index.types import Kind

# fmt: off
DROPPED = frozenset((
    "tracked-changes", "annotation-end", "bookmark", "forms", "scripts", "desc", "title", "sequence-decls", "number",
    "variable-decls", "user-field-decls", "event-listeners", "note-citation", "binary-data", "change", "page-number",
    "page-count",
))
# fmt: on
STYLES = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
FIGURES = frozenset({"float", "percentage", "currency", "date", "time"})
MOST_SPACES = 100
LONGEST_CELL = 1000
MOST_REPEATED = 100
"""Rows and cells that say the same: further ones add nothing."""


def parse(data: bytes) -> Parsed:
    """The body, a slide or a sheet at a time if it has them, between its headers and footers."""
    package = Package(data, suffix=".odt, .ods or .odp")
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise ENCRYPTED
    try:
        return _Reader(package).parsed()
    except RecursionError:
        raise ParseError("is nested too deeply to be read; it may be damaged: open it and save it again") from None


@dataclass
class _Line:
    """A paragraph so far: what stands in it, what comes after it, and how much of it is bold."""

    pieces: list[str] = field(default_factory=list)
    after: list[Block] = field(default_factory=list)
    letters: int = 0
    bold: int = 0


@dataclass
class _List:
    """A list that is being read: its style, and how far each of its levels has counted."""

    style: str
    counts: list[int] = field(default_factory=list)


class _Reader:
    """One document."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._root = package.xml("content.xml")
        self._shared = package.optional("styles.xml")
        roots = [root for root in (self._shared, self._root) if root is not None]
        self._styles = {_name(each): each for root in roots for each in root.iter("style")}
        self._lists = {_name(each): each for root in roots for each in root.iter("list-style")}
        self._outline = next((each for root in roots for each in root.iter("outline-style")), None)
        self._chapters = [0] * 10
        self._endnotes: list[Block] = []
        self._numbers: dict[str, list[int]] = {}
        self._has_slides = self._is_unlisted = False

    def parsed(self) -> Parsed:
        """Read it all."""
        body = self._root.find("body")
        writer = Writer()
        for content in body if body is not None else ():
            if content.tag == "text":
                self._text(content, writer)
            elif content.tag == "spreadsheet":
                self._sheets(content, writer)
            elif content.tag in {"presentation", "drawing"}:
                self._has_slides = True
                self._slides(content, writer)
        return writer.parsed(self._title())

    def _title(self) -> str:
        meta = self._package.optional("meta.xml")
        found = next(meta.iter("title"), None) if meta is not None else None
        return named(found.text or "") if found is not None else ""

    def _text(self, content: Element, writer: Writer) -> None:
        writer.write(self._edge("header"))
        writer.write(self._blocks(content))
        writer.end_sections()
        writer.write(self._endnotes)
        writer.write(self._edge("footer"))

    def _edge(self, kind: str) -> Iterator[Block]:
        """Yield the headers, or the footers, those that say the same once."""
        seen = set[str]()
        for page in self._shared.iter("master-page") if self._shared is not None else ():
            for element in page:
                for block in self._blocks(element) if element.tag.startswith(kind) else ():
                    if isinstance(block, Table):
                        yield block
                    elif block.text not in seen and any(map(str.isalpha, block.text)):
                        seen.add(block.text)
                        yield one_paragraph(Paragraph(block.text), part=kind)

    def _sheets(self, content: Element, writer: Writer) -> None:
        for sheet in content.findall("table"):
            style = self._styles.get(attribute(sheet, "style-name") or "")
            properties = style.find("table-properties") if style is not None else None
            if properties is not None and attribute(properties, "display") == "false":
                continue
            name = tidy(_name(sheet))
            with writer.marked(Kind.SHEET, name):
                if name.rstrip("0123456789 ").lower() not in {
                    "sheet",
                    "tabelle",
                    "feuille",
                    "hoja",
                    "foglio",
                    "blad",
                    "",
                }:
                    writer.write([Paragraph(name, level=1)])
                writer.write(self._tables(sheet))
                for shapes in sheet.findall("shapes"):
                    writer.write(self._blocks(shapes))
            writer.end_sections()

    def _slides(self, content: Element, writer: Writer) -> None:
        for number, page in enumerate(content.findall("page"), 1):
            with writer.marked(Kind.SLIDE, f"{number}{' (hidden)' if self._is_hidden_page(page) else ''}"):
                frames = [each for each in page if each.tag not in {"notes", "annotation"}]
                titles = [each for each in frames if attribute(each, "class") == "title"]
                for frame in titles:
                    words = " ".join(b.text for b in self._blocks(frame) if isinstance(b, Paragraph))
                    writer.write([Paragraph(" ".join(words.split()), level=1)])
                writer.write(self._blocks(each for each in frames if each not in titles))
                for notes in page.findall("notes"):
                    written = (each for each in notes.iter("frame") if attribute(each, "class") == "notes")
                    blocks = (block for each in written for block in self._blocks(each))
                    writer.write(one_paragraph(b, part="notes") for b in blocks if isinstance(b, Paragraph))
                writer.write(block for each in page.findall("annotation") for block in self._comment(each))
            writer.end_sections()

    def _is_hidden_page(self, page: Element) -> bool:
        style = self._styles.get(attribute(page, "style-name") or "")
        properties = style.find("drawing-page-properties") if style is not None else None
        return properties is not None and attribute(properties, "visibility") == "hidden"

    # blocks

    def _blocks(self, parent: Iterable[Element], listed: _List | None = None) -> Iterator[Block]:
        """Yield the paragraphs and tables in an element, in order."""
        for element in parent:
            tag = element.tag
            if tag in {"h", "p"}:
                yield from self._paragraph(element)
            elif tag == "list":
                yield from self._list(element, listed)
            elif tag == "table":
                yield from self._table(element)
            elif tag == "annotation":
                yield from self._comment(element)
            elif tag == "object":
                yield from self._object(element)
            elif tag == "hidden-paragraph" or (tag == "section" and attribute(element, "display") == "none"):
                continue
            elif tag not in DROPPED:
                yield from self._blocks(element, listed)

    def _paragraph(self, element: Element) -> Iterator[Block]:
        line = _Line()
        style = attribute(element, "style-name") or ""
        self._inline(element, line, is_bold=self._is_bold(style), is_hidden=self._is_hidden(style))
        text = tidy("".join(line.pieces))
        if text:
            level = self._level(element, style)
            number = self._chapter(element, level) if level is not None and element.tag == "h" else ""
            is_bold = line.bold * 2 > line.letters
            yield Paragraph(f"{number} {text}" if number else text, level, is_bold=is_bold)
        yield from line.after

    def _level(self, element: Element, style: str) -> int | None:
        if element.tag == "h":
            return max(1, whole(attribute(element, "outline-level"), 1))
        return 0 if "Title" in {style, self._parent(style)} else None

    def _parent(self, style: str) -> str:
        found = self._styles.get(style)
        return (attribute(found, "parent-style-name") or "") if found is not None else ""

    def _chapter(self, element: Element, level: int | None) -> str:
        """Count a heading on, and return its number, if headings have one."""
        if self._outline is None or level is None or not 1 <= level <= 10:
            return ""
        if attribute(element, "is-list-header") == "true":
            return ""
        self._chapters[level - 1] += 1
        self._chapters[level:] = [0] * (10 - level)
        return _numbered(self._outline, self._chapters[:level])

    def _list(self, element: Element, outer: _List | None) -> Iterator[Block]:
        """Yield the items of a list, each with its number or bullet before it."""
        style = attribute(element, "style-name") or (outer.style if outer else "")
        goes_on = attribute(element, "continue-numbering") == "true" or attribute(element, "continue-list") is not None
        start = self._numbers.get(style, [0])[0] if goes_on and not outer else 0
        listed = _List(style, [*(outer.counts if outer else []), start])
        for item in element:
            if item.tag == "list-item":
                listed.counts[-1] = whole(attribute(item, "start-value"), listed.counts[-1] + 1)
                yield from self._item(item, listed)
            else:
                yield from self._blocks(item, listed)
        if not outer:
            self._numbers[style] = listed.counts

    def _item(self, item: Element, listed: _List) -> Iterator[Block]:
        styles = self._lists.get(listed.style)
        number = "" if self._is_unlisted else _numbered(styles, listed.counts, default="•")
        for block in self._blocks(item, listed):
            if isinstance(block, Table) or block.part or block.is_item or block.level is not None:
                yield block
                continue
            yield replace(block, text=f"{number} {block.text}" if number else block.text, is_item=True)
            number = ""

    def _table(self, element: Element) -> Iterator[Block]:
        self._is_unlisted, outer = self._has_slides, self._is_unlisted  # on slides each cell is an item, of no list
        rows, blocks = list[list[TableCell]](), list[Block]()
        heads, asides, arranges = list[bool](), list[Block](), False
        for row, is_header in _table_rows(element):
            cells = list[TableCell]()
            for cell in _cells(row):
                said = list(self._blocks(cell))
                lines = [block for block in said if isinstance(block, Paragraph) and not block.part]
                arranges |= len(lines) > 3 and sum(len(line.text) for line in lines) > LONGEST_CELL
                arranges |= any(isinstance(block, Table) or block.level is not None for block in said)
                blocks += said
                asides += [block for block in said if isinstance(block, Paragraph) and block.part]
                cells.append(_cell(cell, lines))
            rows.append(cells)
            heads.append(is_header)
        self._is_unlisted = outer
        if arranges or all(len(row) <= 1 for row in rows):
            yield from blocks
            return
        yield Table([TableRow(cells, head) for cells, head in zip(rows, heads, strict=True) if cells])
        yield from asides

    # what stands in a paragraph

    def _inline(self, element: Element, line: _Line, *, is_bold: bool, is_hidden: bool) -> None:
        self._say(element.text, line, is_bold=is_bold, is_hidden=is_hidden)
        for child in element:
            self._child(child, line, is_bold=is_bold, is_hidden=is_hidden)
            self._say(child.tail, line, is_bold=is_bold, is_hidden=is_hidden)

    def _child(self, child: Element, line: _Line, *, is_bold: bool, is_hidden: bool) -> None:
        tag = child.tag
        if tag == "s":
            line.pieces.append(" " * min(max(1, whole(attribute(child, "c"), 1)), MOST_SPACES))
        elif tag == "tab":
            line.pieces.append("\t")
        elif tag == "line-break":
            line.pieces.append("\n")
        elif tag == "note":
            self._note(child, line)
        elif tag == "annotation":
            line.after += self._comment(child)
        elif tag in {"frame", "custom-shape", "rect", "g", "text-box", "ellipse"}:
            line.after += list(self._blocks([child]))
        elif tag == "ruby":
            base, said = (child.find(name) for name in ("ruby-base", "ruby-text"))
            for part, around in ((base, "{}"), (said, "({})")):
                if part is not None:
                    line.pieces.append(around.format("".join(part.itertext())))
        elif tag in {"hidden-text", "hidden-paragraph"} or tag in DROPPED:
            pass
        else:
            style = attribute(child, "style-name") if tag == "span" else None
            bold = is_bold if style is None else is_bold or self._is_bold(style)
            hidden = is_hidden or (style is not None and self._is_hidden(style))
            self._inline(child, line, is_bold=bold, is_hidden=hidden)

    def _say(self, text: str | None, line: _Line, *, is_bold: bool, is_hidden: bool) -> None:
        if text and not is_hidden:
            line.pieces.append(" ".join(text.split("\n")))
            size = len(text.strip())
            line.letters += size
            line.bold += size if is_bold else 0

    def _note(self, element: Element, line: _Line) -> None:
        kind = attribute(element, "note-class") or "footnote"
        citation = element.find("note-citation")
        number = tidy("".join(citation.itertext())) if citation is not None else "*"
        line.pieces.append(f"[{number}]")
        body = element.find("note-body")
        blocks = list(self._blocks(body)) if body is not None else []
        before, noted = f"[{number}] ", list[Block]()
        for block in blocks:
            if isinstance(block, Paragraph):
                noted.append(Paragraph(f"{before}{block.text}", part=f"{kind} {number}"))
                before = ""
            else:
                noted.append(block)
        if kind == "endnote":
            self._endnotes += noted
        else:
            line.after += noted

    def _comment(self, element: Element) -> Iterator[Block]:
        """Yield what someone says of the text, with who says it: it must never be taken for the text itself."""
        author = tidy(element.findtext("creator") or "")
        words = "\n".join(
            block.text for block in self._blocks(_but(element, "creator", "date")) if isinstance(block, Paragraph)
        )
        if words:
            part = f"comment by {author}" if author else "comment"
            yield Paragraph(f"C{part[1:]}: {words}", part=part)

    def _object(self, element: Element) -> Iterator[Block]:
        """Yield the chart in an object, that is a document of its own."""
        name = f"{(attribute(element, 'href') or '').removeprefix('./').rstrip('/')}/content.xml"
        root = self._package.optional(name)
        for each in root.iter("chart") if root is not None else ():
            yield from open_chart(each)

    def _is_bold(self, style: str) -> bool:
        return self._said_of(style, "font-weight") == "bold"

    def _is_hidden(self, style: str) -> bool:
        return self._said_of(style, "display") == "none"

    def _said_of(self, style: str, name: str, *, depth: int = 10) -> str | None:
        """What a style says of its text, or the style that it takes after."""
        found = self._styles.get(style)
        if found is None or depth == 0:
            return None
        properties = found.find("text-properties")
        said = attribute(properties, name) if properties is not None else None
        return (
            self._said_of(attribute(found, "parent-style-name") or "", name, depth=depth - 1) if said is None else said
        )

    # sheets

    def _tables(self, sheet: Element) -> Iterator[Block]:
        """Yield a table for each run of rows that no empty row parts."""
        rows, number, asides = list[TableRow](), 1, list[Block]()
        for row, is_header in _table_rows(sheet):
            repeated = max(1, whole(attribute(row, "number-rows-repeated"), 1))
            cells = self._sheet_row(row, asides)
            if attribute(row, "visibility") != "collapse":
                if any(cell.text for cell in cells):
                    rows += [TableRow(cells, is_header, str(number + n)) for n in range(min(repeated, MOST_REPEATED))]
                elif rows:
                    yield _left_aligned(rows)
                    rows = []
            number += repeated
        if rows:
            yield _left_aligned(rows)
        yield from asides

    def _sheet_row(self, row: Element, asides: list[Block]) -> list[TableCell]:
        cells, gap = list[TableCell](), 0
        for cell in row:
            if cell.tag not in {"table-cell", "covered-table-cell"}:
                continue
            repeated = max(1, whole(attribute(cell, "number-columns-repeated"), 1))
            said = list(self._blocks(cell)) if len(cell) else []
            asides += [block for block in said if isinstance(block, Paragraph) and block.part]
            lines = [block for block in said if isinstance(block, Paragraph) and not block.part]
            if not lines:
                gap += repeated
                continue
            if gap:
                cells.append(TableCell("", columns=gap))
                gap = 0
            made = _cell(cell, lines)._replace(columns=1, rows=1)
            cells += [made] * min(repeated, MOST_REPEATED)
        return cells


def _left_aligned(rows: Sequence[TableRow]) -> Table:
    """The table without the columns that are empty on its left."""
    lefts = [0 if row.cells[0].text else row.cells[0].columns for row in rows]
    least = min(lefts)
    if not least:
        return Table(rows)
    return Table([replace(row, cells=_shifted(row.cells, least)) for row in rows])


def _shifted(cells: Sequence[TableCell], by: int) -> list[TableCell]:
    first, *rest = cells
    return [first._replace(columns=first.columns - by), *rest] if first.columns > by else rest


def _table_rows(element: Element, *, is_header: bool = False) -> Iterator[tuple[Element, bool]]:
    for child in element:
        if child.tag == "table-row":
            yield child, is_header
        elif child.tag in {"table-header-rows", "table-rows", "table-row-group"}:
            yield from _table_rows(child, is_header=is_header or child.tag == "table-header-rows")


def _cells(row: Element) -> Iterator[Element]:
    """Yield the cells of a row of a text's table."""
    for cell in row:
        if cell.tag == "table-cell":
            repeated = whole(attribute(cell, "number-columns-repeated"), 1)
            yield from [cell] * min(max(1, repeated), 1 if len(cell) else MOST_COLUMNS)


def _cell(cell: Element, lines: Sequence[Paragraph]) -> TableCell:
    return TableCell(
        "\n".join(line.text for line in lines),
        is_bold=bool(lines) and all(line.is_bold for line in lines),
        is_figure=attribute(cell, "value-type") in FIGURES,
        columns=max(1, whole(attribute(cell, "number-columns-spanned"), 1)),
        rows=max(1, whole(attribute(cell, "number-rows-spanned"), 1)),
    )


def _numbered(styles: Element | None, counts: Sequence[int], *, default: str = "") -> str:
    """What stands before an item of a list, or a heading, by the style of its level."""
    levels = {whole(attribute(each, "level")): each for each in (styles if styles is not None else ())}
    level = levels.get(len(counts))
    if level is None:
        return default
    if level.tag == "list-level-style-bullet":
        return bullet(attribute(level, "bullet-char") or "")
    if not attribute(level, "num-format"):
        return ""
    shown = min(max(1, whole(attribute(level, "display-levels"), 1)), len(counts))
    pieces = list[str]()
    for depth in range(len(counts) - shown + 1, len(counts) + 1):
        each = levels.get(depth)
        style = STYLES.get(attribute(each, "num-format") or "", "decimal") if each is not None else "decimal"
        pieces.append(counted(_from(each, counts[depth - 1]), style))
    return f"{attribute(level, 'num-prefix') or ''}{'.'.join(pieces)}{attribute(level, 'num-suffix') or ''}".strip()


def _from(level: Element | None, count: int) -> int:
    start = whole(attribute(level, "start-value"), 1) if level is not None else 1
    return count + start - 1


def _but(element: Element, *tags: str) -> list[Element]:
    return [child for child in element if child.tag not in tags]


def _name(element: Element) -> str:
    return attribute(element, "name") or ""
