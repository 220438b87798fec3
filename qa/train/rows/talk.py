"""Turns of speakers who share out what is to be done."""

import random

from qa.train.data import Example
from qa.train.rows.marked import example
from qa.train.values import THINGS, name

_TASKS = (
    ("order", "the {t}"),
    ("check", "the {t}"),
    ("collect", "the {t}"),
    ("pay for", "the {t}"),
    ("write the report on", "the {t}"),
    ("ask about", "the {t}"),
)
_TURNS = ("I'll {v} {o}.", "I will {v} {o} this week.", "Fine, I can {v} {o}.", "Then I shall {v} {o} myself.")
_CHAT = ("Anything else?", "It took longer than we thought.", "Thanks, that helps.", "Let us move on.", "I agree.")


def talk_example(random_: random.Random, place: int) -> Example:
    """Ask who will do something, or what somebody will do; in three of ten nobody said so."""
    speakers = [name(random_) for _ in range(random_.randint(2, 4))]
    things = random_.sample(THINGS, len(speakers) + 1)
    who = random_.randrange(len(speakers))
    (verb, form), missing = random_.choice(_TASKS), random_.random() < 0.3
    ask_who = random_.random() < 0.7
    lines, answer = [], ""
    for turn, (speaker, thing) in enumerate(zip(speakers, things, strict=False)):
        does, what = (verb, form) if turn == who else random_.choice(_TASKS)
        by, goal = speaker, what.format(t=thing)
        if turn == who and not missing:
            answer, by, goal = (speaker, "\0", goal) if ask_who else (goal, speaker, "\0")
        said = random_.choice(_TURNS).format(v=does, o=goal)
        if random_.random() < 0.4:
            said = f"{random_.choice(_CHAT)} {said}"
        lines.append(f"{by}: {said}")
    wanted = form.format(t=things[-1] if missing else things[who])
    other = name(random_) if missing else speakers[who]
    question = f"Who will {verb} {wanted}?" if ask_who else f"What will {other.split()[0]} {verb}?"
    return example(place, question, "\n".join(lines), answer)
