"""Word: the text as it is shown with all changes accepted, notes and comments where they are referred to."""

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.etree.ElementTree import Element

from index.load.blocks import Block, Paragraph, Table, Writer, one_paragraph
from index.load.lines import with_lines
from index.load.office.chart import drawn
from index.load.office.counting import counted
from index.load.office.inline import tidy, written_math
from index.load.office.layout import comment, note, with_bold_headings
from index.load.office.numbering import Numbering
from index.load.office.package import Package, attribute, is_on, parsed, reference, value_of, whole
from index.load.office.run import Run
from index.load.office.styles import Styles
from index.load.office.symbols import character
from index.load.office.word_table import table
from index.load.parsed import Parsed

DROPPED = frozenset(
    "del moveFrom delText delInstrText instrText rPr pPr sectPr tblPr trPr tcPr tblGrid Fallback sdtPr sdtEndPr "
    "footnoteRef endnoteRef annotationRef oMathParaPr object".split()
)
PLAIN = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
SUPERSCRIPT = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
POWER = re.compile(r"[-+−]?\d{1,4}")
COUNTED = re.compile(r"(?:PAGE|NUMPAGES|SECTIONPAGES)\b")
ONLY_COUNTED = re.compile(r"(?:(?:page|seite|p\.)\s*)?\W*(?:(?:of|von|/)\W*)?", re.IGNORECASE)
LONGEST_HEADING = 1000


def parse(data: bytes) -> Parsed:
    """The body between its headers and footers; the title is the one in the properties, else the first heading."""
    return with_lines(parsed(Package(data, suffix=".docx"), lambda package: _Reader(package).parsed()))


