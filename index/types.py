"""Documents, the passages cut from them, and the hits of a search: plain frozen values."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Extent = tuple[int, int]
"""Where a stretch of a text starts and ends."""


class Kind(StrEnum):
    """What a mark marks."""

    PAGE = "page"
    SLIDE = "slide"
    SHEET = "sheet"
    CHAPTER = "chapter"
    PART = "part"
    HEADING = "heading"
    SPEAKER = "speaker"
    HEADER = "header"
    ROW = "row"
    CELL = "cell"
    ASIDE = "aside"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a document's text, ``text[start:end]``, as its readers name it.

    ======== ======================================= =============================================
    kind     covers                                  label
    ======== ======================================= =============================================
    page     the page                                its number: "12", "xii"
    slide    the slide and its notes                 its number
    sheet    the sheet                               its name; "" for the only one of a CSV
    chapter  the chapter                             its title
    part     a part of a message, an archive's file, its name: "footnote 2", "comment by Ann Lee"
             a note, a comment, a header
    heading  the section: from the heading to the    the heading's words
             next one of the same or a higher level
    speaker  a turn, the speaker's name included     the speaker's name
    header   a cell of a table's header              its words
    row      a row of a table, headers apart         its number, as the format counts
    cell     a cell of such a row, white space apart the words of the header above it, or ""
    aside    what is in no passage: a running head,  ""
             a page number, a menu
    code     source code or a log: a line is a line  its language, or ""
    ======== ======================================= =============================================

    Headings, chapters and parts nest; marks of any other kind do not overlap with others of that kind.
    """

    start: int
    end: int
    kind: Kind
    label: str


NESTING = frozenset({Kind.CHAPTER, Kind.PART, Kind.HEADING})


@dataclass(frozen=True)  # without slots: what is worked out of the marks is kept beside them
class Document:
    """A file as text. Every offset in the program refers to ``text``, which is never rewritten.

    ``id`` is 0 until the document is stored. ``path`` is that of the file it was read from, or any name for what
    was not read from one. ``marks`` are sorted by start, the longer first. ``sha256`` is that of the file's bytes,
    "" without a file. ``parser`` names who read them, and in which version: "pdf 2"; a newer one reads them again.
    ``copies`` are the other files with the same bytes. ``note`` says what of a file that was just read could not be:
    "12 of 40 pages are images: run OCR on it"; it is not stored.
    """

    id: int
    path: str
    title: str
    text: str = field(repr=False)  # a repr is for people: a book in it helps nobody
    marks: tuple[Mark, ...] = field(repr=False)
    sha256: str
    parser: str = ""
    copies: tuple[str, ...] = ()
    note: str = ""

    @cached_property
    def _by_kind(self) -> dict[Kind, tuple[Mark, ...]]:
        found = defaultdict[Kind, list[Mark]](list)
        for mark in self.marks:
            found[mark.kind].append(mark)
        return {kind: tuple(marks) for kind, marks in found.items()}

    def marked(self, kind: Kind) -> tuple[Mark, ...]:
        """Return the marks of one kind, in order."""
        return self._by_kind.get(kind, ())

    def around(self, offset: int, kind: Kind) -> tuple[Mark, ...]:
        """Return the marks of one kind that hold the character at an offset, the outermost first."""
        marks, held = self.marked(kind), list[Mark]()
        number = bisect_right(marks, offset, key=lambda mark: mark.start) - 1
        while number >= 0:
            if offset < marks[number].end:
                held.append(marks[number])
            number = self._above[kind][number] if kind in NESTING else -1
        return tuple(reversed(held))

    @cached_property
    def _above(self) -> dict[Kind, list[int]]:
        """Of each mark that can nest, the number of the last one before it that is still open where it starts, or -1.

        By these, what holds an offset is found without a look at every heading before it.
        """
        return {kind: list(_open_before(self.marked(kind))) for kind in NESTING}

    def page_at(self, offset: int) -> int | None:
        """Return the page, counted from 1, that an offset is on; None where the format has no pages."""
        pages = self.marked(Kind.PAGE)
        number = bisect_right(pages, offset, key=lambda mark: mark.start)
        if not number or not self.marked(Kind.PART):
            return number or None
        page = pages[number - 1]  # of a file in a file: each counts its own
        return int(page.label) if offset <= page.end and page.label.isdecimal() else None

    def place(self, offset: int) -> str:
        """Return where an offset is, as readers say it, page and headings apart.

        "chapter Two"; "mail 3, notes.txt"; "slide 4, notes"; "sheet Prices, row 12"; of a CSV, "row 12".
        """
        kinds = (Kind.SLIDE, Kind.PART, Kind.SHEET)
        marks = [
            *self.around(offset, Kind.CHAPTER)[-1:],
            *(mark for kind in kinds for mark in self.around(offset, kind)),
        ]
        names = [_named(mark) for mark in sorted(marks, key=lambda mark: mark.start - mark.end) if mark.label]
        if self.around(offset, Kind.SHEET) and (rows := self.around(offset, Kind.ROW)):
            names.append(_named(rows[0]))
        inner = [*names[1:], ""]  # of two pointers, the longer says all
        return ", ".join(name for name, next_ in zip(names, inner, strict=False) if not next_.startswith(f"{name}/"))

    def within(self, start: int, end: int) -> Iterator[Mark]:
        """Yield the marks that start in ``text[start:end]``, in order."""
        number = bisect_left(self.marks, start, key=lambda mark: mark.start)
        while number < len(self.marks) and self.marks[number].start < end:
            yield self.marks[number]
            number += 1


