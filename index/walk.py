"""Paths as a user gives them → the files that they mean."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from index.ignore import NAME, Rules
from index.load import SUFFIXES

_KINDS = frozenset(SUFFIXES)
MOST_FILES = 200_000
"""Files that one walk takes: whoever points at a whole disk by mistake is told so."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A path that could not be read, and a sentence that says why and what to do."""

    path: str
    message: str


@dataclass(slots=True)
class Found:
    """What there is to read. ``files`` maps real paths, so that a file reached in two ways is there once.

    ``ignored`` counts files of other kinds. ``left_out`` has the paths of what the rules leave out, as they are reached
    and as they are.
    """

    files: dict[str, Path] = field(default_factory=dict)
    ignored: int = 0
    left_out: set[str] = field(default_factory=set)
    failed: list[Failure] = field(default_factory=list)


def walk(
    paths: Sequence[Path],
    *,
    exclude: Sequence[str] = (),
    without: Collection[str] = (),
    links: bool = False,
    max_files: int = MOST_FILES,
) -> Found:
    """Find the files: a file as it is named, a folder's files at any depth, sorted.

    In folders, hidden files and folders, lock files of office programs and links to folders are passed over; so is what
    ``.seedqaignore`` files, ``exclude`` (both in the words of ``.gitignore``) or ``without`` (real paths) leave out,
    and, unless ``links`` are followed, links to files elsewhere. Files of a kind that nothing here reads are only
    counted. A path at which nothing exists is not mentioned.
    """
    found = Found()
    for path in paths:
        if path.is_dir():
            _Folder(path, found, exclude, without, links, max_files).take()
        elif os.path.lexists(path):
            found.files.setdefault(os.path.realpath(path), path)
    return found


class _Folder:
    """One of the given folders, on its way into what is found."""

    def __init__(
        self, root: Path, found: Found, exclude: Sequence[str], without: Collection[str], links: bool, most: int
    ) -> None:
        self._root, self._found, self._links, self._most = root, found, links, most
        self._real = os.path.realpath(root)
        self._rules = Rules().and_of(exclude, self._real)
        self._without = without

    def take(self) -> None:
        before = len(self._found.files)
        for path, file in self._below(str(self._root), self._real, self._rules):
            if len(self._found.files) - before >= self._most:
                message = f"the folder has more than {self._most:,} files that can be read: name smaller ones"
                self._found.failed.append(Failure(str(self._root), f"{message}, or raise --max-files"))
                return
            self._found.files.setdefault(path, Path(file))

    def _below(self, folder: str, real: str, rules: Rules) -> Iterator[tuple[str, str]]:
        """Yield real paths with the paths by which they are reached; no link to a folder is followed."""
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            message = f"the folder cannot be read ({error.strerror}): look at its permissions"
            self._found.failed.append(Failure(folder, message))
            return
        if any(entry.name == NAME for entry in inside):
            rules = rules.and_file(real)
        folders = []
        for entry in inside:
            if entry.name.startswith((".", "~$")):
                continue
            path, is_folder = os.path.join(real, entry.name), _is_folder(entry)  # noqa: PTH118  (thousands of them)
            if path in self._without or rules.leave_out(path, is_folder=is_folder):
                self._found.left_out |= {path, os.path.abspath(entry.path)}  # noqa: PTH100
            elif is_folder:
                folders.append((entry, path))
            elif PurePath(entry.name).suffix.lower() not in _KINDS:
                self._found.ignored += not _leads_to_folder(entry)
            elif not entry.is_symlink():
                yield path, entry.path
            elif not _leads_to_folder(entry):
                yield from self._linked(entry.path)
        for entry, path in folders:
            yield from self._below(entry.path, path, rules)

    def _linked(self, link: str) -> Iterator[tuple[str, str]]:
        target = os.path.realpath(link)
        if self._links or is_within(target, (self._real,)):
            yield target, link
        else:
            self._found.left_out.add(os.path.abspath(link))  # noqa: PTH100


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    return entry.is_dir(follow_symlinks=False)


def _leads_to_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


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
