"""A conversation as Markdown, to be kept or sent: each question, each quote exactly, and where it stands."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any

from ui.conversations import Conversation, Exchange, State
from ui.terminal import one_line

_ACTIVE = re.compile(r"([\\`*_\[\]<>#|~!&$])")
_NOT_ANSWERED = {
    State.RUNNING: "This is still being answered.",
    State.FAILED: "This could not be answered.",
    State.STOPPED: "This was stopped.",
    State.INTERRUPTED: "This was interrupted.",
}
_REASONS = {
    "empty_index": "There were no documents.",
    "nothing_found": "Not in the documents.",
    "unknown_name": "Not in the documents: a name in the question occurs nowhere in them.",
    "low_confidence": "No sure quote was found.",
    "other_language": "The question is in a language that the reader has not learnt.",
    "source_changed": "The file that had the answer had changed since it was read.",
}


def markdown(conversation: Conversation, exchanges: Sequence[Exchange]) -> str:
    """Return the whole conversation. No text of a document can become markup of the reader's program."""
    parts = [f"# {inline(conversation.title or 'Conversation')}", *(_exchange(each) for each in exchanges)]
    return "\n\n".join(parts) + "\n"


def inline(text: str) -> str:
    """Return a text as one line of Markdown that reads as exactly that.

    >>> inline("**x** ![p](http)")
    '\\\\*\\\\*x\\\\*\\\\* \\\\!\\\\[p\\\\](http)'
    """
    return _ACTIVE.sub(r"\\\1", one_line(text))


def verbatim(text: str) -> str:
    """Return a text as a block that nothing in it can end, character for character."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _exchange(exchange: Exchange) -> str:
    at = datetime.fromtimestamp(exchange.at).astimezone().strftime("%Y-%m-%d %H:%M")
    return "\n\n".join((f"## {inline(exchange.asked)}", f"Asked {at}", *_said(exchange)))


def _said(exchange: Exchange) -> Iterator[str]:
    if exchange.reply.state is not State.DONE:
        yield _NOT_ANSWERED[exchange.reply.state]
        return
    record = json.loads(exchange.reply.record)
    if record["reason"] == "search":
        yield from (f"{verbatim(hit['text'])}\n\n{_where(hit)}" for hit in record["hits"])
        return
    if exchange.reply.searched.casefold() != exchange.asked.strip().casefold():
        yield f"Understood as: {inline(exchange.reply.searched)}"
    if record["reason"] != "answered":
        yield _REASONS.get(record["reason"], "There was no answer.")
    for number, claim in enumerate(record["claims"]):
        yield from _claim(claim, is_first=number == 0)


def _claim(claim: Mapping[str, Any], *, is_first: bool) -> Iterator[str]:
    first, *others = claim["citations"]
    quote = "" if first["quote"] == first["sentence"] else f"**{inline(first['quote'])}** "
    yield f"{'' if is_first else 'Also: '}{quote}({round(100 * claim['confidence'])}% sure)"
    yield verbatim(first["sentence"])
    yield "\n".join(f"- {_where(each)}" for each in (first, *others))


def _where(place: Mapping[str, Any]) -> str:
    page = f"page {place['page']}" if place.get("page") is not None else ""
    heading = ", ".join(inline(place[key]) for key in ("place", "heading") if place.get(key))
    offsets = f"characters {place['start']}–{place['end']}"
    name = inline(PurePath(place["path"]).name or place["path"])
    return f"{', '.join(filter(None, (name, page, heading, offsets)))} ({inline(place['path'])})"
