"""How far a quote reaches: whole words and amounts, and never without the "not" that turns it round.

A reader marks tokens. What a person is shown must not be cut inside a number, an address or a code, and must not leave
out what its clause says against it: "Never mix the cleaner with bleach" does not say "bleach".
"""

import re
from collections.abc import Iterator

from index.months import FORMS
from index.types import Extent

_JOINTS = "-.,:/@'’_+&#=%"
_CURRENCY = "€$£¥₹"
_PHONE = re.compile(r"(?:\+|\(0|\b0)[\d(](?:(?!  )[\d ()/\-]){5,}\d")
"""No two spaces together: what they part are cells of a table."""
_MONTH = "(?:" + "|".join(re.sub("^m", "(?-i:M)", form) for form in FORMS) + r")\b\.?"
"""People may, and march: those have a capital."""
_DAY = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?[ \u00a0](?:of )?{_MONTH}|\b{_MONTH}[ \u00a0]\d{{1,2}}(?:st|nd|rd|th)?\b",
    re.IGNORECASE,
)
"""One space: cells of a table are further apart. "12 may attend" is no day."""
_WHEN = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?:,? \d{{4}})?|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|"
    r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\.?|\d{1,2}[:.]\d\d)"
)
_RANGE = re.compile(rf"(?P<first>{_WHEN})\s*(?:to|until|till|through|[-–—])\s*(?P<last>{_WHEN})(?!\w)", re.IGNORECASE)
_ENDS = re.compile(
    r"\b(?:end(?:s|ed|ing)?|expir(?:e|es|ed|y)|finish(?:es|ed)?|clos(?:e|es|ed|ing)|last day)\b", re.IGNORECASE
)
_BEGINS = re.compile(
    r"\b(?:start(?:s|ed|ing)?|beg[iau]n(?:s|ning)?|commences?|open(?:s|ed|ing)?|first day)\b", re.IGNORECASE
)
_NUMBER = re.compile(r"[€$£¥₹]?\d[\d.,]*")
_UNIT = re.compile(
    r"[  ](?:(?:hundred|thousand|million|billion|trillion|bn|m)\b[  ]?)?(?:%|‰|°[CF]?|"
    r"(?:euros?|pounds?|dollars?|cents?|pence|francs?|kron(?:er|or|a|e)|EUR|GBP|USD|CHF|"
    r"per cent|percent|points?|kg|kilograms?|g|grams?|mg|t|tonnes?|tons?|mm|cm|m|km|miles?|inch(?:es)?|feet|ft|"
    r"metres?|meters?|kilomet(?:re|er)s?|litres?|liters?|ml|l|k?W|kWh|V|A|Hz|k?B|MB|GB|TB|dB|bar|"
    r"seconds?|s|ms|minutes?|min|hours?|h|days?|working days|weeks?|months?|years?)\b)|"
    r"[  ](?:hundred|thousand|million|billion|trillion)\b"
)
_WORD_OF_NUMBER = (
    "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million)"
)
_TWICE = re.compile(
    rf"\b{_WORD_OF_NUMBER}(?:(?:[- ]|[- ]and[- ]){_WORD_OF_NUMBER}){{0,4}}[ \u00a0]\(\d[\d.,]{{0,12}}%?\)",
    re.IGNORECASE,
)
"""A number in words and in figures, as contracts write it."""
_NOT = r"\b(?:not|never|nobody|nothing|nowhere|neither|nor|cannot|without|forbidden|prohibited)\b|n['’]t\b"
_NEXT = r"\b(?:only|no|none)\b"
_LIMIT = r"\b(?:except(?:ing)?|unless|other than|apart from|but not|excluding)\b"
_CUE = re.compile(rf"{_NOT}|{_NEXT}|{_LIMIT}", re.IGNORECASE)
_COMPARED = re.compile(r"\s+(?:less|more|fewer|later|earlier|longer|exceeding|than|only|yet)\b", re.IGNORECASE)
"""Behind a "not", these make a bound of it: it belongs to the words that follow, and turns nothing round."""

_HELPING = re.compile(
    r"\b(?:do|does|did|is|are|was|were|be|been|am|has|have|had|may|might|must|can|could|shall|should|will|would|and|or)\s+\Z",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;:—!?]\s|\.\s|\n|,?\s+(?:however|whereas|while|although|though|because|so that)\s"
    r"|(?<!obody)(?<!o one)(?<!othing)(?<!\b[Nn]one),?\s+but(?!\s+not)\s"
)
_MARKER = re.compile(
    r"(?:[-*+•‣◦▪–]|\(?(?:\d{1,3}|[A-Za-z])\)|\d{1,3}(?:\.\d{1,3})*\.|\d{1,3}(?:\.\d{1,3})+)[ \t]+"
    rf"(?!(?i:{_MONTH}))(?=[A-Z“\"'‘(\[*_])"
)
"""A bullet or a number with a stop: in "12 Main Street" and "12 March" the number is a part of what is said."""

_LONGEST_MARKER = 64
"""Characters of a line before what it says."""

