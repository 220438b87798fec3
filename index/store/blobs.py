"""Vectors as bytes: those of passages in 16 bits a number, of sentences in 8; and what finds a flipped bit in them."""

import zlib
from collections.abc import Iterable
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from index.types import Vectors

Small = NDArray[np.int8]
Half = NDArray[np.int16]
Sum = NDArray[np.int64]

_ONE = 32767
"""What 1 is kept as in 16 bits. Of numbers up to 1, float16 would lose ten times as much of the large ones."""


def to_int16(rows: Vectors) -> Half:
    """Keep rows of length 1 in 16 bits a number: an inner product of two moves by about 0.00001."""
    half: Half = np.rint(_ONE * rows).astype("<i2")
    return half


def from_int16(rows: Half) -> Vectors:
    """Read what ``to_int16`` kept."""
    return rows.astype(np.float32) / np.float32(_ONE)


def summed(rows: Half) -> Sum:
    """Add up rows, exactly. **Shape:** (n, width) → (width,)."""
    total: Sum = rows.sum(axis=0, dtype=np.int64)
    return total


def mean(total: Sum, count: int) -> NDArray[np.float64]:
    """Return the mean of ``count`` rows that ``summed`` added up."""
    return total / (float(_ONE) * max(1, count))


def checksum(text: str, vectors: Half | Vectors, sentences: Iterable[Small]) -> int:
    """Compute what is stored beside a document to find flipped bits later."""
    parts = (vectors.tobytes(), *(rows.tobytes() for rows in sentences))
    return reduce(lambda so_far, part: zlib.crc32(part, so_far), parts, zlib.crc32(text.encode()))


def to_int8(rows: Vectors | Small) -> Small:
    """Keep rows of length 1 in 8 bits a number; those that are kept so stay as they are."""
    small: Small = (rows if rows.dtype == np.int8 else np.rint(127 * rows)).astype(np.int8)
    return small


def from_int8(blob: bytes, width: int) -> Vectors:
    """Read what ``to_int8`` kept. **Shape:** (n, width)."""
    return np.frombuffer(blob, np.int8).reshape(-1, width).astype(np.float32) / np.float32(127)
