"""Start and end logits → the best spans, chosen jointly (BERT, Devlin et al. 2018, section 4.3); pure numpy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.types import Span

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """Tokens ``first`` to ``last``, both included, and the sum of their start and end logits."""

    first: int
    last: int
    logit: float


def best_spans(
    start: Logits,
    end: Logits,
    *,
    count: int = 1,
    max_tokens: int = 48,
    parts: NDArray[np.int64] | None = None,
) -> list[TokenSpan]:
    """Return up to ``count`` spans that do not overlap, best first.

    Every pair first ≤ last < first + max_tokens competes, if both are of one part (``parts`` numbers them, token by
    token); start and end are never chosen apart.

    **Shape:** ``start``, ``end`` and ``parts`` are (tokens,): those of the passage's tokens only.
    """
    tokens = len(start)
    if tokens == 0:
        return []
    scores = np.full((tokens, min(max_tokens, tokens)), -np.inf, dtype=np.float32)
    for width in range(scores.shape[1]):
        scores[: tokens - width, width] = start[: tokens - width] + end[width:]
        if parts is not None:
            scores[: tokens - width, width][parts[: tokens - width] != parts[width:]] = -np.inf
    spans: list[TokenSpan] = []
    while len(spans) < count:
        first, width = divmod(int(scores.argmax()), scores.shape[1])
        if not np.isfinite(scores[first, width]):
            break
        spans.append(TokenSpan(first, first + width, float(scores[first, width])))
        _strike(scores, first, first + width)
    return spans


def window_spans(
    start: Logits,
    end: Logits,
    offsets: Sequence[tuple[int, int]],
    *,
    null: float,
    count: int,
    max_tokens: int,
    breaks: Sequence[int] = (),
) -> list[Span]:
    """Return the best spans of a window of a text, in the text's characters; ``null`` is the window's no-answer logit.

    No span goes over one of the ``breaks``, offsets in the text in ascending order.

    **Shape:** ``start``, ``end`` and ``offsets`` are (tokens,): those of the text's tokens only.
    """
    firsts = [place for place, _ in offsets]
    parts = np.searchsorted(np.array(breaks, np.int64), np.array(firsts, np.int64), side="right") if breaks else None
    spans = best_spans(start, end, count=count, max_tokens=max_tokens, parts=parts)
    return [Span(offsets[s.first][0], offsets[s.last][1], s.logit - null) for s in spans]


def apart(spans: Iterable[Span]) -> list[Span]:
    """Sort best first and drop each span that overlaps a better one: windows overlap, answers must not."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: s.score, reverse=True):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return kept


def _strike(scores: NDArray[np.float32], first: int, last: int) -> None:
    """Rule out every span that shares a token with first..last."""
    scores[first : last + 1] = -np.inf
    for start in range(max(0, first - scores.shape[1] + 1), first):
        scores[start, first - start :] = -np.inf
