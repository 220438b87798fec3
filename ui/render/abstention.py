"""No answer: what is said instead, why, and what can be done about it. Each reason has its own words and ways out."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping

from qa import Answer, Candidate, Reason, compose
from ui import snippet
from ui.render import place
from ui.render.answer import apart, covering, row, sure, understood
from ui.render.place import Place
from ui.render.text import literal, shown

_HEADLINE = {
    Reason.EMPTY_INDEX: "No documents yet",
    Reason.NOTHING_FOUND: "Not in your documents",
    Reason.UNKNOWN_NAME: "Not in your documents",
    Reason.LOW_CONFIDENCE: "No sure quote found",
    Reason.OTHER_LANGUAGE: "Only English is read",
    Reason.SOURCE_CHANGED: "The source has changed",
}
_WHY = {
    Reason.EMPTY_INDEX: "Add a file or a folder, then ask again.",
    Reason.NOTHING_FOUND: "No passage has the words or the meaning of this question.",
    Reason.UNKNOWN_NAME: "The name occurs nowhere in them, nor anything spelled like it.",
    Reason.OTHER_LANGUAGE: "Passages were found for your question, but the reader answers in English only.",
    Reason.LOW_CONFIDENCE: "Some passages come close, but none answers the question clearly enough to quote it.",
    Reason.SOURCE_CHANGED: (
        "The file that had the answer has changed since it was read, so its words cannot be vouched for. "
        "Let it be read again, then ask again."
    ),
}
CHANGED = "changed since it was read"
GONE = "no longer there"
_GONE = "The file that had the answer is no longer there, so its words cannot be vouched for."


def message(answer: Answer, stale: Mapping[str, str], *, confined: bool = False) -> str:
    """Return what is said in place of an answer. ``stale`` are files that are not as they were read, and how.

    ``confined`` tells that only some documents were searched.
    """
    ways = "".join(_ways(answer, stale, confined=confined))
    return f'{_words(answer, stale)}{understood(answer)}<p class="sq-ways">{ways}</p>'


def _words(answer: Answer, stale: Mapping[str, str]) -> str:
    if answer.closest:
        return f"{_nearest(answer, answer.closest, stale)}{_script(answer)}"
    headline, why = _HEADLINE[answer.reason], _WHY[answer.reason]
    if answer.missing:
        headline, why = _missing(answer)
    if answer.reason is Reason.SOURCE_CHANGED and set(stale.values()) == {GONE}:
        headline, why = "The source is gone", _GONE
    return f'<p class="sq-none">{headline}</p><p class="sq-why">{why}</p>{_script(answer)}'


def _missing(answer: Answer) -> tuple[str, str]:
    names = [f"“<bdi>{shown(name)}</bdi>”" for name in answer.missing]
    if len(names) == 1:
        return f"{names[0]} is not in your documents", _WHY[Reason.UNKNOWN_NAME]
    said = f"{' and '.join(names)} are not in your documents"
    return said, "The names occur nowhere in them, nor anything spelled like them."


def _nearest(answer: Answer, closest: Candidate, stale: Mapping[str, str]) -> str:
    """Return what the reader thought best, in its sentence, without the mark that an answer has."""
    citation = compose.cite(closest)[0]
    hit = covering(citation, answer.hits)
    at = Place.of_citation(citation, hit)
    facts = f"{sure(answer.confidence)} {place.line(at, apart(answer))}{place.badge(at, stale)}"
    table = row(citation, hit, (), quiet=at.is_markdown)
    guess = f'<p class="sq-guess">{shown(citation.sentence, quiet=at.is_markdown)}</p>'
    if table:
        guess = f'<div class="sq-guess sq-row">{table}</div>'
    return (
        f'<p class="sq-none">Closest, not sure</p>{guess}'
        f'<p class="sq-facts">{facts} {place.buttons(citation.sentence, at)}</p>'
    )


def _script(answer: Answer) -> str:
    name = foreign_script(answer.searched)
    if not name:
        return ""
    return (
        f'<p class="sq-why">This question is in {name} letters, which the models here have not learned to read: '
        "only its words were looked for.</p>"
    )


def foreign_script(text: str) -> str:
    """Return the script that most letters of a text are in, if it is not the Latin one; else "".

    >>> foreign_script("Кто вёл собрание?"), foreign_script("Who?")
    ('Cyrillic', '')
    """
    scripts = Counter(unicodedata.name(c, "LATIN").split()[0].split("-")[0] for c in text if c.isalpha())
    most = scripts.most_common(1)[0][0] if scripts else "LATIN"
    return "" if most == "LATIN" else {"CJK": "Chinese"}.get(most, most.capitalize())


def _ways(answer: Answer, stale: Mapping[str, str], *, confined: bool) -> Iterator[str]:
    """Yield the buttons that lead on."""
    if answer.reason is Reason.EMPTY_INDEX:
        yield _way("documents", "Add documents")
        return
    changed = [path for path, how in stale.items() if how != GONE]
    yield from (_way("reread", f"Read {place.Place(path, '', 0, 0, ()).file} again", path) for path in changed[:3])
    if not snippet.says_the_same(answer.searched, answer.question):
        yield _way("alone", "Ask without context")
    if confined:
        yield _way("everywhere", "Ask in all documents")
    yield _way("search", "Search only")


def _way(what: str, words: str, path: str = "") -> str:
    target = f' data-path="{literal(path)}"' if path else ""
    return f'<button type="button" class="sq-way" data-do="{what}"{target}>{literal(words)}</button>'
