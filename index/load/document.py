"""load(): the one way in. Reads the file's bytes once, hashes them, and has those same bytes parsed."""

import hashlib
import stat
from pathlib import Path

from index.errors import LoadError, UnsupportedFile
from index.load import sandbox
from index.load.parsed import NO_TEXT, Parsed, ParseError, clean
from index.load.parsers import CODE, OLD, SUFFIXES, module_of, parser_of
from index.types import Document

MEGABYTE = 1 << 20
KINDS = tuple(suffix for suffix in SUFFIXES if suffix not in CODE)


def load(path: Path, *, max_bytes: int = 32 * MEGABYTE) -> Document:
    """Read a file as a Document whose path is absolute and whose id is 0.

    Raises UnsupportedFile if nothing reads its suffix, and LoadError if it is missing, too large, not a
    regular file, damaged, encrypted, or without any text. The same bytes always give the same text.
    """
    return parse(path, *fetch(path, max_bytes=max_bytes))


def fetch(path: Path, *, max_bytes: int) -> tuple[Path, bytes]:
    """Read a file's bytes, and tell where it really is; the first half of :func:`load`."""
    suffix = path.suffix.lower()
    if suffix in OLD:
        raise UnsupportedFile(
            f"{path} is in a binary format that cannot be read: open it and save it as {OLD[suffix]}."
        )
    if suffix not in SUFFIXES:
        raise UnsupportedFile(
            f"{path} is of a kind that cannot be read: use one of {', '.join(KINDS)}, or source code."
        )
    try:
        place = _locate(path)
        return place, _read(place, max_bytes)
    except ParseError as error:
        raise LoadError(f"{path} {error}.") from None


def parse(path: Path, place: Path, data: bytes) -> Document:
    """Make a document of a file's bytes, which need not be on this machine; the second half of :func:`load`."""
    suffix = path.suffix.lower()
    try:
        parsed = _parse(suffix, data)
    except ParseError as error:
        raise LoadError(f"{path} {error}.") from None
    return Document(
        id=0,
        path=str(place),
        title=parsed.title or clean(place.stem),
        text=parsed.text,
        marks=parsed.marks,
        sha256=hashlib.sha256(data).hexdigest(),
        parser=parser_of(suffix),
        note=parsed.note,
    )


def _locate(path: Path) -> Path:
    """Follow symlinks to the file's absolute path, which must be text that a database can hold."""
    try:
        place = path.resolve(strict=True)
        str(place).encode()
    except FileNotFoundError:
        raise ParseError("does not exist: check the spelling, or remove it from the index") from None
    except UnicodeEncodeError:
        raise ParseError("has a name that is not valid Unicode: rename it") from None
    except (OSError, RuntimeError, ValueError) as error:  # no permission, a loop of symlinks, a NUL
        raise ParseError(f"cannot be reached ({error}): check the path and its permissions") from None
    return place


def _read(place: Path, max_bytes: int) -> bytes:
    """Read a regular file of at most ``max_bytes``; a pipe or a device, which could hang, is never opened."""
    try:
        mode = place.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ParseError("is a folder: name the files in it")
        if not stat.S_ISREG(mode):
            raise ParseError("is not a regular file: copy what it holds into one")
        with place.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ParseError(f"cannot be read ({reason}): check its permissions") from None
    if len(data) > max_bytes:
        size, limit = place.stat().st_size / MEGABYTE, max_bytes / MEGABYTE
        raise ParseError(f"has {size:.1f} MB and the limit is {limit:g} MB: split it, or raise --max-megabytes")
    return data


def _parse(suffix: str, data: bytes) -> Parsed:
    if not data.strip():
        raise ParseError("is empty: write something in it, or leave it out")
    parsed = sandbox.parse(module_of(suffix), data)
    if not parsed.text or parsed.text.isspace():
        raise ParseError(NO_TEXT)
    return parsed
