"""The sentence of a passage that is nearest to a question, and the question's words in it. By rule; no model."""

import re
from collections.abc import Iterator, Sequence

from qa import Candidate, Hit, compose

_WORD = re.compile(r"[^\W_]+")
_COMMON = frozenset(
    "a an and any are as at be by can could did do does for from had has have he her his how i if in into is it its "
    "me my of on or our she so that the their them there they this to was we were what when where which who whom whose "
    "why will with would you your".split()
)
_STEM = 5
"""So many letters of a word count: "descaling" is then near "descale"."""


def nearest(question: str, hit: Hit, candidates: Sequence[Candidate] = ()) -> tuple[int, int]:
    """Return where the passage's sentence is that has most of the question's words, in the document's text.

    Of equal ones it is the one that the reader marked a span in, or else the first.
    """
    asked, text = _stems(question), hit.passage.document.text
    read = [each.start for each in candidates if each.hit.passage == hit.passage]
    sentences = compose.sentences_of(hit.passage) or [(hit.passage.start, hit.passage.end)]

    def rank(sentence: tuple[int, int]) -> tuple[int, bool]:
        start, end = sentence
        return len(asked & _stems(text[start:end])), any(start <= at < end for at in read)

    return max(sentences, key=rank)


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
    return "" if folded in _COMMON else folded[:_STEM]
