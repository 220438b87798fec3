"""Spans, citations and answers: plain frozen values. Abstaining is a value, with its reason."""

from dataclasses import dataclass
from enum import StrEnum

from index import Hit


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one of the texts that the reader was given.

    ``hit`` is that text's position in the list, ``start`` and ``end`` are offsets inside it. ``score`` is the
    span's logit minus the no-answer logit of the same text: it does not depend on the other texts.
    """

    hit: int
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands: ``document.text[start:end] == quote``, with the file's hash when it was read."""

    path: str
    title: str
    page: int | None
    heading: str
    start: int
    end: int
    quote: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question and the answer's text: what a follow-up question needs, nothing more."""

    question: str
    answer: str


class Reason(StrEnum):
    """Why there is an answer, or why there is none."""

    ANSWERED = "answered"
    EMPTY_INDEX = "empty_index"
    NOTHING_FOUND = "nothing_found"
    LOW_CONFIDENCE = "low_confidence"
    SOURCE_CHANGED = "source_changed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say, or why they do not.

    ``text`` is verbatim from the citations, or "" with a ``reason`` other than ANSWERED. ``searched`` is the
    question as it was searched for (a follow-up made whole). ``confidence`` is the calibrated share of answers
    with this score that are right. ``hits`` are the passages found, best first; not all need have been read.
    """

    question: str
    searched: str
    text: str
    citations: tuple[Citation, ...]
    confidence: float
    reason: Reason
    hits: tuple[Hit, ...]
