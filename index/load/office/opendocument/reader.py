"""Paragraphs, lists, tables, notes and comments: what stands in a text, on a slide, in a cell of a sheet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Paragraph, Table
from index.load.office.chart import open_chart
from index.load.office.inline import tidy
from index.load.office.layout import comment, note
from index.load.office.opendocument.lists import numbered
from index.load.office.opendocument.styles import Styles
from index.load.office.opendocument.tables import text_table
from index.load.office.package import Package, attribute, whole
from index.load.office.run import Run

DROPPED = frozenset(
    "tracked-changes annotation-end bookmark forms scripts desc title sequence-decls number variable-decls "
    "user-field-decls event-listeners note-citation binary-data change page-number page-count".split()
)
MOST_SPACES = 100


@dataclass
class _List:
    """A list that is being read: its style, and how far each of its levels has counted."""

    style: str
    counts: list[int] = field(default_factory=list)


class Reader:
    """What goes on from one paragraph to the next."""

    def __init__(self, package: Package, styles: Styles, *, has_slides: bool) -> None:
        """Begin a text, or slides: there, each cell of a table is an item, of no list."""
        self.endnotes: list[Block] = []
        self._package = package
        self._styles = styles
        self._chapters = [0] * 10
        self._numbers: dict[str, list[int]] = {}
        self._has_slides, self._is_unlisted = has_slides, False

    def blocks(self, parent: Iterable[Element], listed: _List | None = None) -> Iterator[Block]:
        """Yield the paragraphs and tables in an element, in order."""
        for element in parent:
            tag = element.tag
            if tag in {"h", "p"}:
                yield from self._paragraph(element)
            elif tag == "list":
                yield from self._list(element, listed)
            elif tag == "table":
                yield from self._table(element)
            elif tag == "annotation":
                yield from self.comment(element)
            elif tag == "object":
                yield from self._object(element)
            elif tag == "hidden-paragraph" or (tag == "section" and attribute(element, "display") == "none"):
                continue
            elif tag not in DROPPED:
                yield from self.blocks(element, listed)

    def _paragraph(self, element: Element) -> Iterator[Block]:
        line = Run()
        style = attribute(element, "style-name") or ""
        self._inline(element, line, is_bold=self._styles.is_bold(style), is_hidden=self._styles.is_hidden(style))
        text = tidy("".join(line.pieces))
        if text:
            level = self._level(element, style)
            number = self._chapter(element, level) if level is not None and element.tag == "h" else ""
            yield Paragraph(f"{number} {text}" if number else text, level, is_bold=line.is_bold)
        yield from line.after

    def _level(self, element: Element, style: str) -> int | None:
        if element.tag == "h":
            return max(1, whole(attribute(element, "outline-level"), 1))
        return 0 if "Title" in {style, self._styles.parent(style)} else None

    def _chapter(self, element: Element, level: int | None) -> str:
        """Count a heading on, and return its number, if headings have one."""
        if self._styles.outline is None or level is None or not 1 <= level <= 10:
            return ""
        if attribute(element, "is-list-header") == "true":
            return ""
        self._chapters[level - 1] += 1
        self._chapters[level:] = [0] * (10 - level)
        return numbered(self._styles.outline, self._chapters[:level])

    def _list(self, element: Element, outer: _List | None) -> Iterator[Block]:
        """Yield the items of a list, each with its number or bullet before it."""
        style = attribute(element, "style-name") or (outer.style if outer else "")
        goes_on = attribute(element, "continue-numbering") == "true" or attribute(element, "continue-list") is not None
        start = self._numbers.get(style, [0])[0] if goes_on and not outer else 0
        listed = _List(style, [*(outer.counts if outer else []), start])
        for item in element:
            if item.tag == "list-item":
                listed.counts[-1] = whole(attribute(item, "start-value"), listed.counts[-1] + 1)
                yield from self._item(item, listed)
            else:
                yield from self.blocks(item, listed)
        if not outer:
            self._numbers[style] = listed.counts

    def _item(self, item: Element, listed: _List) -> Iterator[Block]:
        styles = self._styles.lists.get(listed.style)
        number = "" if self._is_unlisted else numbered(styles, listed.counts, default="•")
        for block in self.blocks(item, listed):
            if isinstance(block, Table) or block.part or block.is_item or block.level is not None:
                yield block
                continue
            yield replace(block, text=f"{number} {block.text}" if number else block.text, is_item=True)
            number = ""

    def _table(self, element: Element) -> Iterator[Block]:
        self._is_unlisted, outer = self._has_slides, self._is_unlisted  # on slides each cell is an item, of no list
        yield from text_table(element, self.blocks)
        self._is_unlisted = outer

    # what stands in a paragraph

    def _inline(self, element: Element, line: Run, *, is_bold: bool, is_hidden: bool) -> None:
        self._say(element.text, line, is_bold=is_bold, is_hidden=is_hidden)
        for child in element:
            self._child(child, line, is_bold=is_bold, is_hidden=is_hidden)
            self._say(child.tail, line, is_bold=is_bold, is_hidden=is_hidden)

    def _child(self, child: Element, line: Run, *, is_bold: bool, is_hidden: bool) -> None:
        tag = child.tag
        if tag == "s":
            line.pieces.append(" " * min(max(1, whole(attribute(child, "c"), 1)), MOST_SPACES))
        elif tag == "tab":
            line.pieces.append("\t")
        elif tag == "line-break":
            line.pieces.append("\n")
        elif tag == "note":
            self._note(child, line)
        elif tag == "annotation":
            line.after += self.comment(child)
        elif tag in {"frame", "custom-shape", "rect", "g", "text-box", "ellipse"}:
            line.after += list(self.blocks([child]))
        elif tag == "ruby":
            base, said = (child.find(name) for name in ("ruby-base", "ruby-text"))
            for part, around in ((base, "{}"), (said, "({})")):
                if part is not None:
                    line.pieces.append(around.format("".join(part.itertext())))
        elif tag in {"hidden-text", "hidden-paragraph"} or tag in DROPPED:
            pass
        else:
            style = attribute(child, "style-name") if tag == "span" else None
            bold = is_bold if style is None else is_bold or self._styles.is_bold(style)
            hidden = is_hidden or (style is not None and self._styles.is_hidden(style))
            self._inline(child, line, is_bold=bold, is_hidden=hidden)

    def _say(self, text: str | None, line: Run, *, is_bold: bool, is_hidden: bool) -> None:
        if text and not is_hidden:
            line.say(" ".join(text.split("\n")), is_bold=is_bold)

    def _note(self, element: Element, line: Run) -> None:
        kind = attribute(element, "note-class") or "footnote"
        citation = element.find("note-citation")
        number = tidy("".join(citation.itertext())) if citation is not None else "*"
        line.pieces.append(f"[{number}]")
        body = element.find("note-body")
        blocks = list(note(self.blocks(body) if body is not None else (), f"[{number}]", f"{kind} {number}"))
        if kind == "endnote":
            self.endnotes += blocks
        else:
            line.after += blocks

    def comment(self, element: Element) -> Iterator[Block]:
        """Yield what someone says of the text, with who says it: it must never be taken for the text itself."""
        author = tidy(element.findtext("creator") or "")
        yield from comment(author, self.blocks(_but(element, "creator", "date")))

    def _object(self, element: Element) -> Iterator[Block]:
        """Yield the chart in an object, that is a document of its own."""
        name = f"{(attribute(element, 'href') or '').removeprefix('./').rstrip('/')}/content.xml"
        root = self._package.optional(name)
        for each in root.iter("chart") if root is not None else ():
            yield from open_chart(each)


def _but(element: Element, *tags: str) -> list[Element]:
    return [child for child in element if child.tag not in tags]
