"""FINDS passages: files in, passages out, each with its exact place in its document."""

from index.embed import load_embedder
from index.errors import (
    Error,
    IndexLocked,
    IndexMismatch,
    IndexNotFound,
    LoadError,
    ModelError,
    StoreError,
    UnsupportedFile,
)
from index.index import Index, Mode
from index.store import Entry
from index.sync import Progress, Report
from index.types import Document, Embedder, Heading, Hit, Passage
from index.walk import Failure

__all__ = [
    "Document",
    "Embedder",
    "Entry",
    "Error",
    "Failure",
    "Heading",
    "Hit",
    "Index",
    "IndexLocked",
    "IndexMismatch",
    "IndexNotFound",
    "LoadError",
    "Mode",
    "ModelError",
    "Passage",
    "Progress",
    "Report",
    "StoreError",
    "UnsupportedFile",
    "load_embedder",
]
