"""Which cell of a table is asked for: the one whose row and column say the question's words between them.

A reader sees a table as a line of text and often marks the value beside the right one. What a question names, the row
("SC-121") and the column ("price"), is written in the row's other cells and in the header. A column may also be called
what the asking word stands for: "how many" asks for the one headed "Qty".
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index import Document, Kind, Mark
from index.view import as_words
from qa.about import Asked
from qa.types import Candidate

LEAST = 0.5
"""The share that a cell has to have, to be taken in place of one that cannot be what was asked for."""

SUITS = 0.2
"""The share of the question that a header counts for by naming what the asking word stands for."""

KEY = 0.3
"""The share of the question that the cells of a row count for whose key is what the question names."""

KEY_WITHIN = 3
"""Cells among which a row's key is: the first in words. Before it may stand a number or a mark."""

_DOES = r"(?:do|does|can|should|must|shall|to) (?:(?:I|we|you|one) )?"
_HEADED = (
    (r"\bhow many\b|\bnumber of\b|\bquantity\b",
     r"qty|quantity|quantities|pcs|pieces|units|number|count|(?:no\.|#) of .*|(?:in )?stock"),
    (r"\bhow (?:much|expensive)\b|\b(?:cost|price|fee|charge)s?\b",
     r"(?:.* )?(?:price|cost|fee|charge|rate|fare|amount)s?(?: .*)?|EUR|GBP|USD|CHF|[€£$]"),
    (r"^\W*(?:(?:and|by|since|until|on) )?(?:when|what (?:date|day|time))\b",
     r"(?:.* )?(?:date|day|time|when|deadline|due|until)s?(?: .*)?|"
     r"(?:deliver|return|order|sign|issu|expir|arriv|depart|clos|open)(?:ed|es|s)"),
    (r"^\W*(?:(?:and|by|to) )?who(?:m|se)?\b", r"by|(?:.* )?(?:name|who|person|contact)"),
    (r"\bwho(?:ever)? (?:all )?(?:attended|came|participated|joined|took part|(?:was|were) (?:there|present))\b",
     r"present|attend(?:ees|ed|ance|ing)|in attendance|participants|those present"),
    (r"\bwho (?:took|wrote|kept|writes|keeps|takes) (?:the |these )?(?:minutes|notes)\b",
     r"secretary|clerk|scribe|minutes|minute[- ]?taker|(?:minutes|notes) (?:\w+ )?by"),
    (r"^\W*who (?:has |had )?(?:sent|wrote|written|issued|made)\b", r"from|sender|author|.* by"),
    (r"^\W*(?:(?:and|from|to) )?where\b|\bin (?:which|what) (?:room|place)\b",
     r"(?:.* )?(?:where|place|location|room|venue|address|site)"),
    (rf"\bwhat {_DOES}do\b|\bhow {_DOES}(?:fix|solve|clear)\b",
     r"(?:.* )?(?:what to do|remedy|remedies|action|measures?|solution|fix|cure)(?: .*)?"),
)  # fmt: skip
_SUITS = tuple((re.compile(asked, re.IGNORECASE), re.compile(headed, re.IGNORECASE)) for asked, headed in _HEADED)
"""How a thing is asked for, and what a column that has it is called."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell, and the share of the question's words that its row and its header say, 0 to 1 and SUITS and KEY more."""

    mark: Mark
    share: float
    is_empty: bool = False
    """Whether nothing stands in it; its mark has no length and stands where its row does."""


def cell_asked_for(candidate: Candidate, asked: Asked, *, lead: float = 0.15) -> Cell | None:
    """Return the candidate's own cell, or another of the passage if its row and header say more of what was asked.

    It has to be more by ``lead``, and to be a figure if the candidate is one, or none if it is not; or to be empty. If
    the candidate's own cell cannot be what was asked for ("who" is no number), one that can be needs no lead. None if
    the candidate is in no cell.
    """
    passage, document = candidate.hit.passage, candidate.hit.passage.document
    own = document.around(candidate.start, Kind.CELL)
    if not own:
        return None
    rows = {
        row for mark in document.within(passage.start, passage.end) for row in document.around(mark.start, Kind.ROW)
    }
    above = set(asked.cut("\n".join((*passage.headings, document.title))))
    cells = [cell for row in rows for cell in _rated(document, row, above, asked)]
    mine = next((cell for cell in cells if cell.mark == own[0]), Cell(own[0], 0.0))
    if asked.misfits(document.text[own[0].start : own[0].end], own[0].label):
        fit = [
            cell for cell in cells if not asked.misfits(document.text[cell.mark.start : cell.mark.end], cell.mark.label)
        ]
        best = max(fit, key=lambda cell: (cell.share, -cell.mark.start), default=mine)
        return best if best.share >= max(LEAST, mine.share - SUITS) else mine
    is_figure = _is_figure(document, own[0])
    alike = [cell for cell in cells if _is_figure(document, cell.mark) == is_figure]
    alike += _empty(document, {row: _cells(document, row) for row in rows}, own[0], above, asked)
    best = max(alike, key=lambda cell: (cell.share, cell.mark == own[0], -cell.mark.start), default=mine)
    return best if best.share >= mine.share + lead else mine


