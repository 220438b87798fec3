"""What differs between the disk and the store before any file is read: names that lead nowhere, went, or moved."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from index.files import sha256
from index.store import File
from index.walk import Failure, Found, is_gone, is_within, roots


def nowhere(paths: Iterable[Path], entries: Iterable[str]) -> Iterator[Failure]:
    """Name the given paths at which there is nothing and, as far as the index knows, never was."""
    for path in paths:
        below = roots([path])
        if not os.path.lexists(path) and not any(is_within(entry, below) for entry in entries):
            yield Failure(str(path), f"{path} does not exist: check the spelling")


def vanished(paths: Sequence[Path], known: Mapping[str, File], found: Found) -> list[str]:
    """Return the stored paths below the given ones that are to go.

    There is no file any more, no link leads there any more, or the rules leave it out now.
    """
    below = roots(paths)
    return [
        path
        for path, file in known.items()
        if path not in found.files
        and (
            (is_within(path, below) and is_gone(path))
            or (file.via and is_within(file.via, below) and os.path.realpath(file.via) != path)
            or (found.left_out and (is_within(path, found.left_out) or is_within(file.via, found.left_out)))
        )
    ]


def moved(gone: Mapping[str, File], found: Mapping[str, Path], known: Mapping[str, File]) -> Iterator[tuple[str, str]]:
    """Yield each new path that has the bytes, and the kind, of one that vanished, with that one's path."""
    left = {(file.sha256, Path(path).suffix.lower()): path for path, file in gone.items() if file.sha256}
    kinds = {kind for _, kind in left}
    for path, file in found.items():
        if left and path not in known and file.suffix.lower() in kinds:
            old = left.pop((sha256(path) or "", file.suffix.lower()), None)
            if old:
                yield path, old


def via(path: str, file: Path) -> str:
    """Return the link by which a file was reached; "" if by none."""
    reached = str(file.absolute())
    return "" if reached == path or os.path.normpath(reached) == path else reached
