"""ui.terminal: answers as lines."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Failure, Hit
from qa.types import Answer, Candidate, Citation, Claim, Reason
from tests.fakes import document, lines
from ui.terminal import WHY, answer_lines, failure_lines, hit_lines, safe


def cited(sentence: str, quote: str, path: str = "/tmp/minutes.txt") -> Citation:
    """Cite the last place of a quote in a sentence that stands at character 100."""
    start = 100 + sentence.rindex(quote)
    return Citation(path, "Minutes", None, "Results", start, start + len(quote), quote, sentence, 100, "ab")


def claim(sentence: str, quote: str, confidence: float = 0.75) -> Claim:
    """Claim a quote of a sentence."""
    return Claim(quote, (cited(sentence, quote),), confidence)


def answered(*claims: Claim) -> Answer:
    """Answer with these claims."""
    return Answer("who?", "who?", Reason.ANSWERED, claims[0].confidence, claims)


def test_an_answer_shows_quote_place_and_sentence() -> None:
    """Without colour the quote is in brackets, where it stands: the second Ann, not the first."""
    assert answer_lines(answered(claim("Ann met Ann today.", "Ann")), colour=False) == [
        "Ann",
        "",
        "  minutes.txt · Results · characters 108–111 · 75% sure",
        "  │ Ann met [Ann] today.",
    ]


@pytest.mark.parametrize(("page", "last", "said"), [(3, 3, "page 3"), (3, 4, "pages 3–4"), (3, None, "page 3")])
def test_a_sentence_over_two_pages_names_both(page: int, last: int | None, said: str) -> None:
    """And one page where it is one."""
    one = claim("Ann met Ann today.", "Ann")
    on_pages = replace(one, citations=(replace(one.citations[0], page=page, last_page=last),))
    assert answer_lines(answered(on_pages), colour=False)[2].split(" · ")[1] == said


def test_further_claims_stand_below_and_are_few() -> None:
    """The rest is counted."""
    others = [claim(f"Then came number {n}.", str(n), 0.5) for n in range(5)]
    shown = answer_lines(answered(claim("Ann came.", "Ann"), *others), colour=False)
    assert shown[5] == "The documents also say:"
    assert [line for line in shown if line.startswith("  │ Then")] == [f"  │ Then came number [{n}]." for n in range(3)]
    assert shown[-1] == "  and 2 more, which --json shows"


def test_an_unknown_name_is_named() -> None:
    """So that a slip of the pen is seen."""
    answer = Answer("Who is Zorblax?", "Who is Zorblax?", Reason.UNKNOWN_NAME, 0.0, missing=("Zorblax",))
    assert answer_lines(answer, colour=False) == [
        "“Zorblax” is not in your documents, nor anything spelled like it.",
    ]


def test_two_unknown_names_are_both_named() -> None:
    """In one sentence."""
    answer = Answer("q", "q", Reason.UNKNOWN_NAME, 0.0, missing=("Zorblax", "Birch"))
    assert answer_lines(answer, colour=False) == [
        "“Zorblax” and “Birch” are not in your documents, nor anything spelled like them.",
    ]


def test_what_is_only_unsure_is_shown_and_not_called_absent() -> None:
    """It said "Not in your documents" above the very sentence that answered; now it shows that, and how sure it is."""
    hit = Hit(lines(document("Rain fell. Ann met Ben. It was cold.", "/tmp/minutes.txt"))[0], 0.5)
    guesses = (Candidate(hit, 11, 14, -1.0), Candidate(hit, 0, 4, -2.0))
    answer = Answer("who?", "who?", Reason.LOW_CONFIDENCE, 0.2, candidates=guesses, hits=(hit,))
    for colour in (False, True):
        assert answer_lines(answer, colour=colour) == [
            WHY[Reason.LOW_CONFIDENCE],
            "",
            "Closest, not sure:",
            "",
            "  minutes.txt · characters 11–14 · 20% sure",
            "  │ Ann met Ben.",
        ]
    assert "Not in your documents" not in WHY[Reason.LOW_CONFIDENCE]


def test_what_is_hardly_ever_right_is_not_shown_as_closest() -> None:
    """Three grades: an answer; closest, not sure; nothing but passages. The last had a guess of 0 % above it."""
    hit = Hit(lines(document("Rain fell. Ann met Ben. It was cold.", "/tmp/minutes.txt"))[0], 0.5)
    answer = Answer(
        "who?", "who?", Reason.LOW_CONFIDENCE, 0.09, candidates=(Candidate(hit, 11, 14, -1.0),), hits=(hit,)
    )
    said = answer_lines(answer, colour=False)
    assert said[:3] == [WHY[Reason.LOW_CONFIDENCE], "", "The closest passages, none of which is an answer:"]
    assert "sure" not in "".join(said[3:])


@pytest.mark.parametrize("reason", [Reason.LOW_CONFIDENCE, Reason.UNKNOWN_NAME])
def test_an_abstention_without_a_guess_shows_the_closest_passages(reason: Reason) -> None:
    """Marked as no answer."""
    hit = Hit(lines(document("Ann met Ben.", "/tmp/minutes.txt"))[0], 0.5)
    shown = answer_lines(Answer("who?", "who?", reason, 0.0, hits=(hit,)), colour=False)
    assert shown[0] == WHY[reason]
    assert "none of which is an answer" in shown[2]
    assert shown[-1].endswith("Ann met Ben.")


def test_every_reason_but_answered_has_its_words() -> None:
    """No abstention is silent."""
    assert set(WHY) == set(Reason) - {Reason.ANSWERED}


@given(st.text())
def test_nothing_of_a_document_steers_the_terminal(text: str) -> None:
    """No escape sequence, no carriage return, no change of direction."""
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", safe(text))


def test_half_a_character_can_be_printed() -> None:
    """A file's name may hold one, and a terminal takes none."""
    assert safe("caf\udce9").encode() == b"caf?"


def test_twenty_thousand_files_with_one_fault_are_a_few_lines() -> None:
    """They were 20,000 lines, each with its path twice."""
    failures = [Failure(f"/empty/{n}.txt", f"/empty/{n}.txt is empty: leave it out.") for n in range(20_000)]
    lone = Failure("/a.pdf", "/a.pdf is damaged: make it again.")
    assert list(failure_lines([lone, *failures])) == [
        "/a.pdf: is damaged: make it again.",
        "20,000 files: is empty: leave it out.",
        *(f"  /empty/{n}.txt" for n in range(5)),
        "  and 19,995 more",
    ]


def test_twenty_thousand_reasons_are_a_few_lines_too() -> None:
    """A message may name the size of its file."""
    failures = [Failure(f"/{n}.txt", f"/{n}.txt has {n} MB: split it.") for n in range(20_000)]
    shown = list(failure_lines(failures))
    assert len(shown) == 21
    assert shown[-1] == "And 19,980 more files, for 19,980 other reasons."


def test_an_escape_sequence_in_a_passage_is_not_sent_on() -> None:
    """The colours in the output are ours alone."""
    hit = Hit(lines(document("red \x1b[31m alert\x07 \x9b2J"))[0], 1.0)
    assert "\x1b" not in "".join(hit_lines(hit, colour=False))
    assert hit_lines(hit, colour=False)[-1] == "  │ red [31m alert 2J"
