"""The numbers and bullets of lists and headings of OpenDocument, by the styles of their levels."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from index.load.office.counting import counted
from index.load.office.package import attribute, whole
from index.load.office.symbols import bullet

STYLES = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def numbered(styles: Element | None, counts: Sequence[int], *, default: str = "") -> str:
    """Return what stands before an item of a list, or a heading, by the style of its level."""
    levels = {whole(attribute(each, "level")): each for each in (styles if styles is not None else ())}
    level = levels.get(len(counts))
    if level is None:
        return default
    if level.tag == "list-level-style-bullet":
        return bullet(attribute(level, "bullet-char") or "")
    if not attribute(level, "num-format"):
        return ""
    shown = min(max(1, whole(attribute(level, "display-levels"), 1)), len(counts))
    pieces = list[str]()
    for depth in range(len(counts) - shown + 1, len(counts) + 1):
        each = levels.get(depth)
        style = STYLES.get(attribute(each, "num-format") or "", "decimal") if each is not None else "decimal"
        pieces.append(counted(_from(each, counts[depth - 1]), style))
    return f"{attribute(level, 'num-prefix') or ''}{'.'.join(pieces)}{attribute(level, 'num-suffix') or ''}".strip()


def _from(level: Element | None, count: int) -> int:
    start = whole(attribute(level, "start-value"), 1) if level is not None else 1
    return count + start - 1
