"""Who said it: in a transcript, what somebody says of themselves, or is said to have said, is told by the turn's label.

"MARTA: Jonas is ill, so I will chair." does not name who chairs; a reader marks the name that stands in the sentence.
"""

import re
from dataclasses import replace

from index import Document, Kind, Mark, sentence_around
from index.types import Extent
from qa.about import Asked
from qa.types import Candidate

LONGEST_TURN = 400
"""Characters of a turn that is shown whole around its label."""

LEAST = 1 / 3
"""The share of the question's rare words that a clause has to say, so that it is what was asked about."""

_ASKS_WHO = re.compile(
    r"\W*who(?:['’](?:s|ll|d|ve))?\s+(?:(?:will|would|can|could|may|might|must|should|shall|has|have|had|is|was|are|were|be|been|"
    r"going\s+to|not|never)\s+)*(?P<verb>[^\W\d_]+)",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\W*who\s+(?:(?:has|had)\s+)?(?:said|says|told|thinks|thought|believes|mentioned|claim(?:s|ed)|ask(?:s|ed)|"
    r"suggest(?:s|ed)|propos(?:es|ed)|promis(?:es|ed)|warn(?:s|ed)|complain(?:s|ed)|explain(?:s|ed)|wanted to know)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:.!?–—]\s|\s(?:so|and|but|because|though|although|while|when|if|as)\s", re.IGNORECASE)
_I_DO = re.compile(r"\bI\b(?:['’]\w+)?(?=((?:\s+[a-z'’]+){1,4}))")
"""The words behind an "I", as far as nobody else is named: in "I think Pavel will order it" it is not the speaker."""


def speaker_of(candidate: Candidate, asked: Asked) -> Candidate | None:
    """Return the label of the turn that the candidate stands in, if that is who was asked for; else None.

    It is, of who said or asked something, and of who does what the speaker says that "I" do.
    """
    document = candidate.hit.passage.document
    who = _ASKS_WHO.match(asked.question)
    turns = document.around(candidate.start, Kind.SPEAKER) if who else ()
    label = _label(document, turns[0]) if turns else None
    if who is None or label is None or candidate.start < label[1]:
        return None
    sentence = document.text[slice(*sentence_around(document, candidate.start, candidate.end))]
    told = sentence if _REPORTED.match(asked.question) else _of_oneself(sentence, who["verb"], asked)
    if not told or asked.share(told) < LEAST:
        return None
    return replace(candidate, start=label[0], end=label[1])


def stands_in(candidate: Candidate) -> Extent:
    """Return where the sentence or row around a candidate stands; around the label of a short turn, all of that."""
    document = candidate.hit.passage.document
    for turn in document.around(candidate.start, Kind.SPEAKER):
        label = _label(document, turn)
        if label and label[0] <= candidate.start < label[1] and turn.end - turn.start <= LONGEST_TURN:
            return turn.start, turn.start + len(document.text[turn.start : turn.end].rstrip())
    return sentence_around(document, candidate.start, candidate.end)


def _label(document: Document, turn: Mark) -> Extent | None:
    """Where the speaker's name stands in the turn: at its beginning, behind a time or a mark."""
    start = document.text.find(turn.label, turn.start, min(turn.end, turn.start + len(turn.label) + 24))
    return (start, start + len(turn.label)) if turn.label and start >= 0 else None


def _of_oneself(sentence: str, verb: str, asked: Asked) -> str:
    """Return the clause that says most of what was asked, if the speaker does there what the verb says; else ""."""
    clause = max(_CLAUSE.split(sentence), key=asked.share)
    done = {stem for found in _I_DO.finditer(clause) for stem in asked.cut(found[1])}
    return clause if done & set(asked.cut(verb)) else ""
