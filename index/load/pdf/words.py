"""The words of a page, and where they stand: lines as PDFium has them, mended where their places say otherwise."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from index.load.pdf.letters import Box, Letters

TOKEN = re.compile(r"[^\s\ufffe]+")
BROKEN = "\ufffe"
"""PDFium puts it in the place of a hyphen and the line end after it; here it ends the first part of the word."""
LAM_ALEF = re.compile("[\u0622\u0623\u0625\u0627]\u0644")
SET_UPRIGHT = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
SCRIPTS_MEET = re.compile(r"(?<=[A-Za-z])(?=[\u0620-\u064a])|(?<=[\u0620-\u064a])(?=[A-Za-z])")
SHORTEST_GLUED = 8
"""Words are looked into, for a gap that PDFium took for none, from so many letters on: it costs a call a letter."""
GAP = 0.22
"""Of the height of a line: a space, even in a line that was set tightly."""
WIDE = 0.9
"""Of a line's height: a gap that parts columns, and no words of a sentence."""
RISE, SMALLER = 0.3, 0.85
"""Of the height of a token: what begins higher than that and is lower than that is raised."""
DIGITS = "0123456789"
SUPERSCRIPTS = str.maketrans(DIGITS, "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Word(NamedTuple):
    """A word and its box, in points, y upwards, as the page is shown."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    bold: bool = False


@dataclass  # without slots: what is worked out of the words is kept beside them
class Line:
    """Words beside each other. A line that does not lie flat (``is_flat``) has no place that could be compared."""

    words: list[Word]
    is_flat: bool = True
    goes_down: bool = False
    """Whether it is Chinese, Japanese or Korean and set upright: its letters stand below each other."""

    @cached_property
    def text(self) -> str:
        """The words."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def left(self) -> float:
        """Where it begins."""
        return min(word.left for word in self.words)

    @cached_property
    def right(self) -> float:
        """Where it ends."""
        return max(word.right for word in self.words)

    @cached_property
    def bottom(self) -> float:
        """The lower edge, of its first word: one that is set small would say another."""
        return self.words[0].bottom

    @cached_property
    def top(self) -> float:
        """The upper edge, of its tallest word."""
        return max(word.top for word in self.words)

    @cached_property
    def height(self) -> float:
        """The median height of its words, which goes with the size of the type."""
        heights = sorted(word.top - word.bottom for word in self.words)
        return heights[len(heights) // 2]

    @cached_property
    def parts(self) -> list[list[Word]]:
        """Its words, cut at its wide gaps."""
        wide = WIDE * self.height
        found = [[self.words[0]]]
        for one, other in pairwise(self.words):
            if other.left - one.right > wide:
                found.append([other])
            else:
                found[-1].append(other)
        return found

    @cached_property
    def is_bold(self) -> bool:
        """Whether all of it is bold."""
        return all(word.bold for word in self.words)


def lines(text: str, letters: Letters) -> Iterator[Line]:
    """Cut the text into lines where PDFium does, and where a hyphen took the line end away."""
    line, last, before = Line([]), None, 0
    for token in TOKEN.finditer(text):
        between = text[before : token.start()]
        before = token.end()
        ends = hyphen = False
        if between != " ":  # as it mostly is
            ends, hyphen = "\n" in between or "\r" in between, BROKEN in between
        words, is_flat = _words(text, token, letters, begins=(ends and "\n" in between) or not line.words)
        if not words:
            continue
        first = words[0]
        if last:
            both_flat = is_flat and line.is_flat
            is_new = ends or (both_flat and last.bottom != first.bottom and _is_apart(last, first))
            if (is_new or hyphen) and both_flat and _beside(last, first):
                if hyphen or _is_glued(last, first):
                    line.words.pop()
                    joined = f"{last.text}{'-' if hyphen else ''}{first.text}"
                    words[0] = first._replace(text=joined, left=last.left, bottom=last.bottom)
            elif is_new or hyphen:
                if hyphen:
                    line.words[-1] = last._replace(text=last.text + BROKEN)
                yield line
                line = Line([])
        line.is_flat = is_flat and (line.is_flat or not line.words)
        line.goes_down = not line.is_flat and _goes_down(token, letters)
        line.words += words
        last = words[-1]
    if line.words:
        yield line


def _goes_down(token: re.Match[str], letters: Letters) -> bool:
    is_lower = letters.box(token.end() - 1)[1] < letters.box(token.start())[1]
    return is_lower and SET_UPRIGHT.search(token[0]) is not None


def from_the_right(found: Sequence[Line]) -> list[Line]:
    """Return the lines with those that are set upright, side by side, from the right on: PDFium begins on the left."""
    ordered, run = list[Line](), list[Line]()
    for line in found:
        if run and not (line.goes_down and line.bottom < run[-1].top and run[-1].bottom < line.top):
            ordered += sorted(run, key=lambda each: -each.right)
            run = []
        (run if line.goes_down else ordered).append(line)
    return ordered + sorted(run, key=lambda each: -each.right)


def _is_apart(one: Word, other: Word) -> bool:
    """Whether two words are on two lines, though PDFium has no line end between them."""
    middles = (one.top + one.bottom) / 2, (other.top + other.bottom) / 2
    return not (other.bottom < middles[0] < other.top or one.bottom < middles[1] < one.top)


def _beside(one: Word, other: Word) -> bool:
    """Whether a word goes on where another ends, though PDFium has a line end between them."""
    gap, height = other.left - one.right, one.top - one.bottom
    return other.bottom < one.top and one.bottom < other.top and -0.3 * height <= gap <= GAP * height


def _is_glued(one: Word, other: Word) -> bool:
    """Whether a word runs into the next, as the letters of scanned text do; those of a formula only touch."""
    height = one.top - one.bottom
    return other.left - one.right < -0.05 * height and abs(one.bottom - other.bottom) < 0.05 * height


def _words(text: str, token: re.Match[str], letters: Letters, *, begins: bool) -> tuple[list[Word], bool]:
    """A token as words: usually one; and whether it lies flat. No word is bold where what begins the line is not."""
    start, end = token.span()
    first = letters.box(start)
    last = letters.box(end - 1) if end - start > 1 else first
    if not (letters.turn.shows(first) or letters.turn.shows(last)):
        return [], True
    is_flat = abs(last[0] - first[0]) >= abs(last[1] - first[1])
    if begins or letters.begun_bold:
        letters.begun_bold = letters.is_bold(start)
    bold, written = letters.begun_bold, token[0]
    gaps = (
        _gaps(written, start, letters)
        if is_flat and end - start >= SHORTEST_GLUED and written not in letters.whole
        else ()
    )
    if not gaps and written.isascii():
        if last[1] > first[1] and is_flat and written[-1] in DIGITS:
            written = _raised(written, start, letters)
        return [Word(written, *_around(first, last), bold)], is_flat
    words, at = [], start
    for to in [*gaps, end]:
        box = _around(letters.box(at), letters.box(to - 1))
        pieces = SCRIPTS_MEET.split(_written(text[at:to], at, letters))
        words += [Word(piece, *box, bold) for piece in pieces]
        at = to
    return words, is_flat


def _around(one: Box, other: Box) -> Box:
    if one is other:
        return one
    return (
        one[0] if one[0] < other[0] else other[0],
        one[1] if one[1] < other[1] else other[1],
        one[2] if one[2] > other[2] else other[2],
        one[3] if one[3] > other[3] else other[3],
    )


def _gaps(written: str, start: int, letters: Letters) -> list[int]:
    """The offsets in a word before which there is a gap; none if it is spaced throughout.

    The boxes of letters that are drawn as pictures are as narrow as their ink, so a gap is one if it is wider than
    most of the others by that much.
    """
    boxes = [letters.box(offset) for offset in range(start, start + len(written))]
    height = max(box[3] - box[1] for box in boxes)
    gaps = [other[0] - one[2] for one, other in pairwise(boxes)]
    usual = max(0.0, sorted(gaps)[len(gaps) // 2])
    found = [start + at for at, gap in enumerate(gaps, 1) if gap - usual > GAP * height]
    if found and len(found) * 4 < len(written):
        return found
    letters.whole.add(written)
    return []


def _raised(written: str, start: int, letters: Letters) -> str:
    """The token with the digits at its end as superscripts where they are small and raised: 2¹⁰ is not 210."""
    _, low, _, high = letters.box(start)
    for at in range(max(1, len(written.rstrip(DIGITS))), len(written)):
        _, bottom, _, top = letters.box(start + at)
        if bottom - low > RISE * (high - low) and top - bottom < SMALLER * (high - low):
            return written[:at] + written[at:].translate(SUPERSCRIPTS)
    return written


def _written(token: str, start: int, letters: Letters) -> str:
    """The token as it is spelled: of a ligature of lam and alef, PDFium has the letters the wrong way round."""
    for match in LAM_ALEF.finditer(token):
        at = match.start()
        if letters.box(start + at) == letters.box(start + at + 1):
            token = f"{token[:at]}{token[at + 1]}{token[at]}{token[at + 2 :]}"
    if any("\ud800" <= character <= "\udfff" for character in token):
        token = token.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return token
