"""Examples of what business documents hold: rows of tables, lines of a record, turns of speakers, sections, rules.

Human sets are of running text. Here a value belongs to a row and a column, to a key, to whoever speaks, or to the
heading above; a third of the questions asks for a row, key, speaker or section that is not there. Made from templates
in our own words, written as ``index.view`` shows such passages.
"""

import random
from collections.abc import Callable, Sequence

from qa.train.contrasts import _date, _number, _person, _price, _time
from qa.train.data import Example
from qa.train.lists import _FIRST, _LAST, _THING

Value = Callable[[random.Random], str]
Column = tuple[str, Value, tuple[str, ...]]

_TOWNS = "Harnby,Oldmere,Vessen,Kirkdale,Brunau,Montel,Skarvik,Dunholm,Pelto,Aringa,Losmar,Tevin,Quill Bay".split(",")
_ADJECTIVES = "Attic,Garden,Corner,Loft,Family,Studio,Terrace,Cellar,Harbour,Forest,Tower,Courtyard".split(",")
_BIRDS = "Falcon,Plover,Siskin,Dipper,Osprey,Linnet,Merlin,Avocet,Curlew,Bunting,Shrike,Pipit".split(",")
_COURSES = "Welding,Bookkeeping,First aid,Pottery,Sailing,Data entry,Beekeeping,Drawing,Carpentry,Choir".split(",")
_LEAVES = "Moving house,Jury service,Bereavement,Training,Childbirth,Medical visits,Voluntary work".split(",")
_DEVICES = "Kettle,Drill,Projector,Heater,Scanner,Pump,Mixer,Router,Fan,Shredder,Dryer,Freezer".split(",")


def _name(random_: random.Random) -> str:
    return f"{random_.choice(_FIRST)} {random_.choice(_LAST)}"


def _code(random_: random.Random) -> str:
    return f"{random_.choice('ABDEHKMRT')}{random_.choice('CFLNPSX')}-{random_.randint(100, 4_999)}"


def _phone(random_: random.Random) -> str:
    return f"0{random_.randint(20, 99)} {random_.randint(100, 999)} {random_.randint(1000, 9999)}"


def _day(random_: random.Random) -> str:
    iso = f"20{random_.randint(18, 27)}-{random_.randint(1, 12):02}-{random_.randint(1, 28):02}"
    return random_.choice((iso, f"{_date(random_)} 20{random_.randint(18, 27)}"))


def _amount(unit: str, low: int, high: int) -> Value:
    return lambda random_: f"{random_.randint(low, high)} {unit}"


def _one(*values: str) -> Value:
    return lambda random_: random_.choice(values)


