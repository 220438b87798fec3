"""Passages: the one around a quote, folded to its neighbours, and those that were found besides."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from qa import Answer, Candidate, Citation, Hit, Reason
from ui import snippet
from ui.render import place, stretch
from ui.render.answer import apart, covering, quotes
from ui.render.place import Place
from ui.render.stretch import Stretch, marked
from ui.render.text import plural, shown


def sources(answer: Answer, stale: Mapping[str, str] = {}) -> str:
    """Return the passage around the quote, and the other passages that were found, folded away."""
    covered = [covering(citation, answer.hits) for citation in answer.citations]
    used = {id(hit) for hit in covered}
    others = [hit for hit in answer.hits if id(hit) not in used]
    return f"{_context(answer, covered[0])}{_others(others, answer, stale)}"


def closest(answer: Answer, stale: Mapping[str, str], *, most: int = 3) -> str:
    """Return the passages that came nearest: none of them is an answer, and they are told so.

    The first is open where it may well hold the answer, and only certainty is lacking.
    """
    if not answer.hits:
        return ""
    first, *rest = answer.hits[:most]
    names = apart(answer)
    cards = [
        _passage(first, answer, names, stale, is_open=answer.reason is Reason.LOW_CONFIDENCE),
        *(_passage(hit, answer, names, stale) for hit in rest),
    ]
    return (
        '<div class="sq-closest"><p class="sq-label">Closest passages <span class="sq-badge">not an answer</span></p>'
        f"{''.join(cards)}</div>"
    )


def found(question: str, hits: Sequence[Hit], stale: Mapping[str, str]) -> str:
    """Return the passages that a search found, best first."""
    if not hits:
        return '<p class="sq-none">Nothing found</p><p class="sq-why">No passage has to do with these words.</p>'
    names = place.folders(hit.passage.document.path for hit in hits)
    cards = "".join(_card(hit, question, (), names, stale) for hit in hits)
    return f'<p class="sq-label">{plural(len(hits), "passage")}, the nearest first</p>{cards}'


def _context(answer: Answer, hit: Hit | None) -> str:
    """Return the passage with the quotes of its sentence marked, by offsets; what is far from it can be unfolded.

    The quote alone if no hit covers it: nothing is guessed around it.
    """
    citation = answer.citations[0]
    at = Place.of_citation(citation, hit)
    if hit is None:
        return f'<blockquote class="sq-passage"><mark>{shown(citation.quote)}</mark></blockquote>'
    stretches = _folded(answer, hit, quiet=at.is_markdown)
    folded = any(each.is_far and hit.passage.document.text[each.start : each.end].strip() for each in stretches)
    button = '<button type="button" class="sq-show" aria-expanded="false">Show passage</button>' if folded else ""
    offsets = f'<span class="sq-offsets">characters {citation.start:,}–{citation.end:,}</span>'
    return (
        f'<div class="sq-card"><blockquote class="sq-passage">{_body(hit, stretches, must="<mark>")}</blockquote>'
        f'<p class="sq-foot">{button} {offsets}</p></div>'
    )


def _folded(answer: Answer, hit: Hit, *, quiet: bool) -> Sequence[Stretch]:
    """Return the passage in stretches: the quote's sentence between its neighbours, and the rest, which is far."""

    def far(text: str) -> str:
        return f'<span class="sq-far">{shown(text, quiet=quiet)}</span>'

    def near(text: str) -> str:
        return f'<span class="sq-near">{shown(text, quiet=quiet)}</span>'

    passage, (low, high) = hit.passage, _near(answer.citations[0], hit)
    before, after = Stretch(passage.start, low, far, is_far=True), Stretch(high, passage.end, far, is_far=True)
    return [before, *marked(low, high, quotes(answer), near), after]


def _near(citation: Citation, hit: Hit) -> tuple[int, int]:
    """Return from where to where the quote's sentence reaches, with the one before and the one after it."""
    passage, last = hit.passage, citation.sentence_start + len(citation.sentence)
    sentences = snippet.sentences(passage)
    before = [start for start, end in sentences if end <= citation.sentence_start]
    after = [end for start, end in sentences if start >= last]
    low = before[-1] if before else passage.start
    high = after[0] if after else passage.end
    return min(low, citation.start), max(high, citation.end)


def _body(hit: Hit, stretches: Sequence[Stretch], *, must: str) -> str:
    """Return a passage, its tables as tables, unless these would leave out what ``must`` be there."""
    document = hit.passage.document
    body = stretch.passage(document, stretches)
    return body if must in body else stretch.text(document, hit.passage.start, hit.passage.end, stretches)


def _others(hits: Sequence[Hit], answer: Answer, stale: Mapping[str, str]) -> str:
    if not hits:
        return ""
    names = apart(answer)
    cards = "".join(_passage(hit, answer, names, stale) for hit in hits)
    return f'<details class="sq-others"><summary>{plural(len(hits), "other passage")} found</summary>{cards}</details>'


def _passage(
    hit: Hit, answer: Answer, names: Mapping[str, str], stale: Mapping[str, str], *, is_open: bool = False
) -> str:
    return _card(hit, answer.searched, answer.candidates, names, stale, is_open=is_open)


def _card(
    hit: Hit,
    question: str,
    candidates: Sequence[Candidate],
    names: Mapping[str, str],
    stale: Mapping[str, str],
    *,
    is_open: bool = False,
) -> str:
    """Return a passage that opens: folded, its place and its nearest sentence; open, its text with that emphasised."""
    at = Place.of_hit(hit)
    start, end = snippet.nearest(question, hit, candidates)
    plain = partial(shown, quiet=at.is_markdown)

    def with_words(text: str) -> str:
        return "".join(_with_words(question, text, quiet=at.is_markdown))

    def emphasised(text: str) -> str:
        return f"<em>{with_words(text)}</em>"

    stretches = (Stretch(at.start, start, plain), Stretch(start, end, emphasised), Stretch(end, at.end, plain))
    nearest = stretch.sentence(hit.passage.document, start, end, [Stretch(start, end, with_words)])
    return (
        f'<details class="sq-unused"{" open" if is_open else ""}><summary><span class="sq-where">'
        f'{place.line(at, names)}{place.badge(at, stale)}</span><span class="sq-snippet">{nearest}</span></summary>'
        f'<blockquote class="sq-passage">{_body(hit, stretches, must="<em>")}</blockquote>'
        f'<p class="sq-foot">{place.open_button(at)}</p></details>'
    )


def _with_words(question: str, text: str, *, quiet: bool) -> Iterator[str]:
    at = 0
    for start, end in snippet.words(question, text):
        yield shown(text[at:start], quiet=quiet)
        yield f"<b>{shown(text[start:end])}</b>"
        at = end
    yield shown(text[at:], quiet=quiet)
