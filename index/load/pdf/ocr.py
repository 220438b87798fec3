"""Pages that are pictures of their text, read by Tesseract: a program of its own, under the limits of this process."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from index.load.parsers import OCR
from index.load.pdf.letters import Box, Turn
from index.load.pdf.words import Line, Word

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

DOTS = 300 / 72
"""A point, at the 300 dots an inch that Tesseract asks for."""
MOST_PIXELS = 30_000_000
MOST_SECONDS = 60.0
"""For a page: one that takes longer stays a picture."""
SURE = 30.0
"""Of a hundred: what Tesseract is less sure of are specks and lines."""
FIELDS = 12
WORD = "5"
"""The level of a word in Tesseract's table, as documented in its manual under TSV."""


class Recogniser:
    """Reads pictures of pages, as long as there is time for it."""

    def __init__(self) -> None:
        """Find the program, if it is to be used; what it reads is in the languages that it is told, or in English."""
        is_wanted = os.environ.get(OCR, "") not in {"", "0"}
        self._program = shutil.which("tesseract") if is_wanted else None

    def read(self, page: "PdfPage", turn: Turn) -> list[Line]:
        """Return the lines on a page, and where they stand; none if nobody reads them."""
        if not self._program:
            return []
        scale = min(DOTS, (MOST_PIXELS / max(1.0, turn.width * turn.height)) ** 0.5)
        try:
            table = self._recognised(_picture(page, scale), dots=round(72 * scale))
        except (OSError, subprocess.SubprocessError):
            return []
        return list(_lines(table, turn, scale))

    def _recognised(self, picture: bytes, *, dots: int) -> str:
        assert self._program
        language = os.environ.get(OCR, "")
        chosen = ["-l", language] if language != "1" else []
        done = subprocess.run(
            [self._program, "stdin", "stdout", "--dpi", str(dots), *chosen, "tsv"],
            input=picture,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MOST_SECONDS,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
        return done.stdout.decode("utf-8", "replace")


def _picture(page: "PdfPage", scale: float) -> bytes:
    """The page in grey, as the simplest of all files of pictures (PGM)."""
    bitmap = page.render(scale=scale, grayscale=True)
    data, row = bytes(bitmap.buffer), bitmap.width
    rows = (data[at : at + row] for at in range(0, bitmap.height * bitmap.stride, bitmap.stride))
    return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(rows)


def _lines(table: str, turn: Turn, scale: float) -> Iterator[Line]:
    """Yield the lines of Tesseract's table: each word has a row, with its block, paragraph and line."""
    rows = (row.split("\t") for row in table.splitlines())
    words = (row for row in rows if len(row) == FIELDS and row[0] == WORD and row[11].strip())
    for _, line in groupby(words, key=lambda row: row[1:5]):
        found = [Word(row[11].strip(), *_box(row, turn, scale)) for row in line if float(row[10]) >= SURE]
        if found:
            yield Line(found)


def _box(row: list[str], turn: Turn, scale: float) -> Box:
    left, top, width, height = (int(number) / scale for number in row[6:10])
    return left, turn.height - top - height, left + width, turn.height - top
