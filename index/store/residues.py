"""Vectors of sentences as bytes: what each has beside its passage's vector, as a rule 2 bits a number.

A sentence's vector lies near that of its passage, of which it is a part (late chunking): their cosine is some 0.9. So
two things are kept of it: how far it goes along the passage's, and, coarsely, what is left, which is short. That is
turned first, by one rotation for all: its numbers are then spread like those of a normal distribution, whatever the
embedder, and the steps that lose least are known (Max 1960). An inner product with a question is put together from the
passage's, which is known more exactly, and that of what is left.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import shake_128
from typing import cast

import numpy as np
from numpy.typing import NDArray

from index.store.blobs import Kept
from index.types import Vectors

_STEP = {1: 1.596, 2: 0.9957, 4: 0.3352}
"""The best step between the levels of a normal distribution, by bits (Max 1960, table II)."""
_ONE = 32767
"""What a product of 1 with the passage's vector is kept as."""
_HEAD = 4
"""Bytes before the levels: the product with the passage's vector, int16, and what a level is worth, float16."""
_AT_ONCE = 8
"""Passages whose sentences are packed at a time: more take longer each, as they do not fit in the cache."""
_TINY = 1e-30
"""Is divided by instead of 0."""

Array = NDArray[np.float64]


def bits_of(width: int) -> int:
    """Return how many bits a number has in a row of a width: where there are few, errors do not cancel out as well.

    ``python -m bench.choices`` prints what others give on held-out questions.
    """
    return 2 if width >= 256 else 4


