"""Small honest stand-ins with the real interfaces."""

import re
import zlib
from collections.abc import Sequence

import numpy as np

from index.types import Document, Extent, Kind, Mark, Passage, Vectors
from qa.read.calibration import Calibration
from qa.types import Span


class HashingEmbedder:
    """Counts words into ``dimension`` slots: texts that share words are near. Exact, instant, no weights."""

    def __init__(self, *, name: str = "hashing", dimension: int = 64, fingerprint: str = "hashing-1") -> None:
        """Choose what it is called and what it passes for."""
        self.name = name
        self.dimension = dimension
        self.max_tokens = 256
        self.fingerprint = fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed the texts. **Shape:** (len(texts), dimension), float32, rows of length 1."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in _words(text) or [""]:
                row[zlib.crc32(word.encode()) % self.dimension] += 1
        norms: Vectors = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / norms

    def encode_question(self, question: str) -> Vectors:
        """Embed a question. **Shape:** (1, dimension), float32, length 1."""
        return self.encode([question])

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Extent]]) -> tuple[Vectors, list[Vectors]]:
        """Embed the texts, and parts of each. **Shape:** (len(texts), dimension), and (n, dimension) for each."""
        inner = [[text[a:b] for a, b in each] or [text] for text, each in zip(texts, parts, strict=True)]
        return self.encode(texts), [self.encode(pieces) for pieces in inner]

    def stored(self, passages: Sequence[Passage]) -> tuple[Vectors, list[Vectors]]:
        """Embed passages as they are stored: each, and each once more as the one sentence in it."""
        rows = self.encode([passage.text for passage in passages])
        return rows, [row[None] for row in rows]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the words of each text."""
        return [len(_words(text)) for text in texts]


class PatternReader:
    """Finds what matches a pattern: score 5 where it does, -5 for the whole text where it does not."""

    def __init__(self, pattern: str) -> None:
        """Choose the pattern; the threshold is 0."""
        self.name, self.calibrated, self.is_english = "pattern", True, True
        self.calibration = Calibration(0.0, (-5.0, 5.0), (0.0, 1.0))
        self._pattern = re.compile(pattern)

    def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
        """Return up to ``count`` spans; the question is not looked at."""
        del question, breaks
        found = [Span(match.start(), match.end(), 5.0) for match in self._pattern.finditer(text)]
        return found[:count] or [Span(0, len(text), -5.0)]


def document(
    text: str, path: str = "/notes.txt", *, title: str = "Notes", sha256: str = "0", heading: str = ""
) -> Document:
    """Make a document without pages, all of it under one heading if there is one."""
    marks = (Mark(0, len(text), Kind.HEADING, heading),) if heading else ()
    return Document(0, path, title, text, marks, sha256)


def lines(document: Document) -> list[Passage]:
    """Cut a document into its lines."""
    spans = [match.span() for match in re.finditer(r"[^\n]+", document.text)]
    return [Passage(0, document, start, end) for start, end in spans]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
