"""Zip folders: the files in them, one after the other. Nothing is written, so a name cannot lead anywhere."""

from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile, ZipInfo

from index.load.parsed import NO_ZIP, Parsed, ParseError
from index.load.parsers import FAMILIES
from index.load.parts import Budget, Parts, read
from index.types import Kind

ENCRYPTED = 1
LOCKED = "is encrypted: unpack it, and add the folder"
PIECE = 1 << 20


def parse(data: bytes) -> Parsed:
    """Every file of a kind that we read, as a part with its name, in the order of their names."""
    return parse_within(data, Budget())


def parse_within(data: bytes, budget: Budget) -> Parsed:
    """The same for an archive that is in another file."""
    parts, locked = Parts(), False
    with opened(data) as archive:
        for member in _files(archive):
            if member.flag_bits & ENCRYPTED:
                locked = True
                parts.add(Parsed("", "", note=LOCKED), label=member.filename)
            elif parsed := _member(archive, member, budget):
                parts.add(parsed, kind=Kind.PART, label=member.filename)
    whole = parts.parsed()
    if whole.text:
        return whole
    if locked:
        raise ParseError(LOCKED)
    raise ParseError(f"holds no file that can be read: {whole.note or 'unpack it, and see what is in it'}")


def _member(archive: ZipFile, member: ZipInfo, budget: Budget) -> Parsed | None:
    content = unpack(archive, member, budget)
    if content is None:
        return Parsed("", "", note="is damaged: make the zip again")
    return read(member.filename, content, budget)


def opened(data: bytes) -> ZipFile:
    """Open a zip, or say that it is none."""
    try:
        return ZipFile(BytesIO(data))
    except NO_ZIP:
        raise ParseError("is not a zip folder, or is damaged: make it again") from None


def unpack(archive: ZipFile, member: ZipInfo, budget: Budget) -> bytes | None:
    """A member's bytes, counted as they come out, whatever its size is said to be; None if it is damaged."""
    pieces = []
    budget.take(0, files=1)
    try:
        with archive.open(member) as file:
            while piece := file.read(PIECE):
                budget.take(len(piece))
                pieces.append(piece)
    except NO_ZIP:
        return None
    return b"".join(pieces)


def _files(archive: ZipFile) -> Iterator[ZipInfo]:
    """Yield the files of kinds that we read, but for what a Mac adds to each, and hidden ones."""
    for member in sorted(archive.infolist(), key=lambda member: member.filename):
        name = member.filename.lower()
        hidden = any((part[:1] == "." and part.strip(".")) or part == "__macosx" for part in name.split("/"))
        if not member.is_dir() and not hidden and name.endswith(tuple(FAMILIES)):
            yield member
