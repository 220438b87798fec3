"""What a search read last, so that the next one need not read it again."""

from collections.abc import Collection
from dataclasses import replace

from index.store import Store
from index.types import Document

KEPT = 64 << 20
"""Characters of documents that are kept."""


class RecentDocuments:
    """The documents read last, so that the next search need not read them again: an id always means the same text."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: dict[int, Document] = {}
        self._size = 0  # a running total: to add up all that is kept, for each hit, is what made old processes slow

    def read(self, store: Store, ids: Collection[int]) -> dict[int, Document]:
        """Return the documents, each as its files are called now."""
        names = store.names(list(ids))
        return {number: self._one(store, number, *names[number]) for number in sorted(ids)}

    def _one(self, store: Store, number: int, title: str = "", *paths: str) -> Document:
        document = self._kept.pop(number, None)
        if document is None:
            document = store.document(number)
            if document is None:
                raise store.database.damaged(f"document {number} is missing")
            self._size += len(document.text)
        elif (document.title, document.path, *document.copies) != (title, *paths):
            document = replace(document, title=title, path=paths[0], copies=paths[1:])
        self._kept[number] = document
        while len(self._kept) > 1 and self._size > KEPT:
            self._size -= len(self._kept.pop(next(iter(self._kept))).text)
        return document
