"""What a passage is read and embedded as: its own characters, and around them what a person would have in mind.

Who reads "The fee is 9 euros" knows the heading above it; who reads a cell knows the name of its column. A model that
is given a slice of a text knows neither. A view puts such words before or between the passage's own: every character
of it is either the document's, at a known offset, or context, which can never be quoted.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate, pairwise
from typing import Self

from index.sentences import MARKER, STAMPED
from index.types import Document, Kind, Mark, Passage

_PART = re.compile(rf"\n[ \t]*\n\s*|\n(?={MARKER.pattern}|{STAMPED.pattern})")
"""Between paragraphs, and before an item of a list or a line of a log."""


_JOINTS = re.compile(
    r"(?<=[^\W_])_+(?=[^\W_])|(?<=[a-z\d][a-z\d])(?=[A-Z][A-Za-z\d])|(?<=[A-Z][A-Z])(?=[A-Z][a-z][a-z])"
)
"""Where the words of a name meet that has no spaces."""

_RULES = " \t\n|-:+="
"""What parts the lines and the cells of a table."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Which context a view gives: the headings above, rows as ``Header: value; …``, the speaker of a turn.

    With ``words``, a header such as "unitPrice" or "unit_price" is written as the words that it is made of.
    """

    headings: bool = False
    rows: bool = False
    speakers: bool = False
    words: bool = False

    @property
    def name(self) -> str:
        """The name under which it is stored with what was embedded so; "" for the bare text."""
        given = (("headings", self.headings), ("rows", self.rows), ("speakers", self.speakers), ("words", self.words))
        return " ".join(word for word, on in given if on)

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the shape of that name."""
        words = name.split()
        return cls(
            headings="headings" in words, rows="rows" in words, speakers="speakers" in words, words="words" in words
        )


BARE = Shape()
EMBEDDED = Shape(headings=True, rows=True)
"""What passages are embedded as: a section is found by the heading above it, however long it is."""


Path = Callable[[tuple[str, ...]], str]
"""Writes the headings above a passage, the outermost first, as one line."""


def _whole(above: tuple[str, ...]) -> str:
    return " – ".join(above)


