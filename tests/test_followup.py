"""qa.followup: a follow-up question made whole."""

import pytest

from qa.followup import standalone
from qa.types import Turn

LEADERS = Turn("Who led the meeting?", "Anne Neuberger")


@pytest.mark.parametrize(
    ("question", "turn", "expected"),
    [
        ("When was it held?", LEADERS, "When was the meeting held?"),
        ("and where was she born?", LEADERS, "Where was Anne Neuberger born?"),
        ("What is her role?", LEADERS, "What is Anne Neuberger's role?"),
        ("How much does it cost?", Turn("How big is a full plot?", "200 m²"), "How much does a full plot cost?"),
        ("What time does it open?", Turn("When does the pump run?", "at 7"), "What time does the pump open?"),
        ("Who painted it?", Turn("When was Mona Lisa painted?", "1503"), "Who painted Mona Lisa?"),
        ("And when?", LEADERS, "When led the meeting?"),
    ],
)
def test_a_pronoun_stands_for_what_the_last_turn_was_about(question: str, turn: Turn, expected: str) -> None:
    """Things come from the question before, people from its answer."""
    assert standalone(question, [turn]) == expected


@pytest.mark.parametrize(
    "question",
    ["Who is the treasurer?", "Is it true that plots cost 84 euros?", "When was it held?", "", "   ", "?"],
)
def test_without_an_antecedent_the_question_stays(question: str) -> None:
    """Nothing is guessed: no turn, or nothing in it to refer to."""
    assert standalone(question, []) == question.strip()
    assert standalone(question, [Turn("why?", "")]) == question.strip()


@pytest.mark.parametrize(
    "question",
    ["And by when must the ladder be back?", "and from which shed is the oar?", "And until when?", "And to whom?"],
)
def test_a_question_that_begins_with_a_preposition_is_whole(question: str) -> None:
    """ "Where is the key by when must the ladder be back?" was made of the first."""
    assert standalone(question, [Turn("Where is the key?", "behind the clock")]) == question


BOAT = Turn("When does the bus to Linden run?", "at 8:15")


@pytest.mark.parametrize(
    ("question", "turn", "expected"),
    [
        ("What about Tarn?", BOAT, "When does the bus to Tarn run?"),
        ("And the one to Tarn?", BOAT, "When does the bus to Tarn run?"),
        ("and on Sundays?", BOAT, "When does the bus to Linden run on Sundays?"),
        ("How much does it cost?", BOAT, "How much does the bus to Linden cost?"),
        (
            "How about the mid season?",
            Turn("What is a tent in the peak season?", "£30"),
            "What is a tent in the mid season?",
        ),
        ("And the twin cabin?", Turn("How much is the single cabin?", "€70"), "How much is the twin cabin?"),
        ("And of rye?", Turn("What is the protein content of oats?", ""), "What is the protein content of rye?"),
        ("What about rye?", Turn("What is the protein content of oats?", ""), "What is the protein content of rye?"),
        ("And BX-20?", Turn("How heavy is BX-10?", "3 kg"), "How heavy is BX-20?"),
        (
            "When is it due?",
            Turn("What is the deposit of the barn in Mill Lane?", "£900"),
            "When is the deposit of the barn in Mill Lane due?",
        ),
        (
            "When is it open?",
            Turn("Where is the office of the fleet manager?", "2.14"),
            "When is the office of the fleet manager open?",
        ),
        ("Who is its warden?", Turn("Where is the hut?", "above the lake"), "Who is the hut's warden?"),
        ("Who met her?", Turn("Who chairs the club?", "Greta Lund"), "Who met Greta Lund?"),
        ("Who met her yesterday?", Turn("Who chairs it?", "Greta Lund"), "Who met Greta Lund yesterday?"),
        ("Who gave her the key?", Turn("Who chairs it?", "Greta Lund"), "Who gave Greta Lund the key?"),
        ("Who hired her last year?", Turn("Who chairs it?", "Greta Lund"), "Who hired Greta Lund last year?"),
        ("Who saw her first?", Turn("Who chairs it?", "Greta Lund"), "Who saw Greta Lund first?"),
        ("What was her last job?", Turn("Who chairs it?", "Greta Lund"), "What was Greta Lund's last job?"),
        ("Where was her first home?", Turn("Who chairs it?", "Greta Lund"), "Where was Greta Lund's first home?"),
        (
            "What did he tell her about the roof?",
            Turn("Who chairs it?", "Greta Lund"),
            "What did Greta Lund tell her about the roof?",
        ),
    ],
)
def test_a_follow_up_takes_what_it_lacks_from_the_question_before(question: str, turn: Turn, expected: str) -> None:
    """Also where that found nothing; a phrase keeps its complements, and what is new takes the place of its like."""
    assert standalone(question, [turn]) == expected


@pytest.mark.parametrize(
    ("question", "turn"),
    [
        ("Why?", Turn("Who is the mayor?", "Ole Lund")),
        ("And when?", Turn("What does a coffee cost?", "")),
        ("What's IT?", Turn("Where is the kettle?", "in the kitchen")),
        ("Which of them is the oldest?", LEADERS),
        ("who paid the fee?", LEADERS),
        ("And who paid the fee?", LEADERS),
        ("Is it allowed to keep bees?", LEADERS),
        ("What about it?", Turn("Hello", "")),
    ],
)
def test_what_is_not_clear_is_not_rewritten(question: str, turn: Turn) -> None:
    """A capital alone is no change, and a wrong guess is worse than none."""
    assert standalone(question, [turn]) == question


def test_several_follow_ups_in_a_row_keep_their_topic() -> None:
    """Whether a program sends what was typed or what was searched."""
    typed = [BOAT, Turn("How much does it cost?", "4 euros"), Turn("And the one to Tarn?", "5 euros")]
    assert standalone("Who is its driver?", typed[:2]) == "Who is the bus to Linden's driver?"
    assert standalone("Who is its driver?", typed) == "Who is the bus to Tarn's driver?"


def test_only_the_last_turn_counts() -> None:
    """An older topic does not come back by itself."""
    turns = [LEADERS, Turn("When does the pump run?", "from seven")]
    assert standalone("Who repairs it?", turns) == "Who repairs the pump?"


@pytest.mark.parametrize(
    ("asked", "before", "whole"),
    [
        ("And from where?", "How many crates will Odile order?", "From where will Odile order crates?"),
        ("And during Lent?", "How long is the break after Lent?", "How long is the break during Lent?"),
        ("And on Sundays?", "When does the gate open?", "When does the gate open on Sundays?"),
        ("And how large is it?", "On which day is the kiln fired?", "How large is the kiln?"),
        ("And from where?", "Who led it?", "And from where?"),
    ],
)
def test_a_preposition_says_what_it_stands_for(asked: str, before: str, whole: str) -> None:
    """A period takes another period's place; "from where" asks the rest of "how many" anew; in doubt all stays."""
    assert standalone(asked, [Turn(before, "")]) == whole
