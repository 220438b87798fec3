"""qa.decode: start and end logits → spans."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qa.read.decode import best_spans

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
