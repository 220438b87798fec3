"""What a worker answers, as bytes: a JSON line with the sizes of what follows, the text, and the marks as columns.

The text is not in the JSON, and a label that many marks share is sent once: a file of 30 MB must not become
several times as much in the parent.
"""

import json
from typing import IO

from index.load.parsed import Parsed, ParseError, clean, joined
from index.types import Kind, Mark

MOST_BYTES = 256 << 20
MOST_MARKS = 500_000
"""A mark takes about 200 bytes in the parent; a table with more cells than this is text alone."""
TABLE = frozenset({Kind.HEADER, Kind.ROW, Kind.CELL})
KINDS = tuple(Kind)


class BrokenReplyError(Exception):
    """What came is no reply, or only the beginning of one."""


def refusal(reason: str) -> bytes:
    """Say that the file cannot be parsed."""
    return json.dumps({"unreadable": reason}).encode() + b"\n"


def write(parsed: Parsed, replies: IO[bytes]) -> None:
    """Send what was parsed."""
    text, columns = clean(parsed.text).encode(), _columns(_bounded(parsed.marks))
    too_many = f"more than {MOST_MARKS:,} marks: its tables are plain text" if len(parsed.marks) > MOST_MARKS else ""
    note = joined(clean(parsed.note), too_many)
    header = {"title": clean(parsed.title), "note": note, "text": len(text), "marks": len(columns)}
    for part in (json.dumps(header).encode(), b"\n", text, columns):
        replies.write(part)


def read(replies: IO[bytes]) -> Parsed:
    """Check what the worker sends as one checks input: by shape, by type, and every offset by range.

    Raises BrokenReplyError if it is no reply, and the worker's own ParseError if it refuses the file.
    """
    try:
        match json.loads(replies.readline(MOST_BYTES)):
            case {"unreadable": str(reason)}:
                raise ParseError(clean(reason))
            case {
                "title": str(title),
                "note": str(note),
                "text": int(size),
                "marks": int(marks),
            } if size + marks <= MOST_BYTES:
                text = _exactly(size, replies).decode()
                found = _marks(_exactly(marks, replies), len(text))
                return Parsed(clean(title), _storable(text), found, clean(note))
    except (ValueError, TypeError, LookupError, RecursionError):
        pass
    raise BrokenReplyError


def _bounded(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    if len(marks) <= MOST_MARKS:
        return marks
    return tuple(mark for mark in marks if mark.kind not in TABLE)[:MOST_MARKS]


def _columns(marks: tuple[Mark, ...]) -> bytes:
    labels = {label: number for number, label in enumerate(dict.fromkeys(mark.label for mark in marks))}
    columns = (
        list(labels),
        [mark.start for mark in marks],
        [mark.end for mark in marks],
        [KINDS.index(mark.kind) for mark in marks],
        [labels[mark.label] for mark in marks],
    )
    return json.dumps(columns, separators=(",", ":")).encode()


def _marks(columns: bytes, length: int) -> tuple[Mark, ...]:
    names, starts, ends, kinds, labels = json.loads(columns)
    named = [clean(name) for name in names]
    rows = zip(starts, ends, kinds, labels, strict=True)
    return tuple(Mark(*_part(start, end, length), KINDS[kind], named[label]) for start, end, kind, label in rows)


def _part(start: object, end: object, length: int) -> tuple[int, int]:
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= length):
        raise ValueError(f"{start!r} to {end!r} is no part of the text")
    return start, end


def _storable(text: str) -> str:
    if "\0" in text:  # lone surrogates cannot come: UTF-8 has none
        raise ValueError("the text holds NULs")
    return text


def _exactly(size: int, replies: IO[bytes]) -> bytes:
    data = replies.read(size)
    if len(data) != size:
        raise ValueError(f"{len(data)} bytes came, {size} were promised")
    return data
