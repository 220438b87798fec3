"""The numbers and bullets of Word's lists: none of them is in the text, and each depends on those before it."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from index.load.office.counting import counted
from index.load.office.package import attribute, is_on, whole
from index.load.office.symbols import bullet

PLACE = re.compile(r"%([1-9])")
DEEPEST = 9
MOST_LINKS = 8


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list: how it counts, from where, and how that is written ("%1.%2)")."""

    start: int
    style: str
    text: str
    restarts: int
    """It begins anew after an item of a level above this one, counted from 1; 0 never."""
    is_legal: bool
    """All numbers are written in digits."""

    @classmethod
    def of(cls, element: Element, depth: int) -> "_Level":
        def value(name: str, default: str) -> str:
            found = element.find(name)
            return (attribute(found, "val") if found is not None else None) or default

        return cls(
            start=whole(value("start", "0")),
            style=value("numFmt", "decimal"),
            text=value("lvlText", ""),
            restarts=whole(value("lvlRestart", str(depth)), depth),
            is_legal=is_on(element.find("isLgl")),
        )


class Numbering:
    """The lists of a document, and how far each has counted."""

    def __init__(self, root: Element | None) -> None:
        """Read numbering.xml; None, and there are no lists."""
        elements = list(root) if root is not None else []
        self._abstract = {attribute(e, "abstractNumId") or "": e for e in elements if e.tag == "abstractNum"}
        self._styled = {
            attribute(link, "val"): number
            for number, element in self._abstract.items()
            if (link := element.find("styleLink")) is not None
        }
        self._lists = {attribute(e, "numId") or "": e for e in elements if e.tag == "num"}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def next(self, number: str, depth: int) -> str:
        """Count one item of a list on, and return what stands before it: "3.", "•", or "" for nothing."""
        instance = self._lists.get(number)
        if instance is None or not 0 <= depth < DEEPEST:
            return ""
        abstract = self._abstract_of(instance)
        levels = self._levels_of(number, abstract, instance)
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self._counts.setdefault(abstract, [None] * DEEPEST)
        self._count(number, depth, levels, counts, instance)
        if level.style == "bullet":
            return bullet(level.text)
        return self._written(level, levels, counts)

    def _count(
        self, number: str, depth: int, levels: dict[int, _Level], counts: list[int | None], instance: Element
    ) -> None:
        before = counts[depth]
        if (number, depth) not in self._begun:
            self._begun.add((number, depth))
            before = None if _overrides_start(instance, depth) else before
        counts[depth] = levels[depth].start if before is None else before + 1
        for below in range(depth + 1, DEEPEST):
            if below in levels and levels[below].restarts > depth:
                counts[below] = None

    def _written(self, level: _Level, levels: dict[int, _Level], counts: list[int | None]) -> str:
        def place(match: re.Match[str]) -> str:
            depth = int(match[1]) - 1
            above = levels.get(depth)
            if above is None:
                return ""
            count = counts[depth]
            return counted(above.start if count is None else count, "decimal" if level.is_legal else above.style)

        return PLACE.sub(place, level.text).strip()

    def _abstract_of(self, instance: Element) -> str:
        found = instance.find("abstractNumId")
        number = (attribute(found, "val") if found is not None else None) or ""
        for _ in range(MOST_LINKS):
            element = self._abstract.get(number)
            link = element.find("numStyleLink") if element is not None else None
            if link is None or attribute(link, "val") not in self._styled:
                break
            number = self._styled[attribute(link, "val")]
        return number

    def _levels_of(self, number: str, abstract: str, instance: Element) -> dict[int, _Level]:
        if number not in self._levels:
            root = self._abstract.get(abstract)
            levels = _levels(root) if root is not None else {}
            for override in instance.findall("lvlOverride"):
                depth = whole(attribute(override, "ilvl"))
                levels |= _levels(override)
                start = override.find("startOverride")
                if start is not None and depth in levels:
                    old = levels[depth]
                    levels[depth] = _Level(
                        whole(attribute(start, "val")), old.style, old.text, old.restarts, old.is_legal
                    )
            self._levels[number] = levels
        return self._levels[number]


def _levels(root: Element) -> dict[int, _Level]:
    found = ((whole(attribute(each, "ilvl")), each) for each in root.findall("lvl"))
    return {depth: _Level.of(each, depth) for depth, each in found if 0 <= depth < DEEPEST}


def _overrides_start(instance: Element, depth: int) -> bool:
    return any(
        whole(attribute(each, "ilvl")) == depth and each.find("startOverride") is not None
        for each in instance.findall("lvlOverride")
    )
