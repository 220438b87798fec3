"""Days and times, that a spreadsheet counts from the end of 1899, or of 1903."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from index.load.office.numbers.figures import EXACT
from index.load.office.numbers.formats import Token
from index.months import MONTHS

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1))
LAST_DAY = 2_958_465
"""The 31st of December 9999; what is later is shown as a number."""


MOST_PLACES = 6
"""Of a second's decimals."""


def as_date(number: Decimal, tokens: Sequence[Token], since_1904: bool) -> str | None:
    """The number as a date or a time; None if there is no such day."""
    if not 0 <= number <= LAST_DAY:
        return None
    days = number if since_1904 or number >= 60 else number + 1  # Excel has a 29th of February 1900
    places = max((min(len(token.text), MOST_PLACES) for token in tokens if token.kind == "digits"), default=0)
    exact, elapsed = (
        (each * 86400).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, context=EXACT) for each in (days, number)
    )
    moment = EPOCHS[since_1904] + timedelta(seconds=int(exact))
    halves = any(token.kind == "halves" for token in tokens)
    pieces = list(_moments(moment, int(elapsed), tokens, halves, exact - int(exact)))
    return "".join(pieces).strip()


def _moments(moment: datetime, total: int, tokens: Sequence[Token], halves: bool, part: Decimal) -> Iterator[str]:
    for token in tokens:
        match token.kind:
            case "letters":
                yield _part_of(moment, token.text, halves)
            case "elapsed":
                size = {"h": 3600, "m": 60, "s": 1}[token.text[0]]
                yield f"{total // size:0{len(token.text)}}"
            case "halves":
                word = "AM" if moment.hour < 12 else "PM"
                letter = word[0].lower() if token.text.islower() else word[0]
                yield word if len(token.text) > 3 else letter
            case "digits":
                places = min(len(token.text), MOST_PLACES)
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
