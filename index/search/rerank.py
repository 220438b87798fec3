"""The head of the fused list, ranked anew by proximity: is there one place in a passage that the question is about?

A passage's vector is the mean of all it says, and BM25 counts words wherever they stand. Passages that answer have one
sentence that means what is asked, and most of the question's words in one stretch, some of them side by side
(Callan 1994; Metzler and Croft 2005; Tao and Zhai 2007).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import compress, count, pairwise

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
    cut_once = cache(cut)  # many passages stand under one heading
    scored = []
    for passage in (hit.passage for hit in hits):
        near = similar.get(passage.id, unknown)
        tokens, about = cut(passage.text), cut_once(f"{passage.document.title}\n{passage.heading}")
        shares = near.whole, near.nearest, coverage(asked, {*tokens, *about}), proximity(asked, tokens)
        scored.append(Hit(passage, sum(shares) / 4))
    return sorted(scored, key=lambda hit: (-hit.score, hit.passage.id))


@dataclass(frozen=True)  # without slots: what is the same for each passage is worked out once
class Asked:
    """What is looked for: words, and words side by side, with how much each says."""

    words: Mapping[str, float]
    pairs: Mapping[tuple[str, str], float]

    @cached_property
    def ends(self) -> frozenset[str]:
        """The words, and the last ones of the pairs: no other token can be one, or complete a pair."""
        return frozenset((*self.words, *(last for _, last in self.pairs)))

    @cached_property
    def said_by_words(self) -> float:
        """How much all words say."""
        return sum(self.words.values())

    @cached_property
    def said_by_all(self) -> float:
        """How much all words and all pairs say."""
        return sum([*self.words.values(), *self.pairs.values()])

    @classmethod
    def of(cls, words: Words, *, beside: float = 0.5) -> "Asked":
        """Weigh the words by rarity; the words of a pair count once more, by ``beside``, where they stand so."""
        weights = words.weights()
        sums = {pair: beside * sum(weights.get(token, 0.0) for token in pair) for pair in pairwise(words.order)}
        return cls(weights, {pair: weight for pair, weight in sums.items() if weight})


def coverage(asked: Asked, tokens: Collection[str]) -> float:
    """Return the share of the question's words, by weight, that are among the tokens."""
    return _share(sum(weight for word, weight in asked.words.items() if word in tokens), asked.said_by_words)


def proximity(asked: Asked, tokens: Sequence[str], *, width: int = 20) -> float:
    """Return the share of the question's words and pairs, by weight, in the stretch of ``width`` tokens that has most.

    >>> asked = Asked({"harbour": 2.0, "fee": 1.0}, {("harbour", "fee"): 1.0})
    >>> proximity(asked, ["the", "fee", "of", "the", "harbour"]), proximity(asked, ["a", "harbour", "fee"])
    (0.75, 1.0)
    """
    inside: defaultdict[str | tuple[str, str], int] = defaultdict(int)
    found = list(_occurrences(asked, tokens))
    first, total, most = 0, 0.0, 0.0
    for place, part, weight in found:
        total += 0.0 if inside[part] else weight
        inside[part] += 1
        while found[first][0] <= place - width:  # the stretch moves on
            _, left, lost = found[first]
            inside[left] -= 1
            total -= 0.0 if inside[left] else lost
            first += 1
        most = max(most, total)
    return _share(most, asked.said_by_all)


def _occurrences(asked: Asked, tokens: Sequence[str]) -> Iterator[tuple[int, str | tuple[str, str], float]]:
    for place in compress(count(), map(asked.ends.__contains__, tokens)):
        token = tokens[place]
        pair = tokens[place - 1] if place else "", token
        if token in asked.words:
            yield place, token, asked.words[token]
        if pair in asked.pairs:
            yield place, pair, asked.pairs[pair]


def _share(part: float, whole: float) -> float:
    return min(part / whole, 1.0) if whole else 0.0
