"""Was the other one asked about? What entry costs adults is not what it costs children, and gross is not net.

Retrieval and reader both take opposites for alike: they stand in the same sentences.
"""

import re
from collections.abc import Mapping

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


def _meant(text: str, places: Mapping[str, tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for word in _WORD.findall(text.casefold()):
        if place := places.get(word):
            found.setdefault(place[0], set()).add(place[1])
    return found
