"""Which of the files that were found are not as they were read: their old words must not pass for what they say now."""

from collections.abc import Iterable
from pathlib import Path

from qa import Document, Hit
from qa.originals import State, state
from ui.render import CHANGED, GONE

_MOST = 10_000
_SAID = {State.CHANGED: CHANGED, State.GONE: GONE}

_Stamps = tuple[tuple[str, int, int], ...]


class Freshness:
    """Compares files with what was read of them. The bytes of a file are looked at again once its stamp is another."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._current: dict[_Stamps, str] = {}

    def stale(self, hits: Iterable[Hit]) -> dict[str, str]:
        """Return the paths of those that have changed or are gone, and which of the two."""
        documents = {hit.passage.document.path: hit.passage.document for hit in hits}
        said = {path: _SAID.get(self._state(document), "") for path, document in documents.items()}
        return {path: how for path, how in said.items() if how}

    def _state(self, document: Document) -> State:
        stamps = tuple(_stamp(path) for path in (document.path, *document.copies))
        if self._current.get(stamps) == document.sha256:
            return State.CURRENT
        found = state(document)
        if found is State.CURRENT:
            if len(self._current) >= _MOST:
                self._current.clear()
            self._current[stamps] = document.sha256
        return found


def _stamp(path: str) -> tuple[str, int, int]:
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return path, -1, -1
    return path, found.st_size, found.st_mtime_ns
