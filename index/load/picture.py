"""A page of a PDF as a picture, and where some words stand on it.

``picture`` has it made in the sandbox, as files are parsed there; ``parse`` is what runs in it.
"""

import base64
import json
import struct
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from ctypes import c_int
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.load import sandbox
from index.load.parsed import Parsed, ParseError

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

Box = tuple[float, float, float, float]
"""Left, top, width and height, each as a share of the picture's width or height."""

WIDTH = 1400
"""Pixels: sharp on a screen that is twice as fine as it says, at half of its width."""
MOST_PIXELS = 6_000_000
MOST_LETTERS = 200_000
HYPHENS = frozenset("-\u00ad\u2010\u2011\ufffe\uffff")


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a PNG of so many pixels, and a box for each line of the words that were looked for."""

    png: bytes
    width: int
    height: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a page, and what is written before and after them: it tells one place from another."""

    text: str
    before: str = ""
    after: str = ""


def picture(data: bytes, page: int, words: Words) -> Picture:
    """Render a page, counted from 1, and find words on it. Raises ParseError, which says why, if that fails."""
    request = {"page": page, "text": words.text, "before": words.before, "after": words.after}
    reply = sandbox.parse("index.load.picture", json.dumps(request).encode() + b"\n" + data)
    try:
        row = json.loads(reply.text)
        png = base64.b64decode(row["png"], validate=True)
        width, height = struct.unpack(">II", png[16:24])
        return Picture(png, width, height, tuple(_box(each) for each in row["boxes"]))
    except (ValueError, TypeError, LookupError, struct.error):
        raise ParseError("cannot be shown as a picture") from None


def _box(values: Sequence[object]) -> Box:
    left, top, width, height = (min(1.0, max(0.0, float(value))) for value in values)  # type: ignore[arg-type]
    return left, top, width, height


# In the sandbox


def parse(data: bytes) -> Parsed:
    """Answer a request, a JSON line before the PDF's bytes, with JSON as the text of what was parsed."""
    from pypdfium2 import PdfDocument, PdfiumError

    line, _, content = data.partition(b"\n")
    request: dict[str, Any] = json.loads(line)
    try:
        pdf = PdfDocument(content)
        if pdf.get_formtype():
            pdf.init_forms()
        page = pdf.get_page(request["page"] - 1)
        words = Words(request["text"], request["before"], request["after"])
        png, width, height = _rendered(page)
        boxes = _boxes(page, words, width, height)
    except (PdfiumError, IndexError, OverflowError):
        raise ParseError("has no such page, or a damaged one") from None
    return Parsed(title="", text=json.dumps({"png": base64.b64encode(png).decode(), "boxes": boxes}))


def _rendered(page: "PdfPage") -> tuple[bytes, int, int]:
    wide, high = page.get_size()
    scale = min(WIDTH / max(wide, 1), (MOST_PIXELS / max(wide * high, 1)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True, may_draw_forms=True)
    pixels = memoryview(bitmap.buffer).cast("B")
    shown = bitmap.width * bitmap.n_channels
    rows = [bytes(pixels[y * bitmap.stride : y * bitmap.stride + shown]) for y in range(bitmap.height)]
    return _png(rows, bitmap.width, bitmap.n_channels), bitmap.width, bitmap.height


def _png(rows: Sequence[bytes], width: int, channels: int) -> bytes:
    """Write a PNG (ISO 15948) of eight bits a channel."""
    colour = {1: 0, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, len(rows), 8, colour, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 3)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    written = (struct.pack(">I", len(c)) + name + c + struct.pack(">I", zlib.crc32(name + c)) for name, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def _boxes(page: "PdfPage", words: Words, width: int, height: int) -> list[Box]:
    letters = page.get_textpage()
    found = _find(letters, words)
    lines: list[list[float]] = []
    for left, top, right, bottom in (_place(page, letters, number, width, height) for number in found):
        if right <= left or bottom <= top:
            continue
        last = lines[-1] if lines else None
        if last and min(bottom, last[3]) - max(top, last[1]) > 0.4 * min(bottom - top, last[3] - last[1]):
            lines[-1] = [min(left, last[0]), min(top, last[1]), max(right, last[2]), max(bottom, last[3])]
        else:
            lines.append([left, top, right, bottom])
    return [(x / width, y / height, (right - x) / width, (low - y) / height) for x, y, right, low in lines]


def _place(page: "PdfPage", letters: "PdfTextPage", number: int, width: int, height: int) -> tuple[float, ...]:
    """Return a letter's left, top, right and bottom in pixels, however the page is turned or cropped."""
    from pypdfium2 import raw

    left, bottom, right, top = letters.get_charbox(number, loose=True)
    corners = []
    for x, y in ((left, top), (right, bottom)):
        across, down = c_int(), c_int()
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
        corners.append((across.value, down.value))
    (a, b), (c, d) = corners
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _find(letters: "PdfTextPage", words: Words) -> list[int]:
    """Return the numbers of the letters of the words. Of several places, the one that continues as the text does."""
    wanted = "".join(_plain(words.text))
    page = list(_letters(letters))
    text = "".join(letter for letter, _ in page)
    before, after = "".join(_plain(words.before)), "".join(_plain(words.after))
    places = list(_places(text, wanted)) if wanted else []
    if not places:
        return []

    def alike(place: int) -> int:
        return _shared(text[:place][::-1], before[::-1]) + _shared(text[place + len(wanted) :], after)

    best = max(places, key=alike)
    return [number for _, number in page[best : best + len(wanted)]]


def _places(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _shared(one: str, other: str) -> int:
    """Return how many letters two texts begin with in common."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _letters(letters: "PdfTextPage") -> Iterator[tuple[str, int]]:
    from pypdfium2 import raw

    for number in range(min(letters.count_chars(), MOST_LETTERS)):
        code = raw.FPDFText_GetUnicode(letters, number)
        for letter in _plain(chr(code) if code <= 0x10FFFF else ""):
            yield letter, number


def _plain(text: str) -> Iterator[str]:
    """Yield what stays the same however lines are broken: no spaces, hyphens or controls, and ligatures in parts."""
    for letter in unicodedata.normalize("NFKC", text).casefold():
        if not letter.isspace() and letter not in HYPHENS and unicodedata.category(letter)[0] != "C":
            yield letter
