"""Number formats, cut into their sections and these into tokens."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: "$#,##0;($#,##0)",
    6: "$#,##0;($#,##0)",
    7: "$#,##0.00;($#,##0.00)",
    8: "$#,##0.00;($#,##0.00)",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    14: "yyyy-mm-dd",  # each computer shows it in its own order; this one cannot be misread
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    41: "#,##0;-#,##0",
    42: "$#,##0;-$#,##0",
    43: "#,##0.00;-#,##0.00",
    44: "$#,##0.00;-$#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss",
    48: "0.0E+0",
}
"""The formats that a file names only by number."""
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<halves>AM/PM|A/P)|'
    r"(?P<general>General)|(?P<letters>y+|m+|d+|h+|s+|e+(?![+-])|b+|g+)|(?P<power>E[+-])|"
    r"(?P<digits>[0#?]+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a format: what kind it is of, and how it is written."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a format between semicolons: for which numbers, and how."""

    tokens: Sequence[Token]
    condition: str

    @property
    def is_date(self) -> bool:
        """Whether it shows a day or a time."""
        return any(token.kind in {"letters", "elapsed", "halves"} for token in self.tokens)


@lru_cache(maxsize=512)
def sections_of(code: str) -> tuple[Section, ...]:
    """The sections of a format; none for the general one."""
    if code.strip().lower() in {"", "general", "@"}:
        return ()
    sections: list[list[Token]] = [[]]
    conditions = [""]
    for token in _tokens(code[:1000]):
        if token.kind == "other" and token.text == ";":
            sections.append([])
            conditions.append("")
        elif token.kind == "condition":
            conditions[-1] = token.text
        else:
            sections[-1].append(token)
    return tuple(Section(tuple(_minutes(t)), c) for t, c in zip(sections, conditions, strict=True))


def _tokens(code: str) -> Iterator[Token]:
    for match in TOKEN.finditer(code):
        kind = match.lastgroup
        if kind is None:  # room for a character, or one to fill the cell with
            continue
        text = match[kind]
        if kind == "bracket":
            yield from _bracketed(text)
        elif kind in {"quoted", "escaped"}:
            yield Token("literal", text)
        else:
            yield Token(kind, text.lower() if kind == "letters" else text)


def _bracketed(text: str) -> Iterator[Token]:
    """A currency, a condition or an elapsed time; colours are not for a text."""
    if text.startswith("$"):
        yield Token("literal", text[1:].partition("-")[0])
    elif re.fullmatch(r"[hms]+", text, re.IGNORECASE):
        yield Token("elapsed", text.lower())
    elif text[:1] in {"<", ">", "="}:
        yield Token("condition", text)


def _minutes(tokens: Sequence[Token]) -> Iterator[Token]:
    """Tell minutes from months: they stand after hours or before seconds."""
    times = [n for n, token in enumerate(tokens) if token.kind in {"letters", "elapsed"}]
    for number, token in enumerate(tokens):
        if token.kind == "letters" and token.text[0] == "m" and len(token.text) <= 2:
            at = times.index(number)
            before = tokens[times[at - 1]].text[0] if at else ""
            after = tokens[times[at + 1]].text[0] if at + 1 < len(times) else ""
            if before == "h" or after == "s":
                yield Token("letters", "n" * len(token.text))
                continue
        yield token
