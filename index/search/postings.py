"""The words of a segment: for each term, which of its passages hold it and how often, in arrays that are mapped."""

import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

Cut = tuple[Sequence[str], Sequence[str]]
"""The terms of a passage: those of its title and heading, those of its text."""
List = tuple[NDArray[np.uint32], NDArray[np.uint8]]
MOST = 255
"""A count is kept in a byte, in halves: a term in a passage's title counts one, in its text two."""


class DamagedSegment(Exception):
    """A segment's file is not what was written. Nobody outside hears of it: the segment is made again."""


@dataclass(frozen=True)
class Postings:
    """Lists of places, ascending, by term. A place is a passage's position in its segment.

    ``letters`` holds all terms one behind the other, in order; ``ends`` where each ends there; ``starts`` where its
    list starts in ``places`` and ``counts``, with one more for the end; ``checks`` the CRC-32 of each list, which is
    compared when the list is read; ``lengths`` how many words each passage has.
    """

    letters: NDArray[np.uint8]
    ends: NDArray[np.int64]
    starts: NDArray[np.int64]
    places: NDArray[np.uint32]
    counts: NDArray[np.uint8]
    checks: NDArray[np.uint32]
    lengths: NDArray[np.uint32]

    LISTS = ("places", "counts")
    """The large ones: they have checksums by term, not by file."""

    @classmethod
    def of(cls, cuts: Iterable[Cut]) -> Self:
        """Make the lists of some passages."""
        found: dict[str, tuple[list[int], list[int]]] = {}
        lengths = []
        for place, (about, text) in enumerate(cuts):
            counted = Counter(text)
            counted.update(counted)
            counted.update(about)
            lengths.append(len(about) + len(text))
            for term, count in counted.items():
                places, counts = found.setdefault(term, ([], []))
                places.append(place)
                counts.append(min(count, MOST))
        terms = sorted((term.encode(), *lists) for term, lists in found.items())
        return cls._made(
            [term for term, _, _ in terms], [(np.array(p, "<u4"), np.array(c, "u1")) for _, p, c in terms], lengths
        )

    @classmethod
    def joined(cls, parts: Sequence["Postings"]) -> Self:
        """Put the lists of passages behind those of others."""
        firsts = np.cumsum([0, *(len(part.lengths) for part in parts)])
        lists: dict[bytes, list[List]] = {}
        for part, first in zip(parts, firsts.tolist(), strict=False):
            for term, start, stop in zip(
                part.terms(), part.starts[:-1].tolist(), part.starts[1:].tolist(), strict=True
            ):
                both = part.places[start:stop] + np.uint32(first), part.counts[start:stop]
                lists.setdefault(term, []).append(both)
        terms = sorted(lists)
        merged = [_joined(lists[term]) for term in terms]
        return cls._made(terms, merged, np.concatenate([part.lengths for part in parts]))

    @classmethod
    def _made(
        cls,
        terms: Sequence[bytes],
        lists: Sequence[List],
        lengths: Sequence[int] | NDArray[np.uint32],
    ) -> Self:
        return cls(
            letters=np.frombuffer(b"".join(terms), np.uint8),
            ends=np.cumsum([len(term) for term in terms], dtype="<i8"),
            starts=np.cumsum([0, *(len(places) for places, _ in lists)], dtype="<i8"),
            places=np.concatenate([np.empty(0, "<u4"), *(places for places, _ in lists)]),
            counts=np.concatenate([np.empty(0, "u1"), *(counts for _, counts in lists)]),
            checks=np.array([_check(*both) for both in lists], "<u4"),
            lengths=np.asarray(lengths, "<u4"),
        )

    def terms(self) -> list[bytes]:
        """List the terms, in order."""
        ends = self.ends.tolist()
        return [self._term(number, ends) for number in range(len(ends))]

    def find(self, term: str) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
        """Return the places that hold a term, and how often each does. Raises DamagedSegment."""
        wanted = term.encode()
        number = bisect_left(range(len(self.ends)), wanted, key=lambda each: self._term(each, self.ends))
        if number == len(self.ends) or self._term(number, self.ends) != wanted:
            return np.empty(0, np.uint32), np.empty(0)
        start, stop = int(self.starts[number]), int(self.starts[number + 1])
        places, counts = self.places[start:stop], self.counts[start:stop]
        if _check(places, counts) != self.checks[number]:
            raise DamagedSegment(term)
        return places, counts / 2

    def write(self, folder: Path) -> list[str]:
        """Write a file for each array; return their names."""
        for each in fields(self):
            np.save(folder / f"{each.name}.npy", getattr(self, each.name), allow_pickle=False)
        return [f"{each.name}.npy" for each in fields(self)]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Map the files that ``write`` wrote; what is in the lists is read when it is asked for."""
        names = [each.name for each in fields(cls)]
        mapped = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in names}
        small = {name: np.array(array) for name, array in mapped.items() if name not in cls.LISTS}
        return cls(**(mapped | small))

    def _term(self, number: int, ends: Sequence[int] | NDArray[np.int64]) -> bytes:
        start = int(ends[number - 1]) if number else 0
        return self.letters[start : int(ends[number])].tobytes()


def _joined(lists: Sequence[List]) -> List:
    return np.concatenate([places for places, _ in lists]), np.concatenate([counts for _, counts in lists])


def _check(places: NDArray[np.uint32], counts: NDArray[np.uint8]) -> int:
    return zlib.crc32(counts.tobytes(), zlib.crc32(places.tobytes()))
