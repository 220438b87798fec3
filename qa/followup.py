"""(question, turns) → the standalone question: what "it", "she" or "what about …?" refer to comes from the turn before.

Pure, and no model rewrites the question: a pronoun is replaced by a phrase that the person or the documents used one
turn earlier, "what about X?" puts X in the place of its like. Where it is not clear what is meant, the question stays.
"""

import re
from collections.abc import Iterator, Sequence

from qa.types import Turn

_VERB = (
    r"is|are|was|were|be|been|has|have|had|do|does|did|can|could|will|would|should|may|must|might|held|led|happens?|"
    r"happened|starts?|started|begins?|began|ends?|ended|takes?|took|leaves?|left|opens?|opened|closes?|closed|costs?|"
    r"arrives?|arrived|departs?|runs?|ran|wrote|writes?|made|makes?|means?|meant|weighs?|lasts?|pays?|paid|signed?"
)
_PREPOSITION = r"of|to|for|in|on|at|from|with|by|about|during|before|after|near|under|over|between|without"
_WORD = r"[\w'’.-]*[\w'’-]"
_END = rf"(?=\s*(?:[?.!,;]|$)|\s+(?:{_VERB}|{_PREPOSITION}|and|or)\b)"
_DETERMINER = r"the|an?|this|that|these|those|our|their|his|her|its|my|your"
_PHRASE = re.compile(rf"\b(?:{_DETERMINER})\s+(?:{_WORD}\s+){{0,3}}?{_WORD}{_END}", re.IGNORECASE)
_COMPLEMENT = re.compile(rf"\s+(?:{_PREPOSITION})\s+(?:(?:{_DETERMINER})\s+)?(?:{_WORD}\s+){{0,3}}?{_WORD}{_END}")
_OBJECT = re.compile(
    rf"\b({_PREPOSITION})\s+((?:(?:{_DETERMINER})\s+)?(?:{_WORD}\s+){{0,3}}?{_WORD}){_END}", re.IGNORECASE
)
_NAME = re.compile(r"(?<!^)\b(?:[A-Z][\w'’-]*|\w*\d\w*)(?:\s+(?:of\s+)?(?:[A-Z][\w'’-]*|\d\w*))*")
_PERSON_NAME = re.compile(r"[A-Z][\w'’.-]+(?:\s+[A-Z][\w'’.-]+)+")

