"""What kind of thing a question asks for (how many, when, who, how wide), and whether a quote can be one."""

import re

from index.months import FORMS, MONTHS

_SPELLED_NUMBER = (
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|"
    r"millions?|billions?|dozens?|once|twice|thrice|half|quarter|third|both|all|none|no|nobody|nothing|every|each|several|"
    r"many|few|most|single|couple|pair|double|free|nil|unlimited|majority|percent)\b"
)
_NUMBER = r"\d|[०-९٠-٩]|" + _SPELLED_NUMBER
_MONTH = "|".join(MONTHS).lower()
_UNIT_OF_TIME = r"century|centuries|decades?|years?|months?|fortnights?|weeks?|days?|hours?|minutes?|seconds?"
_TIME = (
    rf"|\b(?:\w+day|{_MONTH}|spring|summer|"
    rf"autumn|fall|winter|morning|noon|afternoon|evening|night|midnight|today|tomorrow|yesterday|daily|weekly|monthly|"
    rf"yearly|annual\w*|always|never|after|before|prior|during|until|till|since|upon|when\w*|while|immediately|now|"
    rf"as soon as|later|early|late|earl\w+|lat\w+|recent\w*|{_UNIT_OF_TIME}|season|times?|end|start|"
    rf"beginning|era|age|period|war|term|easter|christmas|holidays?|ever)\b"
)
_DATE = (
    r"(?:\bmid-|\bc\.\s?|(?<![\w.,/-]))\d{3,4}(?:s\b|(?!\w|[.,]\d|[-–—/]\d))|\b\d{3,4}\s?[-–—/]\s?(?:\d{1,3}|[12]\d{3})\b|"
    r"\b\d{1,4}([./-])\d{1,2}\1\d{1,4}|\b\d\d?[/.]\d\d?[/.]?(?=\s|$)(?<![.]\d)|\b\d{4}-\d\d\b(?!\d)|(?<![€£$])(?<![€£$]\s)\b\d\d?[:.]\d\d(?!\d)|"
    r"\d\d?(?:st|nd|rd|th)\b|\d\s?(?:[ap]\.?m\b|o.clock|h\b|uhr\b|BCE?\b|AD\b|CE\b)|\bAD\s?\d|\bQ[1-4]\b|['’]\d\d\b|"
    rf"\d\s?(?:{'|'.join(FORMS)})\b|\d[年月日時]"
)
"""A year, a date or a time of day: not an invoice's number (2024-0817), a clause's (7.2) or a sum (12,400)."""

_NAMED_BY_NUMBER = re.compile(
    r"(?!(?:About|Almost|Approximately|Around|At|Circa|Exactly|Fewer|Less|More|Nearly|Only|Over|Some|Under|Up|"
    r"EUR|USD|GBP|CHF|Rs|Fr|No)\b)[A-Z][a-z]+ \d{1,2}"
)
"""What is told from its like by a number: Bicycle 2, Phase 3."""

_COUNTED = _NUMBER.replace(r"\d|", r"(?<![A-Za-z\d][-/.:])(?<![A-Za-z\d])\d+(?![\d]*:\d\d)|", 1)
"""A number that is no part of a code, nor a time of day: not KX-200, not 14:30."""

_OFTEN = r"|\b(?:per|regular\w*|rare\w*|seldom|sometimes|occasional\w*|frequent\w*|constant\w*|quarterly|hourly)\b"
_LASTING = (
    rf"\b(?:{_UNIT_OF_TIME}|min|secs?|hrs?|ms|miles?|inch(?:es)?|feet|foot|ft|yards?|\w*met(?:re|er)s?|pages?|words?|"
    rf"characters?|lines?|until|till|since|from|to|through|between|as long as|long|longer|short|shorter|brief\w*|"
    rf"overnight|permanent\w*|temporar\w+|indefinite\w*|forever|always|never|ever|once|life\w*|season|term|winter|"
    rf"summer|night|morning|afternoon|evening|era|period|reign|immediate\w*|time|before|after|within|unlimited|"
    rf"perpetu\w+)\b|\d\s?(?:[a-zµ]{{1,2}}\b|[-–—]|%)|[-–—]\d|\d['’′″\"]"
)
"""How long a thing lasts, or is: a number with its unit, a stretch, or a word for one."""

