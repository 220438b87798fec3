"""EPUB: the chapters in the order in which they are read, each named as the contents name it.

A book is a zip of web pages: each is read by the code that reads web pages. The cover and the page of contents are
left out: the contents would be found in place of what they point to.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from index.load import html
from index.load.office.package import Package, attribute
from index.load.parsed import Parsed, ParseError, ordered
from index.load.parts import BETWEEN, Parts, form, one_line
from index.load.text import decode
from index.types import Kind, Mark

DEEPEST = 20
MOST_UNPACKED = 64 << 20
MOST_ENTRIES = 20_000
PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""How fonts are scrambled; what is scrambled otherwise cannot be read."""
DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
CLOSED = re.compile(
    r"<(a|audio|b|canvas|div|em|h[1-6]|i|iframe|noscript|object|p|script|span|strong|style|svg|template|textarea|title"
    r"|video)((?:\s[^<>]{0,2000})?)/>",
    re.IGNORECASE,
)
"""Elements that end where they begin, in XML: in HTML they would go on, and hide all that follows."""
FIELDS = (("author", "creator"), ("publisher", "publisher"), ("date", "date"))
MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the contents: its words, how deep it is set in, and where it points."""

    title: str
    level: int
    page: str
    anchor: str


@dataclass(frozen=True, slots=True)
class _Item:
    """A file of the book, as its list says."""

    path: str
    media: str
    properties: frozenset[str]


def parse(data: bytes) -> Parsed:
    """Who wrote it, and the chapters; the title is the book's."""
    package = Package(data, suffix=".epub", most=MOST_UNPACKED)
    root = _root(package)
    book = package.xml(root)
    items = _items(book, posixpath.dirname(root))
    contents = list(_contents(package, book, items))
    pages = [items[name].path for name in _spine(book) if name in items and items[name].media in PAGES]
    unread = _aside(book, items, posixpath.dirname(root))
    _refuse_encrypted(package, pages)
    title = _field(book, "title")
    parts = Parts()
    parts.add(form([("Title", title), *((name.title(), _field(book, tag)) for name, tag in FIELDS)]))
    chapters = _write([page for page in pages if page not in unread] or pages, package, contents, parts)
    parsed = parts.parsed(title)
    return replace(parsed, marks=ordered([*parsed.marks, *_chapters(chapters, parsed)]))


def _root(package: Package) -> str:
    """The file that lists all others (OCF 3.3, 4.2.6.3.1)."""
    container = package.optional("META-INF/container.xml")
    for element in container.iter("rootfile") if container is not None else ():
        if (path := element.get("full-path")) and path in package:
            return path
    raise ParseError("is no EPUB, or is damaged: save it again as .epub")


def _items(book: Element, folder: str) -> dict[str, _Item]:
    return {
        element.get("id", ""): _Item(
            _joined(folder, element.get("href", "")),
            element.get("media-type", ""),
            frozenset(element.get("properties", "").split()),
        )
        for element in book.iter("item")
    }


def _spine(book: Element) -> Iterator[str]:
    """The ids of what is read, in order and once each; what is not in line comes last."""
    references = list(book.iter("itemref"))
    ordered_ = sorted(references, key=lambda element: element.get("linear") == "no")
    yield from dict.fromkeys(element.get("idref", "") for element in ordered_)


def _field(book: Element, name: str) -> str:
    """What the book says of itself under a name, several joined; a date without the hour."""
    values = [" ".join((element.text or "").split()) for element in book.iter(name)][:MOST_NAMED]
    if name in {"title", "date"}:
        return next(filter(None, (value.partition("T00:00")[0] for value in values)), "")
    return ", ".join(filter(None, values))


def _aside(book: Element, items: Mapping[str, _Item], folder: str) -> set[str]:
    """The pages of contents, and the cover."""
    found = {item.path for item in items.values() if "nav" in item.properties}
    guided = {"toc", "cover"}
    for element in book.iter("reference"):
        if element.get("type", "").lower() in guided:
            found.add(_joined(folder, element.get("href", "")).partition("#")[0])
    return found


def _refuse_encrypted(package: Package, pages: Sequence[str]) -> None:
    encryption = package.optional("META-INF/encryption.xml")
    for element in encryption.iter("EncryptedData") if encryption is not None else ():
        method = next((each.get("Algorithm", "") for each in element.iter("EncryptionMethod")), "")
        paths = {_joined("", each.get("URI", "")) for each in element.iter("CipherReference")}
        if method not in FONTS and paths & set(pages):
            raise ParseError("is encrypted by its seller: only their own program can read it")


