"""Documents, the passages cut from them, and the hits of a search: plain frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Part = tuple[int, int]
"""Where a part of a text starts and ends."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading and the offset in the document's text at which its section starts."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file as text. Every offset in the program refers to ``text``, which is never rewritten.

    ``id`` is 0 until the document is stored. ``pages`` holds the offset at which each page starts, the
    first page's (0) included; it is empty for formats without pages. ``sha256`` is that of the file's bytes.
    """

    id: int
    path: str
    title: str
    text: str
    pages: tuple[int, ...]
    headings: tuple[Heading, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document: ``document.text[start:end] == text``.

    ``id`` is 0 until the passage is stored; then it is the passage's row in SQLite and its id in FAISS.
    ``page`` counts from 1 and is None where the format has no pages; ``heading`` is "" where there is none.
    """

    id: int
    document: Document
    start: int
    end: int
    text: str
    page: int | None
    heading: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and how well it matched. Higher is better; a list of hits is sorted, best first."""

    passage: Passage
    score: float


class Embedder(Protocol):
    """Turns texts into vectors, and knows how much text it reads before it cuts."""

    name: str
    """What the user calls it: a folder, a hub name, or "all-MiniLM-L6-v2"."""
    dimension: int
    """Width of a vector."""
    max_tokens: int
    """Tokens it reads of a text, special tokens included; what comes after is cut off."""
    fingerprint: str
    """Hash of the weights: vectors of two embedders are comparable only if this is equal."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed the texts. **Shape:** (len(texts), dimension), float32, rows of length 1."""
        ...

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Part]]) -> tuple[Vectors, list[Vectors]]:
        """Embed the texts, and parts of each, such as its sentences: in order, each where the one before ends.

        **Shape:** (len(texts), dimension) and, for each text, (n, dimension), float32, rows of length 1. A part
        without a token that is read has no row; a text without such a part has one row, its own.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens left out."""
        ...
