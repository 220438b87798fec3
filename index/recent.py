"""What a search read last, so that the next one need not read it again."""

from collections.abc import Collection
from dataclasses import replace
from threading import Lock

from index.store import Store
from index.types import Document

KEPT = 64 << 20
"""How much of documents is kept, in characters of text."""
MARK = 200
"""What a mark takes in memory, in characters: up to 200 bytes, 135 where many have the same label."""


class RecentDocuments:
    """The documents read last, so that the next search need not read them again: an id always means the same text."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: dict[int, Document] = {}
        self._size = 0  # a running total: to add up all that is kept, for each hit, is what made old processes slow
        self._lock = Lock()

    def read(self, store: Store, ids: Collection[int]) -> dict[int, Document]:
        """Return the documents, each as its files are called now. Threads may share it, each with its own store."""
        names = store.names(list(ids))
        return {number: self._one(store, number, *names[number]) for number in sorted(ids)}

    def _one(self, store: Store, number: int, title: str = "", *paths: str) -> Document:
        document = self._kept.get(number)
        if document is None:
            document = store.document(number)
            if document is None:
                raise store.database.damaged(f"document {number} is missing")
        elif (document.title, document.path, *document.copies) != (title, *paths):
            document = replace(document, title=title, path=paths[0], copies=paths[1:])
        with self._lock:
            self._keep(number, document)
        return document

    def _keep(self, number: int, document: Document) -> None:
        before = self._kept.pop(number, None)
        self._kept[number] = document
        if document is before:
            return
        self._size += _size(document) - (_size(before) if before else 0)
        while len(self._kept) > 1 and self._size > KEPT:
            self._size -= _size(self._kept.pop(next(iter(self._kept))))


def _size(document: Document) -> int:
    return len(document.text) + MARK * len(document.marks)