def within(most: int, count_tokens: Callable[[Sequence[str]], list[int]]) -> Path:
    """Return what writes headings in at most so many tokens.

    The outermost go first, for the innermost says most; of one that is too long by itself, the first words stay.
    """

    @cache
    def path(above: tuple[str, ...]) -> str:
        while len(text := _whole(above)) > most and (tokens := count_tokens([text])[0]) > most:
            above = above[1:] or (_begun(text, len(text) * most // tokens),)
        return text

    return path


def _begun(text: str, length: int) -> str:
    return text[:length].rpartition(" ")[0] or text[:length]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a view; ``start`` is where it stands in the document, None for context."""

    text: str
    start: int | None


@dataclass(frozen=True, slots=True)
class View:
    """A text to read, and the way back from it to the document."""

    text: str
    pieces: tuple[Piece, ...]
    starts: tuple[int, ...]
    """Where each piece begins in ``text``."""
    turns: tuple[int, ...] = ()
    """Where in ``text`` somebody else begins to speak."""

    @classmethod
    def of(cls, passage: Passage, shape: Shape = BARE, *, path: Path = _whole) -> Self:
        """Return the passage in that shape, the headings above it written as ``path`` does."""
        view = cls.join([*_before(passage, shape, path), *(_rows(passage, shape) if shape.rows else [_own(passage)])])
        turns = [m.start for m in passage.document.within(passage.start, passage.end) if m.kind is Kind.SPEAKER]
        return replace(view, turns=tuple(place for turn in turns for place in view.places(turn)))

    @classmethod
    def join(cls, pieces: Sequence[Piece]) -> Self:
        """Put pieces one after another."""
        kept = tuple(piece for piece in pieces if piece.text)
        starts = tuple(accumulate((len(piece.text) for piece in kept[:-1]), initial=0)) if kept else ()
        return cls("".join(piece.text for piece in kept), kept, starts)

    def places(self, offset: int) -> list[int]:
        """Return where in ``text`` the document's character at an offset stands: once, or nowhere."""
        found = zip(self.starts, self.pieces, strict=True)
        inside = [(at, p.start) for at, p in found if p.start is not None and p.start <= offset < p.start + len(p.text)]
        return [at + offset - start for at, start in inside]

    def breaks(self) -> list[int]:
        """Return the offsets that no answer goes over, ascending: of paragraphs, items, turns, cells, and context."""
        pairs = zip(self.starts[1:], self.pieces, self.pieces[1:], strict=False)
        joints = {at for at, one, other in pairs if one.start is None or other.start is None}
        return sorted(joints | {found.end() for found in _PART.finditer(self.text)} | set(self.turns))

    def origin(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the document's offsets of ``text[start:end]``; None unless all of it is the document's, in one run.

        Context at either end is left out: it was not part of what is said, only of how it was shown.
        """
        runs = [
            (piece.start + max(0, start - at), piece.start + min(len(piece.text), end - at))
            if piece.start is not None
            else None
            for at, piece in zip(self.starts, self.pieces, strict=True)
            if at < end and start < at + len(piece.text)
        ]
        while runs and runs[0] is None:
            runs.pop(0)
        while runs and runs[-1] is None:
            runs.pop()
        whole = [run for run in runs if run is not None]
        meet = all(one[1] == other[0] for one, other in pairwise(whole))
        return (whole[0][0], whole[-1][1]) if whole and len(whole) == len(runs) and meet else None


def as_words(label: str) -> str:
    """Write a name that a program gave as the words that it is made of. Units such as kWh stay as they are.

    >>> as_words("IPAddress"), as_words("net_weight_kg"), as_words("unitPrice"), as_words("pH (MWh)")
    ('IP Address', 'net weight kg', 'unit Price', 'pH (MWh)')
    """
    return _JOINTS.sub(" ", label)


def _own(passage: Passage) -> Piece:
    return Piece(passage.text, passage.start)


def _before(passage: Passage, shape: Shape, path: Path) -> Iterator[Piece]:
    """Yield the headings that stand above the passage and not in it, and who is speaking when it begins."""
    document = passage.document
    if shape.headings:
        above = [m.label for m in document.around(passage.end - 1, Kind.HEADING) if m.start < passage.start]
        yield from (Piece(f"{path(tuple(above))}\n\n", None) for _ in above[:1])
    if shape.speakers:
        turns = document.around(passage.start, Kind.SPEAKER)
        yield from (Piece(f"{turn.label}: ", None) for turn in turns if turn.start < passage.start)


def _rows(passage: Passage, shape: Shape) -> Iterator[Piece]:
    """Yield the passage with each row of a table as a line, each cell behind the words of its header."""
    document, at = passage.document, passage.start
    marks = list(document.within(passage.start, passage.end))
    rows = [mark for mark in marks if mark.kind is Kind.ROW and mark.end <= passage.end]
    cells = [mark for mark in marks if mark.kind is Kind.CELL]
    headers = [mark for mark in marks if mark.kind is Kind.HEADER]
    for row in rows:
        between = document.text[at : row.start]
        top = _top(document.text, [mark for mark in headers if at <= mark.start < row.start], row.start)
        if top is not None:  # the line of the header itself, and the rule below it, are in every row now
            line = document.text.rfind("\n", at, top) + 1 or at
            yield Piece(document.text[at:line], at)
        elif between.strip(_RULES):
            yield Piece(between, at)
        else:
            yield Piece("\n" if at > passage.start else "", None)
        inside = [cell for cell in cells if row.start <= cell.start and cell.end <= row.end]
        yield from _row(document, inside, as_words if shape.words else str)
        at = row.end
    yield Piece(document.text[at : passage.end], at)


def _top(text: str, headers: Sequence[Mark], start: int) -> int | None:
    """Return where the headers begin that stand right above a row; None if there are none: of another table, say."""
    top = None
    for header in reversed(headers):
        if text[header.end : start].strip(_RULES):
            break
        top = start = header.start
    return top


def _row(document: Document, cells: Sequence[Mark], written: Callable[[str], str]) -> Iterator[Piece]:
    filled = [cell for cell in cells if cell.start < cell.end]
    for number, cell in enumerate(filled):
        yield Piece("; " if number else "", None)
        yield Piece(f"{written(cell.label)}: " if cell.label else "", None)
        yield Piece(document.text[cell.start : cell.end], cell.start)
    yield Piece("." if filled else "", None)
