"""The zip that an office document is: its parts as XML, by name or by relationship, and never too much of them."""

import posixpath
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from io import BytesIO
from typing import IO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from index.load.parsed import NO_ZIP, Parsed, ParseError

MOST_UNPACKED = 256 << 20
"""Of all parts that are read, as they come out: what the zip declares is not believed."""
MOST_OF_A_TREE = 64 << 20
"""Of a part that is read as a whole: its elements take many times as much. A sheet, read row by row, may have more."""
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = ParseError("is encrypted: remove the password and save it again")
DAMAGED = ParseError("is damaged: open it and save it again")
NO_XML = (ElementTree.ParseError, LookupError, ValueError)
"""What the parser raises: malformed, an encoding unknown, an encoding that cannot be used."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to: the end of the relation's type ("footnotes"), and the name of the other part."""

    kind: str
    target: str


class Package:
    """The parts of an office document. Whatever is wrong with one is a ParseError."""

    def __init__(self, data: bytes, *, suffix: str, most: int = MOST_UNPACKED) -> None:
        """Open the zip. ``suffix`` is the one to save the file with, for the messages; ``most`` bytes are unpacked."""
        self._left, self._most, self._suffix = most, most, suffix
        if data.startswith(COMPOUND):
            raise self._compound(data)
        try:
            self._zip = ZipFile(BytesIO(data))
        except NO_ZIP:
            raise self.other() from None
        self._names = {_plain(info.filename): info for info in self._zip.infolist()}
        self._relations: dict[str, dict[str, Relation]] = {}

    def other(self) -> ParseError:
        """Say that this is another kind of file than its name says."""
        return ParseError(f"is not what its name says, or is damaged: open it and save it again as {self._suffix}")

    def _compound(self, data: bytes) -> ParseError:
        if "EncryptedPackage".encode("utf-16-le") in data:
            return ENCRYPTED
        return ParseError(f"is in an old binary format: open it and save it as {self._suffix}")

    def __contains__(self, name: str) -> bool:
        """Tell whether there is such a part."""
        return _plain(name) in self._names

    def open(self, name: str) -> IO[bytes]:
        """Open a part as a stream of bytes, of which all packages' parts together give only so many."""
        info = self._names.get(_plain(name))
        if info is None:
            raise ParseError(f"lacks a part ({posixpath.basename(name)}), so it is damaged: open it and save it again")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise DAMAGED
        if info.flag_bits & 1:
            raise ENCRYPTED
        try:
            return _Capped(self, self._zip.open(info))  # type: ignore[return-value]
        except NO_ZIP:
            raise DAMAGED from None

    def take(self, size: int) -> None:
        """Count bytes that came out."""
        self._left -= size
        if self._left < 0:
            raise ParseError(f"unpacks to more than {self._most >> 20} MB: split it, or leave it out")

    def read(self, name: str) -> bytes:
        """Return a part's bytes."""
        with self.open(name) as part:
            return part.read()

    def xml(self, name: str) -> Element:
        """Return a part's root element; its names, and those of all in it, are without their namespaces."""
        data = self.read(name)
        if len(data) > MOST_OF_A_TREE:
            raise ParseError(f"holds a part of more than {MOST_OF_A_TREE >> 20} MB: split it, or leave it out")
        try:
            root = ElementTree.fromstring(data)
        except NO_XML:
            raise DAMAGED from None
        for element in root.iter():
            element.tag = local(element.tag)
        return root

    def elements(self, name: str, tags: Set[str]) -> Iterator[tuple[str, Element]]:
        """Yield a part's elements of some names as they end. The elements themselves keep their namespaces."""
        known: dict[str, str] = {}  # names as they come, to those that were asked for
        with self.open(name) as part:
            try:
                for _, element in ElementTree.iterparse(part):
                    tag = known.get(element.tag)
                    if tag is None:
                        tag = known[element.tag] = local(element.tag) if local(element.tag) in tags else ""
                    if tag:
                        yield tag, element
            except NO_XML:
                raise DAMAGED from None

    def optional(self, name: str) -> Element | None:
        """Return a part's root element; None if there is none, or none that can be read."""
        if name not in self:
            return None
        try:
            return self.xml(name)
        except ParseError:
            if self._left < 0:
                raise
            return None

    def relations(self, name: str = "") -> dict[str, Relation]:
        """Return what a part refers to inside the package, by id; without a name, what the package does."""
        if name not in self._relations:
            folder, base = posixpath.split(name)
            found = self.optional(posixpath.join(folder, "_rels", f"{base}.rels"))
            self._relations[name] = {
                each.get("Id", ""): Relation(_kind(each.get("Type", "")), _resolve(folder, each.get("Target")))
                for each in (found if found is not None else ())
                if each.get("TargetMode") != "External"
            }
        return self._relations[name]

    def related(self, name: str, kind: str) -> list[str]:
        """Return the parts of one kind that a part refers to, as far as they are there."""
        return [each.target for each in self.relations(name).values() if each.kind == kind and each.target in self]

    def main(self) -> str:
        """Return the name of the part that the package is about."""
        found = self.related("", "officeDocument")
        if not found:
            raise self.other()
        return found[0]

    def title(self) -> str:
        """Return the title in the core properties; "" where a program made it up, or nobody did."""
        for name in self.related("", "core-properties"):
            properties = self.optional(name)
            title = properties.findtext("title") if properties is not None else None
            return named(title or "")
        return ""


