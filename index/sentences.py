"""Cuts text into sentences with regular expressions and a list of abbreviations, at several MB a second.

Every rule errs on the side of not cutting: a passage that is a little long costs less than half a sentence.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from index.months import CUT_SHORT
from index.types import Document, Extent, Kind

STOP = re.compile(
    r"(?<![.!?…])[.!?…]++"  # starts only at the first of a run, or a row of dots would take quadratic time
    r"[\"'”’»)\]}*_]{0,4}+(?:\[\d{1,3}\]|[¹²³⁰⁴-⁹]){0,8}+\s++"  # closing quotes, brackets, notes such as [12] or ¹²
    r"|[。！？｡]++[」』”’）》】]{0,4}+\s*+"
)
WORD_BEFORE = re.compile(r"[\w.&’'-]*\Z")
WORD_AFTER = re.compile(r"[\"'“‘«(\[{*_¿¡]{0,4}(\w*)")
LIST_NUMBER = re.compile(r"(?:\A|\n)[ \t]*\d{1,3}\Z")
INITIALS = re.compile(r"[^\W\d_]|(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")  # J · U.S · Ph.D · a.m

LINE = re.compile(r"[^\n\f]*(?:[\n\f]|\Z)")
MARKER = re.compile(
    r"\s*(?:[-+*•‣◦▪–]|#{1,6}|\(?(?:\d{1,3}|[A-Za-z])\)|\d{1,3}\.|\d{1,3}(?:\.\d{1,3}){1,3}\.?)\s|\s*[|>]"
)
STAMPED = re.compile(r"\s*[\[(]?(?:\d{4}-\d\d-\d\d|\d{1,2}:\d\d(?::\d\d)?)\b")
"""A line of a log, or of a timetable, begins with when."""
MARKED_HEADING = re.compile(r"\s*#{1,6}\s")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEVER_END = _words(
    "mr mrs ms mx dr prof gen col maj capt cpt lt sgt cmdr adm sen rep gov pres rev hon messrs mme mlle supt "
    "insp e.g i.e eg ie cf vs v viz al ca approx resp incl excl esp dept dist est"
)
BEFORE_NUMBER = CUT_SHORT | _words(
    "no nos nr fig figs vol vols p pp para art ch chap sec sect eq ref refs tab mon tue tues wed thu thur thurs "
    "fri sat sun"
)
MAY_END = _words("inc ltd co corp bros jr sr etc esq llc plc univ assn st mt ft ave blvd rd")
OPENERS = _words(  # with a capital, these begin a sentence rather than a name
    "a after all also although an and another as at because before both but by despite during each even "
    "finally first for from he her here his how however i if in instead it its later many meanwhile most my "
    "no on once one our several she since so some such that the their then there these they this those "
    "though thus to today under until we what when where while who why with yet you your"
)


STRETCH = 1000
"""Characters: places that are near each other are looked for in the same text, which is cut once."""

END = re.compile(r"[.!?…]\s+|[。！？｡]|[\n\f]\s*")
"""Where a sentence may end, told in a moment; mostly more often than one does."""
CRUMBLED_FROM, CRUMB, LUMP = 1_000_000, 6, 100
"""Characters: in so long a text, sentences that would be shorter than a crumb on average are taken by the lump.

They are nobody's sentences, but a column of numbers or a million dots, and each costs as much as one of a book.
"""


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of ``text``, in order; joined they are ``text``, spaces and all.

    A sentence ends at a full stop that ends no abbreviation, at a blank line, and at a line break that was
    meant: one before a list item or a table row, or one that the width of the paragraph does not explain.
    """
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    cuts = {*_line_cuts(text), *_stop_cuts(text)}
    edges = [0, *sorted(cut for cut in cuts if first < cut < last), len(text)]
    return list(pairwise(edges)) if text else []


