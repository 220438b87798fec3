"""qa.read.decode: start and end logits → spans."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qa.read.decode import apart, best_spans, window_spans
from qa.types import Span

LOGITS = arrays(np.float32, st.integers(1, 24), elements=st.floats(-20, 20, width=32))


def test_the_pair_is_chosen_jointly_not_each_end_apart() -> None:
    """The best start lies behind the best end here; the best legal pair wins instead."""
    start = np.array([1, 0, 0, 9], np.float32)
    end = np.array([9, 0, 5, 2], np.float32)
    (best,) = best_spans(start, end)
    assert (best.first, best.last, best.logit) == (3, 3, 11)


@given(LOGITS, st.integers(1, 30))
def test_the_best_span_equals_that_of_trying_every_pair(start: np.ndarray, most: int) -> None:
    """Against an oracle that tries every legal pair in plain Python."""
    end = start[::-1].copy()
    pairs = [(i, j) for i in range(len(start)) for j in range(i, min(len(start), i + most))]
    expected = max(float(start[i] + end[j]) for i, j in pairs)
    (best,) = best_spans(start, end, max_tokens=most)
    assert best.logit == expected
    assert 0 <= best.last - best.first < most


@given(LOGITS, st.integers(2, 6))
def test_several_spans_never_overlap_and_fall_in_score(start: np.ndarray, count: int) -> None:
    """Each further span keeps clear of the better ones."""
    spans = best_spans(start, start[::-1].copy(), count=count)
    taken = [position for span in spans for position in range(span.first, span.last + 1)]
    assert len(taken) == len(set(taken))
    assert [s.logit for s in spans] == sorted((s.logit for s in spans), reverse=True)
    assert 1 <= len(spans) <= count


def test_no_tokens_have_no_span() -> None:
    """An empty passage is no error."""
    empty = np.empty(0, np.float32)
    assert best_spans(empty, empty) == []


def test_a_window_s_spans_are_characters_of_the_text_and_scores_above_no_answer() -> None:
    """The best pair of tokens, where those stand, less the window's own no-answer logit."""
    start, end = np.array([0, 5, 1], np.float32), np.array([0, 2, 4], np.float32)
    offsets = [(10, 13), (14, 18), (19, 25)]
    found = window_spans(start, end, offsets, null=3.0, count=2, max_tokens=2)
    assert found == [Span(14, 25, 6.0), Span(10, 13, -3.0)]
    assert window_spans(start[:0], end[:0], [], null=3.0, count=2, max_tokens=2) == []


SPANS = st.builds(
    lambda start, length, score: Span(start, start + length, score),
    st.integers(0, 60), st.integers(1, 12), st.floats(-9, 9),
)  # fmt: skip


@given(st.lists(SPANS, max_size=30))
def test_what_is_kept_apart_never_overlaps_and_what_is_dropped_overlaps_a_better_one(spans: list[Span]) -> None:
    """Best first; against a set of characters, in plain Python."""
    kept = apart(spans)
    taken = [place for span in kept for place in range(span.start, span.end)]
    assert len(taken) == len(set(taken))
    assert [s.score for s in kept] == sorted((s.score for s in kept), reverse=True)
    for span in spans:
        better = (each for each in kept if each.score >= span.score)
        assert any(set(range(span.start, span.end)) & set(range(each.start, each.end)) for each in better)
