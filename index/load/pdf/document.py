"""A PDF's pages as one text, in which sentences run over their ends, and the marks in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from index.load.grid import is_header
from index.load.lines import with_lines
from index.load.parsed import Heading, Parsed, ParseError, clean, heading_note, joined, ordered, sections
from index.load.pdf import flow, mend
from index.load.pdf.headings import Found, Place, headings
from index.load.pdf.page import Page, Reader
from index.load.pdf.running import is_page_number, key, running
from index.load.pdf.tables import Cell, Item, Table, with_tables
from index.load.pdf.words import Line
from index.load.table import Cell as Placed
from index.load.table import Row, table_marks
from index.types import Kind, Mark

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

BETWEEN_PAGES = "\n\n"
PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
PROGRAM_TITLE = re.compile(
    r"microsoft \w+ - .*|untitled.*|\(?anonymous\)?|\(?unspecified\)?|[^\s.]+\.\w{2,4}|\W*", re.IGNORECASE
)


def parse(data: bytes) -> Parsed:
    """The text layer, in reading order; the title is the one in the metadata unless a program made it up.

    Running heads, feet and page numbers stand behind everything else, so that sentences can be read over the ends of
    pages; those that say nothing new are marked as asides.
    """
    pdf = _open(data)
    try:
        # 1  what stands on each page
        reader = Reader(pdf)
        pages = [reader.read(number) for number in range(len(pdf))]
        unread = _unread(pages)
        # 2  running lines apart, the others as lines and tables
        aside = running(pages)
        bodies = [_body(page, away) for page, away in zip(pages, aside, strict=True)]
        # 3  one text
        known = mend.hyphenated(page.text for page in pages)
        _rejoin(bodies, known)
        writer = _Writer(headings(pdf, bodies), flow.leading(bodies), known)
        for number, body in enumerate(bodies):
            writer.write_page(number, body, is_recognised=pages[number].is_recognised)
        writer.write_asides([[page.lines[at] for at in sorted(away)] for page, away in zip(pages, aside, strict=True)])
        title = clean(pdf.get_metadata_value("Title")).strip()
    finally:
        pdf.close()
    text = "".join(writer.parts)
    if not text.strip():
        blurred = "has a text layer from which no letters can be read: run OCR on it first"
        raise ParseError(blurred if "cannot" in unread else "has no text layer, only images: run OCR on it first")
    whole = Parsed(
        title="" if PROGRAM_TITLE.fullmatch(title) else title,
        text=text,
        marks=ordered([*sections(writer.headings, writer.body_end), *writer.marks, *writer.table_marks(text)]),
        note=joined(unread, heading_note(writer.headings)),
    )
    return with_lines(whole)


def _open(data: bytes) -> "PdfDocument":
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        pdf = PdfDocument(data)
        if pdf.get_formtype():
            pdf.init_forms()
    except PdfiumError as error:
        if error.err_code == PASSWORD_ERROR:
            raise ParseError("is encrypted: remove the password and save it again") from None
        raise ParseError("is not a PDF, or is damaged: open it and save it again") from None
    return pdf


def _unread(pages: Sequence[Page]) -> str:
    """Empty the pages whose text cannot be read, and say how many pages those and the pictures are."""
    pictures = blurred = torn = 0
    for page in pages:
        if not page.is_readable:
            page.lines = []
            blurred += 1
        elif page.is_picture:
            pictures += 1
        torn += page.is_readable and not page.is_whole
    said = []
    if pictures:
        said.append(f"{pictures:,} of {len(pages):,} pages {'is an image' if pictures == 1 else 'are images'}")
    if torn:
        said.append(f"most of the text of {torn:,} of {len(pages):,} pages cannot be read")
    if blurred:
        said.append(f"the text of {blurred:,} of {len(pages):,} pages cannot be read")
    return f"{' and '.join(said)}: run OCR on it" if said else ""


def _body(page: Page, aside: set[int]) -> list[Item]:
    kept = [line for number, line in enumerate(page.lines) if number not in aside]
    return with_tables(replace(page, lines=kept))


def _rejoin(bodies: Sequence[list[Item]], known: set[str]) -> None:
    """Make the words whole that the end of a line, or of a page, broke: they stand in the line where they began."""
    kept = [list[Item]() for _ in bodies]
    last: Item | None = None
    page = 0
    for number, body in enumerate(bodies):
        for item in body:
            if isinstance(last, Line) and isinstance(item, Line):
                one, other = last.words[-1], item.words[0]
                begun = mend.without_hyphen(one.text, other.text)
                if begun is not None:
                    whole = one._replace(text=mend.joined(begun, other.text, known))
                    kept[page][-1] = last = replace(last, words=[*last.words[:-1], whole])
                    item = replace(item, words=item.words[1:])
                    if not item.words:
                        continue
            kept[number].append(item)
            last, page = item, number
    for body, items in zip(bodies, kept, strict=True):
        body[:] = items


@dataclass
class _Writer:
    """The text written so far, and where what is marked stands in it."""

    found: dict[Place, Found]
    lead: float
    known: set[str]
    parts: list[str] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    tables: list[list[Row]] = field(default_factory=list)
    length: int = 0
    body_end: int = 0
    _last: Line | None = None
    """The line written last, if a sentence may go on behind it."""
    _page: Sequence[Item] = ()
    _seen: set[str] = field(default_factory=set)

    def write_page(self, number: int, body: Sequence[Item], *, is_recognised: bool = False) -> None:
        """Write a page's lines and tables, and mark the page; and that it was read off its picture, if it was."""
        first = body[0] if body else None
        if number:
            is_text = isinstance(first, Line) and (number, 0) not in self.found
            onward = (
                self._last
                and isinstance(first, Line)
                and is_text
                and flow.goes_on_elsewhere(self._last, first, self._page)
            )
            self._write(" " if onward else BETWEEN_PAGES)
        start, self._last, at = self.length, None, 0
        while at < len(body):
            item, found = body[at], self.found.get((number, at))
            if at:
                self._write(BETWEEN_PAGES if found else self._between(item, body))
            if found:
                self._write_heading(body[at : at + found.lines], found.level)
                at += found.lines
                continue
            if isinstance(item, Table):
                self._write_table(item)
            else:
                self._write(mend.line((word.text for word in item.words), self.known))
            self._last = item if isinstance(item, Line) else None
            at += 1
        self._page = body
        self.marks.append(Mark(start, self.length, Kind.PAGE, str(number + 1)))
        if is_recognised:
            self.marks.append(Mark(start, self.length, Kind.PART, "OCR"))
        self.body_end = self.length
        if not self._seen:
            self._seen |= {key(item) for item in body if isinstance(item, Line)}

    def write_asides(self, pages: Sequence[Sequence[Line]]) -> None:
        """Write the running lines of all pages; one that says nothing new is marked as an aside."""
        separator = BETWEEN_PAGES
        for line in (line for page in pages for line in page):
            self._write(separator)
            separator, start, said = "\n", self.length, key(line)
            self._write(mend.line((word.text for word in line.words), self.known))
            if said in self._seen or is_page_number(line) or not any(map(str.isalpha, said)):
                self.marks.append(Mark(start, self.length, Kind.ASIDE, ""))
            self._seen.add(said)

    def table_marks(self, text: str) -> list[Mark]:
        """Return the marks of the tables."""
        return [mark for rows in self.tables for mark in table_marks(rows, text)]

    def _between(self, item: Item, body: Sequence[Item]) -> str:
        if self._last and isinstance(item, Line):
            return flow.between(self._last, item, self.lead, body)
        return BETWEEN_PAGES

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def _write_heading(self, lines: Sequence[Item], level: int) -> None:
        words = [word.text for line in lines if isinstance(line, Line) for word in line.words]
        text = mend.line(words, self.known)
        if text:
            self.headings.append(Heading(self.length, text, level))
        self._write(text)
        self._last = None

    def _write_table(self, table: Table) -> None:
        """Write a row a line, its cells tabbed."""
        rows = []
        said = [[mend.line((word.text for word in cell.words), self.known) for cell in row] for row in table.rows]
        heads, pairs = _heads(table.rows, said)
        for number, (row, texts) in enumerate(zip(table.rows, said, strict=True)):
            self._write("\n" if number else "")
            start, cells = self.length, list[Placed]()
            for column, (cell, text) in enumerate(zip(row, texts, strict=True)):
                self._write("\t" if column else "")
                is_head = pairs and column == 0 and len(row) == 2
                cells.append(Placed(self.length, self.length + len(text), is_head, cell.columns))
                self._write(text)
            rows.append(Row(start, self.length, cells, number < heads))
        self.tables.append(rows)


def _heads(rows: Sequence[Sequence[Cell]], said: Sequence[Sequence[str]]) -> tuple[int, bool]:
    """How many of the first rows are headers; and whether, without one, each row's first cell heads its second."""
    bold = [all(cell.is_bold for cell in row if cell.words) for row in rows]
    if bold[0] and not all(bold):
        return bold.index(False), False
    is_narrow = all(len(row) == 2 for row in said)
    if is_narrow:
        numbers = [any(map(str.isdigit, value)) for _, value in said]
        if len(said) > 2 and not numbers[0] and all(numbers[1:]):
            return 1, False
        return 0, not any(any(map(str.isdigit, name)) for name, _ in said)
    return int(is_header(said[0], said[1:])), False
