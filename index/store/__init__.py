"""The truth on disk: files, documents, passages, vectors and words in one SQLite file."""

from index.store.check import problems
from index.store.store import Counts, Entry, File, Origin, Place, Store

__all__ = ["Counts", "Entry", "File", "Origin", "Place", "Store", "problems"]
