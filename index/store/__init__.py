"""The truth on disk: documents, passages, vectors and words in one SQLite file."""

from index.store.check import problems
from index.store.store import Entry, Origin, Place, Store

__all__ = ["Entry", "Origin", "Place", "Store", "problems"]
