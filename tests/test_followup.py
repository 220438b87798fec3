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


def test_only_the_last_turn_counts() -> None:
    """An older topic does not come back by itself."""
    turns = [LEADERS, Turn("When does the pump run?", "from seven")]
    assert standalone("Who repairs it?", turns) == "Who repairs the pump?"
