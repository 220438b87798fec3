"""Lines of a record, a key and its value each."""

import random

from qa.train.data import Example
from qa.train.rows.marked import Column, example
from qa.train.values import amount, code, day, drawn, hours, name, one, phone, price

_RECORDS: tuple[tuple[str, tuple[Column, ...]], ...] = (
    (
        "Minutes",
        (
            ("Chair", name, ("Who led the meeting?", "Who was in charge of the meeting?", "Who chaired?")),
            ("Minutes", name, ("Who took the minutes?", "Who wrote this up?")),
            ("Apologies", name, ("Who could not come?", "Who was absent?", "Who sent apologies?")),
            ("Date", day, ("When was the meeting?", "On what day did they meet?", "meeting date")),
            ("Place", one("Town hall", "Room 12", "Old school"), ("Where did they meet?", "Where was the meeting?")),
            ("Next meeting", day, ("When will they meet again?", "When is the next meeting?")),
        ),
    ),
    (
        "Tenancy agreement",
        (
            ("Landlord", name, ("Who is the owner?", "Who lets the flat?", "Who is the landlord?")),
            ("Tenant", name, ("Who rents the flat?", "Who lives there?", "tenant name")),
            ("Rent", price, ("How much is the rent?", "What must be paid each month?", "monthly rent")),
            ("Deposit", price, ("How large is the deposit?", "What deposit is asked for?")),
            ("End of term", day, ("When does the lease run out?", "Until when may the tenant stay?", "end date")),
            ("Notice", amount("weeks", 2, 26), ("How long is the notice period?", "How much notice is needed?")),
        ),
    ),
    (
        "Invoice",
        (
            ("Invoice no.", code, ("What is the number of the invoice?", "invoice number")),
            ("Due", day, ("By when must it be paid?", "When is payment due?", "due date")),
            ("Total", price, ("How much is to be paid?", "What is the total?", "invoice total")),
            ("VAT", amount("%", 5, 25), ("What rate of VAT applies?", "VAT rate")),
            ("Payable to", name, ("Who is to be paid?", "Who gets the money?")),
            ("Billed to", name, ("Who has to pay?", "To whom is it billed?")),
        ),
    ),
    (
        "Library",
        (
            ("Open", hours, ("When is it open?", "What are the opening hours?", "opening times")),
            ("Phone", phone, ("What number do I call?", "telephone number")),
            ("Librarian", name, ("Who runs the library?", "Who is the librarian?")),
            ("Annual card", price, ("How much is a card for a year?", "What does membership cost?")),
            ("Loan period", amount("days", 7, 40), ("How long can I keep a book?", "How long is a loan?")),
        ),
    ),
    (
        "Project",
        (
            ("Manager", name, ("Who leads the project?", "Who is responsible?", "project lead")),
            ("Client", one("Norvik AG", "Ballou Ltd", "City of Montel"), ("Who ordered it?", "For whom is it done?")),
            ("Budget", price, ("How much money is there?", "What is the budget?")),
            ("Start", day, ("When did it begin?", "start date of the project")),
            ("Deadline", day, ("By when must it be finished?", "When is it due?", "project deadline")),
        ),
    ),
)


def record_example(random_: random.Random, place: int) -> Example:
    """Ask for the value of a key, in other words than the key's; in three of ten it is not there."""
    title, keys = random_.choice(_RECORDS)
    shown = random_.sample(keys, random_.randint(3, len(keys)))
    asked = random_.choice(shown)
    missing = random_.random() < 0.3
    answer, lines, end = "", [], random_.choice((".", ""))
    for each in shown:
        value = drawn(each[1], random_)
        if each is asked:
            if missing:
                continue
            answer, value = value, "\0"
        lines.append(f"{each[0]}: {value}{end}")
    heading = f"{title}\n\n" if random_.random() < 0.6 else ""
    return example(place, random_.choice(asked[2]), heading + "\n".join(lines), answer)
