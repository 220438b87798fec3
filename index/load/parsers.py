"""Which module reads which suffix. Each has a pure ``parse``: bytes in, Parsed out, or ParseError raised.

The modules are named and not imported: only the sandbox's workers run them, and each imports what its files need.
"""

FAMILIES = {
    ".csv": "sheet",
    ".docm": "office.docx",
    ".docx": "office.docx",
    ".dotx": "office.docx",
    ".htm": "html",
    ".html": "html",
    ".markdown": "markdown",
    ".md": "markdown",
    ".odp": "office.opendocument",
    ".ods": "office.opendocument",
    ".odt": "office.opendocument",
    ".ott": "office.opendocument",
    ".pdf": "pdf",
    ".ppsx": "office.pptx",
    ".pptm": "office.pptx",
    ".pptx": "office.pptx",
    ".tab": "sheet",
    ".text": "text",
    ".tsv": "sheet",
    ".txt": "text",
    ".xlsm": "office.xlsx",
    ".xlsx": "office.xlsx",
    ".xltx": "office.xlsx",
}
SUFFIXES = tuple(FAMILIES)

VERSIONS = {
    "html": 3,
    "markdown": 3,
    "office.docx": 1,
    "office.opendocument": 1,
    "office.pptx": 1,
    "office.xlsx": 1,
    "pdf": 1,
    "sheet": 1,
    "text": 3,
}
"""Raise a family's version when the same bytes come to another text, or to other marks."""


def parser_of(suffix: str) -> str:
    """Return who reads files of that suffix, and in which version; "" if nobody does."""
    family = FAMILIES.get(suffix)
    return f"{family} {VERSIONS[family]}" if family else ""


def module_of(suffix: str) -> str:
    """Return the name of the module whose ``parse`` reads files of that suffix."""
    return f"index.load.{FAMILIES[suffix]}"
