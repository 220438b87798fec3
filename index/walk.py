"""Paths as a user gives them → the files that they mean."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.load import SUFFIXES


@dataclass(frozen=True, slots=True)
class Failure:
    """A path that could not be read, and a sentence that says why and what to do."""

    path: str
    message: str


@dataclass(slots=True)
class Found:
    """What there is to read. ``files`` maps real paths, so that a file reached in two ways is there once."""

    files: dict[str, Path] = field(default_factory=dict)
    ignored: int = 0
    failed: list[Failure] = field(default_factory=list)


def walk(paths: Sequence[Path]) -> Found:
    """Find the files: a file as it is named, a folder's files at any depth, sorted.

    In folders, hidden files, hidden folders and links to folders are passed over, and files of a kind that
    nothing here reads are only counted. A path at which nothing exists is not mentioned.
    """
    found = Found()
    for path in paths:
        if path.is_dir():
            for file in _below(path, found):
                if file.suffix.lower() in SUFFIXES:
                    found.files.setdefault(os.path.realpath(file), file)
                else:
                    found.ignored += 1
        elif os.path.lexists(path):
            found.files.setdefault(os.path.realpath(path), path)
    return found


def _below(root: Path, found: Found) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        message = f"the folder cannot be read ({error.strerror}): look at its permissions"
        found.failed.append(Failure(str(error.filename), message))

    for folder, folders, names in os.walk(root, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def roots(paths: Iterable[Path]) -> frozenset[str]:
    """Write paths as stored ones may be written: as they are given, and resolved."""
    return frozenset(written for path in paths for written in (str(path), os.path.realpath(path)))


def is_within(path: str, roots: Collection[str]) -> bool:
    """Tell whether a stored path is one of these roots, or lies below one. Takes no longer for many roots in a set."""
    end = len(path)
    while end > 0 and path[:end] not in roots:
        end = path.rfind(os.sep, 0, end)
    return end > 0 or (os.sep in roots and path.startswith(os.sep))


def is_gone(path: str) -> bool:
    """Tell whether a file certainly is no more; one that cannot be looked at for now is not gone."""
    try:
        found = os.stat(path)  # noqa: PTH116  (Path.exists() takes a folder without permission for an absence)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return stat.S_ISDIR(found.st_mode)  # a folder took its name