def sentences_of(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the sentences of ``document.text[start:end]``; of source code and logs, the lines.

    Where a long text is crumbled, each is several of them.
    """
    spans, at = list[tuple[int, int]](), start
    for code in document.marked(Kind.CODE):
        if code.end > at and code.start < end:
            first, last = max(at, code.start), min(end, code.end)
            spans += _within(document.text, at, first, _cut)
            spans += _within(document.text, first, last, lines)
            at = last
    return spans + _within(document.text, at, end, _cut)


def _cut(text: str) -> Sequence[tuple[int, int]]:
    """Return the sentences; of a stretch that candidates stand in, which is asked for again and again, remembered."""
    return _remembered(text) if len(text) < 10 * STRETCH else sentences(text)


@lru_cache(maxsize=128)
def _remembered(text: str) -> Sequence[tuple[int, int]]:
    return tuple(sentences(text))


def lines(text: str) -> list[tuple[int, int]]:
    """Spans of the lines of ``text``, in order; joined they are ``text``."""
    edges = [0, *(match.end() for match in re.finditer(r"\n", text)), len(text)]
    return [(start, end) for start, end in pairwise(edges) if start < end]


def _within(text: str, start: int, end: int, cut: Callable[[str], Sequence[tuple[int, int]]]) -> list[tuple[int, int]]:
    piece = text[start:end]
    spans = _lumps(piece) if _is_crumbled(piece) else cut(piece)
    return [(start + a, start + b) for a, b in spans]


def _is_crumbled(text: str) -> bool:
    return len(text) >= CRUMBLED_FROM and sum(1 for _ in END.finditer(text)) * CRUMB > len(text)


def _lumps(text: str) -> Iterator[tuple[int, int]]:
    """Yield spans of some LUMP characters each, which end where a sentence may; joined they are ``text``."""
    start = 0
    while found := END.search(text, start + LUMP):
        yield start, found.end()
        start = found.end()
    if start < len(text):
        yield start, len(text)


def _stop_cuts(text: str) -> Iterator[int]:
    for match in STOP.finditer(text):
        if match[0][0] in "。！？｡" or _ends_sentence(text, match):
            yield match.end()


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Tell a full stop from the dot of an abbreviation by the word before it and the word after it."""
    found = WORD_AFTER.match(text, match.end())
    following = found[1] if found else ""
    if following[:1].islower():
        return False
    if not match[0].startswith(".") or match[0].startswith(".."):
        return True
    before = text[max(0, match.start() - 24) : match.start()]
    word = WORD_BEFORE.findall(before)[0].lower()
    if word in NEVER_END:
        return False
    if word in BEFORE_NUMBER:
        return not following[:1].isdigit()
    if word in MAY_END or INITIALS.fullmatch(word):
        return following.lower() in OPENERS
    return not LIST_NUMBER.search(before)


def _line_cuts(text: str) -> Iterator[int]:
    """Offsets of the first character of each line that begins something new."""
    for paragraph in _paragraphs(text):
        yield _first_character(text, paragraph[0])
        width = _width(paragraph)
        for line, following in pairwise(paragraph):
            if not _continues(text[slice(*line)], text[slice(*following)], width):
                yield _first_character(text, following)


def _paragraphs(text: str) -> Iterator[list[Extent]]:
    """Yield runs of lines, as spans, that no blank line and no form feed parts."""
    lines: list[Extent] = []
    for match in LINE.finditer(text):
        blank = not match[0].strip()
        if not blank:
            lines.append(match.span())
        if lines and (blank or match[0].endswith("\f")):
            yield lines
            lines = []
    if lines:
        yield lines


def _width(paragraph: Sequence[Extent]) -> int:
    """The width at which lines were wrapped, if they were: the upper quartile, as some may stick out.

    The last line does not count: it ends where its text ends.
    """
    lengths = sorted(end - start for start, end in paragraph[:-1])
    return lengths[3 * len(lengths) // 4] if lengths else 0


def _continues(line: str, following: str, width: int) -> bool:
    """Tell a line that was wrapped from one that was ended.

    Wrapping breaks a line because the next word does not fit; three quarters of the width leave room for
    proportional type. Lines of under 30 characters are verse, addresses and lists.
    """
    if (
        MARKER.match(following)
        or STAMPED.match(following)
        or MARKED_HEADING.match(line)
        or "\t" in line.strip() + following.strip()
    ):
        return False
    word = following.split(maxsplit=1)[0]
    return word[0].islower() or (width >= 30 and len(line) + len(word) > width * 0.75)


def _first_character(text: str, line: Extent) -> int:
    """Offset of the first character of the line that is not a space."""
    return line[1] - len(text[slice(*line)].lstrip())


def sentence_around(document: Document, start: int, end: int, *, reach: int = 2000) -> tuple[int, int]:
    """Return where the row, or else the sentences, that hold ``text[start:end]`` start and end, white space apart.

    No further than ``reach`` characters, to the next full STRETCH, are looked at on either side.
    """
    text = document.text
    if rows := document.around(start, Kind.ROW):
        return rows[0].start, max(end, rows[0].end)
    low = max(0, (start - reach) // STRETCH * STRETCH)
    high = min(len(text), -(-(end + reach) // STRETCH) * STRETCH)
    spans = sentences_of(document, low, high)
    inside = [(a, b) for a, b in spans if a < max(end, start + 1) and start < b]
    first, last = (inside[0][0], inside[-1][1]) if inside else (start, end)
    piece = text[first:last]
    return min(start, first + len(piece) - len(piece.lstrip())), max(end, last - len(piece) + len(piece.rstrip()))
