"""OpenDocument: texts (odt), spreadsheets (ods) and presentations (odp), one format for three kinds of bodies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Paragraph, Table, Writer, one_paragraph
from index.load.office.chart import open_chart
from index.load.office.inline import tidy
from index.load.office.layout import comment, note, with_bold_headings
from index.load.office.odf_list import numbered
from index.load.office.odf_table import sheet_tables, text_table
from index.load.office.package import ENCRYPTED, Package, attribute, named, whole
from index.load.parsed import Parsed, ParseError
from index.types import Kind

# fmt: off
DROPPED = frozenset((
    "tracked-changes", "annotation-end", "bookmark", "forms", "scripts", "desc", "title", "sequence-decls", "number",
    "variable-decls", "user-field-decls", "event-listeners", "note-citation", "binary-data", "change", "page-number",
    "page-count",
))
# fmt: on
MOST_SPACES = 100


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
        writer.write(with_bold_headings(list(self._blocks(content))))
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
                writer.write(sheet_tables(sheet, self._blocks))
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
            is_bold = 0 < line.letters == line.bold
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
        return numbered(self._outline, self._chapters[:level])

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
        number = "" if self._is_unlisted else numbered(styles, listed.counts, default="•")
        for block in self._blocks(item, listed):
            if isinstance(block, Table) or block.part or block.is_item or block.level is not None:
                yield block
                continue
            yield replace(block, text=f"{number} {block.text}" if number else block.text, is_item=True)
            number = ""

    def _table(self, element: Element) -> Iterator[Block]:
        self._is_unlisted, outer = self._has_slides, self._is_unlisted  # on slides each cell is an item, of no list
        yield from text_table(element, self._blocks)
        self._is_unlisted = outer

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
        blocks = list(note(self._blocks(body) if body is not None else (), f"[{number}]", f"{kind} {number}"))
        if kind == "endnote":
            self._endnotes += blocks
        else:
            line.after += blocks

    def _comment(self, element: Element) -> Iterator[Block]:
        """Yield what someone says of the text, with who says it: it must never be taken for the text itself."""
        author = tidy(element.findtext("creator") or "")
        yield from comment(author, self._blocks(_but(element, "creator", "date")))

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


def _but(element: Element, *tags: str) -> list[Element]:
    return [child for child in element if child.tag not in tags]


def _name(element: Element) -> str:
    return attribute(element, "name") or ""
