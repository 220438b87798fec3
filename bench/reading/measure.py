"""What one reader says of a file, held against what another says: by words, by phrases, by their order and places."""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.types import Document, Kind

WORD = re.compile(r"[^\W_]+(?:[\u00ad\u200b]+[^\W_]+)*")
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b"))
PHRASE = 4
"""Words: enough to stand once in most files, and few enough to show each place where two readers differ."""
PLACES = 5
"""Of a piece, at most, whose places are looked up."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, a cell, a page: what a reader says in one go, and where it stands."""

    text: str
    places: tuple[tuple[Kind, str], ...] = ()
    """Such as ((Kind.SHEET, "Prices"), (Kind.ROW, "7")); nothing if the reader does not know."""


@dataclass(slots=True)
class Score:
    """How many there are, and how many of these were found, in the same order, at the same place."""

    words: int = 0
    found_words: int = 0
    phrases: int = 0
    found_phrases: int = 0
    ordered: int = 0
    in_order: int = 0
    places: int = 0
    right_places: int = 0

    def add(self, other: "Score") -> None:
        """Count another file's too."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def compare(document: Document, pieces: Sequence[Piece]) -> Score:
    """Look for what the other reader says in the document."""
    own = list(words_of(document.text))
    said = [[word for word, _ in words_of(piece.text)] for piece in pieces]
    score = Score()
    _count_words(score, [word for word, _ in own], [word for words in said for word in words])
    stands = {size: _phrases([word for word, _ in own], size) for size in range(1, PHRASE + 1)}
    _count_phrases(score, said, stands)
    _count_order(score, said, stands[PHRASE])
    offsets = [start for _, start in own]
    for piece, words in zip(pieces, said, strict=True):
        _count_places(score, document, piece, words, stands[PHRASE], offsets)
    return score


def words_of(text: str) -> Iterator[tuple[str, int]]:
    """Yield the words, whatever their case and their letters' form, each with its offset."""
    for match in WORD.finditer(text):
        yield unicodedata.normalize("NFKC", match[0]).casefold().translate(UNSEEN), match.start()


def _phrases(words: Sequence[str], size: int) -> dict[tuple[str, ...], list[int]]:
    """Where each run of so many words begins."""
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(words) - size + 1):
        found[tuple(words[at : at + size])].append(at)
    return found


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the phrases of a piece; a short one is a phrase itself."""
    for at in range(max(1, len(words) - PHRASE + 1) if words else 0):
        yield tuple(words[at : at + PHRASE])


def _count_words(score: Score, own: Sequence[str], said: Sequence[str]) -> None:
    score.words = len(said)
    score.found_words = (Counter(said) & Counter(own)).total()


def _count_phrases(
    score: Score, said: Sequence[Sequence[str]], stands: Mapping[int, Mapping[tuple[str, ...], list[int]]]
) -> None:
    for words in said:
        for phrase in _runs(words):
            score.phrases += 1
            score.found_phrases += phrase in stands[len(phrase)]


def _count_order(score: Score, said: Sequence[Sequence[str]], stands: Mapping[tuple[str, ...], list[int]]) -> None:
    """Of phrases that stand once with either reader: the most that can be in order."""
    once = {
        phrase: places[0]
        for phrase, places in _phrases([word for words in said for word in words], PHRASE).items()
        if len(places) == 1
    }
    at = [stands[phrase][0] for phrase in once if len(stands.get(phrase, ())) == 1]
    tails: list[int] = []
    for place in at:  # the longest rising sequence (Fredman, 1975)
        where = bisect_left(tails, place)
        tails[where : where + 1] = [place]
    score.ordered, score.in_order = len(at), len(tails)


def _count_places(
    score: Score,
    document: Document,
    piece: Piece,
    words: Sequence[str],
    stands: Mapping[tuple[str, ...], list[int]],
    offsets: Sequence[int],
) -> None:
    """Look up phrases that stand once: whether a mark of each kind covers them, with the label that it should have."""
    if not piece.places:
        return
    found = [stands[run][0] for run in _runs(words) if len(stands.get(run, ())) == 1]
    for at in found[:: max(1, -(-len(found) // PLACES))]:
        score.places += 1
        score.right_places += all(_is_marked(document, offsets[at], *place) for place in piece.places)


def _is_marked(document: Document, at: int, kind: Kind, label: str) -> bool:
    """Whether a mark says so; a heading may have a number before it."""
    sought = " ".join(label.split()).casefold()
    return any(
        mark.kind is kind and mark.start <= at < mark.end and " ".join(mark.label.split()).casefold().endswith(sought)
        for mark in document.marks
    )
