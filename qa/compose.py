"""(question, hits, spans) → an Answer, or an abstention with its reason. Pure: it decides and joins, no more."""

from collections.abc import Sequence

from index import Hit
from qa.calibration import Calibration
from qa.metrics import normalise
from qa.types import Answer, Citation, Reason, Span


def answer(
    question: str,
    hits: Sequence[Hit],
    spans: Sequence[Span],
    calibration: Calibration,
    *,
    searched: str | None = None,
) -> Answer:
    """Return the best span as the answer, if it beats the no-answer threshold.

    Spans elsewhere that say the same in the same words, and pass the threshold too, become further citations.
    """
    made = _Maker(question, question if searched is None else searched, tuple(hits))
    if not hits:
        return made.abstain(Reason.NOTHING_FOUND)
    ordered = ranked(hits, spans, calibration)
    if not ordered:
        return made.abstain(Reason.LOW_CONFIDENCE)
    best = ordered[0][0]
    if best < calibration.threshold:
        return made.abstain(Reason.LOW_CONFIDENCE, calibration.confidence(best))
    passing = [cite(hits[span.hit], span) for score, span in ordered if score >= calibration.threshold]
    return made.answered(_same_answer(passing), calibration.confidence(best))


def ranked(hits: Sequence[Hit], spans: Sequence[Span], calibration: Calibration) -> list[tuple[float, Span]]:
    """Return the spans with their scores once retrieval has had its say, best first; equal ones in the order given."""
    scored = [(calibration.combined(span.score, hits[0].score - hits[span.hit].score), span) for span in spans]
    return sorted(scored, key=lambda pair: pair[0], reverse=True)


def cite(hit: Hit, span: Span) -> Citation:
    """Return where the span stands in its document; the quote is cut from the document itself."""
    passage = hit.passage
    document = passage.document
    start, end = passage.start + span.start, passage.start + span.end
    return Citation(
        path=document.path,
        title=document.title,
        page=passage.page,
        heading=passage.heading,
        start=start,
        end=end,
        quote=document.text[start:end],
        sha256=document.sha256,
    )


def _same_answer(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Keep the first citation and those of the same words, each place once: passages overlap."""
    kept: dict[tuple[str, int, int], Citation] = {}
    words = normalise(citations[0].quote)
    for citation in citations:
        if normalise(citation.quote) == words:
            kept.setdefault((citation.path, citation.start, citation.end), citation)
    return tuple(kept.values())


class _Maker:
    """What every answer to one question has in common."""

    def __init__(self, question: str, searched: str, hits: tuple[Hit, ...]) -> None:
        self._question, self._searched, self._hits = question, searched, hits

    def abstain(self, reason: Reason, confidence: float = 0.0) -> Answer:
        return Answer(self._question, self._searched, "", (), confidence, reason, self._hits)

    def answered(self, citations: tuple[Citation, ...], confidence: float) -> Answer:
        text = citations[0].quote
        return Answer(self._question, self._searched, text, citations, confidence, Reason.ANSWERED, self._hits)
