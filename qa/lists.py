"""Whole lists: who asks for several things gets all of them, and not the first.

A reader marks one item, or the one that fits best. The list is there to be read: the items of a Markdown list, or the
names that a sentence joins by commas and "and". All of it is one stretch of the document, and so still a quote.
"""

import re
from collections.abc import Iterator

from index.types import Extent

MOST_ITEMS = 30
LONGEST = 1_500
"""Characters: a longer list is a document of its own."""
LONGEST_THING = 60
"""Characters of one of several things between commas; longer ones are clauses of a sentence."""
_PARAGRAPH = re.compile(r"(?:[.!?][)\"”’]?\s+(?=[^\W\d_a-z]).*?){2}", re.DOTALL)
"""Three sentences or more: items so long are told one by one, and none of them is one of several things."""

_SEVERAL = re.compile(
    r"^\W*(?:(?:and|so|please) )?(?:"
    r"(?:who|whom) (?:are|were|attended|signed|took part)\b|"
    r"who was (?:elected|appointed|chosen|invited|present|absent)(?: (?:for|in|at|on|to|by)\b|\W*$)|"
    r"(?:what|which) (?:are|were|is in|is on|belongs|(?:do|should|must|can) (?:I|we|you) (?:need|bring|take|pack))\b|"
    r"(?:what|which) (?:(?:two|three|four|five|six|seven|eight|nine|ten|\d+|other|main|different|all) )*"
    r"(?!is\b|was\b|does\b|has\b|this\b|address\b|business\b|process\b|class\b|bus\b|status\b|focus\b|basis\b)"
    r"(?:[a-z]+(?<![su])s|people|children|men|women)\b(?! (?:is|was|has|does)\b)|"
    r"(?:list|name|give me|show me|tell me) (?:all|the|every)\b)",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:[-+*•‣◦▪–]|\(?(?:\d{1,3}|[A-Za-z])[.)])[ \t]+(?=\S)")
_PROPER = r"(?:[A-Z][\w’'-]*(?:(?:[ \t]|[ \t](?:de|van|von|da|di|al|bin|of)[ \t])[A-Z][\w’'-]*)*)"
_ROLE = r"(?:,[ \t]+(?:the[ \t]+)?[a-z][\w-]*(?:[ \t]+(?!and\b|or\b)[a-z][\w-]*){0,4})"
_AND = r"(?:,?[ \t]+(?:and|or|as well as|&)[ \t]+|,[ \t]+)"


_BEHIND = re.compile(rf"({_ROLE}?){_AND}{_PROPER}")
_BEFORE = re.compile(rf"(?<![\w’'-])({_PROPER})({_ROLE}?){_AND}\Z")
_NAME_AND_ROLE = 200
"""Characters: no further back is the name before the last looked for."""


def asks_for_several(question: str) -> bool:
    """Tell whether a question asks for more than one thing: by a plural, a number, or "list".

    >>> asks_for_several("Which three tools are in the shed?"), asks_for_several("What is the fee?")
    (True, False)
    """
    return bool(_SEVERAL.search(question))


def whole_list(text: str, extent: Extent) -> Extent | None:
    """Return where the list stands of which the extent is an item; None if it is in none of two items or more.

    Nor is one returned of which an item is a paragraph.
    """
    items = list(_items(text, extent))
    if len(items) < 2 or any(_PARAGRAPH.search(text, *item) for item in items):
        return None
    start, end = items[0][0], items[-1][1]
    return (start, end) if len(items) <= MOST_ITEMS and end - start <= LONGEST else None


def whole_value(text: str, value: Extent) -> Extent | None:
    """Return the value of a form, or a cell, in which several things stand with commas between; None if it is another.

    >>> whole_value("Present: Ann Holm (chair), Bo Lund", (9, 34)), whole_value("Note: Late, as ever. Sorry.", (6, 27))
    ((9, 34), None)
    """
    things = re.split(r"[,;][ \t]+|[ \t]+(?:and|or|&)[ \t]+", text[slice(*value)])
    is_list = len(things) > 1 and all(thing and len(thing) <= LONGEST_THING for thing in things)
    return value if is_list and not re.search(r"[.!?]\s+[^\W\d_a-z]", text[slice(*value)]) else None


def joined_names(text: str, extent: Extent, bounds: Extent) -> Extent:
    """Return the extent with the names that are joined to it by commas and "and", if it is a name or several.

    >>> joined_names("Ida Brun and Lise Tang were elected.", (0, 8), (0, 36))
    (0, 22)
    """
    start, marked = extent
    first, roles = re.compile(_PROPER).match(text, start, marked), False
    if not first:
        return extent
    end = first.end()
    while found := _BEHIND.match(text, end, min(bounds[1], start + LONGEST + _NAME_AND_ROLE)):
        end, roles = found.end(), roles or bool(found[1])
    if end < marked:  # more than names
        return extent
    while found := _BEFORE.search(
        text, max(bounds[0], start - _NAME_AND_ROLE, marked - LONGEST - _NAME_AND_ROLE), start
    ):
        start, roles = found.start(1), roles or bool(found[2])
    if roles and (last := re.compile(_ROLE).match(text, end, bounds[1])):  # "Ann, chair, and Bo, keeper of the keys"
        end = last.end()
    if end - start > LONGEST:
        return extent
    # an aside, "Ms Brun, Lise Tang and others", is none: a list has its "and", or goes to the end
    return (start, end) if re.search(r"[ \t](?:and|or|as well as|&)[ \t]", text[start:end]) else extent


def _items(text: str, extent: Extent) -> Iterator[Extent]:
    """Yield the items of the list, of one depth, that the extent is in: without their marks."""
    lines = _lines(text, extent)
    own = max((number for number, (start, _) in enumerate(lines) if start <= extent[0]), default=0)
    depth = _depth(text, lines[own])
    if depth is None:
        return
    first = last = own
    while first > 0 and _belongs(text, lines[first - 1], depth):
        first -= 1
    while last + 1 < len(lines) and _belongs(text, lines[last + 1], depth):
        last += 1
    for start, end in lines[first : last + 1]:
        found = _ITEM.match(text, start, end)
        if found and len(found["indent"]) == depth:
            yield found.end(), end


def _lines(text: str, extent: Extent) -> list[Extent]:
    """Return the lines around an extent that are not blank, as far as a list may reach."""
    low, high = max(0, extent[0] - LONGEST), min(len(text), extent[1] + LONGEST)
    low = text.rfind("\n", 0, low) + 1
    found = re.compile(r"[^\n]*\S[^\n]*").finditer(text, low, high)
    return [(line.start(), line.start() + len(line[0].rstrip())) for line in found]


def _depth(text: str, line: Extent) -> int | None:
    found = _ITEM.match(text, *line)
    return len(found["indent"]) if found else None


def _belongs(text: str, line: Extent, depth: int) -> bool:
    """Tell whether a line is an item of that depth, or stands below one."""
    own = _depth(text, line)
    indent = len(text[line[0] : line[1]]) - len(text[line[0] : line[1]].lstrip())
    return indent > depth if own is None else own >= depth
