"""What PDFium knows of a page: its words and where they stand, what was filled in, ruled lines and pictures."""

import ctypes
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from index.load.pdf.filled import filled_in, insert
from index.load.pdf.letters import Letters, Turn, box_reader
from index.load.pdf.mend import is_readable
from index.load.pdf.ocr import Recogniser
from index.load.pdf.words import Line, Word, from_the_right, lines

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

MOST_OBJECTS = 5_000
"""So many objects of a page are looked at for ruled lines and pictures: a map has a hundred thousand."""
PICTURE = 0.5
"""Of a page, covered by pictures, with next to no words: it is a picture of its text."""
SMALL_PICTURE = 0.02
"""Of a page without words: enough to look for some in it, if pictures are to be read."""
FEWEST_LETTERS = 20
FEWEST_TEXTS, TEXTS_A_LETTER = 100, 4
"""Of so many texts that are drawn, and so many for each letter that PDFium has of them, it has left most out."""


class Rule(NamedTuple):
    """A ruled line: ``at`` is its y if it is level, else its x; and where it starts and ends along the other axis."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Page:
    """A page, upright."""

    width: float = 0
    height: float = 0
    lines: list[Line] = field(default_factory=list)
    level: list[Rule] = field(default_factory=list)
    upright: list[Rule] = field(default_factory=list)
    pictured: float = 0
    """The share of it that pictures cover."""
    is_placed: bool = True
    """Whether its words have boxes."""
    is_readable: bool = True
    """Whether its text says which letters stand there."""
    is_whole: bool = True
    """Whether PDFium has about as much text of it as is drawn."""
    is_recognised: bool = False
    """Whether its words were read off its picture."""

    @property
    def text(self) -> str:
        """Its words, a line a line."""
        return "\n".join(line.text for line in self.lines)

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture of its text, with next to no words."""
        return self.pictured >= PICTURE and not self.is_recognised and len(self.text) < FEWEST_LETTERS


class Reader:
    """Reads the pages of one PDF, in order. Words have boxes until so many characters were read, for time's sake."""

    def __init__(self, pdf: "PdfDocument", *, most_characters: int = 1_000_000) -> None:
        """Take an open PDF."""
        self._pdf = pdf
        self._left = most_characters
        self._box = box_reader()
        self._whole = set[str]()
        self._recogniser = Recogniser()

    def read(self, number: int) -> Page:
        """Read a page; one that is damaged is empty, so that the others keep their numbers."""
        from pypdfium2 import PdfiumError

        try:
            page = self._pdf.get_page(number)
        except PdfiumError:
            return Page()
        try:
            return self._read(page)
        except PdfiumError:
            return Page()
        finally:
            page.close()  # and the text page with it: thousands of open pages fill the memory

    def _read(self, page: "PdfPage") -> Page:
        turn = Turn(page)
        found = Page(turn.width, turn.height)
        text_page = page.get_textpage()
        text = _aligned(text_page)
        self._left -= len(text)
        found.is_placed = self._left > 0
        if not found.is_placed:
            found.lines = [_unplaced(line) for line in text.splitlines() if line.strip()]
            found.is_readable = is_readable(found.text)
            return found
        found.lines = from_the_right(list(lines(text, Letters(text_page.raw, self._box, turn, self._whole))))
        _look_at_objects(page, turn, found)
        for words in filled_in(self._pdf, page, turn):
            insert(found.lines, words)
        found.is_readable = is_readable(found.text)
        few = len(found.text) < FEWEST_LETTERS and found.pictured >= SMALL_PICTURE
        if few or not found.is_readable or not found.is_whole:
            self._recognise(page, turn, found)
        return found

    def _recognise(self, page: "PdfPage", turn: Turn, found: Page) -> None:
        lines = self._recogniser.read(page, turn)
        if lines:
            found.lines, found.is_recognised, found.is_readable, found.is_whole = lines, True, True, True


def _aligned(text_page: Any) -> str:
    """The page's text, a character for each that PDFium counts: offsets in the one are offsets in the other.

    PDFium leaves out control characters, so a NUL stands in for each; and two surrogates for what is beyond 16 bits.
    """
    from pypdfium2.raw import FPDFText_GetCharIndexFromTextIndex

    text: str = text_page.get_text_range()
    count = text_page.count_chars()
    if len(text) == count:
        return text
    if not text.isascii() and max(text) > "\uffff":
        units = text.encode("utf-16-le")
        text = "".join(map(chr, memoryview(units).cast("H")))
    place = partial(FPDFText_GetCharIndexFromTextIndex, text_page.raw)
    parts, at, left_out = list[str](), 0, 0
    while at < len(text):  # PDFium knows where a character of the text is on the page: as many before it are missing
        missing = place(at) - at
        end = bisect_right(range(len(text)), missing, lo=at, key=lambda offset: place(offset) - offset)
        parts.append("\0" * (missing - left_out) + text[at:end])
        at, left_out = max(end, at + 1), missing
    return "".join(parts).ljust(count, "\0")


def _unplaced(line: str) -> Line:
    return Line([Word(" ".join(line.split()), 0, 0, 0, 0)], is_flat=False)


# Lines and pictures


def _look_at_objects(page: "PdfPage", turn: Turn, found: Page) -> None:
    """Note the ruled lines, how much of the page pictures cover, and whether most of what is drawn as text is missing.

    Of lines that are set upright, a letter at a time, PDFium may have next to nothing.
    """
    from pypdfium2 import raw

    edges = [ctypes.c_float() for _ in range(4)]
    references = [ctypes.byref(edge) for edge in edges]
    covered, texts = 0.0, 0
    for number in range(min(raw.FPDFPage_CountObjects(page.raw), MOST_OBJECTS)):
        item = raw.FPDFPage_GetObject(page.raw, number)
        kind = raw.FPDFPageObj_GetType(item)
        texts += kind == raw.FPDF_PAGEOBJ_TEXT
        if kind not in {raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE} or not raw.FPDFPageObj_GetBounds(
            item, *references
        ):
            continue
        left, bottom, right, top = turn.box((edges[0].value, edges[1].value, edges[2].value, edges[3].value))
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            covered += max(0.0, min(right, found.width) - max(left, 0)) * max(
                0.0, min(top, found.height) - max(bottom, 0)
            )
        else:
            _note_rules(left, bottom, right, top, raw.FPDFPath_CountSegments(item), found)
    found.is_whole = texts < FEWEST_TEXTS or texts < TEXTS_A_LETTER * len(found.text)
    found.pictured = covered / (found.width * found.height) if found.width and found.height else 0


def _note_rules(left: float, bottom: float, right: float, top: float, segments: int, found: Page) -> None:
    """A thin path is a line, and a rectangle four. What is curved, or more than one stroke, is neither."""
    if segments > 6:
        return
    if top - bottom <= 3 < right - left:
        found.level.append(Rule((top + bottom) / 2, left, right))
    elif right - left <= 3 < top - bottom:
        found.upright.append(Rule((left + right) / 2, bottom, top))
    elif segments >= 4 and right - left > 3 and top - bottom > 3:
        found.level += [Rule(bottom, left, right), Rule(top, left, right)]
        found.upright += [Rule(left, bottom, top), Rule(right, bottom, top)]