_WRITTEN = re.compile(r"\S")
_JOINT = re.compile(r"[;,]\s*(?:and|or)?\s*\Z", re.IGNORECASE)

_LABEL = re.compile(
    r"[ \t]*(?P<label>\d{1,3}(?:\.\d{1,3})*\.?[ \t]+[^\W\d_][\w’'-]*(?: [\w’'-]+){0,3}\.?)(?<=\.)[ \t]+(?=[A-Z“\"])"
)
_COMMA = re.compile(r",\s")
_LONGEST_CLAUSE = 280
_LONGEST_WORD = 200
"""Characters: what goes on for longer without a space is a picture in letters, and no word to be had whole."""

_FAR, _NEAR = 8, 3
"""Words between a negation and what it denies: behind it, and before it."""


def settled(text: str, extent: Extent, sentence: Extent, question: str) -> Extent:
    """Return the extent that a span is quoted at: whole, and with what would turn its meaning round.

    ``sentence`` is where the sentence (row, turn) that holds it stands: nothing beyond is taken in.
    """
    start, end = whole_words(text, *extent, bounds=(min(sentence[0], extent[0]), max(sentence[1], extent[1])))
    start, end = right_end(text, (after_marker(text, start, end), end), sentence, question)
    whole = _with_unit(text, (start, end), question)
    low, high = min(sentence[0], whole[0]), max(sentence[1], whole[1])
    return with_negation(text, whole, (low, high), question)


def after_marker(text: str, start: int, end: int) -> int:
    """Return the start of an extent without the bullet and the number of the item that it begins.

    >>> after_marker("- (a) It is renewed.", 0, 20), after_marker("12 euros a month", 0, 16)
    (6, 0)
    """
    line_start = text.rfind("\n", max(0, start - _LONGEST_MARKER), start) + 1
    if not line_start and start > _LONGEST_MARKER:
        return start
    at = start - len(text[line_start:start].lstrip())
    while found := _MARKER.match(text, at, end):
        at = found.end()
    return max(start, at)


def next_written(text: str, start: int, end: int) -> int:
    """Return where the next character stands that is no white space; ``end`` if there is none before it."""
    found = _WRITTEN.search(text, start, end)
    return found.start() if found else end


def before_joint(text: str, start: int, end: int) -> int:
    """Return the end of an extent without what joins an item to the next one.

    >>> before_joint("(a) pay the rent; and", 0, 21)
    16
    """
    found = _JOINT.search(text, start, end)
    return found.start() if found else end


def right_end(text: str, extent: Extent, sentence: Extent, question: str) -> Extent:
    """Return the other end of a stretch of days or hours, where the question asks when it ends, or begins.

    >>> text = "Open 9:00-17:00."
    >>> right_end(text, (5, 9), (0, 16), "When does it close?"), right_end(text, (5, 9), (0, 16), "When does it open?")
    ((10, 15), (5, 9))
    """
    ends, begins = (bool(each.search(question)) for each in (_ENDS, _BEGINS))
    if ends == begins:
        return extent
    for found in _RANGE.finditer(text, *sentence):
        here, there = found.span("first"), found.span("last")
        if begins:
            here, there = there, here
        if here[0] <= extent[0] and extent[1] <= here[1]:
            return there
    return extent


def is_label(text: str, start: int, end: int) -> bool:
    """Tell whether an extent lies in a numbered item's own name: "2. Term. The lease begins …".

    >>> is_label("2. Term. The lease ends.", 0, 7), is_label("2. Term. The lease ends.", 9, 23)
    (True, False)
    """
    found = _LABEL.match(text, text.rfind("\n", 0, start) + 1)
    return found is not None and end <= found.end("label")


def is_in_capitals(text: str, start: int, end: int) -> bool:
    """Tell whether an extent is a line of several words in capitals, without a stop: a heading of plain text.

    >>> is_in_capitals("HOUSE RULES, HEATHER COTTAGE", 0, 28), is_in_capitals("NO DOGS ALLOWED.", 0, 16)
    (True, False)
    """
    if not text[start:end].isupper():  # most are not, and a line may be a whole document
        return False
    line_end = text.find("\n", end)
    line = text[text.rfind("\n", 0, start) + 1 : line_end if line_end >= 0 else None].rstrip()
    words = re.findall(r"[^\W\d_]{3}", line)
    return line.isupper() and len(words) > 1 and line[-1] not in ".!?:"


def whole_words(text: str, start: int, end: int, *, bounds: Extent | None = None) -> Extent:
    """Return the extent with the words, numbers and addresses whole that it cuts; white space at its ends goes.

    Nothing beyond the ``bounds`` is taken in.
    """
    least, most = bounds or (0, len(text))
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start >= end:
        return start, end
    before, after = max(least, start - _LONGEST_WORD), min(most, end + _LONGEST_WORD)
    start = next((at for at in range(start, before, -1) if not _joined(text, at)), start if before > least else least)
    end = next((at for at in range(end, after) if not _joined(text, at)), end if after < most else most)
    if start > least and text[start].isdigit() and text[start - 1] in _CURRENCY:
        start -= 1
    for pattern in (_PHONE, _DAY):
        if text[start:end].strip("+()").isdigit():
            for found in pattern.finditer(text, max(least, start - 24), min(most, end + 24)):
                if found.start() <= start and end <= found.end():
                    start, end = found.span()
    return start, end


