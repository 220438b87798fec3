"""Which cell of a table is asked for: the one whose row and column say the question's words between them.

A reader sees a table as a line of text and often marks the value beside the right one. What a question names, the row
("SC-121") and the column ("price"), is written in the row's other cells and in the header.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from index import Document, Kind, Mark
from qa.about import Asked
from qa.types import Candidate


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell, and the share of the question's words that its row and its header say, 0 to 1."""

    mark: Mark
    share: float


def cell_asked_for(candidate: Candidate, asked: Asked, *, lead: float = 0.15) -> Cell | None:
    """Return the candidate's own cell, or another of the passage if its row and header say more of what was asked.

    It has to be more by ``lead``, and to be a figure if the candidate is one, or none if it is not. None if the
    candidate is in no cell.
    """
    passage, document = candidate.hit.passage, candidate.hit.passage.document
    own = document.around(candidate.start, Kind.CELL)
    if not own:
        return None
    rows = {
        row for mark in document.within(passage.start, passage.end) for row in document.around(mark.start, Kind.ROW)
    }
    cells = [cell for row in rows for cell in _rated(document, row, asked)]
    mine = next((cell for cell in cells if cell.mark == own[0]), Cell(own[0], 0.0))
    alike = [cell for cell in cells if _is_figure(document, cell.mark) == _is_figure(document, own[0])]
    best = max(alike, key=lambda cell: (cell.share, cell.mark == own[0], -cell.mark.start), default=mine)
    return best if best.share >= mine.share + lead else mine


def _rated(document: Document, row: Mark, asked: Asked) -> Iterator[Cell]:
    """Rate each cell of a row by what stands in the row, itself apart, and above it. All is cut once."""
    whole = Counter(asked.cut(document.text[row.start : row.end]))
    for cell in _cells(document, row):
        own = Counter(asked.cut(document.text[cell.start : cell.end]))
        beside = {stem for stem, times in whole.items() if times > own[stem]}
        yield Cell(cell, asked.share_of_stems(beside.union(asked.cut(cell.label))))


def _cells(document: Document, row: Mark) -> list[Mark]:
    return [mark for mark in document.within(row.start, row.end) if mark.kind is Kind.CELL]


def _is_figure(document: Document, cell: Mark) -> bool:
    return any(character.isdigit() for character in document.text[cell.start : cell.end])