def _contents(package: Package, book: Element, items: Mapping[str, _Item]) -> Iterator[_Entry]:
    """The contents: of EPUB 3 if there are some, else of EPUB 2."""
    nav = next((item for item in items.values() if "nav" in item.properties), None)
    root = package.optional(nav.path) if nav else None
    lists = [each for each in root.iter("nav") if attribute(each, "type") == "toc"] if root is not None else []
    if nav and lists:
        yield from _nav(lists[0], posixpath.dirname(nav.path), 1)
        return
    named = next((element.get("toc", "") for element in book.iter("spine")), "")
    ncx = items.get(named) or next((i for i in items.values() if i.media == "application/x-dtbncx+xml"), None)
    points = package.optional(ncx.path) if ncx else None
    if ncx and points is not None:
        for element in points.iter("navMap"):
            yield from _ncx(element, posixpath.dirname(ncx.path), 1)


def _nav(element: Element, folder: str, level: int) -> Iterator[_Entry]:
    """Lists in lists: a link, and the list below it."""
    for item in element.findall("./ol/li") if level <= DEEPEST else ():
        link = next((each for each in item if each.tag in {"a", "span"}), None)
        if link is not None:
            yield _entry("".join(link.itertext()), level, _joined(folder, link.get("href", "")))
        yield from _nav(item, folder, level + 1)


def _ncx(element: Element, folder: str, level: int) -> Iterator[_Entry]:
    for point in element.findall("navPoint") if level <= DEEPEST else ():
        target = point.find("content")
        title = point.findtext("navLabel/text") or ""
        yield _entry(title, level, _joined(folder, target.get("src", "") if target is not None else ""))
        yield from _ncx(point, folder, level + 1)


def _entry(title: str, level: int, target: str) -> _Entry:
    page, _, anchor = target.partition("#")
    return _Entry(one_line(title), level, page, anchor)


def _joined(folder: str, reference: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, unquote(reference))).lstrip("/")


def _write(
    pages: Sequence[str], package: Package, contents: Sequence[_Entry], parts: Parts
) -> list[tuple[int, _Entry]]:
    """Write the pages, and return where each entry of the contents begins."""
    found, by_page = list[tuple[int, _Entry]](), dict[str, list[_Entry]]()
    for entry in contents[:MOST_ENTRIES]:
        if entry.title:
            by_page.setdefault(entry.page, []).append(entry)
    for page in pages:
        entries = by_page.get(page, [])
        parsed, places = html.read(_source(package, page), anchors={entry.anchor for entry in entries} - {""})
        start = parts.length + len(BETWEEN) if parts.length else 0
        parts.add(parsed)
        found += [(start + places.get(entry.anchor, 0), entry) for entry in entries]
    return found


def _source(package: Package, page: str) -> str:
    """A page as HTML; empty if it is missing or damaged, which costs the book only that page."""
    try:
        data = package.read(page)
        return CLOSED.sub(r"<\1\2></\1>", decode(data, declared=_declared(data)))
    except ParseError:
        package.take(0)  # unless it was one too many
        return ""


def _declared(data: bytes) -> str | None:
    match = DECLARED.match(data[:400])
    return match[1].decode() if match else None


def _chapters(starts: Sequence[tuple[int, _Entry]], parsed: Parsed) -> Iterator[Mark]:
    """Yield the chapters, and a heading for each whose name stands there, but not as a heading."""
    headed = {mark.start for mark in parsed.marks if mark.kind is Kind.HEADING}
    open_ = list[tuple[int, _Entry]]()
    inside = [(at, entry) for at, entry in starts if at < len(parsed.text)]
    for at, entry in [*sorted(inside, key=lambda pair: pair[0]), (len(parsed.text), _Entry("", 0, "", ""))]:
        while open_ and open_[-1][1].level >= entry.level:
            start, above = open_.pop()
            if start < at:
                yield Mark(start, at, Kind.CHAPTER, above.title)
            is_named = _same(above.title, parsed.text[start : parsed.text.find("\n", start)])
            if start < at and is_named and start not in headed:
                yield Mark(start, at, Kind.HEADING, above.title)
        open_.append((at, entry))


def _same(one: str, other: str) -> bool:
    return re.findall(r"\w+", one.casefold()) == re.findall(r"\w+", other.casefold())