def size(width: int, *, bits: int | None = None) -> int:
    """Return the bytes of a row."""
    return _HEAD + -(-width * (bits or bits_of(width)) // 8)


def packed_each(sentences: Sequence[Vectors | Kept], passages: Vectors) -> list[Kept]:
    """Keep the sentences' vectors of several passages, many at a time; those that are kept so stay as they are.

    **Shape:** sentences (m, width) for each passage, passages (n, width) → (m, size(width)) for each.
    """
    if sentences and sentences[0].dtype == np.uint8:
        return cast("list[Kept]", [*sentences])
    found: list[Kept] = []
    for start in range(0, len(sentences), _AT_ONCE):
        part = cast("Sequence[Vectors]", sentences[start : start + _AT_ONCE])
        counts = [len(rows) for rows in part]
        kept = packed(np.concatenate(part), np.repeat(passages[start : start + _AT_ONCE], counts, axis=0))
        found += np.split(kept, np.cumsum(counts[:-1]))
    return found


def packed(rows: Vectors, passages: Vectors, *, bits: int | None = None) -> Kept:
    """Keep sentences' vectors, of length 1, beside their passages'.

    **Shape:** rows (n, width), passages (n, width), or (width,) where all are of one → (n, size(width)).
    """
    bits = bits or bits_of(rows.shape[1])
    along = np.clip(np.rint(_ONE * np.einsum("ij,ij->i", rows, np.broadcast_to(passages, rows.shape))), -_ONE, _ONE)
    left = turned(rows - along[:, None] / _ONE * passages)
    squares = np.einsum("ij,ij->i", left, left)
    step = _STEP[bits] * np.sqrt(squares / rows.shape[1]) + _TINY
    places = np.clip(np.floor(left / step[:, None]) + 2 ** (bits - 1), 0, 2**bits - 1).astype(np.uint8)
    # what a level is worth makes the product of what is left with itself right: else all products were too small
    worth = squares / (np.einsum("ij,ij->i", left, _levels(places, bits)) + _TINY)
    head = np.stack([along.astype("<i2").view("<u2"), worth.astype("<f2").view("<u2")], axis=1)
    return np.hstack([head.astype("<u2").view(np.uint8), _joined(places, bits)])


def unpacked(kept: Kept, passage: Vectors, *, bits: int | None = None) -> Vectors:
    """Read what ``packed`` kept. **Shape:** kept (n, size(width)), passage (width,) → (n, width)."""
    along, worth = _head(kept)
    bits = bits or bits_of(len(passage))
    levels = _every(bits)[kept[:, _HEAD:]].reshape(len(kept), -1)[:, : len(passage)]
    rows: Array = np.outer(along, passage) + worth[:, None] * turned(levels, back=True)
    return rows.astype(np.float32)


def products(kept: Kept, query: Vectors, whole: Vectors, *, bits: int | None = None) -> Vectors:
    """Compute the inner product of each sentence with a query, the same one wherever it stands among others.

    ``whole`` has its passage's for each. **Shape:** kept (n, size(width)), query (1, width), whole (n,) → (n,).
    """
    along, worth = _head(kept)
    bits = bits or bits_of(query.shape[1])
    each = 8 // bits
    asked = np.pad(turned(query)[0], (0, -query.shape[1] % each)).reshape(-1, each)
    # all that a byte can add is worked out once, and looked up: in a fifth of the time that it takes to unpack
    parts = asked @ _every(bits).T
    left = parts.take(kept[:, _HEAD:] + 256 * np.arange(len(asked))).sum(axis=1)
    found: Array = along * whole + worth * left
    return found.astype(np.float32)


def turned(rows: NDArray[np.floating], *, back: bool = False) -> Array:
    """Rotate rows, or rotate them back. **Shape:** (n, width) → (n, width).

    Some signs change, and Hadamard's matrix mixes the first numbers, as many as are a power of two; then the same with
    the last.
    """
    width = rows.shape[1]
    most = 1 << (width.bit_length() - 1)
    steps = [*zip((0, width - most), _signs(width), strict=True)]
    turning = rows.astype(np.float64)
    for start, signs in reversed(steps) if back else steps:
        turning = turning if back else turning * signs
        turning[:, start : start + most] = _mixed(turning[:, start : start + most])
        turning = turning * signs if back else turning
    return turning


def _mixed(rows: Array) -> Array:
    """Multiply rows by Hadamard's matrix, which is the product of two small ones. **Shape:** (n, 2^k) → (n, 2^k)."""
    order = rows.shape[1].bit_length() - 1
    one, other = _hadamard(order // 2), _hadamard(order - order // 2)
    mixed: Array = one @ rows.reshape(-1, len(one), len(other)) @ other
    return mixed.reshape(rows.shape)


@cache
def _hadamard(order: int) -> Array:
    """Make Hadamard's matrix, which is its own inverse. **Shape:** (2^order, 2^order)."""
    made: Array = np.ones((1, 1))
    for _ in range(order):
        made = np.block([[made, made], [made, -made]]) / np.sqrt(2.0)
    return made


@cache
def _signs(width: int) -> Array:
    """Draw signs, everywhere and always the same: what is stored depends on them. **Shape:** (2, width)."""
    drawn = np.unpackbits(np.frombuffer(shake_128(b"seedqa").digest(-(-2 * width // 8)), np.uint8))
    signs: Array = 2 * drawn[: 2 * width].reshape(2, width).astype(np.float64) - 1
    return signs


def _head(kept: Kept) -> tuple[Array, Array]:
    """Read what stands before the levels. **Shape:** (n, size(width)) → (n,), (n,)."""
    head = np.ascontiguousarray(kept[:, :_HEAD]).view("<u2")
    along: Array = head[:, 0].view("<i2").astype(np.float64) / _ONE
    worth: Array = head[:, 1].view("<f2").astype(np.float64)
    return along, worth


def _joined(places: Kept, bits: int) -> Kept:
    """Put several places in a byte, the first in its lowest bits. **Shape:** (n, width) → (n, bytes)."""
    each = 8 // bits
    padded = np.pad(places, ((0, 0), (0, -places.shape[1] % each))).reshape(len(places), -1, each)
    joined: Kept = np.bitwise_or.reduce(padded << (bits * np.arange(each, dtype=np.uint8)), axis=2)
    return joined


@cache
def _every(bits: int) -> Array:
    """List the levels that each byte holds. **Shape:** (256, 8 // bits)."""
    shifts = bits * np.arange(8 // bits)
    return _levels(np.arange(256)[:, None] >> shifts & 2**bits - 1, bits)


def _levels(places: NDArray[np.integer], bits: int) -> Array:
    """Return the levels at places: odd numbers around 0, such as -3, -1, 1, 3."""
    levels: Array = 2.0 * places - (2**bits - 1)
    return levels
