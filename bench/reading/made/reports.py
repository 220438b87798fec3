"""Reports in words that nobody uses, and what stands in them where."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.reading.measure import Piece
from index.types import Kind

SYLLABLES = "ba cor den fi gal hum jo ket lor mi nak pel quo rin sta tov un ves wil yor zet bram dros flin".split()
HEADS = ("Station", "Keeper", "Boats")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, the paragraphs below it, and the rows of a table below its header."""

    heading: str
    paragraphs: Sequence[str]
    rows: Sequence[tuple[str, str, str]]


def reports(count: int, *, seed: int = 1) -> Iterator[list[Section]]:
    """Yield reports in words that nobody uses, so that hardly a phrase stands twice."""
    chance = random.Random(seed)

    def words(least: int, most: int) -> str:
        made = ("".join(chance.choices(SYLLABLES, k=chance.randint(2, 3))) for _ in range(chance.randint(least, most)))
        return " ".join(made).capitalize()

    for _ in range(count):
        yield [
            Section(
                heading=words(2, 4),
                paragraphs=[f"{words(8, 18)}. {words(8, 18)}." for _ in range(4)],
                rows=[(words(4, 5), words(4, 4), str(chance.randint(10, 9999))) for _ in range(5)],
            )
            for _ in range(6)
        ]


Made = tuple[bytes, list[Piece]]
"""A file, and what is in it."""


def under_headings(report: Sequence[Section]) -> list[Piece]:
    """Return what stands in a report, each piece below the heading of its section."""
    return [
        Piece(text, ((Kind.HEADING, section.heading),))
        for section in report
        for text in (section.heading, *section.paragraphs, *(cell for row in section.rows for cell in row))
    ]


def in_places(kind: Kind, report: Sequence[Section], labels: Sequence[str]) -> list[Piece]:
    """The pieces of the sections, each of which is in a place of its own."""
    return [
        Piece(piece.text, ((kind, label),))
        for section, label in zip(report, labels, strict=True)
        for piece in under_headings([section])
    ]
