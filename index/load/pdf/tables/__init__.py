"""Tables on a page: by the lines that are ruled around their cells, else by columns that are clear of words."""

from dataclasses import replace

from index.load.pdf.page import Page
from index.load.pdf.tables.cells import Cell, Item, Table
from index.load.pdf.tables.columns import by_columns
from index.load.pdf.tables.order import downward
from index.load.pdf.tables.prose import in_columns
from index.load.pdf.tables.ruled import by_rules
from index.load.pdf.tables.torn import by_rows

__all__ = ["Cell", "Item", "Table", "with_tables"]


def with_tables(page: Page) -> list[Item]:
    """Return the page's lines, with those that make up a table as that."""
    if not page.is_placed:
        return list(page.lines)
    return by_columns(by_rows(in_columns(by_rules(replace(page, lines=downward(page.lines))))))
