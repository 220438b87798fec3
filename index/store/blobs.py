"""Passages' vectors as bytes, 8 bits a number, and what finds a flipped bit in what is stored of a document."""

import zlib
from collections.abc import Iterable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.types import Vectors

Kept = NDArray[np.uint8]
"""Rows as they are stored, of passages or of sentences."""
Sum = NDArray[np.int64]

_LARGEST = 127
"""What a row's largest number is kept as."""
_ONE = 2**32
"""What 1 is kept as in a sum."""


def to_bytes(rows: Vectors) -> Kept:
    """Keep rows of length 1: each number in 8 bits, as a share of the row's largest.

    The length need not be kept. An inner product of two rows of 384 numbers moves by about 0.0005; rows that
    ``from_bytes`` has read become the same bytes. **Shape:** (n, width) → (n, width).
    """
    largest = np.abs(rows).max(axis=1, keepdims=True)
    kept: Kept = np.rint(rows * (_LARGEST / np.where(largest, largest, 1))).astype(np.int8).view(np.uint8)
    return kept


def from_bytes(kept: Kept) -> Vectors:
    """Read what ``to_bytes`` kept. **Shape:** (n, width) → (n, width), rows of length 1."""
    rows: Vectors = kept.view(np.int8) * (_steps(kept) / _ONE).astype(np.float32)[:, None]
    return rows


def summed(kept: Kept) -> Sum:
    """Add up rows, exactly: whatever the order, and whichever are taken off again. **Shape:** (n, width) → (width,)."""
    # whole numbers up to 2^53 are exact in float64, whose products are fast: that is a million rows
    total: Sum = (_steps(kept) @ kept.view(np.int8).astype(np.float64)).astype(np.int64)
    return total


def mean(total: Sum, count: int) -> NDArray[np.float64]:
    """Return the mean of ``count`` rows that ``summed`` added up."""
    return total / (float(_ONE) * max(1, count))


def checksum(text: str, vectors: Iterable[Any], sentences: Iterable[Any]) -> int:
    """Compute what is stored beside a document to find flipped bits later, of what is stored of it: bytes, or rows."""
    return reduce(lambda so_far, part: zlib.crc32(part, so_far), (*vectors, *sentences), zlib.crc32(text.encode()))


def _steps(kept: Kept) -> NDArray[np.float64]:
    """Return what a step of each row is worth, a whole number. **Shape:** (n,)."""
    rows = kept.view(np.int8).astype(np.int32)
    squares = np.einsum("ij,ij->i", rows, rows)
    steps: NDArray[np.float64] = np.rint(_ONE / np.sqrt(np.maximum(squares, 1)))
    return steps