def _rated(document: Document, row: Mark, above: Collection[str], asked: Asked) -> Iterator[Cell]:
    """Rate each cell of a row by what stands in the row, itself apart, and above it. All is cut once."""
    whole = Counter(asked.cut(document.text[row.start : row.end]))
    cells = _cells(document, row)
    key = _key(document, cells)
    is_named_here = _is_named(document, key, asked.question)
    labels = {label: asked.cut(as_words(label)) for label in dict.fromkeys(cell.label for cell in cells)}
    written = {stem for label, stems in labels.items() if as_words(label) != label for stem in stems}
    for cell in cells:
        beside = _others(whole, cell, document, asked)
        share = asked.share_of_stems(beside.union(labels[cell.label], above), written)
        gain = SUITS if share and suits(asked.question, as_words(cell.label)) else 0.0
        yield Cell(cell, share + gain + (KEY if is_named_here and cell is not key else 0.0))


def is_named(key: str, question: str) -> bool:
    """Tell whether a question names a row by its key, as it is written there.

    >>> is_named("`max_rows`", "What does max_rows mean?"), is_named("`rows`", "What does max_rows mean?")
    (True, False)
    """
    key = key.strip(" \t`*_:.")
    if not any(c.isalpha() for c in key) or key not in question:
        return False
    return re.search(rf"(?<![\w./-]){re.escape(key)}(?![\w/-])", question) is not None


def is_in_named_row(candidate: Candidate, question: str) -> bool | None:
    """Tell whether a candidate stands in a row that the question names, outside that name; None if in no row."""
    document = candidate.hit.passage.document
    rows = document.around(candidate.start, Kind.ROW)
    cells = _cells(document, rows[-1]) if rows else []
    if not cells:
        return None
    key = _key(document, cells)
    is_key = key is not None and key.start <= candidate.start < key.end
    return not is_key and _is_named(document, key, question)


def _key(document: Document, cells: Sequence[Mark]) -> Mark | None:
    """Return the cell that says what a row is about: the first in words, as behind the number of a list."""
    texts = ((cell, document.text[cell.start : cell.end]) for cell in cells[:KEY_WITHIN])
    return next((cell for cell, text in texts if any(c.isalpha() for c in text)), None)


def _is_named(document: Document, key: Mark | None, question: str) -> bool:
    return key is not None and is_named(document.text[key.start : key.end], question)


def suits(question: str, header: str) -> bool:
    """Tell whether a column is called what a question's asking word stands for.

    >>> suits("How many chairs were ordered?", "Qty"), suits("How many chairs were ordered?", "Price")
    (True, False)
    """
    return any(asked.search(question) and headed.fullmatch(header.strip(" .:*")) for asked, headed in _SUITS)


def _empty(
    document: Document, rows: Mapping[Mark, Sequence[Mark]], own: Mark, above: Collection[str], asked: Asked
) -> Iterator[Cell]:
    """Rate the cells in which nothing stands, or a dash alone, and whose header is asked for.

    Their headers are known from other rows of the table: those that have two headers in common with a row.
    """
    labels = {row: frozenset(cell.label for cell in cells if _is_said(document, cell)) for row, cells in rows.items()}
    kinds = set(labels.values())  # most rows of a table have the same
    for row, filled in labels.items():
        known = {label for other in kinds if len(other & filled) > 1 for label in other - filled}
        if not known:
            continue
        beside = _others(Counter(asked.cut(document.text[row.start : row.end])), own, document, asked).union(above)
        for label in known:
            share = asked.share_of_stems(beside.union(asked.cut(label)))
            if share > asked.share_of_stems(beside):
                yield Cell(Mark(row.start, row.start, Kind.CELL, label), share, is_empty=True)


def _others(whole: Counter[str], cell: Mark, document: Document, asked: Asked) -> set[str]:
    """Return the stems of a row that do not come from the cell alone."""
    own = Counter(asked.cut(document.text[cell.start : cell.end]))
    return {stem for stem, times in whole.items() if times > own[stem]}


def _cells(document: Document, row: Mark) -> list[Mark]:
    return [mark for mark in document.within(row.start, row.end) if mark.kind is Kind.CELL]


def _is_said(document: Document, cell: Mark) -> bool:
    return any(character.isalnum() for character in document.text[cell.start : cell.end])


def _is_figure(document: Document, cell: Mark) -> bool:
    return any(character.isdigit() for character in document.text[cell.start : cell.end])
