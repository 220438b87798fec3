"""PowerPoint: the slides in the order in which they are shown, each with its notes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Paragraph, Table, Writer
from index.load.header import TableCell, TableRow
from index.load.lines import with_lines
from index.load.office.chart import drawn
from index.load.office.counting import counted
from index.load.office.inline import tidy, written_math
from index.load.office.package import Package, Relation, attribute, parsed, reference, whole
from index.load.office.symbols import bullet
from index.load.parsed import Parsed
from index.types import Kind

TITLES = frozenset({"title", "ctrTitle"})
UNREAD = frozenset({"dt", "sldNum", "hdr", "sldImg"})
"""Placeholders of which each slide has one that says nothing of its own."""
NUMBERED = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
AROUND = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}


def parse(data: bytes) -> Parsed:
    """The title of each slide is a heading; hidden slides say so in their marks."""
    return with_lines(parsed(Package(data, suffix=".pptx"), lambda package: _Reader(package).parsed()))


@dataclass(frozen=True, slots=True)
class _Shape:
    """A shape with text: which placeholder of its slide it is, and the element itself."""

    element: Element
    role: str
    index: str | None

    @classmethod
    def of(cls, element: Element) -> "_Shape":
        found = next(element.iter("ph"), None)
        if found is None:
            return cls(element, "", None)
        return cls(element, found.get("type") or "obj", found.get("idx"))

    @property
    def is_body(self) -> bool:
        return self.role in {"body", "obj"}


@dataclass
class _Slide:
    """A slide that is being read, with the layout and the master that it is made from."""

    name: str
    relations: Mapping[str, Relation]
    behind: Sequence[Element] = ()
    """Layout and master, as far as there are any."""
    counts: dict[tuple[int, str], int] = field(default_factory=dict)


class _Reader:
    """One presentation."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._main = package.main()
        self._root = package.xml(self._main)
        if self._root.tag != "presentation":
            raise package.other()
        self._parts: dict[str, Element | None] = {}
        self._footers: set[str] = set()
        self._authors = self._people()

    def parsed(self) -> Parsed:
        """Read it all."""
        writer = Writer()
        for number, name in enumerate(self._names(), 1):
            root = self._package.xml(name)
            hidden = " (hidden)" if attribute(root, "show") in {"0", "false"} else ""
            with writer.marked(Kind.SLIDE, f"{number}{hidden}"):
                writer.write(self._slide(name, root))
            writer.end_sections()
        return writer.parsed(self._package.title())

    def _names(self) -> list[str]:
        relations = self._package.relations(self._main)
        found = [relations.get(reference(each)) for each in self._root.iter("sldId")]
        return [each.target for each in found if each and each.target in self._package]

    def _people(self) -> dict[str, str]:
        names = [n for kind in ("commentAuthors", "authors") for n in self._package.related(self._main, kind)]
        roots = [root for name in names if (root := self._package.optional(name)) is not None]
        return {each.get("id", ""): tidy(each.get("name", "")) for root in roots for each in root}

    def _slide(self, name: str, root: Element) -> Iterator[Block]:
        slide = _Slide(name, self._package.relations(name), self._behind(name))
        shapes = root.find("cSld/spTree")
        blocks = list(self._shapes(shapes, slide)) if shapes is not None else []
        yield from (block for block in blocks if _is_title(block))
        yield from (block for block in blocks if not _is_title(block))
        yield from self._notes(slide)
        yield from self._comments(slide)

    def _behind(self, name: str) -> list[Element]:
        found = list[Element]()
        for kind in ("slideLayout", "slideMaster"):
            names = self._package.related(name, kind)
            if not names:
                break
            name = names[0]
            if name not in self._parts:
                self._parts[name] = self._package.optional(name)
            root = self._parts[name]
            if root is not None:
                found.append(root)
        return found

    def _shapes(self, tree: Element, slide: _Slide) -> Iterator[Block]:
        for element in tree:
            if _is_hidden(element):
                continue
            if element.tag in {"grpSp", "Choice"}:
                yield from self._shapes(element, slide)
            elif element.tag == "AlternateContent":
                chosen = element.find("Choice") if element.find("Choice") is not None else element.find("Fallback")
                yield from self._shapes(chosen if chosen is not None else (), slide)  # type: ignore[arg-type]
            elif element.tag in {"sp", "cxnSp"}:
                yield from self._text(_Shape.of(element), slide)
            elif element.tag == "graphicFrame":
                yield from (_table(table) for table in element.iter("tbl"))
                yield from drawn(self._package, element, slide.relations)

    def _text(self, shape: _Shape, slide: _Slide) -> Iterator[Block]:
        body = shape.element.find("txBody")
        if body is None or shape.role in UNREAD:
            return
        if shape.role in TITLES:
            words = " ".join(tidy("\n".join(map(_words, body.findall("p")))).split())
            yield Paragraph(words, level=1)
            return
        for block in self._paragraphs(body, shape, slide):
            if shape.role != "ftr":
                yield block
            elif block.text not in self._footers:
                self._footers.add(block.text)
                yield block

    def _paragraphs(self, body: Element, shape: _Shape, slide: _Slide) -> Iterator[Paragraph]:
        slide.counts.clear()
        behind = _behind(shape, slide)
        for element in body.findall("p"):
            words = tidy(_words(element))
            if words:
                before = _item(element, behind, slide)
                yield Paragraph(f"{before} {words}" if before else words, is_item=bool(before))

    def _notes(self, slide: _Slide) -> Iterator[Block]:
        for name in self._package.related(slide.name, "notesSlide"):
            root = self._package.optional(name)
            for shape in (_Shape.of(each) for each in root.iter("sp")) if root is not None else ():
                body = shape.element.find("txBody")
                if shape.role == "body" and body is not None:
                    words = (tidy(_words(each)) for each in body.findall("p"))
                    yield from (Paragraph(said, part="notes") for said in words)

    def _comments(self, slide: _Slide) -> Iterator[Block]:
        """Yield what people say of the slide, with who says it: it must never be taken for what the slide says."""
        for name in self._package.related(slide.name, "comments"):
            root = self._package.optional(name)
            for each in root.iter() if root is not None else ():
                if each.tag in {"cm", "reply"}:
                    body = each.find("txBody")
                    said = "\n".join(map(_words, body.iter("p"))) if body is not None else each.findtext("text")
                    author = self._authors.get(each.get("authorId", ""), "")
                    part = f"comment by {author}" if author else "comment"
                    if words := tidy(said or ""):
                        yield Paragraph(f"C{part[1:]}: {words}", part=part)


