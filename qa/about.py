"""Is a span about what was asked? Echoes of the question are no answers, and a name that is nowhere has none.

Retrieval and reader both go by likeness: asked about a project that the documents do not know, they give the one that
they do. What tells the two apart is the rare word in the question, and whether it stands where the answer stands.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from index import Hit, Words
from index.months import MONTHS
from qa import kin
from qa.kinds import misfits

Cut = Callable[[str], list[str]]
"""Cuts a text into stems, as the index does."""

QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())
_AUXILIARY = frozenset(
    "is are was were am do does did can could may might must shall should will would has have had".split()
)
_WORD = re.compile(r"[^\W_]+(?:[-'’./][^\W_]+)*")
_NOT_NAMES = frozenset(
    "i i'm i'd i've i'll ok mr mrs ms dr monday tuesday wednesday thursday friday saturday sunday english celsius "
    "fahrenheit".split()
) | frozenset(month.lower() for month in MONTHS)


def is_yes_no(question: str) -> bool:
    """Tell whether a question asks for a yes or a no: it begins with an auxiliary verb.

    >>> is_yes_no("Are dogs allowed?"), is_yes_no("Where are dogs allowed?")
    (True, False)
    """
    words = _WORD.findall(question)
    return bool(words) and words[0].casefold() in _AUXILIARY and " or " not in question.casefold()


def names(question: str) -> list[str]:
    """Return the names and codes in a question: words with a capital inside the sentence, or with a letter and a digit.

    >>> names("Who leads the Birch project, and what is AE02650?")
    ['Birch', 'AE02650']
    """
    found = []
    for number, match in enumerate(_WORD.finditer(question)):
        word = match[0].removesuffix("'s").removesuffix("’s")
        is_name = number > 0 and word[0].isupper() and not _starts_sentence(question, match.start())
        if (is_code(word) or is_name) and word.casefold() not in _NOT_NAMES and word.casefold() not in QUESTION_WORDS:
            found.append(word)
    return found


def is_code(word: str) -> bool:
    """Tell whether a word is a code: letters and digits, and neither a number with its unit nor an ordinal.

    >>> is_code("MP-50"), is_code("7pm"), is_code("3rd")
    (True, False, False)
    """
    return any(c.isdigit() for c in word) and any(c.isalpha() for c in word) and not _ORDINAL.fullmatch(word)


_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|am|pm|h|k|m|kg|km|cm|mm)", re.IGNORECASE)


def _starts_sentence(question: str, at: int) -> bool:
    return question[:at].rstrip().endswith((".", "?", "!", ":", "“", '"'))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is about: its stems, weighed by rarity, and its names."""

    question: str
    stems: frozenset[str]
    weights: Mapping[str, float]
    content: frozenset[str]
    """The stems that say what is asked, whether they occur in the index or not."""
    unheard: float
    """The weight of a word that does not occur."""
    names: Mapping[str, frozenset[str]]
    """Each name's stems."""
    cut: Cut

    @classmethod
    def of(cls, question: str, words: Words, cut: Cut) -> "Asked":
        """Look at a question with an index's eyes. Each text is cut once, however many candidates stand in it."""
        cut = cache(cut)
        found = {name: frozenset(cut(name)) for name in names(question)}
        return cls(
            question, frozenset(words.order), words.weights(), frozenset(words.content), words.weight(0), found, cut
        )

    def echoes(self, quote: str) -> bool:
        """Tell whether a quote only says again what was asked, or "who", or "it", or how many there are of it."""
        if _POINTS.fullmatch(quote):
            return True
        counted = _ASKS_WHICH.match(self.question) and _COUNTED.fullmatch(quote)
        return not set(self.cut(counted["things"] if counted else quote)) - self.stems - QUESTION_WORDS

    def is_topic(self, sentence: str) -> bool:
        """Tell whether a sentence only names what was asked about: "Dogs", not "Dogs are allowed"."""
        return self.echoes(sentence) and not set(self.cut(sentence)) & (_RULE_WORDS | _AUXILIARY)

    def share(self, text: str) -> float:
        """Return how much of the question's rare words a text has, 0 to 1."""
        return self.share_of_stems(set(self.cut(text)))

    def share_of_stems(self, stems: Collection[str], written: Collection[str] = ()) -> float:
        """Return the same of a text that is cut already. What is ``written`` near it counts, indexed or not."""
        unindexed = dict.fromkeys(self.content.intersection(written) - self.weights.keys(), self.unheard)
        return _share({**self.weights, **unindexed} if unindexed else self.weights, stems)

    def share_of_things(self, text: str) -> float:
        """Return the same, with the words that any rule is made of ("allowed", "must") hardly counted.

        Whether dogs are allowed is told by what speaks of dogs, not by what is allowed; nor by the latter if nothing
        speaks of dogs.
        """
        each = {stem: self.weights.get(stem, self.unheard) for stem in self.content}
        weights = {stem: weight * (RULE_SHARE if stem in _RULE_WORDS else 1) for stem, weight in each.items()}
        return _share(weights, set(self.cut(text)))

    def share_of_all(self, text: str) -> float:
        """Return the same of what this question alone asks for; words that occur nowhere count most."""
        weights = {s: self.weights.get(s, self.unheard) for s in self.content if s not in _RULE_WORDS | _ASKING_WORDS}
        return _share(weights, set(self.cut(text))) if weights else 1.0

    def lacks_day(self, text: str) -> bool:
        """Tell whether a text has no day that the question names, in whichever form."""
        days = {stem for stem in self.stems if _DAY.fullmatch(stem)}
        return bool(days) and days.isdisjoint(self.cut(text))

    def is_subject_of(self, hit: Hit, *, least: float = 1 / 3) -> bool:
        """Tell whether a passage, its headings and its title say that share of what was asked, or more."""
        passage = hit.passage
        return self.share("\n".join((passage.text, *passage.headings, passage.document.title))) >= least

    def is_foreign_to(self, hit: Hit) -> bool:
        """Tell whether a passage, its headings and its title have no word that this question alone asks for.

        One of these has to occur somewhere in the index: a question such as "What happened?" is foreign to nothing.
        """
        passage = hit.passage
        asked = self.weights.keys() - _RULE_WORDS - _ASKING_WORDS
        said = set(self.cut("\n".join((passage.text, *passage.headings, passage.document.title))))
        return bool(asked) and not kin.has_any(asked, said)

    def is_unheard_in(self, hit: Hit) -> bool:
        """Tell whether no document has a word that this question alone asks for, nor the passage any of their kin."""
        asked = self.content - _RULE_WORDS - _ASKING_WORDS
        if not asked or not asked.isdisjoint(self.weights):
            return False
        passage = hit.passage
        return not kin.has_any(
            asked, set(self.cut("\n".join((passage.text, *passage.headings, passage.document.title))))
        )

    def lacks_code(self, text: str) -> bool:
        """Tell whether a text does not have one of the codes in the question, such as "SC-121"."""
        codes = [stems for name, stems in self.names.items() if any(c.isdigit() for c in name)]
        stems = set(self.cut(text)) if codes else set()
        return any(not code <= stems for code in codes)

    def misfits(self, quote: str, column: str = "") -> bool:
        """Tell whether a quote cannot be the kind of thing that was asked for: how many, when, who."""
        return misfits(self.question, quote, column)