def _open_before(marks: Sequence[Mark]) -> Iterator[int]:
    """Yield for each mark the number of the last one before it that ends after it starts; -1 where there is none."""
    open_ = list[int]()
    for number, mark in enumerate(marks):
        while open_ and marks[open_[-1]].end <= mark.start:
            open_.pop()
        yield open_[-1] if open_ else -1
        open_.append(number)


def _named(mark: Mark) -> str:
    return mark.label if mark.kind is Kind.PART else f"{mark.kind} {mark.label.removeprefix('Chapter ')}"


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document: ``document.text[start:end]``, found as one.

    ``id`` is 0 until the passage is stored; then it is the passage's row in SQLite and its id in FAISS.
    """

    id: int
    document: Document
    start: int
    end: int

    @property
    def text(self) -> str:
        """The passage's own characters."""
        return self.document.text[self.start : self.end]

    @property
    def page(self) -> int | None:
        """The page on which it starts, counted from 1; None where the format has no pages."""
        return self.document.page_at(self.start)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings above its end, the outermost first."""
        return tuple(mark.label for mark in self.document.around(self.end - 1, Kind.HEADING))

    @property
    def heading(self) -> str:
        """The last heading above its end; "" where there is none."""
        above = self.document.around(self.end - 1, Kind.HEADING)
        return above[-1].label if above else ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and how well it matched. Higher is better; a list of hits is sorted, best first."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Where:
    """Which documents a search looks in: those that fit every field that is given. None, and all do.

    ``documents`` are ids; ``paths`` are files, and folders for all that lies below; ``kinds`` are suffixes
    ("pdf", ".md"); ``since`` and ``until``, both included, are days on which the file was last changed, by local time.
    A document without a file has no such day and fits neither.
    """

    documents: tuple[int, ...] | None = None
    paths: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    since: date | None = None
    until: date | None = None


class Embedder(Protocol):
    """Turns texts into vectors, and knows how much text it reads before it cuts."""

    name: str
    """Where it is found again: an absolute folder, a hub name, or "all-MiniLM-L6-v2"."""
    dimension: int
    """Width of a vector."""
    max_tokens: int
    """Tokens it reads of a text, special tokens included; what comes after is cut off."""
    fingerprint: str
    """Hash of the weights and of how they are used: vectors of two embedders are comparable only if it is equal.

    One may also have a ``former_fingerprint``: that of earlier versions whose vectors its own may stand beside.
    """

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed passages. **Shape:** (len(texts), dimension), float32, rows of length 1."""
        ...

    def encode_question(self, question: str) -> Vectors:
        """Embed a question, as the model wants questions put. **Shape:** (1, dimension), float32, length 1."""
        ...

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Extent]]) -> tuple[Vectors, list[Vectors]]:
        """Embed passages, and parts of each, such as its sentences: in order, each where the one before ends.

        **Shape:** (len(texts), dimension) and, for each text, (n, dimension), float32, rows of length 1. A part
        without a token that is read has no row; a text without such a part has one row, its own.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens left out."""
        ...
