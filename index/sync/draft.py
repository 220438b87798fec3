"""A document on its way into the store: cut, embedded passage by passage, and stored once all of them are."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from index.chunk import chunk
from index.errors import LoadError
from index.files import Stamp, settled
from index.sentences import sentences
from index.store import Store
from index.store.blobs import Kept
from index.sync.unfinished import Unfinished, key, smaller
from index.types import Document, Embedder, Extent, Passage, Vectors
from index.view import EMBEDDED, Shape, View, within

Known = Mapping[str, tuple[Vectors, Kept]]
"""Texts that have been embedded already, and their sentences as the store keeps them."""

CountTokens = Callable[[Sequence[str]], list[int]]
MOST = 32
"""Sentences of a passage that have a vector each: a passage of 160 tokens has more only where they say nothing."""

LARGE = 256
"""Passages from which on it is worth writing down what is embedded: some ten seconds of work."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A document's passages, the texts that they are embedded as, and the sentences of each text."""

    document: Document
    passages: list[Passage]
    texts: list[str]
    parts: dict[str, list[Extent]]
    times: Counter[str]
    """How often each text occurs."""
    found: Mapping[str, tuple[Vectors, Kept]] = field(default_factory=dict)
    """What is embedded already of the texts."""


def cut(document: Document, count_tokens: CountTokens, max_tokens: int) -> Cut:
    """Cut a document into passages. Raises LoadError if it has no text to search."""
    room = max_tokens - 2  # with the two special tokens, all of a passage is read
    budget = min(160, room)
    passages = chunk(document, count_tokens, budget=budget, overlap=budget // 4, room=room)
    if not passages:
        raise LoadError(f"{document.path} has no text that can be searched: leave it out")
    path = within(room // 4, count_tokens)  # however long the headings are, most of what is read is the passage's own
    texts = [View.of(passage, EMBEDDED, path=path).text for passage in passages]
    times = Counter(texts)
    return Cut(document, passages, texts, {text: meant(text) for text in times}, times)


@dataclass(slots=True)
class Draft:
    """What of a document is embedded so far. A text that occurs twice in it is embedded once."""

    made: Cut
    number: int = 0
    """Of the task that it is made for."""
    unfinished: Unfinished | None = None
    _found: dict[str, tuple[Vectors, Kept]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with what came embedded."""
        self._found.update(self.made.found)

    def know(self, known: Known) -> None:
        """Take what an earlier version of the document was embedded as."""
        for text in self.made.parts:
            if text in known:
                self._found[text] = known[text]

    def resume(self, unfinished: Unfinished) -> None:
        """Take what an interrupted run has left, and write down from now on what is embedded."""
        self.unfinished = unfinished
        left = unfinished.read()
        for text in self.missing() if left else ():
            if found := left.get(key(text)):
                self._found[text] = found

    def missing(self) -> list[str]:
        """Return the texts that have to be embedded."""
        return [text for text in self.made.parts if text not in self._found]

    def take(self, texts: Sequence[str], rows: Vectors, inner: Iterable[Vectors]) -> None:
        """Take what has been embedded."""
        small = smaller(rows, inner)
        if self.unfinished:
            self.unfinished.add(texts, rows, small)
        self._found.update(zip(texts, zip(rows, small, strict=True), strict=True))

    @property
    def is_whole(self) -> bool:
        """All of it is embedded."""
        return len(self._found) == len(self.made.parts)

    def embedded(self) -> int:
        """Return how many passages are embedded."""
        return sum(self.made.times[text] for text in self._found)

    def put(self, store: Store, *, stamp: Stamp | None, via: str) -> int:
        """Store the document at its path; return its id."""
        both = [self._found[text] for text in self.made.texts]
        return store.put(
            self.made.document,
            self.made.passages,
            np.stack([row for row, _ in both]),
            [inner for _, inner in both],
            shape=EMBEDDED.name,
            stamp=stamp,
            settled=stamp is not None and settled(stamp),
            via=via,
        )


def store_document(store: Store, embedder: Embedder, document: Document) -> int:
    """Cut, embed and store a document at its path; return its id. Raises LoadError if it has no text to search."""
    draft = Draft(cut(document, embedder.count_tokens, embedder.max_tokens))
    texts = draft.missing()
    draft.take(texts, *embed(embedder, texts))
    return draft.put(store, stamp=None, via="")


def embed(embedder: Embedder, texts: Sequence[str]) -> tuple[Vectors, list[Vectors]]:
    """Embed passages, and the sentences of each. **Shape:** (len(texts), dimension) and (n, dimension) for each."""
    return embedder.encode_parts(texts, [meant(text) for text in texts])


def meant(text: str) -> list[Extent]:
    """Return what of a passage has a vector of its own: its sentences, or, where they are crumbs, as many together."""
    found = sentences(text)
    step = math.ceil(len(found) / MOST)
    return [(found[at][0], found[min(at + step, len(found)) - 1][1]) for at in range(0, len(found), step or 1)]


def known(store: Store, document: int | None) -> Known:
    """Return what a stored document was embedded as: in its own shape, which may be another than today's.

    Below headings that are too long, it may have been embedded with all of them, or with some: that is not told here,
    and such a text is embedded again.
    """
    kept = store.embedded(document) if document is not None else None
    if kept is None:
        return {}
    shape = Shape.named(store.shape(kept.passages[0].document.id))
    texts = [View.of(passage, shape).text for passage in kept.passages]
    return dict(zip(texts, zip(kept.vectors, kept.sentences, strict=True), strict=True))
