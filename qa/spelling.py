"""A question's slips of the pen, mended by the documents' own words.

But for the asking word, only a word is mended that the index does not have, that is no word of English either, and that
is close to exactly one word of what was found. So a question about a horse is never turned into one about a house.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from qa.language import is_english

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
"""A word without its "'s", which is no slip."""

LEAST = 5
"""Letters: shorter words have too many neighbours."""

MOST_WRITTEN = 3
"""Letters in which the word that is written may differ, its ending included: "commuting" is no slip for "computers"."""


_ASKING = {
    slip: word
    for word, slips_of_it in {
        "what": "wat waht wht whta whar",
        "what's": "whats wats",
        "when": "whne wehn whn",
        "when's": "whens",
        "where": "wher whre wheer whare",
        "where's": "wheres",
        "which": "wich whcih whitch wihch",
        "who": "whoo",
        "who's": "whos",
        "why": "wy",
        "how": "howw hwo",
    }.items()
    for slip in slips_of_it.split()
}
"""Slips of the word that a question begins with: in no document, and telling what kind of thing is asked for."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known of words: the stem of one, which stems are indexed, those spelled like one, and what is English."""

    stem: Callable[[str], str]
    is_indexed: Callable[[str], bool]
    alike: Callable[[str], Sequence[str]]
    is_english: Callable[[str], bool]


def mended(question: str, lexicon: Lexicon, texts: Callable[[], Iterable[str]]) -> str:
    """Return the question with its slips mended; as it is where nothing, or more than one thing, is near.

    The word that it begins with may be a slip of "what" or the like, if no document has it.

    ``texts`` gives what was found: a stem is not written, so the word itself is looked for there.
    """
    found: dict[str, str] = {}
    first = WORD.search(question)
    meant = _ASKING.get(first[0].lower()) if first and is_english(question) else None  # "wat" is Dutch for it
    if first and meant and not lexicon.is_indexed(lexicon.stem(first[0])):
        found[first[0]] = meant.capitalize() if first[0][0].isupper() else meant
    for match in WORD.finditer(question):
        word = match[0]
        if len(word) < LEAST or word.isupper() or lexicon.is_english(word.lower()):
            continue
        stem = lexicon.stem(word)
        if stem and not lexicon.is_indexed(stem) and (near := nearest(stem, lexicon.alike(stem))):
            written = _written(near, word, lexicon, texts())
            if written:
                found[word] = written
    return WORD.sub(lambda match: found.get(match[0], match[0]), question) if found else question


def nearest(stem: str, terms: Iterable[str]) -> str:
    """Return the one term that is nearest to a stem, and near enough; "" if there is none, or more than one.

    >>> nearest("anual", ["annual", "animal"]), nearest("hause", ["house", "haute"])
    ('annual', '')
    """
    most = slips(stem)
    distances = {term: distance(stem, term, most) for term in terms if term != stem and term[:1] == stem[:1]}
    least = min(distances.values(), default=most + 1)
    close = [term for term, d in distances.items() if d == least]
    return close[0] if least <= most and len(close) == 1 else ""


def is_close(stem: str, terms: Sequence[str]) -> bool:
    """Tell whether a stem is a slip of the pen, or another form, of one of the terms.

    >>> is_close("norwegian", ["norway"]), is_close("birch", ["bird"]), is_close("kowalsky", ["kowalski"])
    (False, False, True)
    """
    most = slips(stem)
    return any(distance(stem, term, most) <= most for term in terms if abs(len(term) - len(stem)) <= most)


def slips(stem: str) -> int:
    """Return how many slips a word of that length may have."""
    return 0 if len(stem) < LEAST else 1 if len(stem) < 9 else 2


def distance(one: str, other: str, most: int) -> int:
    """Return the edit distance, two letters that changed places counted once; more than ``most`` if it is more.

    Damerau (1964), in the form of optimal string alignment.

    >>> distance("chiar", "chair", 2), distance("anual", "annual", 2)
    (1, 1)
    """
    earlier: list[int] = []
    above = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
        if min(row) > most and min(above) > most:
            return most + 1
        earlier, above = above, row
    return above[-1]


def _written(near: str, word: str, lexicon: Lexicon, texts: Iterable[str]) -> str:
    """Return how a stem is written in the texts, with the case of the word that it stands for."""
    for text in texts:
        for match in WORD.finditer(text):
            if (
                match[0][:1].lower() == near[:1]
                and lexicon.stem(match[0]) == near
                and distance(match[0].lower(), word.lower(), MOST_WRITTEN) <= MOST_WRITTEN
            ):
                return match[0] if word[0].isupper() or match[0].isupper() else match[0].lower()
    return ""