_HOURS: Value = lambda random_: f"{_time(random_)} to {_time(random_)}"  # noqa: E731
_TABLES: tuple[tuple[str, str, Sequence[str] | Value, tuple[Column, ...]], ...] = (
    (
        "Rooms and prices",
        "Room",
        _ADJECTIVES,
        (
            ("Summer", _price, ("How much is the {r} room in summer?", "What does the {r} cost in summer?")),
            ("Winter", _price, ("How much is the {r} room in winter?", "{r} winter price")),
            ("Weekend", _price, ("How much is the {r} room at weekends?", "What does {r} cost on a weekend?")),
            ("Beds", _amount("beds", 1, 6), ("How many beds does the {r} room have?", "beds in the {r} room")),
        ),
    ),
    (
        "Timetable",
        "To",
        _TOWNS,
        (
            ("Departs", _time, ("When does the bus to {r} leave?", "What time is the departure for {r}?")),
            ("Arrives", _time, ("When does it arrive in {r}?", "arrival {r}")),
            ("Fare", _price, ("How much is a ticket to {r}?", "What is the fare to {r}?", "{r} fare")),
            ("Platform", _number, ("From which platform does the bus to {r} go?", "platform for {r}")),
        ),
    ),
    (
        "Staff",
        "Name",
        _name,
        (
            ("Role", _one("buyer", "caretaker", "auditor", "planner", "driver"), ("What does {r} do?", "role of {r}")),
            ("Office", _code, ("Which office is {r} in?", "Where do I find {r}?")),
            ("Phone", _phone, ("What is {r}'s phone number?", "How can I reach {r}?", "{r} telephone")),
            ("Since", _day, ("When did {r} start?", "Since when has {r} worked here?")),
        ),
    ),
    (
        "Spare parts",
        "Part",
        _code,
        (
            ("Price", _price, ("What does {r} cost?", "How much is part {r}?", "price {r}")),
            ("Stock", _amount("pieces", 0, 90), ("How many {r} are in stock?", "stock of {r}")),
            ("Weight", _amount("kg", 1, 40), ("How heavy is {r}?", "What does {r} weigh?")),
            ("Supplier", _one("Norvik", "Ballou", "Teska", "Grimm & Co"), ("Who supplies {r}?", "supplier of {r}")),
        ),
    ),
    (
        "Municipalities",
        "Town",
        _TOWNS,
        (
            ("Inhabitants", _number, ("How many people live in {r}?", "What is the population of {r}?")),
            ("Mayor", _name, ("Who is the mayor of {r}?", "Who governs {r}?", "mayor {r}")),
            ("Market day", _one("Monday", "Tuesday", "Thursday", "Saturday"), ("When is the market in {r}?",)),
        ),
    ),
    (
        "Courses",
        "Course",
        _COURSES,
        (
            ("Teacher", _person, ("Who teaches {r}?", "Who gives the {r} course?")),
            ("Begins", _day, ("When does the {r} course start?", "{r} start date")),
            ("Fee", _price, ("What does {r} cost?", "How much is the {r} course?")),
            ("Places", _number, ("How many can take part in {r}?", "places in {r}")),
        ),
    ),
    (
        "Special leave",
        "Reason",
        _LEAVES,
        (
            ("Days", _amount("days", 1, 14), ("How many days off do I get for {r}?", "How long is leave for {r}?")),
            ("Paid", _one("yes", "no", "half"), ("Is leave for {r} paid?", "Do I get paid for {r}?")),
            ("Notice", _amount("weeks", 1, 8), ("How long before must I ask for {r}?", "notice {r}")),
        ),
    ),
    (
        "Equipment",
        "Device",
        _DEVICES,
        (
            ("Power", _amount("W", 20, 3000), ("How many watts does the {r} draw?", "What is the power of the {r}?")),
            ("Guarantee", _amount("months", 6, 60), ("How long is the guarantee of the {r}?", "{r} guarantee")),
            ("Last checked", _day, ("When was the {r} last checked?", "When did they test the {r}?")),
            ("Kept in", _one("Store 2", "the loft", "Bay 7"), ("Where is the {r} kept?", "Where is the {r}?")),
        ),
    ),
)
_RECORDS: tuple[tuple[str, tuple[Column, ...]], ...] = (
    (
        "Minutes",
        (
            ("Chair", _name, ("Who led the meeting?", "Who was in charge of the meeting?", "Who chaired?")),
            ("Minutes", _name, ("Who took the minutes?", "Who wrote this up?")),
            ("Apologies", _name, ("Who could not come?", "Who was absent?", "Who sent apologies?")),
            ("Date", _day, ("When was the meeting?", "On what day did they meet?", "meeting date")),
            ("Place", _one("Town hall", "Room 12", "Old school"), ("Where did they meet?", "Where was the meeting?")),
            ("Next meeting", _day, ("When will they meet again?", "When is the next meeting?")),
        ),
    ),
    (
        "Tenancy agreement",
        (
            ("Landlord", _name, ("Who is the owner?", "Who lets the flat?", "Who is the landlord?")),
            ("Tenant", _name, ("Who rents the flat?", "Who lives there?", "tenant name")),
            ("Rent", _price, ("How much is the rent?", "What must be paid each month?", "monthly rent")),
            ("Deposit", _price, ("How large is the deposit?", "What deposit is asked for?")),
            ("End of term", _day, ("When does the lease run out?", "Until when may the tenant stay?", "end date")),
            ("Notice", _amount("weeks", 2, 26), ("How long is the notice period?", "How much notice is needed?")),
        ),
    ),
    (
        "Invoice",
        (
            ("Invoice no.", _code, ("What is the number of the invoice?", "invoice number")),
            ("Due", _day, ("By when must it be paid?", "When is payment due?", "due date")),
            ("Total", _price, ("How much is to be paid?", "What is the total?", "invoice total")),
            ("VAT", _amount("%", 5, 25), ("What rate of VAT applies?", "VAT rate")),
            ("Payable to", _name, ("Who is to be paid?", "Who gets the money?")),
            ("Billed to", _name, ("Who has to pay?", "To whom is it billed?")),
        ),
    ),
    (
        "Library",
        (
            ("Open", _HOURS, ("When is it open?", "What are the opening hours?", "opening times")),
            ("Phone", _phone, ("What number do I call?", "telephone number")),
            ("Librarian", _name, ("Who runs the library?", "Who is the librarian?")),
            ("Annual card", _price, ("How much is a card for a year?", "What does membership cost?")),
            ("Loan period", _amount("days", 7, 40), ("How long can I keep a book?", "How long is a loan?")),
        ),
    ),
    (
        "Project",
        (
            ("Manager", _name, ("Who leads the project?", "Who is responsible?", "project lead")),
            ("Client", _one("Norvik AG", "Ballou Ltd", "City of Montel"), ("Who ordered it?", "For whom is it done?")),
            ("Budget", _price, ("How much money is there?", "What is the budget?")),
            ("Start", _day, ("When did it begin?", "start date of the project")),
            ("Deadline", _day, ("By when must it be finished?", "When is it due?", "project deadline")),
        ),
    ),
)
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
_PLANS = (
    ("fee", _price, "The fee is {x} a month.", ("What is the fee of the {s} plan?", "How much is the {s} plan?")),
    ("notice", _amount("days", 10, 90), "It can be ended with {x} notice.", ("How do I end the {s} plan?",)),
    ("storage", _amount("GB", 5, 900), "It comes with {x} of storage.", ("How much storage has the {s} plan?",)),
    ("support", _HOURS, "Support answers from {x}.", ("When does support answer for the {s} plan?",)),
    ("contact", _name, "Questions go to {x}.", ("Who is the contact for the {s} plan?", "Whom do I ask about {s}?")),
)
_FILLING = (
    "It is meant for small offices.",
    "Invoices are sent by mail.",
    "Changes are announced a month before.",
    "Several people can share it.",
)
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


