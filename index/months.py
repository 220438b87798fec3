"""The months as English text names them: in full, and cut to the letters that people write."""

MONTHS = tuple("January February March April May June July August September October November December".split())

NUMBERS = {form.lower(): number for number, name in enumerate(MONTHS, 1) for form in (name[:3], name)} | {"sept": 9}
"""The number of a month by each of its names, in lower case."""

CUT_SHORT = frozenset(NUMBERS) - {name.lower() for name in MONTHS}
"""The names that a stop may follow; not "may"."""

FORMS = sorted(NUMBERS, key=len, reverse=True)
"""All names, the longer first: a pattern that takes them in turn takes all of "september"."""
