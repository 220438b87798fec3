"""ANSWERS questions, in the words of the documents. Imports index; loads neither torch nor gradio."""

from index import (
    Document,
    Error,
    Hit,
    IndexLocked,
    IndexMismatch,
    IndexNotFound,
    LoadError,
    ModelError,
    Passage,
    StoreError,
    UnsupportedFile,
)
from qa.api import ask, default_index, ensure_samples, retrieve
from qa.engine import Engine
from qa.types import Answer, Citation, Reason, Span, Turn
from qa.wire import hits_to_json, to_json

__all__ = [
    "Answer",
    "Citation",
    "Document",
    "Engine",
    "Error",
    "Hit",
    "IndexLocked",
    "IndexMismatch",
    "IndexNotFound",
    "LoadError",
    "ModelError",
    "Passage",
    "Reason",
    "Span",
    "StoreError",
    "Turn",
    "UnsupportedFile",
    "ask",
    "default_index",
    "ensure_samples",
    "hits_to_json",
    "retrieve",
    "to_json",
]