_THING = re.compile(r"\b(?:it|they|them)\b(?!-)", re.IGNORECASE)
_THING_OWNED = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)
_NOT_OWNED = rf"\s*(?:[?.!,;]|$)|\s+(?:{_PREPOSITION}|and|or|when|where|how|why|what|that)\b"
_NOT_HERS = (
    rf"{_NOT_OWNED}|\s+(?:{_DETERMINER}|some|any|yesterday|today|tomorrow|again|there|here|then|now|"
    r"(?:last|next)\s+(?:night|week|month|year|\w+day))\b|\s+(?:first|back|home)\s*(?:[?.!,;]|$)"
)
"""What stands behind a "her" that is no "hers": "Who gave her the key?", "Who met her yesterday?"."""
_PERSON = re.compile(rf"\b(?:he|she|him|her(?={_NOT_HERS}))\b", re.IGNORECASE)
_PERSON_OWNED = re.compile(rf"\b(?:his\b(?!{_NOT_OWNED})|her\b(?!{_NOT_HERS}))(?=\s+\w)", re.IGNORECASE)
_EMPTY_IT = re.compile(
    r"\bit\s+(?:true|possible|known|said|clear|necessary|likely|allowed|forbidden|rain|snow|take|takes)\b|\bof\s+them\b",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(r"\b(?:do|does|did|can|could|will|would|should|may|must|might)\s+$", re.IGNORECASE)
_PARTICIPLE = re.compile(
    r"\w+(?:ed|en|ing)|held|sold|kept|made|built|paid|sent|found|left|lost|due|open|shut|free", re.IGNORECASE
)
_BEING = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+$", re.IGNORECASE)
_PERIODS = frozenset(("during", "after", "before", "between"))
_LEADING = re.compile(r"^(?:and|but|so|or)\s+", re.IGNORECASE)

_ADVERB = r"when|where|why|how"
_BARE = re.compile(rf"(?:(?:and|but|so|or)\s+)?({_ADVERB}|who)\s*\??", re.IGNORECASE)
_BARE_WITH = re.compile(rf"(?:(?:and|but|so|or)\s+)?({_PREPOSITION})\s+(where|when|whom|what)\s*\??", re.IGNORECASE)
_ASKED_WHICH = re.compile(
    r"^(?:how many|how much|what|which)\s+((?:[\w’'-]+\s+){0,3}?[\w’'-]+)\s+"
    r"((?:will|did|does|do|can|could|should|must|may|would)\s+.+?)\s*\??$",
    re.IGNORECASE,
)
_ASKED_HOW = re.compile(rf"^(?:{_ADVERB}|what time)\s+(.+)", re.IGNORECASE)
_ASKED_WHO = re.compile(r"^who\s+(?!(?:is|are|was|were)\b)(.+)", re.IGNORECASE)

_INSTEAD = re.compile(
    r"^(?:(?:and|but|so|or)\s+)?(?:what|how)\s+about\s+(?P<about>.+?)\s*\??$|^(?:and|or|but)\s+(?P<and>.+?)\s*\??$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    rf"^(?:(?:(?:{_PREPOSITION}|until|since)\s+)?(?:{_ADVERB}|who|whom|whose|what|which)|if|{_VERB}|i|you|he|she|it|we|they|there|then)\b",
    re.IGNORECASE,
)
_UNCLEAR = re.compile(r"\b(?:ones?|before|after|then|too|else|instead|other|others|same)$", re.IGNORECASE)
"""What is meant by "the white ones" or "the year before" is not to be had from the words of the question before."""

_ONE_WITH = re.compile(rf"^(?:(?:the|that|those|these|this)\s+ones?\s+)?({_PREPOSITION})\s+(.+)$", re.IGNORECASE)


def standalone(question: str, turns: Sequence[Turn]) -> str:
    """Return the question made whole by the turns before it; unchanged where it is whole, or not clear.

    Earlier follow-ups are made whole first, so that it does not matter whether a turn holds what was typed or what was
    searched.

    >>> standalone("When was it held?", [Turn("Who led the meeting?", "Anna Novak")])
    'When was the meeting held?'
    """
    before = Turn("", "")
    for turn in turns[-8:]:
        before = Turn(_whole(turn.question, before), turn.answer)
    return _whole(question, before)


def _whole(question: str, before: Turn) -> str:
    asked = question.strip()
    if not before.question or not asked:
        return asked
    return _bare(asked, before) or _instead(asked, before) or _pronouns(asked, before) or asked


def _bare(asked: str, before: Turn) -> str:
    """Complete "And when?" by what was asked; only where somebody did that, or at some time, place or manner."""
    match = _BARE.fullmatch(asked)
    if with_ := _BARE_WITH.fullmatch(asked):
        which = _ASKED_WHICH.match(before.question)
        return f"{with_[1].capitalize()} {with_[2].lower()} {which[2]} {which[1]}?" if which else asked
    if not match:
        return ""
    rest = _ASKED_HOW.match(before.question) or _ASKED_WHO.match(before.question)
    return f"{match[1].capitalize()} {rest[1]}" if rest else asked


def _instead(asked: str, before: Turn) -> str:
    """Put the X of "what about X?", "and the one to X?", "and X?" in the place of its like in the last question."""
    match = _INSTEAD.match(asked)
    if not match or (match["and"] and _CLAUSE.match(match["and"])):
        return ""
    new = match["about"] or match["and"]
    if with_ := _ONE_WITH.match(new):
        return _with_object(before.question, with_[1], with_[2])
    place = None if _UNCLEAR.search(new) else _its_like(new, before.question)
    return _put(before.question, place, new) if place else asked


def _with_object(question: str, preposition: str, new: str) -> str:
    """Replace what stands behind that preposition, or one period by another; else add both at the end."""
    objects = list(_OBJECT.finditer(question))
    places = [match.span(2) for match in objects if match[1].lower() == preposition.lower()]
    if places:
        return _put(question, places[-1], new)
    if objects and {objects[-1][1].lower(), preposition.lower()} <= _PERIODS:  # "after probation" is not "during" it
        return _put(question, objects[-1].span(), f"{preposition.lower()} {new}")
    return f"{question.rstrip(' ?.!')} {preposition.lower()} {new}?"


def _its_like(new: str, question: str) -> tuple[int, int] | None:
    """Return the place of the phrase that is most like a new one: same last word, else a name for a name, and so on."""
    phrases = [match.span() for match in _PHRASE.finditer(question)]
    head = new.split()[-1].casefold()
    alike = [span for span in phrases if question[slice(*span)].split()[-1].casefold() == head]
    if alike:
        return alike[-1]
    if new[0].isupper() or any(c.isdigit() for c in new):
        names = [match.span() for match in _NAME.finditer(question) if match[0] != "I"]
        return names[-1] if names else None
    is_phrase = re.match(rf"(?:{_DETERMINER})\b", new, re.IGNORECASE)
    objects = [
        m.span(2) for m in _OBJECT.finditer(question) if not re.match(rf"(?:{_DETERMINER})\b", m[2], re.IGNORECASE)
    ]
    if objects and not is_phrase:
        return objects[-1]
    topics = list(_topics(question))
    return topics[0] if topics else None


def _put(question: str, place: tuple[int, int], new: str) -> str:
    return question[: place[0]] + new + question[place[1] :]


def _pronouns(asked: str, before: Turn) -> str:
    """Replace the pronouns; "" if there are none, or nothing that they could stand for."""
    changed = asked
    if person := _person(before):
        changed = _replaced(changed, _PERSON, _PERSON_OWNED, person)
    if (thing := _thing(before.question)) and not _EMPTY_IT.search(asked):
        changed = _replaced(changed, _THING, _THING_OWNED, thing)
    if changed == asked:
        return ""
    changed = _LEADING.sub("", changed)
    return changed[:1].upper() + changed[1:]


def _replaced(asked: str, pronoun: re.Pattern[str], owned: re.Pattern[str], phrase: str) -> str:
    changed = owned.sub(lambda _: f"{phrase}'s", asked, count=1)
    if changed != asked:
        return changed
    return pronoun.sub(lambda match: match[0] if match[0] == "IT" else phrase, asked, count=1)


def _thing(question: str) -> str:
    """Return what a question was about: its first phrase with all that belongs to it, else its last name."""
    for start, end in _topics(question):
        return question[start:end]
    names = [found[0] for found in _NAME.finditer(question) if found[0] != "I"]
    return names[-1] if names else ""


def _topics(question: str) -> Iterator[tuple[int, int]]:
    """Yield the places of the phrases, each with its complements: "the ferry to Brekk"."""
    reached = 0
    for found in _PHRASE.finditer(question):
        start, end = found.span()
        if start < reached:
            continue
        while more := _COMPLEMENT.match(question, end):
            end = more.end()
        reached = end
        words = question[start:end].split()
        is_last = not question[end:].strip(" ?.!")
        does = _AUXILIARY.search(question[:start])
        is_done = _BEING.search(question[:start]) and _PARTICIPLE.fullmatch(words[-1])
        if is_last and len(words) > 2 and (does or is_done):  # in "does the pump run?" the last word is the verb
            end = start + question[start:end].rindex(words[-1])
            end -= len(question[start:end]) - len(question[start:end].rstrip())
        yield start, end


def _person(turn: Turn) -> str:
    """Return the person whom the last answer names, else the last question."""
    for text in (turn.answer, turn.question):
        if name := _PERSON_NAME.search(text):
            return name[0].removesuffix("'s").removesuffix("’s").rstrip(".")
    return ""