class _Reader:
    """One document: its parts, and what goes on from one paragraph to the next."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._main = package.main()
        self._root = package.xml(self._main)
        if self._root.tag != "document":
            raise package.other()
        self._relations = package.relations(self._main)
        self._styles = Styles(self._related("styles"))
        self._numbering = Numbering(self._related("numbering"))
        self._notes = {kind: self._by_id(f"{kind}s") for kind in ("footnote", "endnote")}
        self._comments = self._by_id("comments")
        self._counts = {"footnote": 0, "endnote": 0}
        self._note_styles = {kind: self._note_style(kind) for kind in self._counts}
        self._endnotes: list[Block] = []
        self._fields: list[tuple[str, bool]] = []  # the instruction so far, and whether its result has begun
        self._joined: Run | None = None  # a paragraph whose end was deleted: the next one goes on with it

    def parsed(self) -> Parsed:
        """Read it all."""
        body = self._root.find("body")
        if body is None:
            raise self._package.other()
        writer = Writer()
        writer.write(self._edge("header"))
        writer.write(with_bold_headings(list(self._blocks(body))))
        writer.end_sections()
        writer.write(self._endnotes)
        writer.write(self._edge("footer"))
        return writer.parsed(self._package.title())

    def _related(self, kind: str) -> Element | None:
        names = [each.target for each in self._relations.values() if each.kind == kind]
        return self._package.optional(names[0]) if names else None

    def _by_id(self, kind: str) -> dict[str, Element]:
        root = self._related(kind)
        return {attribute(each, "id") or "": each for each in (root if root is not None else ())}

    def _edge(self, kind: str) -> Iterator[Block]:
        """Yield the headers, or the footers, of all sections, those that say the same once."""
        seen, body, names = (
            set[str](),
            self._relations,
            dict.fromkeys(
                self._relations[found].target
                for each in self._root.iter(f"{kind}Reference")
                if (found := reference(each)) in self._relations
            ),
        )
        for name in names:
            root = self._package.optional(name)
            self._relations = self._package.relations(name)
            for block in self._blocks(root) if root is not None else ():
                if isinstance(block, Table):
                    yield block
                elif block.text not in seen and not ONLY_COUNTED.fullmatch(block.text):
                    seen.add(block.text)
                    yield one_paragraph(Paragraph(block.text, is_item=block.is_item), part=kind)
        self._relations = body

    # blocks

    def _blocks(self, parent: Iterable[Element]) -> Iterator[Block]:
        """Yield the paragraphs and tables in an element, in order."""
        for element in parent:
            if element.tag == "p":
                yield from self._paragraph(element)
            elif element.tag == "tbl":
                yield from table(element, self._blocks)
            elif element.tag == "AlternateContent":
                yield from self._blocks(_chosen(element))
            elif element.tag not in DROPPED:
                yield from self._blocks(element)

    def _paragraph(self, element: Element) -> Iterator[Block]:
        self._fields = [each for each in self._fields if each[1]]  # an instruction does not go over a paragraph's end
        properties = element.find("pPr")
        style = self._styles.paragraph(properties)
        run, self._joined = self._joined or Run(), None
        self._inline(element, run, is_hidden=style.is_hidden, is_bold=style.is_bold)
        mark = properties.find("rPr") if properties is not None else None
        if mark is not None and mark.find("del") is not None:
            self._joined = run
            return
        text = tidy("".join(run.pieces))
        number = self._numbering.next(*style.numbering) if style.numbering and text else ""
        text = f"{number} {text}" if number and text else text
        if text:
            level = style.level if len(text) <= LONGEST_HEADING else None
            is_item, is_bold = bool(number) and level is None, run.is_bold
            yield Paragraph(text, level, is_item=is_item, is_bold=is_bold)
        yield from run.after

    # what stands in a paragraph

    def _inline(self, element: Element, run: Run, *, is_hidden: bool, is_bold: bool) -> None:
        tag = ""
        for child in element:
            was_math, tag = tag == "oMath", child.tag
            if tag in DROPPED:
                if tag == "instrText" and self._fields:
                    self._fields[-1] = (self._fields[-1][0] + (child.text or ""), self._fields[-1][1])
            elif tag == "r":
                self._run(child, run, is_hidden=is_hidden, is_bold=is_bold)
            elif tag == "oMath":
                joined = " " if was_math else ""
                self._say(joined + written_math(child), run, is_bold=False)
            elif tag == "AlternateContent":
                for chosen in _chosen(child):
                    self._inline_child(chosen, run, is_hidden=is_hidden, is_bold=is_bold)
            else:
                self._inline_child(child, run, is_hidden=is_hidden, is_bold=is_bold)

    def _inline_child(self, child: Element, run: Run, *, is_hidden: bool, is_bold: bool) -> None:
        """Read what a run or a paragraph holds: text, a break, a reference, a picture with text in it."""
        tag = child.tag
        if tag == "fldChar":
            self._field(child, run)
        elif tag == "fldSimple" and COUNTED.match((attribute(child, "instr") or "").strip()):
            pass
        elif tag in {"commentReference", "footnoteReference", "endnoteReference"}:
            self._refer(child, run)
        elif tag in {"drawing", "pict"}:
            run.after += self._drawing(child)
        elif tag == "ruby":
            self._ruby(child, run, is_hidden=is_hidden, is_bold=is_bold)
        elif is_hidden:
            pass
        elif tag in {"t"}:
            self._say(child.text or "", run, is_bold=is_bold)
        elif tag in PLAIN:
            self._say(PLAIN[tag], run, is_bold=is_bold)
        elif tag == "sym":
            self._say(character(attribute(child, "font") or "", attribute(child, "char")), run, is_bold=is_bold)
        else:
            self._inline(child, run, is_hidden=is_hidden, is_bold=is_bold)

    def _run(self, element: Element, run: Run, *, is_hidden: bool, is_bold: bool) -> None:
        look = self._styles.run(element.find("rPr"), is_hidden=is_hidden, is_bold=is_bold)
        before = len(run.pieces)
        self._inline(element, run, is_hidden=look.is_hidden, is_bold=look.is_bold)
        said = "".join(run.pieces[before:])
        if look.is_raised and POWER.fullmatch(said) and "".join(run.pieces[:before])[-1:].isdigit():
            run.pieces[before:] = [said.translate(SUPERSCRIPT)]  # or 10 to the 6th becomes 106

    def _say(self, text: str, run: Run, *, is_bold: bool) -> None:
        if any(not shows or COUNTED.match(instruction.strip()) for instruction, shows in self._fields):
            return
        run.say(text, is_bold=is_bold)

    def _field(self, element: Element, run: Run) -> None:
        """Follow a field: what it is told is not shown, what comes of it is."""
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            self._fields.append(("", False))
            box = element.find("ffData/checkBox")
            if box is not None:
                checked = box.find("checked") if box.find("checked") is not None else box.find("default")
                run.pieces.append("☒" if is_on(checked) else "☐")
            choices = element.findall("ffData/ddList/listEntry")
            chosen = whole(value_of(element.find("ffData/ddList"), "result"))
            if 0 <= chosen < len(choices):
                run.pieces.append(attribute(choices[chosen], "val") or "")
        elif self._fields and kind == "separate":
            self._fields[-1] = (self._fields[-1][0], True)
        elif self._fields and kind == "end":
            self._fields.pop()

    def _ruby(self, element: Element, run: Run, *, is_hidden: bool, is_bold: bool) -> None:
        for part, before, after in (("rubyBase", "", ""), ("rt", "(", ")")):
            found = element.find(part)
            if found is not None:
                self._say(before, run, is_bold=is_bold)
                self._inline(found, run, is_hidden=is_hidden, is_bold=is_bold)
                self._say(after, run, is_bold=is_bold)

    def _refer(self, element: Element, run: Run) -> None:
        """Note what a note or a comment says; a note's number stands where it is referred to."""
        kind, number = element.tag.removesuffix("Reference"), attribute(element, "id") or ""
        if kind == "comment":
            found = self._comments.pop(number, None)
            if found is not None:
                author = " ".join((attribute(found, "author") or "").split())
                run.after += comment(author, self._aside(found))
            return
        found = self._notes[kind].pop(number, None)
        if found is None:
            return
        self._counts[kind] += 1
        label = counted(self._counts[kind], self._note_styles[kind])
        run.pieces.append(f"[{label}]")
        blocks = note(self._aside(found), f"[{label}]", f"{kind} {label}")
        if kind == "footnote":
            run.after += blocks
        else:
            self._endnotes += blocks

    def _note_style(self, kind: str) -> str:
        """How notes of this kind are numbered, if they all are so; Word counts endnotes i, ii, iii."""
        styles = (value_of(each, "numFmt") for each in self._root.iter(f"{kind}Pr"))
        return next(filter(None, styles), "decimal" if kind == "footnote" else "lowerRoman")

    def _aside(self, element: Element) -> list[Block]:
        """The blocks of what is written elsewhere, whatever is going on where it is referred to."""
        fields, joined, relations = self._fields, self._joined, self._relations
        self._fields, self._joined = [], None
        blocks = list(self._blocks(element))
        self._fields, self._joined, self._relations = fields, joined, relations
        return blocks

    def _drawing(self, element: Element) -> list[Block]:
        """The text boxes, charts and diagrams in a drawing, that come after the paragraph it hangs on."""
        blocks = list[Block]()
        for each in _outermost(element, "txbxContent"):
            blocks += self._aside(each)
        return blocks + list(drawn(self._package, element, self._relations))


def _chosen(element: Element) -> Sequence[Element]:
    """What is read of content in several forms: the first, and the last resort only without one."""
    for tag in ("Choice", "Fallback"):
        found = element.find(tag)
        if found is not None:
            return list(found)
    return []


def _outermost(element: Element, tag: str) -> Iterator[Element]:
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag == "AlternateContent":
            for chosen in _chosen(child):
                yield from [chosen] if chosen.tag == tag else _outermost(chosen, tag)
        else:
            yield from _outermost(child, tag)
