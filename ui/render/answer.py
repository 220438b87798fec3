"""An answer: its sentence with the quote marked, how sure it is, where it stands, and what else the documents say."""

from collections.abc import Iterable, Mapping, Sequence

from qa import Answer, Citation, Claim, Document, Hit, Kind, Mark, Reason
from ui import snippet
from ui.render import place
from ui.render.place import Place
from ui.render.text import literal, plural, shown

FURTHER = 2
"""How many claims are shown below the first: more would bury it; the routes give them all."""

LEVELS = (  # from which share on, its class, its words
    (0.75, "high", "Likely right"),
    (0.5, "fair", "Probably right"),
    (0.3, "low", "Perhaps right"),
    (0.0, "low", "Unlikely to be right"),
)


def confidence(share: float) -> str:
    """Return the calibrated share of such answers that are right, in words and as a number.

    >>> confidence(0.93)
    'Likely right · 93%'
    """
    return f"{_level(share)[1]} · {round(100 * share)}%"


def sure(share: float) -> str:
    """Return how sure an answer is, with a dot that says the same."""
    return f'<span class="sq-part sq-sure sq-{_level(share)[0]}">{confidence(share)}</span>'


def _level(share: float) -> tuple[str, str]:
    return next((name, words) for least, name, words in LEVELS if share >= least)


def covering(citation: Citation, hits: Iterable[Hit]) -> Hit | None:
    """Return the best hit whose passage holds the whole quote. The file cited may be a copy of what was read."""
    for hit in hits:
        passage = hit.passage
        files = (passage.document.path, *passage.document.copies)
        if citation.path in files and passage.start <= citation.start <= citation.end <= passage.end:
            return hit
    return None


def apart(answer: Answer) -> Mapping[str, str]:
    """Return the folders that tell the files of an answer from one another, where their names do not."""
    cited = (citation.path for claim in answer.claims for citation in claim.citations)
    return place.folders((*cited, *(hit.passage.document.path for hit in answer.hits)))


def message(answer: Answer) -> str:
    """Return the sentence with its quote marked, the line below it, and what else the documents say."""
    first, names = answer.claims[0], apart(answer)
    citation = first.citations[0]
    hit = covering(citation, answer.hits)
    at = Place.of_citation(citation, hit)
    buttons = f"{place.open_button(at)}{place.copy_button(citation.sentence, at)}"
    dated = _dated(citation) if any(_is_elsewhere(claim, citation) for claim in answer.claims[1:]) else ""
    facts = f'<p class="sq-facts">{sure(answer.confidence)} {place.line(at, names)} {dated}{buttons}</p>'
    also = _also(first, answer.hits, names)
    further = "".join(_further(claim, citation, answer.hits, names) for claim in answer.claims[1 : 1 + FURTHER])
    return f"{_said(citation, hit, at)}{facts}{understood(answer)}{also}{further}"


def understood(answer: Answer) -> str:
    """Return how a follow-up was understood, where that has other words; to be edited, or asked for itself alone."""
    if snippet.says_the_same(answer.searched, answer.question):
        return ""
    return (
        f'<p class="sq-searched">Understood as: <bdi>{shown(answer.searched)}</bdi> '
        f'<button type="button" class="sq-edit" data-text="{literal(answer.searched)}">Edit</button> '
        '<button type="button" class="sq-way" data-do="alone">Without context</button></p>'
    )


def _said(citation: Citation, hit: Hit | None, at: Place) -> str:
    row = _row(hit.passage.document, citation.start) if hit else ()
    if hit and row:
        return f'<div class="sq-answer sq-row">{_table(hit.passage.document, row, citation)}</div>'
    return f'<p class="sq-answer">{_marked(citation, quiet=at.is_markdown)}</p>'


def _marked(citation: Citation, *, quiet: bool = False) -> str:
    """Return the sentence with the quote marked, by offsets."""
    first, last = citation.start - citation.sentence_start, citation.end - citation.sentence_start
    before, quote, after = citation.sentence[:first], citation.sentence[first:last], citation.sentence[last:]
    return f"{shown(before, quiet=quiet)}<mark>{shown(quote, quiet=quiet)}</mark>{shown(after, quiet=quiet)}"


def _row(document: Document, offset: int) -> Sequence[Mark]:
    """Return the cells of the row that an offset is in, if it is in one that has names for its columns."""
    rows = document.around(offset, Kind.ROW)
    cells = [mark for mark in document.within(rows[0].start, rows[0].end) if mark.kind is Kind.CELL] if rows else []
    return cells if any(cell.label for cell in cells) else ()


def _table(document: Document, cells: Sequence[Mark], citation: Citation) -> str:
    heads = "".join(f'<th scope="col">{shown(cell.label)}</th>' for cell in cells)
    row = "".join(f"<td>{_cell(document, cell, citation)}</td>" for cell in cells)
    return f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{row}</tr></tbody></table>"


def _cell(document: Document, cell: Mark, citation: Citation) -> str:
    start = min(max(citation.start, cell.start), cell.end)
    end = max(min(citation.end, cell.end), start)
    before, quote, after = document.text[cell.start : start], document.text[start:end], document.text[end : cell.end]
    return f"{shown(before)}<mark>{shown(quote)}</mark>{shown(after)}" if quote else shown(before + after)


def _also(claim: Claim, hits: Sequence[Hit], names: Mapping[str, str]) -> str:
    """Return the other places that say the same, folded."""
    others = [Place.of_citation(citation, covering(citation, hits)) for citation in claim.citations[1:]]
    if not others:
        return ""
    files = {each.path for each in others} - {claim.citations[0].path}
    count = plural(len(files), "other document") if files else plural(len(others), "other place")
    rows = "".join(f'<li class="sq-where">{place.line(each, names)} {place.open_button(each)}</li>' for each in others)
    return f'<details class="sq-also"><summary>Also in {count}</summary><ul>{rows}</ul></details>'


def _further(claim: Claim, first: Citation, hits: Sequence[Hit], names: Mapping[str, str]) -> str:
    citation = claim.citations[0]
    at = Place.of_citation(citation, covering(citation, hits))
    who, dated = ("Another document", _dated(citation)) if _is_elsewhere(claim, first) else ("The same document", "")
    return (
        f'<p class="sq-further">{who} also says: <q>{_marked(citation, quiet=at.is_markdown)}</q> '
        f"{place.line(at, names)} {dated}{place.open_button(at)}</p>"
    )


def _is_elsewhere(claim: Claim, first: Citation) -> bool:
    return claim.citations[0].path != first.path


def _dated(citation: Citation) -> str:
    """Return when the file was changed last: of documents that disagree one may be out of date."""
    return f'<time datetime="{citation.modified}">as of {citation.modified}</time> ' if citation.modified else ""


def is_answered(answer: Answer) -> bool:
    """Tell whether there is something to quote."""
    return answer.reason is Reason.ANSWERED
