"""(question, hits, candidates) → an Answer, or an abstention with its reason. Pure: it decides and joins, no more."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from index import Hit, sentence_around
from qa.read import Calibration
from qa.types import Answer, Candidate, Citation, Claim, Reason


def answer(
    question: str,
    hits: Sequence[Hit],
    candidates: Sequence[Candidate],
    calibration: Calibration,
    *,
    searched: str | None = None,
) -> Answer:
    """Return what the candidates claim, if the best beats the no-answer threshold.

    Candidates that say the same in the same words, and pass the threshold too, are one claim with several citations.
    """
    ordered = tuple(sorted(candidates, key=lambda each: -each.score))  # equal ones stay in the order given
    made = partial(
        Answer,
        question=question,
        searched=question if searched is None else searched,
        candidates=ordered,
        hits=tuple(hits),
    )
    if not hits:
        return made(reason=Reason.NOTHING_FOUND, confidence=0.0)
    passing = [each for each in ordered if each.score >= calibration.threshold]
    confidence = calibration.confidence(ordered[0].score) if ordered else 0.0
    if not passing:
        return made(reason=Reason.LOW_CONFIDENCE, confidence=confidence)
    return made(reason=Reason.ANSWERED, confidence=confidence, claims=tuple(claims(passing, calibration)))


def claims(candidates: Sequence[Candidate], calibration: Calibration) -> Iterator[Claim]:
    """Yield what is said, in the order in which the candidates come, each place under the first claim that holds it."""
    grouped: dict[str, list[Candidate]] = {}
    taken: list[Candidate] = []
    for each in candidates:
        if not any(_overlap(each, other) for other in taken):  # passages overlap: a place may be read twice
            grouped.setdefault(_said(each.quote), []).append(each)
            taken.append(each)
    for group in grouped.values():
        citations = tuple(citation for each in group for citation in cite(each))
        yield Claim(group[0].quote, citations, calibration.confidence(group[0].score))


def cite(candidate: Candidate) -> list[Citation]:
    """Return where the candidate stands: in each file with its document's bytes, at the same place.

    Quote and sentence are cut from the document itself.
    """
    passage, document = candidate.hit.passage, candidate.hit.passage.document
    start, end = sentence_around(document, candidate.start, candidate.end)
    one = Citation(
        path=document.path,
        title=document.title,
        page=passage.page,
        heading=passage.heading,
        start=candidate.start,
        end=candidate.end,
        quote=candidate.quote,
        sentence=document.text[start:end],
        sentence_start=start,
        sha256=document.sha256,
    )
    return [one, *(replace(one, path=path) for path in document.copies)]


def _overlap(one: Candidate, other: Candidate) -> bool:
    same = one.hit.passage.document.id == other.hit.passage.document.id
    return same and one.start < other.end and other.start < one.end


def _said(quote: str) -> str:
    """Return the words alone: what differs in case, space and the marks around it says the same."""
    return " ".join(quote.split()).strip(" .,;:!?\"'“”‘’()[]").casefold()
