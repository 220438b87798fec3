"""(question, turns) → the standalone question: what "it" and "they" stand for is taken from the turn before. Pure.

No model rewrites the question. A pronoun, or a bare "and when?", is replaced or completed with a phrase that the
person or the documents used one turn earlier; where there is no such phrase the question stays as it is.
"""

import re
from collections.abc import Sequence

from qa.types import Turn

_THING = re.compile(r"\b(it|they|them)\b", re.IGNORECASE)
_THING_OWNED = re.compile(r"\b(its|their)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(he|she|him)\b", re.IGNORECASE)
_PERSON_OWNED = re.compile(r"\b(his|her)\b", re.IGNORECASE)
_EMPTY_IT = re.compile(r"\bit\s+(?:true|possible|known|said|clear|necessary|likely|allowed|rain|snow)\b", re.IGNORECASE)
_BARE = re.compile(
    r"(?:(?:and|but|so|or)\s+)?(who|what|when|where|why|how(?: (?:much|many|long|far))?)\s*\??", re.IGNORECASE
)
_LEADING = re.compile(r"^(?:and|but|so|or)\s+", re.IGNORECASE)
_AUXILIARY = re.compile(r"\b(?:do|does|did|can|could|will|would|should|may|must|might)\s+$", re.IGNORECASE)

_NOUN_PHRASE = re.compile(
    r"\b(?:the|a|an|this|that|our|their|his|her)\s+(?:[\w'’-]+\s+){0,3}?[\w'’-]+(?=\s*(?:[?.!,;]|$|\b(?:is|are|was|were|be|been|"
    r"has|have|had|do|does|did|held|led|happen|happened|start|started|end|ended|take|took|in|on|at|by|of|for|from|to|with|about|and)\b))",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!^)\b[A-Z][\w'’-]*(?:\s+(?:of\s+)?[A-Z][\w'’-]*)*")
_PERSON_NAME = re.compile(r"[A-Z][\w'’.-]+(?:\s+[A-Z][\w'’.-]+)+")


def standalone(question: str, turns: Sequence[Turn]) -> str:
    """Return the question with its pronouns resolved from the last turn; unchanged if there are none.

    >>> standalone("When was it held?", [Turn("Who led the meeting?", "Anna Novak")])
    'When was the meeting held?'
    """
    asked = question.strip()
    if not turns or not asked:
        return asked
    last = turns[-1]
    if bare := _BARE.fullmatch(asked):
        return f"{bare[1].capitalize()} {_without_question_word(last.question)}" if last.question else asked
    asked = _capitalised(_LEADING.sub("", asked))
    if person := _person(last):
        asked = _replaced(asked, _PERSON, _PERSON_OWNED, person)
    if (thing := _thing(last)) and not _EMPTY_IT.search(asked):
        asked = _replaced(asked, _THING, _THING_OWNED, thing)
    return asked


def _replaced(asked: str, pronoun: re.Pattern[str], owned: re.Pattern[str], phrase: str) -> str:
    changed = owned.sub(lambda _: f"{phrase}'s", asked, count=1)
    return changed if changed != asked else pronoun.sub(lambda _: phrase, asked, count=1)


def _thing(turn: Turn) -> str:
    """Return what the last question was about: its last definite phrase, else its last name."""
    phrases = [_phrase(turn.question, found) for found in _NOUN_PHRASE.finditer(turn.question)]
    names = [found[0] for found in _NAME.finditer(turn.question) if found[0] != "I"]
    return (phrases or names or [""])[-1]


def _phrase(question: str, found: re.Match[str]) -> str:
    """Return the noun phrase; in "does the pump run?" the last word is the verb, and is left out."""
    words = found[0].split()
    asks_what_it_does = _AUXILIARY.search(question[: found.start()]) and not question[found.end() :].strip(" ?.!")
    return " ".join(words[:-1] if asks_what_it_does and len(words) > 2 else words)


def _person(turn: Turn) -> str:
    """Return the person whom the last answer names, else the last question."""
    for text in (turn.answer, turn.question):
        if name := _PERSON_NAME.search(text):
            return name[0].removesuffix("'s").removesuffix("’s").rstrip(".")
    return ""


def _without_question_word(question: str) -> str:
    words = question.strip().split()
    return " ".join(words[1:]) if len(words) > 1 else question


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
