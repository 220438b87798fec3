"""The documents as the page lists them: searched, sorted, and compared with the files as they are now."""

import os
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any, Literal

import qa
from qa import Engine, Entry
from qa.api import SAMPLES
from qa.originals import State, looked_at
from ui.uploads import Uploads

Sort = Literal["name", "kind", "size", "changed", "passages"]

_SAID = {State.CHANGED: "changed", State.GONE: "gone"}
"""What the list says of a file that is not as it was read."""


class Library:
    """The documents as the page lists them. What it reads of the index it keeps until that changes."""

    def __init__(self, engine: Engine, uploads: Uploads) -> None:
        """Look at nothing yet."""
        self._engine = engine
        self._uploads = uploads
        self._kept: tuple[str, list[Entry]] = ("", [])
        self._texts: tuple[list[Entry], list[str]] = ([], [])
        homes = ((uploads.folder, ""), (SAMPLES, "samples"), (Path.home(), "~"))
        self._homes = [(f"{folder}{os.sep}", shown) for folder, shown in homes]

    def generation(self) -> str:
        """Return what stays the same while the index does; "" where there is none."""
        try:
            return ".".join(map(str, self._engine.generation()))
        except qa.Error:
            return ""

    def entries(self) -> list[Entry]:
        """Return the files by path; none where there is no index."""
        generation = self.generation()
        if not generation or self._kept[0] != generation:
            try:
                self._kept = (generation, self._engine.documents())
            except qa.Error:
                return []
        return self._kept[1]

    def matching(self, query: str, *, sort: Sort = "name", down: bool = False) -> list[Entry]:
        """Return the files whose path or title has each word of a query, whatever its case and accents."""
        words, found = _folded(query).split(), self.entries()
        if words:
            texts = zip(found, self._searched(found), strict=True)
            found = [entry for entry, text in texts if all(word in text for word in words)]
        return sorted(found, key=_KEYS[sort], reverse=down)

    def _searched(self, entries: list[Entry]) -> list[str]:
        """Return the text by which each file is found, made once for a list."""
        if self._texts[0] is not entries:
            self._texts = (entries, [_folded(f"{self._place(entry)} {entry.title}") for entry in entries])
        return self._texts[1]

    def samples(self) -> list[Entry]:
        """Return the sample documents that a first start has indexed."""
        return [entry for entry in self.entries() if _is_sample(entry)]

    def known(self, paths: Iterable[str]) -> list[Path]:
        """Return those of the paths that are in the index."""
        wanted = set(paths)
        return [Path(entry.path) for entry in self.entries() if entry.path in wanted]

    def holding(self, sha256: str, size: int) -> Entry | None:
        """Return a file in the index that has these bytes, and is still there; None if there is none."""
        same = (entry for entry in self.entries() if entry.sha256 == sha256 and not _is_sample(entry))
        return next((entry for entry in same if _size(entry.path) == size), None)

    def unreadable(self, name: str) -> str:
        """Say why a file of this name is not taken; "" if it is."""
        suffix = PurePath(name).suffix.lower()
        if suffix in self._engine.kinds:
            return ""
        return f"Files of this kind cannot be read ({suffix or 'without a suffix'}): save it as a PDF or as text."

    def delete_copies(self, paths: Sequence[Path]) -> list[Path]:
        """Delete those files that came through the browser and are in the index no more; return which they were."""
        gone = [path for path in set(paths) - set(self.known(map(str, paths))) if self._uploads.holds(path)]
        for path in gone:
            self._uploads.delete(path)
        return gone

    def row(self, entry: Entry) -> dict[str, Any]:
        """Return what the list shows of a file, and how it is on disk now."""
        path = PurePath(entry.path)
        return {
            "id": entry.id,
            "path": entry.path,
            "name": path.name,
            "folder": str(PurePath(self._place(entry)).parent),
            "title": entry.title,
            "kind": path.suffix.lower().removeprefix("."),
            "size": entry.stamp.size if entry.stamp else None,
            "changed": _day(entry),
            "pages": entry.pages,
            "passages": entry.passages,
            "state": _SAID.get(looked_at(entry), ""),
            "sample": _is_sample(entry),
            "uploaded": self._uploads.holds(Path(entry.path)),
        }

    def _place(self, entry: Entry) -> str:
        """Return a path as people know it: from their own folder, or from that of the uploads."""
        for folder, shown in self._homes:
            if entry.path.startswith(folder):
                return os.path.join(shown, entry.path[len(folder) :])  # noqa: PTH118  (thousands of them)
        return entry.path


_KEYS: dict[Sort, Callable[[Entry], Any]] = {
    "name": lambda entry: (_folded(entry.path.rpartition(os.sep)[2]), entry.path),
    "kind": lambda entry: (entry.path.rpartition(".")[2].lower(), entry.path),
    "size": lambda entry: (entry.stamp.size if entry.stamp else -1, entry.path),
    "changed": lambda entry: (entry.stamp.mtime if entry.stamp else -1, entry.path),
    "passages": lambda entry: (entry.passages, entry.path),
}


def _is_sample(entry: Entry) -> bool:
    return entry.path.startswith(f"{SAMPLES}{os.sep}")


def _folded(text: str) -> str:
    """Return a text as it is searched: without case and accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _day(entry: Entry) -> str | None:
    if entry.stamp is None:
        return None
    with suppress(OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(entry.stamp.mtime / 1e9, UTC).isoformat(timespec="seconds")
    return None


def _size(path: str) -> int | None:
    with suppress(OSError, ValueError):
        return Path(path).stat().st_size
    return None
