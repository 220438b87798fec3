"""PDFs made by hand: a content stream a page, Helvetica and its bold, and whatever else a test needs."""

from collections.abc import Sequence

SHIFT = 10
"""Objects of a test's own are numbered from here on; pages come after them."""


def text(x: float, y: float, words: str, *, size: float = 12, font: str = "F1") -> str:
    """A stream that shows words at a place."""
    return f"BT /{font} {size} Tf 1 0 0 1 {x} {y} Tm ({words}) Tj ET\n"


def paragraph(lines: Sequence[str], *, x: float = 72, y: float = 720, size: float = 12, step: float = 14) -> str:
    """A stream that shows lines below each other."""
    return "".join(text(x, y - step * number, line, size=size) for number, line in enumerate(lines))


def box(x: float, y: float, width: float, height: float) -> str:
    """A stream that draws a rectangle."""
    return f"{x} {y} {width} {height} re S\n"


IMAGE = "q 612 0 0 792 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q\n"
"""A stream that covers a page with a picture."""


def make(
    streams: Sequence[str], *, page: str = "", catalog: str = "", objects: Sequence[str] = (), fonts: str = ""
) -> bytes:
    """A PDF with a page for each stream.

    ``page`` and ``catalog`` are put into the dictionaries of each page and of the document; ``objects`` are numbered
    from SHIFT on, and the first page is the one after them.
    """
    first = SHIFT + len(objects)
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(streams)))
    numbered = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>",
        3: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        **dict(enumerate(objects, SHIFT)),
    }
    for number, stream in enumerate(streams):
        at = first + 2 * number
        numbered[at] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {at + 1} 0 R {page} "
            f"/Resources << /Font << /F1 3 0 R /F2 4 0 R {fonts} >> >> >>"
        )
        numbered[at + 1] = f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"
    body, offsets = "%PDF-1.7\n", {}
    for number, content in numbered.items():
        offsets[number] = len(body)
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{number} 1\n{offset:010} 00000 n \n" for number, offset in offsets.items())
    end = f"xref\n0 1\n0000000000 65535 f \n{table}trailer << /Size {max(numbered) + 1} /Root 1 0 R >>"
    return f"{body}{end}\nstartxref\n{len(body)}\n%%EOF\n".encode("cp1252")
