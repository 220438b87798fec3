"""Which function reads which suffix. A parser is pure: bytes in, Parsed out, or ParseError raised."""

from collections.abc import Callable

from index.load import html, markdown, pdf, text
from index.load.parsed import Parsed

PARSERS: dict[str, Callable[[bytes], Parsed]] = {
    ".htm": html.parse,
    ".html": html.parse,
    ".markdown": markdown.parse,
    ".md": markdown.parse,
    ".pdf": pdf.parse,
    ".text": text.parse,
    ".txt": text.parse,
}
SUFFIXES = tuple(PARSERS)

HOSTILE = frozenset({".htm", ".html", ".pdf"})
"""Read by C libraries, from strangers: these are parsed in the sandbox only."""
