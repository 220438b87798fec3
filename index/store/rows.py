"""What the store is asked for, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass

from index.files import Stamp
from index.store.blobs import Kept
from index.types import Passage, Vectors


@dataclass(frozen=True, slots=True)
class Origin:
    """Which embedder made the vectors of an index."""

    name: str
    dimension: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list of the documents shows of a file: ``id`` is its document's; no text.

    ``stamp`` is the file's size and the time of its last change when it was read; None for what is not a file, or was
    indexed by a version that did not look.
    """

    id: int
    path: str
    title: str
    pages: int
    passages: int
    sha256: str
    stamp: Stamp | None


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a stored file: its document, how that was read and embedded, and its stamp if it can be trusted.

    ``via`` is the link by which the file was reached, "" if by none.
    """

    document: int
    sha256: str
    parser: str
    shape: str
    stamp: Stamp | None
    via: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is. Two files with the same bytes are one document."""

    documents: int
    files: int
    passages: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stored passage lies: its document's id, and the offsets in the document's text."""

    document: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Embedded:
    """A document's passages as they are stored.

    **Shape:** vectors (n, dimension), sentences n times (m, :func:`index.store.residues.size` of the dimension).
    """

    passages: list[Passage]
    vectors: Vectors
    sentences: list[Kept]


@dataclass(frozen=True, slots=True)
class Segment:
    """Files that hold the passages ``first`` to ``last`` once more, in a form that is faster to search.

    ``generation`` is the store's when they were made, ``checksums`` the CRC-32 of each file.
    """

    name: str
    first: int
    last: int
    passages: int
    generation: int
    checksums: Mapping[str, int]
