"""Answers and hits as JSON objects: what ``--json`` prints and the REST routes send. Pure."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from index import Hit
from qa.types import Answer


def to_json(answer: Answer) -> dict[str, Any]:
    """Return the answer as one object: strings, numbers, lists and None only."""
    return {
        "question": answer.question,
        "searched": answer.searched,
        "reason": answer.reason.value,
        "text": answer.text,
        "confidence": round(answer.confidence, 4),
        "citations": [asdict(citation) for citation in answer.citations],
        "claims": [asdict(claim) for claim in answer.claims],
        "hits": hits_to_json(answer.hits),
    }


def hits_to_json(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return the hits as objects, best first; start and end are offsets in the document's text."""
    return [
        {
            "path": hit.passage.document.path,
            "page": hit.passage.page,
            "start": hit.passage.start,
            "end": hit.passage.end,
            "score": round(float(hit.score), 6),
            "text": hit.passage.text,
        }
        for hit in hits
    ]
