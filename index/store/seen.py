"""A text as its words are found by: what nobody sees is gone, what is written in several ways is written in one more.

Passages and questions go through the same function, so a date in one form is found by another, and a Chinese question
by its characters: the tokenizer makes one word of a run of them.
"""

import re

_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_WITHOUT_SPACES = re.compile(
    "([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff])"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september|oct october|"
        "nov november|dec december".split("|"),
        1,
    )
    for name in names.split()
}
_NAMED = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    r"\b(?:(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"|(?P<one>\d{1,2})(?P<mark>[-/.]) ?(?P<two>\d{1,2})(?P=mark) ?(?P<years>\d{4})"
    rf"|(?P<day_before>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?(?P<named>{_NAMED})\b\.?,? (?P<year_after>\d{{4}})"
    rf"|(?P<first>{_NAMED})\b\.? (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year_last>\d{{4}}))\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_GROUPED = re.compile(
    r"(?<![\d.,'’])\d{1,3}(?:(?P<mark>[,.'’ \u00a0\u202f])\d{3})(?:(?P=mark)\d{3})*(?![\d'’]|[.,]\d{3})"
)

_YEAR = re.compile(r"\d{4}")
_THOUSANDS = re.compile(r"\d[,.'’ \u00a0\u202f]\d{3}")
"""What every date has, and every number with its thousands apart. Most passages have neither."""

_BEFORE, _BEHIND = 24, 8
"""So many characters around its year a date is looked for: "30th of September, " before it, "-12-31" behind it."""


def seen(text: str) -> str:
    """Return a text as its words are cut.

    >>> seen("due 12.03.2024"), seen("due March 12th, 2024"), seen("1,150 euros"), seen("会议")
    ('due 12.03.2024 d20240312 d20241203 ', 'due March 12th, 2024 d20240312 ', '1,150 1150  euros', ' 会  议 ')
    """
    if not text.isascii():
        text = _WITHOUT_SPACES.sub(r" \1 ", _INVISIBLE.sub("", text))
    if not _DIGIT.search(text):
        return text
    text = _dated(text)
    return _GROUPED.sub(_plain, text) if _THOUSANDS.search(text) else text


def _dated(text: str) -> str:
    """Put a word for its day behind each date. To look for one at every word would be most of what cutting costs."""
    parts, done = list[str](), 0
    for year in _YEAR.finditer(text):
        while found := _DATE.search(text, max(done, year.start() - _BEFORE), year.end() + _BEHIND):
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
        days = [(part["year_after"], _MONTHS[part["named"].lower()], part["day_before"])]
    else:
        days = [(part["year_last"], _MONTHS[part["first"].lower()], part["day_after"])]
    written = {f"d{int(y):04}{int(m):02}{int(d):02}" for y, m, d in days if 1 <= int(m) <= 12 and 1 <= int(d) <= 31}
    return " ".join([found[0], *sorted(written), ""])


def _plain(found: re.Match[str]) -> str:
    """Put a number behind itself without the marks between its thousands."""
    return f"{found[0]} {re.sub(r'[^0-9]', '', found[0])} "
