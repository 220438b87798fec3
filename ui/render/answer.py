"""An answer: its sentence with the quote marked, how sure it is, where it stands, and what else the documents say."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from qa import Answer, Citation, Claim, Hit, Reason
from ui import snippet
from ui.render import place, stretch
from ui.render.place import Place
from ui.render.text import literal, plural, shown

FURTHER = 2
"""How many claims are shown below the first: more would bury it; the routes give them all."""

_LONG = 240
"""Characters from which on a sentence is set smaller: some have no end."""

LEVELS = (  # from which share on, its class, its words
    (0.6, "high", "Likely right"),
    (0.45, "fair", "Probably right"),
    (0.25, "low", "Perhaps right"),
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
    buttons = place.buttons(citation.sentence, at)
    dated = _dated(citation) if any(_is_elsewhere(claim, citation) for claim in answer.claims[1:]) else ""
    facts = f'<p class="sq-facts">{sure(answer.confidence)} {place.line(at, names)} {dated}{buttons}</p>'
    also = _also(first, answer.hits, names)
    others = [claim for claim in answer.claims if not _is_beside(claim, first)]
    further = "".join(_further(claim, citation, answer.hits, names) for claim in others[:FURTHER])
    return f"{_said(answer, hit, at)}{facts}{understood(answer)}{also}{further}"


def understood(answer: Answer) -> str:
    """Return how a follow-up was understood, where that has other words; to be edited, or asked for itself alone."""
    if snippet.says_the_same(answer.searched, answer.question):
        return ""
    return (
        f'<p class="sq-searched">Understood as: <bdi>{shown(answer.searched)}</bdi> '
        f'<button type="button" class="sq-edit" data-text="{literal(answer.searched)}">Edit</button> '
        '<button type="button" class="sq-way" data-do="alone">Without context</button></p>'
    )


def quotes(answer: Answer) -> list[tuple[int, int]]:
    """Return where the first claim's quote stands, and those of other claims in the same sentence: one list of things.

    None overlaps another.
    """
    found: list[tuple[int, int]] = []
    for claim in (claim for claim in answer.claims if _is_beside(claim, answer.claims[0])):
        start, end = claim.citations[0].start, claim.citations[0].end
        if all(end <= first or last <= start for first, last in found):
            found.append((start, end))
    return found


def _is_beside(claim: Claim, other: Claim) -> bool:
    """Whether two claims are quotes of one sentence."""
    one, two = claim.citations[0], other.citations[0]
    return (one.path, one.sentence_start, one.sentence) == (two.path, two.sentence_start, two.sentence)


def _said(answer: Answer, hit: Hit | None, at: Place) -> str:
    citation = answer.claims[0].citations[0]
    table = row(citation, hit, quotes(answer), quiet=at.is_markdown)
    if table:
        return f'<div class="sq-answer sq-row">{table}</div>'
    long = " sq-long" if len(citation.sentence) > _LONG else ""
    return f'<p class="sq-answer{long}">{_marked(citation, quotes(answer), quiet=at.is_markdown)}</p>'


def _marked(citation: Citation, marks: Iterable[tuple[int, int]], *, quiet: bool = False) -> str:
    """Return the sentence with quotes marked, by offsets."""
    parts, at, origin = [], 0, citation.sentence_start
    for start, end in sorted(marks):
        parts.append(shown(citation.sentence[at : start - origin], quiet=quiet))
        parts.append(stretch.mark(citation.sentence[start - origin : end - origin]))
        at = end - origin
    return "".join((*parts, shown(citation.sentence[at:], quiet=quiet)))


def row(citation: Citation, hit: Hit | None, marks: Iterable[tuple[int, int]], *, quiet: bool) -> str:
    """Return the row that a quote is in, as a table; "" if it is in none."""
    if hit is None:
        return ""
    last = citation.sentence_start + len(citation.sentence)
    stretches = stretch.marked(citation.sentence_start, last, marks, partial(shown, quiet=quiet))
    return stretch.row(hit.passage.document, citation.start, stretches)


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
    hit = covering(citation, hits)
    at = Place.of_citation(citation, hit)
    who, dated = ("Another document", _dated(citation)) if _is_elsewhere(claim, first) else ("The same document", "")
    return (
        f'<p class="sq-further">{who} also says: <q>{_short(citation, hit, quiet=at.is_markdown)}</q> '
        f"{place.line(at, names)} {dated}{place.open_button(at)}</p>"
    )


def _short(citation: Citation, hit: Hit | None, *, quiet: bool) -> str:
    """Return the sentence in a line, its quote marked; of a row the cells."""
    marks = [(citation.start, citation.end)]
    if hit is None:
        return _marked(citation, marks, quiet=quiet)
    last = citation.sentence_start + len(citation.sentence)
    stretches = stretch.marked(citation.sentence_start, last, marks, partial(shown, quiet=quiet))
    return stretch.sentence(hit.passage.document, citation.sentence_start, last, stretches)


def _is_elsewhere(claim: Claim, first: Citation) -> bool:
    return claim.citations[0].path != first.path


def _dated(citation: Citation) -> str:
    """Return when the file was changed last: of documents that disagree one may be out of date."""
    return f'<time datetime="{citation.modified}">as of {citation.modified}</time> ' if citation.modified else ""


def is_answered(answer: Answer) -> bool:
    """Tell whether there is something to quote."""
    return answer.reason is Reason.ANSWERED
