"""Several texts become one: the parts of a mail, the files of an archive, the chapters of a book.

What they unpack to, how many they are and how deep they nest is counted over all of them together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import PurePosixPath

from index.load.parsed import NO_TEXT, Parsed, ParseError, clean, joined, ordered
from index.load.parsers import FAMILIES, module_of
from index.types import Kind, Mark

BETWEEN = "\n\n"
CONTAINERS = frozenset({"archive", "mail"})
"""Families whose modules have ``parse_within``: they count on where the file that they are in has come to."""
LONGEST_LABEL = 200
MOST_NOTES = 10
"""On what is in a file; a line of five thousand would be read by nobody."""


@dataclass(slots=True)
class Budget:
    """What may still be read of one file: bytes as they unpack, files in it, and levels of files in files."""

    bytes: int = 128 << 20
    files: int = 5000
    depth: int = 3

    def take(self, size: int, files: int = 0) -> None:
        """Count what came out."""
        self.bytes -= size
        self.files -= files
        if self.bytes < 0:
            raise ParseError("unpacks to more than 128 MB: unpack it, and add the folder")
        if self.files < 0:
            raise ParseError("holds more than 5,000 files: unpack it, and add the folder")

    def within(self) -> "Budget":
        """Go a level deeper."""
        if self.depth == 0:
            raise ParseError("holds files in files in files: unpack it, and add the folder")
        return _Inner(self)


class _Inner(Budget):
    """A level deeper, on the same account."""

    def __init__(self, outer: Budget) -> None:
        super().__init__(depth=outer.depth - 1)
        self._outer = outer

    def take(self, size: int, files: int = 0) -> None:
        self._outer.take(size, files)


def read(name: str, data: bytes, budget: Budget) -> Parsed | None:
    """Read a file that is in another one, by its suffix; None if nobody reads such a file, or this one is empty.

    One that cannot be read has no text, and a note that says why: what is said of such a file on its own.
    """
    suffix = PurePosixPath(name.lower()).suffix
    if suffix not in FAMILIES or not data.strip():
        return None
    module = import_module(module_of(suffix))
    try:
        if FAMILIES[suffix] in CONTAINERS:
            parsed: Parsed = module.parse_within(data, budget.within())
        else:
            parsed = module.parse(data)
    except ParseError as error:
        return Parsed("", "", note=str(error))
    except RecursionError:
        return Parsed("", "", note="is nested too deeply to be read: leave it out")
    return parsed if parsed.text.strip() else replace(parsed, note=joined(parsed.note, NO_TEXT))


class Parts:
    """The text written so far, and the marks of its parts."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.length = 0
        self._texts: list[str] = []
        self._marks: list[Mark] = []
        self._notes: list[str] = []

    def add(self, parsed: Parsed, *, kind: Kind | None = None, label: str = "") -> None:
        """Write a text after the others, its marks with it, under a mark of its own if ``kind`` is given.

        What is noted on it is noted on the whole, after its label, also if there is no text.
        """
        if parsed.note and len(self._notes) < MOST_NOTES:
            self._notes.append(f"{one_line(label)}: {parsed.note}" if label else parsed.note)
        text = clean(parsed.text)
        if not text.strip():
            return
        start = self.length + (len(BETWEEN) if self._texts else 0)
        self._texts.append(text)
        self.length = start + len(text)
        if kind:
            self._marks.append(Mark(start, self.length, kind, one_line(label)))
        self._marks += [
            replace(mark, start=start + mark.start, end=min(start + mark.end, self.length)) for mark in parsed.marks
        ]

    def parsed(self, title: str = "") -> Parsed:
        """Return what was written."""
        return Parsed(
            title=title, text=BETWEEN.join(self._texts), marks=ordered(self._marks), note=joined(*self._notes)
        )


def form(fields: Iterable[tuple[str, str]]) -> Parsed:
    """What is said about a text, such as who wrote it: "Name: value" in each line, marked as a row; no empty ones."""
    lines, marks, at = [], list[Mark](), 0
    for number, (name, value) in enumerate(((name, value) for name, value in fields if value), 1):
        lines.append(f"{name}: {value}")
        middle, end = at + len(name), at + len(lines[-1])
        marks += [
            Mark(at, end, Kind.ROW, str(number)),
            Mark(at, middle, Kind.HEADER, name),
            Mark(middle + 2, end, Kind.CELL, name),
        ]
        at = end + 1
    return Parsed("", "\n".join(lines), ordered(marks))


def one_line(label: str) -> str:
    """A name as one may show it: on one line, and not too long."""
    return " ".join(clean(label).split())[:LONGEST_LABEL]
