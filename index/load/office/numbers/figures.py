"""Figures: with as many digits, and as they are grouped, as a format asks for."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from index.load.office.numbers.formats import Token

MOST_DIGITS = 30
EXACT = Context(prec=60)


def general(number: Decimal) -> str:
    """Return a number as a cell without a format shows it, if the column is wide enough."""
    if number == number.to_integral_value(context=EXACT) and abs(number) < Decimal(10) ** 16:
        return f"{int(number)}"
    written = f"{float(number):.10g}"
    mantissa, _, power = written.partition("e")
    return f"{mantissa}E{power}" if power else written


def numbered(size: Decimal, tokens: Sequence[Token]) -> Iterator[str]:
    """The pieces of a number that is not negative, in one section."""
    places = [n for n, token in enumerate(tokens) if token.kind == "digits"]
    if not places:
        for token in tokens:
            yield general(size) if token.kind == "general" or token.text == "@" else token.text
        return
    power = next((n for n, token in enumerate(tokens) if token.kind == "power"), None)
    slash = next((n for n, t in enumerate(tokens) if t.text == "/" and n - 1 in places), None)
    last = max(n for n in places if power is None or n < power)
    core = tokens[places[0] : last + 1]
    for token in tokens[: places[0]]:
        yield token.text
    size = size * Decimal(100) ** sum(t.text.count("%") for t in tokens if t.kind == "other")
    if slash is not None:
        yield from _fraction(size, tokens, slash, has_whole=places[0] < slash - 1)
        return
    if power is not None:
        yield from _scientific(size, core, tokens[power:])
        return
    after = last + 1
    while after < len(tokens) and tokens[after].text == ",":  # each one divides by a thousand
        size, after = size / 1000, after + 1
    yield _digits(size, core)
    yield from (token.text for token in tokens[last + 1 :] if token.text != ",")


def _digits(size: Decimal, core: Sequence[Token]) -> str:
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


def _laid_out(digits: str, rest: str, core: Sequence[Token]) -> str:
    """Digits with something between them, as a telephone number's are: the last ones go to the last places."""
    wanted = [len(token.text) for token in core if token.kind == "digits"]
    pieces, left = list[str](), digits.zfill(sum(wanted)) if not rest else f"{digits}{rest}"
    for number, size in enumerate(reversed(wanted)):
        is_first = number == len(wanted) - 1
        pieces.append(left if is_first else left[-size:])
        left = "" if is_first else left[:-size]
    return "".join(pieces.pop() if token.kind == "digits" else token.text for token in core)


def _fraction(size: Decimal, tokens: Sequence[Token], slash: int, *, has_whole: bool) -> Iterator[str]:
    """A whole number and a fraction, or only a fraction: in the parts that the format names, else the nearest ones."""
    end = slash + 1
    while end < len(tokens) and set(tokens[end].text) <= set("0123456789#?"):
        end += 1
    named = "".join(token.text for token in tokens[slash + 1 : end])
    whole = int(size) if has_whole else 0
    if named.isdecimal() and int(named):
        below = int(named)
        above = int(((size - whole) * below).to_integral_value(ROUND_HALF_UP, context=EXACT))
    else:
        nearest = Fraction(size - whole).limit_denominator(10 ** min(max(len(named), 1), 9) - 1)
        above, below = nearest.numerator, nearest.denominator
    if has_whole and above == below:
        whole, above = whole + 1, 0
    part = f"{above}/{below}" if above or not has_whole else ""
    yield " ".join(filter(None, (str(whole) if whole or not part else "", part)))
    yield from (token.text for token in tokens[end:])


def _scientific(size: Decimal, core: Sequence[Token], rest: Sequence[Token]) -> Iterator[str]:
    """Digits and a power of ten; with room for three digits before the point, only each third power."""
    before = "".join(token.text for token in core).partition(".")[0]
    room = max(1, sum(before.count(place) for place in "0#?"))
    power = size.adjusted() if size else 0
    power -= power % room
    mantissa = _digits(size.scaleb(-power, context=EXACT), core)
    if len(mantissa.partition(".")[0]) > room:  # rounding made it one more
        power += room
        mantissa = _digits(size.scaleb(-power, context=EXACT), core)
    sign = "-" if power < 0 else "+" if rest[0].text.endswith("+") else ""
    width = sum(len(token.text) for token in rest[1:] if token.kind == "digits")
    yield f"{mantissa}E{sign}{abs(power):0{min(max(width, 1), 9)}}"
    yield from (token.text for token in rest[1:] if token.kind == "literal")
