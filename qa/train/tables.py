"""Tables as the reader is shown those of a user's files: a row a line, ``Header: value; Header: value.``.

Many questions of these sets need counting, comparing, or another page than the table's. What is kept asks for a cell
of a row that the question names by another cell, in words that no other row has.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qa.train.data import Example, detokenised, read_squad

_COMPARES = re.compile(
    r"\b(how many|number of|total|sum|average|difference|more|less|fewer|larger|smaller|older|younger|higher|lower"
    r"|than|between|most|least|first|last|next|previous|before|after|above|below|only|same|both|other|besides"
    r"|consecutive|\w{3,}est|top|bottom|listed|not|never|or)\b",
    re.IGNORECASE,
)
"""Words of a question that more than one row has to be looked at for."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text, and where it starts in the text of its table."""

    text: str
    start: int


def table_examples(path: Path) -> Iterator[Example]:
    """Read a set of tables, cells parted by `` | ``; yield the questions that one row answers, its rows as lines."""
    for example in read_squad(path):
        if len(example.answers) == 1 and not _COMPARES.search(example.question):
            written = by_row(example)
            if written:
                yield detokenised(written)


def by_row(example: Example) -> Example | None:
    """Return a question with its table as lines; None if its answer is not in a row that the question names."""
    heading, header, body = _parted(example.context)
    ((start, end),) = example.answers
    text, answer = heading, None
    for number, cells in enumerate(body):
        text += "\n" if number else ""
        for before, (name, cell) in enumerate(_filled(header, cells)):
            text += f"{'; ' if before else ''}{name or 'Column'}: "
            if cell.start <= start and end <= cell.start + len(cell.text) and _names(example.question, body, cell):
                answer = (len(text) + start - cell.start, len(text) + end - cell.start)
            text += cell.text
        text += "."
    return replace(example, context=text, answers=(answer,)) if answer else None


def _parted(text: str) -> tuple[str, list[Cell], list[list[Cell]]]:
    """Part a table into its heading, with an empty line below, the header's cells, and those of each row."""
    lines, rows, place = text.split("\n"), [], 0
    for line in lines:
        rows.append(_cells(line, place))
        place += len(line) + 1
    first = next((number for number, cells in enumerate(rows) if len(cells) > 1), len(rows) - 1)
    heading = " ".join(lines[:first]).replace(" -- ", " – ").replace(" - ", " – ")
    return f"{heading}\n\n" if heading else "", rows[first], rows[first + 1 :]


def _cells(line: str, place: int) -> list[Cell]:
    cells = []
    for part in line.split(" | "):
        cells.append(Cell(part, place))
        place += len(part) + len(" | ")
    return cells


def _filled(header: Sequence[Cell], cells: Sequence[Cell]) -> list[tuple[str, Cell]]:
    """Pair each cell that has something in it with the words of the header above it."""
    return [(name.text, cell) for name, cell in zip(header, cells, strict=False) if cell.text.strip()]


def _names(question: str, body: Sequence[Sequence[Cell]], answer: Cell) -> bool:
    """Tell whether the question holds another cell of the answer's row, one that no other row has."""
    asked = f" {_key(question)} "
    row = next(cells for cells in body if answer in cells)
    keys = [_key(cell.text) for cell in row if cell != answer]
    held = [key for key in keys if len(key) > 2 and f" {key} " in asked]
    return any(sum(key in [_key(cell.text) for cell in cells] for cells in body) == 1 for key in held)


def _key(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
