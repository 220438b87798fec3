"""HTML as the text that a reader sees. Offsets are noted while that text is written, never searched for."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from index.load import front
from index.load.clutter import TELLING, Place, asides
from index.load.flow import Flow
from index.load.lines import with_lines
from index.load.parsed import Parsed, heading_note, ordered, sections
from index.load.parts import Parts, form
from index.load.sight import SEEN, Look, Sheet
from index.load.table import table_marks
from index.load.text import decode

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode


# fmt: off
UNSEEN = frozenset((
    "head", "script", "style", "noscript", "template", "svg", "iframe", "object", "audio", "video", "canvas",
    "datalist", "del", "s", "strike",
))
# fmt: on
TYPED = frozenset(("", "text", "email", "tel", "number", "date", "time", "url"))
"""Inputs whose value is shown as text."""
NO_WORDS = re.compile(r"\S*\.(?:jpe?g|png|gif|svg|webp)|\W*", re.IGNORECASE)
MOST_LOOKS = 200
"""So many elements are looked into for the page's title: each look may cost as much as the page is long."""
SAID = frozenset({"title", "author", "date"})
"""What front matter says of a page that its reader may be shown; the rest is for the program that makes it."""
DECLARED = re.compile(rb"<meta[^>]{0,512}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # they would split words for a search


def parse(data: bytes) -> Parsed:
    """Visible text: blocks are paragraphs, items and rows lines; the title is <title>, else the first h1."""
    source = decode(data, declared=_declared(data))
    top = front.block(source)
    if not top:
        return read(source, clutter=True)[0]
    parts, page = Parts(), read(source[top.end() :], clutter=True)[0]
    parts.add(form((field["name"].title(), field["value"]) for field in front.fields(top) if field["name"] in SAID))
    parts.add(page)
    return parts.parsed(front.title(top) or page.title)


def read(source: str, *, anchors: Collection[str] = (), clutter: bool = False) -> tuple[Parsed, dict[str, int]]:
    """Return a page, and where in its text the elements with these ids begin, as far as they are there.

    With ``clutter``, what stands around the page's text is marked: menus, teasers, notes about cookies.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(source, scripting=True)
    flow, wanted, places = Flow(), frozenset(anchors), _Places()
    sheet = Sheet(node.text() for node in tree.css("style"))
    for node, attributes, look in _walk(tree.root, sheet):
        if node.is_text_node:
            flow.write((node.text_content or "").translate(INVISIBLE))
        elif attributes is not None:
            flow.place = places.enter(node, attributes)
            flow.enter(node.tag or "", attributes, block=look.block, plain=not look.numbered)
            flow.write(_instead(node.tag or "", attributes).translate(INVISIBLE))
            if wanted and (name := attributes.get("id") or attributes.get("name")) in wanted:
                flow.anchors.setdefault(name or "", len(flow.parts))
        else:
            flow.leave(node.tag or "", block=look.block)
            flow.place = places.leave()
    text = "".join(flow.parts)
    tables = [mark for rows in flow.tables for mark in table_marks(rows, text)]
    around = asides(flow.pieces) if clutter else []
    headings = [each for each in flow.headings if not any(mark.start <= each.start < mark.end for mark in around)]
    marks = ordered([*sections(headings, len(text)), *tables, *around])
    page = Parsed(title=_title(tree), text=text, marks=marks, note=heading_note(headings))
    return with_lines(page), flow.places()


class _Places:
    """What the element that is open is part of."""

    def __init__(self) -> None:
        self._open = [Place()]
        self._looks = 0

    def enter(self, node: "LexborNode", attributes: Mapping[str, str | None]) -> Place:
        place, tag = self._open[-1], node.tag or ""
        within = place
        if attributes or tag in TELLING:
            within = place.within(tag, attributes)
            if within.aside and not place.aside and self._has_title(node):
                within = replace(within, aside=False)
        self._open.append(within)
        return within

    def leave(self) -> Place:
        if len(self._open) > 1:
            self._open.pop()
        return self._open[-1]

    def _has_title(self, node: "LexborNode") -> bool:
        self._looks += 1
        return self._looks <= MOST_LOOKS and node.css_first("h1, main, article") is not None


def _instead(tag: str, attributes: Mapping[str, str | None]) -> str:
    """What is shown, or said, in place of an element that holds no text."""
    if tag == "img":
        said = attributes.get("alt") or ""
        return "" if NO_WORDS.fullmatch(said.strip()) else said
    if tag == "input" and (attributes.get("type") or "").lower() in TYPED:
        return attributes.get("value") or ""
    return ""


def _declared(data: bytes) -> str | None:
    """The encoding that the page declares; Latin-1 means cp1252 (WHATWG Encoding, 4.2)."""
    match = DECLARED.search(data[:1024])
    name = match[1].decode("ascii", errors="ignore").lower() if match else None
    return "cp1252" if name in {"iso-8859-1", "latin1", "ascii", "us-ascii"} else name


def _title(tree: "LexborHTMLParser") -> str:
    for selector in ("head > title", "h1"):
        node = tree.css_first(selector)
        if node and (title := " ".join(node.text().translate(INVISIBLE).split())):
            return title
    return ""


def _walk(
    root: "LexborNode | None", sheet: Sheet
) -> Iterator[tuple["LexborNode", Mapping[str, str | None] | None, Look]]:
    """Yield each visible node on the way in, and elements again, without attributes, on the way out; no recursion."""
    stack: list[tuple[LexborNode, Look | None]] = [(root, None)] if root else []
    while stack:
        node, look = stack.pop()
        if node.is_text_node or look:
            yield node, None, look or SEEN
        elif node.is_element_node and node.tag not in UNSEEN:
            attributes = node.attributes
            look = sheet.look(node.tag or "", attributes)
            if look.hidden:
                continue
            yield node, attributes, look
            stack.append((node, look))
            child = node.last_child
            while child is not None:
                stack.append((child, None))
                child = child.prev
