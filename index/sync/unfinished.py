"""Vectors of a large document that is not stored yet, so that Ctrl-C or a power cut costs a moment and not an hour.

A file beside the database, one for each such document, to which each batch is appended. It is a convenience and never
the truth: what does not carry its own checksum is embedded again, and where it cannot be written, nothing is kept.
"""

import struct
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import numpy as np

from index.store.blobs import Kept, from_bytes, to_bytes
from index.store.residues import packed_each, size
from index.types import Vectors

FOLDER = "unfinished"
_HEAD = struct.Struct("<16sII")  # which text it is, how many sentences it has, and a checksum over all that follows
_KEPT = 7 * 24 * 3600
"""Seconds for which what nobody came back to is kept."""

Embedded = tuple[Vectors, Kept]
"""A passage's vector, and those of its sentences as the store keeps them. **Shape:** (dimension,), (n, bytes)."""


class Unfinished:
    """What is embedded of one document, which is known by the SHA-256 of its bytes."""

    def __init__(self, folder: Path, sha256: str, *, fingerprint: str, dimension: int) -> None:
        """``fingerprint`` is the embedder's: vectors of another are not taken for its own."""
        name = blake2b(f"{sha256} {fingerprint}".encode(), digest_size=16).hexdigest()
        self._path = folder / FOLDER / f"{name}.vectors"
        self._dimension = dimension
        self._is_writable = True

    def read(self) -> dict[bytes, Embedded]:
        """Return what is there, by :func:`key`; whatever follows a damaged or torn record is cut off."""
        found, sound = {}, 0
        with suppress(OSError):
            data = self._path.read_bytes()
            for name, embedded, sound in self._records(data):  # noqa: B007  (how far the sound ones reach)
                found[name] = embedded
            if sound < len(data):
                with self._path.open("r+b") as file:
                    file.truncate(sound)
        return found

    def add(self, texts: Iterable[str], rows: Vectors, inner: Iterable[Kept]) -> None:
        """Append what has just been embedded. A disk that takes no more ends it: half a record hides what follows."""
        if not self._is_writable:
            return
        records = [self._record(key(text), row, some) for text, row, some in zip(texts, rows, inner, strict=True)]
        try:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(b"".join(records))
        except OSError:
            self._is_writable = False

    def drop(self) -> None:
        """Delete it: the document is stored."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
            self._path.parent.rmdir()  # if it was the last one

    def _record(self, name: bytes, row: Vectors, inner: Kept) -> bytes:
        body = row.astype("<f4").tobytes() + inner.tobytes()
        return _HEAD.pack(name, len(inner), zlib.crc32(body, zlib.crc32(name))) + body

    def _records(self, data: bytes) -> Iterator[tuple[bytes, Embedded, int]]:
        at, width, inside = 0, self._dimension, size(self._dimension)
        while at + _HEAD.size <= len(data):
            name, count, check = _HEAD.unpack_from(data, at)
            middle = at + _HEAD.size + 4 * width
            at, body = middle + count * inside, data[at + _HEAD.size : middle + count * inside]
            if at > len(data) or not count or zlib.crc32(body, zlib.crc32(name)) != check:
                return
            row = np.frombuffer(body, "<f4", width).astype(np.float32)
            yield name, (row, np.frombuffer(body, np.uint8, offset=4 * width).reshape(-1, inside)), at


def key(text: str) -> bytes:
    """Name a text."""
    return blake2b(text.encode(), digest_size=16).digest()


def smaller(rows: Vectors, inner: Iterable[Vectors]) -> list[Kept]:
    """Keep the vectors of passages' sentences as the store does: a large document's would take gigabytes."""
    return packed_each([*inner], from_bytes(to_bytes(rows)))


def forget_old(folder: Path) -> None:
    """Delete what nobody came back to for a week."""
    with suppress(OSError):
        for path in (folder / FOLDER).iterdir():
            if time.time() - path.stat().st_mtime > _KEPT:
                path.unlink()
        (folder / FOLDER).rmdir()
