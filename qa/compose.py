"""(question, hits, candidates) → an Answer, or an abstention with its reason. Pure: it decides and joins, no more."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from index import Hit, Kind, sentence_around
from qa.about import Asked, is_yes_no
from qa.extent import settled
from qa.read import Calibration
from qa.types import Answer, Candidate, Citation, Claim, Reason

LINE_WEIGHT = 2.0
"""What a candidate's score loses for each share of the question's rare words that its line lacks and another has."""

NAME_WEIGHT = 0.0
"""What it loses if its passage, headings, title and path lack a name of the question."""

DECIDING_LEAD = 0.2
"""By how much another sentence has to say more of a yes-or-no question than the one that the reader marked."""


def answer(
    question: str,
    hits: Sequence[Hit],
    candidates: Sequence[Candidate],
    calibration: Calibration,
    *,
    searched: str | None = None,
    asked: Asked | None = None,
) -> Answer:
    """Return what the candidates claim, if the best beats the no-answer threshold.

    Candidates that say the same in the same words, and pass the threshold too, are one claim with several citations.
    With ``asked``, each is quoted whole, echoes of the question are dropped, and those that stand where the question's
    own words do not lose by it.
    """
    shaped = shape(candidates, asked) if asked else candidates
    ordered = tuple(sorted(shaped, key=lambda each: -each.score))  # equal ones stay in the order given
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


def shape(candidates: Sequence[Candidate], asked: Asked) -> list[Candidate]:
    """Return the candidates as they may be shown: whole, no echoes, scored by what their lines are about."""
    yes_no = is_yes_no(asked.question)
    shaped = []
    for each in candidates:
        text = each.hit.passage.document.text
        sentence = sentence_around(each.hit.passage.document, each.start, each.end)
        if yes_no:
            sentence = start, end = _deciding(each, sentence, asked)
        else:
            start, end = settled(text, (each.start, each.end), sentence, asked.question)
            if asked.echoes(text[start:end]) or names_only(each):
                continue
        line = text[min(start, sentence[0]) : max(end, sentence[1])]
        shaped.append((replace(each, start=start, end=end), asked.share(line)))
    best = max((share for _, share in shaped), default=0.0)
    return [replace(each, score=each.score - penalty(each, best - share, asked)) for each, share in shaped]


def names_only(candidate: Candidate) -> bool:
    """Tell whether a candidate is a heading or a column's name: what a thing is called, not what is said of it."""
    document = candidate.hit.passage.document
    if any(candidate.end <= mark.end for mark in document.around(candidate.start, Kind.HEADER)):
        return True
    line_end = document.text.find("\n", candidate.start)
    starts = {mark.start for mark in document.around(candidate.start, Kind.HEADING)}
    line_start = document.text.rfind("\n", 0, candidate.start) + 1
    return line_start in starts and (line_end < 0 or candidate.end <= line_end)


def _deciding(candidate: Candidate, sentence: tuple[int, int], asked: Asked) -> tuple[int, int]:
    """Return the sentence of the passage that decides a yes or no: the candidate's, unless another is more about it."""
    passage, document = candidate.hit.passage, candidate.hit.passage.document
    best, most = sentence, asked.share(document.text[slice(*sentence)]) + DECIDING_LEAD
    at = passage.start
    while at < passage.end:
        other = sentence_around(document, at, at + 1)
        if (share := asked.share(document.text[slice(*other)])) > most:
            best, most = other, share
        at = max(other[1], at) + 1
    return best


def penalty(candidate: Candidate, short: float, asked: Asked) -> float:
    """Return what a candidate loses for what its line, and its passage, lack of the question."""
    passage, document = candidate.hit.passage, candidate.hit.passage.document
    about = "\n".join((passage.text, *passage.headings, document.title, document.path))
    return LINE_WEIGHT * short + (NAME_WEIGHT if asked.lacks(about) else 0.0)


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
