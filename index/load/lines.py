"""Marks of lines that begin with a name and a colon: the turns of a transcript, the fields of a form.

Which of the two a line is, and whether it is any, only its neighbours tell. In doubt it is none: a false mark would
put words in someone's mouth.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, islice, pairwise

from index.load.parsed import Parsed, ordered
from index.types import Kind, Mark

Line = tuple[int, str, bool]
"""Its offset, its text ("" for what is no prose), and whether a section starts there."""

TIME = r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?"
LABELLED = re.compile(
    rf"[ \t]{{0,3}}(?P<bullet>[-*+•][ \t]+)?(?P<time>{TIME}[ \t]+)?(?P<bold>\*\*|__)?"
    r"(?P<name>[^\W\d_][^:\n*_|<>=\[\]{}]{0,39}?)"
    rf"(?P<after>[ \t]+{TIME})?(?P<colon>:(?:\*\*|__)?|(?:\*\*|__):)(?=[ \t]|$)[ \t]*(?P<value>.*)"
)
ANOTHER_FIELD = re.compile(r"(?<![\t:])\t++(?=[^\W\d_][^:\t\n]{0,39}:(?:\s|$))")
WORD = re.compile(r"[^\W\d_][^\W\d_]*(?:[-'’.][^\W\d_]+)*\.?")
LONGEST_VALUE = 120
MOST_LINES = 200_000
"""Nobody wrote more by hand: a longer file, table or not, is text alone, so that it is read in time."""
# fmt: off
NO_NAMES = frozenset((
    "a", "answer", "argument", "arguments", "attention", "caution", "caveat", "conclusion", "correct", "danger",
    "debug", "definition", "error", "example", "examples", "false", "fatal", "figure", "fixme", "hint", "important",
    "info", "input", "note", "notes", "output", "problem", "q", "question", "reason", "remark", "result", "results",
    "returns", "see", "solution", "step", "summary", "table", "tip", "tips", "todo", "trace", "true", "update",
    "usage", "warn", "warning", "yes", "no", "pros", "cons", "critical", "raises", "yields",
))
# fmt: on
"""Words that stand before a colon in any prose, log or program, and are neither names nor fields."""


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A line "name: value": which line it is, and where its parts are."""

    number: int
    start: int
    name: str
    name_start: int
    value: str
    value_start: int
    has_bullet: bool

    @property
    def is_turn(self) -> bool:
        """Whether the name could be a person's: one to four capitalised words."""
        words = self.name.split()
        capital = all(WORD.fullmatch(word) and word[0].isupper() for word in words)
        return capital and len(words) <= 4 and not self.has_bullet

    @property
    def is_spoken(self) -> bool:
        """Whether it ends as a sentence does."""
        return self.value.endswith((".", "?", "!", "…"))

    @property
    def is_field(self) -> bool:
        """Whether it could be a line of a form: a short value, that is no code."""
        words = self.name.split()
        return (
            self.name[0].isupper()
            and len(words) <= 5
            and 0 < len(self.value) <= LONGEST_VALUE
            and self.value[-1] not in "{[(;,:\\"
        )


