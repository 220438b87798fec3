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

FAMILIES = {html.parse: "html 1", markdown.parse: "markdown 1", pdf.parse: "pdf 1", text.parse: "text 1"}
"""A family's name and version: raise it when the same bytes come to another text, or to other marks."""


def parser_of(suffix: str) -> str:
    """Return who reads files of that suffix, and in which version; "" if nobody does."""
    return FAMILIES[PARSERS[suffix]] if suffix in PARSERS else ""


HOSTILE = frozenset({".htm", ".html", ".pdf"})
"""Read by C libraries, from strangers: these are parsed in the sandbox only."""
