"""First questions to click, made from the documents at hand by rule, and kept only if they are answered well."""

import re
from collections.abc import Iterator
from itertools import chain, islice, zip_longest
from pathlib import PurePath
from threading import Lock

import qa
from qa import Counts, Document, Engine, Kind, Reason
from ui.render.answer import LEVELS

_LIKED = (("trilateral-cyber-meeting.md", ("Who led the meeting?", "When was it held?", "How much was stolen?")),)
"""What the samples answer, while they are there."""
PROBABLY = next(share for share, _, words in LEVELS if words == "Probably right")
_QUESTION = re.compile(r"(?m)^[#>*\-\s\d.]*((?:How|What|When|Where|Which|Who|Why|Is|Are|Can|Do|Does)\b[^\n?]{8,90}\?)")
_PERSON = re.compile(
    r"\b(?!(?:The|This|These|Our|Your|Their|All|No|Each|If|In|On|For) )[A-Z][a-z]{2,15} [A-Z][a-z]{2,20}\b(?! [A-Z])"
)
_NUMBERED = re.compile(r"^[\d.)\s]+|[\s:.]+$")
_ASKED = (
    (
        re.compile(r"(?:\w+ ){0,2}(?:chair\w*|tenant|landlord|manager|director|author|client|customer|supplier|owner)"),
        "Who",
    ),
    (re.compile(r"(?:\w+ ){1,2}date|(?:\w+ ){0,2}(?:deadline|meeting)"), "When"),
    (
        re.compile(
            r"(?:\w+ ){0,2}(?:price|cost|fee|rent|deposit|fare|budget|phone|telephone|address|e-mail|size|weight)"
        ),
        "What",
    ),
)
"""What people ask for by the name of a field or a column, and with which word."""


class Suggestions:
    """Questions that the documents answer, made anew when there are others."""

    def __init__(self, engine: Engine, *, count: int = 3, documents: int = 12, tries: int = 15) -> None:
        """At most ``tries`` questions to ``documents`` documents are tried out."""
        self._engine = engine
        self._count, self._documents, self._tries = count, documents, tries
        self._lock = Lock()
        self._of: Counts | None = None
        self._questions: list[str] = []

    def now(self) -> list[str]:
        """Return them; the first call after a change takes a moment."""
        with self._lock:
            counts = self._engine.counts()
            if counts != self._of:
                self._questions = list(islice(self._answered(), self._count))
                self._of = counts
            return self._questions

    def _answered(self) -> Iterator[str]:
        entries = self._engine.documents()
        names = {PurePath(entry.path).name for entry in entries}
        liked = chain.from_iterable(questions for name, questions in _LIKED if name in names)
        if sure := list(liked):
            yield from sure
            return
        ids = list(dict.fromkeys(entry.id for entry in entries))[-self._documents :]
        found = [document for each in ids if (document := self._engine.document(each))]
        yield from (question for question in islice(_mixed(found), self._tries) if self._is_answered(question))

    def _is_answered(self, question: str, *, least: float = PROBABLY) -> bool:
        try:
            answer = self._engine.ask(question, k=4)
        except qa.Error:
            return False
        return answer.reason is Reason.ANSWERED and answer.confidence >= least


def _mixed(documents: list[Document]) -> Iterator[str]:
    """Yield the documents' first questions, then their second ones, and so on, each once."""
    rounds = zip_longest(*(questions(document) for document in documents))
    return iter(dict.fromkeys(each for row in rounds for each in row if each))


def questions(document: Document, *, head: int = 20_000) -> Iterator[str]:
    """Yield questions that a document may answer: those that it asks itself, its fields, its headings, its people."""
    text = document.text[:head]
    yield from (" ".join(found[1].split()) for found in islice(_QUESTION.finditer(text), 2))
    yield from islice(_of_rows(document), 2)
    for mark in islice(document.marked(Kind.HEADING), 1, 5):
        words = _NUMBERED.sub("", mark.label)
        if 3 < len(words) < 50 and not words.endswith("?"):
            yield f"What is said about {words[:1].lower() + words[1:] if words[1:2].islower() else words}?"
    yield from (f"Who is {name}?" for name in islice(dict.fromkeys(_PERSON.findall(text)), 2))


def _of_rows(document: Document, *, most: int = 40) -> Iterator[str]:
    """Yield a question for a field, or for a cell of a table by its row's first cell, where people ask for such."""
    for row in islice(document.marked(Kind.ROW), most):
        cells = [mark for mark in document.within(row.start, row.end) if mark.kind is Kind.CELL]
        first = " ".join(document.text[cells[0].start : cells[0].end].split()) if len(cells) > 1 else ""
        for cell in cells[1:] or cells:
            asked = next((word for form, word in _ASKED if form.fullmatch(cell.label.lower())), None)
            if asked and (len(cells) == 1 or (len(first) <= 40 and any(c.isalpha() for c in first))):
                yield f"{asked} is the {cell.label.lower()}{f' of {first}' if first else ''}?"
                break
