"""qa.certificate: the JSON objects."""

import json

from index import Hit
from qa import compose
from qa.certificate import hits_to_json, to_json
from qa.read.calibration import Calibration
from qa.types import Span
from tests.fakes import document, lines

HITS = [Hit(lines(document("Anna led it.", "/a.txt", sha256="ab"))[0], 0.75)]


def test_an_answer_is_the_object_that_the_design_promises() -> None:
    """Field for field: scripts rely on it."""
    answer = compose.answer("who?", HITS, [Span(0, 0, 4, 1.0)], Calibration(0.0, (0.0, 1.0), (0.5, 0.75)))
    citation = {"path": "/a.txt", "title": "Notes", "page": None, "heading": "", "start": 0, "end": 4}
    assert json.loads(json.dumps(to_json(answer))) == {
        "question": "who?",
        "searched": "who?",
        "reason": "answered",
        "text": "Anna",
        "confidence": 0.75,
        "citations": [{**citation, "quote": "Anna", "sha256": "ab"}],
        "hits": [{"path": "/a.txt", "page": None, "start": 0, "end": 12, "score": 0.75, "text": "Anna led it."}],
    }


def test_hits_are_a_list_best_first() -> None:
    """The order of the search is kept."""
    assert [row["score"] for row in hits_to_json([*HITS, Hit(HITS[0].passage, 0.5)])] == [0.75, 0.5]
