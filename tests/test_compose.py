"""qa.compose: candidates → an answer or an abstention."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Hit, Kind, Mark, Passage
from qa import compose
from qa.read.calibration import Calibration
from qa.types import Candidate, Reason
from tests.fakes import document, lines

CALIBRATION = Calibration(0.0, (-5.0, 0.0, 5.0), (0.0, 0.4, 1.0))
TEXT = "Ann led the meeting.\nIt was held in May.\nThe meeting was led by Ann."


def hits(text: str = TEXT, path: str = "/notes.txt") -> list[Hit]:
    """Return every line of a document as a hit, the first best."""
    return [Hit(p, 1 - n / 10) for n, p in enumerate(lines(document(text, path)))]


def candidate(hit: Hit, start: int, end: int, score: float) -> Candidate:
    """Return a span of a hit's passage, by offsets in the passage."""
    return Candidate(hit, hit.passage.start + start, hit.passage.start + end, score)


def test_the_best_candidate_is_quoted_with_its_place_in_the_document() -> None:
    """The quote is the document's slice, and so is the sentence around it."""
    found = hits()
    answer = compose.answer(
        "when?", found, [candidate(found[1], 15, 18, 2.5), candidate(found[0], 0, 3, 1.0)], CALIBRATION
    )
    (citation,) = answer.citations
    assert (answer.text, answer.reason) == ("May", Reason.ANSWERED)
    assert (citation.start, citation.end, citation.quote) == (36, 39, "May")
    assert found[0].passage.document.text[citation.start : citation.end] == citation.quote
    assert (citation.sentence, citation.sentence_start) == ("It was held in May.", 21)
    assert answer.confidence == pytest.approx(0.7)


def test_a_citation_names_the_pages_of_its_sentence() -> None:
    """Both, of a sentence that runs over the end of a page; not the one on which its passage starts."""
    text = "Nobody came. The second dredging was carried out by Nordvik and Sons. It rained."
    marks = tuple(
        Mark(start, end, Kind.PAGE, str(number))
        for number, (start, end) in enumerate(((0, 13), (13, 53), (53, len(text))), 1)
    )
    found = Hit(Passage(1, replace(document(text), marks=marks), 0, len(text)), 1.0)
    start = text.index("Nordvik")
    answer = compose.answer("who?", [found], [candidate(found, start, start + 16, 3.0)], CALIBRATION)
    (citation,) = answer.citations
    assert (citation.quote, citation.page, citation.last_page) == ("Nordvik and Sons", 2, 3)


def test_every_candidate_is_kept_best_first() -> None:
    """Chosen or not: what was read is not forgotten."""
    found = hits()
    given = [candidate(found[0], 0, 3, -2.0), candidate(found[2], 23, 26, 1.0), candidate(found[1], 0, 2, -3.0)]
    answer = compose.answer("who?", found, given, CALIBRATION)
    assert [each.score for each in answer.candidates] == [1.0, -2.0, -3.0]
    assert answer.candidates[1].quote == "Ann"


def test_other_passages_that_say_the_same_are_cited_too() -> None:
    """Same words, case and marks aside; each place once; the best first. What says something else is another claim."""
    found = hits()
    given = [(0, 0, 3, 3.0), (2, 23, 27, 2.0), (0, 0, 3, 1.0), (1, 0, 2, 1.5)]
    spans = [candidate(found[number], start, end, score) for number, start, end, score in given]
    answer = compose.answer("who?", found, spans, CALIBRATION)
    assert [(c.start, c.quote) for c in answer.citations] == [(0, "Ann"), (64, "Ann.")]
    assert [claim.text for claim in answer.claims] == ["Ann", "It"]


