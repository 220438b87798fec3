"""What is written inside a paragraph: spaces as they are shown, and formulas in a line."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from index.load.office.symbols import PRIVATE

INVISIBLE = {
    **PRIVATE,
    **dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff")),  # they would split words for a search
}
SPACES = re.compile(r"[^\S\n\t]+")
AROUND = re.compile(r" ?([\n\t]) ?")
WORD = re.compile(r"[^\W\d_]*|\d+(?:[.,]\d+)?")
HARD_HYPHEN = "\u2011"


def tidy(text: str) -> str:
    """The text with single spaces, and none at its ends or beside a tab or a line's end."""
    text = text.translate(INVISIBLE).replace(HARD_HYPHEN, "-").replace("\r", "\n").replace("\v", "\n")
    return AROUND.sub(r"\1", SPACES.sub(" ", text)).strip()


def written_math(element: Element) -> str:
    """A formula in a line: (a+b)/c, x^2, √(x)."""
    return "".join(_math(element))


def _math(element: Element) -> Iterator[str]:
    match element.tag:
        case "t":
            yield element.text or ""
        case "f":
            yield f"{_closed(element.find('num'))}/{_closed(element.find('den'))}"
        case "sSup" | "sSub" | "sSubSup":
            yield _closed(element.find("e"))
            yield from (f"_{_closed(part)}" for part in element.findall("sub"))
            yield from (f"^{_closed(part)}" for part in element.findall("sup"))
        case "rad":
            yield f"√{_closed(element.find('e'), always=True)}"
        case "d":
            yield f"({''.join(_math_of(element))})"
        case "nary":
            sign = element.find("naryPr/chr")
            yield next(iter(sign.attrib.values()), "∫") if sign is not None else "∫"
            yield from (f"_{_closed(part)}" for part in element.findall("sub"))
            yield from (f"^{_closed(part)}" for part in element.findall("sup"))
            yield f" {''.join(_math_of(element.find('e')))}"
        case _:
            yield from _math_of(element)


def _math_of(element: Element | None) -> Iterator[str]:
    for child in element if element is not None else ():
        yield from _math(child)


def _closed(element: Element | None, *, always: bool = False) -> str:
    """A part of a formula, in brackets if it is more than a word."""
    said = "".join(_math_of(element)).strip()
    is_one = WORD.fullmatch(said) or (said.startswith("(") and said.endswith(")") and said.count("(") == 1)
    return f"({said})" if always or not is_one else said
