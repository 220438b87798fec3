"""What the styles of an OpenDocument say, by name."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from index.load.office.package import attribute


class Styles:
    """Styles of paragraphs and of words, each after another one, of lists, and of headings."""

    def __init__(self, roots: Sequence[Element]) -> None:
        """Take the parts that have styles, the document's own last."""
        self._styles = {name_of(each): each for root in roots for each in root.iter("style")}
        self.lists = {name_of(each): each for root in roots for each in root.iter("list-style")}
        self.outline = next((each for root in roots for each in root.iter("outline-style")), None)

    def properties(self, name: str | None, kind: str, said: str) -> str | None:
        """Return what a style itself says in its properties of that kind."""
        style = self._styles.get(name or "")
        properties = style.find(f"{kind}-properties") if style is not None else None
        return attribute(properties, said) if properties is not None else None

    def parent(self, style: str) -> str:
        """Return the name of the style that one takes after; "" if it does after none."""
        found = self._styles.get(style)
        return (attribute(found, "parent-style-name") or "") if found is not None else ""

    def is_bold(self, style: str) -> bool:
        """Tell whether words in the style are bold."""
        return self._said_of(style, "font-weight") == "bold"

    def is_hidden(self, style: str) -> bool:
        """Tell whether words in the style are not shown."""
        return self._said_of(style, "display") == "none"

    def _said_of(self, style: str, name: str, *, depth: int = 10) -> str | None:
        """What a style says of its text, or the style that it takes after."""
        if style not in self._styles or depth == 0:
            return None
        said = self.properties(style, "text", name)
        return self._said_of(self.parent(style), name, depth=depth - 1) if said is None else said


def name_of(element: Element) -> str:
    """The name that an element has."""
    return attribute(element, "name") or ""
