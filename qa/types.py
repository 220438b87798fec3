"""Spans, claims, citations and answers: plain frozen values. Abstaining is a value, with its reason."""

from dataclasses import dataclass, field
from enum import StrEnum

from index import Hit

CLOSE = 0.1
"""The confidence from which on a quote that is not sure enough is still worth showing: one in ten of such is right."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text that a reader was given: ``text[start:end]``.

    ``score`` is the span's logit minus the no-answer logit of the same text: it does not depend on other texts.
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of a passage that was found, chosen or not: ``hit.passage.document.text[start:end]``.

    ``score`` is the reader's, less what the passage loses for being behind others in retrieval's score: what the
    threshold is compared with.
    """

    hit: Hit
    start: int
    end: int
    score: float

    @property
    def quote(self) -> str:
        """The document's own characters."""
        return self.hit.passage.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands: ``document.text[start:end] == quote``, with the file's hash when it was read.

    ``sentence`` is the whole sentence (or row, or turn) around it, and ``sentence_start`` where that begins in the
    document: on ``page``. It ends on ``last_page``. ``sha256`` is "" where the document was not read from a file.
    """

    path: str
    title: str
    page: int | None
    heading: str
    start: int
    end: int
    quote: str
    sentence: str
    sentence_start: int
    sha256: str
    place: str = ""
    """Where that is in a book, a mail, an archive, a workbook: "chapter Two", "message 3, minutes.txt"."""
    last_page: int | None = None
    modified: str = ""
    """The day on which the file was changed last, such as "2024-03-12": which of two that disagree is the newer."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that the documents say: the words, every place that says the same, the best first, how sure it is."""

    text: str
    citations: tuple[Citation, ...]
    confidence: float


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
    UNKNOWN_NAME = "unknown_name"
    LOW_CONFIDENCE = "low_confidence"
    OTHER_LANGUAGE = "other_language"
    SOURCE_CHANGED = "source_changed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say, or why they do not.

    ``claims`` are what they say, the surest first; none with a ``reason`` other than ANSWERED. ``searched`` is the
    question as it was searched for (a follow-up made whole). ``confidence`` is the calibrated share of answers with
    the best score that are right, of an abstention too. ``candidates`` are all spans that the reader found, chosen or
    not, best first; ``hits`` the passages found, best first: not all need have been read. ``missing`` are the names in
    the question that the documents do not have, where that is the reason.
    """

    question: str
    searched: str
    reason: Reason
    confidence: float
    claims: tuple[Claim, ...] = ()
    candidates: tuple[Candidate, ...] = field(default=(), repr=False)
    hits: tuple[Hit, ...] = field(default=(), repr=False)
    missing: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The first claim's words, verbatim from the documents; "" without one."""
        return self.claims[0].text if self.claims else ""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Where the first claim stands."""
        return self.claims[0].citations if self.claims else ()

    @property
    def closest(self) -> Candidate | None:
        """What to show as "closest, not sure" where there is no answer; None if nothing came close either."""
        is_close = self.reason is Reason.LOW_CONFIDENCE and self.confidence >= CLOSE
        return self.candidates[0] if is_close and self.candidates else None
