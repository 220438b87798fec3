"""One question and what is shown for it: an answer, an abstention, passages, or what went wrong."""

from collections.abc import Mapping, Sequence

from qa import Answer, Hit
from ui.render import abstention, answer, passages
from ui.render.text import literal, shown

_NOT_ANSWERED = {
    "interrupted": "Not answered: seedqa was stopped while it worked on this.",
    "stopped": "Stopped.",
    "running": "",
}


def question(text: str) -> str:
    """Return the user's own words: they may be pasted from anywhere. They are what a screen reader jumps by."""
    return f'<h2 class="sq-asked"><span class="sq-hidden">You asked: </span><span dir="auto">{shown(text)}</span></h2>'


def reply(
    said: Answer,
    *,
    scope: str = "",
    stale: Mapping[str, str] = {},
) -> str:
    """Return all that is shown for one question: what is said, then where it stands.

    ``scope`` says to which documents it was confined; ``stale`` which files are not as they were read, and how.
    """
    if answer.is_answered(said):
        body = f"{answer.message(said)}{passages.sources(said, stale)}"
    else:
        body = f"{abstention.message(said, stale, confined=bool(scope))}{passages.closest(said, stale)}"
    return _reply(f"{_scope(scope)}{body}")


def found(text: str, hits: Sequence[Hit], *, scope: str = "", stale: Mapping[str, str] = {}) -> str:
    """Return what a search without an answer found."""
    return _reply(f"{_scope(scope)}{passages.found(text, hits, stale)}")


def notice(text: str) -> str:
    """Return an error in plain words, in place of an answer."""
    return f'<div class="sq-notice" role="group"><strong>No answer this time.</strong> {shown(text)} {_again()}</div>'


def unanswered(state: str) -> str:
    """Return what is shown for a question that came to nothing."""
    return f'<div class="sq-notice" role="group">{_NOT_ANSWERED[state]} {_again()}</div>'


def _again() -> str:
    return '<button type="button" class="sq-way" data-do="again">Ask again</button>'


def _reply(body: str) -> str:
    return f'<div class="sq-reply" role="group" aria-label="Answer">{body}</div>'


def _scope(scope: str) -> str:
    return f'<p class="sq-scope">Asked only in: <bdi>{literal(scope)}</bdi></p>' if scope else ""
