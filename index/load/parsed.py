"""What a parser gives back, and how it says that it cannot."""

from dataclasses import dataclass

from index.types import Heading


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser makes of a file's bytes; ``title`` is "" where the file names none."""

    title: str
    text: str
    pages: tuple[int, ...] = ()
    headings: tuple[Heading, ...] = ()


class ParseError(Exception):
    """Why the bytes cannot be parsed, worded to follow the file's name: "is encrypted: remove the password".

    It stays inside this package: ``load`` puts the file's name before it and raises a LoadError.
    """


OUT_OF_MEMORY = 86
"""Exit status of a worker that hit its memory limit."""
