"""Which module reads which suffix. Each has a pure ``parse``: bytes in, Parsed out, or ParseError raised.

The modules are named and not imported: only the sandbox's workers run them, and each imports what its files need.
"""

import os

# fmt: off
CODE = (
    ".bash", ".bat", ".c", ".cc", ".cfg", ".cjs", ".clj", ".cmake", ".cmd", ".conf", ".cpp", ".cs", ".css", ".cxx",
    ".dart", ".diff", ".el", ".erl", ".ex", ".exs", ".fish", ".go", ".gradle", ".graphql", ".groovy", ".h",
    ".hh", ".hpp", ".hs", ".ini", ".java", ".jl", ".js", ".jsx", ".kt", ".kts", ".less", ".lisp", ".log", ".lua",
    ".m", ".mjs", ".mk", ".ml", ".nix", ".patch", ".php", ".pl", ".pm", ".properties", ".proto", ".ps1", ".py",
    ".pyi", ".r", ".rb", ".rs", ".sass", ".scala", ".scss", ".sh", ".sql", ".svelte", ".swift", ".tf", ".toml",
    ".ts", ".tsx", ".vue", ".yaml", ".yml", ".zig", ".zsh",
)
# fmt: on
FAMILIES = {
    ".adoc": "text",
    ".bib": "text",
    ".csv": "sheet",
    ".docm": "office.docx",
    ".docx": "office.docx",
    ".dotx": "office.docx",
    ".eml": "mail",
    ".epub": "book",
    ".geojson": "data",
    ".htm": "html",
    ".html": "html",
    ".ics": "text",
    ".ipynb": "data",
    ".json": "data",
    ".jsonl": "data",
    ".markdown": "markdown",
    ".mbox": "mail",
    ".md": "markdown",
    ".ndjson": "data",
    ".odp": "office.opendocument",
    ".ods": "office.opendocument",
    ".odt": "office.opendocument",
    ".org": "text",
    ".ott": "office.opendocument",
    ".pdf": "pdf",
    ".ppsx": "office.pptx",
    ".pptm": "office.pptx",
    ".pptx": "office.pptx",
    ".rst": "text",
    ".rtf": "rtf",
    ".srt": "text",
    ".tab": "sheet",
    ".tex": "text",
    ".text": "text",
    ".tsv": "sheet",
    ".txt": "text",
    ".vcf": "text",
    ".vtt": "text",
    ".xhtml": "html",
    ".xlsm": "office.xlsx",
    ".xlsx": "office.xlsx",
    ".xltx": "office.xlsx",
    ".zip": "archive",
    **dict.fromkeys(CODE, "code"),
}
SUFFIXES = tuple(sorted(FAMILIES))
OLD = {".doc": ".docx", ".dot": ".docx", ".ppt": ".pptx", ".pps": ".pptx", ".xls": ".xlsx", ".xlsb": ".xlsx"}
"""Binary formats that nobody here reads, and what their own programs save them as."""

VERSIONS = {
    "archive": 2,
    "book": 4,
    "code": 1,
    "data": 2,
    "html": 8,
    "mail": 5,
    "markdown": 8,
    "office.docx": 4,
    "office.opendocument": 4,
    "office.pptx": 4,
    "office.xlsx": 3,
    "pdf": 9,
    "rtf": 4,
    "sheet": 2,
    "text": 7,
}
"""Raise a family's version when the same bytes come to another text, to other marks, or to other passages."""


OCR = "SEEDQA_OCR"
"""Set to 1, or to languages as Tesseract names them ("eng+deu"), it has pictures of pages read."""
WITH_OCR = " with OCR "


MOST_OCR_SECONDS = 3600
"""For a file: a page takes seconds, and a book has hundreds of them."""


def parser_of(suffix: str) -> str:
    """Return who reads files of that suffix, and in which version; "" if nobody does."""
    family = FAMILIES.get(suffix)
    language = _languages() if family == "pdf" else ""
    return f"{family} {VERSIONS[family]}{WITH_OCR + language if language else ''}" if family else ""


def is_as_good(known: str, wanted: str) -> bool:
    """Whether what one parser read need not be read again by another: pictures that were read stay read."""
    return known == wanted or known.startswith(wanted + WITH_OCR)


def module_of(suffix: str) -> str:
    """Return the name of the module whose ``parse`` reads files of that suffix."""
    return f"index.load.{FAMILIES[suffix]}"


def extra_seconds(module: str) -> int:
    """How much longer than others the files may take that a module reads: with pictures of pages, an hour."""
    return MOST_OCR_SECONDS if module == module_of(".pdf") and _languages() else 0


def _languages() -> str:
    language = os.environ.get(OCR, "")
    return "" if language == "0" else language
