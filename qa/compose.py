"""(question, hits, candidates) → an Answer, or an abstention with its reason. Pure: it decides and joins, no more."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from index import Document, Hit, Kind, sentence_around
from index.sentences import sentences_of
from index.types import Extent
from index.view import as_words
from qa.about import Asked, is_yes_no
from qa.extent import after_marker, before_joint, next_written, settled
from qa.headings import names_only, says_nothing
from qa.lists import asks_for_several, joined_names, whole_list, whole_value
from qa.opposites import is_of_another, is_of_another_number
from qa.read import Calibration
from qa.roles import holder_of, party_of
from qa.speech import speaker_of, stands_in
from qa.table import cell_asked_for, is_in_named_row
from qa.types import Answer, Candidate, Citation, Claim, Reason

LINE_WEIGHT = 2.0
"""What a candidate's score loses for each share of the question's rare words that its line lacks and another has."""

CODE_WEIGHT = 6.0
"""What it loses if its line, with the headings above, lacks a code of the question: SC-121 has not SC-112's price."""

KIND_WEIGHT = 4.0
"""What it loses if it cannot be the kind of thing that was asked for."""

FOREIGN_WEIGHT = 6.0
"""What it loses if its passage, headings and title say nothing of what was asked: what a repair cost is not what entry
to the station costs."""

UNHEARD_WEIGHT = 3.0
"""What it loses if no document says any of it, and the passage nothing akin: it may be said in other words."""

FIGURE_WEIGHT = 3.0
"""What a figure in a table loses whose row, columns and headings have less than half of what was asked."""

OPPOSITE_WEIGHT = 6.0
"""What a candidate loses whose line and headings speak of the opposite: of adults, where children were asked about.

Or of another one of many: of batch 211, where batch 210 was."""

EMPTY_WEIGHT = 6.0
"""What a candidate loses if the cell that was asked for is empty: the trade price of what is not sold to the trade."""

ROW_WEIGHT = 4.0
"""What it loses if it stands in a table's row, and another candidate in the row that the question names."""

CELL_LEAD = 2.0
"""What the cell of a table gains whose row and header say all that was asked; most of it, if the row is named."""

LONGEST_VALUE = 48
"""Characters of a cell that is quoted whole."""

DECIDING_LEAD = 0.2
"""By how much another sentence has to say more of a yes-or-no question than the one that the reader marked."""


def answer(
    question: str,
    hits: Sequence[Hit],
    candidates: Sequence[Candidate],
    calibration: Calibration,
    *,
    searched: str | None = None,
) -> Answer:
    """Return what the candidates, as they may be shown, claim, if the best beats the no-answer threshold.

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


def shape(candidates: Sequence[Candidate], asked: Asked) -> list[Candidate]:
    """Return the candidates as they may be shown: whole, no echoes, less what they lose by what their lines are about.

    Each is quoted whole, echoes of the question are dropped, and those that stand where the question's own words do
    not lose by it.
    """
    yes_no = is_yes_no(asked.question)
    shaped = [each for each in (_decided(c, asked) if yes_no else _quoted(c, asked) for c in candidates) if each]
    lines = [(each, _line(each)) for each in shaped]
    shares = [asked.share(line) for _, line in lines]
    best = max(shares, default=0.0)
    is_named = [is_in_named_row(each, asked.question) for each in shaped]
    beside = [ROW_WEIGHT if named is False and any(is_named) else 0.0 for named in is_named]
    lost = [
        LINE_WEIGHT * (best - share) + penalty(each, line, asked)
        for (each, line), share in zip(lines, shares, strict=True)
    ]
    return [replace(each, score=each.score - line - row) for each, line, row in zip(shaped, lost, beside, strict=True)]


def _quoted(candidate: Candidate, asked: Asked) -> Candidate | None:
    """Return the candidate whole, in the cell that was asked for; None if it only echoes the question."""
    document = candidate.hit.passage.document
    if told := speaker_of(candidate, asked) or party_of(candidate, asked) or holder_of(candidate, asked):
        return told
    cell = cell_asked_for(candidate, asked)
    if cell and cell.is_empty:
        candidate = replace(candidate, score=candidate.score - EMPTY_WEIGHT)
    elif cell:
        start, end = cell.mark.start, cell.mark.end
        moved = not start <= candidate.start < end
        is_value = end - start <= LONGEST_VALUE  # such a cell says one thing: "Gasket, flat" is not "Gasket"
        candidate = replace(candidate, start=start, end=end) if moved or is_value else candidate
        candidate = replace(candidate, score=candidate.score + (CELL_LEAD if cell.share > 0.99 else 0.0))
    candidate = replace(candidate, end=_without_half_a_sentence(document, candidate.start, candidate.end))
    sentence = sentence_around(document, candidate.start, candidate.end)
    start, end = settled(document.text, (candidate.start, candidate.end), sentence, asked.question)
    if asks_for_several(asked.question):
        start, end = _all_of_it(document, (start, end), sentence)
    whole = replace(candidate, start=start, end=end)
    return None if asked.echoes(whole.quote) or names_only(whole, asked.question) else whole


def _all_of_it(document: Document, extent: Extent, sentence: Extent) -> Extent:
    """Return the list that an extent is an item of: one below the other, between commas in a cell, or in a sentence."""
    if found := whole_list(document.text, extent):
        return found
    cells = [mark for mark in document.around(extent[0], Kind.CELL) if extent[1] <= mark.end]
    if cells:
        return whole_value(document.text, (cells[0].start, cells[0].end)) or extent
    return joined_names(document.text, extent, sentence)


def _without_half_a_sentence(document: Document, start: int, end: int) -> int:
    """Return the end of a span without the first words of a next sentence, which say nothing by themselves."""
    first, last = sentence_around(document, start, start + 1), sentence_around(document, end - 1, end)
    if last[0] < first[1] or end >= last[1] - 1:
        return end
    kept = document.text[start : last[0]].rstrip()
    return start + len(kept) if kept else end


def _decided(candidate: Candidate, asked: Asked) -> Candidate | None:
    """Return the sentence of the passage that decides a yes or no: the candidate's, unless another is more about it."""
    passage, document = candidate.hit.passage, candidate.hit.passage.document
    own = sentence_around(document, candidate.start, candidate.end)
    best, most = None, -1.0
    told = asked.share_of_things(document.text[slice(*own)])
    for sentence in _sentences(candidate):
        said = document.text[after_marker(document.text, *sentence) : sentence[1]]
        if says_nothing(document, sentence) or asked.is_topic(said):
            continue
        share = asked.share_of_things(document.text[slice(*sentence)]) + (DECIDING_LEAD if sentence == own else 0.0)
        if share > most:
            best, most = sentence, share
    if best is None or passage.start >= best[1] or most < told / 2:  # what was marked is only a name, and none tells
        return None
    return replace(candidate, start=after_marker(document.text, *best), end=before_joint(document.text, *best))


