"""ANSWERS questions, in the words of the documents. Imports index; loads neither torch nor gradio."""

from index import (
    Document,
    Error,
    Hit,
    IndexLocked,
    IndexMismatch,
    IndexNotFound,
    Kind,
    LoadError,
    Mark,
    ModelError,
    Passage,
    Progress,
    Report,
    StoreError,
    UnsupportedFile,
    Where,
)
from qa.api import ask, default_index, ensure_samples, retrieve
from qa.certificate import hits_to_json, to_json
from qa.engine import Engine
from qa.types import Answer, Candidate, Citation, Claim, Reason, Span, Turn

__all__ = [
    "Answer",
    "Candidate",
    "Citation",
    "Claim",
    "Document",
    "Engine",
    "Error",
    "Hit",
    "IndexLocked",
    "IndexMismatch",
    "IndexNotFound",
    "Kind",
    "LoadError",
    "Mark",
    "ModelError",
    "Passage",
    "Progress",
    "Reason",
    "Report",
    "Span",
    "StoreError",
    "Turn",
    "UnsupportedFile",
    "Where",
    "ask",
    "default_index",
    "ensure_samples",
    "hits_to_json",
    "retrieve",
    "to_json",
]
