"""A row of a table is asked for one of its cells."""

import random
from collections.abc import Sequence

from qa.train.data import Example
from qa.train.rows.marked import Column, example
from qa.train.values import Value, amount, code, day, drawn, name, number, one, person, phone, price, time

_TOWNS = "Harnby,Oldmere,Vessen,Kirkdale,Brunau,Montel,Skarvik,Dunholm,Pelto,Aringa,Losmar,Tevin,Quill Bay".split(",")
_ADJECTIVES = "Attic,Garden,Corner,Loft,Family,Studio,Terrace,Cellar,Harbour,Forest,Tower,Courtyard".split(",")
_COURSES = "Welding,Bookkeeping,First aid,Pottery,Sailing,Data entry,Beekeeping,Drawing,Carpentry,Choir".split(",")
_LEAVES = "Moving house,Jury service,Bereavement,Training,Childbirth,Medical visits,Voluntary work".split(",")
_DEVICES = "Kettle,Drill,Projector,Heater,Scanner,Pump,Mixer,Router,Fan,Shredder,Dryer,Freezer".split(",")
_TABLES: tuple[tuple[str, str, Sequence[str] | Value, tuple[Column, ...]], ...] = (
    (
        "Rooms and prices",
        "Room",
        _ADJECTIVES,
        (
            ("Summer", price, ("How much is the {r} room in summer?", "What does the {r} cost in summer?")),
            ("Winter", price, ("How much is the {r} room in winter?", "{r} winter price")),
            ("Weekend", price, ("How much is the {r} room at weekends?", "What does {r} cost on a weekend?")),
            ("Beds", amount("beds", 1, 6), ("How many beds does the {r} room have?", "beds in the {r} room")),
        ),
    ),
    (
        "Timetable",
        "To",
        _TOWNS,
        (
            ("Departs", time, ("When does the bus to {r} leave?", "What time is the departure for {r}?")),
            ("Arrives", time, ("When does it arrive in {r}?", "arrival {r}")),
            ("Fare", price, ("How much is a ticket to {r}?", "What is the fare to {r}?", "{r} fare")),
            ("Platform", number, ("From which platform does the bus to {r} go?", "platform for {r}")),
        ),
    ),
    (
        "Staff",
        "Name",
        name,
        (
            ("Role", one("buyer", "caretaker", "auditor", "planner", "driver"), ("What does {r} do?", "role of {r}")),
            ("Office", code, ("Which office is {r} in?", "Where do I find {r}?")),
            ("Phone", phone, ("What is {r}'s phone number?", "How can I reach {r}?", "{r} telephone")),
            ("Since", day, ("When did {r} start?", "Since when has {r} worked here?")),
        ),
    ),
    (
        "Spare parts",
        "Part",
        code,
        (
            ("Price", price, ("What does {r} cost?", "How much is part {r}?", "price {r}")),
            ("Stock", amount("pieces", 0, 90), ("How many {r} are in stock?", "stock of {r}")),
            ("Weight", amount("kg", 1, 40), ("How heavy is {r}?", "What does {r} weigh?")),
            ("Supplier", one("Norvik", "Ballou", "Teska", "Grimm & Co"), ("Who supplies {r}?", "supplier of {r}")),
        ),
    ),
    (
        "Municipalities",
        "Town",
        _TOWNS,
        (
            ("Inhabitants", number, ("How many people live in {r}?", "What is the population of {r}?")),
            ("Mayor", name, ("Who is the mayor of {r}?", "Who governs {r}?", "mayor {r}")),
            ("Market day", one("Monday", "Tuesday", "Thursday", "Saturday"), ("When is the market in {r}?",)),
        ),
    ),
    (
        "Courses",
        "Course",
        _COURSES,
        (
            ("Teacher", person, ("Who teaches {r}?", "Who gives the {r} course?")),
            ("Begins", day, ("When does the {r} course start?", "{r} start date")),
            ("Fee", price, ("What does {r} cost?", "How much is the {r} course?")),
            ("Places", number, ("How many can take part in {r}?", "places in {r}")),
        ),
    ),
    (
        "Special leave",
        "Reason",
        _LEAVES,
        (
            ("Days", amount("days", 1, 14), ("How many days off do I get for {r}?", "How long is leave for {r}?")),
            ("Paid", one("yes", "no", "half"), ("Is leave for {r} paid?", "Do I get paid for {r}?")),
            ("Notice", amount("weeks", 1, 8), ("How long before must I ask for {r}?", "notice {r}")),
        ),
    ),
    (
        "Equipment",
        "Device",
        _DEVICES,
        (
            ("Power", amount("W", 20, 3000), ("How many watts does the {r} draw?", "What is the power of the {r}?")),
            ("Guarantee", amount("months", 6, 60), ("How long is the guarantee of the {r}?", "{r} guarantee")),
            ("Last checked", day, ("When was the {r} last checked?", "When did they test the {r}?")),
            ("Kept in", one("Store 2", "the loft", "Bay 7"), ("Where is the {r} kept?", "Where is the {r}?")),
        ),
    ),
)


def table_example(random_: random.Random, place: int) -> Example:
    """Ask for a cell; in three of ten its row or its column is not there."""
    title, key, names, columns = random_.choice(_TABLES)
    picked = random_.sample(names, 5) if isinstance(names, list) else [drawn(names, random_) for _ in range(5)]
    rows = list(dict.fromkeys(picked))[: random_.randint(3, 5)]
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
            value = drawn(each[1], random_)
            if row == asked and each is column and not missing:
                answer, value = value, "\0"
            values.append(f"{each[0]}: {value}")
        lines.append(f"{key}: {row}; {'; '.join(values)}.")
    heading = f"{title}\n\n" if random_.random() < 0.6 else ""
    text = asked.lower() if asked in (*_COURSES, *_LEAVES, *_DEVICES) and random_.random() < 0.8 else asked
    return example(place, random_.choice(column[2]).format(r=text), heading + "\n".join(lines), answer)
