"""ANSWERS questions, in the words of the documents. Imports index; loads neither torch nor gradio."""

from qa import shadow

shadow.refuse("index")  # before it is imported: a web project's index.py would only fail for a name that it lacks

from index import (  # noqa: E402
    Changes,
    Counts,
    Document,
    Entry,
    Error,
    Failure,
    Fate,
    Hit,
    IndexLocked,
    IndexMismatch,
    IndexNotFound,
    Kind,
    LoadError,
    Mark,
    ModelError,
    Outcome,
    Passage,
    Progress,
    Report,
    StoreError,
    UnsupportedFile,
    Where,
)
from qa.api import ask, ensure_samples, retrieve  # noqa: E402
from qa.certificate import Findings, hits_to_json, to_json, verify  # noqa: E402
from qa.engine import Engine  # noqa: E402
from qa.location import default_index  # noqa: E402
from qa.types import Answer, Candidate, Citation, Claim, Reason, Span, Turn  # noqa: E402

__all__ = [
    "Answer",
    "Candidate",
    "Changes",
    "Citation",
    "Claim",
    "Counts",
    "Document",
    "Engine",
    "Entry",
    "Error",
    "Failure",
    "Fate",
    "Findings",
    "Hit",
    "IndexLocked",
    "IndexMismatch",
    "IndexNotFound",
    "Kind",
    "LoadError",
    "Mark",
    "ModelError",
    "Outcome",
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
    "verify",
]
