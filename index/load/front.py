"""Front matter: lines of YAML at the top of a page that say what it is called, who wrote it and when."""

import re
from collections.abc import Iterator

from index.types import Kind, Mark

BLOCK = re.compile(r"---[ \t]*\n(?=[\w-]+:)(?P<fields>(?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
FIELD = re.compile(
    r"^(?P<name>[A-Za-z][\w-]{0,39}):[ \t]+(?P<quote>[\"'\[]?)(?P<value>[^\s|>&*!{}#].{0,400}?)[\"'\]]?[ \t]*$",
    re.MULTILINE,
)
MOST_CHARACTERS = 1 << 16


def block(text: str) -> re.Match[str] | None:
    """Return the front matter, ``fields`` and the lines around them; None if there is none."""
    return BLOCK.match(text, 0, MOST_CHARACTERS)


def title(front: re.Match[str] | None) -> str:
    """Return the title that it gives; "" if it gives none."""
    found = fields(front) if front else ()
    return next((field["value"] for field in found if field["name"].lower() == "title"), "")


def fields(front: re.Match[str]) -> Iterator[re.Match[str]]:
    """Yield the fields of one line each: ``name`` and ``value``, without its quotes."""
    return FIELD.finditer(front.string, front.start("fields"), front.end("fields"))


def marks(front: re.Match[str] | None) -> Iterator[Mark]:
    """Mark the fields as rows, where they stand."""
    for number, field in enumerate(fields(front) if front else (), 1):
        yield Mark(field.start(), field.end("value"), Kind.ROW, str(number))
        yield Mark(*field.span("name"), Kind.HEADER, field["name"])
        yield Mark(*field.span("value"), Kind.CELL, field["name"])
