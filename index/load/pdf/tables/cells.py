"""The cells of a table, and what a page is made of: lines and tables."""

from dataclasses import dataclass

from index.load.pdf.words import Line, Word


@dataclass(slots=True)
class Cell:
    """What stands in a cell, and how many columns it covers."""

    words: list[Word]
    columns: int = 1

    @property
    def is_bold(self) -> bool:
        """Whether all of it is bold."""
        return bool(self.words) and all(word.bold for word in self.words)


@dataclass(slots=True)
class Table:
    """Rows of cells, where the first line of it stood among the lines of its page."""

    rows: list[list[Cell]]


Item = Line | Table


def is_beside(one: Word, other: Word) -> bool:
    """Whether a word stands behind another on its line, be it raised."""
    return one.bottom < other.top and other.bottom < one.top and other.left >= one.right - 1
