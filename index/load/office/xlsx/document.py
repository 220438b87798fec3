"""A workbook: its sheets in the order of their tabs."""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.load.blocks import Paragraph, Writer
from index.load.office.package import Package
from index.load.office.xlsx.book import Book
from index.load.office.xlsx.sheet import sheet_blocks
from index.load.parsed import Parsed, joined
from index.types import Kind

MOST_NAMED = 3
UNNAMED = re.compile(r"(?:sheet|tabelle|feuil|feuille|hoja|foglio|blad|planilha|worksheet|лист) ?\d*", re.IGNORECASE)
"""What programs call a sheet that nobody has named."""


def parse(data: bytes) -> Parsed:
    """The sheets in the order of their tabs, each with what is drawn on it and said of it; hidden ones are left out."""
    package = Package(data, suffix=".xlsx")
    main = package.main()
    if main.endswith(".bin"):
        raise package.other()
    book = Book.of(package, main)
    writer = Writer()
    for name, part in book.sheets:
        with writer.marked(Kind.SHEET, name):
            if not UNNAMED.fullmatch(name):
                writer.write([Paragraph(name, level=1)])
            writer.write(sheet_blocks(package, part, book))
        writer.end_sections()
    parsed = writer.parsed(package.title())
    return replace(parsed, note=joined(_unknown(book.unknown), parsed.note))


def _unknown(cells: Sequence[str]) -> str:
    """What is said of formulas without a value; nothing if each has one."""
    if not cells:
        return ""
    named = f"{', '.join(cells[:MOST_NAMED])}{' and others' if len(cells) > MOST_NAMED else ''}"
    formulas = f"{len(cells):,} {'formula has' if len(cells) == 1 else 'formulas have'} no value in the file ({named})"
    return f"{formulas}: open it in a spreadsheet program and save it again"