def _is_title(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.level == 1


def _is_hidden(element: Element) -> bool:
    """Whether a shape was hidden in the selection pane."""
    return any(each.get("hidden") in {"1", "true"} for part in element for each in part if each.tag == "cNvPr")


def _words(element: Element) -> str:
    """The words of a paragraph; the fields of a slide's number and date are none."""
    pieces = list[str]()
    for child in element:
        if child.tag in {"r", "fld"} and not (child.tag == "fld" and child.get("type") == "slidenum"):
            pieces.append(child.findtext("t") or "")
        elif child.tag == "br":
            pieces.append("\n")
        elif child.tag in {"m", "AlternateContent"}:
            pieces += [written_math(each) for each in child.iter("oMath")][:1]
    return "".join(pieces).replace("\v", "\n")


def _item(element: Element, behind: Sequence[Element], slide: _Slide) -> str:
    """The bullet or the number before a paragraph; "" for none. It is the slide's, else its layout's, its master's."""
    properties = element.find("pPr")
    level = whole(properties.get("lvl")) if properties is not None else 0
    name = f"lvl{min(max(level, 0), 8) + 1}pPr"
    styles = [properties, *(each.find(name) for each in behind)]
    for style in styles:
        for each in style if style is not None else ():
            if each.tag == "buNone":
                return ""
            if each.tag in {"buChar", "buBlip"}:
                return bullet(each.get("char") or "")
            if each.tag == "buAutoNum":
                return _number(each, level, slide)
    return ""


def _number(element: Element, level: int, slide: _Slide) -> str:
    kind = element.get("type") or "arabicPeriod"
    for key in [key for key in slide.counts if key[0] > level]:
        del slide.counts[key]
    count = slide.counts.get((level, kind), whole(element.get("startAt"), 1) - 1) + 1
    slide.counts[level, kind] = count
    style = next((name for name in NUMBERED if kind.startswith(name)), "")
    around = AROUND.get(kind.removeprefix(style), "{}.")
    return around.format(counted(count, NUMBERED.get(style, "decimal")))


def _behind(shape: _Shape, slide: _Slide) -> list[Element]:
    """What says how a shape's paragraphs begin, the nearest first; each has a style for each level."""
    roots = [shape.element, *(found for each in slide.behind if (found := _twin(each, shape)) is not None)]
    lists = [found for root in roots if (found := root.find("txBody/lstStyle")) is not None]
    masters = [each for root in slide.behind for each in root.findall("txStyles/bodyStyle")] if shape.is_body else []
    return [*lists, *masters]


def _twin(root: Element, shape: _Shape) -> Element | None:
    """The placeholder of a layout or a master that a slide's placeholder takes after."""
    if not shape.role:
        return None
    shapes = [_Shape.of(each) for each in root.iter("sp")]
    same = [each for each in shapes if each.index == shape.index and each.index is not None]
    same = same or [each for each in shapes if each.role == shape.role or (each.role == "body" and shape.role == "obj")]
    return same[0].element if same else None


def _table(element: Element) -> Table:
    properties = element.find("tblPr")
    first = properties is not None and properties.get("firstRow") in {"1", "true"}
    rows = element.findall("tr")
    return Table([_row(row, is_header=first and not number and len(rows) > 1) for number, row in enumerate(rows)])


def _row(element: Element, *, is_header: bool) -> TableRow:
    cells = list[TableCell]()
    for cell in element.findall("tc"):
        if any(cell.get(name) in {"1", "true"} for name in ("hMerge", "vMerge")):
            continue
        body = cell.find("txBody")
        lines = [tidy(_words(each)) for each in body.findall("p")] if body is not None else []
        spans = {"columns": whole(cell.get("gridSpan"), 1), "rows": whole(cell.get("rowSpan"), 1)}
        bold = body is not None and _is_bold(body)
        cells.append(TableCell("\n".join(filter(None, lines)), is_bold=bold, **spans))  # type: ignore[arg-type]
    return TableRow(cells, is_header)


def _is_bold(body: Element) -> bool:
    runs = [run for run in body.iter("r") if (run.findtext("t") or "").strip()]
    return bool(runs) and all((p := run.find("rPr")) is not None and p.get("b") in {"1", "true"} for run in runs)