def parsed(package: Package, reader: Callable[[Package], Parsed]) -> Parsed:
    """Have a package read by a function that calls itself for elements in elements."""
    try:
        return reader(package)
    except RecursionError:
        raise ParseError("is nested too deeply to be read; it may be damaged: open it and save it again") from None


class _Capped:
    """A part that is being read: it counts what comes out, and has one error for all that can be wrong with it."""

    def __init__(self, package: Package, part: IO[bytes]) -> None:
        self._package, self._part = package, part

    def read(self, size: int = -1) -> bytes:
        pieces = list(self._pieces(size))
        return b"".join(pieces)

    def _pieces(self, size: int, *, step: int = 1 << 20) -> Iterator[bytes]:
        while size:
            try:
                piece = self._part.read(step if size < 0 else min(size, step))
            except NO_ZIP:
                raise DAMAGED from None
            if not piece:
                return
            self._package.take(len(piece))
            yield piece
            size -= len(piece) if size > 0 else 0

    def __enter__(self) -> "_Capped":
        return self

    def __exit__(self, *_: object) -> None:
        self._part.close()


PROGRAM_TITLES = frozenset(
    {
        "powerpoint presentation",
        "presentation",
        "slide 1",
        "title",
        "untitled",
        "document",
        "word document",
        "document1",
    }
)


def named(title: str) -> str:
    """The title on one line; "" for one that a program made up."""
    title = " ".join(title.split())
    made_up = title.lower() in PROGRAM_TITLES or title.lower().startswith("microsoft word - ")
    return title if any(map(str.isalnum, title)) and not made_up else ""


def local(tag: str) -> str:
    """The name without its namespace: the strict and the transitional kind of a format differ in nothing else."""
    return tag[tag.rfind("}") + 1 :]


def attribute(element: Element, name: str) -> str | None:
    """The value of an attribute, whatever namespace it is in; one without a namespace comes first."""
    value = element.get(name)
    if value is None and element.attrib:
        return next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), None)
    return value


def reference(element: Element, name: str = "id") -> str:
    """The id of the relation that an element names: ``r:id``, and not its own id."""
    return next((value for key, value in element.attrib.items() if key.endswith(f"relationships}}{name}")), "")


def value_of(parent: Element | None, tag: str) -> str | None:
    """The ``val`` of a child element: how Office writes most of its properties."""
    found = parent.find(tag) if parent is not None else None
    return attribute(found, "val") if found is not None else None


def is_on(element: Element | None) -> bool:
    """Whether a property is there, and not to say that it is off."""
    return element is not None and attribute(element, "val") not in {"0", "false", "off", "none"}


def whole(value: str | None, default: int = 0) -> int:
    """The whole number that an attribute holds, as far as it is one of a reasonable size."""
    try:
        number = int(value or "")
    except ValueError:
        return default
    return number if abs(number) < 1 << 31 else default


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _kind(type_: str) -> str:
    return type_.rpartition("/")[2]


def _resolve(folder: str, target: str | None) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target or "")).lstrip("/")
