"""Numbers and dates of a spreadsheet as its number formats show them (ECMA-376, part 1, 18.8.30)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: "$#,##0;($#,##0)",
    6: "$#,##0;($#,##0)",
    7: "$#,##0.00;($#,##0.00)",
    8: "$#,##0.00;($#,##0.00)",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    14: "yyyy-mm-dd",  # each computer shows it in its own order; this one cannot be misread
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    41: "#,##0;-#,##0",
    42: "$#,##0;-$#,##0",
    43: "#,##0.00;-#,##0.00",
    44: "$#,##0.00;-$#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss",
    48: "0.0E+0",
}
"""The formats that a file names only by number."""
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<halves>AM/PM|A/P)|'
    r"(?P<general>General)|(?P<letters>y+|m+|d+|h+|s+|e+(?![+-])|b+|g+)|(?P<power>E[+-])|"
    r"(?P<digits>[0#?]+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1))
LAST_DAY = 2_958_465
"""The 31st of December 9999; what is later is shown as a number."""
PLAIN = re.compile(r"-?\d{1,11}\.\d{1,17}", re.ASCII)
SIMPLE = {"0": ".0f", "0.0": ".1f", "0.00": ".2f", "#,##0": ",.0f", "#,##0.0": ",.1f", "#,##0.00": ",.2f"}
MOST_DIGITS = 30
EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of a format between semicolons: for which numbers, and how."""

    tokens: Sequence[_Token]
    condition: str

    @property
    def is_date(self) -> bool:
        return any(token.kind in {"letters", "elapsed", "halves"} for token in self.tokens)


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


def general(number: Decimal) -> str:
    """Return a number as a cell without a format shows it, if the column is wide enough."""
    if number == number.to_integral_value(context=EXACT) and abs(number) < Decimal(10) ** 16:
        return f"{int(number)}"
    written = f"{float(number):.10g}"
    mantissa, _, power = written.partition("e")
    return f"{mantissa}E{power}" if power else written


def _shown(number: Decimal, code: str, since_1904: bool) -> str:
    sections = _sections(code)
    section, is_signed = _chosen(sections, number)
    if section is None:
        return general(number)
    if section.is_date:
        dated = _dated(number, section.tokens, since_1904)
        return general(number) if dated is None else dated
    size = abs(number)
    written = "".join(_numbered(size, section.tokens)).strip()
    negative = number < 0 and not is_signed and any(digit in "123456789" for digit in written)
    return f"-{written}" if negative else written


def _chosen(sections: Sequence[_Section], number: Decimal) -> tuple[_Section | None, bool]:
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


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[_Section, ...]:
    """The sections of a format; none for the general one."""
    if code.strip().lower() in {"", "general", "@"}:
        return ()
    sections: list[list[_Token]] = [[]]
    conditions = [""]
    for token in _tokens(code[:1000]):
        if token.kind == "other" and token.text == ";":
            sections.append([])
            conditions.append("")
        elif token.kind == "condition":
            conditions[-1] = token.text
        else:
            sections[-1].append(token)
    return tuple(_Section(tuple(_minutes(t)), c) for t, c in zip(sections, conditions, strict=True))


def _tokens(code: str) -> Iterator[_Token]:
    for match in TOKEN.finditer(code):
        kind = match.lastgroup
        if kind is None:  # room for a character, or one to fill the cell with
            continue
        text = match[kind]
        if kind == "bracket":
            yield from _bracketed(text)
        elif kind in {"quoted", "escaped"}:
            yield _Token("literal", text)
        else:
            yield _Token(kind, text.lower() if kind == "letters" else text)


def _bracketed(text: str) -> Iterator[_Token]:
    """A currency, a condition or an elapsed time; colours are not for a text."""
    if text.startswith("$"):
        yield _Token("literal", text[1:].partition("-")[0])
    elif re.fullmatch(r"[hms]+", text, re.IGNORECASE):
        yield _Token("elapsed", text.lower())
    elif text[:1] in {"<", ">", "="}:
        yield _Token("condition", text)


def _minutes(tokens: Sequence[_Token]) -> Iterator[_Token]:
    """Tell minutes from months: they stand after hours or before seconds."""
    times = [n for n, token in enumerate(tokens) if token.kind in {"letters", "elapsed"}]
    for number, token in enumerate(tokens):
        if token.kind == "letters" and token.text[0] == "m" and len(token.text) <= 2:
            at = times.index(number)
            before = tokens[times[at - 1]].text[0] if at else ""
            after = tokens[times[at + 1]].text[0] if at + 1 < len(times) else ""
            if before == "h" or after == "s":
                yield _Token("letters", "n" * len(token.text))
                continue
        yield token


def _dated(number: Decimal, tokens: Sequence[_Token], since_1904: bool) -> str | None:
    """The number as a date or a time; None if there is no such day."""
    if not 0 <= number <= LAST_DAY:
        return None
    days = number if since_1904 or number >= 60 else number + 1  # Excel has a 29th of February 1900
    has_parts = any(token.kind == "digits" for token in tokens)
    seconds = int((days * 86400).quantize(Decimal(1), ROUND_HALF_UP)) if not has_parts else int(days * 86400)
    moment = EPOCHS[since_1904] + timedelta(seconds=seconds)
    total = int((number * 86400).quantize(Decimal(1), ROUND_HALF_UP))
    halves = any(token.kind == "halves" for token in tokens)
    pieces = list(_moments(moment, total, tokens, halves, days * 86400 - seconds))
    return "".join(pieces).strip()


