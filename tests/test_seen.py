"""How a text is cut into words: a date in one form is found by another."""

import random

import pytest

from index.store import seen as module
from index.store.seen import seen


@pytest.mark.parametrize("written", ["2024-09-30", "30.09.2024", "30th of September, 2024", "September 30th, 2024"])
def test_a_date_is_one_word_however_it_is_written(written: str) -> None:
    """Whatever stands around it."""
    assert "d20240930" in seen(f"It is due on {written}, at noon; the last was of 2023.").split()


def test_dates_are_found_around_years_as_they_are_in_the_whole_text() -> None:
    """To look for one at each word took most of the time; around a year nothing may be missed, and nothing cut."""
    random_ = random.Random(5)
    parts = ["2024", "2024", "20245", "12", "3", "31st ", " of ", "March ", "sept.", "May", *" ,.-/", "-12-03", "3/12/"]
    texts = ["".join(random_.choices(parts, k=random_.randint(3, 25))) for _ in range(3_000)]
    found = [(text, module._dated(text), module._DATE.sub(module._day, text)) for text in texts]
    assert [each for each in found if each[1] != each[2]] == []
    assert sum(text != dated for text, dated, _ in found) > 100
