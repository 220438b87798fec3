"""What a parser gives back, and how it says that it cannot."""

import re
import zlib
from collections.abc import Iterable, Sized
from dataclasses import dataclass
from itertools import islice
from zipfile import BadZipFile

from index.types import Kind, Mark

NO_ZIP = (BadZipFile, ValueError, OSError, NotImplementedError, IndexError, EOFError, zlib.error)
"""What the library raises over a damaged zip, when it is opened and when a part of it is read."""

ORDER = {kind: number for number, kind in enumerate(Kind)} | {Kind.HEADER: len(Kind)}
"""Of two marks of the same place, which comes first: a row before the header, or the cell, that is all of it."""

UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser makes of a file's bytes; ``title`` is "" where the file names none.

    ``note`` says what could not be read, worded to follow the file's name and a colon; "" where all was.
    """

    title: str
    text: str
    marks: tuple[Mark, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, the offset at which it starts, and its level: 1 is the highest."""

    start: int
    text: str
    level: int


MOST_HEADINGS = 200_000
"""Nobody wrote more: a text that has more is read as text alone, so that it is read in time."""


def heading_note(headings: Sized) -> str:
    """Return the note on a text with too many headings for :func:`sections`; "" if it has no more than those."""
    return f"more than {MOST_HEADINGS:,} headings: none is known as one" if len(headings) > MOST_HEADINGS else ""


def clean(text: str) -> str:
    """Drop the characters that cannot be stored: NULs and lone surrogates."""
    return UNSTORABLE.sub("", text)


def joined(*notes: str) -> str:
    """Return the notes that say something as one."""
    return "; ".join(dict.fromkeys(filter(None, notes)))


def sections(headings: Iterable[Heading], end: int) -> tuple[Mark, ...]:
    """Return a mark for each section: from its heading to the next one of the same or a higher level."""
    headings = list(islice(headings, MOST_HEADINGS + 1))
    if len(headings) > MOST_HEADINGS:
        return ()
    marks, open_ = [], list[Heading]()
    for heading in [*headings, Heading(end, "", 0)]:
        while open_ and open_[-1].level >= heading.level:
            above = open_.pop()
            marks.append(Mark(above.start, heading.start, Kind.HEADING, above.text))
        open_.append(heading)
    return ordered(marks)


def ordered(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Sort marks as a document holds them: by start, the longer first; a row before its only cell."""
    return tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end, ORDER[mark.kind])))


class ParseError(Exception):
    """Why the bytes cannot be parsed, worded to follow the file's name: "is encrypted: remove the password".

    It stays inside this package: ``load`` puts the file's name before it and raises a LoadError.
    """


NO_TEXT = "has no text in it: write something in it, or leave it out"

OUT_OF_MEMORY = 86
"""Exit status of a worker that hit its memory limit."""
