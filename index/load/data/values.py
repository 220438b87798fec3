"""Values of JSON, as they were written, and the short ones as fields."""

import re
from collections.abc import Sequence
from typing import Any

from index.load.parsed import clean
from index.load.parts import one_line

FEW = 8
"""Values that a thing in a thing may have and be written in the same breath: "address city: Brekk"."""
SHORT = 120
LONG = 500
LONGEST_FIELD = 300
MOST_COLUMNS = 40
BREAK = re.compile(r"[\n\t]")
BLOB = re.compile(r"data:[\w.+/-]+;base64,.*|[A-Za-z0-9+/=_\r\n-]{400,}", re.DOTALL)
"""A picture, a key: nothing that anybody reads."""
NAMES = ("title", "name", "headline", "subject", "label")


class Object(list[tuple[str, Any]]):
    """The members of an object in order, those with the same name too."""


class Literal(str):
    """A number as it was written."""

    __slots__ = ()


def name_of(value: Any) -> str:
    """What a thing is called, if one of its fields says so."""
    fields = dict(value) if isinstance(value, Object) else {}
    found = (fields.get(name) for name in NAMES)
    return next((one_line(each) for each in found if isinstance(each, str) and 0 < len(each.strip()) <= SHORT), "")


def is_long(value: Any) -> bool:
    """Whether it has a text that fills passages."""
    fields = value if isinstance(value, Object) else []
    return any(isinstance(each, str) and len(each) > LONG for _, each in fields)


def words_of(value: Any) -> str | None:
    """A value's words, none of a picture's; None if it holds others."""
    if isinstance(value, str):
        blob = not isinstance(value, Literal) and BLOB.fullmatch(value)
        return "" if blob else clean(value).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if value is None:
        return ""
    return None if isinstance(value, list) else ("true" if value else "false")


def fields_of(name: str, value: Any, depth: int = 0) -> list[tuple[str, str]] | None:
    """A value as a few short fields; None if it is too much for that."""
    words = words_of(value)
    if words is not None:
        return [(name, words)] if len(words) <= LONGEST_FIELD and not BREAK.search(words) else None
    if len(value) > (4 * FEW if depth else MOST_COLUMNS) or depth > 3:
        return None
    if not isinstance(value, Object):
        return _joined(name, value)
    fields = list[tuple[str, str]]()
    for inner, each in value:
        found = fields_of(f"{name} {inner}".strip(), each, depth + 1)
        if found is None:
            return None
        fields += found
    return fields if len(fields) <= FEW or not depth else None


def _joined(name: str, values: Sequence[Any]) -> list[tuple[str, str]] | None:
    """A list of short values as one: "red, green"."""
    words = [words_of(value) for value in values]
    whole = ", ".join(word for word in words if word)
    short = all(word is not None and len(word) <= SHORT and "\n" not in word for word in words)
    return [(name, whole)] if short and len(whole) <= LONGEST_FIELD and "\t" not in whole else None
