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
from index.files import Stamp, unchanged
from index.index import Index, Mode
from index.search.lexical import Words
from index.sentences import sentence_around
from index.store import Counts, Entry
from index.sync import Fate, Outcome, Progress, Report
from index.types import Document, Embedder, Hit, Kind, Mark, Passage, Where
from index.view import Shape, View
from index.walk import Failure, walk
from index.watch import Changes, Watch

__all__ = [
    "Changes",
    "Counts",
    "Document",
    "Embedder",
    "Entry",
    "Error",
    "Failure",
    "Fate",
    "Hit",
    "Index",
    "IndexLocked",
    "IndexMismatch",
    "IndexNotFound",
    "Kind",
    "LoadError",
    "Mark",
    "Mode",
    "ModelError",
    "Outcome",
    "Passage",
    "Progress",
    "Report",
    "Shape",
    "Stamp",
    "StoreError",
    "UnsupportedFile",
    "View",
    "Watch",
    "Where",
    "Words",
    "load_embedder",
    "sentence_around",
    "unchanged",
    "walk",
]
