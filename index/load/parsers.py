"""Which module reads which suffix. Each has a pure ``parse``: bytes in, Parsed out, or ParseError raised.

The modules are named and not imported: only the sandbox's workers run them, and each imports what its files need.
"""

FAMILIES = {
    ".htm": "html",
    ".html": "html",
    ".markdown": "markdown",
    ".md": "markdown",
    ".pdf": "pdf",
    ".text": "text",
    ".txt": "text",
}
SUFFIXES = tuple(FAMILIES)

VERSIONS = {"html": 3, "markdown": 3, "pdf": 2, "text": 3}
"""Raise a family's version when the same bytes come to another text, or to other marks."""


def parser_of(suffix: str) -> str:
    """Return who reads files of that suffix, and in which version; "" if nobody does."""
    family = FAMILIES.get(suffix)
    return f"{family} {VERSIONS[family]}" if family else ""


def module_of(suffix: str) -> str:
    """Return the name of the module whose ``parse`` reads files of that suffix."""
    return f"index.load.{FAMILIES[suffix]}"
