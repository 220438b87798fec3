"""Questions as people write them, and the kind of thing that they ask for."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from index import Index
from qa.engine import Engine
from qa.kinds import misfits
from qa.spelling import nearest
from qa.types import Turn
from tests.fakes import HashingEmbedder, PatternReader
from tests.rules.asking import ask

# 12  Follow-ups (more in test_followup.py)


def test_a_follow_up_is_searched_for_as_a_whole_question(tmp_path: Path) -> None:
    """And what was searched is what the next turn refers to."""
    text = "The ferry to Brekka leaves at 7:00. The ferry to Dalvik leaves at 8:15.\n"
    turns = [Turn("When does the ferry to Brekka leave?", "7:00")]
    answer = ask(tmp_path, text, "What about Dalvik?", "8:15", turns=turns)
    assert (answer.searched, answer.text) == ("When does the ferry to Dalvik leave?", "8:15")


# 13  Words as people write


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The audit is on 12.03.2024 in the hall.", "What happens on March 12th, 2024?"),
        ("The audit is on 2024-03-12 in the hall.", "What happens on 12 March 2024?"),
        ("The prize of 1,150 crowns went to the audit.", "Who got 1150 crowns?"),
        ("The re\u00adfri\u00adger\u00adator is in the audit room.", "Where is the refrigerator?"),
        ("会议由王丽主持, audit.", "谁主持？"),
    ],
)
def test_what_is_written_otherwise_is_found_by_words(tmp_path: Path, text: str, question: str) -> None:
    """Dates, numbers, soft hyphens, and characters without spaces between words."""
    (tmp_path / "paper.txt").write_text(text, encoding="utf-8")
    with Index.open(tmp_path / "index", embedder=HashingEmbedder(), create=True) as index:
        index.sync([tmp_path / "paper.txt"])
        stems = set(index.vocabulary.stems(text))
        words = index.vocabulary.words(question)
        assert [stem for stem in words.frequencies if stem in stems and words.frequencies[stem]]


def test_a_slip_of_the_pen_is_mended_by_the_documents(tmp_path: Path) -> None:
    """And what was searched for says how."""

    class Pieces(HashingEmbedder):
        """Knows no word whole, as a real one knows few."""

        def count_tokens(self, texts: Sequence[str]) -> list[int]:
            return [2 * count for count in super().count_tokens(texts)]

    (tmp_path / "paper.txt").write_text("The chairperson of the regatta is Ida Brandt.", encoding="utf-8")
    with Index.open(tmp_path / "index", embedder=Pieces(), create=True) as index:
        index.sync([tmp_path / "paper.txt"])
        engine = Engine(tmp_path / "index", reader=PatternReader("Ida Brandt"), index=index)
        answer = engine.ask("Who is the chiarperson?")
    assert (answer.searched, answer.text) == ("Who is the chairperson?", "Ida Brandt")


def test_a_slip_in_the_asking_word_is_mended(tmp_path: Path) -> None:
    """Only where the question begins: what is asked for is told by it, and a number is no answer to "which"."""
    answer = ask(tmp_path, "The baths close at 18:30; 412 people came.", "wat time do the baths close?", "18:30|412")
    assert (answer.searched, answer.text) == ("what time do the baths close?", "18:30")
    assert ask(tmp_path, "The temple is called Wat Pho.", "Wat Pho is what?", "Wat Pho").searched == "Wat Pho is what?"
    assert ask(tmp_path, "The baths close at 18:30.", "Wat kost het?", "18:30").searched == "Wat kost het?"
    assert ask(tmp_path, "It is near the weir.", "How far is a wat?", "near").searched == "How far is a wat?"


def test_a_word_that_is_near_two_is_left_as_it_is() -> None:
    """Nothing is rewritten when unsure."""
    assert nearest("hause", ["house"]) == "house"
    assert nearest("hause", ["house", "haute"]) == ""
    assert nearest("fee", ["fees"]) == ""


# The kind of thing


@pytest.mark.parametrize(
    ("question", "quote", "unfit"),
    [
        ("How loud is the pump?", "5 cm", True),
        ("How loud is the pump?", "65 dB", False),
        ("How wide is the pump?", "60", False),
        ("How heavy is it?", "41.5 kg", False),
        ("How heavy is it?", "three months", True),
        ("How many chairs were ordered?", "KX-200", True),
        ("How many chairs were ordered?", "12", False),
        ("How much is the tour?", "14:30", True),
        ("How often is it cleaned?", "after each load", False),
        ("When did it fail?", "the second one", False),
        ("Who signed it?", "42", True),
        ("How long did the copy take?", "214.6 GB", True),
        ("What is part 31-09?", "18.50", True),
        ("What is part 31-09?", "Bilge pump", False),
        ("what is bv210", "90.00", True),
        ("What was decided about the slipway?", "Odile Fontaine", True),
        ("What was decided about the slipway?", "put off until June", False),
        ("What was agreed on the colour?", "Blue", False),
    ],
)
def test_an_answer_is_of_the_kind_that_was_asked_for(question: str, quote: str, unfit: bool) -> None:
    """Centimetres are not loud; a code is not a count; a time of day is not a price."""
    assert misfits(question, quote) is unfit


def test_the_name_of_a_column_may_say_the_unit_and_never_who() -> None:
    """An invoice's number was taken for who had sent it, as "Invoice no." stands above it, and that has letters."""
    assert misfits("Who sent the invoice?", "2024-0817", "Invoice no.")
    assert not misfits("How long does it run?", "20", "minutes")
