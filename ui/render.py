"""An Answer as markup for the page. Pure, and nothing of a document ever becomes markup.

The page shows it in a Gradio ``Chatbot``, which reads Markdown and HTML and then sanitises: no script would run,
but an image named in a document would be fetched. So each character of a document that any of these languages
could read as more than itself leaves here as a numeric reference (see ``literal``). Each function returns a
single line: a line break would end the block of HTML for Markdown.
"""

import string
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Protocol

from qa import Answer, Citation, Hit, Reason

_REFERENCES = str.maketrans({c: f"&#{ord(c)};" for c in string.punctuation + "\t\n\r\f"})
_UNSHOWABLE = dict.fromkeys((0, *range(0xD800, 0xE000)), "\ufffd")

_HEADLINE = {
    Reason.EMPTY_INDEX: "Not in your documents",
    Reason.NOTHING_FOUND: "Not in your documents",
    Reason.LOW_CONFIDENCE: "Not in your documents",
    Reason.SOURCE_CHANGED: "Not in your documents any more",
}
_WHY = {
    Reason.EMPTY_INDEX: "There are none yet. Add a file or a folder with <code>seedqa add PATH</code>, then ask again.",
    Reason.NOTHING_FOUND: "No passage has the words or the meaning of this question.",
    Reason.LOW_CONFIDENCE: "Some passages come close, but none answers the question clearly enough to quote it.",
    Reason.SOURCE_CHANGED: (
        "The file that had the answer has changed since it was read, so its words cannot be vouched for. "
        "Run <code>seedqa add PATH</code> on it, then ask again."
    ),
}


class DocumentRow(Protocol):
    """What the list of documents shows of each: a row of ``Engine.documents()``."""

    @property
    def path(self) -> str:
        """Where the file is."""

    @property
    def title(self) -> str:
        """What the document calls itself."""

    @property
    def pages(self) -> int | None:
        """How many pages it has; None or 0 where the format has none."""

    @property
    def passages(self) -> int:
        """How many passages were cut from it."""


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
    """The quoted words with their confidence, or that there are none and why."""
    followed = _searched(answer)
    if answer.reason is not Reason.ANSWERED:
        headline, why = _HEADLINE[answer.reason], _WHY[answer.reason]
        return f'<p class="sq-none">{headline}</p><p class="sq-why">{why}</p>{followed}'
    return (
        f'<p class="sq-answer" dir="auto">{literal(answer.text)}</p>'
        f'<p class="sq-sure sq-{_level(answer.confidence)}">{confidence(answer.confidence)}</p>{followed}'
    )


def confidence(share: float) -> str:
    """The calibrated share of such answers that are right, in words and as a number.

    >>> confidence(0.93)
    'Very likely right · 93%'
    """
    words = {"high": "Very likely right", "fair": "Likely right", "low": "Perhaps right"}[_level(share)]
    return f"{words} · {round(100 * share)}%"


def sources(answer: Answer) -> str:
    """A card for each citation, and the other passages that were found, folded away."""
    if answer.reason is not Reason.ANSWERED:
        return _closest(answer.hits)
    cards = "".join(_card(citation, covering(citation, answer.hits)) for citation in answer.citations)
    used = {id(covering(citation, answer.hits)) for citation in answer.citations}
    others = [hit for hit in answer.hits if id(hit) not in used]
    return cards + _others(others)


def covering(citation: Citation, hits: Iterable[Hit]) -> Hit | None:
    """The best hit whose passage holds the whole quote."""
    for hit in hits:
        passage = hit.passage
        if passage.document.path == citation.path and passage.start <= citation.start <= citation.end <= passage.end:
            return hit
    return None


def documents(rows: Sequence[DocumentRow], *, most: int = 200) -> str:
    """The count of documents and passages, which opens into a list of the first ``most`` of them."""
    count = f"{_plural(len(rows), 'document')}, {_plural(sum(row.passages for row in rows), 'passage')}"
    items = "".join(_row(row) for row in rows[:most])
    if len(rows) > most:
        items += f'<li class="sq-more">and {len(rows) - most:,} more</li>'
    return (
        f'<details class="sq-documents"><summary>{count}</summary><div class="sq-panel"><ul>{items}</ul>'
        "<p>Add a file or a folder: <code>seedqa add PATH</code></p></div></details>"
    )


def _level(share: float) -> str:
    return "high" if share >= 0.85 else "fair" if share >= 0.6 else "low"


def _searched(answer: Answer) -> str:
    if answer.searched == answer.question:
        return ""
    return f'<p class="sq-searched">Understood as: <bdi>{literal(answer.searched)}</bdi></p>'


def _card(citation: Citation, hit: Hit | None) -> str:
    where = _where(citation.path, citation.title, citation.page, citation.heading)
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


def _where(path: str, title: str, page: int | None, heading: str) -> str:
    """File, page and heading. Each is isolated, so that no right-to-left text reorders its neighbours."""
    name = PurePath(path).name or path
    parts = [f'<bdi class="sq-file" dir="ltr" title="{literal(path)}">{literal(name)}</bdi>']
    if page is not None:
        parts.append(f"<span>page {page}</span>")
    if heading:
        parts.append(f"<bdi>{literal(heading)}</bdi>")
    elif title and title not in (name, PurePath(name).stem):
        parts.append(f"<bdi>{literal(title)}</bdi>")
    return " ".join(parts)


def _row(row: DocumentRow) -> str:
    name = PurePath(row.path).name or row.path
    pages = f"{_plural(row.pages, 'page')}, " if row.pages else ""
    return (
        f'<li><bdi class="sq-file" dir="ltr" title="{literal(row.path)}">{literal(name)}</bdi> '
        f"<span>{pages}{_plural(row.passages, 'passage')}</span></li>"
    )


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
