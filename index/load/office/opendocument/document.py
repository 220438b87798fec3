"""A text, a workbook or slides: one body or another, with what stands around it."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Paragraph, Table, Writer, one_paragraph
from index.load.lines import with_lines
from index.load.office.inline import tidy
from index.load.office.layout import with_bold_headings
from index.load.office.opendocument.reader import Reader
from index.load.office.opendocument.styles import Styles, name_of
from index.load.office.opendocument.tables import sheet_tables
from index.load.office.package import ENCRYPTED, Package, attribute, named, parsed
from index.load.parsed import Parsed
from index.types import Kind

UNNAMED = frozenset({"sheet", "tabelle", "feuille", "hoja", "foglio", "blad", ""})
"""What programs call a sheet that nobody has named, but for its number."""


def parse(data: bytes) -> Parsed:
    """The body, a slide or a sheet at a time if it has them, between its headers and footers."""
    package = Package(data, suffix=".odt, .ods or .odp")
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise ENCRYPTED
    return with_lines(parsed(package, lambda package: _Document(package).parsed()))


class _Document:
    """One document."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._root = package.xml("content.xml")
        self._shared = package.optional("styles.xml")
        self._styles = Styles([root for root in (self._shared, self._root) if root is not None])
        has_slides = self._root.find("body/presentation") is not None or self._root.find("body/drawing") is not None
        self._reader = Reader(package, self._styles, has_slides=has_slides)

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
                self._slides(content, writer)
        return writer.parsed(self._title())

    def _title(self) -> str:
        meta = self._package.optional("meta.xml")
        found = next(meta.iter("title"), None) if meta is not None else None
        return named(found.text or "") if found is not None else ""

    def _text(self, content: Element, writer: Writer) -> None:
        writer.write(self._edge("header"))
        writer.write(with_bold_headings(list(self._reader.blocks(content))))
        writer.end_sections()
        writer.write(self._reader.endnotes)
        writer.write(self._edge("footer"))

    def _edge(self, kind: str) -> Iterator[Block]:
        """Yield the headers, or the footers, those that say the same once."""
        seen = set[str]()
        for page in self._shared.iter("master-page") if self._shared is not None else ():
            for element in page:
                for block in self._reader.blocks(element) if element.tag.startswith(kind) else ():
                    if isinstance(block, Table):
                        yield block
                    elif block.text not in seen and any(map(str.isalpha, block.text)):
                        seen.add(block.text)
                        yield one_paragraph(Paragraph(block.text), part=kind)

    def _sheets(self, content: Element, writer: Writer) -> None:
        for sheet in content.findall("table"):
            if self._styles.properties(attribute(sheet, "style-name"), "table", "display") == "false":
                continue
            name = tidy(name_of(sheet))
            with writer.marked(Kind.SHEET, name):
                if name.rstrip("0123456789 ").lower() not in UNNAMED:
                    writer.write([Paragraph(name, level=1)])
                writer.write(sheet_tables(sheet, self._reader.blocks))
                for shapes in sheet.findall("shapes"):
                    writer.write(self._reader.blocks(shapes))
            writer.end_sections()

    def _slides(self, content: Element, writer: Writer) -> None:
        for number, page in enumerate(content.findall("page"), 1):
            with writer.marked(Kind.SLIDE, f"{number}{' (hidden)' if self._is_hidden_page(page) else ''}"):
                frames = [each for each in page if each.tag not in {"notes", "annotation"}]
                titles = [each for each in frames if attribute(each, "class") == "title"]
                for frame in titles:
                    words = " ".join(b.text for b in self._reader.blocks(frame) if isinstance(b, Paragraph))
                    writer.write([Paragraph(" ".join(words.split()), level=1)])
                writer.write(self._reader.blocks(each for each in frames if each not in titles))
                for notes in page.findall("notes"):
                    written = (each for each in notes.iter("frame") if attribute(each, "class") == "notes")
                    blocks = (block for each in written for block in self._reader.blocks(each))
                    writer.write(one_paragraph(b, part="notes") for b in blocks if isinstance(b, Paragraph))
                writer.write(block for each in page.findall("annotation") for block in self._reader.comment(each))
            writer.end_sections()

    def _is_hidden_page(self, page: Element) -> bool:
        return self._styles.properties(attribute(page, "style-name"), "drawing-page", "visibility") == "hidden"
