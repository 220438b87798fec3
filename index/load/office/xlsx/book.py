"""What the sheets of a workbook share."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from index.load.office.inline import tidy
from index.load.office.numbers import BUILT_IN
from index.load.office.package import Package, attribute, is_on, local, reference, whole

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Book:
    """What the sheets share: who they are, the strings, and how each style shows numbers."""

    sheets: Sequence[tuple[str, str]]
    strings: Sequence[str]
    looks: Mapping[str, tuple[str, bool]]
    """The number format of each style, and whether it is bold."""
    since_1904: bool
    unknown: list[str] = field(default_factory=list)
    """The cells with a formula whose value the file does not have: a program wrote it that works nothing out."""

    @classmethod
    def of(cls, package: Package, main: str) -> "Book":
        """Read it from the part that the package is about."""
        root = package.xml(main)
        if root.tag != "workbook":
            raise package.other()
        relations = package.relations(main)
        visible = [each for each in root.iter("sheet") if attribute(each, "state") in {None, "visible"}]
        found = [(tidy(attribute(e, "name") or ""), relations.get(reference(e))) for e in visible]
        properties = root.find("workbookPr")
        styles = package.related(main, "styles")
        looks = package.optional(styles[0]) if styles else None
        return cls(
            sheets=[(name, relation.target) for name, relation in found if relation and relation.target in package],
            strings=[words for name in package.related(main, "sharedStrings") for words in _strings(package, name)],
            looks=_looks(looks) if looks is not None else {},
            since_1904=properties is not None and attribute(properties, "date1904") in {"1", "true"},
        )


def _looks(root: Element) -> dict[str, tuple[str, bool]]:
    pairs = zip(_formats(root), _bold(root), strict=True)
    return {str(number): look for number, look in enumerate(pairs)}


def _formats(root: Element) -> list[str]:
    own = {attribute(each, "numFmtId"): attribute(each, "formatCode") or "" for each in root.iter("numFmt")}
    ids = [attribute(each, "numFmtId") for each in root.findall("cellXfs/xf")]
    return [own.get(number, BUILT_IN.get(whole(number), "")) for number in ids]


def _bold(root: Element) -> list[bool]:
    fonts = [is_on(font.find("b")) for font in root.findall("fonts/font")]
    used = [whole(attribute(each, "fontId"), -1) for each in root.findall("cellXfs/xf")]
    return [0 <= number < len(fonts) and fonts[number] for number in used]


def _strings(package: Package, name: str) -> Iterator[str]:
    """Yield the strings that cells share, in order; how each is spoken is not shown."""
    for _, element in package.elements(name, {"si"}):
        yield rich_text(element)
        element.clear()


def rich_text(element: Element) -> str:
    """The words of a string, whatever their looks; how each is spoken is not shown."""
    pieces = list[str]()
    for child in element:
        tag = local(child.tag)
        if tag == "t":
            pieces.append(child.text or "")
        elif tag == "r":
            pieces += [part.text or "" for part in child if local(part.tag) == "t"]
    return tidy(ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(pieces)))