def row_examples(count: int, *, seed: int) -> list[Example]:
    """Make ``count`` examples, the same ones for the same seed."""
    random_ = random.Random(f"rows/{seed}")
    makers = (_table, _table, _table, _record, _record, _talk, _section, _rule)
    return [random_.choice(makers)(random_, number) for number in range(count)]


def _example(number: int, question: str, marked: str, answer: str) -> Example:
    """Put the answer where the text has a NUL; without one, there is no answer."""
    start = marked.find("\0")
    spans = ((start, start + len(answer)),) if start >= 0 else ()
    question = question[0].upper() + question[1:] if question.endswith("?") else question
    return Example(f"row-{number}", "rows", "", question, marked.replace("\0", answer), spans)


def _table(random_: random.Random, number: int) -> Example:
    title, key, names, columns = random_.choice(_TABLES)
    drawn = random_.sample(names, 5) if isinstance(names, list) else [_drawn(names, random_) for _ in range(5)]
    rows = list(dict.fromkeys(drawn))[: random_.randint(3, 5)]
    shown = random_.sample(columns, random_.randint(2, len(columns)))
    missing = random_.random() < 0.3
    asked, column = random_.choice(rows), random_.choice(shown)
    if missing:
        left_out = [each for each in columns if each not in shown]
        if left_out and random_.random() < 0.5:
            column = random_.choice(left_out)
        else:
            rows.remove(asked)
    lines, answer = [], ""
    for row in rows:
        values = []
        for each in shown:
            value = _drawn(each[1], random_)
            if row == asked and each is column and not missing:
                answer, value = value, "\0"
            values.append(f"{each[0]}: {value}")
        lines.append(f"{key}: {row}; {'; '.join(values)}.")
    heading = f"{title}\n\n" if random_.random() < 0.6 else ""
    text = asked.lower() if asked in (*_COURSES, *_LEAVES, *_DEVICES) and random_.random() < 0.8 else asked
    return _example(number, random_.choice(column[2]).format(r=text), heading + "\n".join(lines), answer)