def split(text: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """Yield each line from ``start`` on with its offset, one at a time: a list of millions would fill the memory."""
    while (end := text.find("\n", start)) >= 0:
        yield start, text[start:end]
        start = end + 1
    yield start, text[start:]


def with_lines(parsed: Parsed) -> Parsed:
    """Mark turns and fields in a text of paragraphs, as office programs and web pages have them, beside its own marks.

    A form has a paragraph for each of its fields, or several in one, parted by tabs.
    """
    found = line_marks(_paragraphs(parsed), apart=True)
    return replace(parsed, marks=ordered([*parsed.marks, *found])) if found else parsed


def _paragraphs(parsed: Parsed) -> Iterator[Line]:
    """Yield lines, and the fields in them, one at a time; in the place of headings and tables stands nothing."""
    headings = {mark.start for mark in parsed.marks if mark.kind is Kind.HEADING}
    rows = [mark for mark in parsed.marks if mark.kind is Kind.ROW]
    starts = [row.start for row in rows]
    ends = [*accumulate((row.end for row in rows), max)]  # a row may hold the rows of a table inside it
    for at, line in split(parsed.text):
        above = bisect_right(starts, at + len(line)) - 1
        if at in headings or (above >= 0 and ends[above] > at):
            yield at, "", True
            continue
        parted = [match.start() for match in ANOTHER_FIELD.finditer(line)]
        for start, end in pairwise([0, *parted, len(line)]):
            yield at + start, line[start:end], False


def line_marks(lines: Iterable[Line], *, apart: bool = False) -> list[Mark]:
    """Mark turns (speaker) and fields (row, header, cell); no line is both.

    Fields that belong together stand in lines one below the other; with ``apart``, empty lines may be between them.
    """
    kept = list(islice(lines, MOST_LINES + 1))
    labelled = [found for number, line in enumerate(kept) if (found := _labelled(number, line))]
    if len(kept) > MOST_LINES or len(labelled) < 2:
        return []
    runs = _forms(kept, labelled, apart=apart)
    fields = {line.number for run in runs for line in run}
    turns = [line for line in labelled if line.is_turn and line.number not in fields]
    rows = [mark for run in runs for number, line in enumerate(run, 1) for mark in _row(number, line)]
    return [*rows, *(_turns(kept, turns, fields) if _is_transcript(kept, turns, fields) else ())]


def _labelled(number: int, line: Line) -> _Labelled | None:
    start, text, _ = line
    match = LABELLED.match(text) if ":" in text else None
    if not match or bool(match["bold"]) != (len(match["colon"]) > 1):
        return None
    name, value = match["name"].rstrip(), match["value"].rstrip()
    if name.lower() in NO_NAMES:
        return None
    at = start + len(text) - len(text.lstrip())
    return _Labelled(
        number, at, name, start + match.start("name"), value, start + match.start("value"), bool(match["bullet"])
    )


def _forms(lines: Sequence[Line], labelled: Sequence[_Labelled], *, apart: bool) -> list[list[_Labelled]]:
    """The runs of neighbouring lines that are a form: three fields that differ, or two above all else."""
    top = next((number for number, line in enumerate(lines) if line[1].strip()), 0)
    runs = [run for run in _runs(lines, labelled, apart=apart) if _is_form(run, at_top=run[0].number == top)]
    inside = {line.number for run in runs for line in run}
    elsewhere = {line.name for line in labelled if line.is_turn and line.number not in inside}
    return [run for run in runs if not {line.name for line in run} <= elsewhere]  # three speakers, one turn each


def _runs(lines: Sequence[Line], labelled: Sequence[_Labelled], *, apart: bool) -> Iterator[list[_Labelled]]:
    names = Counter(line.name for line in labelled)
    run, known = [labelled[0]], {labelled[0].name}
    for before, line in pairwise(labelled):
        between = lines[before.number + 1 : line.number]
        is_parted = any(text.strip() or starts for _, text, starts in between)
        if apart:  # no empty line tells where a form ends: a name that comes again does, and who has much to say
            is_other = (line.is_spoken and names[line.name] > 1) != (before.is_spoken and names[before.name] > 1)
            is_parted = is_parted or is_other or line.name in known
        elif between:
            is_parted = True
        if is_parted or not (before.is_field and line.is_field):  # a caption, or a field as long as prose
            yield run
            run, known = [], set()
        run.append(line)
        known.add(line.name)
    yield run


def _is_form(run: Sequence[_Labelled], *, at_top: bool) -> bool:
    spoken = sum(line.is_spoken for line in run)
    differ = len({line.name.lower() for line in run}) == len(run)
    return len(run) >= (2 if at_top else 3) and differ and spoken * 2 < len(run) and all(line.is_field for line in run)


def _row(number: int, line: _Labelled) -> Iterator[Mark]:
    yield Mark(line.start, line.value_start + len(line.value), Kind.ROW, str(number))
    yield Mark(line.name_start, line.name_start + len(line.name), Kind.HEADER, line.name)
    yield Mark(line.value_start, line.value_start + len(line.value), Kind.CELL, line.name)


def _is_transcript(lines: Sequence[Line], turns: Sequence[_Labelled], fields: set[int]) -> bool:
    """Whether two people or more take turns, one of them again, in half of the paragraphs from the first turn on."""
    names = Counter(turn.name for turn in turns)
    if len(turns) < 3 or len(names) < 2 or max(names.values()) < 2:
        return False
    spoken = {turn.number for turn in turns}
    first = turns[0].number
    texts = [line[1].strip() for line in lines]
    begins = {n for n in range(first, len(texts)) if texts[n] and not (n and texts[n - 1])}
    return len(spoken) * 2 >= len((begins | spoken) - fields)


def _turns(lines: Sequence[Line], turns: Sequence[_Labelled], fields: set[int]) -> Iterator[Mark]:
    """Yield each turn: up to the next one, a form or a section; the last one only to the end of its paragraph.

    What comes after the last turn may be anyone's, such as "The meeting closed at five."
    """
    stops = {turn.number for turn in turns} | fields | {n for n, line in enumerate(lines) if line[2]}
    for turn in turns:
        is_last = turn is turns[-1]
        end = turn.value_start + len(turn.value)
        for number in range(turn.number + 1, len(lines)):
            start, text, _ = lines[number]
            if number in stops or (is_last and not text.strip()):
                break
            end = start + len(text.rstrip()) if text.strip() else end
        yield Mark(turn.start, end, Kind.SPEAKER, turn.name)