_WHEN = re.compile(r"^\W*(?:(?:in|on|by|until|since) )?(?:when|what (?:year|date|day|month|time))\b", re.IGNORECASE)
_DAY = re.compile(
    rf"\b\d{{1,4}}([./-])\d{{1,2}}\1\d{{1,4}}\b|\d(?:st|nd|rd|th)?[ \u00a0](?:of )?(?:{'|'.join(FORMS)})\b"
    rf"|\b(?:{'|'.join(FORMS)})\.?[ \u00a0]\d",
    re.IGNORECASE,
)

_KINDS = (
    (re.compile(r"\bhow (?:many|much)\b(?!.*\bor\b)", re.IGNORECASE), re.compile(_COUNTED, re.IGNORECASE)),
    (re.compile(r"^\W*how often\b", re.IGNORECASE), re.compile(_NUMBER + _TIME + _OFTEN, re.IGNORECASE)),
    (re.compile(r"\bhow (?:long|old|far|tall|high|wide|deep|heavy|large|big|loud)\b", re.IGNORECASE),
     re.compile(_NUMBER + _TIME, re.IGNORECASE)),
    (re.compile(r"^\W*how long (?:did|does|do|will|may|can|must|should|before|after)\b", re.IGNORECASE),
     re.compile(_LASTING, re.IGNORECASE)),
    (_WHEN, re.compile(f"{_DATE}|{_SPELLED_NUMBER}{_TIME}", re.IGNORECASE)),
)  # fmt: skip
"""What a question asks for, and what an answer to it has to hold."""

