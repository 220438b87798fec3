"""What a browser shows of a page, as far as the page's own plain rules say: by tag, id and class, and by style."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
AT_RULE = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
SELECTOR = re.compile(r"(?P<tag>[a-z][\w-]*|\*)?(?P<rest>(?:[.#][\w-]+)*)", re.IGNORECASE)
DECLARATION = re.compile(r"(?:\A|;)\s*(display|visibility|list-style(?:-type)?)\s*:\s*([^;!]*)", re.IGNORECASE)
MOST_RULES = 5_000
MOST_BYTES = 1 << 20
BLOCKS = frozenset({"block", "flex", "grid", "list-item", "table", "table-row", "flow-root"})
WHOLE = frozenset({"html", "body", "main", "article"})
Attributes = Mapping[str, str | None]


class _Rule(NamedTuple):
    """A selector without combinators, how specific it is, and what it says."""

    weight: tuple[int, int, int, int]
    classes: frozenset[str]
    id: str
    tag: str
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """How an element is shown."""

    hidden: bool = False
    block: bool = False
    numbered: bool = True


SEEN = Look()


class Sheet:
    """The rules of a page that say whether something is shown; those for print, or for a state, are not looked at."""

    def __init__(self, styles: Iterable[str]) -> None:
        """Take the texts of the page's style elements."""
        self._by: dict[str, list[_Rule]] = {}
        for rule in _rules("\n".join(styles)[:MOST_BYTES]):
            key = f"#{rule.id}" if rule.id else f".{min(rule.classes)}" if rule.classes else rule.tag
            self._by.setdefault(key, []).append(rule)

    def look(self, tag: str, attributes: Attributes) -> Look:
        """Tell how an element is shown, whatever is around it."""
        if not attributes and tag not in self._by:
            return SEEN
        said = self._said(tag, attributes)
        display = said.get("display", "")
        if tag in WHOLE:  # hidden until a script has run
            return SEEN
        hidden = display == "none" or said.get("visibility") in {"hidden", "collapse"}
        if "hidden" in attributes and not display:
            hidden = True
        plain = said.get("list-style-type", said.get("list-style", "")).startswith("none")
        return Look(hidden or _is_icon(tag, attributes), display in BLOCKS, not plain)

    def _said(self, tag: str, attributes: Attributes) -> dict[str, str]:
        said: dict[str, str] = {}
        if self._by:
            classes = frozenset((attributes.get("class") or "").split()[:50])
            name = attributes.get("id") or ""
            keys = [tag, *(f".{each}" for each in classes), f"#{name}"]
            matching = [
                rule
                for key in keys
                for rule in self._by.get(key, ())
                if rule.classes <= classes and rule.id in ("", name) and rule.tag in ("", tag)
            ]
            for rule in sorted(matching):
                said |= rule.says
        return said | _declared(attributes.get("style") or "")


def _rules(style: str) -> Iterator[_Rule]:
    plain = AT_RULE.sub("", COMMENT.sub("", style))
    count = 0
    for match in RULE.finditer(plain):
        says = _declared(match[2])
        for selector in match[1].split(",") if says else ():
            found = SELECTOR.fullmatch(selector.strip())
            if not found or not found[0]:
                continue
            names = re.findall(r"[.#][\w-]+", found["rest"])
            ids = [name[1:] for name in names if name[0] == "#"]
            classes = frozenset(name[1:] for name in names if name[0] == ".")
            tag = (found["tag"] or "").lower().replace("*", "")
            count += 1
            if count > MOST_RULES:
                return
            if ids or classes or tag:
                yield _Rule((len(ids), len(classes), bool(tag), count), classes, ids[0] if ids else "", tag, says)


def _declared(style: str) -> dict[str, str]:
    return {name.lower(): value.strip().lower() for name, value in DECLARATION.findall(style[:10_000])}


def _is_icon(tag: str, attributes: Attributes) -> bool:
    """Whether an element only draws: the name of an icon, which a font shows as one, is not read."""
    if attributes.get("aria-hidden") != "true":
        return False
    return tag == "i" or "icon" in (attributes.get("class") or "")
