"""Documents out of nothing, with the statistics of real ones, and questions about them: for ``bench.scale``."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index import Document, Passage
from index.search.lexical import STOP_WORDS
from index.types import Extent, Vectors

DIMENSION = 384
IN_DOCUMENT = 20
"""Passages of a document."""
_SENTENCES, _WORDS = 5, 16
_SYLLABLES = [onset + vowel for onset in "b c d f g l m n p r s t v ch st tr".split() for vowel in "a e i o u".split()]


class World:
    """A corpus of so many passages. Everything in it is drawn from seeds, so that it is the same in each process."""

    def __init__(self, passages: int) -> None:
        """Draw the topics: each has its words and its place among the vectors."""
        self.passages = passages
        draw = np.random.default_rng(1)
        topics = max(8, int(2 * np.sqrt(passages)))
        # a few directions hold most of the variance, as in the vectors of real encoders
        self._scale = (np.arange(1, DIMENSION + 1) ** -0.4).astype(np.float32)
        self._centres = draw.normal(size=(topics, DIMENSION)).astype(np.float32) * self._scale + 0.1
        self._own = draw.integers(200, self.vocabulary, size=(topics, 40))

    @property
    def vocabulary(self) -> int:
        """How many words there are: more in a larger corpus, as Heaps's law has it."""
        return min(400_000, 2_000 + int(300 * self.passages**0.5))

    @cached_property
    def words(self) -> list[str]:
        """The words, the most common first: those that say nothing, then made-up ones."""
        made = [_word(number) for number in range(self.vocabulary - len(STOP_WORDS))]
        return sorted(STOP_WORDS) + made

    @cached_property
    def _zipf(self) -> NDArray[np.float64]:
        shares = 1 / (np.arange(self.vocabulary) + 2.7)
        return np.cumsum(shares / shares.sum())

    def documents(self) -> Iterator[tuple[Document, list[Passage], Vectors, list[Vectors]]]:
        """Yield each document, with its passages and their vectors."""
        for number in range(-(-self.passages // IN_DOCUMENT)):
            count = min(IN_DOCUMENT, self.passages - number * IN_DOCUMENT)
            texts, rows = self.texts(number)[:count], self.vectors(number)[:count]
            ends = np.cumsum([len(text) + 1 for text in texts]).tolist()
            document = Document(0, f"/made/{number}.txt", f"Document {number}", "\n".join(texts), (), "")
            spans = zip(texts, ends, strict=True)
            passages = [Passage(0, document, end - 1 - len(text), end - 1) for text, end in spans]
            draw = np.random.default_rng((8, number))
            yield document, passages, rows, [self._near(row, 0.3, _SENTENCES, draw) for row in rows]

    def texts(self, document: int) -> list[str]:
        """Return the texts of a document's passages: a third of each its topic's words, the rest anybody's."""
        draw = np.random.default_rng((2, document))
        shape = IN_DOCUMENT, _SENTENCES, _WORDS
        common = np.searchsorted(self._zipf, draw.random(shape))
        picked = np.minimum(draw.geometric(0.12, shape) - 1, 39)
        own = self._own[self._topics(document)[:, None, None], picked]
        chosen = np.where(draw.random(shape) < 0.3, own, common).tolist()
        return [" ".join(" ".join(self.words[word] for word in row) + "." for row in rows) for rows in chosen]

    def vectors(self, document: int) -> Vectors:
        """Return the vectors of a document's passages. **Shape:** (IN_DOCUMENT, dimension), rows of length 1."""
        return self._near(self._centres[self._topics(document)], 0.9, IN_DOCUMENT, np.random.default_rng((7, document)))

    def questions(self, count: int) -> list[str]:
        """Return questions, each about one passage: "what is the … of …", by words of its topic and common ones."""
        draw = np.random.default_rng(3)
        return [self._question(int(place)) for place in draw.integers(0, self.passages, count)]

    def common(self, count: int) -> list[str]:
        """Return questions without a rare word."""
        draw = np.random.default_rng(4)
        pool = self.words[len(STOP_WORDS) : len(STOP_WORDS) + 60]
        return [f"about-{number} what is {' '.join(draw.choice(pool, 6, replace=False))}?" for number in range(count)]

    def _question(self, passage: int) -> str:
        draw = np.random.default_rng((5, passage))
        topic = self._topics(passage // IN_DOCUMENT)[passage % IN_DOCUMENT]
        own = self._own[topic][draw.choice(12, 3, replace=False)]
        common = np.searchsorted(self._zipf, draw.random(4))
        said = " ".join(self.words[word] for word in draw.permutation([*own, *common]))
        return f"about-{passage} what is the {said}?"

    def near_passage(self, passage: int) -> Vectors:
        """Draw a vector near a passage's own. **Shape:** (1, dimension), length 1."""
        row = self.vectors(passage // IN_DOCUMENT)[passage % IN_DOCUMENT]
        return self._near(row, 0.7, 1, np.random.default_rng((9, passage)))

    def _topics(self, document: int) -> NDArray[np.int64]:
        """Draw the topics of a document's passages. **Shape:** (IN_DOCUMENT,)."""
        return np.random.default_rng((6, document)).integers(len(self._centres), size=IN_DOCUMENT)

    def _near(self, rows: Vectors, spread: float, count: int, draw: np.random.Generator) -> Vectors:
        """Draw vectors around one, or one around each. **Shape:** rows (d,) or (count, d), result (count, d)."""
        noise = draw.standard_normal((count, DIMENSION), np.float32) * self._scale
        size = np.linalg.norm(rows, axis=-1, keepdims=True) / np.linalg.norm(self._scale)
        near: Vectors = rows + spread * size * noise
        near /= np.linalg.norm(near, axis=1, keepdims=True)
        return near


class Synthetic:
    """The embedder of a ``World``: a question names the passage it is about, and lies near its vector."""

    def __init__(self, passages: int) -> None:
        """Know the world."""
        self.name, self.dimension, self.max_tokens, self.fingerprint = "synthetic", DIMENSION, 256, f"{passages}"
        self._world = World(passages)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts anywhere. **Shape:** (len(texts), dimension)."""
        return np.concatenate([self._world.near_passage(len(text) % self._world.passages) for text in texts])

    def encode_question(self, question: str) -> Vectors:
        """Embed a question near the passage that it names. **Shape:** (1, dimension)."""
        name = question.split()[0]
        passage = int(name[6:]) if name[:6] == "about-" and name[6:].isdecimal() else 0
        return self._world.near_passage(passage)

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Extent]]) -> tuple[Vectors, list[Vectors]]:
        """Embed texts and parts of them. **Shape:** (len(texts), dimension), and (n, dimension) for each."""
        rows = self.encode(texts)
        return rows, [np.repeat(row[None], max(1, len(each)), axis=0) for row, each in zip(rows, parts, strict=True)]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count words."""
        return [len(text.split()) for text in texts]


def _word(number: int) -> str:
    """Make up a word: a number in syllables, with an ending that no stem loses.

    >>> _word(0), _word(81)
    ('babak', 'bebek')
    """
    first, second, third = number % 80, number // 80 % 80, number // 6400
    return _SYLLABLES[second] + _SYLLABLES[first] + (_SYLLABLES[third % 80] if third else "") + "k"