def _joined(text: str, at: int) -> bool:
    """Tell whether the characters on both sides of an offset belong to one word, number, code or address."""
    before, after = text[at - 1], text[at]
    if before.isalnum() and after.isalnum():
        return True
    if after in _JOINTS:  # a joint joins only what stands on both sides of it: the stop of a sentence does not
        return before.isalnum() and text[at + 1 : at + 2].isalnum() and _tight(text, at)
    if before in _JOINTS:
        return after.isalnum() and at > 1 and text[at - 2].isalnum() and _tight(text, at - 1)
    return False


def _tight(text: str, at: int) -> bool:
    """Commas and colons join figures only: 1,306 and 18:30, not "Smith,Jones"."""
    return text[at] not in ",:" or (text[at - 1].isdigit() and text[at + 1].isdigit())


def _with_unit(text: str, extent: Extent, question: str) -> Extent:
    """Return a bare number with the unit behind it, unless the question names that itself."""
    start, end = _written_twice(text, extent)
    if not _NUMBER.fullmatch(text[extent[0] : extent[1]]) and (start, end) == extent:
        return extent
    found = _UNIT.match(text, end)
    if not found or found[0].strip().casefold().rstrip("s") in question.casefold():
        return start, end
    return start, found.end()


def _written_twice(text: str, extent: Extent) -> Extent:
    """Return a number with the other way in which it is written beside it: "five (5)"."""
    start, end = extent
    for found in _TWICE.finditer(text, max(0, start - 40), end + 40):
        if found.start() <= start and end <= found.end():
            return found.span()
    return extent


def with_negation(text: str, extent: Extent, sentence: Extent, question: str) -> Extent:
    """Return the extent with what its clause denies or limits, where that was left out of it.

    A question that has such a word itself is taken to know what it asks.
    """
    if _CUE.search(question):
        return extent
    low, high = _clause(text, extent, sentence)
    start, end = extent
    for cue in _CUE.finditer(text, low, high):
        if not extent[0] <= cue.start() < extent[1]:
            taken = _taken_in(text, cue, extent, (low, high))
            start, end = min(start, taken[0]), max(end, taken[1])
    return (start, end) if (start, end) == extent else _trimmed(text, start, end)


def _taken_in(text: str, cue: re.Match[str], extent: Extent, clause: Extent) -> Extent:
    """Return how far a quote has to reach so that the cue is in it; the extent itself if the cue is not about it."""
    start, end = extent
    word = cue[0].casefold()
    before = cue.end() <= start
    between = text[cue.end() : start] if before else text[end : cue.start()]
    if re.fullmatch(_NEXT, word):  # it speaks of what comes right after it; of a number it only says that it is small
        is_number = text[start].isdigit() or text[start] in _CURRENCY
        return (cue.start(), end) if before and len(between.split()) <= 1 and not is_number else extent
    if re.fullmatch(_LIMIT, word):
        if not before and (any(c.isdigit() for c in text[start:end]) or (word == "excluding" and "," in between)):
            return extent  # an amount is not another one because of when it is due
        return _short(clause, (clause[0], end) if before else (start, clause[1]), extent)
    if _COMMA.search(between) or len(between.split()) > (_FAR if before else _NEAR):
        return extent
    if before and not _COMPARED.match(text, cue.end()):
        first = (
            text.rfind(" ", clause[0], cue.start()) + 1 if cue[0][:1] in "nN" and cue[0][1:2] in "'’" else cue.start()
        )
        helping = _HELPING.search(text, max(clause[0], first - 12), first)
        return (helping.start() if helping else first), end
    if before:
        return (cue.start(), end) if len(between.split()) <= _NEAR else extent
    stop = _COMMA.search(text, cue.end(), clause[1])
    return start, stop.start() if stop else clause[1]


def _short(clause: Extent, wide: Extent, extent: Extent) -> Extent:
    return wide if clause[1] - clause[0] <= _LONGEST_CLAUSE else extent


def _clause(text: str, extent: Extent, sentence: Extent) -> Extent:
    low, high = sentence
    for edge in _edges(text, sentence):
        if edge[1] <= extent[0]:
            low = max(low, edge[1])
        elif edge[0] >= extent[1]:
            high = min(high, edge[0])
    return low, high


def _edges(text: str, sentence: Extent) -> Iterator[Extent]:
    yield from (found.span() for found in _CLAUSE.finditer(text, *sentence))


def _trimmed(text: str, start: int, end: int) -> Extent:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip(" \t\n,;-*•>|"))
    end -= len(piece) - len(piece.rstrip(" \t\n,;.|"))
    return start, end
