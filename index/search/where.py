"""Where → the ids of the passages that a search may return."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.load.parsed import clean
from index.store import Store
from index.types import Document, Where
from index.walk import is_within, roots

Condition = tuple[str, tuple[object, ...]]
_AT_OR_BELOW = """path IN (SELECT value FROM json_each(?)) OR path IN (
    SELECT files.path FROM json_each(?) AS inside
    CROSS JOIN files ON files.path >= inside.value ->> 0 AND files.path < inside.value ->> 1
)"""
"""A file is one of the paths, or below one. However many they are, each is two steps in the index of the paths."""


def allowed(store: Store, where: Where | None) -> NDArray[np.int64] | None:
    """Return the ids of the passages of all documents that fit, ascending; None if every one does. **Shape:** (n,)."""
    conditions = list(_conditions(where or Where()))
    if not conditions:
        return None
    files = " AND ".join(f"({sql})" for sql, _ in conditions)
    values = [value for _, given in conditions for value in given]
    query = f"SELECT id FROM passages WHERE document IN (SELECT document FROM files WHERE {files}) ORDER BY id"
    return store.ids(query, values)


def below(where: Where | None) -> frozenset[str] | None:
    """Return the paths that a search is confined to, as stored ones may be written; None if to none."""
    return None if where is None or where.paths is None else _roots(where.paths)


def confined(document: Document, roots: frozenset[str] | None) -> Document:
    """Return the document with those of its files only that are, or lie below, one of the roots; None are all."""
    paths = (document.path, *document.copies)
    inside = paths if roots is None else tuple(path for path in paths if is_within(path, roots))
    return replace(document, path=inside[0], copies=inside[1:]) if inside and inside != paths else document


def _conditions(where: Where) -> Iterator[Condition]:
    if where.documents is not None:
        yield "document IN (SELECT value FROM json_each(?))", (json.dumps(where.documents),)
    if where.paths is not None:
        paths = sorted(_roots(where.paths))
        yield _AT_OR_BELOW, (json.dumps(paths), json.dumps([_inside(path) for path in paths]))
    if where.kinds is not None:
        kinds = [kind.lower().removeprefix(".") for kind in where.kinds]
        yield "kind IN (SELECT value FROM json_each(?))", (json.dumps(kinds),)
    if where.since is not None:
        yield "mtime >= ?", (_nanoseconds(where.since),)
    if where.until is not None:
        yield "mtime < ?", (_nanoseconds(where.until + timedelta(days=1)),)


def _roots(paths: tuple[str, ...]) -> frozenset[str]:
    """Write the paths as stored ones may be written; a path that no file can have is left out."""
    whole = (os.path.expanduser(path) for path in paths if _is_storable(path))  # noqa: PTH111  (Path's own may raise)
    return roots([Path(path) for path in whole])


def _is_storable(path: str) -> bool:
    return clean(path) == path


def _inside(path: str) -> tuple[str, str]:
    """The first path, in the order of texts, that can lie below this one, and the first after it that cannot."""
    folder = path.rstrip(os.sep)
    return folder + os.sep, folder + chr(ord(os.sep) + 1)


def _nanoseconds(day: date) -> int:
    """Return when a day begins here, as files' times are kept."""
    return int(datetime.combine(day, time()).astimezone().timestamp() * 1e9)