def _record(random_: random.Random, number: int) -> Example:
    title, keys = random_.choice(_RECORDS)
    shown = random_.sample(keys, random_.randint(3, len(keys)))
    asked = random_.choice(shown)
    missing = random_.random() < 0.3
    answer, lines, end = "", [], random_.choice((".", ""))
    for each in shown:
        value = _drawn(each[1], random_)
        if each is asked:
            if missing:
                continue
            answer, value = value, "\0"
        lines.append(f"{each[0]}: {value}{end}")
    heading = f"{title}\n\n" if random_.random() < 0.6 else ""
    return _example(number, random_.choice(asked[2]), heading + "\n".join(lines), answer)


def _talk(random_: random.Random, number: int) -> Example:
    speakers = [_name(random_) for _ in range(random_.randint(2, 4))]
    things = random_.sample(_THING, len(speakers) + 1)
    who = random_.randrange(len(speakers))
    (verb, form), missing = random_.choice(_TASKS), random_.random() < 0.3
    ask_who = random_.random() < 0.7
    lines, answer = [], ""
    for place, (speaker, thing) in enumerate(zip(speakers, things, strict=False)):
        does, what = (verb, form) if place == who else random_.choice(_TASKS)
        name, goal = speaker, what.format(t=thing)
        if place == who and not missing:
            answer, name, goal = (speaker, "\0", goal) if ask_who else (goal, speaker, "\0")
        said = random_.choice(_TURNS).format(v=does, o=goal)
        if random_.random() < 0.4:
            said = f"{random_.choice(_CHAT)} {said}"
        lines.append(f"{name}: {said}")
    wanted = form.format(t=things[-1] if missing else things[who])
    other = _name(random_) if missing else speakers[who]
    question = f"Who will {verb} {wanted}?" if ask_who else f"What will {other.split()[0]} {verb}?"
    return _example(number, question, "\n".join(lines), answer)


def _section(random_: random.Random, number: int) -> Example:
    here, other = random_.sample(_BIRDS, 2)
    facts = random_.sample(_PLANS, random_.randint(2, 4))
    asked = random_.choice(facts)
    missing = random_.random() < 0.35
    answer, said = "", random_.sample(_FILLING, random_.randint(1, 3))
    for each in facts:
        value = _drawn(each[1], random_)
        if each is asked and not missing:
            answer, value = value, "\0"
        said.append(each[2].format(x=value))
    random_.shuffle(said)
    heading = random_.choice((f"{here} plan", f"Our plans – {here} plan", here))
    question = random_.choice(asked[3]).format(s=other if missing else here)
    return _example(number, question, f"{heading}\n\n{' '.join(said)}", answer)


def _rule(random_: random.Random, number: int) -> Example:
    if random_.random() < 0.5:
        saying, question = random_.choice(_RULES)
        a, b, c = random_.sample([thing for thing in _THING if thing.endswith("s") and thing != "glass"], 3)
        text = saying.format(A=a.capitalize(), b=b)
        cut = text.index(b)
        lead = text[:cut].rstrip(" ,;").removesuffix(" but").rstrip(",")
        halves = {a: (0, len(lead)), b: (cut, len(text) - 1), c: (0, 0)}
        asked = random_.choice((a, a, b, b, c))
        start, end = halves[asked]
        marked = f"{text[:start]}\0{text[end:]}" if end else text
        return _example(number, question.format(q=asked), marked, text[start:end])
    saying, answer, questions = random_.choice(_EXCEPT)
    days = ("Monday", "Tuesday", "Sunday", "Friday")
    marks = {"p": random_.choice(_PLACES), "d": random_.choice(days), "n": _name(random_), "t": random_.choice(_THING)}
    text, answer = saying.format(**marks), answer.format(**marks)
    asked_of = dict(marks)
    if random_.random() < 0.25:
        asked_of["p"] = random_.choice([place for place in _PLACES if place != marks["p"]])
        return _example(number, random_.choice(questions).format(**asked_of), text, "")
    return _example(number, random_.choice(questions).format(**asked_of), text.replace(answer, "\0"), answer)


def _drawn(value: Value | Sequence[str], random_: random.Random) -> str:
    return value(random_) if callable(value) else random_.choice(value)
