"""Plain text, and how bytes become text for every format that is written in some encoding."""

import codecs

from index.load import encoding
from index.load.grid import tables
from index.load.lines import line_marks, split
from index.load.parsed import Parsed, ParseError, clean, ordered
from index.load.table import table_marks

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
MARK_OF = {name: mark for mark, name in BYTE_ORDER_MARKS}
CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r\x1b"))


def parse(data: bytes) -> Parsed:
    """Plain text as it stands: no title, no headings, no pages; but its tables, who speaks, and what a form says."""
    return marked(decode(data))


def marked(text: str) -> Parsed:
    """Return the text with its tables, turns and forms marked."""
    found = list(tables(text))
    tabled = {row.start for rows in found for row in rows}
    others = ((at, "" if at + len(line) - len(line.lstrip()) in tabled else line, False) for at, line in split(text))
    marks = [mark for rows in found for mark in table_marks(rows, text)]
    return Parsed(title="", text=text, marks=ordered([*marks, *line_marks(others)]))


def decode(data: bytes, *, declared: str | None = None) -> str:
    r"""Decode as the byte order mark says, else as UTF-8, as ``declared``, or as the bytes themselves suggest.

    Lines end in ``\n``, and NULs and lone surrogates, which neither UTF-8 nor SQLite takes, are dropped.
    """
    text = _decode_marked(data)
    if text is None:
        text = _decode_unmarked(data, declared)
    return clean(text).replace("\r\n", "\n").replace("\r", "\n")


def _decode_marked(data: bytes) -> str | None:
    """Decode as the last of the marks at the start says: a program that adds one may do so to what has one."""
    found = None
    while name := next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), None):
        found, data = name, data.removeprefix(MARK_OF[name])
    return data.decode(found, errors="replace") if found else None


def _decode_unmarked(data: bytes, declared: str | None) -> str:
    if marked := encoding.escaped(data) or encoding.wide(data):
        return marked
    if _looks_binary(data):
        raise ParseError("looks binary, not like text: give it the suffix of its kind, or leave it out")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _decode_declared(data, declared) or _decode_damaged(data) or encoding.guessed(data)


def _looks_binary(data: bytes) -> bool:
    """Text has next to no control characters; compressed data has one in ten."""
    controls = len(data) - len(data.translate(None, CONTROLS))
    return controls > len(data) / 20


def _decode_declared(data: bytes, declared: str | None) -> str | None:
    name = encoding.declared(declared) if declared else None
    try:
        return data.decode(name) if name else None
    except UnicodeError:  # a false name
        return None


def _decode_damaged(data: bytes) -> str | None:
    """Keep UTF-8 if only a little of it is broken (a file cut in mid-character): the rest reads right."""
    text = data.decode(errors="replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    beyond_ascii = len(text) - len(text.encode("ascii", errors="ignore"))
    return text if broken * 10 <= beyond_ascii else None