def _sentences(candidate: Candidate) -> Iterator[tuple[int, int]]:
    passage = candidate.hit.passage
    text, at = passage.document.text, passage.start
    while (at := next_written(text, at, passage.end)) < passage.end:
        sentence = sentence_around(passage.document, at, at + 1)
        yield sentence
        at = max(sentence[1], at + 1)


def _line(candidate: Candidate) -> str:
    """Return what a candidate's line says: its sentence, or its row with the names of the columns."""
    document = candidate.hit.passage.document
    start, end = stands_in(candidate)
    labels = [as_words(mark.label) for mark in document.within(start, end) if mark.kind is Kind.CELL]
    return "\n".join((document.text[min(start, candidate.start) : max(end, candidate.end)], *labels))


def penalty(candidate: Candidate, line: str, asked: Asked) -> float:
    """Return what a candidate loses for lacking a code that was asked about, or being no answer to such a question."""
    headings = "\n".join(candidate.hit.passage.headings)
    code = CODE_WEIGHT if asked.lacks_code(f"{line}\n{headings}") else 0.0
    subject = 0.0
    if asked.is_foreign_to(candidate.hit):
        subject = FOREIGN_WEIGHT
    elif asked.is_unheard_in(candidate.hit):
        subject = UNHEARD_WEIGHT
    if _is_foreign_figure(candidate, line, asked):
        subject += FIGURE_WEIGHT
    about, said = asked.question, f"{line}\n{headings}"
    if not is_yes_no(about) and (is_of_another(about, said) or is_of_another_number(about, said)):
        subject += OPPOSITE_WEIGHT  # of a yes or no it may be what decides: "Only in summer"
    if asked.lacks_day(candidate.hit.passage.document.text):
        subject += CODE_WEIGHT
    return code + subject + (KIND_WEIGHT if asked.misfits(candidate.quote, _column(candidate)) else 0.0)


def _column(candidate: Candidate) -> str:
    """Return the name of the column in which a bare number stands, which may hold its unit; "" elsewhere."""
    cells = candidate.hit.passage.document.around(candidate.start, Kind.CELL)
    is_bare = not any(c.isalpha() for c in candidate.quote)
    return cells[0].label if cells and is_bare else ""


def _is_foreign_figure(candidate: Candidate, line: str, asked: Asked) -> bool:
    """Tell whether a candidate is a figure of a table about something else: its power, where its weight was asked for.

    Words of running text may say the same otherwise; a table names what it has.
    """
    document = candidate.hit.passage.document
    if not document.around(candidate.start, Kind.CELL) or not any(c.isdigit() for c in candidate.quote):
        return False
    named = "\n".join((line, *candidate.hit.passage.headings, document.title))
    return asked.share_of_all(named) < 0.5


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
    start, end = stands_in(candidate)
    if not passage.start <= candidate.start < passage.end:
        passage = replace(passage, start=candidate.start, end=candidate.end)
    one = Citation(
        path=document.path,
        title=document.title,
        page=document.page_at(start),
        heading=passage.heading,
        start=candidate.start,
        end=candidate.end,
        quote=candidate.quote,
        sentence=document.text[start:end],
        sentence_start=start,
        sha256=document.sha256,
        place=document.place(candidate.start),
        last_page=document.page_at(end - 1),
    )
    return [one, *(replace(one, path=path) for path in document.copies)]


def sentences_in(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the sentences of ``text[start:end]`` stand, white space apart, in order; of code, the lines."""
    pieces = [(first, document.text[first:last]) for first, last in sentences_of(document, start, end)]
    return [(first + len(t) - len(t.lstrip()), first + len(t.rstrip())) for first, t in pieces if t.strip()]


def _overlap(one: Candidate, other: Candidate) -> bool:
    same = one.hit.passage.document.id == other.hit.passage.document.id
    return same and one.start < other.end and other.start < one.end


def _said(quote: str) -> str:
    """Return the words alone: what differs in case, space and the marks around it says the same."""
    return " ".join(quote.split()).strip(" .,;:!?\"'“”‘’()[]").casefold()
