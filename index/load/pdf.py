"""PDF through PDFium. Page starts are noted before the pages are joined."""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from index.load.parsed import Parsed, ParseError
from index.load.text import clean
from index.types import Kind, Mark

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

BETWEEN_PAGES = "\n\n"
PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
BREAK = re.compile(r"[\x02\ufffe]")
WORD_BEFORE = re.compile(r"[\w-]*\Z")
WORD_AFTER = re.compile(r"\w*")
HYPHENATED = re.compile(r"(?<!\w)\w++(?:-\w++)++")
LONGEST_WORD = 64
IGNORED = dict.fromkeys(map(ord, "\x02\u00ad\u200b\u2060\ufeff\ufffe\uffff"))
PROGRAM_TITLE = re.compile(r"microsoft \w+ - .*|untitled.*|[^\s.]+\.\w{2,4}|\W*", re.IGNORECASE)


def parse(data: bytes) -> Parsed:
    """The text layer, page by page; the title is the one in the metadata unless a program made it up."""
    pdf = _open(data)
    try:
        pages = _mend([_page_text(pdf, number) for number in range(len(pdf))])
        title = clean(pdf.get_metadata_value("Title")).strip()
    finally:
        pdf.close()
    if not any(pages):
        raise ParseError("has no text layer, only images: run OCR on it first")
    starts = accumulate((len(page) + len(BETWEEN_PAGES) for page in pages[:-1]), initial=0)
    numbered = enumerate(zip(starts, pages, strict=True), 1)
    return Parsed(
        title="" if PROGRAM_TITLE.fullmatch(title) else title,
        text=BETWEEN_PAGES.join(pages),
        marks=tuple(Mark(start, start + len(page), Kind.PAGE, str(number)) for number, (start, page) in numbered),
    )


def _open(data: bytes) -> "PdfDocument":
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        return PdfDocument(data)
    except PdfiumError as error:
        if error.err_code == PASSWORD_ERROR:
            raise ParseError("is encrypted: remove the password and save it again") from None
        raise ParseError("is not a PDF, or is damaged: open it and save it again") from None


def _page_text(pdf: "PdfDocument", number: int) -> str:
    """A page's text; a damaged page is empty, so that the others keep their numbers."""
    from pypdfium2 import PdfiumError

    try:
        page = pdf.get_page(number)
        text: str = page.get_textpage().get_text_bounded()
        page.close()  # and the text page with it: thousands of open pages fill the memory
    except PdfiumError:
        return ""
    return clean(text).replace("\r\n", "\n").replace("\r", "\n").strip()


def _mend(pages: Sequence[str]) -> list[str]:
    """Rejoin words broken at line ends: PDFium puts U+0002 in the place of the hyphen and the break.

    Whether the hyphen belongs to the word is not written in the file. It is kept if the text elsewhere
    has the word with it, if the word has another, and beside anything but small letters (A-10, 1990-1995).
    """
    hyphenated = {word for page in pages for word in HYPHENATED.findall(page)}

    def join(match: re.Match[str]) -> str:
        page, (start, end) = match.string, match.span()
        left = WORD_BEFORE.findall(page[max(0, start - LONGEST_WORD) : start])[0]
        right = WORD_AFTER.findall(page[end : end + LONGEST_WORD])[0]
        inside_word = left[-1:].islower() and right[:1].islower() and "-" not in left
        return "" if inside_word and f"{left}-{right}" not in hyphenated else "-"

    return [BREAK.sub(join, page).translate(IGNORED).strip() for page in pages]
