"""The cells of a row, each as it is shown."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeVar
from xml.etree.ElementTree import Element

from index.load.header import TableCell
from index.load.office.inline import tidy
from index.load.office.numbers import shown
from index.load.office.package import whole
from index.load.office.xlsx.book import ESCAPED, Book, rich_text

T = TypeVar("T")


@lru_cache(maxsize=1 << 15)
def column_number(letters: str) -> int:
    """The number of a column, counted from 1; 0 if there is none of that name."""
    number = 0
    if not 0 < len(letters) <= 3 or not (letters.isascii() and letters.isupper() and letters.isalpha()):
        return 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def is_true(element: Element, name: str) -> bool:
    """Whether an attribute says so."""
    return element.get(name) in {"1", "true"}


def shown_cells(row: Element, book: Book, hidden: set[int]) -> Iterator[tuple[int, TableCell]]:
    """Yield the cells of a row that show something, each with its column, counted from 1."""
    column = 0
    for cell in row:
        letters = (cell.get("r") or "").rstrip("0123456789")
        column = column_number(letters) or column + 1
        if column in hidden:
            continue
        said = _cell(cell, book)
        if said.text:
            yield column, said


def _cell(cell: Element, book: Book) -> TableCell:
    code, is_bold = book.looks.get(cell.get("s") or "0", ("", False))
    kind, value, is_unknown = cell.get("t") or "n", "", False
    for child in cell:
        if child.tag.endswith("}v"):
            value, is_unknown = child.text or "", False
        elif child.tag.endswith("}f"):
            is_unknown = True
        elif child.tag.endswith("}is"):
            return TableCell(rich_text(child), is_bold=is_bold)
    if is_unknown:
        book.unknown.append(cell.get("r") or "")
    if kind == "n":
        return TableCell(shown(value, code, since_1904=book.since_1904) if value else "", False, is_bold, True)
    if kind == "s":
        return TableCell(item_at(book.strings, whole(value, -1), ""), is_bold=is_bold)
    if kind == "b":
        return TableCell("TRUE" if value == "1" else "FALSE" if value else "", is_bold=is_bold)
    if kind == "d":
        return TableCell(value.removesuffix("T00:00:00").replace("T", " "), is_bold=is_bold, is_figure=True)
    return TableCell(tidy(ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)), is_bold=is_bold)


def item_at(values: Sequence[T], number: int, default: T) -> T:
    """The value of that number, if there is one."""
    return values[number] if 0 <= number < len(values) else default