_WHO = re.compile(r"^\W*(?:by |to |from )?who(?:m|se)?\b", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{2}")

_NAME_OF_A_CODE = re.compile(
    r"\W*what(?:'s| is| are)? (?:(?:the )?(?:part|item|article|product|code|no\.?|number) )?(?=[\w-]*\d)\w[\w-]+\W*",
    re.IGNORECASE,
)
"""Asks what a code is the name of: a thing, not what it costs."""

_DECIDED = re.compile(
    r"\W*what (?:was|were|is|has been|have been) (?:\w+ )?(?:decided|agreed|resolved)\b"
    r"|\W*what did [^?]{1,60} (?:decide|agree|resolve)\b",
    re.IGNORECASE,
)
_NAMES_ALONE = re.compile(r"\W*[A-Z]\w*[.,]?(?: [A-Z]\w*[.,]?)+\W*")
"""What was decided is no person."""

_HOW = re.compile(r"\W*how (?:long|old|often|far|many|much)\b", re.IGNORECASE)
_BARE_UNIT = re.compile(rf"\W*(?:{_UNIT_OF_TIME})\W*", re.IGNORECASE)

_UNITS = {
    "length": r"mm|cm|m|km|miles?|inch(?:es)?|feet|foot|ft|yards?|(?:kilo|centi|milli)?met(?:re|er)s?",
    "weight": r"mg|g|kg|kilos?|(?:kilo|milli)?grams?|tons?|tonnes?|t|lbs?|pounds?|ounces?|oz",
    "loudness": r"dB(?:\(A\))?|decibels?",
    "time": r"seconds?|minutes?|min|hours?|h|days?|weeks?|months?|years?|ms|s",
    "heat": r"°\s?[CF]?|degrees?|kelvin",
    "power": r"[kM]?W|watts?|kilowatts?|hp",
    "volume": r"ml|cl|l|litres?|liters?|gallons?|pints?|cups?",
    "flow": r"(?:m³|m3|l|litres?|liters?)\s?(?:/|per)\s?(?:h|hour|min|minute|s|second)",
    "data": r"[kKMGT]?i?B|[kKMGT]?bits?|(?:kilo|mega|giga|tera)?bytes?",
    "money": r"€|£|\$|EUR|USD|GBP|CHF|euros?|pounds?|dollars?|cents?|pence|p",
}
"""The units in which a thing is measured, by what is measured."""

_SPELLED = "a|an|half|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|hundred|thousand"
_MEASURED = {
    dimension: re.compile(rf"(?:\d|\b(?:{_SPELLED}))[ \u00a0]?(?:{units})(?![\w/])")
    for dimension, units in _UNITS.items()
} | {"money": re.compile(rf"[€£$]\s?\d|\b(?:EUR|USD|GBP|CHF)\s?\d|\d[ \u00a0]?(?:{_UNITS['money']})(?!\w)")}
_MEASURES = (
    (re.compile(r"\bhow (?:wide|high|tall|deep|thick|far|large|big)\b|\b(?:width|height|depth)\b", re.I), ("length",)),
    (re.compile(r"\bhow heavy\b|\bweighs?\b|\bweight\b", re.I), ("weight",)),
    (re.compile(r"\bhow (?:loud|noisy)\b", re.I), ("loudness",)),
    (re.compile(r"\bhow old\b", re.I), ("time",)),
    (re.compile(r"\bhow long (?:did|does|do|will|has|have|had|may|can|must|should)\b", re.I), ("time", "length")),
    (re.compile(r"\bhow (?:hot|warm|cold)\b|\btemperature\b", re.I), ("heat",)),
    (re.compile(r"\bwatts?\b", re.I), ("power",)),
    (re.compile(r"^\W*(?:and )?how much (?:is|are|was|were|will|would)\b", re.I),
     ("money", "length", "weight", "volume")),
    (re.compile(r"^\W*(?:how much|what)\b(?!.*\bor\b).*\b(?:costs?|prices?|fees?|rent|fares?)\b", re.I), ("money",)),
)  # fmt: skip
"""What a question asks to be measured. Large and big may be counted, too: no unit at all fits each of them."""


def misfits(question: str, quote: str, column: str = "") -> bool:
    """Tell whether a quote cannot be the kind of thing that was asked for.

    ``column`` is the name of the column that a bare number stands in: it may say the unit, and never who.

    >>> misfits("How many chairs are there?", "KX-200"), misfits("How many chairs are there?", "three")
    (True, False)
    """
    if _WHO.search(question) and not _LETTERS.search(quote):
        return True
    if _NAME_OF_A_CODE.fullmatch(question) and not _LETTERS.search(quote):
        return True
    if _DECIDED.match(question) and _NAMES_ALONE.fullmatch(quote):
        return True
    told = f"{quote} {column}" if column else quote
    unfit = any(kind.search(question) and not fit.search(told) for kind, fit in _KINDS)
    return unfit or mismeasures(question, told) or _is_no_number(question, told)


def _is_no_number(question: str, quote: str) -> bool:
    """Tell whether a number was asked for, and the quote is a unit alone ("Minutes", of a title) or a thing's name."""
    return bool(_HOW.match(question)) and any(each.fullmatch(quote) for each in (_BARE_UNIT, _NAMED_BY_NUMBER))


def is_day_asked_for(question: str, quote: str) -> bool:
    """Tell whether a question asks when, and a quote has a day or a month of a year: more than a year alone.

    >>> is_day_asked_for("When did they meet?", "3 May 2024"), is_day_asked_for("When did they meet?", "Budget 2024")
    (True, False)
    """
    return bool(_WHEN.search(question) and _DAY.search(quote))


def mismeasures(question: str, quote: str) -> bool:
    """Tell whether a quote gives a measure of another dimension than the one asked for.

    >>> mismeasures("How loud is the dryer?", "5 cm"), mismeasures("How wide is it?", "60")
    (True, False)
    """
    wanted = next((dimensions for words, dimensions in _MEASURES if words.search(question)), ())
    found = {dimension for dimension, units in _MEASURED.items() if units.search(quote)}
    return bool(wanted) and bool(found) and found.isdisjoint(wanted)
