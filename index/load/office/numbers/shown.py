"""A cell's number as its format shows it: the section for it, as a date or as figures."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from index.load.office.numbers.dates import as_date
from index.load.office.numbers.figures import general, numbered
from index.load.office.numbers.formats import Section, sections_of

PLAIN = re.compile(r"-?\d{1,11}\.\d{1,17}", re.ASCII)
SIMPLE = {"0": ".0f", "0.0": ".1f", "0.00": ".2f", "#,##0": ",.0f", "#,##0.0": ",.1f", "#,##0.00": ",.2f"}


def shown(value: str, code: str, *, since_1904: bool = False) -> str:
    """Return a number, as it is written in the file, as a cell of this format shows it.

    >>> shown("0.4567", "0.0%"), shown("1234.5", "#,##0.00"), shown("45658", "d mmm yyyy")
    ('45.7%', '1,234.50', '1 Jan 2025')
    """
    return _plainly(value, code) or _carefully(value, code, since_1904)


@lru_cache(maxsize=1 << 14)
def _carefully(value: str, code: str, since_1904: bool) -> str:
    try:
        number = Decimal(value)
        if not number.is_finite() or abs(number.adjusted()) > 400:
            return value
        return _shown(number, code, since_1904)
    except (InvalidOperation, OverflowError, ValueError):
        return value


def _plainly(value: str, code: str) -> str:
    """The number in one of the simplest formats, ten times as fast; "" where rounding needs more care."""
    if value.isdecimal() and len(value) < 16:
        return value if not code else f"{int(value):{SIMPLE[code]}}" if code in SIMPLE else ""
    if code not in SIMPLE or not PLAIN.fullmatch(value):
        return ""
    decimals = len(value) - value.find(".") - 1
    if value.endswith("5") and decimals > int(SIMPLE[code][-2]):  # a float may be a little less than what is written
        return ""
    written = f"{float(value):{SIMPLE[code]}}"
    return "" if written.strip("-0.") == "" else written


def _shown(number: Decimal, code: str, since_1904: bool) -> str:
    sections = sections_of(code)
    section, is_signed = _chosen(sections, number)
    if section is None:
        return general(number)
    if section.is_date:
        dated = as_date(number, section.tokens, since_1904)
        return general(number) if dated is None else dated
    size = abs(number)
    written = "".join(numbered(size, section.tokens)).strip()
    negative = number < 0 and not is_signed and any(digit in "123456789" for digit in written)
    return f"-{written}" if negative else written


def _chosen(sections: Sequence[Section], number: Decimal) -> tuple[Section | None, bool]:
    """The section for the number, and whether it says by itself that the number is negative."""
    sections = sections[:3] if len(sections) > 3 else sections
    if not sections:
        return None, False
    if any(section.condition for section in sections):
        for section in sections:
            if not section.condition or _holds(number, section.condition):
                return section, False
        return sections[-1], False
    if number < 0 and len(sections) > 1:
        return sections[1], True
    if number == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], False


def _holds(number: Decimal, condition: str) -> bool:
    match = re.fullmatch(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)", condition)
    if not match:
        return True
    try:
        limit = Decimal(match[2])
    except InvalidOperation:
        return True
    outcomes = {
        "<": number < limit, ">": number > limit, "=": number == limit,
        "<=": number <= limit, ">=": number >= limit, "<>": number != limit,
    }  # fmt: skip
    return outcomes[match[1]]
