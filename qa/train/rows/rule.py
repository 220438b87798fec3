"""Rules that turn round: what is allowed and what is not, except and never."""

import random

from qa.train.data import Example
from qa.train.rows.marked import example
from qa.train.values import THINGS, name

_RULES = (
    ("{A} may be stored in the yard, {b} may not.", "May I store {q} in the yard?"),
    ("{A} can be returned; {b} cannot.", "Can I return {q}?"),
    ("{A} are covered, but {b} are not.", "Are {q} covered?"),
)
_EXCEPT = (
    ("The {p} is open every day except {d}.", "every day except {d}", ("When is the {p} open?", "{p} open on {d}?")),
    ("Nobody but {n} may open the {p}.", "Nobody but {n}", ("Who may open the {p}?",)),
    (
        "The {p} is free for all guests except those from {n}.",
        "all guests except those from {n}",
        ("Who uses the {p}?",),
    ),
    ("Never clean the {p} with {t}.", "Never clean the {p} with {t}", ("Can I clean the {p} with {t}?",)),
    ("Do not leave the {p} unlocked.", "Do not leave the {p} unlocked", ("May I leave the {p} unlocked?",)),
)
_PLACES = "sauna,workshop,pool,archive,boathouse,gym,kitchen,cold store,reading room,garage".split(",")


def rule_example(random_: random.Random, place: int) -> Example:
    """Ask for one half of a rule, or for one with an exception, which is part of the answer."""
    if random_.random() < 0.5:
        saying, question = random_.choice(_RULES)
        a, b, c = random_.sample([thing for thing in THINGS if thing.endswith("s") and thing != "glass"], 3)
        text = saying.format(A=a.capitalize(), b=b)
        cut = text.index(b)
        lead = text[:cut].rstrip(" ,;").removesuffix(" but").rstrip(",")
        halves = {a: (0, len(lead)), b: (cut, len(text) - 1), c: (0, 0)}
        asked = random_.choice((a, a, b, b, c))
        start, end = halves[asked]
        marked = f"{text[:start]}\0{text[end:]}" if end else text
        return example(place, question.format(q=asked), marked, text[start:end])
    saying, answer, questions = random_.choice(_EXCEPT)
    days = ("Monday", "Tuesday", "Sunday", "Friday")
    marks = {"p": random_.choice(_PLACES), "d": random_.choice(days), "n": name(random_), "t": random_.choice(THINGS)}
    text, answer = saying.format(**marks), answer.format(**marks)
    asked_of = dict(marks)
    if random_.random() < 0.25:
        asked_of["p"] = random_.choice([place for place in _PLACES if place != marks["p"]])
        return example(place, random_.choice(questions).format(**asked_of), text, "")
    return example(place, random_.choice(questions).format(**asked_of), text.replace(answer, "\0"), answer)
