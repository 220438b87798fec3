"""What templates are filled with: names, prices, dates and things, each drawn by chance."""

import random
from collections.abc import Callable, Sequence

from index.months import MONTHS

Value = Callable[[random.Random], str]

FIRST = (
    "Anna Marek Joon-ho Lucia Tomas Aiko Fatima Peter Grace Igor Mei Omar Ingrid Paulo Nadia Viktor Hana Samuel "
    "Leila Bruno Chen Elena Kofi Marta Yusuf Sofia Daniel Ji-woo Haruto Carmen"
).split()
LAST = (
    "Novak Okafor Lindqvist Moreau Tanaka Haddad Silva Petrov Kim Albrecht Osei Rossi Dvorak Nakamura Fernandes "
    "Jansen Park Weiss Moretti Adeyemi Larsen Choi Ivanova Costa Brandt Suzuki Mbeki Keller Santos Yilmaz"
).split()
THINGS = (
    "copper,salt fish,timber,maps,bicycles,tea,wool,glass,cheese,paper,silk,clocks,ropes,bricks,honey,wine,lamps,"
    "seeds,boats,carpets,letters,medical records,passwords,invoices,photographs,old coins"
).split(",")
_NAMES = "Okafor,Lindqvist,Moreau,Tanaka,Haddad,Petrov,Albrecht,Rossi,Dvorak,Jansen,Weiss,Adeyemi,Larsen,Choi".split(
    ","
)
_TITLES = "Ms,Mr,Dr,Professor".split(",")


def drawn(value: Value | Sequence[str], random_: random.Random) -> str:
    """Draw a value, or one of a list."""
    return value(random_) if callable(value) else random_.choice(value)


def one(*values: str) -> Value:
    """Return what draws one of these."""
    return lambda random_: random_.choice(values)


def amount(unit: str, low: int, high: int) -> Value:
    """Return what draws so many of a unit, as "12 weeks"."""
    return lambda random_: f"{random_.randint(low, high)} {unit}"


def number(random_: random.Random) -> str:
    """Draw a number, as "1,450"."""
    return f"{random_.choice((random_.randint(2, 99), random_.randint(100, 990), 50 * random_.randint(2, 60))):,}"


def price(random_: random.Random) -> str:
    """Draw an amount of money, as "84 euros"."""
    return f"{number(random_)} {random_.choice(('euros', 'dollars', 'pounds', 'francs', 'kroner'))}"


def time(random_: random.Random) -> str:
    """Draw a time of day, as "9:30"."""
    return random_.choice(("{}:{:02}", "{}.{:02}")).format(random_.randint(6, 22), 15 * random_.randrange(4))


def date(random_: random.Random) -> str:
    """Draw a day of a year, as "3 May"."""
    return f"{random_.randint(1, 28)} {random_.choice(MONTHS)}"


def person(random_: random.Random) -> str:
    """Draw a person by title and last name."""
    return f"{random_.choice(_TITLES)} {random_.choice(_NAMES)}"


def name(random_: random.Random) -> str:
    """Draw a person by first and last name."""
    return f"{random_.choice(FIRST)} {random_.choice(LAST)}"


def code(random_: random.Random) -> str:
    """Draw what a part or a room is called, as "KN-204"."""
    return f"{random_.choice('ABDEHKMRT')}{random_.choice('CFLNPSX')}-{random_.randint(100, 4_999)}"


def phone(random_: random.Random) -> str:
    """Draw a telephone number."""
    return f"0{random_.randint(20, 99)} {random_.randint(100, 999)} {random_.randint(1000, 9999)}"


def day(random_: random.Random) -> str:
    """Draw a day, as "2024-05-03" or "3 May 2024"."""
    iso = f"20{random_.randint(18, 27)}-{random_.randint(1, 12):02}-{random_.randint(1, 28):02}"
    return random_.choice((iso, f"{date(random_)} 20{random_.randint(18, 27)}"))


def hours(random_: random.Random) -> str:
    """Draw from when to when something is open, as "9:30 to 17.15"."""
    return f"{time(random_)} to {time(random_)}"
