"""The truth on disk: files, documents, passages, vectors and words in one SQLite file."""

from index.store.check import problems
from index.store.rows import Counts, Entry, File, Origin, Place, Segment
from index.store.store import Store

__all__ = ["Counts", "Entry", "File", "Origin", "Place", "Segment", "Store", "problems"]