def test_one_place_is_cited_once_however_the_passages_cut_it() -> None:
    """Overlapping passages gave "Ann" and "Ann." of the same place, and both were cited."""
    whole = document("It was led by Ann. It rained.")
    two = [Hit(Passage(1, whole, 0, 18), 1.0), Hit(Passage(2, whole, 3, 29), 0.9)]
    answer = compose.answer("who?", two, [Candidate(two[0], 14, 17, 3.0), Candidate(two[1], 14, 18, 2.0)], CALIBRATION)
    assert [(c.start, c.end) for c in answer.citations] == [(14, 17)]
    assert len(answer.claims) == 1


def test_every_file_with_the_same_bytes_is_cited() -> None:
    """A copy is read once and cited under both names."""
    copied = replace(document("Ann led."), copies=("/copy.txt",))
    hit = Hit(Passage(1, copied, 0, 8), 1.0)
    answer = compose.answer("who?", [hit], [Candidate(hit, 0, 3, 3.0)], CALIBRATION)
    assert [(c.path, c.start) for c in answer.citations] == [("/notes.txt", 0), ("/copy.txt", 0)]


def test_a_supporting_candidate_below_the_threshold_is_not_cited() -> None:
    """What would not be shown alone does not lend support."""
    found = hits()
    given = [candidate(found[0], 0, 3, 3.0), candidate(found[2], 23, 26, -0.1)]
    assert len(compose.answer("who?", found, given, CALIBRATION).citations) == 1


@pytest.mark.parametrize("score", [-0.01, -50.0])
def test_below_the_threshold_there_is_no_text_and_no_citation(score: float) -> None:
    """The passages stay, so that the person can look for themselves."""
    found = hits()
    answer = compose.answer("who?", found, [candidate(found[0], 0, 3, score)], CALIBRATION)
    assert (answer.text, answer.citations, answer.reason) == ("", (), Reason.LOW_CONFIDENCE)
    assert len(answer.hits) == 3


@pytest.mark.parametrize(("confidence", "is_shown"), [(0.1, True), (0.0999, False)])
def test_closest_is_what_is_right_one_time_in_ten(confidence: float, is_shown: bool) -> None:
    """The lower of two thresholds, on the scale of confidence: it holds for every reader that is calibrated."""
    found = hits()
    calibration = Calibration(0.0, (-2.0, -1.0), (confidence, confidence))
    answer = compose.answer("who?", found, [candidate(found[0], 0, 3, -1.5)], calibration)
    assert answer.closest == (answer.candidates[0] if is_shown else None)


def test_an_answer_has_no_closest() -> None:
    """It is for abstentions."""
    found = hits()
    assert compose.answer("who?", found, [candidate(found[0], 0, 3, 2.0)], CALIBRATION).closest is None


def test_the_threshold_itself_is_answered() -> None:
    """At the threshold answering is as good as abstaining; we answer."""
    found = hits()
    assert compose.answer("who?", found, [candidate(found[0], 0, 3, 0.0)], CALIBRATION).reason is Reason.ANSWERED


def test_no_hits_and_no_spans_abstain_each_with_its_reason() -> None:
    """Nothing found is told apart from nothing convincing."""
    assert compose.answer("who?", [], [], CALIBRATION).reason is Reason.NOTHING_FOUND
    assert compose.answer("who?", hits(), [], CALIBRATION).reason is Reason.LOW_CONFIDENCE


@given(st.text(min_size=1), st.data())
def test_every_quote_is_the_slice_that_it_claims_to_be(text: str, data: st.DataObject) -> None:
    """Over arbitrary Unicode and arbitrary spans: document.text[start:end] == quote."""
    found = hits("x\n" + text)
    number = data.draw(st.integers(0, len(found) - 1))
    passage = found[number].passage
    start = data.draw(st.integers(0, len(passage.text)))
    end = data.draw(st.integers(start, len(passage.text)))
    answer = compose.answer("?", found, [candidate(found[number], start, end, 1.0)], CALIBRATION)
    for citation in answer.citations:
        assert passage.document.text[citation.start : citation.end] == citation.quote
    assert answer.text == passage.text[start:end]
