"""Was the other one asked about? What entry costs adults is not what it costs children, and flat 4 is not flat 9.

Retrieval and reader both take them for alike: they stand in the same sentences.
"""

import re
from collections.abc import Iterator, Mapping

from index.months import MONTHS

_GROUPS = (
    "gross | net",
    "summer | winter",
    "minimum + min | maximum + max",
    "adult adults | child children kids",
    "single | double",
    "indoor indoors | outdoor outdoors",
    "inner | outer",
    "hourly + hour | daily + day | weekly + week | monthly + month | quarterly + quarter | yearly annual + year",
    "weekday weekdays | weekend weekends",
    "morning mornings | afternoon afternoons | evening evenings",
    "men | women",
    "boys | girls",
    "male | female",
    "hot | cold",
    "upper | lower",
    "internal | external",
    "wholesale | retail",
    "imports imported | exports exported",
    "junior | senior",
)
"""What excludes each other; behind a plus stand words that say the same, and are too common to be asked about.

Not ordinals, nor points of the compass: the first aid box may hang on the second floor, and North Street run east."""

_WORD = re.compile(r"[^\W\d_]+")

_NUMBER = r"(?P<number>\d{1,6})(?!\w|[.,:/-]\d|[ \u00a0]?[%€$£])"
_NUMBERED = re.compile(rf"\b(?P<noun>[^\W\d_]{{3,}})[ \u00a0](?:(?:no|nr|number)\b\.? ?|# ?)?{_NUMBER}", re.IGNORECASE)
"""A thing with a number: "flat 9", "Batch no. 211"."""
_NO_THINGS = frozenset(
    "about above after aged ages and any are around before below between but costs during every exactly for from has "
    "have into least less maximum minimum minus more most near not nor number only over page pages per plus since than "
    "the then times under until was were when with within year years".split()
) | frozenset(month.lower() for form in MONTHS for month in (form, form[:3]))
"""Before a number they make no name of it: it counts, or it is a day or an amount."""
_ON = re.compile(
    r"[ \u00a0]*(?:to|through|and|or|,|&|[-–—/])[ \u00a0]*(?:\d|(?:over|older|above|more|up|under|below|less)\b)|\+",
    re.IGNORECASE,
)
"""Behind a number: others may be meant with it."""
_FROM = re.compile(r"\b(?:from|since|until|till|after|before|than)(?: the)?\s*$", re.IGNORECASE)
"""Before a thing with a number: the others on one side of it are meant."""


def _places(*, common: bool) -> Mapping[str, tuple[int, int]]:
    """Return each word's group, and which of it the word means."""
    found: dict[str, tuple[int, int]] = {}
    for group, line in enumerate(_GROUPS):
        for number, one in enumerate(line.split("|")):
            names, _, more = one.partition("+")
            found |= dict.fromkeys([*names.split(), *(more.split() if common else ())], (group, number))
    return found


_NAMED, _MEANT = _places(common=False), _places(common=True)


def is_of_another(question: str, said: str) -> bool:
    """Tell whether a text names the opposite of what a question names, and not that itself.

    >>> said = "Entry costs 5 euros for adults."
    >>> is_of_another("What does entry cost for children?", said), is_of_another("What does entry cost adults?", said)
    (True, False)
    """
    asked = _meant(question, _NAMED)
    if not asked:
        return False
    named, meant = _meant(said, _NAMED), _meant(said, _MEANT)
    return any(
        len(those) == 1 and group in named and those.isdisjoint(meant.get(group, ())) for group, those in asked.items()
    )


def is_of_another_number(question: str, said: str) -> bool:
    """Tell whether a text names such a thing with another number than a question does, and has not that number itself.

    >>> said = "Flat 14: there were 27 applications."
    >>> is_of_another_number("How many applied for flat 9?", said), is_of_another_number("Who wants flat 14?", said)
    (True, False)
    """
    asked = {(noun, found["number"]) for noun, found in _numbered(question)}
    if not asked:
        return False
    numbers = set(re.findall(r"\d+", said))
    told = {noun for noun, found in _numbered(said) if not _is_of_several(said, found)}
    return any(number not in numbers and noun in told for noun, number in asked)


def _is_of_several(text: str, found: re.Match[str]) -> bool:
    """Tell whether more is meant than the one thing: "weeks 3 to 9", "lane 3 and up", "from week 36"."""
    return bool(_ON.match(text, found.end()) or _FROM.search(text, max(0, found.start() - 16), found.start()))


def _numbered(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the things with a number, each in the singular, and where it stands."""
    for found in _NUMBERED.finditer(text):
        noun = found["noun"].casefold()
        if noun not in _NO_THINGS:
            yield noun.removesuffix("s"), found


def _meant(text: str, places: Mapping[str, tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for word in _WORD.findall(text.casefold()):
        if place := places.get(word):
            found.setdefault(place[0], set()).add(place[1])
    return found
