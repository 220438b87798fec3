"""The packaged embedder: a model folder with ``model.onnx``, run on the CPU."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.cores import cores
from index.onnx import damaged, encodable, read, session, setting, tokenizer
from index.types import Extent, Vectors

if TYPE_CHECKING:
    from index.onnx import InferenceSession, Tokenizer

PACKAGED = "all-MiniLM-L6-v2"


FORMER = "d539df7f25631e2fa39e52ac3503a8b156024f4fb1a754e84efb90906d1b873a"
"""The weights that were packaged first: the same model, computed in fp32.

Its vectors are so near to today's that one index may hold both, and need not be made again (the card has figures).
"""


class OnnxEmbedder:
    """A model folder with ``model.onnx``; safe to call from several threads.

    Every text is a run of its own, on one thread; several texts are several runs side by side. So a text's
    vector never depends on its neighbours, nothing is padded, and it takes less time than batches (the model's
    card has the figures). Making one reads small files only; the weights are read, and checked, by the first
    ``encode``.
    """

    def __init__(self, folder: Path) -> None:
        """Read what the folder says about its model. Raises ModelError if a file is missing or damaged."""
        self.name = folder.name
        self.dimension = setting(folder / "config.json", "hidden_size")
        self.max_tokens = setting(folder / "sentence_bert_config.json", "max_seq_length")
        self.fingerprint = _recorded_sha256(folder / "model.onnx.sha256")
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, InferenceSession] | None = None

    @property
    def former_fingerprint(self) -> str:
        """The fingerprint in indexes of earlier versions, which stay as they are."""
        return FORMER if self.name == PACKAGED else self.fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed the texts. **Shape:** (len(texts), dimension), float32, rows of length 1."""
        rows, _ = self.encode_parts(texts, [()] * len(texts))
        return rows

    def encode_question(self, question: str) -> Vectors:
        """Embed a question. **Shape:** (1, dimension), float32, length 1."""
        return self.encode([question])

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Extent]]) -> tuple[Vectors, list[Vectors]]:
        """Embed the texts in one pass each, and parts of each: the mean of a part's tokens, read in the whole text.

        So a part costs nothing more, and "It rose by 4 %" knows what rose (late chunking, Günther et al. 2024).
        **Shape:** (len(texts), dimension) and, for each text, (n, dimension), float32, rows of length 1. A part
        without a token that is read has no row; a text without such a part has one row, its own.
        """
        self._load()
        if len(texts) < 2:
            found = [self._one(*each) for each in zip(texts, parts, strict=True)]
        else:
            with ThreadPoolExecutor(min(cores(), len(texts))) as pool:
                found = list(pool.map(self._one, texts, parts))
        rows = [row for row, _ in found]
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32), [inner for _, inner in found]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens left out."""
        coder, _ = self._load()
        return [len(coder.encode(encodable(text), add_special_tokens=False)) for text in texts]

    def _one(self, text: str, parts: Sequence[Extent]) -> tuple[Vectors, Vectors]:
        """Embed one text and parts of it. **Shape:** (dimension,), (n, dimension)."""
        coder, weights = self._load()
        encoded = coder.encode(encodable(text))
        ids = np.array([_cut(encoded.ids, self.max_tokens)], np.int64)
        rows, tokens = weights.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        starts = [start for start, _ in encoded.offsets[1 : ids.size - 1]]
        return rows[0], _means(tokens[0, 1:-1], starts, parts) if parts and starts else rows

    def _load(self) -> "tuple[Tokenizer, InferenceSession]":
        """Return the tokenizer and the session, made by the first call."""
        with self._lock:
            if self._loaded is None:
                weights = session(self._folder / "model.onnx", self.fingerprint, threads=1)
                self._loaded = tokenizer(self._folder / "tokenizer.json"), weights
            return self._loaded


def _means(tokens: Vectors, starts: Sequence[int], parts: Sequence[Extent]) -> Vectors:
    """Return the directions of the means of the tokens that start in each part; parts are in order, and meet."""
    edges = np.searchsorted(starts, [start for start, _ in parts])
    edges = np.unique(edges[edges < len(starts)])
    sums: Vectors = np.add.reduceat(tokens, edges, axis=0)
    lengths: Vectors = np.linalg.norm(sums, axis=1, keepdims=True)
    return sums / lengths


def _cut(ids: list[int], length: int) -> list[int]:
    """Keep the first tokens and the closing special token."""
    return ids if len(ids) <= length else [*ids[: length - 1], ids[-1]]


def _recorded_sha256(path: Path) -> str:
    """Read the hash that the weights must have."""
    words = read(path).split()
    if not words or len(words[0]) != 64 or not words[0].isalnum():
        raise damaged(path, "no sha256 in it")
    return words[0].decode()
