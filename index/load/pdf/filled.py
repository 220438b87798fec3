"""What was filled in: the values of a form's fields and free-text notes, put where they stand among the lines."""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from index.load.pdf.letters import Box, Turn
from index.load.pdf.words import Line, Word

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

MOST_NOTES = 1_000
HIGHEST = 12.0  # points: a field may be higher than what is written in it
HIDDEN = 2 | 32  # annotation flags, PDF 12.5.3: hidden, no view
PASSWORD = 1 << 13  # field flag, PDF 12.7.4.3


def filled_in(pdf: "PdfDocument", page: "PdfPage", turn: Turn) -> Iterator[list[Word]]:
    """Yield the words of each field's value and of each free-text note, in its box."""
    from pypdfium2 import raw

    for number in range(min(raw.FPDFPage_GetAnnotCount(page.raw), MOST_NOTES)):
        note = raw.FPDFPage_GetAnnot(page.raw, number)
        if not note:
            continue
        try:
            rectangle = raw.FS_RECTF()
            if raw.FPDFAnnot_GetFlags(note) & HIDDEN or not raw.FPDFAnnot_GetRect(note, ctypes.byref(rectangle)):
                continue
            words = _said(pdf, note).split()
            if words:
                sides = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
                yield _spread(words, turn.box(sides))
        finally:
            raw.FPDFPage_CloseAnnot(note)


def _said(pdf: "PdfDocument", note: Any) -> str:
    """What an annotation shows on the page."""
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetSubtype(note)
    if kind == raw.FPDF_ANNOT_FREETEXT:
        return _string(lambda buffer, size: raw.FPDFAnnot_GetStringValue(note, b"Contents", buffer, size))
    if kind != raw.FPDF_ANNOT_WIDGET or pdf.formenv is None:
        return ""
    form = pdf.formenv.raw
    of = raw.FPDFAnnot_GetFormFieldType(form, note)
    if of in {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}:
        return "☒" if raw.FPDFAnnot_IsChecked(form, note) else ""
    written = {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}
    if of not in written or (
        of == raw.FPDF_FORMFIELD_TEXTFIELD and raw.FPDFAnnot_GetFormFieldFlags(form, note) & PASSWORD
    ):
        return ""
    return _string(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(form, note, buffer, size))


def _string(read: Callable[[Any, int], int], *, most: int = 1 << 20) -> str:
    """Call one of PDFium's functions that write UTF-16 and return its size in bytes."""
    size = min(read(None, 0), most)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    read(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", "ignore")


def _spread(words: Sequence[str], box: Box) -> list[Word]:
    """Set words side by side into a box, each as wide as its letters are many."""
    left, bottom, right, top = box
    middle, half = (bottom + top) / 2, min(top - bottom, HIGHEST) / 2
    bottom, top = middle - half, middle + half
    width = (right - left) / max(1, sum(len(word) + 1 for word in words))
    placed, at = [], left
    for word in words:
        placed.append(Word(word, at, bottom, at + width * len(word), top))
        at += width * (len(word) + 1)
    return placed


def insert(lines: list[Line], words: list[Word]) -> None:
    """Put what was filled in behind what stands left of it, else below what stands above it."""
    first = words[0]
    middle = (first.bottom + first.top) / 2
    beside = [
        (first.left - word.right, number, at)
        for number, line in enumerate(lines)
        if line.is_flat
        for at, word in enumerate(line.words)
        if word.right <= first.left + 3 and (word.bottom <= middle <= word.top or _holds(first, word))
    ]
    if beside:
        _, number, at = min(beside)
        lines[number] = replace(
            lines[number], words=[*lines[number].words[: at + 1], *words, *lines[number].words[at + 1 :]]
        )
        return
    above = [number for number, line in enumerate(lines) if line.is_flat and (line.bottom + line.top) / 2 > middle]
    lines.insert(above[-1] + 1 if above else 0, Line(words))


def _holds(box: Word, word: Word) -> bool:
    """Whether a word's middle is within the height of a box."""
    return box.bottom <= (word.bottom + word.top) / 2 <= box.top
