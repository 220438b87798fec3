"""The head of the fused list, ranked anew by proximity: is there one place in a passage that the question is about?

A passage's vector is the mean of all it says, and BM25 counts words wherever they stand. Passages that answer have one
sentence that means what is asked, and most of the question's words in one stretch, some of them side by side
(Callan 1994; Metzler and Croft 2005; Tao and Zhai 2007).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.search.lexical import Words
from index.types import Hit

Cut = Callable[[str], list[str]]
"""Cuts a text into tokens, as the question's words were cut."""


HEAD = 40
"""How many passages of the fused list are looked at: on held-out questions, more found nothing more."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """How similar a passage is to the question, 0 to 1: on the whole, and at its most similar sentence."""

    whole: float
    nearest: float


def centred(average: float, cosine: float) -> float:
    """Return how far a cosine is above the average passage's, as a share of what is possible; 0 if it is not.

    So it does not matter where an embedder's cosines lie: those of some are all above 0.7.

    >>> round(centred(0.7, 0.85), 2), centred(0.7, 0.6)
    (0.5, 0.0)
    """
    return max(cosine - average, 0.0) / (1 - average) if average < 1 else 0.0


def rerank(hits: Sequence[Hit], similar: Mapping[int, Similarity], words: Words, cut: Cut) -> list[Hit]:
    """Score hits anew, 0 to 1, and sort them; ``similar`` has each passage's similarity.

    A score is the mean of four shares: similarity on the whole, that of the nearest sentence, coverage and proximity
    (``python -m bench.choices`` prints what others give on held-out questions). None of them depends on what else was
    found, so that similarity counts the same in a small index and in a large one.
    """
    asked = Asked.of(words)
    unknown = Similarity(0.0, 0.0)
    scored = []
    for hit in hits:
        near = similar.get(hit.passage.id, unknown)
        scored.append(replace(hit, score=(near.whole + near.nearest + sum(shares(asked, hit, cut))) / 4))
    return sorted(scored, key=lambda hit: (-hit.score, hit.passage.id))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: words, and words side by side, with how much each says."""

    words: Mapping[str, float]
    pairs: Mapping[tuple[str, str], float]

    @classmethod
    def of(cls, words: Words, *, beside: float = 0.5) -> "Asked":
        """Weigh the words by rarity; the words of a pair count once more, by ``beside``, where they stand so."""
        weights = words.weights()
        sums = {pair: beside * sum(weights.get(token, 0.0) for token in pair) for pair in pairwise(words.order)}
        return cls(weights, {pair: weight for pair, weight in sums.items() if weight})


def shares(asked: Asked, hit: Hit, cut: Cut) -> tuple[float, float]:
    """Return a passage's coverage and proximity."""
    tokens = cut(hit.passage.text)
    about = cut(f"{hit.passage.document.title}\n{hit.passage.heading}")
    return coverage(asked, {*tokens, *about}), proximity(asked, tokens)


def coverage(asked: Asked, tokens: Collection[str]) -> float:
    """Return the share of the question's words, by weight, that are among the tokens."""
    return _share(sum(weight for word, weight in asked.words.items() if word in tokens), asked.words.values())


def proximity(asked: Asked, tokens: Sequence[str], *, width: int = 20) -> float:
    """Return the share of the question's words and pairs, by weight, in the stretch of ``width`` tokens that has most.

    >>> asked = Asked({"harbour": 2.0, "fee": 1.0}, {("harbour", "fee"): 1.0})
    >>> proximity(asked, ["the", "fee", "of", "the", "harbour"]), proximity(asked, ["a", "harbour", "fee"])
    (0.75, 1.0)
    """
    inside: Counter[str | tuple[str, str]] = Counter()
    found: list[tuple[int, str | tuple[str, str], float]] = []
    first, total, most = 0, 0.0, 0.0
    for place, part, weight in _occurrences(asked, tokens):
        found.append((place, part, weight))
        total += 0.0 if inside[part] else weight
        inside[part] += 1
        while found[first][0] <= place - width:  # the stretch moves on
            _, left, lost = found[first]
            inside[left] -= 1
            total -= 0.0 if inside[left] else lost
            first += 1
        most = max(most, total)
    return _share(most, [*asked.words.values(), *asked.pairs.values()])


def _occurrences(asked: Asked, tokens: Sequence[str]) -> Iterator[tuple[int, str | tuple[str, str], float]]:
    before = ""
    for place, token in enumerate(tokens):
        if token in asked.words:
            yield place, token, asked.words[token]
        if (before, token) in asked.pairs:
            yield place, (before, token), asked.pairs[before, token]
        before = token


def _share(part: float, weights: Collection[float]) -> float:
    return min(part / sum(weights), 1.0) if weights else 0.0
