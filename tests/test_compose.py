"""qa.compose: spans → an answer or an abstention."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Hit
from qa import compose
from qa.read.calibration import Calibration
from qa.types import Reason, Span
from tests.fakes import document, lines

CALIBRATION = Calibration(0.0, (-5.0, 0.0, 5.0), (0.0, 0.4, 1.0))
TEXT = "Ann led the meeting.\nIt was held in May.\nThe meeting was led by Ann."


def hits(text: str = TEXT, path: str = "/notes.txt") -> list[Hit]:
    """Return every line of a document as a hit, the first best."""
    return [Hit(p, 1 - n / 10) for n, p in enumerate(lines(document(text, path)))]


def test_the_best_span_is_quoted_with_its_place_in_the_document() -> None:
    """Offsets are moved from the passage to the document; the quote is the document's slice."""
    found = hits()
    answer = compose.answer("when?", found, [Span(1, 15, 18, 2.5), Span(0, 0, 3, 1.0)], CALIBRATION)
    (citation,) = answer.citations
    assert (answer.text, answer.reason) == ("May", Reason.ANSWERED)
    assert (citation.start, citation.end, citation.quote) == (36, 39, "May")
    assert found[0].passage.document.text[citation.start : citation.end] == citation.quote
    assert answer.confidence == pytest.approx(0.7)


def test_a_passage_behind_in_retrieval_loses_by_how_much_it_is_behind() -> None:
    """The first passage loses nothing, whatever its score; 0.1 behind at weight 10 is one point."""
    calibration = Calibration(0.0, (-5.0, 5.0), (0.0, 1.0), retrieval_weight=10.0)
    low = [Hit(hit.passage, hit.score - 0.5) for hit in hits()]
    for found in (hits(), low):
        scores = compose.ranked(found, [Span(0, 0, 3, 2.0), Span(1, 15, 18, 2.9), Span(2, 0, 3, 4.5)], calibration)
        assert [(span.hit, score) for score, span in scores] == [
            (2, pytest.approx(2.5)),
            (0, 2.0),
            (1, pytest.approx(1.9)),
        ]


def test_other_passages_that_say_the_same_are_cited_too() -> None:
    """Same words, case and articles aside; each place once; the best first."""
    spans = [Span(0, 0, 3, 3.0), Span(2, 23, 26, 2.0), Span(0, 0, 3, 1.0), Span(1, 0, 2, 1.5)]
    answer = compose.answer("who?", hits(), spans, CALIBRATION)
    assert [(c.start, c.quote) for c in answer.citations] == [(0, "Ann"), (64, "Ann")]


def test_a_supporting_span_below_the_threshold_is_not_cited() -> None:
    """What would not be shown alone does not lend support."""
    answer = compose.answer("who?", hits(), [Span(0, 0, 3, 3.0), Span(2, 23, 26, -0.1)], CALIBRATION)
    assert len(answer.citations) == 1


@pytest.mark.parametrize("score", [-0.01, -50.0])
def test_below_the_threshold_there_is_no_text_and_no_citation(score: float) -> None:
    """The passages stay, so that the person can look for themselves."""
    answer = compose.answer("who?", hits(), [Span(0, 0, 3, score)], CALIBRATION)
    assert (answer.text, answer.citations, answer.reason) == ("", (), Reason.LOW_CONFIDENCE)
    assert len(answer.hits) == 3


def test_the_threshold_itself_is_answered() -> None:
    """At the threshold answering is as good as abstaining; we answer."""
    assert compose.answer("who?", hits(), [Span(0, 0, 3, 0.0)], CALIBRATION).reason is Reason.ANSWERED


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
    answer = compose.answer("?", found, [Span(number, start, end, 1.0)], CALIBRATION)
    for citation in answer.citations:
        assert passage.document.text[citation.start : citation.end] == citation.quote
    assert answer.text == passage.text[start:end]
