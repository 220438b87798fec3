"""Examples whose passage says the same of two things: "a half plot costs 45 euros a year, a full plot 84".

A reader that only matches the kind of answer takes either number. Made from templates in our own words; some ask for
a third thing, of which the passage says nothing.
"""

import random

from index.months import MONTHS
from qa.train.data import Example
from qa.train.values import Value, date, number, person, price, time

_KINDS = (
    "half full,small large,morning evening,first second,northern southern,old new,upper lower,summer winter,"
    "short long,red blue,inner outer,local regional,junior senior,spring autumn,weekday weekend,single double"
).split(",")
_EXTRA = "third,western,annual,central,spare,temporary,green,middle,private,monthly".split(",")
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_TOWNS = "Harwick,Lindau,Porto Velho,Maribor,Oulu,Cork,Girona,Tartu,Bergen,Leiria,Ghent,Turku,Split,Graz".split(",")


_SAYINGS: tuple[tuple[Value, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        price,
        "plot ticket room pass permit licence share cabin",
        (
            "A {a} {n} costs {x} a year and a {b} {n} {y}.",
            "The price of a {a} {n} is {x}; a {b} {n} is {y}.",
            "Members pay {x} for a {a} {n} and {y} for a {b} one.",
        ),
        ("What does a {q} {n} cost?", "How much is a {q} {n}?", "What is the price of the {q} {n}?"),
    ),
    (
        number,
        "hall tank bus boat school ward library theatre",
        (
            "The {a} {n} holds {x}, the {b} {n} {y}.",
            "There is room for {x} in the {a} {n} and for {y} in the {b} one.",
            "While the {a} {n} has a capacity of {x}, that of the {b} {n} is {y}.",
        ),
        ("How many does the {q} {n} hold?", "What is the capacity of the {q} {n}?"),
    ),
    (
        time,
        "gate market train ferry class shift office",
        (
            "The {a} {n} opens at {x} and the {b} {n} at {y}.",
            "The {a} {n} begins at {x}, the {b} one at {y}.",
        ),
        ("When does the {q} {n} start?", "At what time does the {q} {n} open?"),
    ),
    (
        date,
        "round report instalment exhibition course meeting survey",
        (
            "The {a} {n} is due on {x}, the {b} {n} on {y}.",
            "The {a} {n} took place on {x}; the {b} {n} followed on {y}.",
            "Between the {a} {n} ({x}) and the {b} {n} ({y}) nothing was decided.",
        ),
        ("When is the {q} {n}?", "On what date was the {q} {n}?", "What is the date of the {q} {n}?"),
    ),
    (
        lambda random_: random_.choice(_DAYS),
        "collection market delivery seminar clinic",
        ("The {a} {n} is on {x} and the {b} {n} on {y}.", "On {x} there is the {a} {n}, on {y} the {b} one."),
        ("On which day is the {q} {n}?", "What day is the {q} {n} held?"),
    ),
    (
        person,
        "team garden archive station garage section committee",
        (
            "{x} looks after the {a} {n}, {y} after the {b} {n}.",
            "The {a} {n} is headed by {x} and the {b} {n} by {y}.",
            "{x} has run the {a} {n} since {m}; the {b} {n} is in the hands of {y}.",
        ),
        ("Who is in charge of the {q} {n}?", "Who looks after the {q} {n}?", "Who heads the {q} {n}?"),
    ),
    (
        lambda random_: random_.choice(_TOWNS),
        "plant office bridge school depot workshop",
        (
            "The {a} {n} is in {x}, the {b} {n} in {y}.",
            "They built the {a} {n} at {x} and the {b} {n} at {y}.",
        ),
        ("Where is the {q} {n}?", "In which town is the {q} {n}?"),
    ),
)


def contrast_examples(count: int, *, seed: int) -> list[Example]:
    """Make ``count`` examples, the same ones for the same seed; one in eight has no answer."""
    random_ = random.Random(f"contrasts/{seed}")
    return [_make(random_, place) for place in range(count)]


def _make(random_: random.Random, place: int) -> Example:
    value, nouns, sayings, questions = random_.choice(_SAYINGS)
    first, second = random_.sample(random_.choice(_KINDS).split(), 2)
    x = y = value(random_)
    while x == y or x in y or y in x:
        x, y = value(random_), value(random_)
    noun = random_.choice(nouns.split())
    asked = random_.choice((first, second)) if random_.random() < 0.875 else random_.choice(_EXTRA)
    marks = {"a": first, "b": second, "n": noun, "m": random_.choice(MONTHS)}
    saying = random_.choice(sayings)
    context = saying.format(**marks, x=x, y=y)
    answers: tuple[tuple[int, int], ...] = ()
    if asked in (first, second):
        marked = saying.format(**marks, x="\0" if asked == first else x, y="\0" if asked == second else y)
        start = marked.index("\0")
        answers = ((start, start + len(x if asked == first else y)),)
    question = random_.choice(questions).format(q=asked, n=noun)
    context = context[0].upper() + context[1:]
    return Example(f"contrast-{place}", "contrasts", "", question, context, answers)
