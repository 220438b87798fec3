"""As many examples as are wanted, of all kinds."""

import random

from qa.train.data import Example
from qa.train.rows.record import record_example
from qa.train.rows.rule import rule_example
from qa.train.rows.section import section_example
from qa.train.rows.table import table_example
from qa.train.rows.talk import talk_example

MAKERS = (
    *(table_example, table_example, table_example),
    *(record_example, record_example),
    talk_example,
    section_example,
    rule_example,
)
"""Each as often as it is drawn."""


def row_examples(count: int, *, seed: int) -> list[Example]:
    """Make ``count`` examples, the same ones for the same seed."""
    random_ = random.Random(f"rows/{seed}")
    return [random_.choice(MAKERS)(random_, place) for place in range(count)]
