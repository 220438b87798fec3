"""HTML as the text that a reader sees. Offsets are noted while that text is written, never searched for."""

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import TYPE_CHECKING

from index.load.parsed import Heading, Parsed, sections
from index.load.text import decode

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode


class Gap(IntEnum):
    """What stands between two pieces of text; of several, the widest wins."""

    NONE = 0
    SPACE = 1
    CELL = 2
    LINE = 3
    PARAGRAPH = 4


SEPARATORS = ("", " ", "\t", "\n", "\n\n")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
UNSEEN = frozenset(
    ("head", "script", "style", "noscript", "template", "svg", "iframe", "object", "audio", "video", "canvas")
)
# fmt: off
PARAGRAPHS = (
    "address", "article", "aside", "blockquote", "body", "caption", "details", "dialog", "div", "dl",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "main", "menu", "nav",
    "ol", "p", "pre", "search", "section", "summary", "table", "ul", *HEADINGS,
)
# fmt: on
GAPS = {
    **dict.fromkeys(PARAGRAPHS, Gap.PARAGRAPH),
    **dict.fromkeys(("br", "dd", "dt", "li", "option", "tr"), Gap.LINE),
    **dict.fromkeys(("td", "th"), Gap.CELL),
}
DECLARED = re.compile(rb"<meta[^>]{0,512}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # they would split words for a search


def parse(data: bytes) -> Parsed:
    """Visible text: blocks are paragraphs, items and rows lines; the title is <title>, else the first h1."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(decode(data, declared=_declared(data)), scripting=True)
    flow = _Flow()
    for node, entering in _walk(tree.root):
        if node.is_text_node:
            flow.write((node.text_content or "").translate(INVISIBLE))
        elif entering:
            flow.enter(node.tag or "")
        else:
            flow.leave(node.tag or "")
    text = "".join(flow.parts)
    return Parsed(title=_title(tree), text=text, marks=sections(flow.headings, len(text)))


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


def _walk(root: "LexborNode | None") -> Iterator[tuple["LexborNode", bool]]:
    """Yield each visible node on the way in, and elements again on the way out; no recursion to overflow."""
    stack = [(root, True)] if root else []
    while stack:
        node, entering = stack.pop()
        if node.is_text_node or not entering:
            yield node, entering
        elif node.is_element_node and node.tag not in UNSEEN and "hidden" not in node.attributes:
            yield node, entering
            stack.append((node, False))
            child = node.last_child
            while child is not None:
                stack.append((child, True))
                child = child.prev


class _Flow:
    """The text written so far, and the headings in it."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.headings: list[Heading] = []
        self._length = 0
        self._gap = Gap.NONE
        self._preformatted = 0
        self._heading: int | None = None  # index in parts of the open heading's first part

    def enter(self, tag: str) -> None:
        self._separate(tag)
        self._preformatted += tag == "pre"
        if tag in HEADINGS:
            self._heading = len(self.parts)

    def leave(self, tag: str) -> None:
        self._separate(tag)
        self._preformatted -= tag == "pre"
        if tag in HEADINGS and self._heading is not None:
            self._close_heading(self._heading, int(tag[1]))

    def write(self, text: str) -> None:
        if self._preformatted:
            self._write_lines(text)
            return
        if text[:1].isspace():
            self._widen(Gap.SPACE)
        self._append(" ".join(text.split()))
        if text[-1:].isspace():
            self._widen(Gap.SPACE)

    def _write_lines(self, text: str) -> None:
        for number, line in enumerate(text.split("\n")):
            if number:
                self._widen(Gap.LINE if self._gap < Gap.LINE else Gap.PARAGRAPH)
            self._append(line.rstrip())
            if line[-1:].isspace():
                self._widen(Gap.SPACE)

    def _separate(self, tag: str) -> None:
        gap = GAPS.get(tag, Gap.NONE)
        self._widen(min(gap, Gap.SPACE) if self._heading is not None and tag not in HEADINGS else gap)

    def _widen(self, gap: Gap) -> None:
        self._gap = max(self._gap, gap)

    def _append(self, text: str) -> None:
        if not text:
            return
        separator = SEPARATORS[self._gap] if self.parts else ""
        self.parts += [separator, text]
        self._length += len(separator) + len(text)
        self._gap = Gap.NONE

    def _close_heading(self, first: int, level: int) -> None:
        """Note the heading: parts from ``first`` on, whose first one is the separator before it."""
        written = "".join(self.parts[first:])
        if title := written.strip():
            start = self._length - len(written.lstrip())
            self.headings.append(Heading(start, title, level))
        self._heading = None
