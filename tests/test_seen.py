"""How a text is cut into words: a date in one form is found by another."""

import random

import pytest

from index.store import seen as module
from index.store.seen import seen


@pytest.mark.parametrize("written", ["2024-09-30", "30.09.2024", "30th of September, 2024", "September 30th, 2024"])
def test_a_date_is_one_word_however_it_is_written(written: str) -> None:
    """Whatever stands around it."""
    assert "d20240930" in seen(f"It is due on {written}, at noon; the last was of 2023.").split()


def test_dates_and_thousands_are_found_as_they_are_in_the_whole_text() -> None:
    """To look for them at each word took most of the time; where they are looked for, none may be missed or cut."""
    random_ = random.Random(5)
    parts = ["2024", "2024", "20245", "12", "3", "31st ", " of ", "March ", "sept.", "May", *" ,.-/'"]
    parts += ["-12-03", "3/12/", "1,150", "000", "1 000 000", "\u0661"]
    texts = ["".join(random_.choices(parts, k=random_.randint(3, 25))) for _ in range(6_000)]
    dated = [module._DATE.sub(module._day, text) for text in texts]
    whole = [module._GROUPED.sub(module._plain, text) for text in dated]
    assert [text for text, expected in zip(texts, whole, strict=True) if seen(text) != expected] == []
    assert sum(text != after for text, after in zip(texts, dated, strict=True)) > 100
    assert sum(text != after for text, after in zip(dated, whole, strict=True)) > 100


def test_what_is_written_without_spaces_is_cut_into_characters() -> None:
    """And what nobody sees is gone, in the same go."""
    assert seen("so\u00adft \u200b会议é") == "soft  会  议 é"
