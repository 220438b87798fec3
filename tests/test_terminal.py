"""ui.terminal: answers as lines."""

import re

from hypothesis import given
from hypothesis import strategies as st

from index import Hit
from qa import compose
from qa.read.calibration import Calibration
from qa.types import Reason, Span
from tests.fakes import document, lines
from ui.terminal import WHY, answer_lines, hit_lines, safe

CALIBRATION = Calibration(0.0, (0.0, 1.0), (0.5, 0.75))


def answer_of(text: str, start: int, end: int, score: float = 1.0):  # type: ignore[no-untyped-def]
    """Answer from a document of one line."""
    hits = [Hit(lines(document(text, "/tmp/minutes.txt"), "Results")[0], 0.5)]
    return compose.answer("who?", hits, [Span(0, start, end, score)], CALIBRATION)


def test_an_answer_shows_quote_place_and_passage() -> None:
    """Without colour the quote is in brackets, where it stands."""
    shown = answer_lines(answer_of("Ann met Ann today.", 8, 11), colour=False)
    assert shown[0] == "Ann"
    assert shown[2] == "  minutes.txt · Results · characters 8–11 · 75% sure"
    assert shown[3] == "  │ Ann met [Ann] today."


def test_an_abstention_says_why_and_shows_what_came_closest() -> None:
    """Marked as no answer."""
    shown = answer_lines(answer_of("Ann met Ben.", 0, 3, -1.0), colour=False)
    assert shown[0] == WHY[Reason.LOW_CONFIDENCE]
    assert "none of them an answer" in shown[2]
    assert shown[-1].endswith("Ann met Ben.")


def test_every_reason_but_answered_has_its_words() -> None:
    """No abstention is silent."""
    assert set(WHY) == set(Reason) - {Reason.ANSWERED}


@given(st.text())
def test_nothing_of_a_document_steers_the_terminal(text: str) -> None:
    """No escape sequence, no carriage return, no change of direction."""
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", safe(text))


def test_an_escape_sequence_in_a_passage_is_not_sent_on() -> None:
    """The colours in the output are ours alone."""
    hit = Hit(lines(document("red \x1b[31m alert\x07 \x9b2J"))[0], 1.0)
    assert "\x1b" not in "".join(hit_lines(hit, colour=False))
    assert hit_lines(hit, colour=False)[-1] == "  │ red [31m alert 2J"