_POINTS = re.compile(r"\W*(?:it|its|this|that|these|those|they|them|he|him|she|her)\W*", re.IGNORECASE)
"""Points at what is named elsewhere, and names nothing: no answer by itself."""

_ASKS_WHICH = re.compile(r"\W*(?:what|which)\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?:the )?(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d\d?) (?P<things>[^\W\d].*)",
    re.IGNORECASE | re.DOTALL,
)
"""Three kinds: no answer to "What kinds are there?"."""

RULE_SHARE = 0.2

_RULE_WORDS = frozenset(
    "allow permit possibl abl need requir forbidden prohibit welcom bring us take get ok okai must free paid pai "
    "accept includ cover avail open close there any have".split()
)
"""Stems of what rules say of things."""


_ASKING_WORDS = frozenset(
    "who whom whose what which when where why how much mani long old far often cost price fee rate charg amount total "
    "number name date dai time year month hour week tell give show is kind type person peopl made make call consist "
    "contain belong mean differ us work".split()
)
"""Stems of what is asked of any thing."""

_DAY = re.compile(r"d\d{8}")


def _share(weights: Mapping[str, float], stems: Collection[str]) -> float:
    total = sum(weights.values())
    return kin.weight_in(weights, stems) / total if total else 0.0


def unknown(
    names: Mapping[str, frozenset[str]], frequencies: Collection[str], near: Callable[[str], bool]
) -> list[str]:
    """Return the names that occur nowhere, nor anything spelled like them; ``near`` looks for the latter."""
    return [name for name, stems in names.items() if any(stem not in frequencies and not near(stem) for stem in stems)]


def stands_for(name: str, texts: Iterable[str]) -> bool:
    """Tell whether a name is an acronym whose words stand in one of the texts, in a row and with capitals.

    >>> stands_for("NYC", ["It is the largest city, New York City, by far."]), stands_for("NYC", ["New York"])
    (True, False)
    """
    if not (name.isalpha() and name.isupper() and 2 <= len(name) <= 6):
        return False
    words = r"\W+(?:(?:of|the|and|for|in)\W+)*".join(rf"{letter}[\w’'-]+" for letter in name)
    return any(re.search(rf"\b{words}", text) for text in texts)
