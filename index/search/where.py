"""Where → the ids of the passages that a search may return."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.load.text import clean
from index.store import Store
from index.types import Document, Where
from index.walk import is_within, roots

Condition = tuple[str, tuple[object, ...]]


def allowed(store: Store, where: Where | None) -> NDArray[np.int64] | None:
    """Return the ids of the passages of all documents that fit, ascending; None if every one does. **Shape:** (n,)."""
    conditions = list(_conditions(where or Where()))
    if not conditions:
        return None
    files = " AND ".join(f"({sql})" for sql, _ in conditions)
    values = [value for _, given in conditions for value in given]
    query = f"SELECT id FROM passages WHERE document IN (SELECT document FROM files WHERE {files}) ORDER BY id"
    return store.ids(query, values)


def fits(path: str, where: Where | None) -> bool:
    """Tell whether a path is one of those that a search was confined to, or lies below one."""
    return where is None or where.paths is None or is_within(path, _roots(where.paths))


def confined(document: Document, where: Where | None) -> Document:
    """Return the document with those of its files only that a search was confined to."""
    paths = (document.path, *document.copies)
    inside = tuple(path for path in paths if fits(path, where))
    return replace(document, path=inside[0], copies=inside[1:]) if inside and inside != paths else document


def _conditions(where: Where) -> Iterator[Condition]:
    if where.documents is not None:
        yield "document IN (SELECT value FROM json_each(?))", (json.dumps(where.documents),)
    if where.paths is not None:
        below = _roots(where.paths)
        one = "path = ? OR substr(path, 1, length(?)) = ?"
        parts = [(root, _folder(root), _folder(root)) for root in below]
        yield " OR ".join([one] * len(parts)) or "0", tuple(value for part in parts for value in part)
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


def _folder(root: str) -> str:
    return root.rstrip(os.sep) + os.sep


def _nanoseconds(day: date) -> int:
    """Return when a day begins here, as files' times are kept."""
    return int(datetime.combine(day, time()).astimezone().timestamp() * 1e9)
