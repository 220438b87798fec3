"""The sentence of a passage that is nearest to a question, and the question's words in it. By rule; no model."""

import re
from collections.abc import Iterator, Sequence

from qa import Candidate, Document, Hit, Kind, Passage, compose

_WORD = re.compile(r"[^\W_]+")
_COMMON = frozenset(
    "a an and any are as at be by can could did do does for from had has have he her his how i if in into is it its "
    "me my of on or our she so that the their them there they this to was we were what when where which who whom whose "
    "why will with would you your".split()
)
_STEM = 5
"""So many letters of a word count: "descaling" is then near "descale"."""


def sentences(passage: Passage) -> list[tuple[int, int]]:
    """Return where the rows of a passage, and the sentences between them, stand in its document, in order."""
    rows = [mark for mark in passage.document.within(passage.start, passage.end) if mark.kind is Kind.ROW]
    found: list[tuple[int, int]] = []
    at = passage.start
    for row in rows:
        found += (*_between(passage, at, row.start), (row.start, min(row.end, passage.end)))
        at = max(at, row.end)
    return [*found, *_between(passage, at, passage.end)]


def _between(passage: Passage, start: int, end: int) -> list[tuple[int, int]]:
    """Return the sentences of a part without rows; bars and lines are none."""
    spans = compose.sentences_in(passage.document, start, end) if start < end else []
    return [span for span in spans if _WORD.search(passage.document.text, *span)]


def nearest(question: str, hit: Hit, candidates: Sequence[Candidate] = ()) -> tuple[int, int]:
    """Return where the passage's sentence is that has most of the question's words, in the document's text.

    Of equal ones it is the one that the reader marked a span in, or else the first. A heading is none: the line above
    the passage has it already.
    """
    asked, document = _stems(question), hit.passage.document
    read = [each.start for each in candidates if each.hit.passage == hit.passage]

    def rank(sentence: tuple[int, int]) -> tuple[bool, int, bool]:
        start, end = sentence
        shared = len(asked & _stems(document.text[start:end]))
        return not _is_heading(document, start, end), shared, any(start <= at < end for at in read)

    return max(sentences(hit.passage), key=rank, default=(hit.passage.start, hit.passage.end))


def _is_heading(document: Document, start: int, end: int) -> bool:
    """Whether a sentence is the heading of what follows, or has the names of a table's columns."""
    marks = document.within(start, end)
    return any(mark.kind is Kind.HEADING or mark.kind is Kind.HEADER for mark in marks) and not document.around(
        start, Kind.ROW
    )


def words(question: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where the question's words, or other forms of them, stand in a text."""
    asked = _stems(question)
    return (found.span() for found in _WORD.finditer(text) if _stem(found[0]) in asked)


def says_the_same(one: str, other: str) -> bool:
    """Tell whether two questions have the same words: capitals, spaces and marks aside."""
    return _WORD.findall(one.casefold()) == _WORD.findall(other.casefold())


def _stems(text: str) -> set[str]:
    return {_stem(word) for word in _WORD.findall(text)} - {""}


def _stem(word: str) -> str:
    folded = word.casefold()
    return "" if folded in _COMMON else folded.removesuffix("s")[:_STEM]
