"""An Answer as markup for the page. Pure, and nothing of a document ever becomes markup.

The page shows it in a Gradio ``Chatbot``, which reads Markdown and HTML and then sanitises: no script would run,
but an image named in a document would be fetched. So each character of a document that any of these languages
could read as more than itself leaves here as a numeric reference (see ``literal``). Each function returns a
single line: a line break would end the block of HTML for Markdown.
"""

import string
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from qa import Answer, Citation, Claim, Counts, Entry, Hit, Reason, compose

_REFERENCES = str.maketrans({c: f"&#{ord(c)};" for c in string.punctuation + "\t\n\r\f"})
_UNSHOWABLE = dict.fromkeys((0, *range(0xD800, 0xE000)), "\ufffd")

FURTHER = 2
"""How many claims are shown below the first: more would bury it; the routes give them all."""

_HEADLINE = {
    Reason.EMPTY_INDEX: "No documents yet",
    Reason.NOTHING_FOUND: "Not in your documents",
    Reason.UNKNOWN_NAME: "Not in your documents",
    Reason.LOW_CONFIDENCE: "No clear answer",
    Reason.OTHER_LANGUAGE: "Only English is read",
    Reason.SOURCE_CHANGED: "The source has changed",
}
_WHY = {
    Reason.EMPTY_INDEX: "Add a file or a folder with <code>seedqa add PATH</code>, then ask again.",
    Reason.NOTHING_FOUND: "No passage has the words or the meaning of this question.",
    Reason.UNKNOWN_NAME: "The name occurs nowhere in them, nor anything spelled like it.",
    Reason.OTHER_LANGUAGE: "The passages below were found for your question, but the reader answers in English only.",
    Reason.LOW_CONFIDENCE: "Some passages come close, but none answers the question clearly enough to quote it.",
    Reason.SOURCE_CHANGED: (
        "The file that had the answer has changed since it was read, so its words cannot be vouched for. "
        "Run <code>seedqa add PATH</code> on it, then ask again."
    ),
}
_LEVELS = (  # from which share on, its class, its words
    (0.85, "high", "Very likely right"),
    (0.6, "fair", "Likely right"),
    (0.3, "low", "Perhaps right"),
    (0.0, "low", "Unlikely to be right"),
)


def literal(text: str) -> str:
    """Any text as markup that shows exactly that text, in HTML, in Markdown, and in an attribute's quotes.

    All ASCII punctuation, tabs and line breaks become numeric references. A browser has no way to show
    NUL and lone surrogates; they become U+FFFD.

    >>> literal("<b> $x$")
    '&#60;b&#62; &#36;x&#36;'
    """
    return text.translate(_UNSHOWABLE).translate(_REFERENCES)


def question(text: str) -> str:
    """The user's own words: they may be pasted from anywhere."""
    return f'<div class="sq-asked" dir="auto">{literal(text)}</div>'


def working() -> str:
    """What stands in for an answer until there is one."""
    return '<div class="sq-working"><span class="sq-dots"></span>Reading your documents…</div>'


def notice(text: str) -> str:
    """An error in plain words, in place of an answer."""
    return f'<div class="sq-notice" dir="auto"><strong>No answer this time.</strong> {literal(text)}</div>'


def reply(answer: Answer) -> str:
    """All that is shown for one question: what is said, then where it stands."""
    return f'<div class="sq-reply">{message(answer)}{sources(answer)}</div>'


def message(answer: Answer) -> str:
    """The sentence with its quote marked, and how sure it is; or that there is none, and why."""
    if answer.reason is not Reason.ANSWERED:
        return f"{_abstention(answer)}{_searched(answer)}"
    sentence = f'<p class="sq-answer" dir="auto">{_sentence(answer.citations[0])}</p>'
    further = "".join(_further(claim) for claim in answer.claims[1 : 1 + FURTHER])
    return f"{sentence}{_sure(answer.confidence)}{_searched(answer)}{further}"


def confidence(share: float) -> str:
    """The calibrated share of such answers that are right, in words and as a number.

    >>> confidence(0.93)
    'Very likely right · 93%'
    """
    return f"{_level(share)[1]} · {round(100 * share)}%"


def sources(answer: Answer) -> str:
    """A card for each citation, and the other passages that were found, folded away."""
    if answer.reason is not Reason.ANSWERED:
        return _closest(answer.hits)
    cards = "".join(_card(citation, covering(citation, answer.hits)) for citation in answer.citations)
    used = {id(covering(citation, answer.hits)) for citation in answer.citations}
    others = [hit for hit in answer.hits if id(hit) not in used]
    return cards + _others(others)


def covering(citation: Citation, hits: Iterable[Hit]) -> Hit | None:
    """The best hit whose passage holds the whole quote. The file cited may be a copy of the one that was read."""
    for hit in hits:
        passage = hit.passage
        files = (passage.document.path, *passage.document.copies)
        if citation.path in files and passage.start <= citation.start <= citation.end <= passage.end:
            return hit
    return None


def documents(files: Sequence[Entry], counts: Counts, *, most: int = 200) -> str:
    """The count of documents and passages, which opens into a list of the first ``most`` files."""
    count = f"{_plural(counts.documents, 'document')}, {_plural(counts.passages, 'passage')}"
    items = "".join(_row(file) for file in files[:most])
    if len(files) > most:
        items += f'<li class="sq-more">and {len(files) - most:,} more</li>'
    return (
        f'<details class="sq-documents"><summary>{count}</summary><div class="sq-panel"><ul>{items}</ul>'
        "<p>Add a file or a folder: <code>seedqa add PATH</code></p></div></details>"
    )


