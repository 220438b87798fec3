"""Examples whose answer is a whole list: "led by A, B and C" is one answer, not three.

Human sets hold few of them, and their annotators often mark one name only. These sentences are made from
templates in our own words; names are drawn from parts, so that no name is learned by heart.
"""

import random

from index.months import MONTHS
from qa.train.data import Example
from qa.train.values import THINGS, name

_ROLE = (
    "director of research,chief engineer,deputy minister for trade,head of the harbour office,professor of law,"
    "deputy national adviser,mayor of the old town,secretary of the board,treasurer,chair of the audit committee,"
    "head of the coast guard,adviser on energy and water,director of the state archive,curator,team physician"
).split(",")
_OF = "Norway,Kenya,the city,Portugal,the ministry,Japan,Chile,the union,the museum,Canada,the university".split(",")
_EVENT = (
    "meeting,conference,expedition,inquiry,talks,ceremony,workshop,review,exercise,campaign,committee,project,"
    "search,strike,virtual meeting,joint session"
).split(",")
_AFTER = (
    " The {event} ended without a vote.",
    " It lasted for two days.",
    " A report followed in {month}.",
    " Journalists were not admitted.",
    " The next {event} is planned for {month}.",
    "",
)
_BEFORE = (
    "The hall had been rented for the week. ",
    "In {month}, the partners met again. ",
    "{other} sent a written greeting. ",
    "Nothing had been announced before. ",
    "",
    "",
)

_PEOPLE = (
    (
        "The {event} was led by {answer}.",
        ("Who led the {event}?", "Who was the {event} led by?", "Who were the leaders?"),
    ),
    ("{answer} led the {event}.", ("Who led the {event}?", "who headed the {event}")),
    (
        "The {event} was chaired by {answer}, officials said.",
        ("Who chaired the {event}?", "Who was in the chair?"),
    ),
    (
        "{answer} were appointed to the {event}.",
        ("Who was appointed?", "Who was appointed to the {event}?"),
    ),
    (
        "The award went to {answer} for work on the {event}.",
        ("Who received the award?", "Who won the award?", "To whom did the award go?"),
    ),
    (
        "Talks at the {event} were led, on the two sides, by {answer}.",
        ("Who led the talks?", "who led the talks at the {event}?"),
    ),
    ("Questions may be put to {answer}.", ("Whom can I ask?", "Who answers questions?")),
    ("Among those who signed were {answer}.", ("Who signed?", "Who were the signatories?")),
    ("{answer} attended the {event}.", ("Who attended the {event}?", "Who was present?", "Who took part?")),
    (
        "The {event}, organised by {answer}, drew a crowd.",
        ("Who organised the {event}?", "Who ran the {event}?"),
    ),
)
_THINGS = (
    ("The following are needed: {answer}.", ("What is needed?", "What do we need?", "Which things are needed?")),
    ("Please bring {answer} to the {event}.", ("What should I bring?", "What do I bring to the {event}?")),
    ("Under the agreement, {answer} are exempt from duty.", ("What is exempt from duty?", "Which goods are exempt?")),
    ("The {event} dealt with {answer}.", ("What did the {event} deal with?", "What was discussed?")),
    ("The warehouse held {answer}.", ("What did the warehouse hold?", "What was in the warehouse?")),
    ("They traded {answer} with the islands.", ("What did they trade?", "What was traded with the islands?")),
    ("The thieves took {answer} from the office.", ("What was stolen?", "What did the thieves take?")),
    ("Visitors can buy {answer} at the market.", ("What can visitors buy?", "What is sold at the market?")),
)


def list_examples(count: int, *, seed: int) -> list[Example]:
    """Make ``count`` examples, the same ones for the same seed."""
    random_ = random.Random(seed)
    return [_make(random_, number) for number in range(count)]


def _make(random_: random.Random, number: int) -> Example:
    people = random_.random() < 0.75
    template, questions = random_.choice(_PEOPLE if people else _THINGS)
    size = random_.choice((1, 2, 2, 3, 3, 3, 4))
    items = [_person(random_) for _ in range(size)] if people else random_.sample(THINGS, size)
    words = {
        "event": random_.choice(_EVENT),
        "month": random_.choice(MONTHS),
        "other": name(random_),
    }
    before = random_.choice(_BEFORE).format(**words)
    answer = _joined(random_, items)
    lead, tail = template.format(answer="\0", **words).split("\0")
    start = len(before) + len(lead)
    context = before + lead + answer + tail + random_.choice(_AFTER).format(**words)
    question = random_.choice(questions).format(**words)
    return Example(f"list-{number}", "lists", "", question, context, ((start, start + len(answer)),))


def _person(random_: random.Random) -> str:
    whole = name(random_)
    style, role, of = random_.random(), random_.choice(_ROLE), random_.choice(_OF)
    if style < 0.35:
        return whole
    if style < 0.6:
        return f"{role} {whole}"
    if style < 0.8:
        return f"{of.removeprefix('the ')}'s {role} {whole}" if of[0].isupper() else f"{role} {whole}"
    if style < 0.88:
        return f"{whole} of {of}"
    return f"{whole}, {random_.choice(('', 'the ', f'{of} '))}{role}" if random_.random() < 0.7 else f"{whole} ({role})"


def _joined(random_: random.Random, items: list[str]) -> str:
    if len(items) == 1:
        return items[0]
    inner = any("," in item for item in items)
    if inner and random_.random() < 0.3:
        return "; ".join(items[:-1]) + f"; and {items[-1]}"
    comma = "," if inner or (len(items) > 2 and random_.random() < 0.3) else ""
    last = random_.choice(("and", "and", "and", "and", "as well as", "together with"))
    return ", ".join(items[:-1]) + f"{comma} {last} {items[-1]}"
