"""What Word's styles say of a paragraph or a run: its level as a heading, its list, whether it is hidden or bold."""

from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from index.load.office.package import attribute, is_on, whole

TEXT_LEVEL = 9
"""The outline level of body text: those of headings are 0 to 8."""
LONGEST_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Look:
    """How a paragraph or a run looks. ``level`` is that of its heading: 1 is the highest, 0 is the title's."""

    level: int | None = None
    numbering: tuple[str, int] | None = None
    is_hidden: bool = False
    is_bold: bool = False
    is_raised: bool = False


class Styles:
    """The styles of a document, each with what it takes over from the one it is based on."""

    def __init__(self, root: Element | None) -> None:
        """Read styles.xml; None, and nothing has a style."""
        found = root.findall("style") if root is not None else []
        self._elements = {attribute(each, "styleId") or "": each for each in found}
        self._looks: dict[str, Look] = {}
        defaults = [each for each in found if attribute(each, "default") in {"1", "true"}]
        self._default = next(
            (attribute(e, "styleId") or "" for e in defaults if attribute(e, "type") == "paragraph"), ""
        )

    def paragraph(self, properties: Element | None) -> Look:
        """Return how a paragraph looks, of its pPr."""
        if properties is None:
            return self._look(self._default)
        style = _value(properties, "pStyle")
        return _paragraph(self._look(self._default if style is None else style), properties)

    def run(self, properties: Element | None, *, is_hidden: bool, is_bold: bool) -> Look:
        """Return how a run looks, of its rPr and what its paragraph says."""
        look = Look(is_hidden=is_hidden, is_bold=is_bold)
        if properties is None:
            return look
        style = _value(properties, "rStyle")
        if style is not None:
            own = self._look(style)
            look = replace(look, is_hidden=is_hidden or own.is_hidden, is_bold=is_bold or own.is_bold)
            look = replace(look, is_raised=own.is_raised)
        return _run(look, properties)

    def _look(self, name: str) -> Look:
        if name not in self._looks:
            look = Look()
            for element in reversed(self._chain(name)):
                look = _named(_paragraph(look, element.find("pPr")), element)
                look = _run(look, element.find("rPr"))
            self._looks[name] = look
        return self._looks[name]

    def _chain(self, name: str) -> list[Element]:
        """The style and those it is based on."""
        chain = list[Element]()
        while name in self._elements and self._elements[name] not in chain and len(chain) < LONGEST_CHAIN:
            chain.append(self._elements[name])
            name = _value(chain[-1], "basedOn") or ""
        return chain


def _named(look: Look, element: Element) -> Look:
    """What a style's name says: the names of Word's own styles are the same in every language."""
    name = (_value(element, "name") or "").lower()
    number = name.removeprefix("heading ")
    if name == "title":
        return replace(look, level=0)
    if name != number and number.isdigit() and 1 <= int(number) <= TEXT_LEVEL:
        return replace(look, level=int(number))
    return look


def _paragraph(look: Look, properties: Element | None) -> Look:
    if properties is None:
        return look
    outline = _value(properties, "outlineLvl")
    if outline is not None:
        level = whole(outline, TEXT_LEVEL)
        look = replace(look, level=level + 1 if 0 <= level < TEXT_LEVEL else None)
    listed = properties.find("numPr")
    if listed is not None:
        number, depth = _value(listed, "numId"), _value(listed, "ilvl")
        old = look.numbering or ("", 0)
        number = old[0] if number is None else number
        numbering = (number, old[1] if depth is None else whole(depth))
        look = replace(look, numbering=None if number in {"", "0"} else numbering)
    return look


def _run(look: Look, properties: Element | None) -> Look:
    if properties is None:
        return look
    for tag, name in (("vanish", "is_hidden"), ("b", "is_bold")):
        found = properties.find(tag)
        if found is not None:
            look = replace(look, **{name: is_on(found)})  # type: ignore[arg-type]
    raised = _value(properties, "vertAlign")
    return look if raised is None else replace(look, is_raised=raised == "superscript")


def _value(parent: Element, tag: str) -> str | None:
    found = parent.find(tag)
    return attribute(found, "val") if found is not None else None
