"""A text as its words are found by: what nobody sees is gone, what is written in several ways is written in one more.

Passages and questions go through the same function, so a date in one form is found by another, and a Chinese question
by its characters: the tokenizer makes one word of a run of them.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index.months import FORMS, NUMBERS
from index.types import Extent

_INVISIBLE = "\u00ad\u200b\u2060\ufeff"
_WITHOUT_SPACES = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_APART = re.compile(f"[{_INVISIBLE}{_WITHOUT_SPACES}]")
_NAMED = "|".join(FORMS)
_DATE = re.compile(
    r"\b(?:(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"|(?P<one>\d{1,2})(?P<mark>[-/.]) ?(?P<two>\d{1,2})(?P=mark) ?(?P<years>\d{4})"
    rf"|(?P<day_before>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?(?P<named>{_NAMED})\b\.?,? (?P<year_after>\d{{4}})"
    rf"|(?P<first>{_NAMED})\b\.? (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year_last>\d{{4}}))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d\d*")
"""Not ``\\d+``: what begins with one character of a kind is looked for without trying each place, in half the time."""
_GROUPED = re.compile(
    r"(?<![\d.,'’])\d{1,3}(?:(?P<mark>[,.'’ \u00a0\u202f])\d{3})(?:(?P=mark)\d{3})*(?![\d'’]|[.,]\d{3})"
)

_BEFORE, _BEHIND = 24, 8
"""So many characters around its year a date is looked for: "30th of September, " before it, "-12-31" behind it."""


def seen(text: str) -> str:
    """Return a text as its words are cut.

    >>> seen("due 12.03.2024"), seen("due March 12th, 2024"), seen("1,150 euros"), seen("会议")
    ('due 12.03.2024 d20240312 d20241203 ', 'due March 12th, 2024 d20240312 ', '1,150 1150  euros', ' 会  议 ')
    """
    if not text.isascii():
        text = _APART.sub(_apart, text)
    neighbours = [*pairwise([found.span() for found in _NUMBER.finditer(text)])]
    if not neighbours:
        return text
    dated = _dated(text, _years(neighbours))
    return _GROUPED.sub(_plain, dated) if _has_thousands(neighbours) else dated


def _apart(found: re.Match[str]) -> str:
    return "" if found[0] in _INVISIBLE else f" {found[0]} "


def _years(neighbours: Iterable[tuple[Extent, Extent]]) -> list[Extent]:
    """List the numbers of four digits with one of a day or a month beside them. Few years have one.

    To look for a date around every year, or at every word, would be most of what cutting costs.
    """
    years = list[Extent]()
    for one, two in neighbours:
        if two[0] - one[1] < _BEFORE:
            widths = one[1] - one[0], two[1] - two[0]
            if widths in {(4, 1), (4, 2)}:
                years.append(one)
            elif widths in {(1, 4), (2, 4)}:
                years.append(two)
    return years


def _has_thousands(neighbours: Iterable[tuple[Extent, Extent]]) -> bool:
    """Tell whether three digits stand one character behind at most three others."""
    return any(two[0] - one[1] == 1 and two[1] - two[0] == 3 and one[1] - one[0] <= 3 for one, two in neighbours)


def _dated(text: str, years: Sequence[Extent]) -> str:
    """Put a word for its day behind each date that has one of these years."""
    parts, done = list[str](), 0
    for start, end in years:
        while found := _DATE.search(text, max(done, start - _BEFORE), end + _BEHIND):
            parts += [text[done : found.start()], _day(found)]
            done = found.end()
    return "".join([*parts, text[done:]])


def _day(found: re.Match[str]) -> str:
    """Put a word for the day behind a date; two, where day and month may have been meant the other way round."""
    part = found.groupdict()
    if part["year"]:
        days = [(part["year"], part["month"], part["day"])]
    elif part["years"]:
        days = [(part["years"], part["two"], part["one"]), (part["years"], part["one"], part["two"])]
    elif part["named"]:
        days = [(part["year_after"], NUMBERS[part["named"].lower()], part["day_before"])]
    else:
        days = [(part["year_last"], NUMBERS[part["first"].lower()], part["day_after"])]
    written = {f"d{int(y):04}{int(m):02}{int(d):02}" for y, m, d in days if 1 <= int(m) <= 12 and 1 <= int(d) <= 31}
    return " ".join([found[0], *sorted(written), ""])


def _plain(found: re.Match[str]) -> str:
    """Put a number behind itself without the marks between its thousands."""
    return f"{found[0]} {re.sub(r'[^0-9]', '', found[0])} "
