"""Vectors as bytes: those of sentences in 8 bits a number, and what finds a flipped bit in any of them."""

import zlib
from collections.abc import Iterable
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from index.types import Vectors

Small = NDArray[np.int8]


def checksum(text: str, vectors: Vectors, sentences: Iterable[Small]) -> int:
    """Compute what is stored beside a document to find flipped bits later."""
    parts = (vectors.astype("<f4").tobytes(), *(rows.tobytes() for rows in sentences))
    return reduce(lambda so_far, part: zlib.crc32(part, so_far), parts, zlib.crc32(text.encode()))


def rounded(rows: Vectors | Small) -> Small:
    """Keep rows of length 1 in 8 bits a number; those that are kept so stay as they are."""
    small: Small = (rows if rows.dtype == np.int8 else np.rint(127 * rows)).astype(np.int8)
    return small


def restored(blob: bytes, width: int) -> Vectors:
    """Read what ``rounded`` kept. **Shape:** (n, width)."""
    return np.frombuffer(blob, np.int8).reshape(-1, width).astype(np.float32) / np.float32(127)
