"""Tables in plain text: neighbouring lines that tabs or bars cut into as many cells.

Nothing says that they are a table, nor which line is its header; in doubt they are none, and it is a row.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.load.lines import split
from index.load.table import Row, cut, is_countable, strip

FEWEST_ROWS = 3
BAR = re.compile(r"(?<!\S)\|(?!\S)")
RULE = re.compile(r"(?=[+|: \t]*+[-=])[-=+|: \t]*+")
DIGIT = re.compile(r"\d")
BULLET = re.compile(r"[-*+•–]|\(?(?:\d{1,3}|[^\W\d_])[.)]")
SHORT_WORDS = re.compile(r"[^\W\d_][^\s.,;:!?]{0,19}(?: [^\s.,;:!?]{1,20}){0,2}")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line in cells: which of its kind it neighbours, and where it is."""

    separator: str
    row: Row
    words: tuple[str, ...]


def tables(text: str) -> Iterator[list[Row]]:
    """Yield the tables, the header of each first if it has one. Lines of dashes are no rows, and part nothing."""
    if not is_countable(text, "\t", " | "):
        return
    lines = (_line(offset, line) for offset, line in split(text) if not RULE.fullmatch(line))
    for alike, run in groupby(lines, key=lambda line: line and (line.separator, len(line.words))):
        rows = [line for line in run if line] if alike else []
        if len(rows) >= FEWEST_ROWS and _has_columns(rows):
            first, *rest = rows
            heads = is_header(first.words, [line.words for line in rest])
            yield [Row(first.row.start, first.row.end, first.row.cells, heads), *(line.row for line in rest)]


def _line(offset: int, line: str) -> _Line | None:
    """The line in cells; None if it has but one."""
    start, end = strip(line, 0, len(line))
    if "\t" in line[start:]:  # and not only before it: an indent parts nothing
        separator, edges = "\t", [-1, *(at for at, character in enumerate(line) if character == "\t"), len(line)]
    else:
        separator, edges = "|", _between_bars(line, start, end)
    cells = cut(line, offset, edges)
    if len(cells) < 2 or start == end:
        return None
    words = tuple(line[cell.start - offset : cell.end - offset] for cell in cells)
    return _Line(separator, Row(offset + start, offset + end, cells), words)


def _between_bars(line: str, start: int, end: int) -> list[int]:
    """The bars, and the ends of the line unless bars stand there."""
    bars = [match.start() for match in BAR.finditer(line)]
    before = [] if start in bars[:1] else [-1]
    after = [] if before == [] and len(bars) > 1 and end - 1 == bars[-1] else [len(line)]
    return [*before, *bars, *after]


def _has_columns(lines: Sequence[_Line]) -> bool:
    """Whether there is something beside what begins each line, and that is more than a bullet or a speaker's name."""
    columns = list(zip(*(line.words for line in lines), strict=True))
    firsts = columns[0]
    named = len(columns) == 2 and all(first.endswith(":") for first in firsts)
    return any(firsts) and any(map(any, columns[1:])) and not named and not all(map(BULLET.fullmatch, firsts))


def is_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether numbers begin below it, or it is short words throughout."""
    if any(map(DIGIT.search, first)):
        return False
    return all(any(map(DIGIT.search, words)) for words in rest) or all(map(SHORT_WORDS.fullmatch, first))
