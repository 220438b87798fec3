"""A section of sentences that do not repeat what its heading names."""

import random

from qa.train.data import Example
from qa.train.rows.marked import example
from qa.train.values import amount, drawn, hours, name, price

_BIRDS = "Falcon,Plover,Siskin,Dipper,Osprey,Linnet,Merlin,Avocet,Curlew,Bunting,Shrike,Pipit".split(",")
_PLANS = (
    ("fee", price, "The fee is {x} a month.", ("What is the fee of the {s} plan?", "How much is the {s} plan?")),
    ("notice", amount("days", 10, 90), "It can be ended with {x} notice.", ("How do I end the {s} plan?",)),
    ("storage", amount("GB", 5, 900), "It comes with {x} of storage.", ("How much storage has the {s} plan?",)),
    ("support", hours, "Support answers from {x}.", ("When does support answer for the {s} plan?",)),
    ("contact", name, "Questions go to {x}.", ("Who is the contact for the {s} plan?", "Whom do I ask about {s}?")),
)
_FILLING = (
    "It is meant for small offices.",
    "Invoices are sent by mail.",
    "Changes are announced a month before.",
    "Several people can share it.",
)


def section_example(random_: random.Random, place: int) -> Example:
    """Ask for a fact of what the heading names; in a third of them, of something else."""
    here, other = random_.sample(_BIRDS, 2)
    facts = random_.sample(_PLANS, random_.randint(2, 4))
    asked = random_.choice(facts)
    missing = random_.random() < 0.35
    answer, said = "", random_.sample(_FILLING, random_.randint(1, 3))
    for each in facts:
        value = drawn(each[1], random_)
        if each is asked and not missing:
            answer, value = value, "\0"
        said.append(each[2].format(x=value))
    random_.shuffle(said)
    heading = random_.choice((f"{here} plan", f"Our plans – {here} plan", here))
    question = random_.choice(asked[3]).format(s=other if missing else here)
    return example(place, question, f"{heading}\n\n{' '.join(said)}", answer)