def _moments(moment: datetime, total: int, tokens: Sequence[_Token], halves: bool, part: Decimal) -> Iterator[str]:
    for token in tokens:
        match token.kind:
            case "letters":
                yield _part_of(moment, token.text, halves)
            case "elapsed":
                size = {"h": 3600, "m": 60, "s": 1}[token.text[0]]
                yield f"{total // size:0{len(token.text)}}"
            case "halves":
                word = "AM" if moment.hour < 12 else "PM"
                yield word if len(token.text) > 3 else word[0]
            case "digits":
                places = min(len(token.text), 6)
                yield f"{int(part * 10**places):0{places}}"
            case "literal" | "other":
                yield "" if token.text == "@" else token.text


def _part_of(moment: datetime, letters: str, halves: bool) -> str:
    hour = moment.hour % 12 or 12 if halves else moment.hour
    numbers = {"d": moment.day, "m": moment.month, "h": hour, "n": moment.minute, "s": moment.second}
    first, size = letters[0], len(letters)
    if first in "yeb":
        return f"{moment.year:04}" if size > 2 or first == "e" else f"{moment.year % 100:02}"
    if first == "g":
        return ""
    if first == "m" and size > 2:
        name = MONTHS[moment.month - 1]
        return name[:1] if size == 5 else name if size > 3 else name[:3]
    if first == "d" and size > 2:
        return DAYS[moment.weekday()] if size > 3 else DAYS[moment.weekday()][:3]
    return f"{numbers[first]:0{min(size, 2)}}"


def _numbered(size: Decimal, tokens: Sequence[_Token]) -> Iterator[str]:
    """The pieces of a number that is not negative, in one section."""
    places = [n for n, token in enumerate(tokens) if token.kind == "digits"]
    if not places:
        for token in tokens:
            yield general(size) if token.kind == "general" or token.text == "@" else token.text
        return
    power = next((n for n, token in enumerate(tokens) if token.kind == "power"), None)
    slash = next((n for n, t in enumerate(tokens) if t.text == "/" and places[0] < n < places[-1]), None)
    last = max(n for n in places if power is None or n < power)
    core = tokens[places[0] : last + 1]
    for token in tokens[: places[0]]:
        yield token.text
    size = size * Decimal(100) ** sum(t.text.count("%") for t in tokens if t.kind == "other")
    if slash is not None:
        yield general(size)
    elif power is not None:
        yield from _scientific(size, core, tokens[power:])
        return
    else:
        after = last + 1
        while after < len(tokens) and tokens[after].text == ",":  # each one divides by a thousand
            size, after = size / 1000, after + 1
        yield _digits(size, core)
    yield from (token.text for token in tokens[last + 1 :] if token.text != ",")


def _digits(size: Decimal, core: Sequence[_Token]) -> str:
    """The digits, with as many decimals as the format has room for."""
    pattern = "".join(token.text for token in core if token.kind == "digits" or token.text in ".,")
    whole_part, _, decimals = pattern.partition(".")
    decimals = decimals.replace(",", "")[:MOST_DIGITS]
    rounded = size.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP, context=EXACT)
    digits, _, rest = f"{rounded:f}".partition(".")
    least = min(whole_part.count("0"), MOST_DIGITS)
    digits = "" if digits == "0" and not least else digits.zfill(least)
    if any(token.kind == "literal" or token.text in "-/() " for token in core):
        return _laid_out(digits, rest, core)
    if "," in whole_part and digits:
        digits = f"{int(digits):,}" if not digits.startswith("0") or digits == "0" else digits
    keep = len(decimals.rstrip("#?"))
    rest = rest[:keep] + rest[keep:].rstrip("0")
    point = "." if rest or ("." in pattern and keep) else ""
    return f"{digits}{point}{rest}"


def _laid_out(digits: str, rest: str, core: Sequence[_Token]) -> str:
    """Digits with something between them, as a telephone number's are: the last ones go to the last places."""
    wanted = [len(token.text) for token in core if token.kind == "digits"]
    pieces, left = list[str](), digits.zfill(sum(wanted)) if not rest else f"{digits}{rest}"
    for number, size in enumerate(reversed(wanted)):
        is_first = number == len(wanted) - 1
        pieces.append(left if is_first else left[-size:])
        left = "" if is_first else left[:-size]
    return "".join(pieces.pop() if token.kind == "digits" else token.text for token in core)


def _scientific(size: Decimal, core: Sequence[_Token], rest: Sequence[_Token]) -> Iterator[str]:
    power = size.adjusted() if size else 0
    mantissa = _digits(size.scaleb(-power, context=EXACT), core)
    if mantissa.startswith("10"):
        power, mantissa = power + 1, _digits(size.scaleb(-power - 1, context=EXACT), core)
    sign = "-" if power < 0 else "+" if rest[0].text.endswith("+") else ""
    width = sum(len(token.text) for token in rest[1:] if token.kind == "digits")
    yield f"{mantissa}E{sign}{abs(power):0{min(max(width, 1), 9)}}"
