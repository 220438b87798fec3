"""A segment: passages once more, in files beside the store, so that many are searched without reading all of them.

Files are written once and then only mapped. They have no authority: the store lists them with their checksums, and
one that is missing, or is not what was written, is made again.
"""

import os
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.search.postings import DamagedSegment, Postings
from index.search.vectors import Quantised
from index.store import Segment

FOLDER = "segments"
_VECTORS, _IDS = "vectors.faiss", "ids.npy"
_PIECE = 1 << 20


@dataclass(frozen=True)
class Opened:
    """A segment's files. **Shape:** ids (n,), ascending: a passage's position there is its place in the others."""

    name: str
    ids: NDArray[np.int64]
    vectors: Quantised
    postings: Postings

    @classmethod
    def open(cls, folder: Path, segment: Segment) -> Self:
        """Map a segment's files. Raises DamagedSegment if one is not what was written."""
        try:
            verify(folder, segment.checksums)
            ids = np.load(folder / _IDS, allow_pickle=False)
            return cls(segment.name, ids, Quantised.read(folder / _VECTORS), Postings.read(folder))
        except (OSError, ValueError, RuntimeError) as error:
            raise DamagedSegment(f"{folder}: {error}") from error


def write(folder: Path, ids: NDArray[np.int64], vectors: Any, postings: Postings) -> dict[str, int]:
    """Write a segment's files, on disk when it returns; return the checksums of those that are read whole."""
    np.save(folder / _IDS, ids, allow_pickle=False)
    vectors.write(folder / _VECTORS)
    names = [_IDS, _VECTORS, *postings.write(folder)]
    for name in names:
        _flush(folder / name)
    lists = {f"{name}.npy" for name in Postings.LISTS}
    return {name: checksum(folder / name) for name in names if name not in lists}


def verify(folder: Path, checksums: Mapping[str, int]) -> None:
    """Compare files with their checksums. Raises DamagedSegment."""
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(checksum, [folder / name for name in checksums])
        wrong = [
            name
            for name, (one, other) in zip(checksums, zip(found, checksums.values(), strict=True), strict=True)
            if one != other
        ]
    if wrong:
        raise DamagedSegment(f"{folder}: {', '.join(wrong)}")


def checksum(path: Path) -> int:
    """Compute a file's CRC-32."""
    found = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found = zlib.crc32(piece, found)
    return found


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
