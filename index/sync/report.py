"""What a sync tells: how far it is, what became of each file, and what it did in all."""

from dataclasses import dataclass
from enum import StrEnum

from index.walk import Failure


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync has come, and with which file: the counts only grow, and end at the totals.

    Bytes are those of files that have to be read: what a look tells to be unchanged is no work. ``file_passages`` says
    how many passages of this file are embedded, and how many it has, once that is known. ``files_done`` are stored.
    """

    path: str
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    passages: int
    file_passages: tuple[int, int] = (0, 0)
    seconds_left: float | None = None


class Fate(StrEnum):
    """What became of a file."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    MOVED = "moved"
    REMOVED = "removed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sync did with one file; ``reason`` is a sentence where it failed."""

    path: str
    fate: Fate
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a sync did. The first five count files; ``passages`` those that were stored.

    ``moved`` have another name or place now, and were not read again.
    ``ignored`` counts files in folders of a kind that nothing here reads, ``left_out`` what the rules leave out, which
    is taken out of the index; ``failed`` has a line for every other file that was not stored. Where an earlier version
    of it is in the index, that version stays. ``noted`` has one for each that was stored without what could not be read
    of it.
    """

    added: int
    replaced: int
    unchanged: int
    moved: int
    removed: int
    passages: int
    ignored: int
    failed: tuple[Failure, ...]
    seconds: float
    noted: tuple[Failure, ...] = ()
    left_out: int = 0
