"""The core values: frozen, slim, and what the protocol asks of an embedder."""

import dataclasses
import random

import numpy as np
import pytest

from index import Embedder, Hit, Kind, Mark, Passage, Where
from tests.fakes import HashingEmbedder, document, lines


@pytest.mark.parametrize("kind", [Hit, Mark, Passage, Where])
def test_values_are_frozen_and_have_slots(kind: type) -> None:
    """A value cannot be changed, nor given attributes that are not its own."""
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert not hasattr(kind, "__dict__") or "__slots__" in vars(kind)


def test_a_changed_value_is_another_value() -> None:
    """To assign to a field raises; replace() makes another value."""
    notes = document("Ada led.")
    with pytest.raises(dataclasses.FrozenInstanceError):
        notes.text = "Grace led."  # type: ignore[misc]
    assert dataclasses.replace(notes, text="Grace led.").text == "Grace led."
    assert notes.text == "Ada led."


def test_values_with_equal_fields_are_equal() -> None:
    """Equality is by content, so that results can be compared."""
    assert lines(document("Ada led.")) == lines(document("Ada led."))
    assert lines(document("Ada led.")) != lines(document("Ada left."))


def test_the_fake_embedder_keeps_the_protocol_s_promises() -> None:
    """Rows are float32 of length 1, one a text, and near texts have near rows."""
    embedder: Embedder = HashingEmbedder()
    rows = embedder.encode(["the cat sat", "the cat slept", "budgets grow", ""])
    assert rows.shape == (4, embedder.dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    assert embedder.count_tokens(["the cat sat", ""]) == [3, 0]


def test_a_place_is_named_as_readers_name_it() -> None:
    """Chapters, parts in parts, slides, and the rows of sheets; of two pointers, the longer one."""
    marks = (
        Mark(0, 4, Kind.CHAPTER, "Two"),
        Mark(4, 8, Kind.CHAPTER, "Chapter 3"),
        Mark(8, 16, Kind.PART, "message 3"),
        Mark(10, 14, Kind.PART, "minutes.txt"),
        Mark(16, 22, Kind.PART, "/a"),
        Mark(18, 22, Kind.PART, "/a/0"),
        Mark(22, 26, Kind.SHEET, "Prices"),
        Mark(23, 24, Kind.ROW, "7"),
        Mark(26, 27, Kind.SLIDE, "4"),
    )
    held = dataclasses.replace(document("x" * 30), marks=marks)
    assert [held.place(offset) for offset in (1, 5, 8, 12, 17, 19, 22, 23, 26, 28)] == [
        "chapter Two",
        "chapter 3",
        "message 3",
        "message 3, minutes.txt",
        "/a",
        "/a/0",
        "sheet Prices",
        "sheet Prices, row 7",
        "slide 4",
        "",
    ]


def test_files_in_a_file_count_their_own_pages() -> None:
    """And what has none is on none, whatever stands before it."""
    marks = (
        *(Mark(0, 9, Kind.PART, "a.pdf"), Mark(0, 4, Kind.PAGE, "1"), Mark(5, 9, Kind.PAGE, "2")),
        *(Mark(10, 14, Kind.PART, "b.pdf"), Mark(10, 14, Kind.PAGE, "1"), Mark(16, 20, Kind.PART, "c.txt")),
    )
    held = dataclasses.replace(document("x" * 20), marks=marks)
    assert [Passage(0, held, start, start + 1).page for start in (0, 6, 11, 17)] == [1, 2, 1, None]


def test_what_holds_an_offset_is_what_a_look_at_every_mark_finds() -> None:
    """Whether marks nest, begin or end together, are empty, or overlap though they should not."""
    chance = random.Random(3)
    for _ in range(200):
        spans = [sorted((chance.randrange(20), chance.randrange(20))) for _ in range(chance.randrange(12))]
        marks = tuple(Mark(start, end, Kind.HEADING, str(n)) for n, (start, end) in enumerate(spans))
        marks = tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end)))
        held = dataclasses.replace(document("x" * 20), marks=marks)
        for offset in range(20):
            assert held.around(offset, Kind.HEADING) == tuple(m for m in marks if m.start <= offset < m.end)
            assert list(held.within(offset, 15)) == [m for m in marks if offset <= m.start < 15]


def test_a_heading_is_found_without_a_look_at_all_before_it() -> None:
    """A file of many headings took time by their square: each passage looked at every heading before it."""
    looks = 0

    class Counted(Mark):
        def __getattribute__(self, name: str) -> object:
            nonlocal looks
            looks += name == "end"
            return super().__getattribute__(name)

    marks = tuple(Counted(n, n + 1, Kind.HEADING, str(n)) for n in range(1000))
    held = dataclasses.replace(document("x" * 1000), marks=marks)
    assert [held.around(n, Kind.HEADING)[0].label for n in range(1000)] == [str(n) for n in range(1000)]
    assert looks < 10_000