def _abstention(answer: Answer) -> str:
    if answer.reason is Reason.LOW_CONFIDENCE and answer.candidates:
        return _nearest(answer)
    headline, why = _HEADLINE[answer.reason], _WHY[answer.reason]
    if answer.missing:
        names = [f"“<bdi>{literal(name)}</bdi>”" for name in answer.missing]
        headline = f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} not in your documents"
    if len(answer.missing) > 1:
        why = "The names occur nowhere in them, nor anything spelled like them."
    return f'<p class="sq-none">{headline}</p><p class="sq-why">{why}</p>'


def _nearest(answer: Answer) -> str:
    """What the reader thought best, in its sentence, without the mark that an answer has."""
    citation = compose.cite(answer.candidates[0])[0]
    where = _where(citation.path, citation.title, citation.page, citation.heading, citation.last_page)
    return (
        '<p class="sq-none">Closest, not sure</p>'
        f'<p class="sq-guess" dir="auto">{literal(citation.sentence)}</p>'
        f'<p class="sq-where">{where}</p>{_sure(answer.confidence)}'
    )


def _further(claim: Claim) -> str:
    citation = claim.citations[0]
    where = _where(citation.path, "", citation.page, "", citation.last_page)
    return f'<p class="sq-further">Another passage says: <q dir="auto">{literal(citation.sentence)}</q> {where}</p>'


def _sentence(citation: Citation) -> str:
    """The sentence with the quote marked, by offsets."""
    first, last = citation.start - citation.sentence_start, citation.end - citation.sentence_start
    before, quote, after = citation.sentence[:first], citation.sentence[first:last], citation.sentence[last:]
    return f'{literal(before)}<mark dir="auto">{literal(quote)}</mark>{literal(after)}'


def _sure(share: float) -> str:
    return f'<p class="sq-sure sq-{_level(share)[0]}">{confidence(share)}</p>'


def _level(share: float) -> tuple[str, str]:
    return next((name, words) for least, name, words in _LEVELS if share >= least)


def _searched(answer: Answer) -> str:
    if answer.searched == answer.question:
        return ""
    return f'<p class="sq-searched">Understood as: <bdi>{literal(answer.searched)}</bdi></p>'


def _card(citation: Citation, hit: Hit | None) -> str:
    where = _where(citation.path, citation.title, citation.page, citation.heading, citation.last_page)
    offsets = f"<span>characters {citation.start:,}–{citation.end:,}</span>"
    return f'<article class="sq-card"><p class="sq-where">{where} {offsets}</p>{_marked(citation, hit)}</article>'


def _marked(citation: Citation, hit: Hit | None) -> str:
    """The passage with the quote marked, by offsets; the quote alone if no hit covers it."""
    before = after = ""
    if hit is not None:
        passage = hit.passage
        before = passage.text[: citation.start - passage.start]
        after = passage.text[citation.end - passage.start :]
    quote = f'<mark dir="auto">{literal(citation.quote)}</mark>'
    return f'<blockquote class="sq-passage" dir="auto">{literal(before)}{quote}{literal(after)}</blockquote>'


def _others(hits: Sequence[Hit]) -> str:
    if not hits:
        return ""
    cards = "".join(_passage(hit) for hit in hits)
    return f'<details class="sq-others"><summary>{_plural(len(hits), "other passage")} found</summary>{cards}</details>'


def _closest(hits: Sequence[Hit], *, most: int = 3) -> str:
    if not hits:
        return ""
    cards = "".join(_passage(hit) for hit in hits[:most])
    return (
        '<section class="sq-closest"><p class="sq-label">Closest passages <span>not an answer</span></p>'
        f"{cards}</section>"
    )


def _passage(hit: Hit) -> str:
    passage = hit.passage
    where = _where(passage.document.path, passage.document.title, passage.page, passage.heading)
    return (
        f'<details class="sq-unused"><summary class="sq-where">{where}</summary>'
        f'<blockquote class="sq-passage" dir="auto">{literal(passage.text)}</blockquote></details>'
    )


def _where(path: str, title: str, page: int | None, heading: str, last_page: int | None = None) -> str:
    """File, pages and heading. Each is isolated, so that no right-to-left text reorders its neighbours."""
    name = PurePath(path).name or path
    parts = [f'<bdi class="sq-file" dir="ltr" title="{literal(path)}">{literal(name)}</bdi>']
    if page is not None:
        pages = f"pages {page}–{last_page}" if last_page and last_page > page else f"page {page}"
        parts.append(f"<span>{pages}</span>")
    if heading:
        parts.append(f"<bdi>{literal(heading)}</bdi>")
    elif title and title not in (name, PurePath(name).stem):
        parts.append(f"<bdi>{literal(title)}</bdi>")
    return " ".join(parts)


def _row(row: Entry) -> str:
    name = PurePath(row.path).name or row.path
    pages = f"{_plural(row.pages, 'page')}, " if row.pages else ""
    return (
        f'<li><bdi class="sq-file" dir="ltr" title="{literal(row.path)}">{literal(name)}</bdi> '
        f"<span>{pages}{_plural(row.passages, 'passage')}</span></li>"
    )


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
