"""What kind of thing a question asks for (how many, when, who, how wide), and whether a quote can be one."""

import re

_NUMBER = (
    r"\d|[०-९٠-٩]|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|"
    r"millions?|billions?|dozens?|once|twice|thrice|half|quarter|third|both|all|none|no|nobody|nothing|every|each|several|"
    r"many|few|most|single|couple|pair|double|free|nil|unlimited|majority|percent)\b"
)
_TIME = (
    r"|\b(?:\w+day|january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|"
    r"autumn|fall|winter|morning|noon|afternoon|evening|night|midnight|today|tomorrow|yesterday|daily|weekly|monthly|"
    r"yearly|annual\w*|always|never|after|before|during|until|till|since|when\w*|while|immediately|now|"
    r"as soon as|later|early|late|"
    r"earl\w+|lat\w+|century|centuries|decades?|years?|months?|weeks?|hours?|minutes?|season|times?|end|start|"
    r"beginning|era|age|period|war|term|easter|christmas|holidays?|ever)\b"
)
_COUNTED = _NUMBER.replace(r"\d|", r"(?<![A-Za-z\d][-/.:])(?<![A-Za-z\d])\d+(?![\d]*:\d\d)|", 1)
"""A number that is no part of a code, nor a time of day: not KX-200, not 14:30."""

_OFTEN = r"|\b(?:per|regular\w*|rare\w*|seldom|sometimes|occasional\w*|frequent\w*|constant\w*|quarterly|hourly)\b"
_KINDS = (
    (re.compile(r"\bhow (?:many|much)\b(?!.*\bor\b)", re.IGNORECASE), re.compile(_COUNTED, re.IGNORECASE)),
    (re.compile(r"^\W*how often\b", re.IGNORECASE), re.compile(_NUMBER + _TIME + _OFTEN, re.IGNORECASE)),
    (re.compile(r"\bhow (?:long|old|far|tall|high|wide|deep|heavy|large|big|loud)\b", re.IGNORECASE),
     re.compile(_NUMBER + _TIME, re.IGNORECASE)),
    (re.compile(r"^\W*(?:(?:in|on|by|until|since) )?(?:when|what (?:year|date|day|month|time))\b", re.IGNORECASE),
     re.compile(_NUMBER + _TIME, re.IGNORECASE)),
    (re.compile(r"^\W*(?:by |to |from )?who(?:m|se)?\b", re.IGNORECASE), re.compile(r"[^\W\d_]{2}")),
)  # fmt: skip
"""What a question asks for, and what an answer to it has to hold."""


_UNITS = {
    "length": r"mm|cm|m|km|miles?|inch(?:es)?|feet|foot|ft|yards?|(?:kilo|centi|milli)?met(?:re|er)s?",
    "weight": r"mg|g|kg|kilos?|(?:kilo|milli)?grams?|tons?|tonnes?|t|lbs?|pounds?|ounces?|oz",
    "loudness": r"dB(?:\(A\))?|decibels?",
    "time": r"seconds?|minutes?|min|hours?|h|days?|weeks?|months?|years?|ms|s",
    "heat": r"°\s?[CF]?|degrees?|kelvin",
    "power": r"[kM]?W|watts?|kilowatts?|hp",
    "volume": r"ml|cl|l|litres?|liters?|gallons?|pints?|cups?",
}
"""The units in which a thing is measured, by what is measured."""

_SPELLED = "a|an|half|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|hundred|thousand"
_MEASURED = {
    dimension: re.compile(rf"(?:\d|\b(?:{_SPELLED}))[ \u00a0]?(?:{units})(?!\w)") for dimension, units in _UNITS.items()
}
_MEASURES = (
    (re.compile(r"\bhow (?:wide|high|tall|deep|thick|far|large|big)\b|\b(?:width|height|depth)\b", re.I), ("length",)),
    (re.compile(r"\bhow heavy\b|\bweighs?\b|\bweight\b", re.I), ("weight",)),
    (re.compile(r"\bhow (?:loud|noisy)\b", re.I), ("loudness",)),
    (re.compile(r"\bhow old\b", re.I), ("time",)),
    (re.compile(r"\bhow long (?:did|does|do|will|has|have|had|may|can|must|should)\b", re.I), ("time", "length")),
    (re.compile(r"\bhow (?:hot|warm|cold)\b|\btemperature\b", re.I), ("heat",)),
    (re.compile(r"\bwatts?\b", re.I), ("power",)),
)  # fmt: skip
"""What a question asks to be measured. Large and big may be counted, too: no unit at all fits each of them."""


def misfits(question: str, quote: str) -> bool:
    """Tell whether a quote cannot be the kind of thing that was asked for.

    >>> misfits("How many chairs are there?", "KX-200"), misfits("How many chairs are there?", "three")
    (True, False)
    """
    unfit = any(kind.search(question) and not fit.search(quote) for kind, fit in _KINDS)
    return unfit or mismeasures(question, quote)


def mismeasures(question: str, quote: str) -> bool:
    """Tell whether a quote gives a measure of another dimension than the one asked for.

    >>> mismeasures("How loud is the dryer?", "5 cm"), mismeasures("How wide is it?", "60")
    (True, False)
    """
    wanted = next((dimensions for words, dimensions in _MEASURES if words.search(question)), ())
    found = {dimension for dimension, units in _MEASURED.items() if units.search(quote)}
    return bool(wanted) and bool(found) and found.isdisjoint(wanted)
