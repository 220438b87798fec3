"""What the scores of a question need of the whole collection: one small value, which can be summed over parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from index.store import Store
from index.store.blobs import mean
from index.types import Vectors


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a collection, for one question.

    ``frequencies`` has the number of passages that hold each of the question's words, if any does; ``words`` is the
    length of all passages; ``similarity`` the sum of the inner products of all passages with the question.
    """

    passages: int = 0
    words: int = 0
    similarity: float = 0.0
    frequencies: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store, tokens: Sequence[str], vector: Vectors | None = None) -> Self:
        """Read a store's; without a vector, nothing is similar. All of it is kept, nothing counted."""
        passages = store.count_passages()
        average = 0.0 if vector is None else float(mean(store.sum(), passages) @ vector[0])
        return cls(passages, store.count_words(), passages * average, store.frequencies(tokens))

    def __add__(self, other: "Statistics") -> "Statistics":
        """Add up two parts of a whole."""
        both = sorted({*self.frequencies, *other.frequencies})
        return Statistics(
            self.passages + other.passages,
            self.words + other.words,
            self.similarity + other.similarity,
            {word: self.frequencies.get(word, 0) + other.frequencies.get(word, 0) for word in both},
        )

    @property
    def average(self) -> float:
        """The mean inner product of a passage with the question."""
        return self.similarity / max(1, self.passages)

    @property
    def length(self) -> float:
        """The mean number of words in a passage."""
        return self.words / max(1, self.passages)
